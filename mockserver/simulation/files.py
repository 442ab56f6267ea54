"""Uploaded and exported files: bytes under a key. Knows nothing of multipart, HTTP or batch jobs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import PurePosixPath
from types import MappingProxyType

from mockserver.simulation.clock import to_milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The bytes of one file, and the instant at which they were written."""

    content: bytes
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Files:
    """All files of one world, by key. A value: every change returns a new one that shares the contents."""

    by_key: Mapping[str, File] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, key: object) -> File | None:
        """Return the file under *key*, or None; any value is a legal question."""
        return self.by_key.get(key) if isinstance(key, str) else None

    def with_file(self, key: str, content: bytes, *, at: datetime) -> "Files":
        """Return the files with *content* under *key*, in place of what was there."""
        return replace(
            self, by_key=MappingProxyType({**self.by_key, key: File(content=content, written_at=at)})
        )

    def without(self, *keys: str) -> "Files":
        """Return the files without those under *keys*; a key that has no file is passed over."""
        return replace(self, by_key=MappingProxyType({k: v for k, v in self.by_key.items() if k not in keys}))


def upload_key(filename: str, *, at: datetime) -> str:
    """Return the key of an uploaded file: `<milliseconds>-<name>`, its directories dropped.

    Source: recorded, uploads/protected with path in name.
    """
    return f"{to_milliseconds(at)}-{PurePosixPath(filename.replace(chr(92), '/')).name}"
