"""A real Medusa 1.20.11, started from nothing, and what is held against it."""
