"""The lists part, as a whole.

It is checked on jobs that stand still, against what each of them says of itself, and on the other lists of
the document as far as the document says what they do. Nothing here depends on what else the target holds.
"""

from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.lists.job_list import JobList
from mockserver.conformance.lists.other_lists import OtherList, other_lists
from mockserver.conformance.lists.standing import Standing
from mockserver.conformance.report import Part
from mockserver.conformance.target import NoAnswer


def run(inquiry: Inquiry, standing: Standing) -> None:
    """Check every list of the document, that of batch jobs on those that are *standing*."""
    try:
        jobs = standing.jobs_at_rest()
        if len(jobs) < 2:  # noqa: PLR2004  # one job has no order
            inquiry.note("lists: fewer than two jobs came to rest, so that lists of them were not judged.")
            inquiry.unfinished.add(Part.LISTS)
        else:
            JobList(inquiry, jobs).check()
        for operation, rows in other_lists(inquiry):
            OtherList(inquiry, operation, rows).check()
    except NoAnswer as error:
        inquiry.note(f"lists: requests were not answered: {error}")
        inquiry.unfinished.add(Part.LISTS)
