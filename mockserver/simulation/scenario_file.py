"""Scenarios written by hand: a YAML file, judged by the published schema and read into scenarios.

Knows the format and its lines. Which transitions and types there are is for whoever has the documents.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from math import inf, isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import jsonschema_rs
import yaml

from mockserver.simulation.duration import Drawn, DurationUnreadable, Family, duration_of
from mockserver.simulation.scenario import STEADY, Failure, Scenario, Wait
from mockserver.simulation.yaml_file import YamlFileError, composed, line_of

OTHERWISE, NEVER = "otherwise", "never"
DEEPEST = 64  # levels that a file may have
SHOWN = 60  # letters of a wrong value that a message shows
_TRUTH = {"true": True, "false": False}

Place = tuple[str, ...]  # keys and numbers: a key may be a number too
Wrong = tuple[int, str]  # the line, and what is wrong there


class ScenarioFileError(ValueError):
    """A file of scenarios cannot be used. errors: each thing that is wrong, with its line and the remedy."""

    def __init__(self, *errors: str) -> None:
        more = f" (and {len(errors) - 1} more; `mockserver scenarios FILE` lists them)"
        super().__init__(errors[0] + (more if len(errors) > 1 else ""))
        self.errors = errors


@cache
def scenarios_schema() -> dict[str, Any]:
    """Return the JSON Schema of such files."""
    text = resources.files("mockserver.simulation").joinpath("scenarios.schema.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def shipped_scenarios() -> Mapping[str, Scenario]:
    """Return the scenarios of the file that comes with the package."""
    file = Path(str(resources.files("mockserver.simulation"))) / "scenarios.yaml"
    return _scenarios(_Source.of(file).content)


def read_scenarios(
    file: Path, *, transitions: Collection[str] | None = None, types: Collection[str] | None = None
) -> Mapping[str, Scenario]:
    """Return the scenarios that *file* describes, by name.

    transitions, types: those that there are; None where that is not known. Raises ScenarioFileError, which
    tells of everything that is wrong: `FILE, line N: what is wrong; the remedy`.
    """
    source = _Source.of(file)
    errors = [*source.errors, *source.misfits()]
    if not errors:
        errors = [*source.unknown(transitions, types), *source.impossible()]
    if errors:
        raise ScenarioFileError(*(f"{file}, line {line}: {text}" for line, text in sorted({*errors})))
    return _scenarios(source.content)


def names_file(text: str, known: Collection[str]) -> bool:
    """Return whether *text*, which a user chose, names a file rather than one of the *known* scenarios."""
    is_path = "#" in text or "/" in text or "\\" in text or text.endswith((".yaml", ".yml", ".json"))
    return is_path or (text not in known and Path(text).is_file())


def chosen_in(
    text: str, *, transitions: Collection[str], types: Collection[str]
) -> tuple[Mapping[str, Scenario], Scenario]:
    """Return all scenarios of the file that *text* names, as FILE or FILE#NAME, and the one that is chosen.

    Raises ScenarioFileError, also where the file has several and none is named.
    """
    path, name = text.rsplit("#", 1) if "#" in text else (text, "")
    found = read_scenarios(Path(path), transitions=transitions, types=types)
    if not name and len(found) > 1:
        raise ScenarioFileError(
            f"{path}: it has {len(found)} scenarios; choose one, as {path}#{next(iter(found))}"
        )
    if name and name not in found:
        raise ScenarioFileError(f"{path}: it has no scenario {name!r}; {_known(name, found)}")
    return found, found[name or next(iter(found))]


# ---- from what was read to scenarios


def _scenarios(content: Mapping[str, Any]) -> Mapping[str, Scenario]:
    return {name: _scenario(name, said or {}) for name, said in content["scenarios"].items()}


def _scenario(name: str, said: Mapping[str, Any]) -> Scenario:
    waits = {each: _wait(written) for each, written in said.get("durations", {}).items()}
    if OTHERWISE in waits:
        otherwise = waits.pop(OTHERWISE)
    else:
        otherwise, waits = STEADY.otherwise, {**STEADY.durations, **waits}
    failures = {each: _failure(written) for each, written in said.get("failures", {}).items()}
    return Scenario(
        name=name,
        description=said.get("description", ""),
        otherwise=otherwise,
        durations=MappingProxyType(waits),
        failures=MappingProxyType(failures),
        rows=said.get("rows"),
        rows_in_file=said.get("rows_in_file"),
        types=frozenset(said["types"]) if "types" in said else None,
        source=tuple(said.get("source", ())),
    )


def _wait(written: Any) -> Wait:
    if written == NEVER:
        return None
    return _drawn(written) if isinstance(written, Mapping) else duration_of(written)


def _drawn(written: Mapping[str, Any]) -> Drawn:
    ((family, said),) = written.items()
    seconds = {
        key: value if key == "sigma" else duration_of(value).total_seconds() for key, value in said.items()
    }
    return Drawn(
        family=cast("Family", family),
        least=seconds.get("min", 0),
        most=seconds.get("max", inf),
        centre=seconds.get("mean", seconds.get("median", 0)),
        spread=seconds.get("deviation", seconds.get("sigma", 0)),
    )


def _failure(written: Any) -> Failure:
    if isinstance(written, str):
        return Failure(errors=(written,))
    return Failure(errors=tuple(written["errors"]), done=written.get("done", 0))


# ---- the file


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A file as JSON would have it. lines: of each value, and of each key. errors: found while reading it."""

    file: Path
    content: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    key_lines: dict[Place, int] = field(default_factory=dict)
    errors: list[Wrong] = field(default_factory=list)

    @classmethod
    def of(cls, file: Path) -> "_Source":
        """Return what *file* holds. Raises ScenarioFileError where it is no readable YAML."""
        try:
            root = composed(file, tells="has scenarios", empty="begin with `scenarios:`")
        except YamlFileError as error:
            raise ScenarioFileError(str(error)) from error
        source = cls(file=file)
        content = source._read(root, (), ())
        return cls(
            file=file,
            content=content,
            lines=source.lines,
            key_lines=source.key_lines,
            errors=source.errors,
        )

    def _read(self, node: yaml.Node, place: Place, above: tuple[yaml.Node, ...]) -> Any:
        self.lines[place] = line_of(node)
        if any(node is each for each in above):
            self.errors.append(self._wrong(self.lines[place], f"{_named(place)} is a part of itself"))
            return None
        if len(above) == DEEPEST:
            problem = f"{_named(place[:4])} holds one thing in another more than {DEEPEST} times"
            self.errors.append(self._wrong(self.lines[place], problem, "flatten it"))
            return None
        above = (*above, node)
        if isinstance(node, yaml.SequenceNode):
            return [self._read(each, (*place, str(number)), above) for number, each in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        read: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), line_of(key_node)
            inner = (*place, key)
            if key in read:
                problem = f"{_named(inner)} is there since line {self.key_lines[inner]}"
                self.errors.append(self._wrong(line, problem, "take one of them out"))
            self.key_lines[inner] = line
            value = self._read(value_node, inner, above)
            if value is not None:  # nothing there is as good as no key
                read[key] = value
            elif len(inner) == 2:  # noqa: PLR2004  # a scenario of which nothing is said is as `steady`
                read[key] = {}
        return read

    def misfits(self) -> Iterator[Wrong]:
        """Yield whatever the schema does not let pass."""
        for error in _validator().iter_errors(self.content):
            place = tuple(map(str, error.instance_path))
            schema = _Judging(scenarios_schema(), tuple(error.schema_path))
            said = error.kind.as_dict()
            if "unexpected" in said:
                for key in said["unexpected"]:
                    yield self._key_wrong(
                        (*place, key), f"{_named(place)} has no key", _known(key, schema.keys)
                    )
            elif "property" in said:
                problem = f"{_named(place)} has no {said['property']}"
                yield self._wrong(self._line(place), problem, schema.remedy(place))
            elif "error" in said:
                key = said["error"].instance
                yield self._key_wrong((*place, key), "this is no name:", schema.remedy(place))
            else:
                problem = f"{_named(place)} is {_shown(error.instance)}"
                yield self._wrong(self._line(place), problem, schema.remedy(place))

    def unknown(self, transitions: Collection[str] | None, types: Collection[str] | None) -> Iterator[Wrong]:
        """Yield every transition and type that there is none of."""
        for name, said in self.content["scenarios"].items():
            for part, more in (("durations", (OTHERWISE,)), ("failures", ())):
                known = (*transitions, *more) if transitions is not None else said.get(part, ())
                for key in said.get(part, {}).keys() - known:
                    place = ("scenarios", name, part, key)
                    yield self._key_wrong(place, "the worker makes no transition", _known(key, known))
            for number, kind in enumerate(said.get("types", ())):
                if types is not None and kind not in types:
                    line = self.lines[("scenarios", name, "types", str(number))]
                    yield self._wrong(line, f"there is no type of job {kind!r}", _known(kind, types))

    def impossible(self) -> Iterator[Wrong]:
        """Yield every time that is too long, and every distribution of which nothing can be drawn."""
        for name, said in self.content["scenarios"].items():
            for key, written in said.get("durations", {}).items():
                place: Place = ("scenarios", name, "durations", key)
                if isinstance(written, Mapping):
                    yield from self._undrawable(written, place)
                elif written != NEVER:
                    yield from self._unreadable(written, place)

    def _unreadable(self, written: Any, place: Place) -> Iterator[Wrong]:
        try:
            duration_of(written)
        except DurationUnreadable as error:
            yield self._line(place), f"{_named(place)}: {error}"

    def _undrawable(self, written: Mapping[str, Any], place: Place) -> Iterator[Wrong]:
        ((family, said),) = written.items()
        place = (*place, family)
        times = {key: value for key, value in said.items() if key != "sigma"}
        errors = [each for key in times for each in self._unreadable(times[key], (*place, key))]
        yield from errors
        if errors:
            return
        drawn = _drawn(written)
        if drawn.least > drawn.most:
            yield self._wrong(self._line(place), f"{_named(place)} has its min above its max", "change them")
        for key in ("deviation", "median") if family != "exponential" else ("mean",):
            if key in times and not duration_of(times[key]):
                inner = (*place, key)
                yield self._wrong(self._line(inner), f"{_named(inner)} is 0", "write more than that")

    def _line(self, place: Place) -> int:
        """Return the line of *place*, or of the nearest above it: the validator leaves out empty keys."""
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]

    def _key_wrong(self, place: Place, problem: str, remedy: str) -> Wrong:
        return self._wrong(
            self.key_lines.get(place) or self._line(place), f"{problem} {str(place[-1])[:SHOWN]!r}", remedy
        )

    def _wrong(self, line: int, problem: str, remedy: str = "take it out") -> Wrong:
        return line, f"{problem}; {remedy}"


def _scalar(node: yaml.ScalarNode) -> Any:
    """Return the value that JSON would have; what JSON has not is text, as it is written."""
    text, kind = str(node.value), node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return _TRUTH.get(text.lower(), text)
    try:
        if kind == "int":
            return int(text)
        if kind == "float" and isfinite(number := float(text)):
            return number
    except ValueError:  # as 1:30 and 0x10, which YAML takes for numbers
        return text
    return text


# ---- what is said of it


@cache
def _validator() -> Any:
    return jsonschema_rs.validator_for(scenarios_schema())


@dataclass(frozen=True, slots=True)
class _Judging:
    """The part of the schema that did not let a value pass. path: to its keyword."""

    whole: Mapping[str, Any]
    path: tuple[str | int, ...]

    def remedy(self, place: Place) -> str:
        """Return the remedy that stands nearest above the keyword."""
        if len(place) == 4 and place[2] == "durations":  # noqa: PLR2004  # a wait, which may be `never` too
            return str(self.whole["$defs"]["wait"]["x-remedy"])
        found, at = self.whole["x-remedy"], self.whole
        for key in self.path[:-1]:
            at = at[key]  # type: ignore[index]  # a path of the schema's own
            found = at.get("x-remedy", found)
        return str(found)

    @property
    def keys(self) -> Collection[str]:
        """Return the keys that may stand there."""
        at: Any = self.whole
        for key in self.path[:-1]:
            at = at[key]
        return list(at["properties"])


def _known(name: str, known: Collection[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # only for such a message

    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}? known: {', '.join(known)}" if near else f"known: {', '.join(known)}"


def _named(place: Place) -> str:
    return ".".join(map(str, place)) or "the file"


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a mapping" if value else "empty"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}..."
