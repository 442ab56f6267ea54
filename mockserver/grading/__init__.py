"""Defects, named lies that the server can be told to tell; and the grader of test suites by them."""
