"""Where in the documents a rule is stated: from `schemas/BatchJob.yaml, x-lifecycle` to a file and a line.

Reads the documents as text with lines, and nothing else of them. A place that the folder does not hold still
has its file; a key that the file does not hold gets the line of the last one that it does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

ROOT = "openapi.yaml"
PLACES, KEYS = "; ", ", "  # between two places of one rule, and between a file and the keys within
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is optional, and ten times faster
_METHOD = re.compile(r"(?P<method>[A-Z]+) (?P<path>/.*)")  # the other way to name a place in a path


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A file, by its path with slashes, the line, from 1 on, and the keys that lead to it.

    line: None where it is not known. address: on the web, empty where it has none.
    """

    file: str
    keys: str = ""
    line: int | None = None
    address: str = ""

    def __str__(self) -> str:
        """Return it as editors and terminals make a link of it, and the keys for who reads it."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place} ({self.keys})" if self.keys else place


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """The documents that a target was judged by.

    folder: where they are, to look lines up; None when they are not at hand. name: what they are called in a
    report, a path from the root of the repository where they lie in one. web: the address of that folder on
    the web, to link to; empty when it has none.
    """

    folder: Path | None = None
    name: str = "openapi"
    web: str = ""

    def locate(self, place: str, *, operation: str = "") -> tuple[Location, ...]:
        """Return the locations of *place*, the first of which is where a rule is stated best.

        place: `schemas/BatchJob.yaml, x-lifecycle, transitions, confirm`, `GET /admin/batch-jobs, responses`,
        or several such. operation: the operationId that is looked for where a place is a folder, `paths`.
        """
        return tuple(self._locate(each, operation) for each in place.split(PLACES))

    def _locate(self, place: str, operation: str) -> Location:
        file, *keys = place.split(KEYS)
        file = file.rstrip("/")
        line = None
        if found := _METHOD.fullmatch(file):
            file, keys = self._path_file(found["path"], [found["method"].lower(), *keys])
        if self.folder is not None:
            if operation and (self.folder / file).is_dir():
                file, line = next(_operations(self.folder, operation), (file, None))
            else:
                line = _line(self.folder / file, keys)
        anchor = "" if line is None else f"#L{line}"
        return Location(
            file=f"{self.name}/{file}",
            keys=KEYS.join(keys),
            line=line,
            address=f"{self.web}/{file}{anchor}" if self.web else "",
        )

    def _path_file(self, path: str, keys: list[str]) -> tuple[str, list[str]]:
        """Return the file that describes *path*, which the root refers to, and the keys within."""
        whole = ["paths", path, *keys]
        if self.folder is None or not (self.folder / ROOT).is_file():
            return ROOT, whole
        node = yaml.compose((self.folder / ROOT).read_text(encoding="utf-8"), LOADER)
        for key in ("paths", path, "$ref"):
            _, node = _entry(node, key) or (0, None)
        match node:
            case yaml.ScalarNode():
                return str(PurePosixPath(node.value.partition("#")[0])), keys
        return ROOT, whole


def transitions_at(place: str) -> frozenset[str]:
    """Return the names of the transitions that *place* speaks of."""
    keys = (each.split(KEYS) for each in place.split(PLACES))
    return frozenset(name for _, *within in keys for name in _transition(within))


def _transition(keys: list[str]) -> list[str]:
    match keys:
        case ["x-lifecycle", "transitions", name, *_]:
            return [name]
    return []


def _operations(folder: Path, operation: str) -> Iterator[tuple[str, int]]:
    """Yield each file in *folder* that has the operation, and the line."""
    for file in sorted(folder.rglob("*.y*ml")):
        lines = file.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            if line.split() == ["operationId:", operation]:
                yield file.relative_to(folder).as_posix(), number


def _line(file: Path, keys: list[str]) -> int | None:
    if file.suffix == ".md" and file.is_file():
        lines = file.read_text(encoding="utf-8").splitlines()
        return next((number for number, line in enumerate(lines, start=1) if keys and keys[-1] in line), 1)
    if file.suffix not in (".yaml", ".yml") or not file.is_file():
        return None
    node = yaml.compose(file.read_text(encoding="utf-8"), LOADER)
    line = 1
    for key in keys:
        entry = _entry(node, key)
        if entry is None:
            break
        line, node = entry
    return line


def _entry(node: yaml.Node | None, key: str) -> tuple[int, yaml.Node] | None:
    """Return the line and the value of the entry *key* of a mapping, or of the number *key* of a list."""
    match node:
        case yaml.MappingNode():
            for name, value in node.value:
                if name.value == key:
                    return name.start_mark.line + 1, value
        case yaml.SequenceNode() if key.isdecimal() and int(key) < len(node.value):
            value = node.value[int(key)]
            return value.start_mark.line + 1, value
    return None
