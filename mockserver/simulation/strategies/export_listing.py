"""Which rows an export takes, and in what order: the listing options of its context.

Knows contexts and columns, and nothing of CSV, products or orders.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from mockserver.simulation.packed_json import packed_json
from mockserver.simulation.refusals import ContextRefused
from mockserver.simulation.strategies.context_keys import storable
from mockserver.simulation.strategies.stored_order import in_stored_order
from mockserver.simulation.strategy import WorkFailed

PAGE = 50
LIMITS = frozenset({"limit", "take"})
OPTIONS = ("limit", "offset", "order", "fields", "expand", "filterable_fields")

Row = TypeVar("Row")


def prepared(
    context: Mapping[str, Any], *, select: Sequence[str] | None, relations: Sequence[str]
) -> dict[str, Any]:
    """Return the context that a new export keeps: its listing options are gathered in `list_config`.

    `list_config`: `{"select": [...], "relations": [...], "skip": ..., "take": ..., "order": {column:
    "ASC"}}`, in place of what the client sent under that name; `select` only where there are columns to name,
    `take` only where `limit` is not null. The other keys stay, `filterable_fields` comes last.
    select, relations: the columns and relations of a context that names none; select None for all columns.

    Raises ContextRefused, which names the key, where the real server answers 500.
    Source: recorded, group create; measured, `fields` with + and -.
    """
    kept = storable(context)
    options = {key: kept.pop(key) for key in OPTIONS if key in kept}
    for key in ("order", "fields", "expand"):
        if key in options and not isinstance(options[key], str):
            message = f"context.{key} must be a string"
            raise ContextRefused(message)
    if "fields" in options:
        select = _selected(options["fields"], defaults=select or ())
    if "expand" in options:
        relations = _named(options["expand"])
    take = options.get("limit", PAGE)
    kept["list_config"] = {
        **({} if select is None else {"select": list(select)}),
        "relations": list(relations),
        "skip": options.get("offset", 0),
        **({} if take is None else {"take": take}),
        "order": _order(options.get("order", "-created_at")),
    }
    if "filterable_fields" in options:
        kept["filterable_fields"] = options["filterable_fields"]
    return kept


def _named(text: str) -> list[str]:
    return list(dict.fromkeys(name for name in text.split(",") if name))


def _selected(text: str, *, defaults: Sequence[str]) -> list[str]:
    """Return the columns that *text* names. Where each is marked with + or -, they change the defaults."""
    named = _named(text)
    bare = [name.lstrip("+-") for name in named]
    if named and all(name[0] in "+-" for name in named):
        dropped = {name[1:] for name in named if name[0] == "-"}
        bare = [name for name in (*defaults, *bare) if name not in dropped]
    return list(dict.fromkeys((*bare, "created_at", "id")))


def _order(text: str) -> dict[str, str]:
    return {text.split("-")[1]: "DESC"} if text.startswith("-") else {text: "ASC"}


def relisted(context: Mapping[str, Any], *, searched: bool, **more: Any) -> dict[str, Any]:
    """Return *context* as it is stored after pre-processing, with *more* keys.

    Its selected columns and relations stand in alphabetical order, and the search word is lost from its
    filters, so that processing ignores it: the real server's queries alter what they are given.
    searched: whether there was such a word; then orders keep the order of their relations.
    Source: recorded, every completed export; measured, `filterable_fields: {"q": ...}`.
    """
    filters = context.get("filterable_fields")
    kept = {**context, **more, "list_config": sorted_names(context["list_config"], relations=not searched)}
    if isinstance(filters, Mapping):
        kept["filterable_fields"] = {key: value for key, value in filters.items() if key != "q"}
    stored: dict[str, Any] = in_stored_order(kept)
    return stored


def sorted_names(list_config: Mapping[str, Any], *, relations: bool = True) -> dict[str, Any]:
    """Return *list_config* with its columns, and its *relations* too, in alphabetical order."""
    names = ("select", "relations") if relations else ("select",)
    return {key: sorted(value) if key in names else value for key, value in list_config.items()}


def essence(context: Mapping[str, Any]) -> bytes:
    """Return what of *context* a `Listing` is made of, as bytes; in whatever order its names stand."""
    config = context["list_config"]
    listing = {name: context[name] for name in ("batch_size", "filterable_fields") if name in context}
    listing |= {name: config[name] for name in ("skip", "take", "order") if name in config}
    listing |= {name: sorted(config[name]) for name in ("select", "relations") if name in config}
    return packed_json(listing)


def is_bounded(context: Mapping[str, Any]) -> bool:
    """Return whether *context* says how many rows there are to be at most."""
    return context.get("batch_size") is not None


def has_search(context: Mapping[str, Any]) -> bool:
    """Return whether the filters of *context* hold a search word."""
    filters = context.get("filterable_fields")
    return isinstance(filters, Mapping) and bool(filters.get("q"))


class Listing(NamedTuple):
    """The listing options of one job, understood. most: rows at most (`batch_size`); None for no bound."""

    order: str
    descending: bool
    select: frozenset[str] | None
    relations: frozenset[str]
    filters: Mapping[str, Any]
    skip: Any
    take: int | None
    most: int | None

    @classmethod
    def of(cls, context: Mapping[str, Any], *, limit: str = "limit", offset: str = "offset") -> "Listing":
        """Return what *context* asks for.

        limit, offset: what the message calls them when they are not numbers. Raises WorkFailed.
        """
        config = context["list_config"]
        order, direction = next(iter(config["order"].items()))
        batch_size = context.get("batch_size")
        most = None if batch_size is None else _number(batch_size, limit)
        skip = config.get("skip") or 0
        _number(skip, offset)
        filters = context.get("filterable_fields", {})
        if not isinstance(filters, (dict, list)):
            message = (
                f"Cannot use 'in' operator to search for 'q' in {'null' if filters is None else filters}"
            )
            raise WorkFailed(message)
        return cls(
            order=order,
            descending=direction == "DESC",
            select=frozenset(config["select"]) if "select" in config else None,
            relations=frozenset(config["relations"]),
            filters=filters if isinstance(filters, dict) else {},
            skip=skip,
            take=_number(config["take"], limit) if "take" in config else PAGE,
            most=most,
        )

    def without_search(self) -> "Listing":
        """Return the listing as it is once the context has been `relisted`."""
        if "q" not in self.filters:
            return self
        return self._replace(filters={name: each for name, each in self.filters.items() if name != "q"})

    def announced(self, matching: int) -> int:
        """Return how many rows the job announces of those that match.

        Ours: the real server announces a `batch_size` as the client wrote it, text or number, and never ends
        the job when that is more than there is. Measured.
        """
        return matching if self.most is None else max(0, min(matching, self.most))

    def first_rows(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that pre-processing looks at to learn which columns are needed."""
        return list(self._paged(rows, _number(self.skip, "offset")))

    def rows(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that processing writes.

        An offset that is text is not added to the rows already written but concatenated with them, so that
        "1" skips ten. Source: recorded, export_failures/create export offset string.
        """
        skip = f"{self.skip}0" if isinstance(self.skip, str) else self.skip
        return list(self._paged(rows, _number(skip, "offset")))

    def _paged(self, rows: Sequence[Row], offset: int) -> Iterator[Row]:
        """Yield the rows page by page, until the offset reaches the count. Rows skipped do not lower it."""
        count, done = min(len(rows), len(rows) if self.most is None else self.most), 0
        while offset < count and (page := rows[offset : offset + self._page(count - done)]):
            yield from page
            offset, done = offset + len(page), done + len(page)

    def _page(self, left: int) -> int:
        return min(self.take or left, left)


def _number(value: Any, name: str) -> int:
    """Return *value* as a number of rows. Raises WorkFailed, in the real server's words, when it is none."""
    try:
        number = round(float(value))
    except (TypeError, ValueError, OverflowError):
        message = f'Provided "{name}" value is not a number. Please provide a numeric value.'
        raise WorkFailed(message) from None
    if number < 0:
        message = f"{'LIMIT' if name in LIMITS else 'OFFSET'} must not be negative"
        raise WorkFailed(message)
    return number


def sorted_rows(rows: Iterable[Row], value_of: Callable[[Row], Any], *, descending: bool) -> list[Row]:
    """Return *rows* by a value, nothing counting as more than anything, rows with equal values as they came.

    Source: measured, products by `thumbnail` and by `-thumbnail`.
    """
    by_presence: tuple[list[Row], list[Row]] = ([], [])
    for row in rows:
        by_presence[value_of(row) is None].append(row)
    present, absent = by_presence
    present.sort(key=value_of, reverse=descending)
    return absent + present if descending else present + absent
