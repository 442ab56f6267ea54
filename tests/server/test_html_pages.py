"""The HTML pages of Express. Source: the recordings; the rest was measured with Express 4.22.3."""

import re

import pytest

from mockserver.server.html_pages import HTML, HTML_HEADERS, cannot_page, error_page

JOB = "/admin/batch-jobs/batch_01M80EZQQ0DZBE94K6M6G407DB"

# a trace, as the recorder's compare.py takes it off before it compares two pages
TRACE = re.compile(r"(?:<br>|\n)\s*(?:&nbsp;\s*)*at (?:(?!</pre>).)*?(?=</pre>|\Z)", re.DOTALL)

# recorded: http/content-encoding gzip but plain
GZIP_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Error</title>
</head>
<body>
<pre>Error: incorrect header check<br> &nbsp; &nbsp;at genericNodeError (node:internal/errors:984:15)<br> \
&nbsp; &nbsp;at wrappedFn (node:internal/errors:538:14)<br> \
&nbsp; &nbsp;at Zlib.zlibOnError [as onerror] (node:zlib:189:17)</pre>
</body>
</html>
"""


def said(page: bytes) -> str:
    """Return what *page* says, as HTML."""
    found = re.search(r"<pre>(.*)</pre>", page.decode(), re.DOTALL)
    assert found is not None
    return found[1]


def test_a_path_that_is_not_there_has_the_recorded_page() -> None:
    page = cannot_page("GET", "/nope")

    assert page == (
        b'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n'
        b"<body>\n<pre>Cannot GET /nope</pre>\n</body>\n</html>\n"
    )


@pytest.mark.parametrize(
    ("method", "path", "length"),
    [
        ("GET", "/", 139),
        ("GET", "/nope", 143),
        ("PUT", "/admin/batch-jobs", 155),
        ("PATCH", "/admin/batch-jobs", 157),
        ("PUT", JOB, 188),
        ("DELETE", JOB, 191),
        ("HEAD", f"{JOB}/confirm", 197),
        ("GET", "/uploads/nope.csv", 155),
    ],
)
def test_a_page_is_as_long_as_the_recorded_one(method: str, path: str, length: int) -> None:
    assert len(cannot_page(method, path)) == length


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/admin/./batch-jobs", "/admin/./batch-jobs"),
        ("/admin/batch%2Djobs", "/admin/batch%2Djobs"),
        ("//admin//x", "//admin//x"),
        ("*", "*"),
        ("/%c3%a9%E9", "/%c3%a9%E9"),
        ("/!$()*+,-.:;=@[]^_|~\\", "/!$()*+,-.:;=@[]^_|~\\"),
        ("/%", "/%25"),
        ("/%zz%4", "/%25zz%254"),
        ("/%u1234", "/%25u1234"),
        ("/a&b", "/a&amp;b"),
        ("/a'b", "/a&#39;b"),
        ('/a"b', "/a%22b"),
        ("/<b>", "/%3Cb%3E"),
        ("/{a}`", "/%7Ba%7D%60"),
    ],
)
def test_a_path_is_shown_encoded_and_escaped(path: str, shown: str) -> None:
    assert said(cannot_page("PUT", path)) == f"Cannot PUT {shown}"


@pytest.mark.parametrize(
    ("name_and_message", "shown"),
    [
        (
            "SyntaxError: Expected property name or '}' in JSON at position 1",
            "SyntaxError: Expected property name or &#39;}&#39; in JSON at position 1",
        ),
        (
            'SyntaxError: Unexpected token \'"\', ""x"" is not valid JSON',
            "SyntaxError: Unexpected token &#39;&quot;&#39;, &quot;&quot;x&quot;&quot; is not valid JSON",
        ),
        (
            'UnsupportedMediaTypeError: unsupported content encoding "foo"',
            "UnsupportedMediaTypeError: unsupported content encoding &quot;foo&quot;",
        ),
        (
            "PayloadTooLargeError: request entity too large",
            "PayloadTooLargeError: request entity too large",
        ),
        (
            "SyntaxError: Unexpected token 'x', \"[\n   1,\nx]\" is not valid JSON",
            "SyntaxError: Unexpected token &#39;x&#39;, &quot;[<br> &nbsp; 1,<br>x]&quot; is not valid JSON",
        ),
    ],
)
def test_an_error_is_shown_escaped_with_its_lines_and_blanks_kept(name_and_message: str, shown: str) -> None:
    assert said(error_page(name_and_message)) == shown


def test_the_page_of_an_error_is_the_recorded_one_without_its_trace() -> None:
    page = error_page("Error: incorrect header check")

    assert len(GZIP_PAGE) == 352
    assert page.decode() == TRACE.sub("", GZIP_PAGE)


def test_the_pages_are_html_that_loads_nothing() -> None:
    assert HTML == "text/html; charset=utf-8"
    assert dict(HTML_HEADERS) == {
        b"content-security-policy": b"default-src 'none'",
        b"x-content-type-options": b"nosniff",
    }
