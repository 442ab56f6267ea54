"""The judge part of a run: probes, each of which is one question whose answer the document states."""
