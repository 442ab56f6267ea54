"""The lists part of a run: the algebra of lists, and the jobs that it is checked on."""
