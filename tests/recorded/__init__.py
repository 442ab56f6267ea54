"""Recordings of a real Medusa 1.20.11, and what replays them against ours. See README.md."""
