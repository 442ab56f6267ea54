"""The judge part, as a whole: who is let in, what is refused, whose jobs are shown to whom, and what is kept.

What any answer must be like is the witness's business.
"""

from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.probes.doors import doors, logins
from mockserver.conformance.probes.jobs import creations, ownership
from mockserver.conformance.probes.kept import uploads, users
from mockserver.conformance.probes.refused import bodies, nowhere, queries, unknown_ids
from mockserver.conformance.target import NoAnswer


def run(inquiry: Inquiry) -> None:
    """Ask everything that one request, or a few, can tell."""
    for probe in (creations, doors, logins, bodies, queries, unknown_ids, nowhere, ownership, uploads, users):
        try:
            probe(inquiry)
        except NoAnswer as error:
            inquiry.note(f"judge: requests were not answered: {error}")
