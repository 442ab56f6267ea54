"""Judging any implementation of the contract by its URL: fuzz, judge, lifecycle, lists, and one report."""
