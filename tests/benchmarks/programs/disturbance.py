"""Three rude clients at once: one that sends a byte at a time, one that uploads 10 MB, one that lists deep.

Prints `begun` once they have. They begin again until standard input ends; then it prints how often each was
answered. Arguments: the port, and the path of the deep list.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable

from tests.benchmarks.calls import JOBS, TOKEN

UPLOAD_BYTES = 10 * 1024 * 1024
BOUNDARY = "----rude"
PAUSE_SECONDS = 0.005  # between two bytes of the slow client
KEYED = {"x-medusa-access-token": TOKEN}

Ask = Callable[[], Awaitable[bytes]]


async def main() -> None:
    """Disturb until told to stop."""
    port, deep_path = int(sys.argv[1]), sys.argv[2]
    clients = {
        "slow": lambda: _slowly(port),
        "upload": lambda: _upload(port),
        "deep_list": lambda: _ask(port, _head("GET", deep_path, KEYED)),
    }
    answered = dict.fromkeys(clients, 0)

    async def again_and_again(name: str, ask: Ask) -> None:
        while True:
            await ask()
            answered[name] += 1

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(again_and_again(name, ask)) for name, ask in clients.items()]
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)
        for task in tasks:
            task.cancel()
    json.dump(answered, sys.stdout)


async def _slowly(port: int) -> bytes:
    return await _ask(port, _head("GET", f"{JOBS}?limit=1", KEYED), at_a_time=1)


async def _upload(port: int) -> bytes:
    """Upload a file, and delete it again: what is measured is the upload, not a memory that fills."""
    part = f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="files"; filename="big.csv"\r\n\r\n'
    body = part.encode() + b"x" * UPLOAD_BYTES + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "content-length": str(len(body))}
    answer = await _ask(port, _head("POST", "/admin/uploads", {**KEYED, **kind}) + body)
    key = json.loads(answer)["uploads"][0]["key"]
    doomed = json.dumps({"file_key": key}).encode()
    kind = {"content-type": "application/json", "content-length": str(len(doomed))}
    return await _ask(port, _head("DELETE", "/admin/uploads", {**KEYED, **kind}) + doomed)


def _head(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", "connection: close"]
    return "\r\n".join([*lines, *(f"{key}: {value}" for key, value in headers.items()), "", ""]).encode()


async def _ask(port: int, request: bytes, *, at_a_time: int = 256 * 1024) -> bytes:
    """Return the body of the answer, which has to be a 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for start in range(0, len(request), at_a_time):
        writer.write(request[start : start + at_a_time])
        await writer.drain()
        if at_a_time == 1:
            await asyncio.sleep(PAUSE_SECONDS)
    answer = await reader.read()
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        message = f"{request[:80]!r} was answered {answer[:300]!r}"
        raise RuntimeError(message)
    return body


if __name__ == "__main__":
    asyncio.run(main())
