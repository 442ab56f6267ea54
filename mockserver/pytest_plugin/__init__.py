"""Fixtures for other people's test suites, and the hand by which a test holds a world.

Importing this package imports nothing: pytest does so in every run, wherever mockserver is installed.
"""
