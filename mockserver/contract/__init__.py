"""The documents as data: loaded, bundled, compiled, and judging. No server."""
