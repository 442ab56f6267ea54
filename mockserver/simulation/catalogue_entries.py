"""What stands in a catalogue file: YAML values, each with its line. Knows types and keys, and no shop.

Whatever is wrong is told in one line that names the file, the line and the remedy.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from mockserver.simulation.yaml_file import YamlFileError, composed, line_of

MOST = 2**31 - 1  # a number that the real database's integers can hold
SHOWN = 60  # letters of a wrong value that a message shows
NAMED = 20  # names that a message lists

_KINDS: Mapping[type[yaml.Node], str] = {yaml.MappingNode: "a mapping", yaml.SequenceNode: "a list"}
_TAG = "tag:yaml.org,2002:"
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_DIGITS = re.compile(r"0|[1-9][0-9]{0,9}")


class CatalogueFileError(ValueError):
    """A catalogue file cannot be used; the message is one line with the place and the remedy."""


def root_of(file: Path) -> "Value":
    """Return what *file* holds. Raises CatalogueFileError where it is no readable YAML."""
    try:
        node = composed(file, tells="describes a shop", empty="describe a shop, or write {}")
    except YamlFileError as error:
        raise CatalogueFileError(str(error)) from error
    return Value(file=file, name="the file", node=node)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value of the file. name: what it is called in messages."""

    file: Path
    name: str
    node: yaml.Node

    @property
    def line(self) -> int:
        """Return the line on which it begins, from 1."""
        return line_of(self.node)

    @property
    def is_empty(self) -> bool:
        """Return whether nothing stands there, or `null`."""
        return bool(self.node.tag == f"{_TAG}null")

    def wrong(self, problem: str, remedy: str) -> CatalogueFileError:
        """Return the error that tells of a *problem* on this line, and of its *remedy*."""
        return CatalogueFileError(f"{self.file}, line {self.line}: {problem}; {remedy}")

    def text(self) -> str:
        """Return it as the text that is written there: `10115` and `no` are text too. Raises."""
        if not isinstance(self.node, yaml.ScalarNode) or self.is_empty or not self.node.value.strip():
            raise self._misfit("text", "write a word or more, or leave the key out")
        text = str(self.node.value)
        if "\0" in text or re.search("[\ud800-\udfff]", text):
            raise self.wrong(
                f"{self.name} holds a character that no database keeps as text", "remove its escape"
            )
        return text

    def number(self, least: int = 0, most: int = MOST, remedy: str = "write digits only") -> int:
        """Return it as a whole number from *least* to *most*. Raises."""
        digits = self._scalar("int")
        if not _DIGITS.fullmatch(digits) or not least <= int(digits) <= most:
            raise self._misfit(f"a whole number from {least} to {most}", remedy)
        return int(digits)

    def money(self) -> int:
        """Return it as an amount in the currency's smallest unit. Raises."""
        return self.number(remedy="write the smallest unit, 1999 for 19.99")

    def truth(self) -> bool:
        """Return it as a truth value. Raises."""
        word = self._scalar("bool").lower()
        if word not in _TRUTH:
            raise self._misfit("true or false", "write one of them")
        return _TRUTH[word]

    def instant(self) -> datetime:
        """Return it as an instant. Raises where it has no zone."""
        try:
            read = datetime.fromisoformat(self.text())
            if read.tzinfo is not None:
                return read.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise self._misfit("an instant with its zone", "write it as 2026-11-22T12:00:00Z")

    def word(self, *known: str) -> str:
        """Return it as one of the *known* words. Raises."""
        return str(self.one_of({each: each for each in known}))

    def one_of(self, known: Mapping[str, Any]) -> Any:
        """Return what *known* has under this name. Raises."""
        text = self.text()
        if text not in known:
            remedy = f"known: {_some(known)}" if known else "the file has none; add it, or take this out"
            raise self.wrong(f"unknown {self.name} {text!r}", remedy)
        return known[text]

    def items(self) -> "list[Value]":
        """Return the values of the list that it is. Raises."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self._misfit("a list", "begin each entry with a hyphen, or write [one, two]")
        return [Value(file=self.file, name=f"{self.name} entry", node=each) for each in self.node.value]

    def texts(self) -> "dict[str, Value]":
        """Return the texts of the list that it is, each with its place. Raises where one stands twice."""
        found: dict[str, Value] = {}
        for each in self.items():
            each.refuse_twice(found, each.text())
        return found

    def refuse_twice(self, taken: "dict[str, Value]", text: str, name: str | None = None) -> None:
        """Note that this is *text*. Raises where it is *taken* already; name: what it is called."""
        if first := taken.get(text):
            raise self.wrong(
                f"{name or self.name} {text!r} is taken since line {first.line}", "give each its own"
            )
        taken[text] = self

    def pairs(self) -> "Iterator[tuple[Value, Value]]":
        """Yield key and value of the mapping that it is. Raises, also where a key stands twice."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self._misfit("a mapping", "write `key: value` pairs")
        seen: dict[str, Value] = {}
        for key_node, value_node in self.node.value:
            key = Value(file=self.file, name="the key", node=key_node)
            key.refuse_twice(seen, key.text())
            yield key, Value(file=self.file, name=key.text(), node=value_node)

    def entry(self, name: str, known: Iterable[str], *, short: str | None = None) -> "Entry":
        """Return it as the keys of a *name*, of which only those *known* are allowed. Raises.

        short: the key that plain text stands for.
        """
        if short is not None and isinstance(self.node, yaml.ScalarNode):
            value = Value(file=self.file, name=short, node=self.node)
            return Entry(value=self, name=name, values={short: value})
        values = {}
        keys = list(known)
        for key, value in self.pairs():
            if (text := key.text()) not in keys:
                remedy = f"known: {', '.join(keys)}" if keys else "take it out"
                raise key.wrong(f"{name} has no key {text!r}", remedy)
            if not value.is_empty:
                values[text] = value
        return Entry(value=self, name=name, values=values)

    def _scalar(self, kind: str) -> str:
        """Return what is written here when YAML takes it as that *kind* of scalar, and nothing otherwise."""
        fits = isinstance(self.node, yaml.ScalarNode) and self.node.tag == f"{_TAG}{kind}"
        return str(self.node.value) if fits else ""

    def _misfit(self, wanted: str, remedy: str) -> CatalogueFileError:
        found = _KINDS.get(type(self.node)) or ("empty" if self.is_empty else repr(self.node.value[:SHOWN]))
        return self.wrong(f"{self.name} is {found}, not {wanted}", remedy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A mapping whose keys are known. Those without a value are left out. name: what it is called."""

    value: Value
    name: str
    values: Mapping[str, Value]

    def needed(self, key: str) -> Value:
        """Return the value of *key*. Raises where there is none."""
        if key not in self.values:
            raise self.value.wrong(f"{self.name} has no {key}", f"add `{key}:`")
        return self.values[key]

    def items(self, key: str) -> list[Value]:
        """Return the entries of the list under *key*: none where it is left out. Raises."""
        return self.values[key].items() if key in self.values else []

    def texts(self, key: str) -> dict[str, Value]:
        """Return the texts of the list under *key*: none where it is left out. Raises."""
        return self.values[key].texts() if key in self.values else {}

    def fields(self, readers: Mapping[str, Callable[[Value], Any]]) -> dict[str, Any]:
        """Return what is there of *readers*, read, by key. Raises."""
        return {key: read(self.values[key]) for key, read in readers.items() if key in self.values}


def _some(names: Iterable[str]) -> str:
    """Return *names* in one line, and how many more there are than that holds."""
    listed = list(names)
    rest = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return ", ".join(listed[:NAMED]) + rest
