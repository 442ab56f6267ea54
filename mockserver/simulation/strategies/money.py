"""Amounts of money: whole numbers of a currency's smallest unit, and how people write them."""

import math
import re
from typing import Any

# Source: measured, GET /admin/currencies of Medusa 1.20.11.
CURRENCIES = frozenset(
    (  # noqa: SIM905  # a hundred lines of quoted words say no more
        "usd cad eur aed afn all amd ars aud azn bam bdt bgn bhd bif bnd bob brl bwp byn bzd cdf chf clp "
        "cny cop crc cve czk djf dkk dop dzd eek egp ern etb gbp gel ghs gnf gtq hkd hnl hrk huf idr ils "
        "inr iqd irr isk jmd jod jpy kes khr kmf krw kwd kzt lbp lkr ltl lvl lyd mad mdl mga mkd mmk mnt "
        "mop mur mxn myr mzn nad ngn nio nok npr nzd omr pab pen php pkr pln pyg qar ron rsd rub rwf sar "
        "sdg sek sgd sos syp thb tnd top try ttd twd tzs uah ugx uyu uzs vef vnd xaf xof yer zar zmk zwl"
    ).split()
)

# Source: ISO 4217. Measured: jpy; kwd, which has three decimals there, is kept with two.
WITHOUT_DECIMALS = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "xaf", "xof"]
)


_LEADING_NUMBER = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def amount_of(value: Any, currency_code: str) -> int | None:
    """Return the amount that *value* units of a currency are, halves rounded up.

    Of text it takes the number at its beginning, `1,5` is 1. None where there is no number, nor one that is
    finite: JSON, in which the operations are kept, has none. Source: measured; ours, what is not finite.
    """
    number = _LEADING_NUMBER.match("" if isinstance(value, bool) else str(value))
    amount = float(number[0]) * _smallest_in_one(currency_code) + 0.5 if number else math.inf
    return math.floor(amount) if math.isfinite(amount) else None


def units_of(amount: int, currency_code: str) -> str:
    """Return *amount* as exports write it: `19.99`, `19.9`, `20`. Source: recorded and measured exports."""
    units, rest = divmod(abs(amount), _smallest_in_one(currency_code))
    return ("-" if amount < 0 else "") + str(units) + (f".{rest:02d}".rstrip("0") if rest else "")


def _smallest_in_one(currency_code: str) -> int:
    return 1 if currency_code.lower() in WITHOUT_DECIMALS else 100
