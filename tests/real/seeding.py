"""Fills a fresh Medusa, over its admin API, with the shop of the recordings, which our look-alike serves too.

Knows the requests; what is in the shop is in mockserver/catalogues/medusa-1.20.11.yaml.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import yaml

from mockserver.server.personality import MEDUSA
from mockserver.server.settings import Settings
from mockserver.simulation.catalogue_file import shipped_catalogue
from tests.real.processes import NotStarted

MANUAL = "manual"  # the provider that both plugins bring


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    password: str
    api_token: str


ADMIN = Person(Settings().admin_email, Settings().admin_password, Settings().api_token)
SECOND = Person("second@example.com", Settings().admin_password, "tok_second_0123456789")


def seed(url: str) -> None:
    """Make a second admin and the shop. Raises NotStarted when the backend refuses a part of it."""
    shop = yaml.safe_load(shipped_catalogue(MEDUSA).read_text(encoding="utf-8"))
    admin = Admin.logged_in(url, ADMIN)
    _people(admin)
    admin.post("/admin/store", {"currencies": shop["currencies"]})
    regions = {each["name"]: _region(admin, each) for each in shop["regions"]}
    collections = {each["title"].lower(): _collection(admin, each) for each in shop["collections"]}
    variants: dict[str, str] = {}
    for product in shop["products"]:
        variants |= _product(admin, product, regions, collections)
    for price_list in shop["price_lists"]:
        kept = {name: price_list[name] for name in ("name", "description", "type", "status")}
        admin.post("/admin/price-lists", {**kept, "prices": []})
    shipping = {name: _shipping(admin, region) for name, region in regions.items()}
    for order in shop["orders"]:
        _order(admin, order, regions, shipping, variants)


@dataclass(frozen=True, slots=True)
class Admin:
    """Speaks JSON with the backend."""

    url: str
    token: str

    @classmethod
    def logged_in(cls, url: str, person: Person) -> "Admin":
        login = {"email": person.email, "password": person.password}
        return cls(url, cls(url, "").post("/admin/auth/token", login)["access_token"])

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def post(self, path: str, payload: Mapping[str, Any]) -> Any:
        return self._ask("POST", path, payload)

    def _ask(self, method: str, path: str, payload: Mapping[str, Any] | None) -> Any:
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=30)
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        try:
            connection.request(method, path, None if payload is None else json.dumps(payload), headers)
            response = connection.getresponse()
            content = response.read()
        except OSError as error:
            raise NotStarted(f"while preparing, {method} {path}: {error}") from error
        finally:
            connection.close()
        if response.status not in (200, 201):  # Medusa answers 200 even when it made something, but for a job
            raise NotStarted(f"while preparing, {method} {path}: {response.status} {content.decode()[:500]}")
        return json.loads(content)


def _people(admin: Admin) -> None:
    ids = {each["email"]: each["id"] for each in admin.get("/admin/users")["users"]}
    second = {"email": SECOND.email, "password": SECOND.password, "role": "admin"}
    ids[SECOND.email] = admin.post("/admin/users", second)["user"]["id"]
    for person in (ADMIN, SECOND):
        admin.post(f"/admin/users/{ids[person.email]}", {"api_token": person.api_token})


def _region(admin: Admin, region: Mapping[str, Any]) -> str:
    made = {
        "name": region["name"],
        "currency_code": region["currency"],
        "tax_rate": 0,
        "payment_providers": [MANUAL],
        "fulfillment_providers": [MANUAL],
        "countries": region["countries"],
    }
    return str(admin.post("/admin/regions", made)["region"]["id"])


def _collection(admin: Admin, collection: Mapping[str, Any]) -> str:
    title = collection["title"]
    made = {"title": title, "handle": title.lower()}
    return str(admin.post("/admin/collections", made)["collection"]["id"])


def _product(
    admin: Admin, product: Mapping[str, Any], regions: Mapping[str, str], collections: Mapping[str, str]
) -> dict[str, str]:
    """Make a product, and return the ids of its variants by their SKU."""
    channel = admin.get("/admin/sales-channels")["sales_channels"][0]["id"]
    made = {
        "title": product["title"],
        "description": product["description"],
        "status": product["status"],
        "weight": product["weight"],
        "is_giftcard": False,
        "discountable": True,
        "images": product.get("images", []),
        "tags": [{"value": tag} for tag in product.get("tags", [])],
        "options": [{"title": title} for title in product["options"]],
        "variants": [_variant(each, product["options"], regions) for each in product["variants"]],
        "sales_channels": [{"id": channel}],
    }
    if "collection" in product:
        made["collection_id"] = collections[product["collection"]]
    answered = admin.post("/admin/products", made)["product"]["variants"]
    return {each["sku"]: each["id"] for each in answered}


def _variant(
    variant: Mapping[str, Any], options: Sequence[str], regions: Mapping[str, str]
) -> dict[str, Any]:
    # those of currencies first, dollars before euros: in which order exports meet them depends on it
    prices = sorted(variant["prices"].items(), key=lambda price: (price[0] in regions, price[0] != "usd"))
    return {
        "title": variant["title"],
        "sku": variant["sku"],
        "inventory_quantity": variant["inventory_quantity"],
        "options": [{"value": variant["options"][title]} for title in options],
        "prices": [
            {"amount": amount, **({"region_id": regions[of]} if of in regions else {"currency_code": of})}
            for of, amount in prices
        ],
    }


def _shipping(admin: Admin, region: str) -> str:
    """Make a way to ship to *region*, without which nothing can be ordered from there."""
    profiles = admin.get("/admin/shipping-profiles")["shipping_profiles"]
    made = {
        "name": "Standard",
        "region_id": region,
        "provider_id": MANUAL,
        "profile_id": next(each["id"] for each in profiles if each["type"] == "default"),
        "data": {"id": "manual-fulfillment"},
        "price_type": "flat_rate",
        "amount": 500,
    }
    return str(admin.post("/admin/shipping-options", made)["shipping_option"]["id"])


def _order(
    admin: Admin,
    order: Mapping[str, Any],
    regions: Mapping[str, str],
    shipping: Mapping[str, str],
    variants: Mapping[str, str],
) -> None:
    """Order as an admin does for somebody: draft, and mark as paid."""
    address = {name: str(part) for name, part in order["shipping_address"].items()}
    draft = {
        "email": order["email"],
        "region_id": regions[order["region"]],
        "items": [
            {
                "variant_id": variants[each["sku"]],
                "quantity": each["quantity"],
                "unit_price": each["unit_price"],
            }
            for each in order["items"]
        ],
        "shipping_methods": [{"option_id": shipping[order["region"]], "price": order["shipping_total"]}],
        "shipping_address": address,
        "billing_address": address,
    }
    made = admin.post("/admin/draft-orders", draft)["draft_order"]["id"]
    admin.post(f"/admin/draft-orders/{made}/pay", {})
