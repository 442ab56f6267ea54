"""What the simulation refuses, in its own words. HTTP is decided elsewhere, in one table.

SimulationError
├── BatchJobNotFound      no batch job has that id
├── NotTheOwner           the batch job belongs to somebody else
├── StrategyUnknown       no strategy does that type of job
├── ContextRefused        the context cannot be understood by the strategy
├── PriceListNotFound     no price list has that id
├── UserNotFound          no user has that id
├── CreatorNotFound       a valid token names a user that does not exist, who asks for a new job
├── EmailTaken            another user has that e-mail address
├── ColumnUnknown         a list was asked for by a column that does not exist
├── ScenarioUnknown       no scenario has that name
├── ScenarioNotForType    the scenario is not for jobs of that type
├── NotForeseen           no step of the worker leads to what was awaited
├── CannotBecome          no worker may move a batch job to where it was told to
├── WorldNameRefused      no world can have that name
├── WorldUnknown          there is no world of that name
├── WorldExists           there is one already, which would be lost
├── WorldLasts            a world that every server has cannot be deleted
├── TooManyWorlds         there are as many worlds as there may be
└── SnapshotRefused       no world of this server can become what a snapshot says
"""

from collections.abc import Collection, Sequence


class SimulationError(Exception):
    """Something that a world was asked for and does not do. The message is what the client is told."""


class BatchJobNotFound(SimulationError):
    """No batch job has that id. Source: recorded, retrieve/get unknown id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"Batch job with id {job_id} was not found")


class NotTheOwner(SimulationError):
    """The batch job belongs to somebody else. Source: recorded, ownership/other gets."""

    def __init__(self) -> None:
        super().__init__("Cannot access a batch job that does not belong to the logged in user")


class StrategyUnknown(SimulationError):
    """No strategy does that type of job. Source: recorded, create/type unknown."""

    def __init__(self, job_type: str) -> None:
        super().__init__(f"Unable to find a BatchJob strategy with the type {job_type}")


class ContextRefused(SimulationError):
    """The context cannot be understood by the job's strategy. The message names the key."""


class PriceListNotFound(SimulationError):
    """No price list has that id. Source: recorded, create/price list import unknown price_list_id."""

    def __init__(self, price_list_id: object) -> None:
        super().__init__(f"Price list with id: {price_list_id} was not found")


class UserNotFound(SimulationError):
    """No user has that id. Source: recorded from Medusa 1.20.11, GET /admin/users/usr_nope."""

    def __init__(self, user_id: str) -> None:
        super().__init__(f"User with id: {user_id} was not found")


class CreatorNotFound(SimulationError):
    """A validly signed token names a user that does not exist.

    Source: recorded, auth/create with jwt of unknown user.
    """

    def __init__(self, user_id: str) -> None:
        super().__init__(f"User with created_by {user_id} does not exist.")


class EmailTaken(SimulationError):
    """Another user has that e-mail address. Source: recorded from Medusa 1.20.11, POST /admin/users."""

    def __init__(self) -> None:
        super().__init__("A user with the same email already exists.")


class ColumnUnknown(SimulationError):
    """A list was asked for by a column or relation that does not exist.

    Ours: the real server answers 500 here; see openapi/README.md.
    """


class ScenarioUnknown(SimulationError, LookupError):
    """No scenario has that name; the message lists those that exist, and the nearest one first. Ours."""

    def __init__(self, name: str, *, known: Sequence[str]) -> None:
        from difflib import get_close_matches  # noqa: PLC0415  # only for such a message

        near = get_close_matches(name, known, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ";"
        super().__init__(f"unknown scenario {name!r}{meant} known: {', '.join(known)}")


class ScenarioNotForType(SimulationError):
    """A job was to live through a scenario that is for jobs of other types. Ours."""

    def __init__(self, name: str, types: Collection[str], job_type: str) -> None:
        super().__init__(
            f"the scenario {name!r} is for {' and '.join(sorted(types))}, not for {job_type}; choose another"
        )


class NotForeseen(SimulationError):
    """No step of the worker leads to what was awaited."""


class CannotBecome(SimulationError):
    """No worker may move a batch job to where it was told to."""

    def __init__(self, job_id: str, status: str, why: str) -> None:
        super().__init__(f"the worker cannot make batch job {job_id} {status}: {why}")


class WorldNameRefused(SimulationError):
    """No world can have that name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} cannot be the name of a world; take 1 to 100 letters, digits and . _ ~ -, "
            "the first one a letter or a digit"
        )


class WorldUnknown(SimulationError):
    """There is no world of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no world {name!r}; it begins with the first request that names it")


class WorldExists(SimulationError):
    """There is a world of that name already, which would be lost."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is a world {name!r} already; delete it, or take another name")


class WorldLasts(SimulationError):
    """A world that every server has cannot be deleted."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the world {name!r} is always there; reset it instead")


class TooManyWorlds(SimulationError):
    """There are as many worlds as there may be."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"there are {most} worlds, and there may be no more; delete some, or start the server with more "
            "--worlds"
        )


class SnapshotRefused(SimulationError):
    """No world of this server can become what a snapshot says.

    problems: each thing that is wrong: `PLACE: what is wrong; the remedy`.
    """

    def __init__(self, *problems: str) -> None:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"the snapshot cannot be restored: {problems[0]}{more}")
        self.problems = problems
