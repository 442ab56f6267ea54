"""The shop and the people that a world begins with."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.simulation.seeding import seeded_catalogue, seeded_people
from tests.simulation.strategy_runs import NOON, counting

SEEDS = st.integers(0, 2**32)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_equal_seeds_give_equal_catalogues(seed: int) -> None:
    one = seeded_catalogue(seed=seed, at=NOON, mint=counting())
    other = seeded_catalogue(seed=seed, at=NOON, mint=counting())

    assert one == other


def test_another_seed_gives_another_catalogue() -> None:
    one = seeded_catalogue(seed=1, at=NOON, mint=counting())
    other = seeded_catalogue(seed=2, at=NOON, mint=counting())

    assert one != other


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_a_new_shop_has_products_variants_and_orders_in_number(seed: int) -> None:
    catalogue = seeded_catalogue(seed=seed, at=NOON, mint=counting())

    assert len(catalogue.products) == len(catalogue.product_ids_by_handle) == 8
    assert all(1 <= len(product.variants) <= 4 for product in catalogue.products.values())
    assert 3 <= len(catalogue.orders) <= 5
    assert [each.name for each in catalogue.price_lists] == ["VIP"]
    assert [(each.name, each.currency_code) for each in catalogue.regions] == [("EU", "eur")]


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_every_stock_keeping_unit_is_one_variants_own(seed: int) -> None:
    catalogue = seeded_catalogue(seed=seed, at=NOON, mint=counting())

    assert len(catalogue.variant_ids_by_sku) == len(catalogue.product_ids_by_variant_id)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, number=st.integers(0, 60))
def test_people_have_addresses_of_their_own_at_example_com(seed: int, number: int) -> None:
    people = seeded_people(seed=seed, count=number)

    emails = {email for _, _, email in people}
    assert len(people) == len(emails) == number
    assert all(email.endswith("@example.com") for email in emails)


def test_equal_seeds_give_equal_people() -> None:
    assert seeded_people(seed=3, count=10) == seeded_people(seed=3, count=10)
