"""Query parameters of the shipped documents: what they are read as, and in which words they are refused.

The sentences are recorded, in the groups list_filters, list_paging, list_sort and list_fields_expand. Where
the real server answers 500, ours refuses and names the parameter.
"""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.document import load, shipped_folder
from mockserver.contract.operation import Contract
from mockserver.contract.parameters import ParameterRefused, QueryReader, query_reader, to_number
from mockserver.contract.query_string import parse_query

NEW_YEAR = datetime(2020, 1, 1, tzinfo=UTC)
NUMBER = "must be a number conforming to the specified constraints"
COLUMNS = (
    "dry_run, id, created_at, updated_at, deleted_at, type, created_by, context, result, pre_processed_at, "
    "processing_at, confirmed_at, completed_at, canceled_at, failed_at"
)
ORDER = "order must be one of these columns, with a minus before it for descending order"
NULLABLE = ("confirmed_at", "pre_processed_at", "completed_at", "failed_at", "canceled_at")


@pytest.fixture(scope="module")
def listing(contract: Contract) -> QueryReader:
    """Return the reader of GET /admin/batch-jobs."""
    reader = contract.operations["GetBatchJobs"].query
    assert reader is not None
    return reader


def wrapped(*complaints: str) -> str:
    """Return what is said of created_at, wrapped as the real server wraps it."""
    content = {
        "message": "created_at must be one of: DateComparisonOperator",
        "details": {"DateComparisonOperator": list(complaints)},
    }
    return json.dumps(content, separators=(",", ":"))


UNKNOWN = "an unknown value was passed to the validate function"


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("", {}),
        ("limit=2", {"limit": 2}),
        ("limit=0", {"limit": 0}),
        ("limit=1.5", {"limit": 1.5}),
        ("limit=1e2", {"limit": 100}),
        ("limit=0x3", {"limit": 3}),
        ("limit=%2B2", {"limit": 2}),
        ("limit=%202%20", {"limit": 2}),
        ("limit=1000000000000", {"limit": 1000000000000}),
        ("offset=100", {"offset": 100}),
        ("id[]=a", {"id": ["a"]}),
        ("id[]=a&id[]=b", {"id": ["a", "b"]}),
        ("id[]=a,b", {"id": ["a", "b"]}),
        ("id[0]=a", {"id": ["a"]}),
        ("id=a&id=b", {"id": ["a", "b"]}),
        ("type[]=product-export,order-export", {"type": ["product-export", "order-export"]}),
        ("type[]=", {"type": [""]}),
        ("type[]", {"type": [""]}),
        ("order=created_at", {"order": "created_at"}),
        ("order=-result", {"order": "-result"}),
        ("order=created_by", {"order": "created_by"}),
        ("fields=id", {"fields": "id"}),
        ("fields=", {"fields": ""}),
        ("fields=id,type,", {"fields": "id,type,"}),
        ("fields=%2Bdry_run", {"fields": "+dry_run"}),
        ("fields=-context,-result", {"fields": "-context,-result"}),
        ("fields=*created_by_user", {"fields": "*created_by_user"}),
        ("expand=created_by_user", {"expand": "created_by_user"}),
        ("expand=", {"expand": ""}),
        ("confirmed_at=null", {"confirmed_at": None}),
        ("failed_at=null&canceled_at=null", {"failed_at": None, "canceled_at": None}),
        ("confirmed_at[gt]=2020-01-01", {"confirmed_at": {"gt": NEW_YEAR}}),
        ("confirmed_at[gt]=1577836800", {"confirmed_at": {"gt": NEW_YEAR}}),
        ("updated_at[gte]=2020-01-01", {"updated_at": {"gte": NEW_YEAR}}),
        ("created_at[gt]=Wed,%2001%20Jan%202020%2000:00:00%20GMT", {"created_at": {"gt": NEW_YEAR}}),
        ("created_at[gt]=2020-01-01T02:00:00%2B02:00", {"created_at": {"gt": NEW_YEAR}}),
        (
            "created_at[gte]=2020-01-01&created_at[lt]=2020-01-01",
            {"created_at": {"gte": NEW_YEAR, "lt": NEW_YEAR}},
        ),
        ("__proto__[x]=1", {}),
    ],
)
def test_a_query_of_the_list_is_read(listing: QueryReader, query: str, values: dict[str, Any]) -> None:
    assert listing.read(parse_query(query)) == values


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=abc", f"limit {NUMBER}"),
        ("limit=", f"limit {NUMBER}"),
        ("offset=abc", f"offset {NUMBER}"),
        ("limit=null", f"limit {NUMBER}"),
        ("limit=true", f"limit {NUMBER}"),
        ("limit=Infinity", f"limit {NUMBER}"),
        ("limit=NaN", f"limit {NUMBER}"),
        ("limit=2&limit=3", f"limit {NUMBER}"),
        ("limit[a]=3", f"limit {NUMBER}"),
        ("limit[]=3", f"limit {NUMBER}"),
        ("id=a", "id must be an array"),
        ("id=a,b", "id must be an array"),
        ("id=", "id must be an array"),
        ("type=product-export", "type must be an array"),
        ("type[a]=b", "type must be an array"),
        ("order[]=created_at", "order must be a string"),
        ("order[created_at]=ASC", "order must be a string"),
        ("fields=id&fields=type", "fields must be a string"),
        ("expand[]=created_by_user", "expand must be a string"),
        ("status[]=created", "property status should not exist"),
        ("created_by=usr_1", "property created_by should not exist"),
        ("q=x", "property q should not exist"),
        ("take=1", "property take should not exist"),
        ("deleted_at[gt]=2020-01-01", "property deleted_at should not exist"),
        ("processing_at[gt]=2020-01-01", "property processing_at should not exist"),
        ("foo=%E0%A4%A", "property foo should not exist"),
        ("?type[]=order-export", "property ?type should not exist"),
        ("#x", "property #x should not exist"),
        ("foo=1&bar=2", "property foo should not exist, property bar should not exist"),
        ("created_at=null", wrapped(UNKNOWN)),
        ("created_at=2020-01-01", wrapped(UNKNOWN)),
        ("created_at[gt]=garbage", wrapped("gt must be a Date instance")),
        ("created_at[eq]=2020-01-01&created_at[gt]=2020-01-01", wrapped("property eq should not exist")),
    ],
)
def test_a_query_of_the_list_is_refused_in_the_recorded_words(
    listing: QueryReader, query: str, message: str
) -> None:
    with pytest.raises(ParameterRefused) as refused:
        listing.read(parse_query(query))

    assert ", ".join(refused.value.messages) == message


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=-1", "limit must not be less than 0"),
        ("offset=-1", "offset must not be less than 0"),
        (
            "order=status",
            f"{ORDER}: {COLUMNS}",
        ),
        (
            "order=foo",
            f"{ORDER}: {COLUMNS}",
        ),
        (
            "order=",
            f"{ORDER}: {COLUMNS}",
        ),
        ("fields=status", f"fields may hold only these columns, separated by commas: {COLUMNS}"),
        ("fields=id,foo", f"fields may hold only these columns, separated by commas: {COLUMNS}"),
        ("expand=foo", "expand may name only these relations, separated by commas: created_by_user"),
        ("created_at[gt]=", wrapped("gt must be a Date instance")),
        ("created_at[gt]=1795311884", wrapped("gt must be a Date instance")),
        ("updated_at[eq]=2020-01-01", "updated_at: property eq should not exist"),
        ("confirmed_at[foo]=2020-01-01", "confirmed_at: property foo should not exist"),
        ("confirmed_at[gt]=garbage", "confirmed_at: gt must be a Date instance"),
        (
            "confirmed_at=",
            (
                "confirmed_at must be a comparison, one of: confirmed_at[lt], confirmed_at[gt], "
                "confirmed_at[lte], confirmed_at[gte], confirmed_at=null"
            ),
        ),
        (
            "updated_at=null",
            (
                "updated_at must be a comparison, one of: updated_at[lt], updated_at[gt], updated_at[lte], "
                "updated_at[gte]"
            ),
        ),
    ],
)
def test_what_the_real_server_fails_at_is_refused_with_the_parameter_and_the_remedy(
    listing: QueryReader, query: str, message: str
) -> None:
    with pytest.raises(ParameterRefused) as refused:
        listing.read(parse_query(query))

    assert refused.value.messages == (message,)


@pytest.mark.parametrize(
    "query",
    [
        "order=type,created_at",
        "order=%2Bcreated_at",
        "order=created_by_user.email",
        "order=CREATED_AT",
        "order=-",
        "fields=foo",
        "fields=+dry_run",
        "fields=created_by_user.email",
        "expand=created_by_user.foo",
        "expand=created_by_user,foo",
    ],
)
def test_a_column_that_does_not_exist_is_refused_with_those_that_do(listing: QueryReader, query: str) -> None:
    name, _, _ = query.partition("=")

    with pytest.raises(
        ParameterRefused, match=rf"^{name} (must be one of these|may (hold|name) only these) "
    ):
        listing.read(parse_query(query))


@pytest.mark.parametrize("name", NULLABLE)
def test_an_instant_that_may_be_unset_can_be_asked_for_as_null(listing: QueryReader, name: str) -> None:
    assert listing.read({name: "null"}) == {name: None}


def test_everything_that_is_wrong_is_said_unknown_parameters_first(listing: QueryReader) -> None:
    query = parse_query("type=x&limit=abc&foo=1&order[]=id&bar=2")

    with pytest.raises(ParameterRefused) as refused:
        listing.read(query)

    assert refused.value.messages == (
        "property foo should not exist",
        "property bar should not exist",
        f"limit {NUMBER}",
        "order must be a string",
        "type must be an array",
    )


@pytest.mark.parametrize(
    "operation", ["PostBatchJobs", "GetBatchJobsBatchJob", "PostBatchJobsBatchJobCancel"]
)
def test_an_operation_that_names_no_parameter_ignores_its_query(contract: Contract, operation: str) -> None:
    assert contract.operations[operation].query is None


@given(
    st.dictionaries(
        st.sampled_from(
            ["limit", "offset", "order", "fields", "expand", "id", "type", "created_at", *NULLABLE]
        ),
        st.recursive(
            st.text(max_size=12),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
            ),
            max_leaves=5,
        ),
        max_size=4,
    )
)
def test_a_query_is_read_or_refused_with_the_name_of_every_parameter_that_is_wrong(
    query: dict[str, Any],
) -> None:
    listing = LISTING

    outcome = read_or_refused(listing, query)

    assert all(any(name in message for name in query) for message in outcome)


def read_or_refused(listing: QueryReader, query: dict[str, Any]) -> tuple[str, ...]:
    """Return the messages of the refusal; none when *query* is read."""
    try:
        listing.read(query)
    except ParameterRefused as refused:
        return refused.messages
    return ()


LISTING = query_reader(
    next(each for _, _, each in load(shipped_folder()).operations() if each["operationId"] == "GetBatchJobs"),
    resolve=load(shipped_folder()).resolve,
) or QueryReader(readers={}, strict=True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        (" ", 0),
        ("\t\n", 0),
        ("0", 0),
        ("-0", 0),
        ("2", 2),
        ("+2", 2),
        ("-2", -2),
        (" 2 ", 2),
        ("007", 7),
        ("1.5", 1.5),
        ("1.0", 1),
        ("5.", 5),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1e2", 100),
        ("1E2", 100),
        ("1e+2", 100),
        ("1e-2", 0.01),
        ("0x3", 3),
        ("0XfF", 255),
        ("0b101", 5),
        ("0o17", 15),
        ("1000000000000", 1000000000000),
        ("1e400", math.inf),
        ("-1e400", -math.inf),
    ],
)
def test_a_number_is_read_as_javascript_reads_it(text: str, number: float) -> None:
    assert to_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "null",
        "true",
        "NaN",
        "1,5",
        "1 2",
        "1_000",
        ".",
        "+",
        "-",
        "--1",
        "e5",
        "1e",
        "1n",
        "0x",
        "0xg",
        "-0x3",
        "+0x3",
        "0b2",
        "0o8",
        "0x1_0",
        "0x+1",
        "inf",
        "infinity",
        "٣",
        "2px",
    ],
)
def test_what_javascript_reads_as_no_number_is_nan(text: str) -> None:
    assert math.isnan(to_number(text))


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_is_read_back(number: int) -> None:
    assert to_number(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_fraction_is_read_back(number: float) -> None:
    assert to_number(repr(number)) == number
