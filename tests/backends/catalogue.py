"""The shop over HTTP: the store's settings, products, variants and price lists.

Knows what may be asked of each. Ignores batch jobs.
"""

from typing import Any

from flask import Response, jsonify, request

from tests.backends.goods import PRODUCT_COLUMNS, STATUSES, VARIANT_COLUMNS
from tests.backends.listing import Kind, asked_for, page_of, relations_asked, selected
from tests.backends.store import Store, iso, new_id

Row = dict[str, Any]

PRODUCT_RELATIONS = (
    "collection",
    "images",
    "options",
    "profiles",
    "sales_channels",
    "tags",
    "type",
    "variants",
)
NESTED = ("options.values", "variants.options", "variants.prices")
PRODUCTS = Kind(
    columns=PRODUCT_COLUMNS,
    lists={"id": None, "status": STATUSES},
    texts=("handle", "title"),
    flags=("is_giftcard",),
    relations=(*PRODUCT_RELATIONS, *NESTED),
    usual_relations=(*PRODUCT_RELATIONS, *NESTED),
    found_by=lambda row: (
        row["title"],
        row["description"],
        *(variant[name] for variant in row["variants"] for name in ("title", "sku")),
    ),
)
VARIANTS = Kind(
    columns=VARIANT_COLUMNS,
    lists={"id": None},
    texts=("title",),
    relations=("product", "options", "prices"),
    usual_relations=("product", "options", "prices"),
    limit=100,
    found_by=lambda row: (row["title"], row["sku"]),
)
PRICE_LISTS = Kind(
    columns=(
        "id",
        "created_at",
        "updated_at",
        "deleted_at",
        "name",
        "description",
        "type",
        "status",
        "starts_at",
        "ends_at",
    ),
    lists={"status": ("active", "draft"), "type": ("sale", "override")},
    texts=("id",),
    has_fields=False,
    limit=10,
    found_by=lambda row: (row["name"], row["description"]),
)
US_DOLLAR = {"code": "usd", "symbol": "$", "symbol_native": "$", "name": "US Dollar"}
EURO = {"code": "eur", "symbol": "€", "symbol_native": "€", "name": "Euro"}


class Catalogue:
    """The operations that only read."""

    def __init__(self, store: Store, *, defect: str | None) -> None:
        self._store, self._defect = store, defect
        opened = iso(store.clock())
        self._settings = {
            "id": new_id("store", store.clock()),
            "created_at": opened,
            "updated_at": opened,
            "name": "A Flask Store",
            "default_currency_code": "usd",
            "currencies": [US_DOLLAR, EURO],
            "default_currency": US_DOLLAR,
            "feature_flags": [{"key": "sales_channels", "value": True}],
            "modules": [{"module": "eventBus", "resolution": "local"}],
            "payment_providers": [],
            "fulfillment_providers": [],
        }

    def store(self) -> Response:
        """Show the store's settings."""
        return jsonify(store=self._settings)

    def products(self) -> Response:
        """Show a page of products."""
        asked = asked_for(request.query_string, PRODUCTS, defect=self._defect)
        page, counts = page_of(self._store.goods.products, asked, PRODUCTS, defect=self._defect)
        along = relations_asked(asked, PRODUCTS)
        shown = [{**selected(row, asked, PRODUCTS), **_related(row, along)} for row in page]
        return jsonify(products=shown, **counts)

    def variants(self) -> Response:
        """Show a page of variants."""
        asked = asked_for(request.query_string, VARIANTS, defect=self._defect)
        page, counts = page_of(self._store.goods.variants(), asked, VARIANTS, defect=self._defect)
        along = relations_asked(asked, VARIANTS) | {"prices"}
        products = {
            each["id"]: selected(each, asked_for(b"", PRODUCTS, defect=None), PRODUCTS)
            for each in self._store.goods.products
        }
        shown = []
        for row in page:
            everything = {**row, "product": products[row["product_id"]]}
            shown.append({**selected(row, asked, VARIANTS), **{name: everything[name] for name in along}})
        return jsonify(variants=shown, count=counts["count"])

    def price_lists(self) -> Response:
        """Show a page of price lists."""
        asked = asked_for(request.query_string, PRICE_LISTS, defect=self._defect)
        page, counts = page_of(self._store.goods.price_lists, asked, PRICE_LISTS, defect=self._defect)
        return jsonify(price_lists=page, **counts)


def _related(product: Row, along: set[str]) -> Row:
    """Return the relations of a product that are asked for, and of those no more than that."""
    outer = {name.partition(".")[0] for name in along}
    related = {name: product[name] for name in PRODUCT_RELATIONS if name in outer}
    if "options" in related and "options.values" not in along:
        related["options"] = [_without(option, {"values"}) for option in product["options"]]
    if "variants" in related:
        left_out = {name for name in ("options", "prices") if f"variants.{name}" not in along}
        related["variants"] = [_without(variant, left_out) for variant in product["variants"]]
    return related


def _without(row: Row, names: set[str]) -> Row:
    return {name: value for name, value in row.items() if name not in names}
