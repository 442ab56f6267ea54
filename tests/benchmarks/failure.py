"""What stops the benchmark. Knows nothing of what is measured."""


class BenchmarkFailed(Exception):
    """Something was not answered as it has to be, or not in time; the message says what, and what to do."""
