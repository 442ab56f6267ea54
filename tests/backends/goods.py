"""A small fixed shop: products with variants and prices, a price list, a few orders.

Knows its rows as JSON shows them. Ignores HTTP and batch jobs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
NewId = Callable[[str], str]

PRODUCT_COLUMNS = (
    "id",
    "created_at",
    "updated_at",
    "deleted_at",
    "title",
    "subtitle",
    "description",
    "handle",
    "is_giftcard",
    "status",
    "thumbnail",
    "weight",
    "length",
    "height",
    "width",
    "hs_code",
    "origin_country",
    "mid_code",
    "material",
    "collection_id",
    "type_id",
    "discountable",
    "external_id",
    "metadata",
)
VARIANT_COLUMNS = (
    "id",
    "created_at",
    "updated_at",
    "deleted_at",
    "title",
    "product_id",
    "sku",
    "barcode",
    "ean",
    "upc",
    "inventory_quantity",
    "allow_backorder",
    "manage_inventory",
    "hs_code",
    "origin_country",
    "mid_code",
    "material",
    "weight",
    "length",
    "height",
    "width",
    "metadata",
)
ORDER_COLUMNS = ("id", "created_at", "display_id", "status", "email", "currency_code", "total")
MEASURES = ("weight", "length", "height", "width", "hs_code", "origin_country", "mid_code", "material")
STATUSES = ("draft", "proposed", "published", "rejected")

# title, status, is a gift card, weight, material, sizes, price in cents
ASSORTMENT = (
    ("Medusa T-Shirt", "published", False, 400, "cotton", ("S", "M", "L"), 1950),
    ("Medusa Coffee Mug", "published", False, 250, None, ("One Size",), 1200),
    ("Müsli Bowl", "draft", False, None, "clay", ("Small", "Large"), 1499),
    ("Gift Card", "proposed", True, None, None, ("25",), 2500),
    ("Medusa Sweatpants", "published", False, 600, "cotton", ("S", "M"), 3350),
)


@dataclass
class Goods:
    """What the shop sells and sold. Mutable: imports add to it."""

    new_id: NewId
    products: list[Row]
    price_lists: list[Row]
    orders: list[Row]

    @classmethod
    def opened(cls, new_id: NewId, now: str | None) -> "Goods":
        """Return the shop as it opens at *now*."""
        goods = cls(new_id=new_id, products=[], price_lists=[], orders=[])
        for title, status, is_giftcard, weight, material, sizes, cents in ASSORTMENT:
            handle = title.lower().replace(" ", "-")
            product = goods.add_product(handle, {"title": title, "status": status}, now)
            product.update(is_giftcard=is_giftcard, weight=weight, material=material)
            for size in sizes:
                variant = goods.add_variant(product, {"title": size, "sku": f"{handle}-{size}".upper()}, now)
                goods.set_price(variant, "eur", cents, now)
                goods.set_price(variant, "usd", cents + 100, now)
        goods.price_lists = [
            goods.price_list("VIP", "Prices for the best", "override", "active", now),
            goods.price_list("Winter", "Prices of the season", "sale", "draft", now),
        ]
        goods.orders = [
            {
                "id": new_id("order"),
                "created_at": now,
                "display_id": number,
                "status": "pending",
                "email": f"customer{number}@example.com",
                "currency_code": "eur",
                "total": 1000 * number,
            }
            for number in (1, 2, 3)
        ]
        return goods

    def stamps(self, prefix: str, now: str | None) -> Row:
        """Return the four columns that every row begins with."""
        return {"id": self.new_id(prefix), "created_at": now, "updated_at": now, "deleted_at": None}

    def add_product(self, handle: str, values: Row, now: str | None) -> Row:
        """Add a product with these values, and return it."""
        product = {
            **self.stamps("prod", now),
            **dict.fromkeys(PRODUCT_COLUMNS[4:]),
            "title": handle,
            "handle": handle,
            "is_giftcard": False,
            "status": "draft",
            "discountable": True,
            **values,
            "collection": None,
            "images": [],
            "options": [{**self.stamps("opt", now), "title": "Size", "values": []}],
            "profiles": [],
            "sales_channels": [],
            "tags": [],
            "type": None,
            "variants": [],
        }
        self.products.append(product)
        return product

    def add_variant(self, product: Row, values: Row, now: str | None) -> Row:
        """Add a variant with these values to a product, and return it."""
        variant = {
            **self.stamps("variant", now),
            **dict.fromkeys(VARIANT_COLUMNS[4:]),
            "title": "Default",
            "product_id": product["id"],
            "inventory_quantity": 0,
            "allow_backorder": False,
            "manage_inventory": True,
            **values,
            "options": [],
            "prices": [],
        }
        option = {**self.stamps("optval", now), "value": variant["title"], "variant_id": variant["id"]}
        variant["options"] = [option]
        product["options"][0]["values"].append(option)
        product["variants"].append(variant)
        return variant

    def set_price(
        self, variant: Row, currency: str, cents: int, now: str | None, *, price_list_id: str | None = None
    ) -> None:
        """Give a variant its one price in a currency, of a price list or of none."""
        place = (currency, price_list_id)
        others = [
            each for each in variant["prices"] if (each["currency_code"], each["price_list_id"]) != place
        ]
        price = {
            **self.stamps("ma", now),
            "currency_code": currency,
            "amount": cents,
            "min_quantity": None,
            "max_quantity": None,
            "price_list_id": price_list_id,
            "region_id": None,
            "variant_id": variant["id"],
        }
        variant["prices"] = [*others, price]

    def price_list(self, name: str, description: str, kind: str, status: str, now: str | None) -> Row:
        """Return a new price list."""
        row = {**self.stamps("pl", now), "name": name, "description": description, "type": kind}
        return {**row, "status": status, "starts_at": None, "ends_at": None}

    def variants(self) -> list[Row]:
        """Return the variants of all products."""
        return [variant for product in self.products for variant in product["variants"]]
