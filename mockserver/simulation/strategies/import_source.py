"""What the imports share: the uploaded file, the operations found in it, the result that counts them.

Knows neither products nor prices.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockserver.quirk import Quirk
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import to_milliseconds
from mockserver.simulation.packed_json import packed_json, unpacked_json
from mockserver.simulation.strategies.csv_text import read_csv
from mockserver.simulation.strategies.progress import told_operations
from mockserver.simulation.strategies.stored_order import in_stored_order
from mockserver.simulation.strategy import Shop, Work, WorkFailed, WorkNeverEnds

LOST_SOURCE_HANGS = Quirk(
    name="lost-source-hangs",
    does="an import whose file is not there is begun and never ended; nothing is logged",
    matters="the job stays created for ever, and can only be canceled",
    evidence="import/get import without source",
)
Row = Mapping[str, Any]
Operations = Mapping[str, Sequence[Row]]


def source_rows(job: BatchJob, shop: Shop) -> list[dict[str, Any]]:
    """Return the rows of the CSV that the context's `fileKey` names. Raises WorkFailed where there is none.

    Ours: the real server never ends such a job and never says why; see openapi/README.md, deviation 38.
    Raises WorkNeverEnds where it is to be imitated.
    """
    key = job.context.get("fileKey")
    source = shop.files.get(key)
    if source is None and LOST_SOURCE_HANGS in shop.quirks:
        raise WorkNeverEnds
    if source is None:
        found = "is missing" if key is None else f"is {json.dumps(key)}, and no file has that key"
        message = (
            f"context.fileKey {found}; upload the CSV first: POST /admin/uploads/protected answers its key"
        )
        raise WorkFailed(message)
    return list(read_csv(source.content))


def operations_found(  # each is a fact of its own
    job: BatchJob, shop: Shop, operations: Operations, *, folder: str, key: str, name: str, message: str
) -> Work:
    """Return what pre-processing has found: *operations*, each kind in a file of its own.

    The result: `{"count": operations in all, "advancement_count": 0, "files": {kind: file key}, "operations":
    {kind: how many}, "stat_descriptors": [...]}`; a kind without operations has no file.
    folder: of the files, below `imports/`. key, name, message: of the descriptor. Source: recorded, group
    import.
    """
    now = to_milliseconds(shop.at)
    keys = {
        kind: f"imports/{folder}/ops/{now}-{job.id}-{kind}.json" for kind, rows in operations.items() if rows
    }
    files = shop.files
    for kind, file_key in keys.items():
        files = files.with_file(file_key, packed_json(operations[kind]), at=shop.at)
    counts = told_operations(job, {kind: len(rows) for kind, rows in operations.items()})
    count = sum(counts.values())
    result = {
        "count": count,
        "advancement_count": 0,
        "files": keys,
        "operations": dict(counts),
        "stat_descriptors": [{"key": key, "name": name, "message": message}],
    }
    context = in_stored_order(dict(job.context))
    return Work(result=in_stored_order(result), context=context, units=count, files=files)


def operations_of(job: BatchJob, shop: Shop, kind: str) -> Iterable[Row]:
    """Return the operations of one *kind* that pre-processing has found.

    Raises WorkFailed when their file is gone.
    """
    key = ((job.result or {}).get("files") or {}).get(kind)
    if key is None:
        return []
    source = shop.files.get(key)
    if source is None:
        message = f"the operations of this job are gone: no file has the key {key!r}; create the job anew"
        raise WorkFailed(message)
    rows: list[Row] = unpacked_json(source.content)
    return rows


def imported(job: BatchJob, shop: Shop) -> dict[str, Any]:
    """Return the result and the files, as arguments for a Work, once every operation of *job* is done.

    The uploaded CSV and the files of the operations are deleted. Source: recorded, import/download source
    file after import.
    """
    result = dict(job.result or {})
    source = job.context.get("fileKey")
    keys = [*(result.get("files") or {}).values(), *([source] if isinstance(source, str) else [])]
    done = {**result, "advancement_count": result.get("count", 0)}
    return {"result": in_stored_order(done), "files": shop.files.without(*keys)}


def parse_failure(message: str) -> WorkFailed:
    """Return the failure of a file that cannot be understood.

    Source: recorded, import/create import unknown column.
    """
    return WorkFailed(f"The csv file parsing failed due to: {message}")
