"""What Node says of a body it cannot read. Source: measured with Node 20.20.2 and body-parser 1.20.9.

The tables were written by node. The recordings show five of their lines and agree with each.
"""

import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.server.v8_json import inflate_complaint, json_complaint, json_headline

LIMIT = 100 * 1024
BODY = b'{"a":1}'
ZIPPED, DEFLATED = gzip.compress(BODY, mtime=0), zlib.compress(BODY)
BOMB = gzip.compress(b"x" * 2 * LIMIT, mtime=0)

OBJECTS = (
    ("{", "Expected property name or '}' in JSON at position 1"),
    ("{ ", "Expected property name or '}' in JSON at position 2"),
    ("{bad", "Expected property name or '}' in JSON at position 1"),
    ("{a:1}", "Expected property name or '}' in JSON at position 1"),
    ("{'a':1}", "Expected property name or '}' in JSON at position 1"),
    ("{1:2}", "Expected property name or '}' in JSON at position 1"),
    ("{,}", "Expected property name or '}' in JSON at position 1"),
    ("{}}", "Unexpected non-whitespace character after JSON at position 2"),
    ('{"a"', "Expected ':' after property name in JSON at position 4"),
    ('{"a" 1}', "Expected ':' after property name in JSON at position 5"),
    ('{"a"}', "Expected ':' after property name in JSON at position 4"),
    ('{"a":', "Unexpected end of JSON input"),
    ('{"a":}', 'Unexpected token \'}\', "{"a":}" is not valid JSON'),
    ('{"a":1', "Expected ',' or '}' after property value in JSON at position 6"),
    ('{"a":1 "b":2}', "Expected ',' or '}' after property value in JSON at position 7"),
    ('{"a":1]', "Expected ',' or '}' after property value in JSON at position 6"),
    ('{"a":1,', "Expected double-quoted property name in JSON at position 7"),
    ('{"a":1,}', "Expected double-quoted property name in JSON at position 7"),
    ('{"a":1,b:2}', "Expected double-quoted property name in JSON at position 7"),
    ('{"a":1,"b"}', 'Unexpected token \'}\', "{"a":1,"b"}" is not valid JSON'),
    ('{"a":1,"b" 2}', "Unexpected number in JSON at position 11"),
    ('{"a":1,"b" "c"}', "Unexpected string in JSON at position 11"),
    ('{"type":"product-export"', "Expected ',' or '}' after property value in JSON at position 24"),
    ('{"a":1}{"b":2}', "Unexpected non-whitespace character after JSON at position 7"),
    ('{"a":1} x', "Unexpected non-whitespace character after JSON at position 8"),
    ("{//c\n}", "Expected property name or '}' in JSON at position 1"),
)
ARRAYS = (
    ("[", "Unexpected end of JSON input"),
    ("[1", "Expected ',' or ']' after array element in JSON at position 2"),
    ("[1 2]", "Expected ',' or ']' after array element in JSON at position 3"),
    ("[1,", "Unexpected end of JSON input"),
    ("[1,]", "Unexpected token ']', \"[1,]\" is not valid JSON"),
    ("[,1]", "Unexpected token ',', \"[,1]\" is not valid JSON"),
    ("[1}", "Expected ',' or ']' after array element in JSON at position 2"),
    ("[1]]", "Unexpected non-whitespace character after JSON at position 3"),
    ("[][", "Unexpected non-whitespace character after JSON at position 2"),
    ("[1]\n2", "Unexpected non-whitespace character after JSON at position 4"),
    ("[[[[", "Unexpected end of JSON input"),
)
LITERALS = (
    ("[tru]", "Unexpected token ']', \"[tru]\" is not valid JSON"),
    ("[truE]", "Unexpected token 'E', \"[truE]\" is not valid JSON"),
    ("[nul", "Unexpected end of JSON input"),
    ("[nulL", "Unexpected token 'L', \"[nulL\" is not valid JSON"),
    ("[True]", "Unexpected token 'T', \"[True]\" is not valid JSON"),
    ("[None]", "Unexpected token 'N', \"[None]\" is not valid JSON"),
    ("[NaN]", "Unexpected token 'N', \"[NaN]\" is not valid JSON"),
    ("[undefined]", "Unexpected token 'u', \"[undefined]\" is not valid JSON"),
    ("[Infinity]", "Unexpected token 'I', \"[Infinity]\" is not valid JSON"),
    ("[-Infinity]", "No number after minus sign in JSON at position 2"),
    ("[t1]", "Unexpected number in JSON at position 2"),
    ('[n"a"]', "Unexpected string in JSON at position 2"),
    ("[object Object]", '"[object Object]" is not valid JSON'),
    (" [object Object]", "Unexpected token 'o', \" [object Object]\" is not valid JSON"),
)
NUMBERS = (
    ("[-]", "No number after minus sign in JSON at position 2"),
    ("[-a]", "No number after minus sign in JSON at position 2"),
    ("[-", "No number after minus sign in JSON at position 2"),
    ("[+1]", "Unexpected token '+', \"[+1]\" is not valid JSON"),
    ("[.5]", "Unexpected token '.', \"[.5]\" is not valid JSON"),
    ("[01]", "Unexpected number in JSON at position 2"),
    ("[-01]", "Unexpected number in JSON at position 3"),
    ("[1.]", "Unterminated fractional number in JSON at position 3"),
    ("[1.e5]", "Unterminated fractional number in JSON at position 3"),
    ("[1.", "Unterminated fractional number in JSON at position 3"),
    ("[1e]", "Exponent part is missing a number in JSON at position 3"),
    ("[1e+]", "Exponent part is missing a number in JSON at position 4"),
    ("[1E-", "Exponent part is missing a number in JSON at position 4"),
    ("[0x10]", "Expected ',' or ']' after array element in JSON at position 2"),
    ("[1_000]", "Expected ',' or ']' after array element in JSON at position 2"),
    ("[1e5.5]", "Expected ',' or ']' after array element in JSON at position 4"),
)
STRINGS = (
    ('["a', "Unterminated string in JSON at position 3"),
    ('["a\\', "Unexpected end of JSON input"),
    ('["a\\"', "Unterminated string in JSON at position 5"),
    ('["\\x"]', "Bad escaped character in JSON at position 3"),
    ('["\\0"]', "Bad escaped character in JSON at position 3"),
    ('["\\\'"]', "Bad escaped character in JSON at position 3"),
    ('["\\é"]', "Bad escaped character in JSON at position 3"),
    ('["\\日"]', 'Unexpected token \'日\', "["\\日"]" is not valid JSON'),
    ('["\\u"]', "Bad Unicode escape in JSON at position 4"),
    ('["\\u12"]', "Bad Unicode escape in JSON at position 6"),
    ('["\\u12x4"]', "Bad Unicode escape in JSON at position 6"),
    ('["\\uD83"]', "Bad Unicode escape in JSON at position 7"),
    ('["\\u00', "Bad Unicode escape in JSON at position 6"),
    ('["a\nb"]', "Bad control character in string literal in JSON at position 3"),
    ('["\t"]', "Bad control character in string literal in JSON at position 2"),
    ('["\x00"]', "Bad control character in string literal in JSON at position 2"),
    ('["\x1f', "Bad control character in string literal in JSON at position 2"),
    ('{"a\nb":1}', "Bad control character in string literal in JSON at position 3"),
    ("['a']", "Unexpected token ''', \"['a']\" is not valid JSON"),
    ('["a"b"]', "Expected ',' or ']' after array element in JSON at position 4"),
)
CONTEXT = (
    ("[1,2,3,4,5,6,7,8,9,x]", "Unexpected token 'x', ...\"5,6,7,8,9,x]\" is not valid JSON"),
    ("[1,2,3,4,5,6,7,8,9,xy", "Unexpected token 'x', ...\"5,6,7,8,9,xy\" is not valid JSON"),
    (
        "[1,2,3,4,5,6,7,8,9,10,x,12,13,14,15,16]",
        "Unexpected token 'x', ...\",7,8,9,10,x,12,13,14\"... is not valid JSON",
    ),
    ("[x,2,3,4,5,6,7,8,9,10,11]", "Unexpected token 'x', \"[x,2,3,4,5,\"... is not valid JSON"),
    ("[1,2,3,4,x,6,7,8,9,10]", "Unexpected token 'x', \"[1,2,3,4,x,6,7,8,9,\"... is not valid JSON"),
    ("[1,2,3,4,5,x,7,8,9,10]", "Unexpected token 'x', ...\"1,2,3,4,5,x,7,8,9,10\"... is not valid JSON"),
    (
        '{"type":"product-export","context":nope,"dry_run":true}',
        'Unexpected token \'o\', ..."context":nope,"dry_r"... is not valid JSON',
    ),
    (
        '["日本語日本語日本語",日本語]',
        'Unexpected token \'日\', "["日本語日本語日本語",日本語]" is not valid JSON',
    ),
    ("[😀]", "Unexpected token '�', \"[😀]\" is not valid JSON"),
    ('["😀😀😀😀😀",😀😀😀😀😀]', 'Unexpected token \'�\', ..."😀😀😀😀",😀😀😀😀😀"... is not valid JSON'),
    ('["12345678",x😀😀😀😀😀]', 'Unexpected token \'x\', ..."12345678",x😀😀😀😀�"... is not valid JSON'),
    ('["😀😀😀😀a",xaaaaaaaaaa]', 'Unexpected token \'x\', ..."�😀😀😀a",xaaaaaaaaa"... is not valid JSON'),
    ("[\u2028]", "Unexpected token '\u2028', \"[\u2028]\" is not valid JSON"),
    ("[\ufeff]", "Unexpected token '\ufeff', \"[\ufeff]\" is not valid JSON"),
    ("[\xa01]", "Unexpected token '\xa0', \"[\xa01]\" is not valid JSON"),
    ("[\x00]", "Unexpected token '\x00', \"[\x00]\" is not valid JSON"),
    ("[1,\n  x]", "Unexpected token 'x', \"[1,\n  x]\" is not valid JSON"),
)
SCALARS = (
    ("null", "Unexpected token 'n', \"null\" is not valid JSON"),
    ("true", "Unexpected token 't', \"true\" is not valid JSON"),
    ("5", "Unexpected token '5', \"5\" is not valid JSON"),
    ("-", "Unexpected token '-', \"-\" is not valid JSON"),
    ('"x"', 'Unexpected token \'"\', ""x"" is not valid JSON'),
    ('""', 'Unexpected token \'"\', """" is not valid JSON'),
    ('"hello world"', 'Unexpected token \'"\', ""hello world"" is not valid JSON'),
    ("NaN", "Unexpected token 'N', \"NaN\" is not valid JSON"),
    ("undefined", "Unexpected token 'u', \"undefined\" is not valid JSON"),
    ("nope", "Unexpected token 'n', \"nope\" is not valid JSON"),
    ("// comment\n{}", "Unexpected token '/', \"// comment\n{}\" is not valid JSON"),
    ("<html>", "Unexpected token '<', \"<html>\" is not valid JSON"),
    ("é", "Unexpected token 'é', \"é\" is not valid JSON"),
    ("😀", "Unexpected token '�', \"😀\" is not valid JSON"),
    ("\xa0{}", "Unexpected token '\xa0', \"\xa0{}\" is not valid JSON"),
    ("\x0c{}", "Unexpected token '\x0c', \"\x0c{}\" is not valid JSON"),
    ("\x00", "Unexpected token '\x00', \"\x00\" is not valid JSON"),
    ("  null", "Unexpected token 'n', \"  null\" is not valid JSON"),
    ("            null", "Unexpected token 'n', \"            null\" is not valid JSON"),
    ("this is not JSON, but longer", "Unexpected token 't', \"this is no\"... is not valid JSON"),
    (
        "            this is not JSON",
        "Unexpected token 't', ...\"          this is no\"... is not valid JSON",
    ),
    ("#", "Unexpected token '#', \"#\" is not valid JSON"),
    ("a#b", "Unexpected token 'a', \"a#b\" is not valid JSON"),
    ("##########################", "Unexpected token '#', \"##########\"... is not valid JSON"),
    ("a=1&b=2", "Unexpected token 'a', \"a=1&b=2\" is not valid JSON"),
)
BLANK = (
    (" ", "Unexpected end of JSON input"),
    ("\n", "Unexpected end of JSON input"),
    ("\t \r\n", "Unexpected end of JSON input"),
)
INNER = "Unexpected token 'a', \"[a$&]\" is not valid JSON"
MASKED = "Unexpected token '#', \"###\" is not valid JSON"  # body-parser has V8 complain of number signs
HEADLINES = (
    ('{"a":$$}', "SyntaxError: Unexpected token '"),
    ("[$&]", "SyntaxError: Unexpected token '"),
    ("[$1]", "SyntaxError: Unexpected token '"),
    ("[a$$b]", "SyntaxError: Unexpected token 'a', \"[a$b]\" is not valid JSON"),
    ("[a$`b]", "SyntaxError: Unexpected token 'a', \"[aSyntaxError: b]\" is not valid JSON"),
    ("[a$'b]", "SyntaxError: Unexpected token 'a', \"[a"),
    ("$", "SyntaxError: Unexpected token '"),
    ("$$", "SyntaxError: Unexpected token '"),
    ("a$$b", "SyntaxError: Unexpected token 'a', \"a$b\" is not valid JSON"),
    ("[a$&]", f"SyntaxError: Unexpected token 'a', \"[a{INNER}]\" is not valid JSON"),
    ("a$&", f"SyntaxError: Unexpected token 'a', \"a{MASKED}\" is not valid JSON"),
    ("a$`b", "SyntaxError: Unexpected token 'a', \"aSyntaxError: b\" is not valid JSON"),
    ("a$'b", "SyntaxError: Unexpected token 'a', \"a"),
    ("a$1", "SyntaxError: Unexpected token 'a', \"a$1\" is not valid JSON"),
    ("null", "SyntaxError: Unexpected token 'n', \"null\" is not valid JSON"),
    ("{", "SyntaxError: Expected property name or '}' in JSON at position 1"),
    ("[  x]", "SyntaxError: Unexpected token 'x', \"[  x]\" is not valid JSON"),
)


def python_takes(text: str) -> bool:
    """Return whether Python reads *text* as an object or an array; an empty text stands for an object."""
    try:
        value = json.loads(text or "{}", parse_constant=refuse)
    except ValueError:
        return False
    return isinstance(value, dict | list)


def refuse(constant: str) -> Any:
    raise ValueError(constant)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
TEXTS = st.builds(
    lambda value, ascii_only, indent: json.dumps(value, ensure_ascii=ascii_only, indent=indent),
    VALUES,
    st.booleans(),
    st.sampled_from([None, 1]),
)
PIECES = [*"{}[],:\"\\ \n\t01-+.eE#$'/u", *"\x00\x0c\xa0\ufeffé😀", "true", "nul", "NaN"]
TOKENS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@st.composite
def spoilt(draw: st.DrawFn) -> str:
    """Draw a JSON text in which up to two characters were replaced by tokens."""
    text = draw(TEXTS)
    start = draw(st.integers(0, len(text)))
    return text[:start] + draw(TOKENS) + text[start + draw(st.integers(0, 2)) :]


@pytest.mark.parametrize(
    ("text", "message"), [*OBJECTS, *ARRAYS, *LITERALS, *NUMBERS, *STRINGS, *CONTEXT, *SCALARS, *BLANK]
)
def test_a_text_that_is_no_object_and_no_array_is_refused_in_the_words_of_node(
    text: str, message: str
) -> None:
    assert json_complaint(text) == message


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_text_may_be_nested_as_deep_as_a_body_is_long(opening: str) -> None:
    assert json_complaint(opening * 20_000) == "Unexpected end of JSON input"


@pytest.mark.parametrize(
    "text", ["", "{}", " [] ", '["\\ud800"]', "[1e999, -0]", '{"a":1,"a":2}', "[" * 50_000 + "]" * 50_000]
)
def test_what_v8_reads_is_not_refused(text: str) -> None:
    assert json_complaint(text) is None
    assert json_headline(text) is None


@given(st.one_of(TEXTS, TOKENS, spoilt(), st.text()))
def test_every_text_is_taken_or_refused_as_python_takes_or_refuses_it(text: str) -> None:
    assert (json_complaint(text) is None) == python_takes(text)


@given(st.one_of(TOKENS, spoilt(), st.text()))
def test_a_complaint_can_always_be_sent(text: str) -> None:
    assert (json_complaint(text) or "").encode().decode("utf-8", "strict") == (json_complaint(text) or "")


@given(st.one_of(TOKENS, spoilt()).filter(lambda text: "$" not in text))
def test_without_a_dollar_sign_the_headline_is_the_complaint(text: str) -> None:
    complaint = json_complaint(text)

    assert json_headline(text) == (complaint and f"SyntaxError: {complaint}")


@pytest.mark.parametrize(("text", "headline"), HEADLINES)
def test_the_headline_obeys_the_dollar_signs_of_the_complaint(text: str, headline: str) -> None:
    assert json_headline(text) == headline


@pytest.mark.parametrize(
    ("body", "encoding", "message"),
    [
        pytest.param(BODY, "gzip", "incorrect header check", id="not compressed"),
        pytest.param(ZIPPED, "deflate", "incorrect header check", id="gzip sent as deflate"),
        pytest.param(DEFLATED, "gzip", "incorrect header check", id="deflate sent as gzip"),
        pytest.param(zlib.compress(BODY, wbits=-15), "deflate", "incorrect header check", id="raw deflate"),
        pytest.param(b"", "gzip", "unexpected end of file", id="nothing"),
        pytest.param(ZIPPED[:5], "gzip", "unexpected end of file", id="half a gzip header"),
        pytest.param(ZIPPED[:-5], "gzip", "unexpected end of file", id="gzip cut off"),
        pytest.param(DEFLATED[:-1], "deflate", "unexpected end of file", id="deflate cut off"),
        pytest.param(ZIPPED[:-8] + b"0000" + ZIPPED[-4:], "gzip", "incorrect data check", id="gzip checksum"),
        pytest.param(ZIPPED[:-4] + b"0000", "gzip", "incorrect length check", id="gzip length"),
        pytest.param(DEFLATED[:-4] + b"0000", "deflate", "incorrect data check", id="deflate checksum"),
        pytest.param(ZIPPED[:2] + b"\x07" + ZIPPED[3:], "gzip", "unknown compression method", id="method"),
        pytest.param(ZIPPED[:3] + b"\xff" + ZIPPED[4:], "gzip", "unknown header flags set", id="flags"),
        pytest.param(b"\x78\x9c\x07", "deflate", "invalid block type", id="block type"),
        pytest.param(b"\x78\xbb\x00\x00\x00\x01", "deflate", "Missing dictionary", id="dictionary"),
        pytest.param(ZIPPED + b"zzz", "gzip", "incorrect header check", id="gzip and more"),
        pytest.param(ZIPPED + ZIPPED[:-5], "gzip", "unexpected end of file", id="second member cut off"),
        pytest.param(BOMB[:60], "gzip", "unexpected end of file", id="cut off below the limit"),
        pytest.param(ZIPPED, "gzip", None, id="gzip"),
        pytest.param(ZIPPED + ZIPPED, "gzip", None, id="two members"),
        pytest.param(ZIPPED + b"\0\0", "gzip", None, id="padding"),
        pytest.param(DEFLATED, "deflate", None, id="deflate"),
        pytest.param(DEFLATED + b"zz", "deflate", None, id="deflate and more"),
        pytest.param(BOMB[:-1], "gzip", None, id="too large before it is cut off"),
    ],
)
def test_a_body_that_does_not_inflate_is_refused_in_the_words_of_zlib(
    body: bytes, encoding: str, message: str | None
) -> None:
    assert inflate_complaint(body, encoding=encoding, limit=LIMIT) == message


@given(st.binary(max_size=2000))
def test_what_was_compressed_inflates(body: bytes) -> None:
    assert inflate_complaint(gzip.compress(body), encoding="gzip", limit=LIMIT) is None
    assert inflate_complaint(zlib.compress(body), encoding="deflate", limit=LIMIT) is None
