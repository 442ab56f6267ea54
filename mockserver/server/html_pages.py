"""The HTML pages of Express, to the byte: of a path that is not there, and of an error. Knows no request.

Source: recorded, http/unknown path, http/invalid json and 30 more; beyond those measured with Express 4.22.3.
"""

import re
import string
from urllib.parse import quote

from mockserver.server.exchange import Headers

HTML = "text/html; charset=utf-8"
HTML_HEADERS: Headers = (
    (b"content-security-policy", b"default-src 'none'"),
    (b"x-content-type-options", b"nosniff"),
)
"""What both pages carry beside content type and length. They have no entity tag."""

KEPT_IN_PATHS = string.punctuation.translate(str.maketrans("", "", '"<>`{}'))
BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def cannot_page(method: str, path: str) -> bytes:
    """Return the page of a path that is not there, or has no such method.

    path: as it came, percent-encoded, without query; what a URL may not hold is encoded.
    Source: recorded, http/PUT collection and collection encoded dash.
    """
    return _page(f"Cannot {method} {quote(BARE_PERCENT.sub('%25', path), safe=KEPT_IN_PATHS)}")


def error_page(name_and_message: str) -> bytes:
    """Return the page of an error, as in development.

    name_and_message: the first line of its stack, as in `SyntaxError: Unexpected end of JSON input`.
    Ours: the page ends there; the real one goes on with the trace, which tells where its files lie. In
    production it has neither, but the phrase of the status, as in `Bad Request`.
    Source: recorded, http/invalid json and body just over 100kb.
    """
    return _page(name_and_message)


def _page(text: str) -> bytes:
    shown = text.translate(ESCAPES).replace("\n", "<br>").replace("  ", " &nbsp;")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n'
        f"<body>\n<pre>{shown}</pre>\n</body>\n</html>\n"
    ).encode()
