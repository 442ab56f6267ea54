"""Faults of a world: whom they strike, in which order, and when they end by themselves."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import jsonschema_rs
import pytest
import yaml

import mockserver.simulation.faults
from mockserver.contract.json_schema import validator_of
from mockserver.simulation.faults import PARAMETERS, Fault, FaultRefused, Faults, FaultUnknown
from mockserver.simulation.world import World

NOW = datetime(2026, 11, 22, 1, 44, 39, 286000, tzinfo=UTC)
LIST, CREATE = "GetBatchJobs", "PostBatchJobs"


def chance(name: str) -> Random:
    return Random(f"a seed {name}")  # noqa: S311  # has to be repeatable


@pytest.fixture
def faults() -> Faults:
    return Faults(chance)


def a_fault(kind: str = "reset", **members: Any) -> Fault:
    return Fault.of_json({"kind": kind, **members}, at=NOW)


def taken(faults: Faults, *, times: int, operation: str = LIST, at: datetime = NOW) -> list[list[str]]:
    """Return the kinds that strike each of *times* requests."""
    return [[each.kind for each in faults.take(operation, at=at)] for _ in range(times)]


# ---- whom, and how often


def test_a_fault_without_an_end_strikes_every_request(faults: Faults) -> None:
    faults.add(a_fault())

    assert taken(faults, times=3) == [["reset"]] * 3


def test_a_fault_of_one_operation_strikes_no_other(faults: Faults) -> None:
    faults.add(a_fault(operation=CREATE))

    assert taken(faults, times=1, operation=LIST) == [[]]
    assert taken(faults, times=1, operation=CREATE) == [["reset"]]


def test_a_fault_ends_when_it_has_struck_as_often_as_it_was_to(faults: Faults) -> None:
    faults.add(a_fault(count=2))

    assert taken(faults, times=3) == [["reset"], ["reset"], []]
    assert not faults


def test_requests_for_other_operations_do_not_count(faults: Faults) -> None:
    faults.add(a_fault(count=1, operation=CREATE))
    taken(faults, times=5, operation=LIST)

    assert taken(faults, times=1, operation=CREATE) == [["reset"]]


def test_a_fault_ends_at_its_instant_and_not_before(faults: Faults) -> None:
    faults.add(a_fault(**{"for": "PT30S"}))

    assert taken(faults, times=1, at=NOW + timedelta(seconds=29.999)) == [["reset"]]
    assert taken(faults, times=1, at=NOW + timedelta(seconds=30)) == [[]]
    assert not faults


def test_a_fault_with_count_and_time_ends_with_whichever_comes_first(faults: Faults) -> None:
    faults.add(a_fault(count=1, **{"for": "PT30S"}))
    faults.add(a_fault(kind="malformed", count=9, **{"for": "PT1S"}))

    assert taken(faults, times=2) == [["reset"], ["malformed"]]
    assert taken(faults, times=1, at=NOW + timedelta(seconds=1)) == [[]]


def test_the_fault_that_was_added_first_strikes_first(faults: Faults) -> None:
    faults.add(a_fault(kind="malformed", count=1))
    faults.add(a_fault(kind="truncated", count=1))

    assert taken(faults, times=3) == [["malformed"], ["truncated"], []]


def test_latencies_add_up_and_another_fault_may_follow_them(faults: Faults) -> None:
    faults.add(a_fault(kind="latency", milliseconds=100))
    faults.add(a_fault(kind="latency", milliseconds=20, count=1))
    faults.add(a_fault(kind="status", status=503, count=1))
    faults.add(a_fault(kind="reset", count=1))

    assert taken(faults, times=3) == [["latency", "latency", "status"], ["latency", "reset"], ["latency"]]


def test_a_latency_that_was_added_after_another_fault_comes_into_its_own_when_that_has_ended(
    faults: Faults,
) -> None:
    faults.add(a_fault(kind="status", status=500, count=1))
    faults.add(a_fault(kind="latency", milliseconds=5, count=1))

    assert taken(faults, times=3) == [["status"], ["latency"], []]


# ---- chance


def test_a_spread_latency_is_drawn_from_both_sides_of_its_middle_and_never_beyond(faults: Faults) -> None:
    faults.add(a_fault(kind="latency", milliseconds=200, spread=50))

    drawn = [faults.take(LIST, at=NOW)[0].milliseconds for _ in range(200)]

    assert 150 <= min(drawn) < 160
    assert 240 < max(drawn) <= 250


def test_no_latency_is_less_than_none(faults: Faults) -> None:
    faults.add(a_fault(kind="latency", milliseconds=1, spread=100))

    assert min(faults.take(LIST, at=NOW)[0].milliseconds for _ in range(50)) == 0


def test_equal_chances_draw_equal_latencies(faults: Faults) -> None:
    spread = a_fault(kind="latency", milliseconds=200, spread=50)
    other = Faults(chance)
    faults.add(spread)
    other.add(spread)

    first, second = ([each.take(LIST, at=NOW) for _ in range(5)] for each in (faults, other))

    assert [fault.milliseconds for (fault,) in first] == [fault.milliseconds for (fault,) in second]
    assert len({fault.milliseconds for (fault,) in first}) == 5


def test_a_fault_with_a_probability_strikes_about_as_often(faults: Faults) -> None:
    faults.add(a_fault(probability=0.25))

    struck = sum(map(bool, taken(faults, times=1000)))

    assert 200 < struck < 300
    assert [(each.met, each.struck) for each in faults.held] == [(1000, struck)]


def test_a_count_counts_what_was_struck_and_not_what_went_its_way(faults: Faults) -> None:
    faults.add(a_fault(probability=0.1, count=3))

    assert sum(map(bool, taken(faults, times=500))) == 3


# ---- the list


def test_faults_are_listed_in_the_order_in_which_they_were_added_with_ids_of_their_own(
    faults: Faults,
) -> None:
    added = [faults.add(a_fault(kind)) for kind in ("reset", "malformed", "reset")]

    assert faults.listed(at=NOW) == tuple(added)
    assert [each.id for each in added] == ["fault_1", "fault_2", "fault_3"]


def test_what_is_added_again_has_met_nobody_yet(faults: Faults) -> None:
    faults.add(a_fault())
    taken(faults, times=2)

    assert faults.add(faults.held[0]).to_json() == {"id": "fault_2", "kind": "reset", "met": 0, "struck": 0}


def test_what_has_ended_is_not_listed(faults: Faults) -> None:
    faults.add(a_fault(**{"for": "PT1S"}))

    assert faults.listed(at=NOW + timedelta(seconds=1)) == ()


def test_the_list_tells_how_many_requests_a_fault_has_yet_to_strike(faults: Faults) -> None:
    faults.add(a_fault(count=3))
    taken(faults, times=1)

    assert [each.to_json() for each in faults.listed(at=NOW)] == [
        {"id": "fault_1", "kind": "reset", "count": 2, "met": 1, "struck": 1}
    ]


def test_a_removed_fault_strikes_nobody(faults: Faults) -> None:
    added = faults.add(a_fault())

    assert faults.remove(added.id) == added
    assert taken(faults, times=1) == [[]]


def test_an_id_is_never_given_twice(faults: Faults) -> None:
    faults.remove(faults.add(a_fault()).id)

    assert faults.add(a_fault()).id == "fault_2"


def test_removing_what_is_not_there_tells_what_is(faults: Faults) -> None:
    faults.add(a_fault())

    with pytest.raises(
        FaultUnknown, match="there is no fault 'fault_9', or it has ended; there are: fault_1"
    ):
        faults.remove("fault_9")


def test_cleared_faults_are_gone(faults: Faults) -> None:
    faults.add(a_fault())
    faults.clear()

    assert not faults


# ---- forks and snapshots


def test_a_fork_goes_on_alike_and_on_its_own(faults: Faults) -> None:
    faults.add(a_fault(kind="latency", milliseconds=200, spread=50, count=3))
    faults.take(LIST, at=NOW)

    fork = faults.forked()
    forks_own = [fork.take(LIST, at=NOW)[0].milliseconds for _ in range(2)]

    assert forks_own == [faults.take(LIST, at=NOW)[0].milliseconds for _ in range(2)]
    assert not fork
    fork.add(a_fault())
    assert not faults


def test_what_is_written_as_json_is_read_as_the_same(faults: Faults) -> None:
    faults.add(a_fault(kind="latency", milliseconds=200, spread=50, count=3, probability=0.5))
    faults.add(a_fault(kind="stalled", after_bytes=7, seconds=5, operation=LIST, **{"for": "PT30.5S"}))
    taken(faults, times=2)

    again = Faults.of_json(faults.to_json(), chance, at=NOW)

    assert again.held == faults.held
    assert again.add(a_fault()).id == "fault_3"


def test_a_world_has_faults_and_they_are_its_own(world: World) -> None:
    assert not world.faults
    world.faults.add(a_fault())

    assert taken(world.faults, times=1) == [["reset"]]


# ---- JSON


SCHEMA_FILE = Path(mockserver.simulation.faults.__file__).with_name("fault.schema.yaml")
SCHEMA = yaml.safe_load(SCHEMA_FILE.read_text(encoding="utf-8"))
VALIDATOR: jsonschema_rs.Draft202012Validator = validator_of(SCHEMA)

RIGHT: list[Mapping[str, Any]] = [
    {"kind": "latency", "milliseconds": 200},
    {"kind": "latency", "milliseconds": 0.5, "spread": 50, "operation": LIST, "count": 3, "for": "PT30S"},
    {"kind": "status", "status": 503, "probability": 0.5},
    {"kind": "reset", "until": "2026-11-22T01:45:39.286Z"},
    {"kind": "truncated", "for": "P1DT1H1M1.5S"},
    {"kind": "malformed", "probability": 1},
    {"kind": "stalled"},
    {"kind": "stalled", "after_bytes": 0, "seconds": 3600},
]
WRONG: list[tuple[Any, str]] = [
    ([], "a fault is an object"),
    ({}, "kind: None is none; known: latency, status, reset, truncated, malformed, stalled"),
    ({"kind": "latncy"}, "kind: 'latncy' is none; known: latency, status"),
    ({"kind": ["latency"]}, "kind: .* is none"),
    ({"kind": "latency"}, "milliseconds: missing; give milliseconds, from 0 to 600000"),
    ({"kind": "latency", "milliseconds": "200"}, "milliseconds: '200' is not milliseconds, from 0 to"),
    ({"kind": "latency", "milliseconds": True}, "milliseconds: True is not"),
    ({"kind": "latency", "milliseconds": -1}, "milliseconds: -1 is not"),
    ({"kind": "latency", "milliseconds": 600001}, "milliseconds: 600001 is not"),
    ({"kind": "latency", "milliseconds": 1, "spread": None}, "spread: None is not"),
    ({"kind": "status"}, "status: missing; give the status of an error, from 400 to 599"),
    ({"kind": "status", "status": 200}, "status: 200 is not the status of an error, from 400 to 599"),
    ({"kind": "status", "status": 503.5}, "status: 503.5 is not"),
    ({"kind": "reset", "status": 503}, "status: a fault of kind reset has no such member; it has kind"),
    ({"kind": "reset", "count": 0}, "count: 0 is not how often, from 1"),
    ({"kind": "reset", "probability": 0}, "probability: 0 is not more than 0 and at most 1"),
    ({"kind": "reset", "probability": 1.1}, "probability: 1.1 is not"),
    (
        {"kind": "reset", "for": "soon"},
        "for: 'soon' is no duration; write 2s, 250ms, 1.5m, PT1M30S or seconds",
    ),
    ({"kind": "reset", "for": 30}, "for: 30 is not a string"),
    ({"kind": "reset", "until": "soon"}, "until: 'soon' is no instant; write 2026-11-22T01:44:43.725Z"),
    ({"kind": "reset", "until": "2026-11-22T01:44:43"}, "until: .* is no instant"),
    ({"kind": "reset", "operation": 1}, "operation: 1 is not a string"),
    ({"kind": "stalled", "after_bytes": 1.5}, "after_bytes: 1.5 is not a number of bytes"),
    ({"kind": "stalled", "seconds": 3601}, "seconds: 3601 is not seconds, from 0 to 3600"),
]


@pytest.mark.parametrize("value", RIGHT)
def test_what_the_schema_allows_is_read(value: Mapping[str, Any]) -> None:
    assert VALIDATOR.is_valid(value)
    assert Fault.of_json(value, at=NOW).kind == value["kind"]


@pytest.mark.parametrize(("value", "message"), WRONG)
def test_what_the_schema_refuses_is_refused_with_the_place_and_the_remedy(value: Any, message: str) -> None:
    assert not VALIDATOR.is_valid(value)
    with pytest.raises(FaultRefused, match=message):
        Fault.of_json(value, at=NOW)


def test_a_fault_with_two_ends_in_time_is_refused() -> None:
    with pytest.raises(FaultRefused, match="until: give either for or until"):
        a_fault(until="2026-11-22T01:45:39.286Z", **{"for": "PT1S"})


def test_an_operation_that_is_not_there_is_refused_with_those_that_are() -> None:
    value = {"kind": "reset", "operation": "GetBatchJob"}

    with pytest.raises(FaultRefused, match="operation: 'GetBatchJob' is none; known: A, B; leave it out"):
        Fault.of_json(value, at=NOW, operations={"B", "A"})


def test_an_end_beyond_all_instants_is_refused() -> None:
    with pytest.raises(FaultRefused, match="for: "):
        a_fault(**{"for": "P999999999D"})


@pytest.mark.parametrize("kind", PARAMETERS)
def test_the_schema_knows_every_kind_with_all_its_members(kind: str) -> None:
    (branch,) = (each for each in SCHEMA["oneOf"] if kind in each["properties"]["kind"]["enum"])

    assert {*PARAMETERS[kind], "operation", "count", "for", "until", "probability"} <= {*branch["properties"]}
    assert set(branch["required"]) == {
        "kind",
        *(n for n, each in PARAMETERS[kind].items() if each.is_required),
    }


def test_what_a_fault_says_of_itself_keeps_the_schema(faults: Faults) -> None:
    added = [faults.add(Fault.of_json(value, at=NOW)).to_json() for value in RIGHT]

    assert [VALIDATOR.is_valid(each) for each in added] == [True] * len(RIGHT)
