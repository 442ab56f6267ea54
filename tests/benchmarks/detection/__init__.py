"""How many defects `conform` finds, beside plain schemathesis: `python -m tests.benchmarks.detection`."""
