"""The OpenAPI documents as data: found, read, and bundled into one.

A folder of YAML files, one per thing, becomes one document whose references are all inside it. Knows nothing
of requests or servers. Every error names the file, the line where YAML knows it, and the remedy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import yaml

from mockserver.contract.bundle_cache import bundle_of
from mockserver.contract.complaints import JUDGED
from mockserver.contract.json_schema import validator_of
from mockserver.lifecycle import Lifecycle, LifecycleError

ROOT = "openapi.yaml"
COMPONENTS = ("schemas", "parameters", "responses")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class DocumentError(ValueError):
    """The documents cannot be served; the message names the place and the remedy."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C loader is optional
    """YAML without timestamps: `2026-11-22` is a string here, as it is in JSON."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # pyyaml's own way to configure a loader
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def shipped_folder() -> Path:
    """Return the folder of the documents that come with the package, in a wheel as in a checkout."""
    packaged = Path(str(resources.files("mockserver"))) / "openapi"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "openapi"


@dataclass(frozen=True)
class Document:
    """A bundled OpenAPI document.

    bundle: one OpenAPI 3.0 document, every `$ref` of the form `#/components/...`.
    """

    folder: Path
    bundle: Mapping[str, Any]

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """Return the lifecycle of the BatchJob schema. Raises DocumentError when it contradicts itself."""
        schema = self.bundle["components"].get("schemas", {}).get("BatchJob", {})
        if "x-lifecycle" not in schema:
            place = self.folder / "schemas/BatchJob.yaml"
            raise DocumentError(f"{place}: x-lifecycle is missing; it says how a batch job lives")
        try:
            lifecycle = Lifecycle.read(schema["x-lifecycle"])
        except LifecycleError as error:
            raise DocumentError(f"{self.folder}: {error}") from error
        self._check_lifecycle(lifecycle, schema)
        return lifecycle

    def _check_lifecycle(self, lifecycle: Lifecycle, schema: Mapping[str, Any]) -> None:
        place = self.folder / "schemas/BatchJob.yaml"
        known = self.resolve(schema["properties"].get("status", {})).get("enum", lifecycle.statuses)
        if unknown := [each for each in lifecycle.statuses if each not in known]:
            raise DocumentError(
                f"{place}: x-lifecycle has the status {', '.join(unknown)}, which is not in the enum of "
                "`status`; add it"
            )
        operations = {operation.get("operationId") for _, _, operation in self.operations()}
        for each in lifecycle.transitions.values():
            if each.operation is not None and each.operation not in operations:
                raise DocumentError(
                    f"{place}: x-lifecycle, transitions, {each.name}: no path has the operation "
                    f"{each.operation}"
                )
        missing = [each for each in lifecycle.instants.values() if each not in schema["properties"]]
        if missing:
            raise DocumentError(
                f"{place}: x-lifecycle sets {', '.join(missing)}, which is no property of the schema; add it "
                "to `properties`"
            )

    def resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what *node* refers to, or *node* itself when it is no reference."""
        while "$ref" in node:
            target: Any = self.bundle
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def operations(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Yield path, method and operation, in the document's order; parameters of the path are merged in."""
        for path, item in self.bundle["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = item[method]
                    parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
                    yield path, method.upper(), {**operation, "parameters": parameters}


def load(folder: Path) -> Document:
    """Return the documents in *folder*, bundled. Raises DocumentError."""
    if not (folder / ROOT).is_file():
        message = (
            f"{folder / ROOT}: no such file; --spec takes a folder laid out as the package's own openapi/"
        )
        raise DocumentError(message)
    if folder == shipped_folder():
        return Document(
            folder=folder, bundle=bundle_of(folder, lambda: _checked(folder), maker=Path(__file__))
        )
    return Document(folder=folder, bundle=_checked(folder))


def _checked(folder: Path) -> Mapping[str, Any]:
    document = Document(folder=folder, bundle=_Bundler(folder).bundle())
    _check_references(document)
    _check_structure(document)
    _check_operations(document)
    _check_defaults(document)
    return document.bundle


def _check_references(document: Document) -> None:
    """Raise DocumentError for a reference that names nothing, or that ends in itself."""
    waiting: list[tuple[str, Any]] = [("", document.bundle)]
    while waiting:
        place, node = waiting.pop()
        if isinstance(node, Mapping):
            if isinstance(node.get("$ref"), str):
                _check_reference(document, place, node["$ref"])
            waiting += [(f"{place}/{key}", value) for key, value in node.items()]
        elif isinstance(node, list):
            waiting += [(f"{place}/{number}", value) for number, value in enumerate(node)]


def _check_reference(document: Document, place: str, reference: str) -> None:
    met: set[str] = set()
    target: Any = {"$ref": reference}
    while isinstance(target, Mapping) and isinstance(target.get("$ref"), str):
        name = target["$ref"]
        if name in met:
            raise DocumentError(f"{document.folder}: {place}: {reference} refers to itself; say what it is")
        met.add(name)
        target = document.bundle
        for part in name.removeprefix("#/").split("/"):
            if not isinstance(target, Mapping) or part not in target:
                raise DocumentError(
                    f"{document.folder}: {place}: {name} names nothing: there is no {part!r} there"
                )
            target = target[part]


def _check_structure(document: Document) -> None:
    """Raise DocumentError where the bundle is no OpenAPI 3.0, by the specification's own schema."""
    package = find_spec("openapi_spec_validator")
    assert package is not None and package.origin is not None  # noqa: PT018, S101  # a dependency of this one
    file = Path(package.origin).parent / "resources/schemas/v3.0/schema.json"
    schema = orjson.loads(file.read_bytes())
    plain = orjson.loads(orjson.dumps(document.bundle))
    error = next(jsonschema_rs.Draft4Validator(schema).iter_errors(plain), None)
    if error is not None:
        error = _innermost(error)
        place = ".".join(map(str, error.instance_path)) or "the root"
        raise DocumentError(f"{document.folder}: {place}: {error.message}; see the OpenAPI 3.0 specification")


def _check_defaults(document: Document) -> None:
    """Raise DocumentError for a property whose default is none of its own values."""
    for name, schema in document.bundle["components"].get("schemas", {}).items():
        for key, each in schema.get("properties", {}).items():
            if "default" in each and not _allows(each, each["default"]):
                raise DocumentError(
                    f"{document.folder}: schemas/{name}, {key}: the default {each['default']!r} is not what "
                    "its own schema allows; change one of the two"
                )


def _allows(schema: Mapping[str, Any], value: Any) -> bool:
    """Return whether the keywords of *schema* itself allow *value*; what it refers to is left out."""
    own = {word: bound for word, bound in schema.items() if word in JUDGED or word == "nullable"}
    return validator_of(own).is_valid(value)


def _innermost(error: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    """Return what is wrong deepest inside: a choice of schemas says only that none of them fits."""
    branches = getattr(error.kind, "context", None)
    if not branches:
        return error
    inner = (_innermost(each) for branch in branches for each in branch)
    return max(inner, key=lambda each: len(each.instance_path))


@dataclass
class _Bundler:
    """Collects the files that the root refers to. Mutable: it fills its components as it meets references."""

    folder: Path
    files: dict[Path, Any] = field(default_factory=dict)
    inlining: list[Path] = field(default_factory=list)
    components: dict[str, dict[str, Any]] = field(default_factory=dict)

    def bundle(self) -> Mapping[str, Any]:
        root_file = self.folder / ROOT
        root = self._read(root_file)
        if not isinstance(root, dict) or not isinstance(root.get("paths"), dict):
            message = f"{root_file}: expected an OpenAPI document with `paths`"
            raise DocumentError(message)
        self.components = {
            kind: dict(members or {}) for kind, members in (root.get("components") or {}).items()
        }
        bundled = self._inside({key: value for key, value in root.items() if key != "components"}, root_file)
        for kind, members in list(self.components.items()):
            for name, member in list(members.items()):
                self.components[kind][name] = (
                    self._inside(member, root_file) if _has_file_ref(member) else member
                )
        return {**bundled, "components": self.components}

    def _read(self, file: Path) -> Any:
        if file not in self.files:
            try:
                self.files[file] = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # a safe loader
            except yaml.MarkedYAMLError as error:
                mark = error.problem_mark
                line = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
                raise DocumentError(f"{file}{line}: {error.problem}; mend the YAML there") from error
            except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
                raise DocumentError(f"{file}: {error}") from error
        return self.files[file]

    def _inside(self, node: Any, file: Path) -> Any:
        """Return *node*, which stands in *file*, with every reference turned into one inside the bundle."""
        if isinstance(node, list):
            return [self._inside(each, file) for each in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str) and not reference.startswith("#"):
            return self._adopt(reference, file)
        if isinstance(reference, str) and file.name != ROOT:
            return self._adopt(file.name + reference, file)
        return {str(key): self._inside(value, file) for key, value in node.items()}

    def _adopt(self, reference: str, file: Path) -> Any:
        target_name, _, pointer = reference.partition("#")
        target = (file.parent / target_name).resolve()
        if not target.is_file():
            message = f"{file}: $ref {reference!r} names no file; looked for {target}"
            raise DocumentError(message)
        kind, name = target.parent.name, target.stem
        if kind not in COMPONENTS:
            return self._inlined(target, file)
        members = self.components.setdefault(kind, {})
        if name not in members:
            members[name] = None  # a mark, so that a schema may refer to itself
            members[name] = self._inside(self._read(target), target)
        self._check_pointer(self._read(target), pointer, place=f"{file}: $ref {reference!r}")
        return {"$ref": f"#/components/{kind}/{name}{pointer}"}

    def _inlined(self, target: Path, file: Path) -> Any:
        if target in self.inlining:
            raise DocumentError(
                f"{file}: $ref {target.name!r} leads back to where it came from; say what is there"
            )
        self.inlining.append(target)
        content = self._inside(self._read(target), target)
        self.inlining.pop()
        return content

    def _check_pointer(self, content: Any, pointer: str, *, place: str) -> None:
        for part in pointer.split("/")[1:]:
            if not isinstance(content, dict) or part not in content:
                message = f"{place} names nothing: there is no {part!r} there"
                raise DocumentError(message)
            content = content[part]


def _has_file_ref(node: Any) -> bool:
    if isinstance(node, list):
        return any(_has_file_ref(each) for each in node)
    if isinstance(node, dict):
        reference = node.get("$ref")
        return (isinstance(reference, str) and not reference.startswith("#")) or any(
            map(_has_file_ref, node.values())
        )
    return False


def _check_operations(document: Document) -> None:
    seen: dict[str, str] = {}
    for path, method, operation in document.operations():
        name = operation.get("operationId")
        if not isinstance(name, str):
            message = f"{document.folder}: {method} {path} has no operationId; give it one"
            raise DocumentError(message)
        if name in seen:
            message = f"{document.folder}: {method} {path} and {seen[name]} both have the operationId {name}"
            raise DocumentError(message)
        seen[name] = f"{method} {path}"
