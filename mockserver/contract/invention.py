"""Values made up by a schema of OpenAPI 3.0, by a chance that is handed in. Knows nothing of requests.

Ours, for want of a library: hypothesis is made for tests, draws otherwise in each version and is slow to
start; jsf draws from the one chance of the process and from today's date, and knows no `nullable`. Two
libraries do their part: faker writes words and addresses, rstr what keeps a pattern.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Any

Schema = Mapping[str, Any]
Resolve = Callable[[Schema], Schema]

DEEPEST = 6  # levels; deeper down, only what has to be there
MOST_ITEMS = 3
TRIES = 20
ANYTHING: Schema = {"type": "string"}
CHOICES = ("allOf", "oneOf", "anyOf")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
A_YEAR = 365 * 86400  # seconds


class NothingFits(ValueError):
    """No value that keeps the schema was found; the message names the remedy."""


@dataclass(frozen=True)
class Inventor:
    """Makes up values. resolve: gives what a reference refers to. chance: equal ones give equal values.

    by_example: a schema's own `example` or `default` is taken where it has one, and null where it may be;
    otherwise everything is drawn.
    """

    resolve: Resolve
    chance: Random
    by_example: bool = False

    def invent(self, schema: Schema, *, is_valid: Callable[[Any], bool]) -> Any:
        """Return a value that keeps *schema*, in the eyes of *is_valid*. Raises NothingFits."""
        for _ in range(TRIES):
            value = self._value(schema, DEEPEST)
            if is_valid(value):
                return value
        raise NothingFits("nothing was found that keeps its schema; give it an example there")

    def _value(self, schema: Schema, depth: int) -> Any:
        schema = self._whole(schema)
        if self.by_example:
            for keyword in ("example", "default"):
                if keyword in schema:
                    return schema[keyword]
        if "enum" in schema:
            return schema["enum"][0] if self.by_example else self.chance.choice(schema["enum"])
        if schema.get("nullable") and (self.by_example or depth <= 0 or self.chance.random() < 0.25):  # noqa: PLR2004
            return None
        return self._of_type(schema, depth)

    def _whole(self, schema: Schema) -> Schema:
        """Return *schema* with what it refers to, all of its parts and one of its choices in it."""
        schema = self.resolve(schema)
        if not any(choice in schema for choice in CHOICES):
            return schema
        whole: dict[str, Any] = {key: value for key, value in schema.items() if key not in CHOICES}
        alternatives = [schema[choice] for choice in ("oneOf", "anyOf") if schema.get(choice)]
        chosen = [each[0] if self.by_example else self.chance.choice(each) for each in alternatives]
        parts = [*schema.get("allOf", ()), *chosen]
        for part in map(self._whole, parts):
            whole = _both(whole, part)
        return whole

    def _of_type(self, schema: Schema, depth: int) -> Any:
        match schema.get("type") or ("object" if "properties" in schema else None):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "integer" | "number" as kind:
                return self._number(schema, is_whole=kind == "integer")
            case "boolean":
                return not self.by_example and self.chance.random() < 0.5  # noqa: PLR2004  # one in two
            case _:
                return self._text(schema)

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        members = {
            name: self._value(each, depth - 1)
            for name, each in schema.get("properties", {}).items()
            if name in required or (depth > 0 and self._has_optional())
        }
        other = schema.get("additionalProperties", True)
        missing = [name for name in required if name not in members]
        wanted = max(int(schema.get("minProperties", 0)) - len(members) - len(missing), 0)
        for name in [*missing, *(f"key_{number}" for number in range(1, wanted + 1))]:
            members[name] = self._value(other if isinstance(other, Mapping) else ANYTHING, depth - 1)
        return members

    def _has_optional(self) -> bool:
        return self.by_example or self.chance.random() < 0.75  # noqa: PLR2004  # three of four

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        least = int(schema.get("minItems", 0))
        most = int(schema.get("maxItems", max(least, MOST_ITEMS)))
        usual = 1 if self.by_example else self.chance.randint(least, min(most, least + MOST_ITEMS))
        wanted = min(max(usual, least), most) if depth > 0 else least
        items: list[Any] = []
        inventor = self
        for _ in range(wanted * TRIES):
            if len(items) == wanted:
                break
            item = inventor._value(schema.get("items", ANYTHING), depth - 1)
            if schema.get("uniqueItems"):
                inventor = replace(self, by_example=False)  # what is made without chance is always the same
            if not schema.get("uniqueItems") or item not in items:
                items.append(item)
        return items

    def _number(self, schema: Schema, *, is_whole: bool) -> float:
        step = schema.get("multipleOf", 1 if is_whole else None)
        least, most = schema.get("minimum"), schema.get("maximum")
        low = least if least is not None else min(0, most - 1000 if most is not None else 0)
        high = most if most is not None else low + 1000
        if step is None:
            return low if self.by_example else round(self.chance.uniform(low, high), 3)
        first, last = math.ceil(low / step), math.floor(high / step)
        if schema.get("exclusiveMinimum") and first * step == low:
            first += 1
        if schema.get("exclusiveMaximum") and last * step == high:
            last -= 1
        times = first if self.by_example or last < first else self.chance.randint(first, last)
        number: float = times * step
        return number

    # ---- text

    def _text(self, schema: Schema) -> str:
        if "pattern" in schema:
            return self._by_pattern(schema["pattern"])
        if (written := self._formats.get(schema.get("format", ""))) is not None:
            return written()
        least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
        text = "string" if self.by_example else self._faker.sentence(nb_words=3).rstrip(".")
        return text.ljust(least, "x")[:most]

    def _by_pattern(self, pattern: str) -> str:
        from rstr import Rstr  # noqa: PLC0415  # only when there is a pattern to keep

        return Rstr(self.chance).xeger(pattern)

    @cached_property
    def _faker(self) -> Any:
        from faker import Faker  # noqa: PLC0415  # heavy, and only needed here

        faker = Faker()
        faker.seed_instance(self.chance.getrandbits(64))
        return faker

    def _instant(self) -> datetime:
        return SINCE + timedelta(seconds=self.chance.randrange(A_YEAR))

    @cached_property
    def _formats(self) -> Mapping[str, Callable[[], str]]:
        faker = self._faker
        return {
            "date": lambda: f"{self._instant():%Y-%m-%d}",
            "date-time": lambda: f"{self._instant():%Y-%m-%dT%H:%M:%S}.{self.chance.randrange(1000):03d}Z",
            "time": lambda: f"{self._instant():%H:%M:%S}Z",
            "email": faker.ascii_safe_email,
            "hostname": faker.hostname,
            "ipv4": faker.ipv4,
            "ipv6": faker.ipv6,
            "password": faker.password,
            "uri": faker.uri,
            "url": faker.uri,
            "uuid": faker.uuid4,
            "byte": lambda: "bW9jaw==",
        }


def _both(one: Mapping[str, Any], other: Schema) -> dict[str, Any]:
    """Return a schema that asks for what *one* and *other* ask for, as far as they do not contradict."""
    properties = {**one.get("properties", {}), **other.get("properties", {})}
    required = [*dict.fromkeys([*one.get("required", ()), *other.get("required", ())])]
    both = {**one, **other}
    if properties:
        both["properties"] = properties
    if required:
        both["required"] = required
    return both
