"""A shop written by hand: what the file may say, what it is refused for, and the shop that is shipped."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.cli import USAGE, main
from mockserver.simulation.catalogue import Catalogue, Price
from mockserver.simulation.catalogue_file import (
    SECTIONS,
    CatalogueFileError,
    read_catalogue,
    shipped_catalogue,
)
from mockserver.simulation.files import Files
from mockserver.simulation.strategies.order_table import COLUMNS as ORDER_COLUMNS
from mockserver.simulation.strategies.product_columns import FIXED
from mockserver.simulation.strategy import Shop
from tests.simulation.strategy_runs import NOON, counting, export_of, run

SHIPPED = "medusa-1.20.11"
Reading = Callable[[str], Catalogue]


@pytest.fixture(name="read")
def reading(tmp_path: Path) -> Reading:
    """Return what reads a catalogue out of the text of a file."""
    return lambda text: read_text(tmp_path / "shop.yaml", text)


def read_text(file: Path, text: str) -> Catalogue:
    file.write_text(text, encoding="utf-8")
    return read_catalogue(file, at=NOON, mint=counting())


def shipped_shop() -> Shop:
    mint = counting()
    catalogue = read_catalogue(shipped_catalogue(SHIPPED), at=NOON, mint=mint)
    return Shop(at=NOON, catalogue=catalogue, files=Files(), mint=mint)


# ---- what a file says


A_SHOP = """\
store: {name: Corner Shop, default_currency: gbp}
currencies: [eur, {code: gbp, symbol: £, name: British Pound}, jpy]
regions:
  - {name: EU, currency: eur, countries: [de, no], tax_rate: 19}
sales_channels: [Web, {name: Counter, description: in the shop, is_disabled: yes}]
shipping_profile: By bike
collections: [Summer Sale, {title: Winter, handle: cold}]
product_types: [Poster]
tags: [new]
products:
  - title: Mug 2XL
    subtitle: 10115
    description:
    collection: summer-sale
    type: Cup
    tags: [new, blue]
    images: [https://example.com/1.png, https://example.com/2.png]
    sales_channels: [Counter]
    options: [Size, Color]
    weight: 250
    created_at: 2026-01-02T03:04:05+01:00
    variants:
      - title: Big
        sku: 0012
        inventory_quantity: 3
        options: {Color: no, Size: XL}
        prices: {EU: 1000, eur: 1100}
  - title: Plain
price_lists:
  - name: VIP
    prices: {0012: {eur: 900}}
orders:
  - email: a@example.com
    first_name: Ann
    region: EU
    items: [{sku: 0012, quantity: 3}, {sku: 0012, unit_price: 5}]
  - email: a@example.com
    region: EU
    sales_channel: Counter
    items: []
    shipping_total: 500
    shipping_address: {city: Oslo, country_code: no}
"""


def test_a_store_has_what_the_file_says(read: Reading) -> None:
    store = read(A_SHOP).store

    assert (store.name, store.default_currency_code) == ("Corner Shop", "gbp")
    assert [(each.code, each.symbol, each.name) for each in store.currencies] == [
        ("eur", "€", "Euro"),
        ("gbp", "£", "British Pound"),
        ("jpy", "JPY", "JPY"),
    ]
    assert (store.default_sales_channel.name, store.default_profile.name) == ("Web", "By bike")


def test_regions_collections_types_and_tags_are_kept_in_order(read: Reading) -> None:
    catalogue = read(A_SHOP)

    assert [(each.name, each.currency_code, each.tax_rate) for each in catalogue.regions] == [
        ("EU", "eur", 19)
    ]
    assert [each.handle for each in catalogue.collections] == ["summer-sale", "cold"]
    assert list(catalogue.types_by_value) == ["Poster", "Cup"]
    assert list(catalogue.tags_by_value) == ["new", "blue"]


def test_a_product_is_joined_to_what_it_names(read: Reading) -> None:
    product = read(A_SHOP).product_with_handle("mug-2-xl")

    assert product is not None
    assert product.collection is not None
    assert product.type is not None
    assert (product.collection.title, product.type.value) == ("Summer Sale", "Cup")
    assert [each.value for each in product.tags] == ["new", "blue"]
    assert [(each.name, each.is_disabled) for each in product.sales_channels] == [("Counter", True)]
    assert product.thumbnail == product.images[0].url == "https://example.com/1.png"
    assert (product.subtitle, product.description, product.weight) == ("10115", None, 250)
    assert product.created_at == datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)


def test_a_variant_takes_its_options_in_the_products_order_and_its_prices_in_the_files(read: Reading) -> None:
    catalogue = read(A_SHOP)

    variant = catalogue.variant_with_sku("0012")

    assert variant is not None
    assert [each.value for each in variant.options] == ["XL", "no"]
    assert [(each.currency_code, each.amount, each.region_id is None) for each in variant.prices] == [
        ("eur", 1000, False),
        ("eur", 1100, True),
        ("eur", 900, True),
    ]
    assert [each.amount for each in catalogue.prices_of(catalogue.price_lists[0].id)] == [900]


def test_an_order_adds_up_its_items_and_a_customer_may_order_again(read: Reading) -> None:
    first, second = read(A_SHOP).orders

    assert (first.display_id, first.subtotal, first.total, first.currency_code) == (1, 3005, 3005, "eur")
    assert (second.display_id, second.subtotal, second.total) == (2, 0, 500)
    assert first.customer is second.customer
    assert second.shipping_address.country_code == "no"
    assert [each.sales_channel and each.sales_channel.name for each in (first, second)] == ["Web", "Counter"]


def test_what_is_left_out_is_as_a_new_medusa_has_it(read: Reading) -> None:
    catalogue = read("products: [{title: Mug, variants: [{title: One}]}]\nprice_lists: [{name: VIP}]")

    product = next(iter(catalogue.products.values()))
    assert catalogue.store.name == "Medusa Store"
    assert [each.code for each in catalogue.store.currencies] == ["usd"]
    assert (product.handle, product.status, product.created_at) == ("mug", "draft", NOON)
    assert product.sales_channels == (catalogue.store.default_sales_channel,)
    assert (product.profile, product.thumbnail) == (catalogue.store.default_profile, None)
    assert (product.variants[0].sku, product.variants[0].inventory_quantity) == (None, 0)
    assert [(each.type, each.status) for each in catalogue.price_lists] == [("sale", "draft")]


# ---- laws


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\x85"), min_size=1).filter(str.strip)
VARIANTS = st.fixed_dictionaries(
    {"title": TEXTS, "sku": TEXTS, "inventory_quantity": st.integers(0, 2**31 - 1)},
    optional={"barcode": TEXTS, "allow_backorder": st.booleans(), "weight": st.integers(0, 10**6)},
)
PRODUCTS = st.lists(
    st.fixed_dictionaries(
        {"title": TEXTS, "handle": TEXTS, "variants": st.lists(VARIANTS, max_size=3)},
        optional={"description": TEXTS, "status": st.sampled_from(["draft", "published"])},
    ),
    max_size=4,
)


def keep_unique(products: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return *products* with handles and numbers of their own."""
    for number, product in enumerate(products):
        product["handle"] += f" {number}"
        for rank, variant in enumerate(product["variants"]):
            variant.update(
                {key: f"{variant[key]} {number} {rank}" for key in ("sku", "barcode") if key in variant}
            )
    return products


def sections_of(text: str) -> list[str]:
    """Return the text of each section of a catalogue."""
    return re.findall(r"^\w.*\n(?:[ ].*\n)*", text, re.MULTILINE)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(products=PRODUCTS.map(keep_unique))
def test_whatever_is_written_as_yaml_is_read_as_it_was(
    products: list[dict[str, Any]], tmp_path: Path
) -> None:
    catalogue = read_text(tmp_path / "shop.yaml", yaml.safe_dump({"products": products}, allow_unicode=True))

    read = [
        {
            **{key: getattr(product, key) for key in said},
            "variants": [
                {key: getattr(variant, key) for key in told}
                for variant, told in zip(product.variants, said["variants"], strict=True)
            ],
        }
        for product, said in zip(catalogue.products.values(), products, strict=True)
    ]
    assert read == products


@given(sections=st.permutations(sections_of(A_SHOP)))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_the_sections_does_not_matter(sections: list[Any], tmp_path: Path) -> None:
    one = read_text(tmp_path / "one.yaml", A_SHOP)
    other = read_text(tmp_path / "other.yaml", "".join(sections))

    assert one == other


# ---- refusals


VARIANT = "products: [{title: Mug, options: [Size], variants: ["
REGION = "currencies: [eur]\nregions: [{name: EU, currency: eur, countries: [de]}]\n"
SOLD = REGION + "products: [{title: Mug, variants: [{title: One, sku: M}]}]\n"
ORDER = SOLD + "orders: [{email: a@b.c, region: EU, items: [{sku: M, unit_price: 1}], "

ZONED = "not an instant with its zone; write it as 2026-11-22T12:00:00Z"
WHOLE = "not a whole number from 0 to 2147483647"
CENTS = f"{WHOLE}; write the smallest unit, 1999 for 19.99"
TITLED = "products: [{title: Mug, "
PRICED = f"{TITLED}variants: [{{title: One, prices: {{usd: "
MANY = f"{TITLED}variants: [{', '.join(f'{{title: A, sku: {number}}}' for number in range(22))}]}}]\n"

REFUSALS = {
    # the file
    "nothing": ("", "1: the file is empty; describe a shop, or write {}"),
    "a bell": (
        "tags:\n  - \x07",
        r"2: YAML allows no character '\x07'; remove it, or write it as an escape in double quotes",
    ),
    "a list": ("- a", "1: the file is a list, not a mapping; write `key: value` pairs"),
    # keys
    "an unknown section": ("stroe: {}", f"1: a catalogue has no key 'stroe'; known: {', '.join(SECTIONS)}"),
    "an unknown key": (
        "regions:\n  - name: EU\n    curency: eur",
        "3: a region has no key 'curency'; known: name, currency, countries, tax_rate, created_at",
    ),
    "a key twice": (
        "tags: []\nstore: {}\ntags: []",
        "3: the key 'tags' is taken since line 1; give each its own",
    ),
    "a key that is a list": (
        "[a]: b",
        "1: the key is a list, not text; write a word or more, or leave the key out",
    ),
    "no title": ("tags: []\nproducts:\n  - handle: mug", "3: a product has no title; add `title:`"),
    "an empty title": ("products:\n  - title:\n", "2: a product has no title; add `title:`"),
    "no title of a variant": (
        "products: [{title: Mug, variants: [\n{}]}]",
        "2: a variant has no title; add `title:`",
    ),
    "no currency of a region": ("regions: [{name: EU}]", "1: a region has no currency; add `currency:`"),
    "no name of a price list": ("price_lists: [{}]", "1: a price list has no name; add `name:`"),
    "no items": (f"{REGION}orders: [{{email: a@b.c, region: EU}}]", "3: an order has no items; add `items:`"),
    "no email": (f"{REGION}orders: [{{region: EU, items: []}}]", "3: an order has no email; add `email:`"),
    "no sku of an item": (
        f"{REGION}orders: [{{email: a@b.c, region: EU, items: [\n{{quantity: 1}}]}}]",
        "4: an item has no sku; add `sku:`",
    ),
    # types
    "a title that is a list": (
        "products:\n- title: [Mug]",
        "2: title is a list, not text; write a word or more, or leave the key out",
    ),
    "a tag that is empty": (
        "tags:\n- a\n- ''",
        "3: tags entry is '', not text; write a word or more, or leave the key out",
    ),
    "text that cannot be kept": (
        r'tags: ["a\0"]',
        "1: tags entry holds a character that no database keeps as text; remove its escape",
    ),
    "products that are a mapping": (
        "products: {title: Mug}",
        "1: products is a mapping, not a list; begin each entry with a hyphen, or write [one, two]",
    ),
    "a product that is a word": (
        "products: [Mug]",
        "1: products entry is 'Mug', not a mapping; write `key: value` pairs",
    ),
    "a weight with decimals": (f"{TITLED}weight: 1.5}}]", f"1: weight is '1.5', {WHOLE}; write digits only"),
    "a weight in quotes": (f"{TITLED}weight: '15'}}]", f"1: weight is '15', {WHOLE}; write digits only"),
    "an octal number": (f"{TITLED}weight: 010}}]", f"1: weight is '010', {WHOLE}; write digits only"),
    "a price with decimals": (f"{PRICED}19.99}}}}]}}]", f"1: the price usd is '19.99', {CENTS}"),
    "a price that is too much": (f"{PRICED}2147483648}}}}]}}]", f"1: the price usd is '2147483648', {CENTS}"),
    "a price that is empty": (f"{PRICED}}}}}]}}]", f"1: the price usd is empty, {CENTS}"),
    "a word for the truth": (
        "products: [{title: Mug, discountable: maybe}]",
        "1: discountable is 'maybe', not true or false; write one of them",
    ),
    "a tag that claims the truth": (
        f"{TITLED}discountable: !!bool maybe}}]",
        "1: discountable is 'maybe', not true or false; write one of them",
    ),
    "a tag that claims a number": (
        f"{TITLED}weight: !!int [1]}}]",
        f"1: weight is a list, {WHOLE}; write digits only",
    ),
    "an instant without a zone": (
        "products: [{title: Mug, created_at: 2026-11-22T12:00:00}]",
        f"1: created_at is '2026-11-22T12:00:00', {ZONED}",
    ),
    "an instant before all time": (
        "products: [{title: Mug, created_at: '0001-01-01T00:00:00+01:00'}]",
        f"1: created_at is '0001-01-01T00:00:00+01:00', {ZONED}",
    ),
    "an unknown status": (
        "products: [{title: Mug, status: live}]",
        "1: unknown status 'live'; known: draft, proposed, published, rejected",
    ),
    # names that do not exist
    "an unknown code": (
        "currencies:\n- usd\n- USX",
        "3: unknown currency 'USX'; give a code of ISO 4217 in small letters, as usd",
    ),
    "a currency that the shop has not": (
        "currencies: [usd]\nregions: [{name: EU, currency: eur}]",
        "2: unknown currency 'eur'; known: usd",
    ),
    "a default currency that the shop has not": (
        "store: {default_currency: eur}",
        "1: unknown default_currency 'eur'; known: usd",
    ),
    "no country": (
        "regions: [{name: EU, currency: usd, countries: [de, FR]}]",
        "1: 'FR' is no country; write its two small letters, as de",
    ),
    "an unknown collection": (
        "collections: [Summer]\nproducts:\n- title: Mug\n  collection: winter",
        "4: unknown collection 'winter'; known: summer",
    ),
    "a collection where there is none": (
        "products: [{title: Mug, collection: summer}]",
        "1: unknown collection 'summer'; the file has none; add it, or take this out",
    ),
    "an unknown sales channel": (
        "sales_channels: [Web]\nproducts: [{title: Mug, sales_channels: [Shop]}]",
        "2: unknown sales_channels entry 'Shop'; known: Web",
    ),
    "a price in an unknown currency or region": (
        f"{REGION}products: [{{title: Mug, variants: [{{title: One, prices: {{usd: 1}}}}]}}]",
        "3: unknown currency or region 'usd'; known: eur, EU",
    ),
    "an unknown option": (
        f"{VARIANT}{{title: S, options: {{Colour: S}}}}]}}]",
        "1: the product 'Mug', among its options, has no key 'Colour'; known: Size",
    ),
    "an option where there is none": (
        "products: [{title: Mug, variants: [{title: S, options: {Size: S}}]}]",
        "1: the product 'Mug', among its options, has no key 'Size'; take it out",
    ),
    "an option without a value": (
        f"{VARIANT}{{title: S, options: {{}}}}]}}]",
        "1: a variant of the product 'Mug' has no Size; add `Size:`",
    ),
    "no options": (
        f"{VARIANT}{{title: S}}]}}]",
        "1: a variant has no options; give a value for each: options: {Size: ...}",
    ),
    "an unknown sku of a price list": (
        f"{SOLD}price_lists:\n- name: VIP\n  prices: {{X: {{eur: 1}}}}",
        "6: unknown sku 'X'; known: M",
    ),
    "an unknown sku of an order": (
        f"{SOLD}orders: [{{email: a@b.c, region: EU, items: [{{sku: X}}]}}]",
        "4: unknown sku 'X'; known: M",
    ),
    "one of too many skus": (
        f"{MANY}price_lists: [{{name: VIP, prices: {{X: {{usd: 1}}}}}}]",
        f"2: unknown sku 'X'; known: {', '.join(map(str, range(20)))} and 2 more",
    ),
    "an unknown region of an order": (
        f"{SOLD}orders: [{{email: a@b.c, region: US, items: []}}]",
        "4: unknown region 'US'; known: EU",
    ),
    "an item without a price": (
        f"{SOLD}orders: [{{email: a@b.c, region: EU, items: [{{sku: M}}]}}]",
        "4: M has no price in eur; add `unit_price:` to the item",
    ),
    "an address outside of the region": (
        f"{ORDER}shipping_address: {{country_code: us}}}}]",
        "4: the region 'EU' has no country 'us'; its countries: de",
    ),
    # what is one thing's own
    "a handle twice": (
        "products:\n- title: Mug\n- title: Cup\n  handle: mug",
        "4: the handle 'mug' is taken since line 2; give each its own",
    ),
    "a title without a handle": (
        "products: [{title: '!'}]",
        "1: the title '!' gives no handle; add `handle:`",
    ),
    "a sku twice": (
        f"{TITLED}variants: [{{title: S, sku: M}},\n{{title: L, sku: M}}]}}]",
        "2: the sku 'M' is taken since line 1; give each its own",
    ),
    "a barcode twice": (
        "products: [{title: Mug, variants: [{title: A, barcode: 1},\n{title: B, barcode: 1}]}]",
        "2: the barcode '1' is taken since line 1; give each its own",
    ),
    "a combination of options twice": (
        f"{VARIANT}{{title: A, options: {{Size: S}}}},\n{{title: B, options: {{Size: S}}}}]}}]",
        "2: the combination of options \"'S'\" is taken since line 1; give each its own",
    ),
    "a currency twice": (
        "currencies: [usd,\nusd]",
        "2: the currency 'usd' is taken since line 1; give each its own",
    ),
    "a collection twice": (
        "collections: [Summer,\n{title: summer}]",
        "2: the collection's handle 'summer' is taken since line 1; give each its own",
    ),
    "a region twice": (
        "regions: [{name: EU, currency: usd},\n{name: EU, currency: usd}]",
        "2: the region 'EU' is taken since line 1; give each its own",
    ),
    "a country in two regions": (
        "regions: [{name: A, currency: usd, countries: [de]},\n{name: B, currency: usd, countries: [de]}]",
        "2: the country 'de' is taken since line 1; give each its own",
    ),
    "a region called as a currency": (
        "regions: [{name: eur, currency: usd}]",
        "1: the region 'eur' is called as a currency; give it another name",
    ),
    "a sales channel twice": (
        "sales_channels: [Web,\nWeb]",
        "2: the sales channel 'Web' is taken since line 1; give each its own",
    ),
    "a customer with two names": (
        f"{ORDER}first_name: Ann}},\n{{email: a@b.c, region: EU, items: [], first_name: Bob}}]",
        "5: a@b.c has another name since line 4; give the same, or none",
    ),
}


@pytest.mark.parametrize(("text", "said"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_wrong_is_told_with_its_line_and_the_remedy(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "shop.yaml"

    with pytest.raises(CatalogueFileError) as refused:
        read_text(file, text)

    assert str(refused.value) == f"{file}, line {said}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("store:\n  name: a: b\ntags: []", 2, id="a value with a colon"),
        pytest.param("tags:\n\t- a", 2, id="a tab"),
        pytest.param("{}\n---\n{}", 2, id="two documents"),
        pytest.param("tags:\n  *x", 2, id="an unknown anchor"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "shop.yaml"

    with pytest.raises(CatalogueFileError) as refused:
        read_text(file, text)

    assert str(refused.value).startswith(f"{file}, line {line}: ")
    assert str(refused.value).endswith("; mend the YAML there")
    assert "\n" not in str(refused.value)


def test_a_file_in_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_bytes("tags:\n- Größe".encode("latin-1"))

    with pytest.raises(CatalogueFileError) as refused:
        read_catalogue(file, at=NOON, mint=counting())

    assert str(refused.value) == f"{file}, line 2: no UTF-8; save the file as UTF-8"


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        CatalogueFileError, match=r"nowhere\.yaml: no such file or directory; give a YAML file"
    ):
        read_catalogue(tmp_path / "nowhere.yaml", at=NOON, mint=counting())


def test_an_unknown_shipped_catalogue_is_told_which_there_are() -> None:
    with pytest.raises(
        CatalogueFileError, match=r"x: no such catalogue; give .*, or one of .*medusa-1\.20\.11"
    ):
        shipped_catalogue("x")


def test_the_command_line_refuses_a_file_in_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("store:\n  nam: X", encoding="utf-8")

    code = main(["serve", "--port", "0", "--catalogue", str(file)])

    assert code == USAGE
    assert capsys.readouterr().err == (
        f"mockserver: {file}, line 2: the store has no key 'nam'; known: name, default_currency\n"
    )


@pytest.mark.parametrize("column", ["status", "fulfillment_status", "payment_status"])
def test_every_status_that_an_order_may_have_is_one_that_an_export_can_ask_for(
    read: Reading, column: str
) -> None:
    with pytest.raises(CatalogueFileError) as refused:
        read(f"{ORDER}{column}: nope}}]")

    words = str(refused.value).partition("known: ")[2].split(", ")
    assert [ORDER_COLUMNS[column](word) for word in words] == words


# ---- the shop of the recordings. Source: recorded, result.file_size and context.shape of the jobs named


@pytest.mark.parametrize(
    ("job_type", "context", "size"),
    [
        pytest.param("product-export", {}, 4381, id="lifecycle: product-export"),
        pytest.param(
            "product-export", {"filterable_fields": {"title": "Medusa T-Shirt"}}, 1745, id="export_files: e"
        ),
        pytest.param(
            "product-export", {"filterable_fields": {"title": "Medusa Mug"}}, 1361, id="list_filters: l7"
        ),
        pytest.param("product-export", {"filterable_fields": {"title": "zzz"}}, 664, id="export_files: z"),
        pytest.param("product-export", {"batch_size": 2}, 2005, id="lifecycle: batch_size 2"),
        pytest.param("order-export", {}, 1211, id="export_files: o"),
    ],
)
def test_an_export_of_the_shipped_shop_has_as_many_bytes_as_the_recorded_one(
    job_type: str, context: Mapping[str, Any], size: int
) -> None:
    job, _ = run(job_type, context, shipped_shop())

    assert (job.result or {})["file_size"] == size


@pytest.mark.parametrize(
    ("filters", "prices"),
    [
        ({}, [(None, "eur"), (None, "usd"), ("EU", "eur")]),
        ({"title": "Medusa T-Shirt"}, [("EU", "eur"), (None, "usd"), (None, "eur")]),
        ({"title": "Medusa Mug"}, [(None, "usd"), (None, "eur")]),
    ],
)
def test_the_prices_of_the_shipped_shop_stand_in_the_recorded_order(
    filters: Mapping[str, Any], prices: list[tuple[str | None, str]]
) -> None:
    job, _ = run("product-export", {"filterable_fields": filters}, shipped_shop())

    shown = [
        (price["region"] and price["region"]["name"], price["currency_code"])
        for price in job.context["shape"]["prices"]
    ]
    assert shown == prices


def test_the_recorded_t_shirt_is_exported_to_the_letter() -> None:
    job, shop = run("product-export", {"filterable_fields": {"title": "Medusa T-Shirt"}}, shipped_shop())

    product = shop.catalogue.product_with_handle("medusa-t-shirt")
    assert product is not None
    assert export_of(job, shop).split("\r\n")[1] == (
        f"{product.id};medusa-t-shirt;Medusa T-Shirt;;Description of Medusa T-Shirt;published;"
        'https://example.com/img-0-0.png;100;;;;;;;;Summer;summer;;"cotton,summer";true;;'
        f"Default Shipping Profile;default;{product.variants[0].id};S;SKU-0-S;;10;false;true;;;;;;;;;"
        "17.99;17.99;19.99;Size;S;Color;Black;https://example.com/img-0-0.png;https://example.com/img-0-1.png;"
        "Default Sales Channel;Default Sales Channel;Created by Medusa"
    )


def test_the_shipped_products_come_newest_first_as_the_seed_made_them_last() -> None:
    job, shop = run("product-export", {}, shipped_shop())

    lines = export_of(job, shop).split("\r\n")[1:-1]
    assert [line.split(";")[1] for line in lines[::2]] == [
        "draft-thing",
        "medusa-sweatpants",
        "medusa-quoted-cap",
        "medusa-mug",
        "medusa-t-shirt",
    ]


def test_the_shipped_shop_has_the_recorded_price_list_region_and_orders() -> None:
    catalogue = shipped_shop().catalogue

    assert [(each.name, each.type, each.status) for each in catalogue.price_lists] == [
        ("VIP", "override", "active")
    ]
    assert [(each.name, each.currency_code) for each in catalogue.regions] == [("EU", "eur")]
    assert [(each.email, f"{each.created_at:%X}", each.total) for each in catalogue.orders] == [
        ("cust0@example.com", "01:44:42", 1500),
        ("cust1@example.com", "01:44:43", 1500),
        ("cust2@example.com", "01:44:43", 1500),
    ]


# The imports that were recorded between the exports of 5 and of 8 products. Source: recorded, group import.
COLUMNS = [
    *(name for name in FIXED if not name.startswith("Product Profile")),
    *("Price EUR", "Price USD", "Option 1 Name", "Option 1 Value", "Image 1 Url"),
]
MARK = "open-1795311965"


def imported(shop: Shop, *rows: Mapping[str, str]) -> Shop:
    """Return *shop* after an import of *rows*, each of which says what it has beside the recorded usual."""
    usual = {
        "Product Status": "draft",
        "Product Weight": "400",
        "Product Discountable": "TRUE",
        "Variant Title": "S",
        "Variant Inventory Quantity": "10",
        "Variant Allow Backorder": "FALSE",
        "Variant Manage Inventory": "TRUE",
        "Price EUR": "100",
        "Price USD": "110",
        "Option 1 Name": "Size",
        "Option 1 Value": "S",
    }
    lines = [COLUMNS, *([{**usual, **row}.get(name, "") for name in COLUMNS] for row in rows)]
    text = "".join(";".join(line) + "\n" for line in lines)
    at = shop.at.replace(minute=shop.at.minute + 1)
    shop = shop._replace(at=at, files=shop.files.with_file("import.csv", text.encode(), at=at))
    return run("product-import", {"fileKey": "import.csv"}, shop)[1]


def a_row(letter: str, size: str = "S", **more: str) -> dict[str, str]:
    """Return the row of a recorded product: `a_row("a")` is of Imp A."""
    title = f"Imp {letter.upper()} {MARK}"
    return {
        "Product Handle": f"imp-{letter}-{MARK}",
        "Product Title": title,
        "Product Description": f"Imported {title}",
        "Variant Title": size,
        "Variant SKU": f"I{letter.upper()}-{size}-{MARK}",
        "Option 1 Value": size,
        **more,
    }


def shop_after_the_imports() -> Shop:
    """Return the shipped shop after the recorded imports: two products, a third, a change of the first."""
    shop = imported(shipped_shop(), a_row("a"), a_row("a", "M"), a_row("b"))
    shop = imported(shop, a_row("c"))
    product = shop.catalogue.product_with_handle(f"imp-a-{MARK}")
    assert product is not None
    renamed = {"Product Title": "Imp A renamed", "Product Description": "Imported Imp A renamed"}
    changed = {"Product Id": product.id, "Variant Id": product.variants[0].id, "Variant SKU": f"IA-S2-{MARK}"}
    return imported(shop, {**a_row("a"), **renamed, **changed})


@pytest.mark.parametrize(
    ("context", "size"),
    [
        pytest.param({"fields": "id,title"}, 4494, id="export_failures: product-export with fields"),
        pytest.param({"offset": "1"}, 849, id="export_failures: product-export numeric string"),
    ],
)
def test_after_the_recorded_imports_exports_have_the_recorded_sizes(
    context: Mapping[str, Any], size: int
) -> None:
    shop = shop_after_the_imports()

    job, _ = run("product-export", context, shop)

    assert len(shop.catalogue.products) == 8
    assert (job.result or {})["file_size"] == size


def test_after_the_recorded_race_a_full_export_has_the_recorded_size() -> None:
    races = [
        {
            "Product Handle": f"race-open-1795312077-{number}",
            "Product Title": f"Race {number}",
            "Product Description": f"Imported Race {number}",
            "Variant SKU": f"RACE-open-1795312077-{number}",
        }
        for number in range(300)
    ]
    shop = imported(shop_after_the_imports(), *races)

    job, _ = run("product-export", {}, shop)

    assert (job.result or {})["count"] == 308
    assert (job.result or {})["file_size"] == 81506


def prices_of(catalogue: Catalogue, price_list: str) -> tuple[Price, ...]:
    """Return the prices of the price list with that name."""
    return next(catalogue.prices_of(each.id) for each in catalogue.price_lists if each.name == price_list)


def test_the_recorded_price_list_import_runs_on_the_shipped_shop() -> None:
    shop = shop_after_the_imports()
    variant = shop.catalogue.variant_with_sku(f"IC-S-{MARK}")
    assert variant is not None
    text = f"Product Variant ID;SKU;Price EUR;Price USD\n{variant.id};;15.5;17\n"
    shop = shop._replace(files=shop.files.with_file("import.csv", text.encode(), at=shop.at))
    context = {"price_list_id": shop.catalogue.price_lists[0].id, "fileKey": "import.csv"}

    job, after = run("price-list-import", context, shop)

    assert (job.result or {})["operations"] == {"PRICE_LIST_PRICE_CREATE": 1}
    assert [(each.currency_code, each.amount) for each in prices_of(after.catalogue, "VIP")] == [
        ("eur", 1550),
        ("usd", 1700),
    ]
