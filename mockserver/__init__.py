"""A fake Medusa batch-job backend that behaves like the real one, driven by its OpenAPI documents."""

from importlib.metadata import version

__version__ = version("mockserver")
