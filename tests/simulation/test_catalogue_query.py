"""What the API shows of the catalogue."""

import pytest

from mockserver.simulation.catalogue_query import find_price_lists, find_products, find_variants, store_of
from mockserver.simulation.refusals import ColumnUnknown
from tests.simulation.strategy_runs import a_shop

CATALOGUE = a_shop().catalogue
TITLES = [product.title for product in CATALOGUE.products.values()]


def test_products_come_newest_first_fifty_to_a_page() -> None:
    page = find_products(CATALOGUE, {})

    assert [row["title"] for row in page.rows] == list(reversed(TITLES))
    assert (page.count, page.offset, page.limit) == (8, 0, 50)


def test_a_page_begins_after_its_offset_and_ends_at_its_limit() -> None:
    page = find_products(CATALOGUE, {"order": "title", "offset": 2, "limit": 3})

    assert [row["title"] for row in page.rows] == sorted(TITLES)[2:5]
    assert page.count == 8


def test_a_limit_of_nothing_is_no_limit() -> None:
    assert len(find_variants(CATALOGUE, {"limit": 0}).rows) == len(CATALOGUE.product_ids_by_variant_id)


def test_a_title_can_come_last_first() -> None:
    page = find_products(CATALOGUE, {"order": "-title"})

    assert [row["title"] for row in page.rows] == sorted(TITLES, reverse=True)


def test_fields_show_what_they_name_with_id_and_instant_of_creation() -> None:
    page = find_products(CATALOGUE, {"fields": "status,title", "expand": ""})

    assert list(page.rows[0]) == ["id", "created_at", "title", "status"]


def test_a_field_after_a_minus_is_left_out() -> None:
    page = find_products(CATALOGUE, {"fields": "-title", "expand": ""})

    assert "title" not in page.rows[0]
    assert "handle" in page.rows[0]


def test_a_product_shows_its_relations_in_alphabetical_order_after_its_columns() -> None:
    row = find_products(CATALOGUE, {}).rows[0]

    assert list(row)[-11:] == [
        "collection",
        "collection_id",
        "images",
        "options",
        "profiles",
        "profile",
        "profile_id",
        "sales_channels",
        "tags",
        "type",
        "variants",
    ]


def test_variants_within_products_show_prices_only_when_asked() -> None:
    plain = find_products(CATALOGUE, {"expand": "variants"}).rows[0]["variants"][0]
    priced = find_products(CATALOGUE, {"expand": "variants,variants.prices"}).rows[0]["variants"][0]

    assert "prices" not in plain
    assert {price["currency_code"] for price in priced["prices"]} == {"usd", "eur"}


def test_products_are_found_by_handle_by_status_and_by_several_ids() -> None:
    first, second, *_ = CATALOGUE.products.values()

    assert find_products(CATALOGUE, {"handle": first.handle}).rows[0]["id"] == first.id
    assert find_products(CATALOGUE, {"status": ["draft"]}).count == 1
    assert find_products(CATALOGUE, {"id": [first.id, second.id]}).count == 2


def test_a_search_finds_words_of_titles_and_of_stock_keeping_units() -> None:
    product = next(iter(CATALOGUE.products.values()))
    sku = product.variants[0].sku or ""

    assert product.id in {row["id"] for row in find_products(CATALOGUE, {"q": product.title.upper()}).rows}
    assert find_variants(CATALOGUE, {"q": sku}).rows[0]["sku"] == sku


def test_a_listed_variant_shows_its_product_and_no_rank() -> None:
    row = find_variants(CATALOGUE, {"limit": 1}).rows[0]

    assert row["product"]["id"] == row["product_id"]
    assert "variant_rank" not in row


def test_price_lists_are_found_by_name() -> None:
    assert find_price_lists(CATALOGUE, {"q": "vip"}).rows[0]["customer_groups"] == []
    assert find_price_lists(CATALOGUE, {"name": "nope"}).count == 0
    assert find_price_lists(CATALOGUE, {"expand": "prices"}).rows[0]["prices"] == []


@pytest.mark.parametrize("parameter", ["order", "fields", "expand"])
def test_an_unknown_name_is_refused_with_the_known_ones(parameter: str) -> None:
    with pytest.raises(ColumnUnknown, match=rf"{parameter} names 'nope'.*known: "):
        find_products(CATALOGUE, {parameter: "nope"})


def test_the_store_names_its_currencies_its_flags_and_its_modules() -> None:
    store = store_of(CATALOGUE)

    assert [currency["code"] for currency in store["currencies"]] == ["usd", "eur"]
    assert store["default_sales_channel"]["id"] == store["default_sales_channel_id"]
    assert {"key": "sales_channels", "value": True} in store["feature_flags"]
    assert store["modules"]


@pytest.mark.parametrize("fields", ["-id", "-created_at", ",,-id", "title,-id", ""])
def test_the_id_and_the_instant_of_creation_are_always_shown(fields: str) -> None:
    (first, *_) = find_variants(CATALOGUE, {"fields": fields}).rows

    assert {"id", "created_at"} <= first.keys()
