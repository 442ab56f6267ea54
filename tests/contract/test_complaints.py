"""What is wrong with a request's body, in the words that the real server was recorded to use.

Source: recorded, groups create, auth, uploads and http.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.complaints import Complaint, about_value
from mockserver.contract.document import load, shipped_folder
from mockserver.contract.operation import BodyReader, Contract
from mockserver.lifecycle import Refusal

UNKNOWN = "an unknown value was passed to the validate function"
CREATE = Contract(load(shipped_folder())).operations["PostBatchJobs"].body


def body_of(contract: Contract, operation: str) -> BodyReader:
    """Return the reader of the operation's JSON body."""
    reader = contract.operations[operation].body
    assert reader is not None
    return reader


def messages(complaints: list[Complaint]) -> list[str]:
    return [each.message for each in complaints]


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("PostBatchJobs", {"type": "product-export", "context": {}}),
        ("PostBatchJobs", {"type": "product-export", "context": {}, "dry_run": True}),
        ("PostBatchJobs", {"type": "product-export", "context": {"limit": 2, "offset": 1}}),
        ("PostBatchJobs", {"type": "product-export", "context": {"limit": None, "offset": None}}),
        ("PostBatchJobs", {"type": "product-export", "context": {"my": {"deep": [1, 2, {"x": None}]}}}),
        (
            "PostBatchJobs",
            {"type": "product-export", "context": {"filterable_fields": {"status": ["draft"]}}},
        ),
        ("PostBatchJobs", {"type": "order-export", "context": {"fields": "id,total", "expand": "customer"}}),
        ("PostBatchJobs", {"type": "product-import", "context": {"foo": 1, "list_config": {"x": 1}}}),
        ("PostBatchJobs", {"type": "price-list-import", "context": {"price_list_id": "pl_nope"}}),
        ("PostAuth", {"email": "ADMIN@EXAMPLE.COM", "password": "supersecret"}),
        ("PostToken", {"email": "admin@example.com", "password": "x"}),
        ("PostUploadsDownloadUrl", {"file_key": ""}),
        ("DeleteUploads", {"file_key": "nope.csv"}),
    ],
)
def test_a_body_that_the_real_server_takes_is_taken(contract: Contract, operation: str, body: Any) -> None:
    assert body_of(contract, operation).complaints(body) == []


@pytest.mark.parametrize(
    ("operation", "body", "said"),
    [
        ("PostBatchJobs", {"context": {}}, "type must be a string"),
        ("PostBatchJobs", {}, "type must be a string, context must be an object"),
        ("PostBatchJobs", {"type": None, "context": {}}, "type must be a string"),
        ("PostBatchJobs", {"type": 7, "context": {}}, "type must be a string"),
        ("PostBatchJobs", {"type": "product-export", "context": None}, "context must be an object"),
        ("PostBatchJobs", {"type": "product-export", "context": []}, "context must be an object"),
        (
            "PostBatchJobs",
            {"type": "product-export", "context": {}, "dry_run": "true"},
            "dry_run must be a boolean value",
        ),
        (
            "PostBatchJobs",
            {"type": "product-export", "context": {}, "dry_run": 1},
            "dry_run must be a boolean value",
        ),
        (
            "PostBatchJobs",
            {"type": 1, "context": 1, "dry_run": 1},
            "type must be a string, context must be an object, dry_run must be a boolean value",
        ),
        (
            "PostBatchJobs",
            {"type": "product-export", "context": {}, "foo": "bar"},
            "property foo should not exist",
        ),
        (
            "PostBatchJobs",
            {"type": "product-export", "context": {}, "status": "completed"},
            "property status should not exist",
        ),
        (
            "PostBatchJobs",
            {"type": "product-export", "context": {}, "id": "x"},
            "property id should not exist",
        ),
        ("PostBatchJobs", [], UNKNOWN),
        ("PostBatchJobs", [{"type": "product-export", "context": {}}], UNKNOWN),
        ("PostAuth", {"email": "abc", "password": "x"}, "email must be an email"),
        (
            "PostAuth",
            {"email": "admin@example.com"},
            "password should not be empty, password must be a string",
        ),
        (
            "PostAuth",
            {},
            (
                "email should not be empty, email must be an email, password should not be empty, "
                "password must be a string"
            ),
        ),
        (
            "PostAuth",
            {"email": "admin@example.com", "password": "supersecret", "remember": True},
            "property remember should not exist",
        ),
        ("PostToken", {"email": "abc", "password": "x"}, "email must be an email"),
        ("PostUploadsDownloadUrl", {}, "file_key must be a string"),
        ("PostUploadsDownloadUrl", {"file_key": "a", "x": 1}, "property x should not exist"),
        ("DeleteUploads", {}, "file_key must be a string"),
    ],
)
def test_a_body_is_refused_in_the_recorded_words(
    contract: Contract, operation: str, body: Any, said: str
) -> None:
    complaints = body_of(contract, operation).complaints(body)

    assert ", ".join(messages(complaints)) == said
    assert [each.refusal for each in complaints] == [None] * len(complaints)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        pytest.param(
            {"type": "", "context": {}},
            Refusal(
                status=404, type="not_found", message="Unable to find a BatchJob strategy with the type "
            ),
            id="type empty string",
        ),
        pytest.param(
            {"type": "nope", "context": {}},
            Refusal(
                status=404, type="not_found", message="Unable to find a BatchJob strategy with the type nope"
            ),
            id="type unknown",
        ),
        pytest.param(
            {"type": "Product-Export", "context": {}},
            Refusal(
                status=404,
                type="not_found",
                message="Unable to find a BatchJob strategy with the type Product-Export",
            ),
            id="type wrong case",
        ),
        pytest.param(
            {"type": "product-export", "context": {}, "dry_run": None},
            Refusal(
                status=400,
                type="invalid_data",
                message="Can't insert null value in field dry_run on insert in table batch_job",
            ),
            id="export dry_run null",
        ),
        pytest.param(
            {"type": "price-list-import", "context": {}},
            Refusal(status=400, type="invalid_data", message="Price list id is required"),
            id="price list import without price_list_id",
        ),
        pytest.param(
            {"type": "price-list-import", "context": {"price_list_id": ""}},
            Refusal(status=400, type="invalid_data", message="Price list id is required"),
            id="price_list_id empty",
        ),
        pytest.param(
            {"type": "price-list-import", "context": {"price_list_id": None}},
            Refusal(status=400, type="invalid_data", message="Price list id is required"),
            id="price_list_id null",
        ),
    ],
)
def test_some_bodies_get_an_answer_of_their_own(contract: Contract, body: Any, refusal: Refusal) -> None:
    complaints = body_of(contract, "PostBatchJobs").complaints(body)

    assert complaints == [Complaint(refusal.message, refusal)]


def test_an_unknown_type_does_not_hide_what_else_is_wrong(contract: Contract) -> None:
    complaints = body_of(contract, "PostBatchJobs").complaints(
        {"type": "nope", "context": {}, "dry_run": "x"}
    )

    assert [each.message for each in complaints if each.refusal is None] == [
        "dry_run must be a boolean value"
    ]


def test_unknown_properties_are_said_first_in_the_order_of_the_body(contract: Contract) -> None:
    body = {"zeta": 1, "dry_run": 1, "alpha": 2, "type": 3}

    complaints = body_of(contract, "PostBatchJobs").complaints(body)

    assert messages(complaints) == [
        "property zeta should not exist",
        "property alpha should not exist",
        "type must be a string",
        "context must be an object",
        "dry_run must be a boolean value",
    ]


@pytest.mark.parametrize("key", ["order", "fields", "expand"])
@pytest.mark.parametrize("value", [5, ["id"], {"id": 1}, True])
def test_a_context_that_breaks_the_real_server_is_refused_with_the_name_of_the_key(
    contract: Contract, key: str, value: Any
) -> None:
    body = {"type": "product-export", "context": {key: value}}

    complaints = body_of(contract, "PostBatchJobs").complaints(body)

    assert messages(complaints) == [f"context.{key} must be a string"]


@pytest.mark.parametrize(
    ("value", "schema", "said"),
    [
        ("a", {"type": "string", "enum": ["b", "c"]}, ["it must be one of the following values: b, c"]),
        ("", {"type": "string", "minLength": 1}, ["it should not be empty"]),
        ("a", {"type": "string", "minLength": 2}, ["it must be longer than or equal to 2 characters"]),
        ("abc", {"type": "string", "maxLength": 2}, ["it must be shorter than or equal to 2 characters"]),
        ("a", {"type": "string", "pattern": "^b$"}, ["it must match ^b$ regular expression"]),
        ("a", {"type": "string", "format": "email"}, ["it must be an email"]),
        (1, {"type": "integer", "minimum": 2}, ["it must not be less than 2"]),
        (3, {"type": "integer", "maximum": 2}, ["it must not be greater than 2"]),
        (1.5, {"type": "integer"}, ["it must be an integer number"]),
        (True, {"type": "number"}, ["it must be a number conforming to the specified constraints"]),
        (1, {"type": "array"}, ["it must be an array"]),
        ([1, 2], {"type": "array", "items": {"type": "string"}}, ["each value in it must be a string"]),
        ({"a": 1}, {"type": "object", "properties": {"a": {"type": "string"}}}, ["it.a must be a string"]),
        ("a", {"type": "string", "enum": ["b"], "x-complaint": "{name} is no b"}, ["it is no b"]),
        ("b", {"type": "string", "enum": ["b", "c"]}, []),
        (2, {"type": "integer", "minimum": 2, "maximum": 2}, []),
        (None, {}, []),
    ],
)
def test_every_keyword_has_its_sentence(value: Any, schema: dict[str, Any], said: list[str]) -> None:
    complaints = about_value(value, schema, name="it", resolve=lambda node: node)

    assert messages(complaints) == said


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner)
)
TYPES = st.sampled_from(["product-export", "product-import", "order-export", "price-list-import", "nope"])


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | SCALARS,
            "context": st.dictionaries(st.sampled_from(["order", "fields", "price_list_id", "x"]), JSON)
            | JSON,
            "dry_run": JSON,
            "foo": JSON,
        },
    )
    | JSON
)
def test_a_body_has_complaints_exactly_when_its_schema_is_broken(body: Any) -> None:
    assert CREATE is not None

    complaints = CREATE.complaints(body)

    assert (complaints == []) == CREATE.validator.is_valid(body)
