"""Uploaded and exported files: bytes under a key. Knows nothing of multipart, HTTP or batch jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from types import MappingProxyType

from mockserver.simulation.clock import instant_of, microseconds_of, to_milliseconds
from mockserver.simulation.sharing import SharingDict


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The bytes of one file, and the instant at which they were written."""

    content: bytes
    written_at: datetime


class Files:
    """All files of one world, by key. A value: every change returns a new one that shares what is the same.

    A change costs some microseconds, and the same again for every hundred thousand files. Contents and
    instants are kept apart, as bytes and numbers, so that the garbage collector has nothing to look into.
    """

    __slots__ = ("_contents", "_written")

    def __init__(self, by_key: Mapping[str, File] = MappingProxyType({})) -> None:
        self._contents: SharingDict[bytes] = SharingDict()
        self._written: SharingDict[int] = SharingDict()
        for key, file in by_key.items():
            self._write(key, file.content, at=file.written_at)

    @property
    def by_key(self) -> Mapping[str, File]:
        """Return all files by key, in no order. Costs a look at every file."""
        return {key: self._file(key, content) for key, content in self._contents.items()}

    def get(self, key: object) -> File | None:
        """Return the file under *key*, or None; any value is a legal question."""
        content = self._contents.get(key) if isinstance(key, str) else None
        return None if content is None else self._file(str(key), content)

    def with_file(self, key: str, content: bytes, *, at: datetime) -> "Files":
        """Return the files with *content* under *key*, in place of what was there."""
        files: Files = self._forked()
        files._write(key, content, at=at)
        return files

    def without(self, *keys: str) -> "Files":
        """Return the files without those under *keys*; a key that has no file is passed over."""
        files: Files = self._forked()
        for key in keys:
            files._contents.remove(key)
            files._written.remove(key)
        return files

    def _forked(self) -> "Files":
        files: Files = Files.__new__(Files)
        files._contents, files._written = self._contents.forked(), self._written.forked()
        return files

    def _write(self, key: str, content: bytes, *, at: datetime) -> None:
        self._contents.put(key, content)
        self._written.put(key, microseconds_of(at))

    def _file(self, key: str, content: bytes) -> File:
        return File(content=content, written_at=instant_of(self._written.get(key) or 0))


def upload_key(filename: str, *, at: datetime) -> str:
    """Return the key of an uploaded file: `<milliseconds>-<name>`, its directories dropped.

    Source: recorded, uploads/protected with path in name.
    """
    return f"{to_milliseconds(at)}-{PurePosixPath(filename.replace(chr(92), '/')).name}"
