"""Defects of the fifth kind: a list is wrong in what it holds, how it is ordered, paged, counted or shown."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode

from mockserver.grading.defect import LIST, Answered, Ask, Asked, Defect, Lie
from mockserver.grading.kind import Kind
from mockserver.grading.telling import OK, Job, lists, pages, shows

Query = list[tuple[str, str]]
PAGING = ("limit", "offset")
ALWAYS = ("limit", "offset", "order", "fields", "expand")
USUAL_LIMIT = "10"
_list = partial(Defect, kind=Kind.LISTS)


def _query(asked: Asked) -> Query:
    return parse_qsl(asked.query, keep_blank_values=True)


def _asking(asked: Asked, query: Iterable[tuple[str, str]]) -> Asked:
    return replace(asked, query=urlencode(list(query), safe="[]"))


def _with_query(change: Callable[[Query], Query]) -> Lie:
    """Return the lie that lists what *change* makes of the query, where it makes something else of it."""

    def otherwise(asked: Asked) -> Asked:
        query = _query(asked)
        changed = change(query)
        return asked if changed == query else _asking(asked, changed)

    return lists(otherwise)


def _number(query: Query, name: str, usual: int) -> int:
    """Return the whole number that the query has for *name*; fractions are cut, other notations not read."""
    text = dict(query).get(name, "")
    return int(float(text)) if text.replace(".", "", 1).isdecimal() else usual


def _put(query: Query, **values: object) -> Query:
    """Return *query* with *values* in place of its own."""
    return [each for each in query if each[0] not in values] + [(key, str(values[key])) for key in values]


def _without(*prefixes: str) -> Callable[[Query], Query]:
    """Return what drops the parameters whose names begin with one of *prefixes*."""
    return lambda query: [each for each in query if not each[0].startswith(prefixes)]


def _operator(wrong: str, right: str) -> Callable[[Query], Query]:
    """Return what takes the operator *wrong* for *right*."""
    return lambda query: [(name.replace(f"[{wrong}]", f"[{right}]"), value) for name, value in query]


def _wider(query: Query) -> Query:
    limit = _number(query, "limit", int(USUAL_LIMIT))
    return _put(query, limit=limit + 1) if limit else query


def _shifted(by: int) -> Callable[[Query], Query]:
    def change(query: Query) -> Query:
        offset = _number(query, "offset", 0)
        return _put(query, offset=offset + by) if offset else query

    return change


def _newest_last(query: Query) -> Query:
    return query if "order" in dict(query) else [*query, ("order", "created_at")]


def _always_ascending(query: Query) -> Query:
    return [(name, value.removeprefix("-") if name == "order" else value) for name, value in query]


def _first_of(name: str) -> Callable[[Query], Query]:
    """Return what reads only the first value of the filter *name*."""

    def change(query: Query) -> Query:
        values = [each for key, value in query if key == name for each in value.split(",")]
        return _put(query, **{name: values[0]}) if len(values) > 1 else query

    return change


def _first_filter(query: Query) -> Query:
    first = next((name.partition("[")[0] for name, _ in query if name not in ALWAYS), "")
    return [each for each in query if each[0] in ALWAYS or each[0].partition("[")[0] == first]


def _without_nulls(query: Query) -> Query:
    return [each for each in query if each[1] != "null"]


def _counted_without_filters(ask: Ask) -> Ask:
    async def tell(asked: Asked) -> Answered:
        answered = await ask(asked)
        if answered.status != OK:
            return answered
        everything = await ask(asked.listing(""))
        return answered.saying({**answered.payload, "count": everything.payload["count"]})

    return tell


def _others_too(ask: Ask) -> Ask:
    async def tell(asked: Asked) -> Answered:
        answered, query = await ask(asked), _query(asked)
        if answered.status != OK or "order" in dict(query):
            return answered
        whole = _asking(asked, _put(query, limit=0, offset=0))
        pages_of_all = [await ask(whole.by(user_id)) for user_id in asked.world.users.by_id]
        jobs = [job for page in pages_of_all for job in page.payload["batch_jobs"]]
        newest_first = sorted(jobs, key=lambda job: str(job["created_at"]), reverse=True)
        return answered.saying({**answered.payload, **_cut(newest_first, query)})

    return tell


def _unset_first(ask: Ask) -> Ask:
    async def tell(asked: Asked) -> Answered:
        answered, query = await ask(asked), _query(asked)
        column = dict(query).get("order", "-")
        if answered.status != OK or column.startswith("-"):
            return answered
        whole = await ask(_asking(asked, _put(_without("fields")(query), limit=0, offset=0)))
        unset = [job["id"] for job in whole.payload["batch_jobs"] if job[column] is None]
        shown = await ask(_asking(asked, _put(query, limit=0, offset=0)))
        jobs = sorted(shown.payload["batch_jobs"], key=lambda job: job["id"] not in unset)
        return answered.saying({**answered.payload, **_cut(jobs, query)})

    return tell


def _cut(jobs: list[Job], query: Query) -> Mapping[str, Any]:
    """Return the page of *jobs* that *query* asks for, and the count of them all."""
    offset, limit = _number(query, "offset", 0), _number(query, "limit", int(USUAL_LIMIT))
    return {"batch_jobs": jobs[offset : offset + limit] if limit else jobs[offset:], "count": len(jobs)}


def _nothing_for_all(page: dict[str, Any], _asked: Asked) -> Mapping[str, Any]:
    return {"batch_jobs": []} if page["limit"] == 0 else {}


def _usual_echo(_page: dict[str, Any], _asked: Asked) -> Mapping[str, Any]:
    return {"limit": int(USUAL_LIMIT), "offset": 0}


def _shows_creators(ask: Ask) -> Ask:
    async def tell(asked: Asked) -> Answered:
        query = _query(asked)
        return await ask(
            asked if "expand" in dict(query) else _asking(asked, _put(query, expand="created_by_user"))
        )

    return tell


def _twenty(ask: Ask) -> Ask:
    async def tell(asked: Asked) -> Answered:
        query = _query(asked)
        return await ask(asked if "limit" in dict(query) else _asking(asked, _put(query, limit=20)))

    return tell


LISTS = (
    _list(
        name="count-of-the-page",
        lies="count is the number of jobs on the page, not of all that match.",
        missing="List with a limit below the number of jobs, and expect count to be the number of all.",
        lie=pages(lambda page, _: {"count": len(page["batch_jobs"])}),
    ),
    _list(
        name="count-without-filters",
        lies="count is the number of all the caller's jobs, whatever the filters.",
        missing="List with a filter, and expect count to be the number of jobs that match.",
        lie=Lie(operations=(LIST,), make=_counted_without_filters),
    ),
    _list(
        name="limit-off-by-one",
        lies="A page holds one job more than limit allows.",
        missing="List with a limit below the number of jobs, and expect exactly so many.",
        lie=_with_query(_wider),
    ),
    _list(
        name="limit-zero-is-none",
        lies="limit=0 gives no jobs, where it means all of them.",
        missing="List with limit=0, and expect all jobs.",
        lie=pages(_nothing_for_all),
    ),
    _list(
        name="default-limit-is-20",
        lies="Without limit a page holds 20 jobs.",
        missing="Create eleven jobs, list without limit, and expect ten jobs and limit 10.",
        lie=Lie(operations=(LIST,), make=_twenty),
    ),
    _list(
        name="offset-skips-one-more",
        lies="From the second page on, one job more is passed over than offset says.",
        missing="Expect all pages one after the other to be the whole list, with no job left out.",
        lie=_with_query(_shifted(1)),
    ),
    _list(
        name="pages-overlap",
        lies="Every page but the first begins with the last job of the page before.",
        missing="Expect all pages one after the other to be the whole list, with no job twice.",
        lie=_with_query(_shifted(-1)),
    ),
    _list(
        name="offset-ignored",
        lies="offset is ignored: every page is the first one.",
        missing="List with an offset, and expect other jobs than without.",
        lie=_with_query(_without("offset")),
    ),
    _list(
        name="paging-not-echoed",
        lies="limit and offset of the answer are 10 and 0, whatever was asked for.",
        missing="List with a limit and an offset, and expect the answer to name them.",
        lie=pages(_usual_echo),
    ),
    _list(
        name="order-ignored",
        lies="order is ignored: the newest job comes first always.",
        missing="List with order=created_at, and expect the oldest job first.",
        lie=_with_query(_without("order")),
    ),
    _list(
        name="order-always-ascending",
        lies="The minus before the column in order is ignored.",
        missing="List with order=-updated_at, and expect the job that changed last first.",
        lie=_with_query(_always_ascending),
    ),
    _list(
        name="oldest-first",
        lies="Without order the oldest job comes first.",
        missing="List without order, and expect the newest job first.",
        lie=_with_query(_newest_last),
    ),
    _list(
        name="unset-first",
        lies="In ascending order the jobs whose instant is not set come first.",
        missing="List with order=completed_at, one job being unfinished, and expect that one last.",
        lie=Lie(operations=(LIST,), make=_unset_first),
    ),
    _list(
        name="type-filter-ignored",
        lies="The filter type[] is ignored.",
        missing="List with type[], and expect jobs of that type alone.",
        lie=_with_query(_without("type[")),
    ),
    _list(
        name="type-filter-reads-one",
        lies="Of several types in type[], only the first is looked for.",
        missing="List with two types in type[], and expect jobs of both.",
        lie=_with_query(_first_of("type[]")),
    ),
    _list(
        name="id-filter-reads-one",
        lies="Of several ids in id[], only the first is looked for.",
        missing="List with two ids in id[], and expect both jobs.",
        lie=_with_query(_first_of("id[]")),
    ),
    _list(
        name="null-filter-ignored",
        lies="The filter for instants that are not set, such as canceled_at=null, is ignored.",
        missing="Cancel one of two jobs, list with canceled_at=null, and expect the other one alone.",
        lie=_with_query(_without_nulls),
    ),
    _list(
        name="gt-is-gte",
        lies="The operator gt lets through the instant that it is given.",
        missing="List with created_at[gt] and the created_at of a job, and expect that job not to be there.",
        lie=_with_query(_operator("gt", "gte")),
    ),
    _list(
        name="lt-is-lte",
        lies="The operator lt lets through the instant that it is given.",
        missing="List with created_at[lt] and the created_at of a job, and expect that job not to be there.",
        lie=_with_query(_operator("lt", "lte")),
    ),
    _list(
        name="gte-is-gt",
        lies="The operator gte leaves out the instant that it is given.",
        missing="List with created_at[gte] and the created_at of a job, and expect that job to be there.",
        lie=_with_query(_operator("gte", "gt")),
    ),
    _list(
        name="second-filter-ignored",
        lies="Of several filters only the first is applied.",
        missing="List with type[] and canceled_at=null together, and expect only jobs that pass both.",
        lie=_with_query(_first_filter),
    ),
    _list(
        name="others-are-listed",
        lies="A list without order shows the jobs of all users.",
        missing="Create a job as a second user, list as the first, and expect it not to be there.",
        lie=Lie(operations=(LIST,), make=_others_too),
    ),
    _list(
        name="fields-ignored",
        lies="fields is ignored: every job is shown whole.",
        missing="List with fields=type, and expect the jobs to have no context.",
        lie=_with_query(_without("fields")),
    ),
    _list(
        name="fields-hide-status",
        lies="With fields, the status of every job is created.",
        missing="List moved-on jobs with fields=type, and expect their own status.",
        lie=pages(
            lambda page, asked: (
                {"batch_jobs": [{**job, "status": "created"} for job in page["batch_jobs"]]}
                if "fields" in dict(_query(asked))
                else {}
            )
        ),
    ),
    _list(
        name="expand-ignored",
        lies="expand is ignored: no list shows who created a job.",
        missing="List with expand=created_by_user, and expect the user in each job.",
        lie=_with_query(_without("expand")),
    ),
    _list(
        name="always-expanded",
        lies="A list shows who created a job although nobody asked for it.",
        missing="List without expand, and expect no created_by_user.",
        lie=Lie(operations=(LIST,), make=_shows_creators),
    ),
    _list(
        name="list-hides-dry-run",
        lies="A list shows dry_run as false for every job.",
        missing="Create a dry run, list, and expect dry_run true.",
        lie=shows(lambda _: {"dry_run": False}, LIST),
    ),
)
