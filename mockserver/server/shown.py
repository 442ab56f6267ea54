"""Answers that the document shows, as responses. Knows no world."""

from mockserver.contract.examples import Shown
from mockserver.server.downloads import OCTETS
from mockserver.server.exchange import Headers, Response, json_response, text_response

ANY = "*/*"


def response_of(shown: Shown, *, headers: Headers = ()) -> Response:
    """Return *shown* as a response, without an entity tag."""
    media_type = shown.media_type
    if media_type is None:
        return Response(status=shown.status, headers=headers)
    if media_type == "application/json" or media_type.endswith("+json"):
        response = json_response(shown.value, status=shown.status, headers=headers)
        return response._replace(content_type=f"{media_type}; charset=utf-8", tagged=False)
    content_type = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    return text_response(
        str(shown.value),
        status=shown.status,
        content_type=OCTETS if media_type == ANY else content_type,
        headers=headers,
    )._replace(tagged=False)
