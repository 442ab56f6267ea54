"""product-import: how it reads a CSV, what it counts, what becomes of the catalogue."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.simulation.catalogue import Product
from mockserver.simulation.strategy import Shop, WorkFailed
from tests.simulation.strategy_runs import (
    NOON_MS,
    a_job,
    a_shop,
    export_of,
    failure_of,
    pre_processed,
    run,
    strategy_of,
)

TYPE = "product-import"
KEY = "import.csv"
CONTEXT = {"fileKey": KEY}
COLUMNS = (
    "Product Id",
    "Product Handle",
    "Product Title",
    "Variant Id",
    "Variant Title",
    "Variant SKU",
    "Variant Inventory Quantity",
    "Option 1 Name",
    "Option 1 Value",
    "Price EUR",
)


def csv(
    *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, separator: str = ";", end: str = "\n"
) -> str:
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return "".join(separator.join(line) + end for line in lines)


def row(handle: str = "tee", size: str = "S", **more: str) -> dict[str, str]:
    return {
        "Product Handle": handle,
        "Product Title": handle.title(),
        "Variant Title": size,
        "Variant SKU": f"{handle}-{size}",
        "Variant Inventory Quantity": "10",
        "Option 1 Name": "Size",
        "Option 1 Value": size,
        "Price EUR": "15.5",
        **{name.replace("_", " "): value for name, value in more.items()},
    }


def imported(text: str, shop: Shop | None = None) -> Shop:
    shop = shop or a_shop()
    return run(TYPE, CONTEXT, _with_source(shop, text))[1]


def failing(text: str) -> str:
    return " ".join(failure_of(TYPE, CONTEXT, a_shop(files={KEY: text})))


def product_of(shop: Shop, handle: str = "tee") -> Product:
    product = shop.catalogue.product_with_handle(handle)
    assert product is not None
    return product


def test_the_context_is_kept_as_it_is() -> None:
    assert strategy_of(TYPE).prepare({"foo": 1, "list_config": {"x": 1}}, a_shop()) == {
        "foo": 1,
        "list_config": {"x": 1},
    }


def test_pre_processing_counts_operations_and_writes_them_down() -> None:
    shop = a_shop(files={KEY: csv(row(), row(size="M"), row("mug"))})

    job, after = pre_processed(a_job(TYPE, CONTEXT, shop), shop)

    assert job.result == {
        "count": 5,
        "files": {
            kind: f"imports/products/ops/{NOON_MS}-batch_01-{kind}.json"
            for kind in ("PRODUCT_CREATE", "VARIANT_CREATE")
        },
        "operations": {"PRODUCT_CREATE": 2, "PRODUCT_UPDATE": 0, "VARIANT_CREATE": 3, "VARIANT_UPDATE": 0},
        "stat_descriptors": [
            {
                "key": "product-import-count",
                "name": "Products/variants to import",
                "message": "There will be 2 products created (0  updated).\n"
                "             3 variants will be created and 0 updated",
            }
        ],
        "advancement_count": 0,
    }
    assert job.units == 5
    written = after.files.get((job.result or {})["files"]["VARIANT_CREATE"])
    assert written is not None
    assert [each["variant.sku"] for each in json.loads(written.content)] == ["tee-S", "tee-M", "mug-S"]


def test_processing_makes_products_with_their_variants() -> None:
    product = product_of(imported(csv(row(), row(size="M"))))

    assert (product.title, product.status) == ("Tee", "draft")
    assert [(each.title, each.sku, each.variant_rank) for each in product.variants] == [
        ("S", "tee-S", 0),
        ("M", "tee-M", 1),
    ]
    assert [(each.currency_code, each.amount) for each in product.variants[0].prices] == [("eur", 1550)]


def test_processing_deletes_the_source_and_the_operations() -> None:
    job, shop = run(TYPE, CONTEXT, a_shop(files={KEY: csv(row())}))

    assert not shop.files.by_key
    assert (job.result or {})["advancement_count"] == (job.result or {})["count"] == 2


def test_rows_with_ids_change_what_they_name_and_nothing_else() -> None:
    shop = imported(csv(row()))
    product = product_of(shop)
    change = {"Product Id": product.id, "Variant Id": product.variants[0].id, "Product Handle": "tee"}
    columns = ("Product Id", "Product Handle", "Product Title", "Variant Id", "Variant SKU")

    after = product_of(
        imported(csv({**change, "Product Title": "Renamed", "Variant SKU": "new"}, columns=columns), shop)
    )

    assert (after.id, after.title, after.variants[0].sku) == (product.id, "Renamed", "new")
    assert after.variants[0].prices == product.variants[0].prices
    assert after.variants[0].inventory_quantity == 10


def test_prices_of_a_change_take_the_place_of_the_old_ones() -> None:
    shop = imported(csv(row()))
    product = product_of(shop)
    changed = row(Product_Id=product.id, Variant_Id=product.variants[0].id, Price_EUR="20")

    after = product_of(imported(csv(changed), shop))

    assert [price.amount for price in after.variants[0].prices] == [2000]


def test_a_failing_row_changes_nothing() -> None:
    shop = _with_source(a_shop(), csv(row(), row("mug", Variant_SKU="tee-S")))
    job, before = pre_processed(a_job(TYPE, CONTEXT, shop), shop)

    with pytest.raises(WorkFailed, match="IDX_2ca8cfbdafb998ecfd6d340389"):
        strategy_of(TYPE).process(job, before)

    assert before.catalogue.product_with_handle("tee") is None


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_delimiter_is_guessed_from_the_file(separator: str, end: str) -> None:
    assert product_of(imported(csv(row(), separator=separator, end=end))).title == "Tee"


def test_quoted_cells_may_hold_separators_quotes_and_line_breaks() -> None:
    assert product_of(imported(csv(row(Product_Title='"A; ""B""\nC"')))).title == 'A; "B"\nC'


@pytest.mark.parametrize("text", ["", "hello", csv()])
def test_a_file_without_rows_is_imported_and_does_nothing(text: str) -> None:
    job, _ = run(TYPE, CONTEXT, a_shop(files={KEY: text}))

    assert ((job.result or {})["count"], (job.result or {})["files"]) == (0, {})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            csv(row(Bogus="x"), columns=(*COLUMNS, "Bogus")),
            (
                "The csv file parsing failed due to: Unable to treat column Bogus from the csv file. "
                "No target column found in the provided schema"
            ),
        ),
        (
            csv(row("")),
            (
                'The csv file parsing failed due to: No value found for target column "Product Handle" '
                "in line 1 of the given csv file"
            ),
        ),
        (
            "\ufeff" + csv(row(), columns=COLUMNS),
            (
                "The csv file parsing failed due to: "
                "Unable to treat column \ufeffProduct Id from the csv file. "
                "No target column found in the provided schema"
            ),
        ),
        (
            csv(row(**{"Price Nowhere [EUR]": "5"}), columns=(*COLUMNS, "Price Nowhere [EUR]")),
            "Trying to set a price for a region Nowhere that doesn't exist",
        ),
    ],
)
def test_a_file_that_is_not_understood_fails_before_anything_is_done(text: str, message: str) -> None:
    assert failing(text) == message


def test_two_commas_in_each_of_a_few_rows_make_the_comma_the_better_guess() -> None:
    rows = [row(f"tee-{number}", Product_Title='"T, x, y"') for number in range(6)]

    assert "Unable to treat column __parsed_extra" in failing(csv(*rows))
    assert failing(csv(*rows).rstrip("\n")) == ""


def test_a_cell_too_many_is_a_column_unknown() -> None:
    assert "Unable to treat column __parsed_extra" in failing(csv(row(Price_EUR="1;2")))


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        (
            {"Product_Id": "prod_nope", "Variant_Id": "variant_nope"},
            "Product with id: prod_nope was not found",
        ),
        ({"Variant_Id": "variant_nope"}, "Variant with id: variant_nope was not found"),
        (
            {"Variant_Inventory_Quantity": ""},
            (
                'null value in column "inventory_quantity" of relation "product_variant" '
                "violates not-null constraint"
            ),
        ),
        ({"Variant_Inventory_Quantity": "abc"}, 'invalid input syntax for type integer: "abc"'),
        (
            {"Product_Title": ""},
            'null value in column "title" of relation "product" violates not-null constraint',
        ),
        (
            {"Price_EUR": "abc"},
            'null value in column "amount" of relation "money_amount" violates not-null constraint',
        ),
        (
            {"Price_EUR": "1e999"},
            'null value in column "amount" of relation "money_amount" violates not-null constraint',
        ),
        ({"Price_EUR": "21474836.48"}, 'value "2147483648" is out of range for type integer'),
        (
            {"Price_EUR": "92233720368547758080"},
            'value "9223372036854775808000" is out of range for type integer',
        ),
        (
            {"Variant_Inventory_Quantity": "-2147483649"},
            'value "-2147483649" is out of range for type integer',
        ),
    ],
)
def test_a_row_that_cannot_be_done_is_named_with_its_cause(changes: dict[str, str], cause: str) -> None:
    message = failing(csv(row(**changes)))

    assert message.startswith("Error while processing row with\n      [(product id: ")
    assert message.endswith(f"(variant sku: tee-S)]: \n      {cause}")


def test_a_column_that_the_file_lacks_is_told_from_an_empty_cell() -> None:
    columns = tuple(name for name in COLUMNS if name not in {"Product Id", "Variant Inventory Quantity"})

    message = failing(csv(row(), columns=columns))

    assert "(product id: undefined)" in message
    assert "(variant id: null)" in message


def test_a_handle_that_is_taken_is_refused() -> None:
    shop = imported(csv(row()))

    errors = failure_of(TYPE, CONTEXT, _with_source(shop, csv(row(Variant_SKU="other"))))

    assert 'violates unique constraint "IDX_cf9cc6c3f2e6414b992223fff1"' in errors[0]


def test_variants_of_one_product_differ_in_their_options() -> None:
    twins = csv(row(), row(Variant_SKU="other"))

    assert "Variant with title S with provided options already exists" in failing(twins)


def test_variants_have_the_options_of_their_product() -> None:
    other = csv(row(), row(size="M", Option_1_Name="Color"))

    assert "Variant options do not contain value for Size" in failing(other)


@pytest.mark.parametrize("context", [{}, {"fileKey": "nope.csv"}, {"fileKey": 5}, {"fileKey": ["x"]}])
def test_a_source_that_is_not_there_fails_with_what_to_do(context: dict[str, Any]) -> None:
    (error,) = failure_of(TYPE, context, a_shop())

    assert error.startswith("context.fileKey is ")
    assert "upload the CSV first" in error


def test_an_export_can_be_imported_again_and_changes_nothing() -> None:
    shop = a_shop()
    exported = export_of(*run("product-export", {}, shop))

    after = imported(exported, shop)

    again = export_of(*run("product-export", {}, after))
    assert again == exported


HANDLES = st.text("abcdefgh-", min_size=1, max_size=8)
# no other delimiter than the semicolon: a few commas in each row make the comma the better guess
TITLES = st.text("abc ;é", min_size=1, max_size=8).map(lambda text: f"T{text}t")


@settings(deadline=None, max_examples=50)
@given(titles=st.dictionaries(HANDLES, TITLES, min_size=1, max_size=6))
def test_what_was_imported_is_what_is_exported(titles: dict[str, str]) -> None:
    rows = [row(handle, Product_Title=f'"{title}"') for handle, title in titles.items()]
    shop = imported(csv(*rows))

    job, after = run("product-export", {"filterable_fields": {"handle": list(titles)}}, shop)

    assert (job.result or {})["count"] == len(titles)
    assert {
        handle: product_of(imported(export_of(job, after), after), handle).title for handle in titles
    } == titles


def _with_source(shop: Shop, text: str) -> Shop:
    return Shop(
        at=shop.at,
        catalogue=shop.catalogue,
        files=shop.files.with_file(KEY, text.encode(), at=shop.at),
        mint=shop.mint,
    )
