"""The arrows between the packages, and what the modules are not called. Source: the design, in one table."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mockserver

HOME = Path(mockserver.__file__).parent
MODULES = sorted(HOME.rglob("*.py"))

# which part of mockserver may import which other part; a part that is not here may import none
ARROWS = {
    "bounded": set[str](),
    "lifecycle": set[str](),
    "contract": {"lifecycle", "quirk"},
    "quirk": set[str](),
    "simulation": {"bounded", "lifecycle", "quirk"},
    "server": {
        "bounded",
        "contract",
        "simulation",
        "quirk",
        "lifecycle",
    },  # lifecycle: errors.py translates TransitionRefused
    # contract: its own document is judged like the other; quirk: it tells which are on
    "control": {"contract", "quirk", "simulation", "server"},
    "conformance": {"contract", "lifecycle"},
    "grading": {"contract", "simulation", "server"},  # contract: a defect may be an edit of the documents
    "pytest_plugin": {"quirk", "contract", "simulation", "server", "control", "conformance", "grading"},
    "cli": {"lifecycle", "quirk", "contract", "simulation", "server", "control", "conformance", "grading"},
    "__main__": {"cli"},
    "__init__": set[str](),
}

# loaded only inside the verb that needs them
HEAVY = ("schemathesis", "hypothesis", "openapi_core", "faker")

GRAB_BAGS = ("utils", "helpers", "common", "base", "core", "constants", "config")


def part_of(module: Path, *, home: Path = HOME) -> str:
    """Return the part of mockserver that *module* belongs to: its package, or its own name at the top."""
    return module.relative_to(home).parts[0].removesuffix(".py")


def imported_names(module: Path, *, home: Path = HOME) -> Iterator[str]:
    """Yield the full name of everything that *module* imports, wherever in it the import stands."""
    package = ["mockserver", *module.relative_to(home).parts[:-1]]
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=source, names=names, level=level):
                above = package[: len(package) - level + 1] if level else []
                yield from (".".join([*above, *([source] if source else []), each.name]) for each in names)


def arrows_from(module: Path, *, home: Path = HOME) -> set[str]:
    """Return the other parts of mockserver that *module* imports."""
    names = [name.split(".") for name in imported_names(module, home=home)]
    parts = {name[1] for name in names if name[0] == "mockserver" and len(name) > 1}
    return (parts & set(ARROWS)) - {part_of(module, home=home)}


MODULE_PARAMETERS = [pytest.param(module, id=str(module.relative_to(HOME))) for module in MODULES]


@pytest.mark.parametrize("module", MODULE_PARAMETERS)
def test_a_module_imports_only_along_the_arrows(module: Path) -> None:
    assert arrows_from(module) <= ARROWS[part_of(module)]


@pytest.mark.parametrize("module", MODULE_PARAMETERS)
def test_a_module_is_no_grab_bag(module: Path) -> None:
    names = module.relative_to(HOME).with_suffix("").parts

    assert set(names).isdisjoint(GRAB_BAGS)


@pytest.mark.parametrize("module", MODULE_PARAMETERS)
def test_a_module_opens_by_saying_what_it_knows(module: Path) -> None:
    assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))


def test_every_part_of_the_package_has_its_arrows_stated() -> None:
    assert {part_of(module) for module in MODULES} <= set(ARROWS)


def test_the_arrows_lead_in_no_circle() -> None:
    order = ["bounded", "lifecycle", "quirk", "contract", "simulation"]
    order += ["server", "control", "conformance", "grading"]

    backwards = [
        (part, target)
        for part in order
        for target in ARROWS[part]
        if order.index(target) >= order.index(part)
    ]

    assert backwards == []


@pytest.mark.parametrize(
    ("source", "arrows"),
    [
        ("from mockserver.server.app import build_app", {"server"}),
        ("import mockserver.server.app", {"server"}),
        ("from mockserver import server", {"server"}),
        ("def late():\n    from mockserver.server import app", {"server"}),
        ("from ..server import app", {"server"}),
        ("from .. import server", {"server"}),
        ("from . import clock", set()),
        ("import json", set()),
    ],
)
def test_an_arrow_is_seen_however_it_is_written(source: str, arrows: set[str], tmp_path: Path) -> None:
    module = tmp_path / "simulation" / "world.py"
    module.parent.mkdir()
    module.write_text(source, encoding="utf-8")

    assert arrows_from(module, home=tmp_path) == arrows


def test_the_server_starts_without_the_heavy_libraries() -> None:
    asking = "import json, sys, mockserver.server.app; print(json.dumps(sorted(sys.modules)))"

    answer = subprocess.run([sys.executable, "-c", asking], capture_output=True, check=True, text=True)  # noqa: S603  # our own interpreter

    assert set(json.loads(answer.stdout)).isdisjoint(HEAVY)


def test_no_module_of_the_simulation_looks_at_the_wall_clock_but_the_clock() -> None:
    asking = {
        str(module.relative_to(HOME))
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if part_of(module) in ("simulation", "lifecycle")
        and isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr)
        in {("datetime", "now"), ("datetime", "utcnow"), ("time", "time"), ("time", "sleep")}
    }

    assert asking == {"simulation/clock.py"}
