"""Elements of HTML and SVG as text that cannot be broken out of.

Whatever is not `Markup` already is escaped on its way into an element, so that escaping cannot be forgotten.
"""

import html
from collections.abc import Iterable
from typing import TypeAlias

VOID = frozenset({"meta", "br", "hr", "col"})  # the elements of HTML without an end that are used here


class Markup(str):
    """Text that is markup. Only `tag`, `joined` and `as_is` make it."""

    __slots__ = ()


Child: TypeAlias = str | Iterable["str | None"] | None


def tag(element: str, /, *children: Child, **attributes: str | float | None) -> Markup:
    """Return *element*.

    children: Markup as it is, other text escaped, None left out. attributes: `class_` is class, `aria_label`
    is aria-label; None is left out.
    """
    shown = "".join(
        f' {_name(key)}="{html.escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if element in VOID:
        return Markup(f"<{element}{shown}>")
    return Markup(f"<{element}{shown}>{joined(*children)}</{element}>")


def joined(*children: Child) -> Markup:
    """Return *children* one after the other."""
    return Markup("".join(_shown(each) for each in children))


def as_is(trusted: str) -> Markup:
    """Return *trusted*, a text of our own that is markup, a style or a script."""
    return Markup(trusted)


def _shown(child: Child) -> str:
    match child:
        case None:
            return ""
        case Markup():
            return child
        case str():
            return html.escape(child)
    return "".join(_shown(each) for each in child)


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"
