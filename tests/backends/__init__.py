"""A hand-written Flask backend of the contract, healthy or with one named defect.

Knows the documents in openapi/ and what any Flask developer knows. Ignores mockserver: it shares no code with
it, so that whatever judges backends by the contract can be tried on one that was written by somebody else.
"""
