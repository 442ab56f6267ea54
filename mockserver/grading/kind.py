"""What a defect is about: six kinds, which the command line calls classes. Knows no defect."""

from enum import StrEnum


class Kind(StrEnum):
    """What a defect is about, in words."""

    ILLEGAL = "illegal transition accepted"
    REFUSED = "legal transition refused"
    INSTANTS = "status or instant wrong"
    UPDATES = "lost or stale update"
    LISTS = "list, filter, order, paging"
    REQUESTS = "validation, authentication, error shape"

    @property
    def key(self) -> str:
        """Return the one word by which the command line and JSON call it."""
        return self.name.lower()
