"""Where a world keeps its batch jobs. Mutable: the one place that forgets a job's former value.

It keeps each job as bytes, by its id, and beside it what will become of it if nobody interferes, by its
owner; so that a list at any instant is read off an index, and no job has to be brought to that instant.

Costs, whatever the number of jobs: getting a job 8 us, or 1 us where it was got lately; putting one 6 us,
adding a new one 3 us; a page of a list see `owner_index`. New jobs wait until there are some of them, or
until somebody asks for one or for a list: laid down together, each takes half the time. Nothing is rebuilt or
copied as a whole. A fork takes 30 us; after it, each side copies what it changes, in small parts. A job takes
about 700 bytes with a context of 250.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from mockserver.bounded import make_room
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.chains import BLOCK_ROWS
from mockserver.simulation.owner_index import Condition, Found, OwnerIndex
from mockserver.simulation.packing import Packer, Place, due_of, place_of
from mockserver.simulation.refusals import BatchJobNotFound
from mockserver.simulation.sharing import SharingDict
from mockserver.simulation.timetable import Foresight, Shapes, Timetable

MOST_RECENT = 1024  # jobs
LONGEST_RECENT = 4096  # bytes
MOST_NEW = 64  # jobs


_New = tuple[BatchJob, Foresight, int, bytes]


def _kind(new: _New) -> tuple[str, Foresight]:
    """Return what new jobs that are laid down together have in common."""
    job, foresight, *_ = new
    return job.created_by, foresight


class Store:
    """Batch jobs by id and by owner."""

    def __init__(self, *, block_rows: int = BLOCK_ROWS) -> None:
        """Make an empty store. block_rows: how many rows of the index are copied at once after a fork."""
        self._block_rows = block_rows
        self._packer, self.shapes = Packer(), Shapes()
        self._packed: SharingDict[bytes] = SharingDict()
        self._owners: SharingDict[OwnerIndex] = SharingDict()
        self._token = object()
        self._size = 0
        self._new: list[_New] = []  # not laid down yet
        # jobs as they were last unpacked, and what from; for those who ask again and again
        self._recent: dict[str, tuple[bytes, tuple[BatchJob, int]]] = {}

    def __len__(self) -> int:
        return self._size + len(self._new)

    def forked(self) -> "Store":
        """Return a copy: later changes of one do not show in the other."""
        copy: Store = Store.__new__(Store)
        copy._block_rows, copy._packer, copy.shapes = self._block_rows, self._packer, self.shapes
        copy._packed, copy._owners, copy._size = self._packed.forked(), self._owners.forked(), self._size
        copy._token, self._token = object(), object()
        copy._recent, copy._new = {}, self._new.copy()
        return copy

    def emptied(self) -> "Store":
        """Return an empty store of the same make."""
        return Store(block_rows=self._block_rows)

    def put(self, job: BatchJob, timetable: Timetable, *, context: bytes | None = None) -> None:
        """Keep *job*, in place of its former value if there is one, and what will become of it.

        context: packed JSON, to be kept in place of its own.
        """
        self._lay_down()
        index = self._index(job.created_by)
        former = self._packed.get(job.id)
        if former is None:
            number = self._size
            self._size += 1
        else:
            place = place_of(former)
            number = place.number
            index.remove(number, shape=place.shape, chain=place.chain)
        chain = index.add(number, job.id, timetable)
        place = Place(number, timetable.shape, chain, timetable.due)
        self._packed.put(job.id, self._packer.packed(job, place, context=context))

    def add(self, job: BatchJob, foresight: Foresight, *, created: int, context: bytes) -> None:
        """Keep *job*, which was just *created*, and what will become of it by *foresight*.

        created: in microseconds since 1970. context: packed JSON, to be kept in place of its own.
        """
        self._new.append((job, foresight, created, context))
        if len(self._new) >= MOST_NEW:
            self._lay_down()

    def _lay_down(self) -> None:
        new, self._new = self._new, []
        for (owner, foresight), group in groupby(new, _kind):
            jobs, _, created, contexts = zip(*group, strict=True)
            first, ids, shape = self._size, [job.id for job in jobs], foresight.timetable.shape
            self._size += len(jobs)
            moments, due = foresight.moments_of(created), foresight.due_of(created)
            chains = self._index(owner).extend(first, ids, shape=shape, moments=moments)
            all_packed = self._packer.all_packed(
                first, jobs, contexts, created=created, due=due, shape=shape, chains=chains
            )
            self._packed.put_all(zip(ids, all_packed, strict=True))

    def keep(self, job: BatchJob, *, due: int) -> None:
        """Keep *job*, with which happened what was foreseen. due: when that goes on."""
        place = place_of(self._found(job.id))._replace(due=due)
        self._packed.put(job.id, self._packer.packed(job, place))

    def get(self, job_id: str) -> BatchJob:
        """Return the job with *job_id* as it was last kept. Raises BatchJobNotFound."""
        return self._unpacked(job_id)[0]

    def get_due(self, job_id: str) -> tuple[BatchJob, int]:
        """Return the job, and when it goes on, in microseconds, or `NEVER`. Raises BatchJobNotFound."""
        return self._unpacked(job_id)

    def _unpacked(self, job_id: str) -> tuple[BatchJob, int]:
        packed = self._found(job_id)
        known = self._recent.get(job_id)
        if known is not None and known[0] is packed:
            return known[1]
        unpacked = self._packer.unpacked(job_id, packed), due_of(packed)
        if len(packed) <= LONGEST_RECENT:
            make_room(self._recent, most=MOST_RECENT)
            self._recent[job_id] = packed, unpacked
        return unpacked

    def _found(self, job_id: str) -> bytes:
        packed = self._packed.get(job_id)
        if packed is None and self._new:
            self._lay_down()
            packed = self._packed.get(job_id)
        if packed is None:
            raise BatchJobNotFound(job_id)
        return packed

    def among(self, ids: Iterable[str], owner: str) -> list[str]:
        """Return those *ids* that jobs of *owner* have, each once, the oldest first."""
        self._lay_down()
        numbers = {
            job_id: place_of(packed).number
            for job_id in ids
            if (packed := self._packed.get(job_id)) is not None and self._packer.owner_of(packed) == owner
        }
        return sorted(numbers, key=numbers.__getitem__)

    def matching(self, condition: Condition, *, owner: str, now: int, order: str) -> list[Found]:
        """Return where the jobs of *owner* lie in the index that meet *condition* at *now*.

        order: the column of instants by which they are going to be put in order.
        """
        self._lay_down()
        index = self._owners.get(owner)
        return [] if index is None else index.matching(condition, self.shapes, now, order=order)

    def changing(self, since: int) -> list[str]:
        """Return the ids of all jobs with which something is to happen at *since* or later."""
        return [job_id for index in self._indexes() for job_id in index.changing(self.shapes, since)]

    def next_moment(self, after: int) -> int | None:
        """Return the first moment after *after* at which something is to happen to a job, or None."""
        moments = (index.next_moment(self.shapes, after) for index in self._indexes())
        return min((each for each in moments if each is not None), default=None)

    def changed(self, after: int, until: int) -> list[str]:
        """Return the ids of the jobs of which an instant lies after *after*, and not after *until*."""
        return [
            job_id for index in self._indexes() for job_id in sorted(index.changed(self.shapes, after, until))
        ]

    def ids(self) -> list[str]:
        """Return the ids of all jobs, the oldest first. Costs a look at every job."""
        self._lay_down()
        numbers = {job_id: place_of(packed).number for job_id, packed in self._packed.items()}
        return sorted(numbers, key=numbers.__getitem__)

    def _indexes(self) -> Iterator[OwnerIndex]:
        self._lay_down()
        return (index for _, index in self._owners.items())

    def _index(self, owner: str) -> OwnerIndex:
        index = self._owners.get(owner)
        if index is None:
            index = OwnerIndex(owner, self._token, block_rows=self._block_rows)
            self._owners.put(owner, index)
        elif (own := index.owned(self._token)) is not index:
            self._owners.put(owner, own)
            return own
        return index
