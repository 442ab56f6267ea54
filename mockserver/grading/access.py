"""Defects of the sixth kind: somebody is let in who may not be."""

from dataclasses import replace
from functools import partial

import jwt

from mockserver.grading.defect import (
    CANCEL,
    CONFIRM,
    EVERYWHERE,
    LIST,
    LOG_IN,
    LOG_OUT,
    RETRIEVE,
    TOKEN,
    WHO_AM_I,
    Answered,
    Ask,
    Asked,
    Defect,
    Lie,
)
from mockserver.grading.kind import Kind
from mockserver.grading.telling import OK, forgives, not_theirs
from mockserver.server.credentials import COOKIE

UNAUTHORIZED = 401
GUARDED = (*EVERYWHERE, WHO_AM_I)
_request = partial(Defect, kind=Kind.REQUESTS)


def _admin(asked: Asked) -> str:
    return next(iter(asked.world.users.by_id))


def _whoever_shows_a_cookie(asked: Asked) -> Asked | None:
    return asked.by(_admin(asked)) if COOKIE in asked.headers.get("cookie", "") else None


def _claimed(asked: Asked) -> Asked | None:
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return None
    user_id = str(claims.get("user_id"))
    return asked.by(user_id) if scheme.lower() == "bearer" and user_id in asked.world.users.by_id else None


def _any_password(asked: Asked) -> Asked | None:
    user = asked.world.users.with_email(str(asked.payload.get("email")))
    return asked.saying({**asked.payload, "password": user.password}) if user is not None else None


def _stays_logged_in(ask: Ask) -> Ask:
    async def tell(asked: Asked) -> Answered:
        answered = await ask(replace(asked, operation=WHO_AM_I, method="GET"))
        said_ok = Answered(status=OK, headers=(), body=b"").with_body(
            b"OK", content_type="text/plain; charset=utf-8"
        )
        return said_ok if answered.status == OK else answered

    return tell


def _as_the_owner(operation: str) -> Lie:
    """Return the lie that does *operation* on anybody's job."""

    def make(ask: Ask) -> Ask:
        async def tell(asked: Asked) -> Answered:
            answered = await ask(asked)
            others = list(asked.world.users.by_id) if not_theirs(answered) else []
            for user_id in others:
                if not not_theirs(await ask(asked.retrieving(asked.job_id).by(user_id))):
                    return await ask(asked.by(user_id))
            return answered

        return tell

    return Lie(operations=(operation,), make=make)


ACCESS = (
    _request(
        name="list-needs-no-login",
        lies="Whoever is not logged in can list the admin's jobs.",
        missing="List without credentials, and expect 401.",
        lie=forgives(UNAUTHORIZED, lambda asked: asked.by(_admin(asked)), LIST),
    ),
    _request(
        name="any-cookie-accepted",
        lies="Any session cookie is good, signed or not.",
        missing="Read with a made-up connect.sid cookie, and expect 401.",
        lie=forgives(UNAUTHORIZED, _whoever_shows_a_cookie, *GUARDED),
    ),
    _request(
        name="forged-tokens-accepted",
        lies="The signature of bearer tokens is not checked.",
        missing="Read with a token whose signature was changed, and expect 401.",
        lie=forgives(UNAUTHORIZED, _claimed, *GUARDED),
    ),
    _request(
        name="any-password-accepted",
        lies="A known address can log in with any password.",
        missing="Log in with a wrong password, and expect 401.",
        lie=forgives(UNAUTHORIZED, _any_password, LOG_IN, TOKEN),
    ),
    _request(
        name="logout-keeps-the-session",
        lies="Logging out is answered 200, and the session stays open.",
        missing="Log out, read with the same cookie, and expect 401.",
        lie=Lie(operations=(LOG_OUT,), make=_stays_logged_in),
    ),
    _request(
        name="others-can-read",
        lies="A job can be read by users who did not create it.",
        missing="Read a job as a second user, and expect 400 not_allowed.",
        lie=_as_the_owner(RETRIEVE),
    ),
    _request(
        name="others-can-cancel",
        lies="A job can be canceled by users who did not create it.",
        missing="Cancel a job as a second user, and expect 400 not_allowed.",
        lie=_as_the_owner(CANCEL),
    ),
    _request(
        name="others-can-confirm",
        lies="A dry run can be confirmed by users who did not create it.",
        missing="Confirm a dry run as a second user, and expect 400 not_allowed.",
        lie=_as_the_owner(CONFIRM),
    ),
)
