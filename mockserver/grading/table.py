"""All defects, by name. Each stands beside others of its kind in a module."""

from collections.abc import Mapping
from types import MappingProxyType

from mockserver.grading.access import ACCESS
from mockserver.grading.defect import Defect
from mockserver.grading.illegal import ILLEGAL
from mockserver.grading.instants import INSTANTS
from mockserver.grading.lists import LISTS
from mockserver.grading.refused import REFUSED
from mockserver.grading.shapes import SHAPES
from mockserver.grading.updates import UPDATES
from mockserver.grading.validation import VALIDATION

ALL = (*ILLEGAL, *REFUSED, *INSTANTS, *UPDATES, *LISTS, *VALIDATION, *ACCESS, *SHAPES)
DEFECTS: Mapping[str, Defect] = MappingProxyType({each.name: each for each in ALL})


class DefectUnknown(LookupError):
    """No defect has that name; the message lists near ones, or says where all are listed."""


def defect_named(name: str) -> Defect:
    """Return the defect *name*. Raises DefectUnknown."""
    if name in DEFECTS:
        return DEFECTS[name]
    from difflib import get_close_matches  # noqa: PLC0415  # for this refusal only

    near = ", ".join(get_close_matches(name, DEFECTS, n=3)) or "none that is near"
    message = f"unknown defect {name!r}; known: {near}; `mockserver defects` lists all {len(DEFECTS)}"
    raise DefectUnknown(message)
