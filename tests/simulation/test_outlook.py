"""The outlook of an export tells, without its work, what the work comes to."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.simulation.order import Order
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.strategies.export_listing import essence
from mockserver.simulation.strategies.stored_order import in_stored_order
from mockserver.simulation.strategy import Outlook, Shop, WorkFailed, outlook_of
from tests.simulation.strategy_runs import a_job, a_shop, pre_processed, processed, strategy_of

SHOP = a_shop()
NUMBERS = st.sampled_from([0, 1, 2, 7, 100, -1, 1.5, "1", "0", "1e308", "x", None])
NAMES = st.sampled_from(
    ["", "id", "title", "created_at", "tags", "variants", "options.values", "customer", "no"]
)
LISTED = st.lists(NAMES, max_size=3).map(",".join)
WANTED = st.recursive(
    st.sampled_from(["", "a", "shirt", "published", None, 1, True]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["gt", "a"]), inner, max_size=2)
    ),
    max_leaves=4,
)
COLUMNS = ["q", "title", "status", "id", "tags", "price_list_id", "display_id", "created_at", "weight", "no"]
FILTERS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.just([]), st.dictionaries(st.sampled_from(COLUMNS), WANTED, max_size=2)
)
CONTEXTS = st.fixed_dictionaries(
    {},
    optional={
        "limit": NUMBERS,
        "offset": NUMBERS,
        "batch_size": NUMBERS,
        "order": st.sampled_from(["created_at", "-title", "", "display_id", "no"]),
        "fields": LISTED,
        "expand": LISTED,
        "filterable_fields": FILTERS,
        "other": st.just(1),
    },
)


def worked(job_type: str, context: Mapping[str, Any], shop: Shop) -> Outlook | None:
    """Return what all of the work comes to; None if it fails at once."""
    try:
        job, shop = pre_processed(a_job(job_type, context, shop), shop)
    except WorkFailed:
        return None
    try:
        processed(job, shop)
    except WorkFailed:
        return Outlook(units=job.units, succeeds=False)
    return Outlook(units=job.units, succeeds=True)


def foreseen(job_type: str, context: Mapping[str, Any], shop: Shop) -> Outlook | None:
    return outlook_of(strategy_of(job_type), a_job(job_type, context, shop).context, shop)


@pytest.mark.parametrize("job_type", ["product-export", "order-export"])
@given(context=CONTEXTS)
@example(context={"filterable_fields": {"tags": {"gt": "a"}}})
def test_the_work_comes_to_what_was_foreseen(job_type: str, context: Mapping[str, Any]) -> None:
    assert foreseen(job_type, context, SHOP) == worked(job_type, context, SHOP)


@pytest.mark.parametrize(
    ("job_type", "context"),
    [
        pytest.param("product-export", {"expand": "tags"}, id="a relation is missing"),
        pytest.param(
            "product-export", {"expand": "tags", "filterable_fields": {"q": "nobody has this"}}, id="searched"
        ),
        pytest.param("product-export", {"offset": "1e308"}, id="an offset that grows beyond all bounds"),
        pytest.param("order-export", {"order": "no"}, id="an unknown order"),
    ],
)
def test_work_that_can_be_begun_but_not_done_is_foreseen(job_type: str, context: Mapping[str, Any]) -> None:
    outlook = foreseen(job_type, context, SHOP)

    assert outlook is not None
    assert not outlook.succeeds
    assert outlook == worked(job_type, context, SHOP)


@pytest.mark.parametrize("job_type", ["product-export", "order-export"])
@given(context=CONTEXTS)
def test_the_essence_of_a_context_does_not_depend_on_how_it_is_kept(
    job_type: str, context: Mapping[str, Any]
) -> None:
    prepared = a_job(job_type, context, SHOP).context
    filters = {name: value for name, value in prepared.items() if name == "filterable_fields"}

    assert essence({**in_stored_order(dict(prepared)), **filters}) == essence(prepared)


def test_a_scenario_has_a_job_tell_of_other_rows() -> None:
    order = Order.of({}, strategy_of("product-export"), SHOP)
    telling = replace(scenario_named("instant"), rows=1234)

    assert order.outlook_in(telling) == Outlook(1234, succeeds=True)
    assert order.outlook_in(scenario_named("instant")) == worked("product-export", {}, SHOP)
