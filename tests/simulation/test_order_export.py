"""order-export: the context it keeps, what it announces, the file it writes."""

from typing import Any

import pytest

from mockserver.simulation.strategy import WorkFailed
from tests.simulation.strategy_runs import (
    NOON_MS,
    a_job,
    a_shop,
    exported_lines,
    pre_processed,
    processed,
    run,
    strategy_of,
)

TYPE = "order-export"
SHOP = a_shop()
ORDERS = len(SHOP.catalogue.orders)


def test_an_empty_context_selects_the_columns_of_the_file() -> None:
    context = strategy_of(TYPE).prepare({}, SHOP)

    assert list(context["list_config"]) == ["select", "relations", "skip", "take", "order"]
    assert context["list_config"]["select"][:3] == ["id", "display_id", "status"]
    assert context["list_config"]["relations"] == ["customer", "shipping_address", "sales_channel"]


def test_marked_fields_change_the_usual_columns() -> None:
    select = strategy_of(TYPE).prepare({"fields": "-total,+email"}, SHOP)["list_config"]["select"]

    assert "total" not in select
    assert select[-1] == "email"


def test_an_export_writes_a_line_for_each_order_newest_first() -> None:
    lines = exported_lines(TYPE, {}, SHOP)

    assert lines[0].startswith("Order_ID;Display_ID;Order status;Date;Customer First name")
    assert [line.split(";")[1] for line in lines[1:]] == [str(n) for n in range(ORDERS, 0, -1)]


def test_dates_are_written_as_http_writes_them() -> None:
    assert exported_lines(TYPE, {"batch_size": 1}, SHOP)[1].split(";")[3] == "Sun, 22 Nov 2026 12:00:00 GMT"


def test_the_result_tells_of_the_file() -> None:
    result = run(TYPE, {}, SHOP)[0].result or {}

    assert result["file_key"] == f"exports/orders/{NOON_MS}-order-export-{NOON_MS}.csv"
    assert (result["count"], result["advancement_count"], result["progress"]) == (ORDERS, ORDERS, 1)
    assert (
        result["stat_descriptors"][0]["message"] == f"There will be {ORDERS} orders exported by this action"
    )


def test_the_file_has_the_columns_of_what_is_selected_and_loaded() -> None:
    header = exported_lines(TYPE, {"fields": "id,total", "expand": "customer"}, SHOP)[0]

    assert header == "Order_ID;Date;Customer First name;Customer Last name;Customer Email;Customer ID;Total"


def test_the_region_of_an_address_is_empty_unless_it_is_selected() -> None:
    header, line, *_ = exported_lines(TYPE, {"fields": "id", "expand": "shipping_address"}, SHOP)

    assert dict(zip(header.split(";"), line.split(";"), strict=True))["Shipping Region ID"] == ""


def test_pre_processing_sorts_the_names_in_the_context() -> None:
    job, _ = pre_processed(a_job(TYPE, {}, SHOP), SHOP)

    config = job.context["list_config"]
    assert config["select"] == sorted(config["select"])
    assert config["relations"] == ["customer", "sales_channel", "shipping_address"]


def test_a_batch_size_leaves_the_context_as_it_was() -> None:
    job = a_job(TYPE, {"batch_size": 2}, SHOP)

    after, _ = pre_processed(job, SHOP)

    assert after.context == job.context
    assert after.units == 2


@pytest.mark.parametrize(
    ("context", "message"),
    [
        (
            {"filterable_fields": {"nope": 1}},
            'Property "nope" was not found in "Order". Make sure your query is correct.',
        ),
        ({"fields": "nope"}, 'Property "nope" was not found in "Order". Make sure your query is correct.'),
        ({"expand": "nope"}, 'Property "nope" was not found in "Order". Make sure your query is correct.'),
        ({"filterable_fields": None}, "Cannot read properties of null (reading 'q')"),
        ({"filterable_fields": {"display_id": "x"}}, 'invalid input syntax for type integer: "x"'),
        ({"limit": "abc"}, 'Provided "take" value is not a number. Please provide a numeric value.'),
        ({"offset": "abc"}, 'Provided "skip" value is not a number. Please provide a numeric value.'),
    ],
)
def test_a_listing_that_cannot_be_made_fails_in_the_databases_words(
    context: dict[str, Any], message: str
) -> None:
    with pytest.raises(WorkFailed) as failure:
        pre_processed(a_job(TYPE, context, SHOP), SHOP)

    assert failure.value.errors == (message,)


def test_an_unknown_order_is_only_noticed_while_processing_and_told_twice() -> None:
    job, shop = pre_processed(a_job(TYPE, {"order": "total"}, SHOP), SHOP)

    with pytest.raises(WorkFailed) as failure:
        processed(job, shop)

    message = 'Property "total" was not found in "Order". Make sure your query is correct.'
    assert failure.value.errors == ({"err": {}, "code": "unknown", "message": message}, message)


def test_filters_take_one_value_or_several() -> None:
    one = run(TYPE, {"filterable_fields": {"display_id": 2}}, SHOP)[0].result or {}
    none = run(TYPE, {"filterable_fields": {"status": ["completed"]}}, SHOP)[0].result or {}

    assert one["count"] == 1
    assert "count" not in none
