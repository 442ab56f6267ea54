"""How each part of a snapshot is written: a job, a catalogue, chance, bytes, a lifecycle. Knows no world."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import cache
from struct import Struct
from struct import error as WrongLength  # noqa: N812  # the library's own name says nothing
from types import MappingProxyType
from typing import Any, get_type_hints

from mockserver.lifecycle import Lifecycle, Transition
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.catalogue import Catalogue, Product, ProductType, Tag
from mockserver.simulation.identity import MintState
from mockserver.simulation.json_form import Form, Misfit, Schema, form_of, record_of
from mockserver.simulation.scenario import Scenario
from mockserver.simulation.strategies.stored_order import in_stored_order

STATE = Struct("<625I")  # of a mint, as it is written in base 64
MOST_UNITS = 2**53  # what a number in JSON tells exactly
# what of a job stands elsewhere: its lifecycle is that of its world, its scenario is one of the snapshot's
ELSEWHERE = frozenset({"lifecycle", "scenario"})
# what of a catalogue is known by one of its own fields, and what follows from its products
KEYED: Mapping[str, tuple[type, str]] = MappingProxyType(
    {"types_by_value": (ProductType, "value"), "tags_by_value": (Tag, "value"), "products": (Product, "id")}
)
DERIVED = frozenset({"product_ids_by_handle", "product_ids_by_variant_id", "variant_ids_by_sku"})
# how a transition is asked for, and what those are told who may not, decides nothing of what becomes of a job
TOLD = frozenset({"operation", "refusal"})


def closed(properties: Mapping[str, Schema], *, required: Sequence[str] | None = None) -> Schema:
    """Return the schema of an object with these *properties* and no other. required: all of them."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties if required is None else required),
        "additionalProperties": False,
    }


# ---- jobs


@cache
def job_form() -> Form:
    """Return how jobs are written; they are read as the fields that they have of their own."""
    units = {"type": "integer", "minimum": 0, "maximum": MOST_UNITS}
    return record_of(BatchJob, without=ELSEWHERE, narrower={"units": units}, make=dict)


def written_job(job: BatchJob) -> dict[str, Any]:
    """Return *job* as JSON values, without its scenario; its instants as `read_job` orders them."""
    in_order = replace(job, instants=_in_order(job.instants, job.lifecycle))
    written: dict[str, Any] = job_form().write(in_order)
    return written


def _in_order(instants: Mapping[str, datetime], lifecycle: Lifecycle) -> dict[str, datetime]:
    """Return *instants* with the earliest first, and those that came at once as *lifecycle* has them."""
    ranks = {name: rank for rank, name in enumerate(lifecycle.instants.values())}
    return dict(sorted(instants.items(), key=lambda each: (each[1], ranks[each[0]])))


def read_job(written: Mapping[str, Any], lifecycle: Lifecycle, scenarios: Sequence[Scenario]) -> BatchJob:
    """Return the job that was written, its keys and instants in the order in which a world keeps them."""
    own = job_form().read({name: each for name, each in written.items() if name != "scenario"})
    own["context"], own["result"] = in_stored_order(own["context"]), in_stored_order(own.get("result"))
    own["instants"] = _in_order(own["instants"], lifecycle)
    return BatchJob(**own, lifecycle=lifecycle, scenario=scenarios[written["scenario"]])


# ---- the catalogue


@cache
def _catalogue_forms() -> Mapping[str, Form]:
    """Return how each field of a catalogue is written, but those that follow from its products."""
    hints = get_type_hints(Catalogue)
    plain = [each.name for each in fields(Catalogue) if each.name not in DERIVED | KEYED.keys()]
    keyed = {name: _listed(form_of(kind), key) for name, (kind, key) in KEYED.items()}
    return {**{name: form_of(hints[name]) for name in plain}, **keyed}


def _listed(form: Form, key: str) -> Form:
    """Return how a mapping is written whose values have their key as a field: as a list, in its order."""
    return Form(
        python=(dict, MappingProxyType),
        json="array",
        schema={"type": "array", "items": form.schema},
        write=lambda values: [form.write(each) for each in values.values()],
        read=lambda values: {getattr(each, key): each for each in map(form.read, values)},
    )


def catalogue_schema() -> Schema:
    """Return the schema of a catalogue."""
    return closed({name: form.schema for name, form in _catalogue_forms().items()})


def written_catalogue(catalogue: Catalogue) -> dict[str, Any]:
    """Return *catalogue* as JSON values."""
    return {name: form.write(getattr(catalogue, name)) for name, form in _catalogue_forms().items()}


def read_catalogue(written: Mapping[str, Any]) -> Catalogue:
    """Return the catalogue that was written."""
    found = {name: form.read(written[name]) for name, form in _catalogue_forms().items()}
    products = found.pop("products").values()
    return Catalogue(**found).with_products(products)


# ---- chance, bytes, lifecycles


def written_chance(state: MintState) -> dict[str, Any]:
    """Return *state* as JSON values, in 3.4 KB."""
    return {
        "seed": form_of(int | str).write(state.seed),
        "state": written_bytes(STATE.pack(*state.words)),
    }


def read_chance(written: Mapping[str, Any]) -> MintState:
    """Return the state that was written."""
    try:
        words = STATE.unpack(read_bytes(written["state"]))
    except WrongLength:
        raise Misfit(f"a state has {STATE.size} bytes") from None
    if words[-1] > len(words) - 1:
        raise Misfit(f"the last number of a state is at most {len(words) - 1}")
    return MintState(seed=form_of(int | str).read(written["seed"]), words=words)


def written_bytes(content: bytes) -> str:
    """Return *content* in base 64."""
    return b64encode(content).decode("ascii")


def read_bytes(written: str) -> bytes:
    """Return the bytes that were written."""
    try:
        return b64decode(written, validate=True)
    except (NotBase64, ValueError) as error:
        raise Misfit(f"no base 64: {str(error).lower()}") from None


@cache
def _transition_form() -> Form:
    return record_of(Transition, without=TOLD)


def written_lifecycle(lifecycle: Lifecycle) -> dict[str, Any]:
    """Return what of *lifecycle* decides what becomes of a job, as JSON values."""
    transitions = [_transition_form().write(each) for each in lifecycle.transitions.values()]
    instants = [lifecycle.instants[status] for status in lifecycle.statuses]
    return {"statuses": list(lifecycle.statuses), "instants": instants, "transitions": transitions}


def lifecycle_schema() -> Schema:
    """Return the schema of a lifecycle."""
    names = {"type": "array", "items": {"type": "string"}}
    transitions = {"type": "array", "items": _transition_form().schema}
    return closed({"statuses": names, "instants": names, "transitions": transitions})
