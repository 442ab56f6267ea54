"""The mistakes that the backend can be told to make, each with one sentence about what is wrong.

Knows their names; each is made in one place, beside what it changes, where a developer would have made it.
"""

from collections.abc import Mapping

DEFECTS: Mapping[str, str] = {
    # transitions
    "confirm-anywhere": "A job can be confirmed whatever its status is.",
    "confirm-refused-when-not-dry": "A pre-processed job that is no dry run cannot be confirmed by a client.",
    "cancel-completed": "A completed job can be canceled.",
    "cancel-twice-refused": "A canceled job cannot be canceled again.",
    "dry-run-unasked": "A dry run goes on without anybody's confirmation.",
    # statuses and instants
    "completed-without-processing": "A job completes although its processing_at was never set.",
    "cancel-beats-failed": "A failed job that is canceled shows the status canceled.",
    "created-at-moves": "created_at becomes the instant of the last change.",
    "local-time": "Instants are written without a zone.",
    "progress-in-percent": "Progress goes from 0 to 100 instead of from 0 to 1.",
    # lost and stale updates
    "confirm-keeps-updated-at": "Confirming a job leaves its updated_at as it was.",
    "stale-list": "The list shows every job with the status that it had when it was created.",
    "lost-cancel": "A cancel while the job is processing is overwritten by what the worker writes back.",
    "failures-swallowed": "An import that cannot be done completes, as if there had been nothing to do.",
    "size-in-characters": "file_size counts the characters of the exported file, not its bytes.",
    # lists
    "count-of-page": "count is the number of rows on the page, not of all that match.",
    "offset-off-by-one": "An offset passes over one row too few.",
    "limit-ignored": "A list holds everything, whatever its limit is.",
    "order-ignored": "A list has its usual order, whatever order is asked for.",
    "null-filter-ignored": "Asking for the jobs where an instant is not set finds all jobs.",
    "type-filter-first-only": "Of several types that are asked for only the first one counts.",
    "fields-drop-status": "With fields, a listed job loses its status.",
    # validation, authentication, error shape
    "foreign-job-shown": "Anybody who is logged in can retrieve anybody's job.",
    "foreign-jobs-listed": "The list shows the jobs of all users.",
    "list-without-login": "The list of jobs answers 200 to those who are not logged in.",
    "logout-keeps-session": "Logging out leaves the session as good as it was.",
    "error-key": "Errors are written as {error: ...} instead of with a type and a message.",
    "unknown-type-accepted": "A job of a type that nobody knows is created.",
    "unknown-query-accepted": "A query parameter that no document lists is ignored.",
}
