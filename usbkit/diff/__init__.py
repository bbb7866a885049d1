"""What changed between two states of a country's drive."""
