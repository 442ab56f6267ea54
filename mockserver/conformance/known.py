"""Known deviations: violations that somebody has looked at, in a YAML file, and lets pass until a day.

Every error names the file, the line and the remedy. Knows nothing of how violations are found.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from mockserver.conformance.report import Known, KnownDeviation, Report

REQUIRED, OPTIONAL = ("violation", "reason", "owner"), ("until", "sometimes")
FORM = "a list of entries with violation, reason, owner and, if you like, until (a day) and sometimes (true)"


class KnownFileError(ValueError):
    """The file of known deviations cannot be used; the message names the line and the remedy."""


def shipped() -> Mapping[str, Path]:
    """Return the files that come with the package, by name."""
    folder = Path(str(resources.files("mockserver"))) / "conformance" / "known_deviations"
    return {file.name.removesuffix(".yaml"): file for file in sorted(folder.glob("*.yaml"))}


def find(name: str) -> Path:
    """Return the file *name*, or the shipped one of that name. Raises KnownFileError."""
    if Path(name).is_file():
        return Path(name)
    known = shipped()
    if name not in known:
        raise KnownFileError(
            f"{name}: no such file, and none of that name is shipped; shipped: {', '.join(known)}"
        )
    return known[name]


def read(file: Path) -> tuple[KnownDeviation, ...]:
    """Return the deviations in *file*. Raises KnownFileError."""
    try:
        root = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise KnownFileError(f"{file}{line}: {error.problem}; mend the YAML there") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KnownFileError(f"{file}: {error}") from error
    if root is None:
        return ()
    if not isinstance(root, yaml.SequenceNode):
        raise KnownFileError(f"{_place(file, root)}: expected {FORM}")
    deviations: dict[str, KnownDeviation] = {}
    for node in root.value:
        deviation = _deviation(file, node)
        if deviation.violation in deviations:
            message = f"{deviation.violation} is in the file already; keep one of the two"
            raise KnownFileError(f"{_place(file, node)}: {message}")
        deviations[deviation.violation] = deviation
    return tuple(deviations.values())


def _place(file: Path, node: yaml.Node) -> str:
    return f"{file}, line {node.start_mark.line + 1}"


def _deviation(file: Path, node: yaml.Node) -> KnownDeviation:
    if not isinstance(node, yaml.MappingNode):
        raise KnownFileError(f"{_place(file, node)}: expected an entry with violation, reason and owner")
    entry: dict[str, Any] = {}
    for key, value in node.value:
        if key.value not in (*REQUIRED, *OPTIONAL):
            known = ", ".join((*REQUIRED, *OPTIONAL))
            raise KnownFileError(f"{_place(file, key)}: unknown key {key.value!r}; known: {known}")
        entry[key.value] = _value(file, key.value, value)
    for key in REQUIRED:
        if not entry.get(key):
            raise KnownFileError(f"{_place(file, node)}: {key} is missing; say it")
    return KnownDeviation(**entry)


def _value(file: Path, key: str, node: yaml.Node) -> Any:
    text = node.value if isinstance(node, yaml.ScalarNode) else None
    if text is None:
        raise KnownFileError(f"{_place(file, node)}: {key} must be a text")
    if key == "until":
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            message = f"until is {text!r}; write a day, for example 2027-01-31"
            raise KnownFileError(f"{_place(file, node)}: {message}") from error
    if key == "sometimes":
        if text not in ("true", "false"):
            raise KnownFileError(f"{_place(file, node)}: sometimes is {text!r}; write true or false")
        return text == "true"
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is made of a report by what is known. today: a day after `until` an entry counts no more."""

    deviations: Sequence[KnownDeviation]
    today: date

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of the violations that pass today."""
        return frozenset(each.violation for each in self.deviations if not self._has_expired(each))

    def applied(self, report: Report, *, whole: bool) -> Report:
        """Return *report* with its known violations set apart. whole: every part was run to its end."""
        valid = {each.violation: each for each in self.deviations if not self._has_expired(each)}
        known = [
            Known(violation=each, deviation=valid[each.id]) for each in report.violations if each.id in valid
        ]
        new = tuple(each for each in report.violations if each.id not in valid)
        seen = {each.violation.id for each in known}
        stale = [each for each in valid.values() if each.violation not in seen and not each.sometimes]
        return replace(
            report,
            violations=new,
            known=tuple(known),
            stale=tuple(stale) if whole else (),
            notes=(*report.notes, *self._notes(report)),
        )

    def _has_expired(self, deviation: KnownDeviation) -> bool:
        return deviation.until is not None and deviation.until < self.today

    def _notes(self, report: Report) -> Iterable[str]:
        found = {each.id for each in report.violations}
        for each in self.deviations:
            if self._has_expired(each) and each.violation in found:
                until = f"{each.violation} was known until {each.until}, and counts as new since"
                yield f"{until}; {each.owner} answers for it."
