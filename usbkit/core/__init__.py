"""What every other package uses: messages, errors, progress, the clock, the cache, atomic files, locks, units."""
