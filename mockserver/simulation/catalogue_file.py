"""A shop written by hand: a YAML file read into a catalogue.

Knows what holds a shop together: names that exist, numbers that are one thing's own. The format is described
at the head of the shipped file, mockserver/catalogues/medusa-1.20.11.yaml.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from mockserver.simulation.catalogue import (
    FULFILLMENT_STATUSES,
    ORDER_STATUSES,
    PAYMENT_STATUSES,
    PRODUCT_STATUSES,
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
    ProductType,
    Region,
    SalesChannel,
    ShippingProfile,
    Store,
    Tag,
    Variant,
)
from mockserver.simulation.catalogue_entries import CatalogueFileError, Entry, Value, root_of
from mockserver.simulation.handle import handle_of
from mockserver.simulation.seeding import CURRENCIES
from mockserver.simulation.strategies.money import CURRENCIES as CODES

__all__ = ["CatalogueFileError", "read_catalogue", "shipped_catalogue"]

Readers = Mapping[str, Callable[[Value], Any]]


def _one_of(*words: str) -> Callable[[Value], str]:
    return lambda value: value.word(*words)


SECTIONS = (
    "store",
    "currencies",
    "regions",
    "sales_channels",
    "shipping_profile",
    "collections",
    "product_types",
    "tags",
    "products",
    "price_lists",
    "orders",
)

BORN: Readers = {"created_at": Value.instant}
CURRENCY: Readers = {
    "code": Value.text,
    "symbol": Value.text,
    "symbol_native": Value.text,
    "name": Value.text,
}
CHANNEL: Readers = {"name": Value.text, "description": Value.text, "is_disabled": Value.truth}
PROFILE: Readers = {"name": Value.text, "type": _one_of("default", "gift_card", "custom")}
MEASURES: Readers = {
    "weight": Value.number,
    "length": Value.number,
    "height": Value.number,
    "width": Value.number,
    "hs_code": Value.text,
    "origin_country": Value.text,
    "mid_code": Value.text,
    "material": Value.text,
}
PRODUCT: Readers = {
    "title": Value.text,
    "handle": Value.text,
    "subtitle": Value.text,
    "description": Value.text,
    "is_giftcard": Value.truth,
    "status": _one_of(*PRODUCT_STATUSES),
    "thumbnail": Value.text,
    "discountable": Value.truth,
    "external_id": Value.text,
    **MEASURES,
}
PRODUCT_PARTS = ("collection", "type", "tags", "images", "options", "sales_channels", "variants")
VARIANT: Readers = {
    "title": Value.text,
    "sku": Value.text,
    "barcode": Value.text,
    "ean": Value.text,
    "upc": Value.text,
    "inventory_quantity": Value.number,
    "allow_backorder": Value.truth,
    "manage_inventory": Value.truth,
    **MEASURES,
}
PRICE_LIST: Readers = {
    "name": Value.text,
    "description": Value.text,
    "type": _one_of("sale", "override"),
    "status": _one_of("active", "draft"),
    "starts_at": Value.instant,
    "ends_at": Value.instant,
}
NAMES: Readers = {"first_name": Value.text, "last_name": Value.text}
ADDRESS: Readers = {
    **NAMES,
    **dict.fromkeys(("address_1", "address_2", "city", "country_code", "postal_code"), Value.text),
}
ORDER: Readers = {
    "status": _one_of(*ORDER_STATUSES),
    "fulfillment_status": _one_of(*FULFILLMENT_STATUSES),
    "payment_status": _one_of(*PAYMENT_STATUSES),
    **dict.fromkeys(
        ("shipping_total", "discount_total", "gift_card_total", "refunded_total", "tax_total"), Value.money
    ),
}
ORDER_PARTS = ("email", *NAMES, "region", "sales_channel", "items", "shipping_address")
ITEM = ("sku", "quantity", "unit_price")


def shipped_catalogue(name: str) -> Path:
    """Return the file of a catalogue that comes with the package: `medusa-1.20.11`.

    Raises CatalogueFileError, which names those that there are.
    """
    folder = Path(str(resources.files("mockserver"))) / "catalogues"
    known = {file.stem: file for file in sorted(folder.glob("*.yaml"))}
    if name not in known:
        raise CatalogueFileError(f"{name}: no such catalogue; give a YAML file, or one of {', '.join(known)}")
    return known[name]


def read_catalogue(file: Path, *, at: datetime, mint: Callable[[str], str]) -> Catalogue:
    """Return the shop that *file* describes. Equal files, instants and ids give equal shops.

    at: the instant at which everything was made that has no `created_at` in the file. mint: gives a new id,
    by prefix; it is asked section by section in the order of SECTIONS, and in the file's order within each.

    Raises CatalogueFileError for the first thing that is wrong: `FILE, line N: what is wrong; the remedy`.
    """
    return _Shop(at=at, mint=mint).catalogue(root_of(file).entry("a catalogue", SECTIONS))


@dataclass(slots=True, kw_only=True)
class _Shop:
    """The shop as far as it has been read. Mutable: each section adds what the later ones may name.

    taken: for each kind of thing that is unique, where its names were first given.
    """

    at: datetime
    mint: Callable[[str], str]
    currencies: dict[str, Currency] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    countries: dict[str, list[str]] = field(default_factory=dict)
    channels: dict[str, SalesChannel] = field(default_factory=dict)
    collections: dict[str, Collection] = field(default_factory=dict)
    types: dict[str, ProductType] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    products: list[Product] = field(default_factory=list)
    variants: dict[str, Variant] = field(default_factory=dict)
    special: dict[str, list[Price]] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    taken: dict[str, dict[str, Value]] = field(default_factory=dict)

    def catalogue(self, root: Entry) -> Catalogue:
        for each in root.items("currencies"):
            self._currency(each)
        self.currencies = self.currencies or {each.code: each for each in CURRENCIES[:1]}
        store = self._store(root)
        for word in root.texts("product_types"):
            self.types[word] = ProductType(**self._stamps("ptyp", self.at), value=word)
        for word in root.texts("tags"):
            self.tags[word] = Tag(**self._stamps("ptag", self.at), value=word)
        for each in root.items("products"):
            self.products.append(self._product(each, store))
        price_lists = tuple(self._price_list(each) for each in root.items("price_lists"))
        orders = tuple(
            self._order(each, number, store) for number, each in enumerate(root.items("orders"), start=1)
        )
        empty = Catalogue(
            store=store,
            regions=tuple(self.regions.values()),
            collections=tuple(self.collections.values()),
            price_lists=price_lists,
            orders=orders,
            types_by_value=self.types,
            tags_by_value=self.tags,
        )
        return empty.with_products(self._with_special_prices(each) for each in self.products)

    def _stamps(self, prefix: str, at: datetime) -> dict[str, Any]:
        return {"id": self.mint(prefix), "created_at": at, "updated_at": at}

    def _made(self, prefix: str, entry: Entry) -> dict[str, Any]:
        return self._stamps(prefix, entry.fields(BORN).get("created_at", self.at))

    def _claim(self, kind: str, value: Value, text: str) -> None:
        """Note that *value* gives something of that *kind* the name *text*. Raises where it is taken."""
        value.refuse_twice(self.taken.setdefault(kind, {}), text, kind)

    def _currency(self, value: Value) -> None:
        entry = value.entry("a currency", CURRENCY, short="code")
        code = entry.needed("code")
        if (text := code.text()) not in CODES:
            raise code.wrong(f"unknown currency {text!r}", "give a code of ISO 4217 in small letters, as usd")
        self._claim("the currency", code, text)
        usual = {"symbol": text.upper(), "symbol_native": text.upper(), "name": text.upper()}
        for each in CURRENCIES:
            if each.code == text:
                usual = {"symbol": each.symbol, "symbol_native": each.symbol_native, "name": each.name}
        said = entry.fields(CURRENCY)
        native = {"symbol_native": said["symbol"]} if "symbol" in said else {}
        self.currencies[text] = Currency(**{**usual, **native, **said})

    def _store(self, root: Entry) -> Store:
        """Return the store, with what it needs: regions, sales channels, the profile and the collections."""
        said = root.values.get("store")
        entry = said.entry("the store", ("name", "default_currency")) if said else replace(root, values={})
        stamps = self._stamps("store", self.at)
        default = entry.values.get("default_currency")
        code = self._currency_named(default) if default else next(iter(self.currencies))
        for each in root.items("regions"):
            self._region(each)
        for each in root.items("sales_channels"):
            self._channel(each)
        if not self.channels:
            name = "Default Sales Channel"
            self.channels[name] = SalesChannel(
                **self._stamps("sc", self.at), name=name, description="Created by Medusa"
            )
        profile = self._profile(root.values.get("shipping_profile"))
        for each in root.items("collections"):
            self._collection(each)
        return Store(
            **stamps,
            name=entry.fields({"name": Value.text}).get("name", "Medusa Store"),
            default_currency_code=code,
            currencies=tuple(self.currencies.values()),
            default_sales_channel=next(iter(self.channels.values())),
            default_profile=profile,
        )

    def _currency_named(self, value: Value) -> str:
        value.one_of(self.currencies)
        return value.text()

    def _region(self, value: Value) -> None:
        entry = value.entry("a region", ("name", "currency", "countries", "tax_rate", *BORN))
        name = entry.needed("name")
        if (text := name.text()) in CODES:
            raise name.wrong(f"the region {text!r} is called as a currency", "give it another name")
        self._claim("the region", name, text)
        for code, each in entry.texts("countries").items():
            if not _is_country(code):
                raise each.wrong(f"{code!r} is no country", "write its two small letters, as de")
            self._claim("the country", each, code)
        self.countries[text] = list(entry.texts("countries"))
        rate = entry.values.get("tax_rate")
        self.regions[text] = Region(
            **self._made("reg", entry),
            name=text,
            currency_code=self._currency_named(entry.needed("currency")),
            tax_rate=rate.number(most=100) if rate else 0,
        )

    def _channel(self, value: Value) -> None:
        entry = value.entry("a sales channel", (*CHANNEL, *BORN), short="name")
        name = entry.needed("name")
        self._claim("the sales channel", name, name.text())
        self.channels[name.text()] = SalesChannel(**self._made("sc", entry), **entry.fields(CHANNEL))

    def _profile(self, value: Value | None) -> ShippingProfile:
        said: dict[str, Any] = {"name": "Default Shipping Profile", "type": "default"}
        if value is None:
            return ShippingProfile(**self._stamps("sp", self.at), **said)
        entry = value.entry("the shipping profile", (*PROFILE, *BORN), short="name")
        return ShippingProfile(**self._made("sp", entry), **{**said, **entry.fields(PROFILE)})

    def _collection(self, value: Value) -> None:
        entry = value.entry("a collection", ("title", "handle", *BORN), short="title")
        handle = self._handle(entry, "the collection's handle")
        self.collections[handle] = Collection(
            **self._made("pcol", entry), title=entry.needed("title").text(), handle=handle
        )

    def _handle(self, entry: Entry, kind: str) -> str:
        """Return the handle of *entry*, by its title where it has none. Raises where it is taken."""
        title = entry.needed("title")
        value = entry.values.get("handle", title)
        handle = value.text() if "handle" in entry.values else handle_of(title.text())
        if not handle:
            raise title.wrong(f"the title {title.text()!r} gives no handle", "add `handle:`")
        self._claim(kind, value, handle)
        return handle

    def _product(self, value: Value, store: Store) -> Product:
        entry = value.entry("a product", (*PRODUCT, *PRODUCT_PARTS, *BORN))
        handle = self._handle(entry, "the handle")
        stamps = self._made("prod", entry)
        at = stamps["created_at"]
        said = {**entry.fields(PRODUCT), "handle": handle}
        images = tuple(Image(**self._stamps("img", at), url=each.text()) for each in entry.items("images"))
        if images:
            said.setdefault("thumbnail", images[0].url)
        options = tuple(
            Option(**self._stamps("opt", at), title=title, product_id=stamps["id"])
            for title in entry.texts("options")
        )
        collection, kind = entry.values.get("collection"), entry.values.get("type")
        for word in entry.texts("tags"):
            if word not in self.tags:
                self.tags[word] = Tag(**self._stamps("ptag", at), value=word)
        if kind is not None and kind.text() not in self.types:
            self.types[kind.text()] = ProductType(**self._stamps("ptyp", at), value=kind.text())
        channels = (store.default_sales_channel,)
        if "sales_channels" in entry.values:
            channels = tuple(each.one_of(self.channels) for each in entry.texts("sales_channels").values())
        combinations: dict[str, Value] = {}
        product = Product(
            **stamps,
            **said,
            collection=collection.one_of(self.collections) if collection else None,
            images=images,
            options=options,
            profile=store.default_profile,
            sales_channels=channels,
            tags=tuple(self.tags[word] for word in entry.texts("tags")),
            type=self.types[kind.text()] if kind else None,
        )
        variants = tuple(
            self._variant(each, product, rank, combinations)
            for rank, each in enumerate(entry.items("variants"))
        )
        return replace(product, variants=variants)

    def _variant(self, value: Value, product: Product, rank: int, combinations: dict[str, Value]) -> Variant:
        """Return a variant of *product*. combinations: of option values, taken by its other variants."""
        entry = value.entry("a variant", (*VARIANT, "options", "prices"))
        entry.needed("title")
        for key in ("sku", "barcode"):
            if key in entry.values:
                self._claim(f"the {key}", entry.values[key], entry.values[key].text())
        at = product.created_at
        stamps = self._stamps("variant", at)
        options = self._chosen(entry, product, stamps["id"])
        if options:
            chosen = ", ".join(repr(each.value) for each in options)
            value.refuse_twice(combinations, chosen, "the combination of options")
        prices = entry.values.get("prices")
        variant = Variant(
            **stamps,
            **entry.fields(VARIANT),
            product_id=product.id,
            variant_rank=rank,
            options=options,
            prices=tuple(self._prices(prices, variant_id=stamps["id"], at=at)) if prices else (),
        )
        if variant.sku is not None:
            self.variants[variant.sku] = variant
        return variant

    def _chosen(self, entry: Entry, product: Product, variant_id: str) -> tuple[OptionValue, ...]:
        """Return a value for each option of *product*. Raises where one is missing or none of them."""
        titles = [each.title for each in product.options]
        values = entry.values.get("options")
        if values is None and titles:
            raise entry.value.wrong(
                "a variant has no options", f"give a value for each: options: {{{titles[0]}: ...}}"
            )
        if values is None:
            return ()
        name = f"the product {product.title!r}"
        chosen = values.entry(f"{name}, among its options,", titles)
        return tuple(
            OptionValue(
                **self._stamps("optval", product.created_at),
                value=replace(chosen, name=f"a variant of {name}").needed(option.title).text(),
                option_id=option.id,
                variant_id=variant_id,
            )
            for option in product.options
        )

    def _prices(
        self, value: Value, *, variant_id: str, at: datetime, price_list_id: str | None = None
    ) -> list[Price]:
        """Return the prices of a mapping from currency or region to amount."""
        prices = []
        known = [*self.currencies, *self.regions]
        for key, amount in value.pairs():
            region = self.regions.get(key.text())
            if key.text() not in known:
                raise key.wrong(f"unknown currency or region {key.text()!r}", f"known: {', '.join(known)}")
            prices.append(
                Price(
                    **self._stamps("ma", at),
                    currency_code=region.currency_code if region else key.text(),
                    amount=replace(amount, name=f"the price {key.text()}").money(),
                    price_list_id=price_list_id,
                    region_id=region.id if region else None,
                    variant_id=variant_id,
                )
            )
        return prices

    def _price_list(self, value: Value) -> PriceList:
        entry = value.entry("a price list", (*PRICE_LIST, "prices", *BORN))
        name = entry.needed("name").text()
        stamps = self._made("pl", entry)
        # Source: models/price-list.js of Medusa 1.20.11
        usual = {"description": name, "type": "sale", "status": "draft"}
        prices = entry.values.get("prices")
        for sku, amounts in prices.pairs() if prices else ():
            variant = replace(sku, name="sku").one_of(self.variants)
            self.special.setdefault(variant.id, []).extend(
                self._prices(
                    amounts, variant_id=variant.id, at=stamps["created_at"], price_list_id=stamps["id"]
                )
            )
        return PriceList(**stamps, **{**usual, **entry.fields(PRICE_LIST)})

    def _with_special_prices(self, product: Product) -> Product:
        variants = tuple(
            replace(each, prices=(*each.prices, *self.special.get(each.id, ()))) for each in product.variants
        )
        return replace(product, variants=variants)

    def _order(self, value: Value, number: int, store: Store) -> Order:
        entry = value.entry("an order", (*ORDER_PARTS, *ORDER, *BORN))
        entry.needed("items")
        stamps = self._made("order", entry)
        customer = self._customer(entry)
        region: Region = entry.needed("region").one_of(self.regions)
        channel = entry.values.get("sales_channel")
        return Order(
            **stamps,
            **entry.fields(ORDER),
            display_id=number,
            customer=customer,
            shipping_address=self._address(entry.values.get("shipping_address"), region),
            region_id=region.id,
            currency_code=region.currency_code,
            subtotal=sum(self._item(each, region) for each in entry.items("items")),
            sales_channel=channel.one_of(self.channels) if channel else store.default_sales_channel,
        )

    def _customer(self, entry: Entry) -> Customer:
        """Return who has ordered: one customer for each address. Raises where the names contradict."""
        email = entry.needed("email")
        text, names = email.text(), entry.fields(NAMES)
        first = self.customers.get(text)
        if first is None:
            first = self.customers[text] = Customer(id=self.mint("cus"), email=text, **names)
            self.taken.setdefault("the customer", {})[text] = email
        if any(getattr(first, key) != name for key, name in names.items()):
            line = self.taken["the customer"][text].line
            raise email.wrong(f"{text} has another name since line {line}", "give the same, or none")
        return first

    def _address(self, value: Value | None, region: Region) -> Address:
        if value is None:
            return Address()
        entry = value.entry("an address", ADDRESS)
        country = entry.values.get("country_code")
        if country is not None and country.text() not in self.countries[region.name]:
            known = ", ".join(self.countries[region.name]) or "none yet"
            raise country.wrong(
                f"the region {region.name!r} has no country {country.text()!r}", f"its countries: {known}"
            )
        return Address(**entry.fields(ADDRESS))

    def _item(self, value: Value, region: Region) -> int:
        """Return what an item of an order costs in all, in the smallest unit of the region's currency."""
        entry = value.entry("an item", ITEM)
        sku = entry.needed("sku")
        variant: Variant = sku.one_of(self.variants)
        quantity, unit_price = entry.values.get("quantity"), entry.values.get("unit_price")
        count = quantity.number(least=1) if quantity else 1
        if unit_price is not None:
            return count * unit_price.money()
        prices = [each for each in variant.prices if each.currency_code == region.currency_code]
        fitting = [each for each in prices if each.region_id == region.id]
        fitting += [each for each in prices if each.region_id is None]
        if not fitting:
            raise entry.value.wrong(
                f"{sku.text()} has no price in {region.currency_code}", "add `unit_price:` to the item"
            )
        return count * fitting[0].amount


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha() and code.islower()  # noqa: PLR2004  # ISO 3166
