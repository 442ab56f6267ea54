"""Batch jobs living and ending. No HTTP, no OpenAPI, no wall clock, no threads."""
