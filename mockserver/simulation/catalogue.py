"""What the shop sells and has sold, as frozen values. Knows nothing of jobs, files, HTTP or query parameters.

A value's fields stand in the order in which the API writes them. Instants are aware and UTC; amounts of money
are whole numbers of the currency's smallest unit, 1999 for 19.99 USD.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

PRODUCT_STATUSES = ("draft", "proposed", "published", "rejected")
ORDER_STATUSES = ("pending", "completed", "archived", "canceled", "requires_action")
FULFILLMENT_STATUSES = (
    "not_fulfilled",
    "partially_fulfilled",
    "fulfilled",
    "partially_shipped",
    "shipped",
    "partially_returned",
    "returned",
    "canceled",
    "requires_action",
)
PAYMENT_STATUSES = (
    "not_paid",
    "awaiting",
    "captured",
    "partially_refunded",
    "refunded",
    "canceled",
    "requires_action",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """A currency that the store trades in. code: ISO 4217, lower case."""

    code: str
    symbol: str
    symbol_native: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesChannel:
    """A place where products are sold."""

    id: str
    created_at: datetime
    updated_at: datetime
    name: str
    description: str | None = None
    is_disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippingProfile:
    """How products are shipped. type: `default`, `gift_card` or `custom`."""

    id: str
    created_at: datetime
    updated_at: datetime
    name: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of the world with one currency. tax_rate: percent."""

    id: str
    created_at: datetime
    updated_at: datetime
    name: str
    currency_code: str
    tax_rate: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Products that belong together. handle: unique."""

    id: str
    created_at: datetime
    updated_at: datetime
    title: str
    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductType:
    """A kind of product, known by its value, for example `Shirt`."""

    id: str
    created_at: datetime
    updated_at: datetime
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A word that products are found by, known by its value."""

    id: str
    created_at: datetime
    updated_at: datetime
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture of a product."""

    id: str
    created_at: datetime
    updated_at: datetime
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """What the variants of a product differ in, for example `Size`."""

    id: str
    created_at: datetime
    updated_at: datetime
    title: str
    product_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionValue:
    """What one variant has for one option, for example `M`."""

    id: str
    created_at: datetime
    updated_at: datetime
    value: str
    option_id: str
    variant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a variant costs: in a currency, only in one region or by one price list where those are given."""

    id: str
    created_at: datetime
    updated_at: datetime
    currency_code: str
    amount: int
    min_quantity: int | None = None
    max_quantity: int | None = None
    price_list_id: str | None = None
    region_id: str | None = None
    variant_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One form of a product that can be bought. sku: unique. Weight in grams, sizes in millimetres."""

    id: str
    created_at: datetime
    updated_at: datetime
    title: str
    product_id: str
    sku: str | None = None
    barcode: str | None = None
    ean: str | None = None
    upc: str | None = None
    variant_rank: int = 0
    inventory_quantity: int = 0
    allow_backorder: bool = False
    manage_inventory: bool = True
    hs_code: str | None = None
    origin_country: str | None = None
    mid_code: str | None = None
    material: str | None = None
    weight: int | None = None
    length: int | None = None
    height: int | None = None
    width: int | None = None
    options: tuple[OptionValue, ...] = ()
    prices: tuple[Price, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product with its variants, in order of rank. handle: unique.

    status: draft, proposed, published or rejected.
    """

    id: str
    created_at: datetime
    updated_at: datetime
    title: str
    subtitle: str | None = None
    description: str | None = None
    handle: str
    is_giftcard: bool = False
    status: str = "draft"
    thumbnail: str | None = None
    weight: int | None = None
    length: int | None = None
    height: int | None = None
    width: int | None = None
    hs_code: str | None = None
    origin_country: str | None = None
    mid_code: str | None = None
    material: str | None = None
    discountable: bool = True
    external_id: str | None = None
    collection: Collection | None = None
    images: tuple[Image, ...] = ()
    options: tuple[Option, ...] = ()
    profile: ShippingProfile | None = None
    sales_channels: tuple[SalesChannel, ...] = ()
    tags: tuple[Tag, ...] = ()
    type: ProductType | None = None
    variants: tuple[Variant, ...] = ()

    @property
    def collection_id(self) -> str | None:
        """Return the id of the collection that it belongs to."""
        return self.collection.id if self.collection else None

    @property
    def type_id(self) -> str | None:
        """Return the id of its type."""
        return self.type.id if self.type else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Prices for some customers, or for some time. type: `sale` or `override`; status: `active` or `draft`.

    The prices themselves are kept by the variants that they are for.
    """

    id: str
    created_at: datetime
    updated_at: datetime
    name: str
    description: str
    type: str
    status: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody who has ordered."""

    id: str
    email: str
    first_name: str | None = None
    last_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an order goes. country_code: ISO 3166, two letters, lower case."""

    first_name: str | None = None
    last_name: str | None = None
    address_1: str | None = None
    address_2: str | None = None
    city: str | None = None
    country_code: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a customer has bought. display_id: counts from 1."""

    id: str
    created_at: datetime
    updated_at: datetime
    display_id: int
    customer: Customer
    shipping_address: Address
    region_id: str
    currency_code: str
    subtotal: int
    status: str = "pending"
    fulfillment_status: str = "not_fulfilled"
    payment_status: str = "awaiting"
    shipping_total: int = 0
    discount_total: int = 0
    gift_card_total: int = 0
    refunded_total: int = 0
    tax_total: int = 0
    sales_channel: SalesChannel | None = None

    @property
    def total(self) -> int:
        """Return what is to be paid."""
        return (
            self.subtotal + self.shipping_total + self.tax_total - self.discount_total - self.gift_card_total
        )

    @property
    def email(self) -> str:
        """Return the address of the customer."""
        return self.customer.email

    @property
    def customer_id(self) -> str:
        """Return the id of the customer."""
        return self.customer.id

    @property
    def sales_channel_id(self) -> str | None:
        """Return the id of the place where it was bought."""
        return self.sales_channel.id if self.sales_channel else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The shop as a whole: its name, its currencies, and what a new product falls back to."""

    id: str
    created_at: datetime
    updated_at: datetime
    name: str
    default_currency_code: str
    currencies: tuple[Currency, ...]
    default_sales_channel: SalesChannel
    default_profile: ShippingProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All of it at one instant. A change gives a new catalogue that shares the rest.

    Everything is kept in the order in which it came. `product_ids_by_handle`, `product_ids_by_variant_id` and
    `variant_ids_by_sku` follow from the products; only `with_products` makes them.
    """

    store: Store
    regions: tuple[Region, ...] = ()
    collections: tuple[Collection, ...] = ()
    price_lists: tuple[PriceList, ...] = ()
    orders: tuple[Order, ...] = ()
    types_by_value: Mapping[str, ProductType] = field(default_factory=lambda: MappingProxyType({}))
    tags_by_value: Mapping[str, Tag] = field(default_factory=lambda: MappingProxyType({}))
    products: Mapping[str, Product] = field(default_factory=lambda: MappingProxyType({}))
    product_ids_by_handle: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    product_ids_by_variant_id: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    variant_ids_by_sku: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def product(self, product_id: object) -> Product | None:
        """Return the product with that id, or None; any value is a legal question."""
        return self.products.get(product_id) if isinstance(product_id, str) else None

    def product_with_handle(self, handle: str) -> Product | None:
        """Return the product with that handle, or None."""
        return self.product(self.product_ids_by_handle.get(handle))

    def variant(self, variant_id: object) -> Variant | None:
        """Return the variant with that id, or None; any value is a legal question."""
        product = (
            self.product(self.product_ids_by_variant_id.get(variant_id))
            if isinstance(variant_id, str)
            else None
        )
        return next((each for each in product.variants if each.id == variant_id), None) if product else None

    def variant_with_sku(self, sku: str) -> Variant | None:
        """Return the variant with that stock keeping unit, or None."""
        return self.variant(self.variant_ids_by_sku.get(sku))

    def price_list(self, price_list_id: object) -> PriceList | None:
        """Return the price list with that id, or None; any value is a legal question."""
        return next((each for each in self.price_lists if each.id == price_list_id), None)

    def prices_of(self, price_list_id: str) -> tuple[Price, ...]:
        """Return the prices of the price list with that id, over all variants."""
        return tuple(
            price
            for product in self.products.values()
            for variant in product.variants
            for price in variant.prices
            if price.price_list_id == price_list_id
        )

    def with_products(self, changed: Iterable[Product]) -> "Catalogue":
        """Return the catalogue with *changed* products, each in place of the one with its id, or at the end.

        It costs one walk over the catalogue however many products are given: give them all at once.
        """
        products, handles = dict(self.products), dict(self.product_ids_by_handle)
        variants, skus = dict(self.product_ids_by_variant_id), dict(self.variant_ids_by_sku)
        fresh = {each.id: each for each in changed}
        for old in (products[each] for each in fresh if each in products):
            handles.pop(old.handle, None)
            for variant in old.variants:
                variants.pop(variant.id, None)
                skus.pop(variant.sku or "", None)
        products.update(fresh)
        for product in fresh.values():
            handles[product.handle] = product.id
            variants.update((variant.id, product.id) for variant in product.variants)
            skus.update((variant.sku, variant.id) for variant in product.variants if variant.sku is not None)
        return replace(
            self,
            products=MappingProxyType(products),
            product_ids_by_handle=MappingProxyType(handles),
            product_ids_by_variant_id=MappingProxyType(variants),
            variant_ids_by_sku=MappingProxyType(skus),
        )
