"""The operations of the shipped documents: what each takes, who may call it, and what it may answer."""

from typing import Any

import pytest

from mockserver.contract.operation import Contract

JSON = "application/json; charset=utf-8"

# operationId, method, path, whether it needs credentials, whether it takes a JSON body
TABLE = [
    ("GetAuth", "GET", "/admin/auth", True, False),
    ("PostAuth", "POST", "/admin/auth", False, True),
    ("DeleteAuth", "DELETE", "/admin/auth", True, False),
    ("PostToken", "POST", "/admin/auth/token", False, True),
    ("GetBatchJobs", "GET", "/admin/batch-jobs", True, False),
    ("PostBatchJobs", "POST", "/admin/batch-jobs", True, True),
    ("GetBatchJobsBatchJob", "GET", "/admin/batch-jobs/{id}", True, False),
    ("PostBatchJobsBatchJobCancel", "POST", "/admin/batch-jobs/{id}/cancel", True, False),
    ("PostBatchJobsBatchJobConfirmProcessing", "POST", "/admin/batch-jobs/{id}/confirm", True, False),
    ("GetPriceLists", "GET", "/admin/price-lists", True, False),
    ("GetProducts", "GET", "/admin/products", True, False),
    ("GetStore", "GET", "/admin/store", True, False),
    ("PostUploads", "POST", "/admin/uploads", True, False),
    ("DeleteUploads", "DELETE", "/admin/uploads", True, True),
    ("PostUploadsDownloadUrl", "POST", "/admin/uploads/download-url", True, True),
    ("PostUploadsProtected", "POST", "/admin/uploads/protected", True, False),
    ("GetUsers", "GET", "/admin/users", True, False),
    ("PostUsers", "POST", "/admin/users", True, True),
    ("GetUsersUser", "GET", "/admin/users/{id}", True, False),
    ("PostUsersUser", "POST", "/admin/users/{id}", True, True),
    ("GetVariants", "GET", "/admin/variants", True, False),
    ("GetHealth", "GET", "/health", False, False),
    ("GetUploadsKey", "GET", "/uploads/{key}", False, False),
]


def test_the_documents_name_these_operations_and_no_others(contract: Contract) -> None:
    assert list(contract.operations) == [row[0] for row in TABLE]


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_an_operation_stands_where_the_real_server_has_it(
    contract: Contract, row: tuple[str, str, str, bool, bool]
) -> None:
    name, *expected = row

    operation = contract.operations[name]

    has_body = operation.body is not None
    assert [operation.method, operation.path, operation.secured, has_body] == expected


@pytest.mark.parametrize("name", ["PostUploads", "PostUploadsProtected"])
def test_uploads_take_files(contract: Contract, name: str) -> None:
    assert contract.operations[name].multipart


def test_only_the_key_of_a_file_takes_slashes(contract: Contract) -> None:
    assert [each.id for each in contract.operations.values() if each.any_depth] == ["GetUploadsKey"]


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("GetBatchJobs", {200, 400, 401}),
        ("PostBatchJobs", {201, 400, 401, 404, 413, 415}),
        ("GetBatchJobsBatchJob", {200, 400, 401, 404}),
        ("PostBatchJobsBatchJobConfirmProcessing", {200, 400, 401, 404, 413, 415}),
        ("PostBatchJobsBatchJobCancel", {200, 400, 401, 404, 413, 415}),
    ],
)
def test_an_operation_names_what_it_may_answer(contract: Contract, name: str, statuses: set[int]) -> None:
    assert set(contract.operations[name].responses) == statuses


@pytest.mark.parametrize(
    ("name", "status", "content_type", "payload"),
    [
        ("GetBatchJobs", 200, JSON, {"batch_jobs": [], "count": 0, "offset": 0, "limit": 10}),
        ("GetBatchJobs", 400, JSON, {"type": "invalid_data", "message": "property q should not exist"}),
        ("DeleteAuth", 200, "text/plain; charset=utf-8", "OK"),
        ("GetUploadsKey", 200, "text/csv; charset=UTF-8", None),
        ("GetUploadsKey", 200, "application/pdf", None),
    ],
)
def test_an_answer_inside_the_contract_is_no_violation(
    contract: Contract, name: str, status: int, content_type: str, payload: Any
) -> None:
    assert contract.operations[name].response_violations(status, content_type, payload) == []


@pytest.mark.parametrize(
    ("status", "content_type", "payload", "said"),
    [
        (202, JSON, {}, ["GetBatchJobs answered 202, which the contract does not name"]),
        (
            200,
            "text/html",
            "<p>",
            ["GetBatchJobs answered 200 as text/html, which the contract does not name"],
        ),
        (200, None, None, ["GetBatchJobs answered 200 as nothing, which the contract does not name"]),
        (
            200,
            JSON,
            {"batch_jobs": [], "count": "3", "offset": 0, "limit": 10},
            ['GetBatchJobs answered 200, body.count: "3" is not of type "integer"'],
        ),
        (
            200,
            JSON,
            {"batch_jobs": [], "count": -1, "offset": 0},
            [
                "GetBatchJobs answered 200, body.count: -1 is less than the minimum of 0",
                'GetBatchJobs answered 200, body: "limit" is a required property',
            ],
        ),
    ],
)
def test_every_violation_of_an_answer_is_reported(
    contract: Contract, status: int, content_type: str | None, payload: Any, said: list[str]
) -> None:
    violations = contract.operations["GetBatchJobs"].response_violations(status, content_type, payload)

    assert sorted(violations) == sorted(said)
