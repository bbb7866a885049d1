"""What all else stands on: messages, errors, progress, the clock, the cache, atomic files, locks, units."""
