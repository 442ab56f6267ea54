"""price-list-import: whose prices it takes, and where they go."""

import pytest

from mockserver.simulation.refusals import ContextRefused, PriceListNotFound
from mockserver.simulation.strategy import Shop
from tests.simulation.strategy_runs import NOON_MS, a_job, a_shop, failure_of, pre_processed, run, strategy_of

TYPE = "price-list-import"
KEY = "prices.csv"
HEADER = "Product Variant ID;SKU;Price EUR;Price USD\n"
SHOP = a_shop()
PRICE_LIST = SHOP.catalogue.price_lists[0].id
FIRST, SECOND = list(SHOP.catalogue.product_ids_by_variant_id)[:2]
CONTEXT = {"price_list_id": PRICE_LIST, "fileKey": KEY}


def with_source(text: str, shop: Shop = SHOP) -> Shop:
    files = shop.files.with_file(KEY, text.encode(), at=shop.at)
    return Shop(at=shop.at, catalogue=shop.catalogue, files=files, mint=shop.mint)


def prices_after(text: str, shop: Shop = SHOP) -> list[tuple[str, str, int]]:
    _, after = run(TYPE, CONTEXT, with_source(text, shop))
    prices = after.catalogue.prices_of(PRICE_LIST)
    return [(price.variant_id, price.currency_code, price.amount) for price in prices]


@pytest.mark.parametrize("price_list_id", [None, "", 0])
def test_a_context_without_a_price_list_is_refused(price_list_id: object) -> None:
    with pytest.raises(ContextRefused, match="Price list id is required"):
        strategy_of(TYPE).prepare({"price_list_id": price_list_id}, SHOP)


def test_an_unknown_price_list_is_not_found() -> None:
    with pytest.raises(PriceListNotFound, match="Price list with id: pl_nope was not found"):
        strategy_of(TYPE).prepare({"price_list_id": "pl_nope"}, SHOP)


def test_the_context_is_kept_as_it_is() -> None:
    assert list(strategy_of(TYPE).prepare(CONTEXT, SHOP)) == ["price_list_id", "fileKey"]


def test_pre_processing_counts_the_variants_that_get_prices() -> None:
    shop = with_source(HEADER + f"{FIRST};;15.5;17\n")

    job, _ = pre_processed(a_job(TYPE, CONTEXT, shop), shop)

    assert job.result == {
        "count": 1,
        "files": {
            "PRICE_LIST_PRICE_CREATE": (
                f"imports/price-lists/ops/{NOON_MS}-batch_01-PRICE_LIST_PRICE_CREATE.json"
            )
        },
        "operations": {"PRICE_LIST_PRICE_CREATE": 1},
        "stat_descriptors": [
            {
                "key": "price-list-import-count",
                "name": "PriceList to import",
                "message": "1 prices will be added",
            }
        ],
        "advancement_count": 0,
    }
    assert list(job.context) == ["fileKey", "price_list_id"]


def test_processing_gives_the_price_list_its_prices() -> None:
    assert prices_after(HEADER + f"{FIRST};;15.5;17\n") == [(FIRST, "eur", 1550), (FIRST, "usd", 1700)]


def test_variants_are_found_by_stock_keeping_unit_too() -> None:
    variant = SHOP.catalogue.variant(SECOND)
    assert variant is not None

    assert prices_after(HEADER + f";{variant.sku};;3\n") == [(SECOND, "usd", 300)]


def test_new_prices_take_the_place_of_all_old_ones() -> None:
    _, before = run(TYPE, CONTEXT, with_source(HEADER + f"{FIRST};;1;2\n"))

    assert prices_after(HEADER + f"{SECOND};;5;\n", before) == [(SECOND, "eur", 500)]


def test_the_other_prices_of_a_variant_stay() -> None:
    _, after = run(TYPE, CONTEXT, with_source(HEADER + f"{FIRST};;1;2\n"))
    old, new = SHOP.catalogue.variant(FIRST), after.catalogue.variant(FIRST)

    assert old is not None
    assert new is not None
    assert new.prices[: len(old.prices)] == old.prices


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            HEADER + ";;5;\n",
            (
                "Error while processing row with:\n      variant ID: null,\n      variant SKU: null,\n"
                "      SKU or ID is required"
            ),
        ),
        (HEADER + "variant_nope;;5;\n", "Variant with id: variant_nope was not found"),
        (HEADER + ";nope;5;\n", "Variant with sku: nope was not found"),
        (
            f"Product Variant ID;SKU;Bogus\n{FIRST};;5\n",
            (
                "The csv file parsing failed due to: Unable to treat column Bogus from the csv file. "
                "No target column found in the provided schema"
            ),
        ),
        (
            f"Product Variant ID;SKU;Price Nowhere [EUR]\n{FIRST};;5\n",
            "Trying to set a price for a region Nowhere that doesn't exist",
        ),
        (
            HEADER + f"{FIRST};;abc;\n",
            (
                "Error while processing row with:\n"
                "      variant ID: undefined,\n      variant SKU: undefined,\n"
                '      null value in column "amount" of relation "money_amount" violates not-null constraint'
            ),
        ),
    ],
)
def test_prices_that_cannot_be_taken_fail_the_job(text: str, message: str) -> None:
    assert failure_of(TYPE, CONTEXT, with_source(text)) == (message,)


def test_a_source_that_is_not_there_fails_with_what_to_do() -> None:
    (error,) = failure_of(TYPE, CONTEXT, SHOP)

    assert "upload the CSV first" in error
