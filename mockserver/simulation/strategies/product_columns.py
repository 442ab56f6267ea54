"""The columns of a product CSV: the same table for the export that writes it and the import that reads it.

Knows names and where each value belongs, and nothing of cells.
"""

import re

NOT_SUPPORTED = "__not_supported__"


def _column(entity: str, name: str) -> tuple[str, str]:
    return f"{entity} {name}", f"{entity.lower()}.{name.lower().replace(' ', '_')}"


_SIZES = ("Weight", "Length", "Width", "Height", "HS Code", "Origin Country", "MID Code", "Material")

# Source: recorded, export_files/download header-only csv. The import accepts the profile and does nothing
# with it.
FIXED: dict[str, str] = dict(
    (
        *(
            _column("Product", name)
            for name in ("Id", "Handle", "Title", "Subtitle", "Description", "Status")
        ),
        *(_column("Product", name) for name in ("Thumbnail", *_SIZES)),
        ("Product Collection Title", "product.collection.title"),
        ("Product Collection Handle", "product.collection.handle"),
        ("Product Type", "product.type.value"),
        *(_column("Product", name) for name in ("Tags", "Discountable", "External Id")),
        ("Product Profile Name", NOT_SUPPORTED),
        ("Product Profile Type", NOT_SUPPORTED),
        *(_column("Variant", name) for name in ("Id", "Title", "SKU", "Barcode", "Inventory Quantity")),
        *(_column("Variant", name) for name in ("Allow Backorder", "Manage Inventory", *_SIZES)),
    )
)

# Found anywhere in a name: measured, where a wrong guess at the delimiter makes one name of them all.
OPTION_NAME = re.compile(r"Option \d+ Name")
OPTION_VALUE = re.compile(r"Option \d+ Value")
IMAGE = re.compile(r"Image \d+ Url")
SALES_CHANNEL = re.compile(r"Sales Channel \d+ (?P<part>Id|Name|Description)")
