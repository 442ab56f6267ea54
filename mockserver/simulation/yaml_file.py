"""A YAML file that a user wrote, read into nodes that know their lines. Knows nothing of what it tells."""

from pathlib import Path

import yaml

_UNREADABLE = yaml.reader.Reader.NON_PRINTABLE
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is optional


class YamlFileError(ValueError):
    """The file cannot be read; the message is one line with the place and the remedy."""


def composed(file: Path, *, tells: str, empty: str) -> yaml.Node:
    """Return what *file* holds. Raises YamlFileError where it is no readable YAML, or nothing.

    tells, empty: end the remedies of a file that is missing, or empty.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise YamlFileError(f"{file}: {reason}; give a YAML file that {tells}") from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise YamlFileError(f"{file}, line {line}: no UTF-8; save the file as UTF-8") from error
    if found := _UNREADABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise YamlFileError(
            f"{file}, line {line}: YAML allows no character {found[0]!a}; remove it, or write it as an "
            "escape in double quotes"
        )
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = ", ".join(filter(None, (error.context, error.problem)))
        raise YamlFileError(f"{file}, line {line}: {problem}; mend the YAML there") from error
    if node is None:
        raise YamlFileError(f"{file}, line 1: the file is empty; {empty}")
    return node


def line_of(node: yaml.Node) -> int:
    """Return the line on which *node* begins, from 1."""
    return int(node.start_mark.line) + 1
