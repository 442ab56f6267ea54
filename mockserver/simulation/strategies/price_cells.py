"""The cells of a CSV that hold prices, and the columns that they stand in: `Price EUR`, `Price EU [EUR]`."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from mockserver.simulation.catalogue import Price, Region
from mockserver.simulation.strategies.column_filter import integer
from mockserver.simulation.strategies.import_source import parse_failure
from mockserver.simulation.strategies.money import CURRENCIES, amount_of
from mockserver.simulation.strategy import WorkFailed

_OF_REGION = re.compile(r"Price (?P<region>.+) \[(?P<currency>[A-Z]{3})\]")
_OF_CURRENCY = re.compile(r"Price (?P<currency>[A-Z]{3})")

# The constraint's name on the real server. Source: measured, a column `Price XXX`.
UNKNOWN_CURRENCY = (
    'insert or update on table "money_amount" violates foreign key constraint '
    '"FK_e15811f81339e4bd8c440aebe1c"'
)
NO_AMOUNT = 'null value in column "amount" of relation "money_amount" violates not-null constraint'

Entry = dict[str, Any]


def price_column(currency_code: str, region: str | None = None) -> str:
    """Return the name of the column of a currency's price, or of its price in the *region* of that name."""
    code = currency_code.upper()
    return f"Price {code}" if region is None else f"Price {region} [{code}]"


def price_reader(column: str, regions: Mapping[str, Region]) -> Callable[[Any], Entry]:
    """Return what a cell of *column* says: `{"amount": int or null, ["region_id"], "currency_code"}`.

    A region's price is in the region's own currency, whatever the column says. regions: by name.
    Raises WorkFailed when no such column is known; the reader does for a region that does not exist, unless
    the cell is empty.
    """
    if match := _OF_REGION.fullmatch(column):
        return _region_reader(match["region"], regions.get(match["region"]))
    if match := _OF_CURRENCY.fullmatch(column):
        currency = match["currency"]
        return lambda cell: {"amount": amount_of(cell, currency), "currency_code": currency}
    message = (
        f"Unable to treat column {column} from the csv file. No target column found in the provided schema"
    )
    raise parse_failure(message)


def _region_reader(name: str, region: Region | None) -> Callable[[Any], Entry]:
    def read(cell: Any) -> Entry:
        if region is not None:
            amount = amount_of(cell, region.currency_code)
            return {"amount": amount, "region_id": region.id, "currency_code": region.currency_code}
        if cell is not None:
            message = f"Trying to set a price for a region {name} that doesn't exist"
            raise WorkFailed(message)
        return {}

    return read


def priced(
    entries: Iterable[Mapping[str, Any]],
    *,
    variant_id: str,
    at: datetime,
    mint: Callable[[str], str],
    price_list_id: str | None = None,
) -> tuple[Price, ...]:
    """Return the prices that *entries* are. Raises WorkFailed for one that the database would not take."""
    return tuple(
        Price(
            id=mint("ma"),
            created_at=at,
            updated_at=at,
            currency_code=_known(entry["currency_code"]),
            amount=_given(entry["amount"]),
            region_id=entry.get("region_id"),
            price_list_id=price_list_id,
            variant_id=variant_id,
        )
        for entry in entries
    )


def _known(currency_code: str) -> str:
    if currency_code.lower() not in CURRENCIES:
        raise WorkFailed(UNKNOWN_CURRENCY)
    return currency_code.lower()


def _given(amount: int | None) -> int:
    if amount is None:
        raise WorkFailed(NO_AMOUNT)
    return integer(amount)
