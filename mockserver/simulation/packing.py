"""A batch job as bytes, in which form a million of them fit into memory. Knows not where they are kept.

Bytes, because the garbage collector does not look into them: a million jobs with their contexts as Python's
objects would make it stop everything for a second, again and again. Packing costs about 3 us, unpacking 5 us.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from struct import Struct
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import instant_of, microseconds_of
from mockserver.simulation.packed_json import packed_json, shared_json, unpacked_json

if TYPE_CHECKING:
    from mockserver.lifecycle import Lifecycle
    from mockserver.simulation.scenario import Scenario

# the job's number, when its next stage is due, its units, shape, chain, owner, the length of its context, its
# type, scenario and lifecycle, its flags, how many instants are set, and which of them is its updated_at
HEAD = Struct("<qqqIIIIHHHBBB")
DUE = Struct("<8xq")
INSTANT = Struct("<Bq")  # which one, and its microseconds since 1970
NEW = Struct("<qqqIIIIHHHBBBBq")  # the head of a job that has one instant, and that instant
DRY_RUN, RACED, HAS_RESULT = 1, 2, 4
ELSEWHEN = 255  # in place of the number of an instant: updated_at is none of them, and comes after them

Value = TypeVar("Value")


class Place(NamedTuple):
    """Where a job lies. number: how many were created before it. shape, chain: in its owner's index.

    due: when its next stage begins, in microseconds since 1970.
    """

    number: int
    shape: int
    chain: int
    due: int


class Numbers(Generic[Value]):
    """Values that many jobs share, by number. Mutable; it only grows, so all copies of a world share it."""

    __slots__ = ("_last", "_numbers", "values")

    def __init__(self) -> None:
        self.values: list[Value] = []
        self._numbers: dict[Any, int] = {}

    def of(self, value: Value, name: Any) -> int:
        """Return the number of *value*, which goes by *name*."""
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self.values)
            self.values.append(value)
        return number

    def of_equal(self, value: Value) -> int:
        """Return the number of *value*, of whose kind there are few."""
        for number, known in enumerate(self.values):
            if known is value or known == value:
                return number
        self.values.append(value)
        return len(self.values) - 1


class Packer:
    """Packs jobs and unpacks them. Mutable: it remembers what many jobs share."""

    __slots__ = ("_columns", "_lifecycles", "_numbers", "_owners", "_scenarios", "_types")

    def __init__(self) -> None:
        self._types: Numbers[str] = Numbers()
        self._owners: Numbers[str] = Numbers()
        self._scenarios: Numbers[Scenario] = Numbers()
        self._lifecycles: Numbers[Lifecycle] = Numbers()
        self._columns: list[tuple[str, ...]] = []  # the columns of instants, by the lifecycle's number

    def packed(self, job: BatchJob, place: Place, *, context: bytes | None = None) -> bytes:
        """Return *job*, which lies at *place*, as bytes. context: packed, to be kept in place of its own."""
        lifecycle = self._number_of(job.lifecycle)
        columns = self._columns[lifecycle]
        if context is None:
            context = packed_json(job.context)
        instants, updated = [], ELSEWHEN
        for number, (name, at) in enumerate(job.instants.items()):
            instants.append(INSTANT.pack(columns.index(name), microseconds_of(at)))
            if at is job.updated_at or at == job.updated_at:
                updated = number
        if updated == ELSEWHEN:
            instants.append(INSTANT.pack(0, microseconds_of(job.updated_at)))
        has_result = job.result is not None
        head = HEAD.pack(
            place.number,
            place.due,
            job.units,
            place.shape,
            place.chain,
            self._owners.of(job.created_by, job.created_by),
            len(context),
            self._types.of(job.type, job.type),
            self._scenarios.of_equal(job.scenario),
            lifecycle,
            DRY_RUN * job.dry_run | RACED * job.raced | HAS_RESULT * has_result,
            len(job.instants),
            updated,
        )
        return b"".join((head, *instants, context, packed_json(job.result) if has_result else b""))

    def all_packed(
        self,
        first: int,
        jobs: Sequence[BatchJob],
        contexts: Sequence[bytes],
        *,
        created: Sequence[int],
        due: Sequence[int],
        shape: int,
        chains: Sequence[int],
    ) -> Iterator[bytes]:
        """Yield *jobs* as bytes, which were just created by one user, of one type, scenario and lifecycle.

        first: how many were created before them. created, due: of each, in microseconds since 1970.
        shape, chains: where they lie.
        """
        job = jobs[0]
        lifecycle = self._number_of(job.lifecycle)
        owner, job_type = self._owners.of(job.created_by, job.created_by), self._types.of(job.type, job.type)
        scenario, flags = self._scenarios.of_equal(job.scenario), DRY_RUN * job.dry_run
        column = self._columns[lifecycle].index(job.lifecycle.instants[job.lifecycle.initial])
        alike, pack = (job_type, scenario, lifecycle, flags, 1, 0, column), NEW.pack
        each = zip(count(first), created, due, chains, contexts, strict=False)
        for number, at, next_at, chain, context in each:
            yield pack(number, next_at, 0, shape, chain, owner, len(context), *alike, at) + context

    def _number_of(self, lifecycle: "Lifecycle") -> int:
        number = self._lifecycles.of_equal(lifecycle)
        if number == len(self._columns):
            self._columns.append(tuple(lifecycle.instants.values()))
        return number

    def unpacked(self, job_id: str, packed: bytes) -> BatchJob:
        """Return the job with *job_id* that *packed* holds."""
        (
            _,
            _,
            units,
            _,
            _,
            owner,
            context_bytes,
            job_type,
            scenario,
            lifecycle,
            flags,
            count,
            updated,
        ) = HEAD.unpack_from(packed)
        columns = self._columns[lifecycle]
        start, instants = HEAD.size, {}
        for number in range(count):
            column, moment = INSTANT.unpack_from(packed, start)
            instants[columns[column]] = at = instant_of(moment)
            start += INSTANT.size
            if number == updated:
                updated_at = at
        if updated == ELSEWHEN:
            updated_at = instant_of(INSTANT.unpack_from(packed, start)[1])
            start += INSTANT.size
        stop = start + context_bytes
        return BatchJob(
            id=job_id,
            type=self._types.values[job_type],
            created_by=self._owners.values[owner],
            context=shared_json(packed[start:stop]),
            dry_run=flags & DRY_RUN != 0,
            instants=instants,
            updated_at=updated_at,
            lifecycle=self._lifecycles.values[lifecycle],
            scenario=self._scenarios.values[scenario],
            result=unpacked_json(packed[stop:]) if flags & HAS_RESULT else None,
            units=units,
            raced=flags & RACED != 0,
        )

    def owner_of(self, packed: bytes) -> str:
        """Return who created the job that *packed* holds."""
        number: int = HEAD.unpack_from(packed)[5]
        return self._owners.values[number]


def place_of(packed: bytes) -> Place:
    """Return where the job that *packed* holds lies."""
    number, due, _, shape, chain, *_ = HEAD.unpack_from(packed)
    return Place(number, shape, chain, due)


def due_of(packed: bytes) -> int:
    """Return when the next stage of the job begins that *packed* holds."""
    due: int = DUE.unpack_from(packed)[0]
    return due
