"""Values that are meant to hurt: each is answered at once, and in words."""

from typing import Any

import pytest

from mockserver.contract.operation import Contract
from mockserver.contract.parameters import ParameterRefused
from mockserver.contract.query_string import parse_query
from mockserver.contract.routes import Routes

NOT_A_NUMBER = "limit must be a number conforming to the specified constraints"


@pytest.mark.parametrize(
    "limit",
    ["1" * 60_000 + "x", "0x" + "f" * 257, "0b" + "1" * 1100, "1e999", "-" * 60_000, "0x", "0b2", "1_0"],
    ids=[
        "long",
        "too large",
        "too large in binary",
        "infinite",
        "dashes",
        "no digits",
        "wrong digit",
        "underscore",
    ],
)
def test_a_number_that_is_none_is_refused_at_once(contract: Contract, limit: str) -> None:
    reader = contract.operations["GetBatchJobs"].query
    assert reader is not None

    with pytest.raises(ParameterRefused) as refused:
        reader.read(parse_query(f"limit={limit}"))

    assert refused.value.messages == (NOT_A_NUMBER,)


def test_a_large_number_is_told_as_javascript_tells_it(contract: Contract) -> None:
    reader = contract.operations["GetBatchJobs"].query
    assert reader is not None

    read = reader.read(parse_query("limit=1000000000000&offset=1e300"))

    assert (str(read["limit"]), str(read["offset"])) == ("1000000000000", "1e+300")


@pytest.mark.parametrize("fields", ["id%0A", "id,type%0A", "%0Aid"])
def test_a_pattern_ends_where_the_text_ends(contract: Contract, fields: str) -> None:
    reader = contract.operations["GetBatchJobs"].query
    assert reader is not None

    with pytest.raises(ParameterRefused, match="fields may hold only these columns"):
        reader.read(parse_query(f"fields={fields}"))


@pytest.mark.parametrize(
    "email", ["a..b@example.com", ".a@example.com", "a@-b.com", "a" * 70 + "@example.com"]
)
def test_every_refused_address_is_refused_in_the_recorded_words(contract: Contract, email: str) -> None:
    body = contract.operations["PostAuth"].body
    assert body is not None

    complaints = body.complaints({"email": email, "password": "x"})

    assert [complaint.message for complaint in complaints] == ["email must be an email"]


def test_a_null_that_is_allowed_is_no_complaint_beside_another(contract: Contract) -> None:
    body = contract.operations["PostBatchJobs"].body
    assert body is not None

    complaints = body.complaints({"type": "product-export", "context": {"limit": None, "order": 5}})

    assert [complaint.message for complaint in complaints] == ["context.order must be a string"]


@pytest.mark.parametrize(("query", "read"), [("=x", {}), ("&&=", {}), ("a=1&=2", {"a": "1"})])
def test_a_value_without_a_name_is_passed_over(query: str, read: Any) -> None:
    assert parse_query(query) == read


def test_paths_that_differ_only_in_the_names_of_their_parameters_keep_their_own(contract: Contract) -> None:
    one = contract.operations["GetBatchJobsBatchJob"]
    routes = Routes([one, contract.operations["PostBatchJobsBatchJobCancel"]])

    assert routes.find("/admin/batch-jobs/x").parameters == {"id": "x"}
    assert routes.find("/admin/batch-jobs/x/cancel").parameters == {"id": "x"}
