"""What each operation of the control API does, between a request and the worlds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mockserver import __version__
from mockserver.contract.document import Document
from mockserver.contract.instants import read_instant
from mockserver.control.door import PREFIX
from mockserver.control.events import OPERATION as EVENTS
from mockserver.control.log_entries import LogEntries
from mockserver.control.showing import (
    Json,
    shown_clock,
    shown_job,
    shown_move,
    shown_scenario,
    shown_world,
)
from mockserver.quirk import Quirks
from mockserver.server.errors import INVALID, RequestRefused
from mockserver.server.exchange import Operate, Request, Response, json_response
from mockserver.simulation.duration import DurationUnreadable, duration_of
from mockserver.simulation.faults import Fault
from mockserver.simulation.scenario import Scenarios
from mockserver.simulation.snapshot import restored, snapshot_of
from mockserver.simulation.steering import advance_to_next, advance_until, force
from mockserver.simulation.world import World
from mockserver.simulation.worlds import Worlds

JOBS, ENTRIES = 1000, 100  # shown when nobody says how many
READING = ("GET", "HEAD", "DELETE")
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """The functions behind the operations, by operationId.

    document: of the control API itself. contract: of the server. quirks: those that it shows.
    scenarios: those that may be chosen. struck: the operations of the server that a fault may strike.
    """

    worlds: Worlds
    document: Document
    contract: Document
    quirks: Quirks
    scenarios: Scenarios
    entries: LogEntries
    struck: frozenset[str]

    def by_id(self) -> Mapping[str, Operate]:
        """Return the functions by operationId."""
        return {
            "GetControl": self.server,
            "GetControlDocument": self.own_document,
            "GetScenarios": self.list_scenarios,
            "GetWorlds": self.list_worlds,
            "GetWorld": self.show_world,
            "PutWorld": self.put_world,
            "DeleteWorld": self.delete_world,
            "PostWorldReset": self.reset,
            "PostWorldFork": self.fork,
            "GetWorldSnapshot": self.snapshot,
            "PutWorldSnapshot": self.restore,
            "GetWorldClock": self.show_clock,
            "PatchWorldClock": self.pace,
            "PostWorldClockAdvance": self.advance,
            "GetWorldScenario": self.show_scenario,
            "PutWorldScenario": self.choose_scenario,
            "GetWorldFaults": self.list_faults,
            "PostWorldFaults": self.add_fault,
            "DeleteWorldFaults": self.end_faults,
            "DeleteWorldFault": self.end_fault,
            "GetWorldBatchJobs": self.list_jobs,
            "GetWorldBatchJob": self.show_job,
            "PostWorldBatchJobForce": self.force,
            "GetWorldLog": self.show_log,
            "DeleteWorldLog": self.clear_log,
            EVENTS: self.show_world,  # the station Events answers before it comes to this
        }

    # ---- the server

    def server(self, _: Request) -> Response:
        """GetControl."""
        info = self.contract.bundle["info"]
        return json_response(
            {
                "name": "mockserver",
                "version": __version__,
                "quirks": [quirk.name for quirk in self.quirks.on],
                "contract": {"title": info["title"], "version": str(info["version"])},
                "links": {
                    "document": f"{PREFIX}/openapi.json",
                    "worlds": f"{PREFIX}/worlds",
                    "scenarios": f"{PREFIX}/scenarios",
                    "contract": "/openapi.json",
                },
            }
        )

    def own_document(self, _: Request) -> Response:
        """GetControlDocument."""
        return json_response(self.document.bundle)

    def list_scenarios(self, _: Request) -> Response:
        """GetScenarios."""
        return json_response({"scenarios": [shown_scenario(each) for each in self.scenarios.values()]})

    # ---- worlds

    def list_worlds(self, _: Request) -> Response:
        """GetWorlds."""
        known = self.worlds.known()
        return json_response(
            {"worlds": [shown_world(name, world) for name, world in known.items()], "count": len(known)}
        )

    def show_world(self, request: Request) -> Response:
        """GetWorld."""
        return json_response(shown_world(_name(request), self._world(request)))

    def put_world(self, request: Request) -> Response:
        """PutWorld."""
        body, name = request.body, _name(request)
        scenario = self.scenarios.named(body["scenario"]) if "scenario" in body else None
        clock = body.get("clock", {})
        at = _instant(clock["at"], "clock.at") if "at" in clock else None
        is_new = name not in self.worlds.known()
        world = self.worlds[name]
        if clock:
            world.set_clock(at=at, speed=clock.get("speed"))
        if scenario is not None:
            world.scenario = scenario
        if "seed" in body:
            seed = body["seed"]  # 5.0 is an integer too, in JSON
            world.reseed(int(seed) if isinstance(seed, float) else seed)
        world.log.wake()
        return json_response(shown_world(name, world), status=201 if is_new else 200)

    def delete_world(self, request: Request) -> Response:
        """DeleteWorld."""
        self.worlds.delete(_name(request))
        return json_response({"name": _name(request), "deleted": True})

    def reset(self, request: Request) -> Response:
        """PostWorldReset."""
        return json_response(shown_world(_name(request), self.worlds.reset(_name(request))))

    def fork(self, request: Request) -> Response:
        """PostWorldFork."""
        self._world(request)
        into = request.body["as"]
        return json_response(shown_world(into, self.worlds.fork(_name(request), into=into)), status=201)

    def snapshot(self, request: Request) -> Response:
        """GetWorldSnapshot."""
        return json_response(snapshot_of(self._world(request)))

    def restore(self, request: Request) -> Response:
        """PutWorldSnapshot."""
        name = _name(request)
        is_new = name not in self.worlds.known()
        world = self.worlds.restore(name, restored(request.body, like=self.worlds.default))
        return json_response(shown_world(name, world), status=201 if is_new else 200)

    # ---- time

    def show_clock(self, request: Request) -> Response:
        """GetWorldClock."""
        return json_response(shown_clock(self._world(request)))

    def pace(self, request: Request) -> Response:
        """PatchWorldClock."""
        usual = 0 if request.body.get("frozen") else 1
        self._world(request).set_clock(speed=request.body.get("speed", usual))
        return self._woken(request, shown_clock)

    def advance(self, request: Request) -> Response:
        """PostWorldClockAdvance."""
        world = self._world(request)
        before = world.settle()
        _advance(world, request.body)
        moved = world.transitions(after=before, until=world.clock.now())
        return self._woken(
            request,
            lambda world: {"clock": shown_clock(world), "transitions": [shown_move(each) for each in moved]},
        )

    # ---- behaviour

    def show_scenario(self, request: Request) -> Response:
        """GetWorldScenario."""
        return json_response(shown_scenario(self._world(request).scenario))

    def choose_scenario(self, request: Request) -> Response:
        """PutWorldScenario."""
        scenario = self.scenarios.named(request.body["name"])
        self._world(request).scenario = scenario
        return self._woken(request, lambda world: shown_scenario(world.scenario))

    def list_faults(self, request: Request) -> Response:
        """GetWorldFaults."""
        return _shown_faults(self._world(request))

    def add_fault(self, request: Request) -> Response:
        """PostWorldFaults."""
        world = self._world(request)
        fault = Fault.of_json(request.body, at=world.clock.now(), operations=self.struck)
        return json_response(world.faults.add(fault).to_json(), status=201)

    def end_faults(self, request: Request) -> Response:
        """DeleteWorldFaults."""
        world = self._world(request)
        world.faults.clear()
        return _shown_faults(world)

    def end_fault(self, request: Request) -> Response:
        """DeleteWorldFault."""
        return json_response(self._world(request).faults.remove(request.path_parameters["fault"]).to_json())

    # ---- batch jobs

    def list_jobs(self, request: Request) -> Response:
        """GetWorldBatchJobs."""
        world = self._world(request)
        limit, offset = request.query.get("limit", JOBS), request.query.get("offset", 0)
        jobs = [shown_job(each) for each in world.jobs(offset=offset, limit=limit)]
        return json_response(
            {"batch_jobs": jobs, "count": world.count_jobs(), "limit": limit, "offset": offset}
        )

    def show_job(self, request: Request) -> Response:
        """GetWorldBatchJob."""
        return json_response(shown_job(self._world(request).look_at(request.path_parameters["id"])))

    def force(self, request: Request) -> Response:
        """PostWorldBatchJobForce."""
        body = request.body
        job = force(
            self._world(request), request.path_parameters["id"], body["status"], body.get("errors", ())
        )
        return self._woken(request, lambda _: shown_job(job))

    # ---- what was said

    def show_log(self, request: Request) -> Response:
        """GetWorldLog."""
        log = self._world(request).log
        after, limit = request.query.get("after", 0), request.query.get("limit", ENTRIES)
        known = list(log.after(after))
        shown = [self.entries.shown(number, entry) for number, entry in known[:limit]]
        forgotten = max(0, log.added - after - len(known))
        return json_response({"exchanges": shown, "last": log.added, "forgotten": forgotten})

    def clear_log(self, request: Request) -> Response:
        """DeleteWorldLog."""
        self._world(request).log.clear()
        return json_response({"name": _name(request), "deleted": True})

    def _world(self, request: Request) -> World:
        """Return the world that *request* names; one that is to be changed begins now if there is none.

        Raises WorldUnknown, WorldNameRefused or TooManyWorlds.
        """
        name = _name(request)
        return self.worlds.existing(name) if request.method in READING else self.worlds[name]

    def _woken(self, request: Request, shown: Callable[[World], Json]) -> Response:
        """Return what is shown of a world that was changed, and tell those who watch it."""
        world = self._world(request)
        payload = shown(world)
        world.log.wake()
        return json_response(payload)


def _shown_faults(world: World) -> Response:
    return json_response({"faults": [each.to_json() for each in world.faults.listed(at=world.clock.now())]})


def _name(request: Request) -> str:
    return request.path_parameters["world"]


def _advance(world: World, body: Mapping[str, Json | str]) -> None:
    match body:
        case {"by": str(duration)}:
            world.clock.advance(_duration(duration))
        case {"to": str(instant)}:
            world.clock.jump(_instant(instant, "to"))
        case {"until": {"batch_job": str(job_id), "status": str(status)}}:
            advance_until(world, job_id, status)
        case _:  # the contract lets nothing else through
            advance_to_next(world)


def _duration(text: str) -> timedelta:
    try:
        return duration_of(text)
    except DurationUnreadable as error:
        raise RequestRefused(400, INVALID, f"by: {error}") from error


def _instant(text: str, name: str) -> datetime:
    instant = read_instant(text, epoch=False)
    if instant is None:
        raise RequestRefused(400, INVALID, f"{name} must be an instant such as 2026-11-22T01:44:43.725Z")
    return instant
