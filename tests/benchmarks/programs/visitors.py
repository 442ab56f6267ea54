"""The load of many visitors, each in a world of their own, or all in one; they look for what is not theirs.

Reads its task from standard input as JSON, `{"port", "seconds", "connections", "worlds", "token"}`, and
prints `{"requests", "seconds", "failures", "worlds", "looks"}`. A visitor creates a job, gets it, and lists
all jobs of the world; a connection serves one world after the other, and no world is served by two. What is
told of a job that another world was given is a failure, and so is a number of jobs that are not those that
were created there.
"""

import asyncio
import itertools
import json
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JOBS = "/admin/batch-jobs"
SHOWN = 5  # failures that are told


@dataclass
class Visits:
    """What all visitors do and find. Mutable: it counts. made: how many jobs, by the world's name."""

    port: int
    worlds: int
    connections: int
    token: str
    until: float
    requests: int = 0
    looks: int = 0
    made: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    failures: list[str] = field(default_factory=list)

    async def serve(self, number: int) -> None:
        """Visit the worlds that fall to connection *number*, each at least once, until the time is over."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        own = range(number, self.worlds, self.connections) or range(1)
        for visited, world in enumerate(itertools.cycle(own)):
            if self.failures or (visited >= len(own) and time.perf_counter() > self.until):
                break
            await self._visit(f"w{world}", reader, writer)
        writer.close()

    async def _visit(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def ask(method: str, path: str, body: bytes = b"") -> Any:
            lines = (
                f"{method} /@{name}{path} HTTP/1.1",
                f"host: 127.0.0.1:{self.port}",
                f"x-medusa-access-token: {self.token}",
                f"content-length: {len(body)}\r\ncontent-type: application/json" if body else "accept: */*",
                "\r\n",
            )
            writer.write("\r\n".join(lines).encode() + body)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            answer = await reader.readexactly(length)
            self.requests += 1
            if head[9:12] not in (b"200", b"201"):
                self.failures.append(f"{method} {path} in {name}: {answer[:200]!r}")
                return {}
            return json.loads(answer)

        self.made[name] += 1
        wanted = {"type": "product-export", "dry_run": False, "context": {"visitor": name}}
        created = (await ask("POST", JOBS, json.dumps(wanted).encode())).get("batch_job", {})
        got = (await ask("GET", f"{JOBS}/{created.get('id')}")).get("batch_job", {})
        listed = await ask("GET", JOBS)
        self._look(name, created, got, listed)

    def _look(
        self, name: str, created: Mapping[str, Any], got: Mapping[str, Any], listed: Mapping[str, Any]
    ) -> None:
        """Note whatever of another world was seen in *name*."""
        self.looks += 1
        owners = {job["context"].get("visitor") for job in listed.get("batch_jobs", ())}
        if got.get("id") != created.get("id") or owners != {name}:
            self.failures.append(f"{name} sees jobs of {owners}, and {got.get('id')} as {created.get('id')}")
        is_alone = self.worlds >= self.connections
        if is_alone and listed.get("count") != self.made[name]:
            self.failures.append(
                f"{name} counts {listed.get('count')} jobs where {self.made[name]} were made"
            )


async def visit(task: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the visitors have done and found."""
    began = time.perf_counter()
    visits = Visits(
        port=task["port"],
        worlds=task["worlds"],
        connections=task["connections"],
        token=task["token"],
        until=began + task["seconds"],
    )
    await asyncio.gather(*(visits.serve(number) for number in range(visits.connections)))
    return {
        "requests": visits.requests,
        "seconds": time.perf_counter() - began,
        "failures": visits.failures[:SHOWN],
        "worlds": len(visits.made),
        "looks": visits.looks,
    }


if __name__ == "__main__":
    json.dump(asyncio.run(visit(json.load(sys.stdin))), sys.stdout)
