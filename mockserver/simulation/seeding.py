"""A small shop to begin with, and people: plausible, made up, and equal for equal seeds.

Knows what a shop looks like, and nothing of what happens in it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from mockserver.simulation.catalogue import (
    Address,
    Catalogue,
    Collection,
    Currency,
    Customer,
    Image,
    Option,
    OptionValue,
    Order,
    Price,
    PriceList,
    Product,
    Region,
    SalesChannel,
    ShippingProfile,
    Store,
    Tag,
    Variant,
)

if TYPE_CHECKING:
    from faker import Faker

PRODUCTS = 8
MOST_ORDERS = 5
SIZES = ("S", "M", "L", "XL")
COLORS = ("Black", "White", "Blue", "Green")
THINGS = ("T-Shirt", "Mug", "Cap", "Sweatpants", "Hoodie", "Tote Bag", "Socks", "Notebook", "Scarf", "Poster")
INVENTED = (
    "address",
    "color",
    "lorem",
    "person",
)  # what Faker invents here; all it can takes four times as long
TAGS = ("cotton", "summer", "new", "gift", "limited")

CURRENCIES = (
    Currency(code="usd", symbol="$", symbol_native="$", name="US Dollar"),
    Currency(code="eur", symbol="€", symbol_native="€", name="Euro"),
)


def seeded_catalogue(*, seed: int, at: datetime, mint: Callable[[str], str]) -> Catalogue:
    """Return a shop of eight products with one to four variants each, and three to five orders.

    It has prices in USD and EUR, the region "EU", one sales channel, one shipping profile, a collection,
    tags, and the price list "VIP". Equal seeds, instants and ids give equal shops.

    at: the instant at which the last order came; everything else is older.
    """
    return _Seeder(seed=seed, at=at, mint=mint).catalogue()


def seeded_people(*, seed: int, count: int, besides: str = "") -> list[tuple[str, str, str]]:
    """Return *count* people: first name, last name, and an e-mail address of their own at example.com.

    besides: an address that somebody else has.
    """
    faker = _faker(seed)
    people: dict[str, tuple[str, str, str]] = {}
    while len(people) < count:
        first, last = faker.first_name(), faker.last_name()
        name = "".join(
            letter for letter in f"{first}.{last}".lower() if letter.isascii() and letter in _ADDRESS
        )
        number = sum(email.partition("@")[0].rstrip("0123456789") == name for email in people)
        email = f"{name}{number or ''}@example.com"
        if email == besides.lower():
            continue
        people[email] = (first, last, email)
    return list(people.values())


_ADDRESS = frozenset("abcdefghijklmnopqrstuvwxyz.")


def _faker(seed: int) -> "Faker":
    from faker import Faker  # noqa: PLC0415  # heavy: only who makes a shop pays for it

    faker = Faker("en_US", providers=[f"faker.providers.{kind}" for kind in INVENTED])
    faker.seed_instance(seed)
    return faker


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seeder:
    """What all parts of a new shop are made with."""

    seed: int
    at: datetime
    mint: Callable[[str], str]

    def catalogue(self) -> Catalogue:
        faker, chance = _faker(self.seed), Random(self.seed)  # noqa: S311  # names and prices, no secrets
        opened = self.at - timedelta(days=30)
        channel = SalesChannel(
            **self._stamped("sc", opened), name="Default Sales Channel", description="Created by Medusa"
        )
        profile = ShippingProfile(
            **self._stamped("sp", opened), name="Default Shipping Profile", type="default"
        )
        region = Region(**self._stamped("reg", opened), name="EU", currency_code="eur")
        collection = Collection(**self._stamped("pcol", opened), title="Summer", handle="summer")
        tags = {value: Tag(**self._stamped("ptag", opened), value=value) for value in TAGS}
        store = Store(
            **self._stamped("store", opened),
            name="Medusa Store",
            default_currency_code="usd",
            currencies=CURRENCIES,
            default_sales_channel=channel,
            default_profile=profile,
        )
        price_list = PriceList(
            **self._stamped("pl", opened),
            name="VIP",
            description="VIP prices",
            type="override",
            status="active",
        )
        products = []
        for number, thing in enumerate(chance.sample(THINGS, PRODUCTS)):
            product = self._product(f"{faker.unique.color_name()} {thing}", number, chance, region)
            products.append(
                replace(
                    product,
                    description=faker.sentence(nb_words=8),
                    collection=collection if number < PRODUCTS // 3 else None,
                    tags=tuple(tags[value] for value in sorted(chance.sample(TAGS, chance.randrange(3)))),
                    profile=profile,
                    sales_channels=(channel,),
                    status="draft" if number == PRODUCTS - 1 else "published",
                )
            )
        people = seeded_people(seed=self.seed, count=chance.randint(3, MOST_ORDERS))
        orders = [
            self._order(person, number, faker, chance, region=region, channel=channel, count=len(people))
            for number, person in enumerate(people, start=1)
        ]
        empty = Catalogue(
            store=store,
            regions=(region,),
            collections=(collection,),
            price_lists=(price_list,),
            orders=tuple(orders),
            tags_by_value=tags,
        )
        return empty.with_products(products)

    def _stamped(self, prefix: str, at: datetime) -> dict[str, Any]:
        return {"id": self.mint(prefix), "created_at": at, "updated_at": at}

    def _product(self, title: str, number: int, chance: Random, region: Region) -> Product:
        """Return a product with its variants, all made at the same instant, a minute after the one before."""
        made = self.at - timedelta(days=29) + timedelta(minutes=number)
        stamps = self._stamped("prod", made)
        handle = title.lower().replace(" ", "-")
        size = Option(**self._stamped("opt", made), title="Size", product_id=stamps["id"])
        color = Option(**self._stamped("opt", made), title="Color", product_id=stamps["id"])
        options = (size, color) if number % 3 == 0 else (size,)
        images = tuple(
            Image(**self._stamped("img", made), url=f"https://example.com/images/{handle}-{index}.png")
            for index in range(chance.randrange(3))
        )
        base, hue = chance.randrange(500, 5000), chance.choice(COLORS)
        variants = []
        for rank in range(chance.randint(1, len(SIZES))):
            own = self._stamped("variant", made)
            values = {size.id: SIZES[rank], color.id: hue}
            regional = (base - 200, "eur", region.id)
            prices = ((base, "usd", None), (base - 100, "eur", None), *((regional,) if number == 0 else ()))
            variants.append(
                Variant(
                    **own,
                    title=SIZES[rank] if len(options) == 1 else f"{SIZES[rank]} / {hue}",
                    product_id=stamps["id"],
                    sku=f"{handle.upper()}-{SIZES[rank]}",
                    variant_rank=rank,
                    inventory_quantity=chance.randrange(5, 200),
                    options=tuple(
                        OptionValue(
                            **self._stamped("optval", made),
                            value=values[option.id],
                            option_id=option.id,
                            variant_id=own["id"],
                        )
                        for option in options
                    ),
                    prices=tuple(
                        Price(
                            **self._stamped("ma", made),
                            currency_code=currency_code,
                            amount=amount,
                            region_id=region_id,
                            variant_id=own["id"],
                        )
                        for amount, currency_code, region_id in prices
                    ),
                )
            )
        return Product(
            **stamps,
            title=title,
            handle=handle,
            thumbnail=images[0].url if images else None,
            weight=chance.randrange(50, 900),
            images=images,
            options=options,
            variants=tuple(variants),
        )

    def _order(  # each is a fact of its own
        self,
        person: tuple[str, str, str],
        number: int,
        faker: "Faker",
        chance: Random,
        *,
        region: Region,
        channel: SalesChannel,
        count: int,
    ) -> Order:
        first, last, email = person
        return Order(
            **self._stamped("order", self.at - timedelta(hours=count - number)),
            display_id=number,
            customer=Customer(id=self.mint("cus"), email=email, first_name=first, last_name=last),
            shipping_address=Address(
                first_name=first,
                last_name=last,
                address_1=faker.street_address(),
                city=faker.city(),
                country_code=chance.choice(("de", "fr")),
                postal_code=faker.postcode(),
            ),
            region_id=region.id,
            currency_code=region.currency_code,
            subtotal=chance.randrange(1000, 20000),
            shipping_total=500,
            payment_status="captured",
            sales_channel=channel,
        )
