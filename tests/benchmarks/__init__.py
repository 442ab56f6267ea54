"""How fast the server is, beside other mock servers: `python -m tests.benchmarks`.

No part of the test suite, but for a smoke test.
"""
