"""Files of scenarios: what they say, and how what is wrong in them is told."""

from collections.abc import Callable
from datetime import timedelta
from math import inf
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.document import load, shipped_folder
from mockserver.simulation.duration import Drawn
from mockserver.simulation.scenario import SCENARIOS, STEADY, Failure, Scenario
from mockserver.simulation.scenario_file import (
    ScenarioFileError,
    read_scenarios,
    scenarios_schema,
    shipped_scenarios,
)
from mockserver.simulation.strategies import builtin_strategies

LIFECYCLE = load(shipped_folder()).lifecycle
TRANSITIONS = ["pre_process", "confirm_automatically", "start", "complete"]
TYPES = sorted(builtin_strategies())
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a file of scenarios."""

    def written(text: str) -> Path:
        file = tmp_path / "mine.yaml"
        file.write_text(text, "utf-8")
        return file

    return written


def read_one(file: Path) -> Scenario:
    """Return the only scenario of *file*."""
    (scenario,) = read_scenarios(file, transitions=TRANSITIONS, types=TYPES).values()
    return scenario


def errors_in(file: Path) -> list[str]:
    """Return what is wrong in *file*, from its lines on."""
    with pytest.raises(ScenarioFileError) as raised:
        read_scenarios(file, transitions=TRANSITIONS, types=TYPES)
    assert all(each.startswith(f"{file}") for each in raised.value.errors)
    return [each.removeprefix(f"{file}, ") for each in raised.value.errors]


# ---- what comes with the package


def test_the_schema_is_one() -> None:
    assert jsonschema_rs.meta.is_valid(scenarios_schema())


def test_the_shipped_scenarios_fit_the_schema_and_the_documents() -> None:
    file = Path(__file__).parents[2] / "mockserver" / "simulation" / "scenarios.yaml"
    moves = {each.name for each in LIFECYCLE.moves.values()}

    assert read_scenarios(file, transitions=moves, types=TYPES) == shipped_scenarios()


def test_what_users_met_names_where_they_told_it() -> None:
    sources = {name: each.source for name, each in SCENARIOS.items() if each.types is not None}

    assert sorted(sources) == [
        "export-yields-one-product",
        "import-hangs-at-pre-processing",
        "import-of-37040-rows",
        "import-stuck-in-processing",
        "parser-error-midway",
    ]
    assert all(sources.values())


def test_every_shipped_scenario_tells_what_it_is() -> None:
    assert all(each.description for each in SCENARIOS.values())


# ---- what a file says


def test_what_a_scenario_does_not_say_is_as_in_steady(write: Write) -> None:
    mine = read_one(write("scenarios:\n  mine:\n"))

    assert (mine.otherwise, mine.durations, mine.failures) == (STEADY.otherwise, STEADY.durations, {})
    assert (mine.rows, mine.rows_in_file, mine.types, mine.source) == (None, None, None, ())


def test_durations_are_fixed_drawn_or_never(write: Write) -> None:
    mine = read_one(
        write(
            """
            scenarios:
              mine:
                durations:
                  pre_process: 2
                  confirm_automatically: PT0.5S
                  start: never
                  complete: {lognormal: {median: 2s, sigma: 0.5, max: 1m}}
            """
        )
    )

    assert mine.durations == {
        "pre_process": timedelta(seconds=2),
        "confirm_automatically": timedelta(seconds=0.5),
        "start": None,
        "complete": Drawn(family="lognormal", centre=2, spread=0.5, most=60),
    }
    assert mine.otherwise == timedelta(seconds=1)
    assert mine.is_drawn


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("{uniform: {min: 1s, max: 3}}", Drawn(family="uniform", least=1, most=3)),
        ("{normal: {mean: 0, deviation: 500ms}}", Drawn(family="normal", centre=0, spread=0.5)),
        ("{exponential: {mean: PT1M, min: 1}}", Drawn(family="exponential", centre=60, least=1, most=inf)),
    ],
)
def test_a_distribution_is_read(write: Write, written: str, drawn: Drawn) -> None:
    mine = read_one(write(f"scenarios: {{mine: {{durations: {{complete: {written}}}}}}}"))

    assert mine.durations["complete"] == drawn


def test_otherwise_is_for_every_transition_that_is_not_named(write: Write) -> None:
    mine = read_one(write("scenarios: {mine: {durations: {otherwise: never, start: 5s}}}"))

    assert (mine.otherwise, mine.durations) == (None, {"start": timedelta(seconds=5)})


def test_a_failure_is_a_text_or_errors_with_how_far_it_came(write: Write) -> None:
    mine = read_one(
        write(
            """
            scenarios:
              mine:
                failures:
                  start: no worker
                  complete: {done: 0.25, errors: [one, {message: two, code: 2, at: {row: 9}}]}
            """
        )
    )

    assert mine.failures == {
        "start": Failure(errors=("no worker",)),
        "complete": Failure(errors=("one", {"message": "two", "code": 2, "at": {"row": 9}}), done=0.25),
    }


def test_a_file_may_say_the_same_thing_twice_by_an_anchor(write: Write) -> None:
    text = "scenarios: {one: &it {durations: {complete: 9s}}, two: *it}"

    scenarios = read_scenarios(write(text))

    assert scenarios["one"].durations == scenarios["two"].durations


# ---- what is wrong in a file


WAIT = (
    "write 2s, 250ms, 1.5m, PT1M30S, a number of seconds, never, or a distribution, as "
    "{uniform: {min: 1s, max: 3s}}"
)
TIME = "write 2s, 250ms, 1.5m, PT1M30S, or a number of seconds"
KEYS = "known: description, source, types, durations, failures, rows, rows_in_file"
BEGIN = "begin with `scenarios:` and below it one entry for each, by its name"
NAME = "name it in small letters and digits, with hyphens between, as my-own"
TRANSITION = f"known: {', '.join(TRANSITIONS)}"
PLACE = "scenarios.mine.durations.complete"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenarios", f'line 1: the file is "scenarios"; {BEGIN}'),
        ("{}", f"line 1: the file has no scenarios; {BEGIN}"),
        ("scenarios: 5", "line 1: scenarios is 5; give it one entry for each scenario, by its name"),
        ("\nscenarios: {}", "line 2: scenarios is empty; give it one entry for each scenario, by its name"),
        ("scenarios: {a: }\nmore: 1", "line 2: the file has no key 'more'; known: $schema, scenarios"),
        ("scenarios:\n  My own: {}", f"line 2: this is no name: 'My own'; {NAME}"),
        (
            "scenarios: {a: }\nscenarios: {b: }",
            "line 2: scenarios is there since line 1; take one of them out",
        ),
        ("scenarios: {a: &a {b: *a}}", "line 1: scenarios.a.b is a part of itself; take it out"),
        (
            "scenarios: {a: [1]}",
            ("line 1: scenarios.a is a list; write `key: value` pairs, as durations: {complete: 5s}"),
        ),
    ],
)
def test_a_wrong_frame_is_told_with_its_line_and_the_remedy(write: Write, text: str, said: str) -> None:
    assert said in errors_in(write(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rows: -1", "line 3: scenarios.mine.rows is -1; write a whole number from 0 to 2147483647"),
        ("rows: 1.5", "line 3: scenarios.mine.rows is 1.5; write a whole number from 0 to 2147483647"),
        ("row: 1", f"line 3: scenarios.mine has no key 'row'; did you mean 'rows'? {KEYS}"),
        ("x: 1", f"line 3: scenarios.mine has no key 'x'; {KEYS}"),
        (
            "types: []",
            ("line 3: scenarios.mine.types is an empty list; write a list of types, as [product-import]"),
        ),
        (
            "types: [product-imports]",
            (
                "line 3: there is no type of job 'product-imports'; did you mean "
                f"'product-import'? known: {', '.join(TYPES)}"
            ),
        ),
        (
            "durations: {complet: 1}",
            (
                "line 3: the worker makes no transition 'complet'; did you mean "
                f"'complete'? {TRANSITION}, otherwise"
            ),
        ),
        ("failures: {confirm: no}", f"line 3: the worker makes no transition 'confirm'; {TRANSITION}"),
        ("durations: {complete: 3 s}", f'line 3: {PLACE} is "3 s"; {WAIT}'),
        ("durations: {complete: -1}", f"line 3: {PLACE} is -1; {WAIT}"),
        ("durations: {complete: [1]}", f"line 3: {PLACE} is a list; {WAIT}"),
        ("durations: {complete: 1:30}", f'line 3: {PLACE} is "1:30"; {WAIT}'),
        (
            "durations: {complete: 400d}",
            (f"line 3: {PLACE}: '400d' is longer than 366 days; write less, or never"),
        ),
        (
            "durations: {complete: {gamma: {}}}",
            (f"line 3: {PLACE} has no key 'gamma'; known: uniform, normal, lognormal, exponential"),
        ),
        (
            "durations: {complete: {uniform: {min: 1}}}",
            (f"line 3: {PLACE}.uniform has no max; write {{uniform: {{min: 1s, max: 3s}}}}"),
        ),
        (
            "durations:\n     complete:\n      uniform: {min: x, max: 2}",
            f'line 5: {PLACE}.uniform.min is "x"; {TIME}',
        ),
        (
            "durations: {complete: {uniform: {min: 3, max: 2}}}",
            (f"line 3: {PLACE}.uniform has its min above its max; change them"),
        ),
        (
            "durations: {complete: {uniform: {min: 3, max: 999d}}}",
            (f"line 3: {PLACE}.uniform.max: '999d' is longer than 366 days; write less, or never"),
        ),
        (
            "durations: {complete: {normal: {mean: 1, deviation: 0s}}}",
            (f"line 3: {PLACE}.normal.deviation is 0; write more than that"),
        ),
        (
            "durations: {complete: {exponential: {mean: 0}}}",
            (f"line 3: {PLACE}.exponential.mean is 0; write more than that"),
        ),
        (
            "durations: {complete: {lognormal: {median: 0, sigma: 1}}}",
            (f"line 3: {PLACE}.lognormal.median is 0; write more than that"),
        ),
        (
            "durations: {complete: {lognormal: {median: 1, sigma: 0}}}",
            (f"line 3: {PLACE}.lognormal.sigma is 0; write a number above 0, 10 at most"),
        ),
        ("failures: {complete: }\n   x: {}", f"line 4: scenarios.mine has no key 'x'; {KEYS}"),
        (
            "failures: {complete: {errors: []}}",
            (
                "line 3: scenarios.mine.failures.complete.errors is an empty "
                "list; write a list of texts, or of objects with message and code"
            ),
        ),
        (
            "failures: {complete: {errors: [{message: a}]}}",
            (
                "line 3: scenarios.mine.failures.complete.errors.0 "
                "has no code; write a text, or an object with message and code"
            ),
        ),
        (
            "failures: {complete: {errors: [a], done: 2}}",
            ("line 3: scenarios.mine.failures.complete.done is 2; write a number from 0 to 1, as 0.5"),
        ),
    ],
)
def test_a_wrong_scenario_is_told_with_its_line_and_the_remedy(write: Write, text: str, said: str) -> None:
    assert errors_in(write(f"scenarios:\n  mine:\n   {text}\n")) == [said]


@pytest.mark.parametrize("depth", [64, 400, 900])
def test_a_file_that_is_too_deep_is_told(write: Write, depth: int) -> None:
    file = write(f"scenarios: {{a: {{failures: {{complete: {'[' * depth}{']' * depth}}}}}}}")

    assert (
        "line 1: scenarios.a.failures.complete holds one thing in another more than 64 times; flatten it"
        in errors_in(file)
    )


def test_everything_that_is_wrong_is_told_in_the_order_of_the_lines(write: Write) -> None:
    file = write("scenarios:\n  one: {rows: x}\n  two: {rows: y}\n  three: {rows: z}\n")

    assert [each.partition(":")[0] for each in errors_in(file)] == ["line 2", "line 3", "line 4"]


def test_a_message_of_one_line_tells_that_there_is_more(write: Write) -> None:
    file = write("scenarios: {one: {rows: x}, two: {rows: y}}")

    with pytest.raises(ScenarioFileError) as raised:
        read_scenarios(file)

    assert str(raised.value) == (
        f'{file}, line 1: scenarios.one.rows is "x"; write a whole number from 0 to 2147483647 '
        "(and 1 more; `mockserver scenarios FILE` lists them)"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ", line 1: the file is empty; begin with `scenarios:`"),
        (b"\xff", ", line 1: no UTF-8; save the file as UTF-8"),
        (b"scenarios: [", "mend the YAML there"),
        (b"scenarios: {a: \x07}", "YAML allows no character"),
    ],
)
def test_a_file_that_is_no_yaml_is_told_with_the_remedy(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)

    with pytest.raises(ScenarioFileError) as raised:
        read_scenarios(file)

    assert said in str(raised.value)


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioFileError) as raised:
        read_scenarios(tmp_path / "nope.yaml")

    said = "no such file or directory; give a YAML file that has scenarios"
    assert str(raised.value) == f"{tmp_path / 'nope.yaml'}: {said}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KNOWN = st.sampled_from(["durations", "failures", "rows", "types", "complete", "uniform", "min", "errors"])
MAPPINGS = st.dictionaries(KNOWN, JSON | st.dictionaries(KNOWN, JSON | st.dictionaries(KNOWN, JSON)))


@given(content=JSON | st.fixed_dictionaries({"scenarios": st.dictionaries(st.just("mine"), MAPPINGS)}))
def test_a_file_of_any_content_is_read_or_told_what_is_wrong(
    tmp_path_factory: pytest.TempPathFactory, content: Any
) -> None:
    file = tmp_path_factory.mktemp("any") / "mine.yaml"
    file.write_text(yaml.safe_dump(content), "utf-8")

    told = read_or_told(file)

    assert all(isinstance(each, Scenario) or each.startswith(f"{file}, line ") for each in told)


def read_or_told(file: Path) -> list[Scenario | str]:
    """Return the scenarios of *file*, or what is wrong in it."""
    try:
        return list(read_scenarios(file, transitions=TRANSITIONS, types=TYPES).values())
    except ScenarioFileError as error:
        return list(error.errors)
