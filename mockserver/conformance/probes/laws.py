"""What is asked of doors, refusals, owners and what is kept: the rules of the judge part."""

from mockserver.conformance.report import Part, Rule


def _rule(name: str, says: str, place: str) -> Rule:
    return Rule(id=f"judge/{name}", says=says, place=place, part=Part.JUDGE)


NEEDS_CREDENTIALS = _rule(
    "secured-operations-need-credentials",
    "A secured operation answers 401 to whoever has no good credentials.",
    "openapi.yaml, security",
)
LOGIN = _rule(
    "logging-in-and-out",
    "The right password opens a session, a wrong one opens nothing, and logging out ends the session.",
    "paths/auth.yaml; paths/auth_token.yaml",
)
REFUSED_BODIES = _rule(
    "bad-bodies-are-refused", "A body that breaks its schema is refused.", "paths, requestBody, schema"
)
REFUSED_QUERIES = _rule(
    "bad-queries-are-refused",
    "A query that breaks the schema of a parameter is refused, and where x-strict-query is set, so is one "
    "that names an unknown parameter.",
    "paths, parameters; README.md, x-strict-query",
)
SAY_WHAT = _rule(
    "refusals-say-what-is-wrong",
    "A refusal has the type and the message that the document states for it, or a message that names what is "
    "wrong.",
    "schemas/Error.yaml; README.md, x-refusals",
)
UNKNOWN = _rule("unknown-ids-are-404", "What is not there is answered with 404.", "responses/NotFound.yaml")
OWNERSHIP = _rule(
    "jobs-are-their-owners",
    "Another user's job is refused with 400 not_allowed, is in no list, and nothing of it is told.",
    "responses/NotAllowed.yaml; paths/batch_jobs.yaml, get, description; README.md, deviations 7 and 21",
)
UPLOADS = _rule(
    "uploads-are-kept",
    "An uploaded file is served as it was, until it is deleted.",
    "paths/uploads_protected.yaml; paths/upload.yaml; paths/uploads.yaml",
)
USERS = _rule(
    "users-are-kept",
    "A user who was made or changed is shown so afterwards, and an address can be used once.",
    "paths/users.yaml; paths/user.yaml; README.md, deviation 26",
)
VALID_CREATIONS = _rule(
    "valid-creations-are-granted",
    "A creation that keeps its schema is answered with 201 and the new job.",
    "paths/batch_jobs.yaml, post; schemas/AdminPostBatchesReq.yaml",
)
NO_SIDE_EFFECT = _rule(
    "refused-creations-make-nothing",
    "A creation that is refused makes no job.",
    "paths/batch_jobs.yaml, post, responses",
)
