"""The verb `scenarios`, and what `--scenario` chooses: by name, or from a file that fits the documents."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockserver.contract.document import Document, DocumentError, load, shipped_folder
from mockserver.server.app import strategies_of
from mockserver.simulation.scenario import SCENARIOS, Scenario, Scenarios
from mockserver.simulation.scenario_file import (
    ScenarioFileError,
    chosen_in,
    names_file,
    read_scenarios,
    scenarios_schema,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FINE, USAGE = 0, 2


class ScenariosUnusable(Exception):
    """A file, or the documents for which it is, cannot be used; the message says what to change."""


def choose(text: str, document: Document, *, file: Path | None) -> tuple[Scenarios, Scenario]:
    """Return the scenarios that are known then, and the one that *text* chooses: `NAME`, `FILE`, `FILE#NAME`.

    file: of scenarios that are known too. Raises ScenariosUnusable, ScenarioUnknown.
    """
    names, known = _names(document), SCENARIOS
    try:
        if file is not None:
            known = known.with_more(read_scenarios(file, **names))
        if not names_file(text, known):
            return known, known.named(text)
        more, chosen = chosen_in(text, **names)
    except ScenarioFileError as error:
        raise ScenariosUnusable(str(error)) from error
    return known.with_more(more), chosen


def list_scenarios(options: argparse.Namespace) -> int:
    """Print the scenarios, those of a file, or the schema; return the exit code. Raises ScenariosUnusable."""
    if options.schema:
        print(json.dumps(scenarios_schema(), indent=2))  # noqa: T201  # its output
        return FINE
    scenarios: Mapping[str, Scenario] = SCENARIOS
    if options.file is not None:
        try:
            document = load(options.spec or shipped_folder())
            scenarios = read_scenarios(options.file, **_names(document))
        except DocumentError as error:
            raise ScenariosUnusable(str(error)) from error
        except ScenarioFileError as error:
            print(*error.errors, sep="\n", file=sys.stderr)  # noqa: T201  # all of them, a line each
            return USAGE
    if options.json:
        told = json.dumps([_as_json(each) for each in scenarios.values()], indent=2)
    else:
        told = "\n".join(map(_as_text, scenarios.values()))
    print(told)  # noqa: T201  # its output
    return FINE


def _names(document: Document) -> dict[str, list[str]]:
    """Return the names that a file may use: the worker's transitions, and the types of jobs."""
    moves = document.lifecycle.moves.values()
    return {"transitions": list({each.name: each for each in moves}), "types": list(strategies_of(document))}


def _as_json(scenario: Scenario) -> dict[str, Any]:
    types = None if scenario.types is None else sorted(scenario.types)
    told = {"name": scenario.name, "description": scenario.description, "types": types}
    return {**told, "source": list(scenario.source)}


def _as_text(scenario: Scenario) -> str:
    described = [f"  {scenario.description}"] if scenario.description else []
    types = [] if scenario.types is None else [f"  for: {', '.join(sorted(scenario.types))}"]
    return "\n".join((scenario.name, *described, *types, *(f"  met: {each}" for each in scenario.source)))
