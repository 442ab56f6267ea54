"""The shipped documents as one document, and what a folder is told that cannot be served."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from mockserver.contract.document import METHODS, Document, DocumentError, load, shipped_folder
from mockserver.contract.json_schema import Compiler

DOCUMENT = load(shipped_folder())
COMPILER = Compiler.of(DOCUMENT.bundle)
Edit = Callable[..., Path]


def nodes(node: Any, pointer: str = "#") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every mapping below *node*, with its pointer."""
    children: Any = ()
    match node:
        case dict():
            yield pointer, node
            children = node.items()
        case list():
            children = enumerate(node)
    for key, child in children:
        yield from nodes(child, f"{pointer}/{key}")


def is_name(pointer: str) -> bool:
    """Return whether what stands at *pointer* is a mapping of names, where `example` is no keyword."""
    return pointer.endswith(("/properties", "/example", "/examples")) or "/example/" in pointer


REFERENCES = sorted({node["$ref"] for _, node in nodes(DOCUMENT.bundle) if "$ref" in node})
RESPONSES = [
    pytest.param(DOCUMENT.resolve(response), id=f"{operation['operationId']} {status}")
    for _, _, operation in DOCUMENT.operations()
    for status, response in operation["responses"].items()
    if status.startswith("2")
]
EXAMPLES = [
    pytest.param(schema, example, id=pointer)
    for pointer, node in nodes(DOCUMENT.bundle)
    if not is_name(pointer)
    for schema, example in [(node.get("schema", node), node.get("example"))]
    if "example" in node
]
NAMED_EXAMPLES = [
    pytest.param(node["schema"], example["value"], id=f"{pointer}/examples/{name}")
    for pointer, node in nodes(DOCUMENT.bundle)
    if "schema" in node
    for name, example in node.get("examples", {}).items()
]
LINKS = [
    pytest.param(link, id=name)
    for pointer, node in nodes(DOCUMENT.bundle)
    if pointer.endswith("/links")
    for name, link in node.items()
]


def test_the_bundle_is_a_valid_openapi_document() -> None:
    validate(DOCUMENT.bundle)


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_reference_of_the_bundle_leads_to_something_inside_it(reference: str) -> None:
    assert reference.startswith("#/components/")
    assert DOCUMENT.resolve({"$ref": reference})


@pytest.mark.parametrize("response", RESPONSES)
def test_a_success_in_json_is_shown_by_an_example(response: Mapping[str, Any]) -> None:
    json = response.get("content", {}).get("application/json", {"example": "it answers no JSON"})

    assert "example" in json or json["examples"]


@pytest.mark.parametrize(("schema", "example"), EXAMPLES + NAMED_EXAMPLES)
def test_an_example_keeps_its_own_schema(schema: Mapping[str, Any], example: Any) -> None:
    errors = [error.message for error in COMPILER.compile(schema).iter_errors(example)]

    assert errors == []


def test_there_are_examples_to_judge() -> None:
    assert len(EXAMPLES) > len(RESPONSES)


def test_a_job_is_shown_in_each_status_by_an_example_of_that_name(document: Document) -> None:
    operation = next(
        each for _, _, each in document.operations() if each["operationId"] == "GetBatchJobsBatchJob"
    )
    examples = operation["responses"]["200"]["content"]["application/json"]["examples"]

    shown = {name: example["value"]["batch_job"]["status"] for name, example in examples.items()}

    assert shown == {status: status for status in document.lifecycle.statuses}


@pytest.mark.parametrize("link", LINKS)
def test_a_link_names_an_operation_and_one_of_its_parameters(link: Mapping[str, Any]) -> None:
    operations = {operation["operationId"]: operation for _, _, operation in DOCUMENT.operations()}

    parameters = {DOCUMENT.resolve(each)["name"] for each in operations[link["operationId"]]["parameters"]}

    assert set(link["parameters"]) <= parameters


def test_a_new_job_is_linked_to_what_can_be_done_with_it() -> None:
    _, _, creating = next(each for each in DOCUMENT.operations() if each[2]["operationId"] == "PostBatchJobs")

    assert set(creating["responses"]["201"]["links"]) == {"retrieve", "confirm", "cancel", "list"}


def test_the_lifecycle_asks_for_operations_that_exist() -> None:
    names = {operation["operationId"] for _, _, operation in DOCUMENT.operations()}
    asked = {each.operation for each in DOCUMENT.lifecycle.transitions.values()} - {None}

    assert asked <= names


def test_the_statuses_of_the_lifecycle_are_those_that_a_job_may_show() -> None:
    shown = DOCUMENT.bundle["components"]["schemas"]["BatchJob"]["properties"]["status"]["enum"]

    assert list(DOCUMENT.lifecycle.statuses) == shown


def test_parameters_of_a_path_belong_to_each_of_its_operations() -> None:
    found = {
        operation["operationId"]: [DOCUMENT.resolve(each)["name"] for each in operation["parameters"]]
        for path, _, operation in DOCUMENT.operations()
        if path.startswith("/admin/batch-jobs/{id}")
    }

    assert found == {
        "GetBatchJobsBatchJob": ["id"],
        "PostBatchJobsBatchJobCancel": ["id"],
        "PostBatchJobsBatchJobConfirmProcessing": ["id"],
    }


def test_a_date_stays_text(edited: Edit) -> None:
    folder = edited(("openapi.yaml", "version: 1.20.11", "version: 2026-11-22"))

    assert load(folder).bundle["info"]["version"] == "2026-11-22"


def test_loading_twice_gives_equal_documents() -> None:
    assert load(shipped_folder()) == Document(folder=DOCUMENT.folder, bundle=DOCUMENT.bundle)


def test_operations_come_with_methods_of_http_only() -> None:
    assert {method for _, method, _ in DOCUMENT.operations()} <= {method.upper() for method in METHODS}


# ---- folders that cannot be served


def loaded(folder: Path) -> Any:
    """Return the lifecycle of the documents in *folder*: all that is read before a server starts."""
    return load(folder).lifecycle


@pytest.mark.parametrize(
    ("edit", "place", "remedy"),
    [
        pytest.param(
            ("paths/auth.yaml", "get:\n  operationId: GetAuth", "get: [\n  operationId: GetAuth"),
            "paths/auth.yaml, line ",
            "mend the YAML there",
            id="YAML syntax error",
        ),
        pytest.param(
            ("openapi.yaml", "paths/auth.yaml", "paths/nope.yaml"),
            "openapi.yaml: $ref 'paths/nope.yaml' names no file",
            "looked for ",
            id="reference to a file that is missing",
        ),
        pytest.param(
            ("paths/store.yaml", "operationId: GetStore", "x-summary: x"),
            "GET /admin/store has no operationId",
            "give it one",
            id="missing operationId",
        ),
        pytest.param(
            ("paths/store.yaml", "operationId: GetStore", "operationId: GetAuth"),
            "GET /admin/store and GET /admin/auth",
            "both have the operationId GetAuth",
            id="duplicate operationId",
        ),
        pytest.param(
            ("schemas/SelectedUser.yaml", "User.yaml#/properties/email", "User.yaml#/properties/nope"),
            "schemas/SelectedUser.yaml: $ref 'User.yaml#/properties/nope' names nothing",
            "there is no 'nope' there",
            id="dangling pointer",
        ),
        pytest.param(
            ("schemas/BatchJob.yaml", "default: created", "default: asleep"),
            "schemas/BatchJob, status: the default 'asleep'",
            "change one of the two",
            id="default that its own schema does not allow",
        ),
        pytest.param(
            ("schemas/BatchJob.yaml", "{instant: processing_at}", "{instant: processed_at}"),
            "schemas/BatchJob.yaml: x-lifecycle sets processed_at",
            "add it to `properties`",
            id="lifecycle instant that is no property",
        ),
        pytest.param(
            ("schemas/BatchJob.yaml", "x-lifecycle:", "x-lifecycle-of-something-else:"),
            "schemas/BatchJob.yaml: x-lifecycle is missing",
            "it says how a batch job lives",
            id="no lifecycle",
        ),
        pytest.param(
            ("schemas/BatchJob.yaml", "to: processing", "to: asleep"),
            "schemas/BatchJob.yaml, x-lifecycle, transitions, start",
            "known statuses: ",
            id="lifecycle that contradicts itself",
        ),
        pytest.param(
            ("openapi.yaml", "\npaths:\n", "\nways:\n"),
            "openapi.yaml: expected an OpenAPI document",
            "with `paths`",
            id="no paths",
        ),
    ],
)
def test_documents_that_cannot_be_served_are_refused_with_place_and_remedy(
    edited: Edit, edit: tuple[str, str, str], place: str, remedy: str
) -> None:
    folder = edited(edit)

    with pytest.raises(DocumentError) as refused:
        loaded(folder)

    message = str(refused.value)
    assert str(folder) in message
    assert place in message
    assert remedy in message


@pytest.mark.parametrize("name", ["schemas/User.yaml", "paths/auth.yaml", "parameters/Limit.yaml"])
def test_a_file_that_is_missing_is_named(edited: Edit, name: str) -> None:
    folder = edited()
    (folder / name).unlink()

    with pytest.raises(DocumentError, match="names no file") as refused:
        load(folder)

    assert str(folder / name) in str(refused.value)


def test_a_folder_without_documents_is_told_what_it_should_hold(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no such file; --spec takes a folder laid out as") as refused:
        load(tmp_path)

    assert str(tmp_path / "openapi.yaml") in str(refused.value)


def test_a_file_that_is_no_text_is_named(edited: Edit) -> None:
    folder = edited()
    (folder / "schemas/User.yaml").write_bytes(b"title: \xff")

    with pytest.raises(DocumentError) as refused:
        load(folder)

    assert str(folder / "schemas/User.yaml") in str(refused.value)
