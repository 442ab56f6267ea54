"""Which users a list shows, by the parameters of its query. Knows users, and nothing of HTTP."""

from collections.abc import Mapping
from typing import Any

from mockserver.simulation.query import QUERY_ONLY, Page, matching, ordered, page
from mockserver.simulation.users import User, Users

USERS_PER_PAGE = 50


def page_of_users(users: Users, query: Mapping[str, Any]) -> Page:
    """Return a page of *users*. query: see `query`; `q` looks in addresses and names."""
    rows = [user for user in users.by_id.values() if _mentions(user, query.get("q", ""))]
    filters = {name: value for name, value in query.items() if name not in QUERY_ONLY}
    found = ordered(matching(rows, filters, column=user_column), query.get("order"), column=user_column)
    size, offset = query.get("limit", USERS_PER_PAGE), query.get("offset", 0)
    return Page(rows=page(found, limit=size, offset=offset), count=len(found), limit=size, offset=offset)


def user_column(user: User, name: str) -> Any:
    """Return the value of a user's column; `deleted_at` is always None."""
    return getattr(user, name, None)


def _mentions(user: User, text: str) -> bool:
    return any(
        text.lower() in (field or "").lower() for field in (user.email, user.first_name, user.last_name)
    )
