"""What is wrong with a snapshot, told before anything is read of it. Knows its JSON, and no world's inside.

Every problem is one line: `PLACE: what is wrong; the remedy`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mockserver.lifecycle import Lifecycle
from mockserver.quirk import Quirks
from mockserver.simulation.clock import FASTEST, LAST
from mockserver.simulation.json_form import Schema, form_of, read_instant, written_instant
from mockserver.simulation.scenario import Scenario
from mockserver.simulation.snapshot_parts import (
    catalogue_schema,
    closed,
    job_form,
    lifecycle_schema,
    written_lifecycle,
)
from mockserver.simulation.users import User

if TYPE_CHECKING:
    import jsonschema_rs

FORMAT = 1
DIALECT = "https://json-schema.org/draft/2020-12/schema"
MOST_PROBLEMS = 20  # that are told at once
SHOWN = 160  # letters of what is wrong
USUAL_REMEDY = "leave it as it was in the snapshot that was taken"
REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "required": "add it",
        "additionalProperties": "take it out",
        "format": "write an instant as 2026-11-22T01:44:43.725Z",
        "pattern": "write an instant as 2026-11-22T01:44:43.725Z, a duration as PT1.5S",
        "enum": "take one of these",
        "anyOf": "write a duration as PT1.5S, and anything else as a snapshot has it",
        "const": "take a new snapshot; this server reads no other format",
    }
)


def schema_of_snapshots(lifecycle: Lifecycle, types: Iterable[str]) -> Schema:
    """Return the JSON Schema of snapshots of worlds with *lifecycle*, and jobs of *types*."""
    return _schema(tuple(lifecycle.instants.values()), tuple(types))


@lru_cache(16)
def _schema(columns: tuple[str, ...], types: tuple[str, ...]) -> Schema:
    """Return the schema. columns: the instants of jobs, the first of which each job has."""
    instant = form_of(datetime).schema
    number, base64 = {"type": "integer", "minimum": 0}, {"type": "string", "contentEncoding": "base64"}
    ids: Schema = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
    job = job_form().schema
    jobs = {
        **job["properties"],
        "type": {"enum": list(types)},
        "instants": closed(dict.fromkeys(columns, instant), required=columns[:1]),
        "scenario": number,
    }
    speed = {"type": "number", "minimum": 0, "maximum": FASTEST}
    file = {"key": form_of(str).schema, "written_at": instant, "content": number}
    parts: Mapping[str, Schema] = {
        **_head()["properties"],
        "clock": closed({"at": instant, "speed": speed}),
        "chance": closed({"seed": form_of(int | str).schema, "state": base64}),
        # what one may say, `fault.schema.yaml` tells, and whoever reads it
        "faults": closed({"numbered": number, "held": _list_of({"type": "object"})}),
        "scenarios": {"type": "array", "items": form_of(Scenario).schema, "minItems": 1},
        "users": _list_of(form_of(User).schema),
        "sessions": {"type": "object", "additionalProperties": {"type": "string"}},
        "jobs": _list_of(closed(jobs, required=[*job["required"], "scenario"])),
        "agenda": ids,
        "unanswered": ids,
        "catalogue": catalogue_schema(),
        "files": _list_of(closed(file)),
        "file_contents": _list_of(base64),
    }
    return {"$schema": DIALECT, "title": "A world of mockserver at one instant", **closed(parts)}


@lru_cache(1)
def _head() -> Schema:
    """Return the schema of what a snapshot says of itself, and of the kind of world that it is of."""
    names = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
    head: dict[str, Schema] = {
        "format": {"const": FORMAT},
        "mockserver": {"type": "string"},
        "lifecycle": lifecycle_schema(),
        "quirks": names,
    }
    return {**closed(head), "additionalProperties": True}


def _list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


@lru_cache(1)
def _head_validator() -> "jsonschema_rs.Draft202012Validator":
    return _compiled(_head())


@lru_cache(16)
def _validator(columns: tuple[str, ...], types: tuple[str, ...]) -> "jsonschema_rs.Draft202012Validator":
    return _compiled(_schema(columns, types))


def _compiled(schema: Schema) -> "jsonschema_rs.Draft202012Validator":
    import jsonschema_rs  # noqa: PLC0415  # only who restores a world needs it here

    return jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True)


# ---- problems


def problems_of(snapshot: Any, *, lifecycle: Lifecycle, quirks: Quirks, types: Iterable[str]) -> list[str]:
    """Return what is wrong with *snapshot* for a world with these, MOST_PROBLEMS at most.

    Of one that is of another kind of world, nothing is told but that.
    """
    first = _misfits(snapshot, _head_validator()) or list(_differences(snapshot, lifecycle, quirks))
    if first:
        return first
    columns = tuple(lifecycle.instants.values())
    misfits = _misfits(snapshot, _validator(columns, tuple(types)))
    return misfits or list(islice(_contradictions(snapshot), MOST_PROBLEMS))


def _misfits(snapshot: Any, validator: "jsonschema_rs.Draft202012Validator") -> list[str]:
    """Return where *snapshot* does not keep its schema."""
    try:
        return [_misfit(error) for error in islice(validator.iter_errors(snapshot), MOST_PROBLEMS)]
    except (ValueError, TypeError) as error:  # half a surrogate pair, and what is no JSON at all
        return [f"snapshot: no JSON that every reader can take ({error}); {USUAL_REMEDY}"]


def _misfit(error: Any) -> str:
    place, keyword = ".".join(map(str, error.instance_path)) or "snapshot", str(error.schema_path[-1])
    wrong = error.message if len(error.message) <= SHOWN else f"{error.message[:SHOWN]}…"
    return f"{place}: {wrong}; {REMEDIES.get(keyword, USUAL_REMEDY)}"


def _differences(snapshot: Mapping[str, Any], lifecycle: Lifecycle, quirks: Quirks) -> Iterator[str]:
    """Yield in what the world that *snapshot* is of differs in kind."""
    theirs, ours = snapshot["lifecycle"], written_lifecycle(lifecycle)
    if (theirs["statuses"], theirs["instants"]) != (ours["statuses"], ours["instants"]):
        yield (
            f"lifecycle.statuses: it is of a server with the statuses {_told(theirs['statuses'])}, and this "
            f"one has {_told(ours['statuses'])}; restore it in one that serves the same documents"
        )
    elif theirs["transitions"] != ours["transitions"]:
        here = {each["name"]: each for each in ours["transitions"]}
        there = {each["name"]: each for each in theirs["transitions"]}
        others = [name for name in {**here, **there} if here.get(name) != there.get(name)]
        yield (
            f"lifecycle.transitions: it is of a server with other transitions: {_told(others or ['order'])}; "
            "restore it in one that serves the same documents"
        )
    names = sorted(quirk.name for quirk in quirks.on)
    if names != sorted(snapshot["quirks"]):
        yield (
            f"quirks: it is of a server with the quirks {_told(sorted(snapshot['quirks']))}, and this one "
            f"has {_told(names)}; restore it in one that was started with the same personality"
        )


def _told(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _contradictions(snapshot: Mapping[str, Any]) -> Iterator[str]:
    """Yield where *snapshot*, which keeps its schema, contradicts itself."""
    jobs, users, files = snapshot["jobs"], snapshot["users"], snapshot["files"]
    catalogue = snapshot["catalogue"]
    for place, name, entries in (
        ("jobs", "id", jobs),
        ("users", "id", users),
        ("users", "email", users),
        ("files", "key", files),
        ("catalogue.products", "id", catalogue["products"]),
    ):
        times = Counter(str(each[name]) for each in entries)
        for value, count in times.items():
            if count > 1:
                yield f"{place}: {count} have the {name} {value!r}; give each its own"
    for place, name, entries, known in (
        ("jobs", "scenario", jobs, snapshot["scenarios"]),
        ("files", "content", files, snapshot["file_contents"]),
    ):
        for number, each in enumerate(entries):
            if each[name] >= len(known):
                yield f"{place}.{number}.{name}: there is no number {each[name]}; take one below {len(known)}"
    ids = {str(job["id"]) for job in jobs}
    for place in ("agenda", "unanswered"):
        unknown = [each for each in snapshot[place] if each not in ids]
        yield from (f"{place}: no job has the id {each!r}; take it out" for each in unknown)
    yield from _late(snapshot)


def _late(snapshot: Mapping[str, Any]) -> Iterator[str]:
    """Yield the instants of jobs that the clock has yet to reach."""
    now = read_instant(snapshot["clock"]["at"])
    if now > LAST:
        yield f"clock.at: no clock goes beyond {written_instant(LAST)}; take an earlier instant"
    for number, job in enumerate(snapshot["jobs"]):
        for name, at in (*job["instants"].items(), ("updated_at", job["updated_at"])):
            if read_instant(at) > now:
                yield f"jobs.{number}: its {name} is yet to come; take an instant not after clock.at"
