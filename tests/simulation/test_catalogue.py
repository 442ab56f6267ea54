"""The catalogue: lookups that stay true through changes."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.seeding import seeded_catalogue
from tests.simulation.strategy_runs import NOON, counting


def test_a_product_is_found_by_its_id_and_by_its_handle() -> None:
    catalogue = seeded_catalogue(seed=1, at=NOON, mint=counting())
    product = next(iter(catalogue.products.values()))

    assert catalogue.product(product.id) is product
    assert catalogue.product_with_handle(product.handle) is product


def test_a_variant_is_found_by_its_id_and_by_its_stock_keeping_unit() -> None:
    catalogue = seeded_catalogue(seed=1, at=NOON, mint=counting())
    variant = next(iter(catalogue.products.values())).variants[0]

    assert catalogue.variant(variant.id) is variant
    assert catalogue.variant_with_sku(variant.sku or "") is variant


def test_questions_of_any_type_are_answered_with_nothing() -> None:
    catalogue = seeded_catalogue(seed=1, at=NOON, mint=counting())

    assert catalogue.product(None) is None
    assert catalogue.variant(["x"]) is None
    assert catalogue.price_list({}) is None


def test_a_change_leaves_the_catalogue_before_it_as_it_was() -> None:
    before = seeded_catalogue(seed=1, at=NOON, mint=counting())
    product = next(iter(before.products.values()))

    after = before.with_products([replace(product, title="Renamed")])

    assert before.products[product.id].title == product.title
    assert after.products[product.id].title == "Renamed"
    assert after.orders is before.orders


def test_a_handle_that_was_given_up_is_no_longer_found() -> None:
    before = seeded_catalogue(seed=1, at=NOON, mint=counting())
    product = next(iter(before.products.values()))

    after = before.with_products([replace(product, handle="new-handle")])

    assert after.product_with_handle(product.handle) is None
    assert after.product_with_handle("new-handle") is after.products[product.id]


def test_a_variant_that_was_dropped_is_no_longer_found() -> None:
    before = seeded_catalogue(seed=1, at=NOON, mint=counting())
    product = next(iter(before.products.values()))

    after = before.with_products([replace(product, variants=())])

    assert after.variant(product.variants[0].id) is None
    assert after.variant_with_sku(product.variants[0].sku or "") is None


@given(first=st.sets(st.integers(0, 7)), second=st.sets(st.integers(0, 7)))
def test_changing_at_once_is_changing_one_after_the_other(first: set[int], second: set[int]) -> None:
    catalogue = seeded_catalogue(seed=2, at=NOON, mint=counting())
    products = list(catalogue.products.values())
    changed = [replace(products[n], handle=f"h-{n}") for n in sorted(first | second)]

    at_once = catalogue.with_products(changed)
    in_turn = catalogue.with_products(changed[:3]).with_products(changed[3:])

    assert at_once == in_turn
