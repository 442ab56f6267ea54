"""Sending a file, whole or in part.

Source: recorded, export_files/download csv range and uploads/fetch uploaded.
"""

import mimetypes
import re
from email.utils import format_datetime

from mockserver.server.errors import INVALID, NOT_FOUND, RequestRefused, cannot
from mockserver.server.exchange import Request, Response
from mockserver.simulation.clock import to_milliseconds

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")  # no file is so large that more digits would tell
OCTETS = "application/octet-stream"


def download(request: Request) -> Response:
    """GetUploadsKey. Raises RequestRefused when there is no such file, or no such part of it."""
    key = request.path_parameters["key"]
    file = request.world.file(key)
    if file is None:
        raise cannot(request, 404, NOT_FOUND)
    content, milliseconds = file.content, to_milliseconds(file.written_at)
    headers = [
        (b"accept-ranges", b"bytes"),
        (b"cache-control", b"public, max-age=0"),
        (b"last-modified", format_datetime(file.written_at, usegmt=True).encode()),
        (b"etag", f'W/"{len(content):x}-{milliseconds:x}"'.encode()),
    ]
    media_type = _media_type(key)
    part = _asked_part(request.headers.get("range", ""), len(content))
    if part is None:
        return Response(status=200, body=content, content_type=media_type, headers=headers)
    start, end = part
    headers.append((b"content-range", f"bytes {start}-{end - 1}/{len(content)}".encode()))
    return Response(status=206, body=content[start:end], content_type=media_type, headers=headers)


def _media_type(key: str) -> str:
    if key.lower().endswith(".csv"):
        return "text/csv; charset=UTF-8"
    media_type, encoding = mimetypes.guess_type(key)
    return OCTETS if media_type is None or encoding else media_type


def _asked_part(header: str, size: int) -> tuple[int, int] | None:
    """Return start and end of the part that *header* asks for; None for the whole.

    Source: RFC 9110, section 14.

    What is no single range of bytes is passed over, as the RFC allows.
    """
    asked = _RANGE.fullmatch(header.replace(" ", ""))
    if asked is None or asked.group(1) == asked.group(2) == "":
        return None
    first, last = asked.groups()
    if first == "":
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
        if last and int(last) < start:
            return None
    if start >= size or start >= end:
        content_range = ((b"content-range", f"bytes */{size}".encode()),)
        raise RequestRefused(
            416, INVALID, f"the file has no such part: it holds {size} bytes", headers=content_range
        )
    return start, end
