"""Everything the backend keeps, in memory: users, sessions, batch jobs, files and the shop's goods.

Knows how a job's status follows from its instants. Ignores HTTP, and who moves the jobs.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.backends.goods import Goods

Row = dict[str, Any]
Clock = Callable[[], int]  # milliseconds since 1970

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ADMIN = {"email": "admin@example.com", "password": "supersecret", "api_token": "tok_admin_0123456789"}

# a later one outranks an earlier one
STATUSES = ("pre_processed", "confirmed", "processing", "completed", "canceled", "failed")


def wall_clock() -> Clock:
    """Return a clock that starts at the wall's time and never goes back."""
    offset = time.time_ns() - time.monotonic_ns()
    return lambda: (offset + time.monotonic_ns()) // 1_000_000


def iso(instant: int | None) -> str | None:
    """Return the instant as the contract writes it."""
    if instant is None:
        return None
    text = (EPOCH + timedelta(milliseconds=instant)).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def new_id(prefix: str, now: int) -> str:
    """Return `prefix_` and a ULID: 48 bits of time, 80 of chance."""
    number = now << 80 | secrets.randbits(80)
    digits = [CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5)]
    return f"{prefix}_{''.join(digits)}"


@dataclass
class User:
    """An admin. password: a salted hash."""

    id: str
    created_at: int
    updated_at: int
    email: str
    password: str
    role: str | None = "member"
    first_name: str | None = None
    last_name: str | None = None
    api_token: str | None = None
    metadata: Row | None = None

    def row(self) -> Row:
        """Return what everybody may see."""
        return {
            "id": self.id,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "deleted_at": None,
            "role": self.role,
            "email": self.email,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "api_token": self.api_token,
            "metadata": self.metadata,
        }


@dataclass
class Job:
    """A batch job. rows: how many the work is about, known once it is pre-processed."""

    id: str
    type: str
    dry_run: bool
    created_by: str
    context: Row
    created_at: int
    updated_at: int
    result: Row | None = None
    pre_processed_at: int | None = None
    processing_at: int | None = None
    confirmed_at: int | None = None
    completed_at: int | None = None
    canceled_at: int | None = None
    failed_at: int | None = None
    rows: int = 0
    quarters: int = 0

    @property
    def status(self) -> str:
        """Return the furthest status whose instant is set."""
        reached = [status for status in STATUSES if getattr(self, f"{status}_at") is not None]
        return reached[-1] if reached else "created"

    def row(self) -> Row:
        """Return the job as the contract shows it."""
        return {
            "dry_run": self.dry_run,
            "id": self.id,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
            "deleted_at": None,
            "type": self.type,
            "created_by": self.created_by,
            "context": self.context,
            "result": self.result,
            "pre_processed_at": iso(self.pre_processed_at),
            "processing_at": iso(self.processing_at),
            "confirmed_at": iso(self.confirmed_at),
            "completed_at": iso(self.completed_at),
            "canceled_at": iso(self.canceled_at),
            "failed_at": iso(self.failed_at),
            "status": self.status,
        }


@dataclass
class Store:
    """All there is.

    lock: held by whoever reads or writes. due: when the worker looks at a job next, by id.
    """

    clock: Clock
    lock: threading.RLock = field(default_factory=threading.RLock)
    users: dict[str, User] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    goods: Goods = field(init=False)

    def __post_init__(self) -> None:
        self.goods = Goods.opened(lambda prefix: new_id(prefix, self.clock()), iso(self.clock()))

    def keep_file(self, folder: str, name: str, content: bytes) -> str:
        """Keep a file, and return its key: the folder, the time, and the name."""
        stamp = self.clock()
        while (key := f"{folder}{stamp}-{name}") in self.files:
            stamp += 1
        self.files[key] = content
        return key
