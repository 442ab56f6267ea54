"""A query string as nested data, as the real server's qs was recorded to read it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.query_string import DEPTH, LIMIT, parse_query

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
QUERYISH = st.lists(st.sampled_from([*"[]&=%+a0,", "[]", "]=", "%5B", "%FF", "__proto__", "id"])).map("".join)


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("limit=2&offset=6", {"limit": "2", "offset": "6"}, id="two names"),
        pytest.param("id=a", {"id": "a"}, id="id as plain string"),
        pytest.param("id=", {"id": ""}, id="id empty"),
        pytest.param("id[]=a", {"id": ["a"]}, id="id[] one"),
        pytest.param("id[]=a&id[]=b", {"id": ["a", "b"]}, id="id[] two"),
        pytest.param("id[]=a,b", {"id": ["a,b"]}, id="id[] comma inside one"),
        pytest.param("id[0]=a&id[1]=b", {"id": ["a", "b"]}, id="id with indices"),
        pytest.param("type=a&type=b", {"type": ["a", "b"]}, id="type repeated without brackets"),
        pytest.param("type[]=", {"type": [""]}, id="type[] empty value"),
        pytest.param("type[]", {"type": [""]}, id="query key only"),
        pytest.param("type%5B%5D=order-export", {"type": ["order-export"]}, id="percent-encoded brackets"),
        pytest.param("type[a]=b", {"type": {"a": "b"}}, id="nested created_at in type"),
        pytest.param("?type[]=order-export", {"?type": ["order-export"]}, id="double question mark"),
        pytest.param("#x", {"#x": ""}, id="collection with fragment-like"),
        pytest.param("__proto__[x]=1", {}, id="query proto"),
        pytest.param("constructor=1", {}, id="constructor"),
        pytest.param("foo=%E0%A4%A", {"foo": "%E0%A4%A"}, id="query malformed percent"),
        pytest.param("foo=%FF", {"foo": "%FF"}, id="escapes that are not UTF-8"),
        pytest.param("fields=+dry_run", {"fields": " dry_run"}, id="fields plus unencoded"),
        pytest.param("fields=%2Bdry_run", {"fields": "+dry_run"}, id="fields +dry_run"),
        pytest.param("limit[a]=3", {"limit": {"a": "3"}}, id="limit object"),
        pytest.param(
            "created_at[gte]=2026-11-22&created_at[lt]=2026-11-23",
            {"created_at": {"gte": "2026-11-22", "lt": "2026-11-23"}},
            id="created_at range",
        ),
        pytest.param(
            "created_at[gt]=2020-01-01T00:00:00%2B02:00",
            {"created_at": {"gt": "2020-01-01T00:00:00+02:00"}},
            id="created_at with offset timezone",
        ),
        pytest.param("a=b=c", {"a": "b=c"}, id="an equals sign in the value"),
        pytest.param("a[b=c]=d", {"a": {"b=c": "d"}}, id="an equals sign in the brackets"),
        pytest.param("&&a=1&&", {"a": "1"}, id="empty parts"),
        pytest.param("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}, id="mappings are joined"),
        pytest.param("a[b=1", {"a[b": "1"}, id="a bracket that never closes"),
    ],
)
def test_a_query_is_read_as_the_real_server_reads_it(text: str, parameters: dict[str, Any]) -> None:
    assert parse_query(text) == parameters


def test_brackets_deeper_than_the_bound_stay_text() -> None:
    brackets = "".join(f"[{level}x]" for level in range(DEPTH + 1))

    parameters = parse_query(f"a{brackets}=1")

    assert parameters == {"a": {"0x": {"1x": {"2x": {"3x": {"4x": {"[5x]": "1"}}}}}}}


def test_parameters_after_the_bound_are_passed_over() -> None:
    text = "&".join(f"p{number}=1" for number in range(LIMIT + 5))

    parameters = parse_query(text)

    assert len(parameters) == LIMIT


def test_a_list_may_be_as_long_as_the_bound() -> None:
    text = "&".join(f"id[]=b{number}" for number in range(120))

    assert parse_query(text) == {"id": [f"b{number}" for number in range(120)]}


@given(TEXT | QUERYISH)
def test_no_text_is_refused(text: str) -> None:
    parameters = parse_query(text)

    assert isinstance(parameters, dict)


@given(st.dictionaries(st.text("abcxyz", min_size=1), st.text("abc 123", min_size=1)))
def test_plain_names_and_values_are_read_back(parameters: dict[str, str]) -> None:
    text = "&".join(f"{name}={value.replace(' ', '+')}" for name, value in parameters.items())

    assert parse_query(text) == parameters


@given(st.lists(st.text("abc123"), min_size=1))
def test_a_list_is_read_back_in_its_order(values: list[str]) -> None:
    text = "&".join(f"id[]={value}" for value in values)

    assert parse_query(text) == {"id": values}
