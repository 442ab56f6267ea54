"""product-export: the context it keeps, what it announces, the file it writes."""

from dataclasses import replace
from typing import Any

import pytest

from mockserver.simulation.catalogue import Price
from mockserver.simulation.refusals import ContextRefused
from mockserver.simulation.strategies import PlainStrategy, builtin_strategies
from mockserver.simulation.strategy import WorkFailed
from tests.simulation.strategy_runs import (
    NOON,
    NOON_MS,
    a_job,
    a_shop,
    export_of,
    exported_lines,
    failure_of,
    pre_processed,
    processed,
    run,
    strategy_of,
)

TYPE = "product-export"
FIXED_COLUMNS = 38


def prepared(context: dict[str, Any]) -> dict[str, Any]:
    return dict(strategy_of(TYPE).prepare(context, a_shop()))


def test_an_empty_context_lists_every_relation_newest_first_fifty_to_a_page() -> None:
    context = prepared({})

    assert list(context["list_config"]) == ["relations", "skip", "take", "order"]
    assert context["list_config"]["order"] == {"created_at": "DESC"}
    assert (context["list_config"]["skip"], context["list_config"]["take"]) == (0, 50)
    assert "variants.prices.region" in context["list_config"]["relations"]


def test_listing_options_move_into_the_list_config_and_other_keys_stay() -> None:
    context = prepared(
        {"note": 1, "limit": 2, "offset": 1, "filterable_fields": {"title": "x"}, "order": "-title"}
    )

    assert list(context) == ["note", "list_config", "filterable_fields"]
    assert context["list_config"]["order"] == {"title": "DESC"}
    assert (context["list_config"]["skip"], context["list_config"]["take"]) == (1, 2)


def test_a_list_config_of_the_client_is_overwritten_in_its_place() -> None:
    context = prepared({"list_config": {"skip": 3}, "shape": {}})

    assert list(context) == ["list_config", "shape"]
    assert context["list_config"]["skip"] == 0


def test_a_limit_of_null_leaves_no_take() -> None:
    assert "take" not in prepared({"limit": None, "offset": None})["list_config"]


@pytest.mark.parametrize(
    ("fields", "select"),
    [
        ("id,title", ["id", "title", "created_at"]),
        ("", ["created_at", "id"]),
        ("a,,b,a", ["a", "b", "created_at", "id"]),
        ("+metadata", ["metadata", "created_at", "id"]),
        ("-title", ["created_at", "id"]),
    ],
)
def test_fields_become_the_selected_columns(fields: str, select: list[str]) -> None:
    assert prepared({"fields": fields})["list_config"]["select"] == select


@pytest.mark.parametrize("key", ["fields", "order", "expand"])
@pytest.mark.parametrize("value", [["id"], 5, None, {}, False])
def test_a_listing_option_that_is_no_text_is_refused(key: str, value: object) -> None:
    with pytest.raises(ContextRefused, match=f"context.{key} must be a string"):
        prepared({key: value})


@pytest.mark.parametrize("context", [{"a": "\0"}, {"a\0": 1}, {"a": [{"b": "x\0y"}]}])
def test_the_nul_character_is_refused_wherever_it_is(context: dict[str, Any]) -> None:
    with pytest.raises(ContextRefused, match="context must not contain the NUL character"):
        prepared(context)


@pytest.mark.parametrize("context", [{"constructor": 1}, {"a": [{"constructor": {}}]}])
def test_a_key_that_the_real_server_stumbles_over_is_refused(context: dict[str, Any]) -> None:
    with pytest.raises(ContextRefused, match="context must not contain the key constructor"):
        prepared(context)


def test_a_proto_key_is_dropped() -> None:
    assert "a" in prepared({"__proto__": {"x": 1}, "a": {"__proto__": 1}})
    assert prepared({"a": {"__proto__": 1}})["a"] == {}


def test_pre_processing_announces_the_products_and_shapes_their_file() -> None:
    job, _ = pre_processed(*_created({}))

    assert job.result == {
        "stat_descriptors": [
            {
                "key": "product-export-count",
                "name": "Product count to export",
                "message": "There will be 8 products exported by this action",
            }
        ]
    }
    assert job.units == 8
    assert job.context["shape"]["dynamicSalesChannelsColumnCount"] == 1
    assert {"region": None, "currency_code": "usd"} in job.context["shape"]["prices"]


def test_pre_processing_leaves_the_context_in_stored_order() -> None:
    job, _ = pre_processed(*_created({"fields": "title", "note": 1}))

    assert list(job.context) == ["note", "shape", "list_config"]
    assert list(job.context["list_config"]) == ["skip", "take", "order", "select", "relations"]
    assert job.context["list_config"]["select"] == ["created_at", "id", "title"]


def test_processing_writes_a_line_for_each_variant() -> None:
    shop = a_shop()
    lines = exported_lines(TYPE, {}, shop)

    assert len(lines) == 1 + len(shop.catalogue.product_ids_by_variant_id)
    assert lines[0].startswith("Product Id;Product Handle;")


def test_the_result_tells_of_the_file_in_stored_order() -> None:
    job, shop = run(TYPE, {}, a_shop())

    assert list(job.result or {}) == [
        "count",
        "file_key",
        "progress",
        "file_size",
        "stat_descriptors",
        "advancement_count",
    ]
    assert (job.result or {})["file_key"] == f"exports/products/{NOON_MS}-product-export-{NOON_MS}.csv"
    assert (job.result or {})["file_size"] == len(export_of(job, shop).encode())
    assert ((job.result or {})["count"], (job.result or {})["progress"]) == (8, 1)


def test_an_export_of_nothing_writes_the_header_and_counts_nothing() -> None:
    job, shop = run(TYPE, {"filterable_fields": {"title": "nothing like it"}}, a_shop())

    assert list(job.result or {}) == ["file_key", "file_size", "stat_descriptors"]
    assert export_of(job, shop).count(";") == FIXED_COLUMNS - 1


def test_a_limit_is_the_size_of_a_page_and_not_a_bound() -> None:
    assert (run(TYPE, {"limit": 2}, a_shop())[0].result or {})["advancement_count"] == 8


def test_a_batch_size_bounds_what_is_announced_and_written() -> None:
    job, _ = run(TYPE, {"batch_size": 3, "limit": 2}, a_shop())

    assert ((job.result or {})["count"], (job.result or {})["advancement_count"]) == (3, 3)
    assert "There will be 3 products" in (job.result or {})["stat_descriptors"][0]["message"]


def test_an_offset_is_announced_but_not_written() -> None:
    job, _ = run(TYPE, {"offset": 2}, a_shop())

    assert ((job.result or {})["count"], (job.result or {})["advancement_count"]) == (8, 6)
    assert (job.result or {})["progress"] == 0.75


def test_an_offset_in_quotes_is_taken_times_ten() -> None:
    job, _ = run(TYPE, {"offset": "1"}, a_shop())

    assert "count" not in (job.result or {})
    assert "There will be 8 products" in (job.result or {})["stat_descriptors"][0]["message"]


def test_columns_that_are_not_selected_stay_empty() -> None:
    line = exported_lines(TYPE, {"fields": "title", "batch_size": 1}, a_shop())[1].split(";")

    assert line[1] == ""
    assert line[2] != ""


def test_filters_take_one_value_or_several() -> None:
    shop = a_shop()
    first, second, *_ = shop.catalogue.products.values()

    one = run(TYPE, {"filterable_fields": {"title": first.title}}, shop)[0]
    two = run(TYPE, {"filterable_fields": {"id": [first.id, second.id]}}, shop)[0]
    drafts = run(TYPE, {"filterable_fields": {"status": ["draft"]}}, shop)[0]

    assert [(job.result or {})["count"] for job in (one, two, drafts)] == [1, 2, 1]


def test_filters_take_bounds() -> None:
    shop = a_shop()
    weights = [product.weight or 0 for product in shop.catalogue.products.values()]
    least = sorted(weights)[3]

    job, _ = run(TYPE, {"filterable_fields": {"weight": {"gt": least}}}, shop)

    assert (job.result or {})["count"] == sum(weight > least for weight in weights)


def test_a_search_word_counts_in_the_announcement_alone() -> None:
    shop = a_shop()
    word = next(iter(shop.catalogue.products.values())).variants[0].sku

    job, _ = run(TYPE, {"filterable_fields": {"q": word}}, shop)

    assert "There will be 1 products" in (job.result or {})["stat_descriptors"][0]["message"]
    assert (job.result or {})["count"] == 8
    assert job.context["filterable_fields"] == {}


@pytest.mark.parametrize(
    ("context", "message"),
    [
        (
            {"filterable_fields": {"nope": 1}},
            'Property "nope" was not found in "Product". Make sure your query is correct.',
        ),
        ({"filterable_fields": {"weight": "abc"}}, 'invalid input syntax for type integer: "abc"'),
        (
            {"filterable_fields": {"status": ["zzz"]}},
            'invalid input value for enum product_status_enum: "zzz"',
        ),
        ({"filterable_fields": None}, "Cannot use 'in' operator to search for 'q' in null"),
        ({"order": "nope"}, "column product.nope does not exist"),
        ({"order": ""}, 'syntax error at or near ","'),
        ({"fields": "title,variants"}, "column product.variants does not exist"),
        ({"expand": "variants.nope"}, "Relation with property path nope in entity was not found."),
        ({"limit": "abc"}, 'Provided "limit" value is not a number. Please provide a numeric value.'),
        ({"limit": -1}, "LIMIT must not be negative"),
        ({"offset": -1}, "OFFSET must not be negative"),
    ],
)
def test_a_listing_that_cannot_be_made_fails_in_the_databases_words(
    context: dict[str, Any], message: str
) -> None:
    with pytest.raises(WorkFailed) as failure:
        pre_processed(*_created(context))

    assert failure.value.errors == (message,)


@pytest.mark.parametrize(
    ("expand", "message"),
    [
        ("", "undefined is not iterable (cannot read property Symbol(Symbol.iterator))"),
        ("variants", "Cannot read properties of undefined (reading 'map')"),
    ],
)
def test_a_relation_left_out_fails_while_processing_and_is_told_twice(expand: str, message: str) -> None:
    job, shop = pre_processed(*_created({"expand": expand}))

    with pytest.raises(WorkFailed) as failure:
        processed(job, shop)

    assert failure.value.errors == ({"err": {}, "code": "unknown", "message": message}, message)


def test_the_first_price_of_a_currency_fills_its_column_whatever_its_region() -> None:
    shop = a_shop()
    product = next(iter(shop.catalogue.products.values()))
    variant = replace(
        product.variants[0],
        prices=(
            _price(1799, "eur", region_id=shop.catalogue.regions[0].id),
            _price(1999, "usd"),
            _price(1890, "eur"),
        ),
    )
    catalogue = shop.catalogue.with_products([replace(product, title="Only", variants=(variant,))])

    header, line = exported_lines(
        TYPE, {"filterable_fields": {"title": "Only"}}, shop._replace(catalogue=catalogue)
    )

    prices = slice(FIXED_COLUMNS, FIXED_COLUMNS + 3)
    assert header.split(";")[prices] == ["Price EUR", "Price EU [EUR]", "Price USD"]
    assert line.split(";")[prices] == ["17.99", "17.99", "19.99"]


def test_cells_with_separators_are_quoted() -> None:
    shop = a_shop()
    product = next(iter(shop.catalogue.products.values()))
    renamed = replace(product, title='A; "B"', subtitle='q"q')
    shop = shop._replace(catalogue=shop.catalogue.with_products([renamed]))

    text = export_of(*run(TYPE, {"filterable_fields": {"id": product.id}}, shop))

    assert ';"A; ""B""";q"q;' in text


def test_progress_counts_products() -> None:
    job, _ = pre_processed(*_created({}))

    halfway = strategy_of(TYPE).progress(job, 0.5)

    assert (halfway["count"], halfway["advancement_count"], halfway["progress"]) == (8, 4, 0.5)


def test_progress_without_products_stays_at_nothing() -> None:
    job, _ = pre_processed(*_created({"filterable_fields": {"title": "zzz"}}))

    assert strategy_of(TYPE).progress(job, 1)["progress"] == 0


def test_the_built_in_types_are_the_four_of_the_real_server() -> None:
    assert set(builtin_strategies()) == {
        "product-export",
        "order-export",
        "product-import",
        "price-list-import",
    }


def test_a_type_of_the_users_own_has_nothing_to_show() -> None:
    shop = a_shop()
    strategy = PlainStrategy("cache-warming")
    job = replace(a_job(TYPE, {}, shop), context=strategy.prepare({"any": 1}, shop))

    work = strategy.pre_process(job, shop)

    assert work.result == {}
    assert work.context == {"any": 1}
    assert strategy.process(replace(job, result=work.result), shop).result == {}


def test_nothing_fails_on_a_plain_export() -> None:
    assert failure_of(TYPE, {}, a_shop()) == ()


def _created(context: dict[str, Any]) -> tuple[Any, Any]:
    shop = a_shop()
    return a_job(TYPE, context, shop), shop


def _price(amount: int, currency_code: str, *, region_id: str | None = None) -> Price:
    return Price(
        id=f"ma_{amount}",
        created_at=NOON,
        updated_at=NOON,
        currency_code=currency_code,
        amount=amount,
        region_id=region_id,
        variant_id="variant_01",
    )
