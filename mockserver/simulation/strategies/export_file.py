"""The file that an export writes, and the result that tells of it. Knows neither products nor orders."""

from dataclasses import dataclass
from typing import Any

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import to_milliseconds
from mockserver.simulation.strategies.column_filter import text
from mockserver.simulation.strategies.progress import share
from mockserver.simulation.strategies.stored_order import in_stored_order
from mockserver.simulation.strategy import Shop, Work, WorkFailed


def announced(singular: str, count: int) -> dict[str, Any]:
    """Return the result of pre-processing an export of *count* rows, each of which is a *singular*.

    `{"stat_descriptors": [{"key": ..., "name": ..., "message": ...}]}`. Source: recorded, group lifecycle.
    """
    descriptor = {
        "key": f"{singular}-export-count",
        "name": f"{singular.capitalize()} count to export",
        "message": f"There will be {text(count)} {singular}s exported by this action",
    }
    return {"stat_descriptors": [descriptor]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What an export writes, whenever it does. content: the file. count: rows announced.

    written: rows taken, of which each may give several lines; a scenario may leave some of them out of the
    file.
    """

    content: bytes
    count: int
    written: int


def exported(job: BatchJob, shop: Shop, export: Export, *, singular: str) -> Work:
    """Return what is done once *export* is in its file.

    The result gains `file_key` and `file_size` in bytes; `count`, `advancement_count` and `progress` (0 to 1)
    only where something was written. A scenario may have it tell of another number of rows.
    Source: recorded, groups lifecycle and export_files.
    """
    content, count, written, now = export.content, export.count, export.written, to_milliseconds(shop.at)
    if job.scenario.rows is not None:
        count = written = job.scenario.rows
    key = f"exports/{singular}s/{now}-{singular}-export-{now}.csv"
    advance = (
        {"count": count, "advancement_count": written, "progress": share(written, float(count))}
        if written
        else {}
    )
    result = {**(job.result or {}), **advance, "file_key": key, "file_size": len(content)}
    return Work(result=in_stored_order(result), files=shop.files.with_file(key, content, at=shop.at))


def failed(message: str) -> WorkFailed:
    """Return the failure of an export's processing, which is reported twice: as an object and as text.

    Source: recorded, export_failures/create export without variants relation.
    """
    entry: dict[str, Any] = {"err": {}, "code": "unknown", "message": message}
    return WorkFailed(entry, message)
