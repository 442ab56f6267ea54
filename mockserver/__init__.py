"""A fake Medusa batch-job backend that behaves like the real one, driven by its OpenAPI documents."""

__version__ = "0.1.0"
