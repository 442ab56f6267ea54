"""The application that the recordings are replayed against."""

from starlette.types import ASGIApp

from mockserver.contract.document import load, shipped_folder
from mockserver.server.app import build_app, build_world
from mockserver.server.personality import MEDUSA, quirks_of
from mockserver.server.settings import Settings
from mockserver.simulation.catalogue_file import shipped_catalogue
from mockserver.simulation.clock import Clock
from mockserver.simulation.scenario import scenario_named
from mockserver.simulation.worlds import Worlds


def look_alike(clock: Clock) -> ASGIApp:
    """Return a new server on *clock* that is to answer as the recorded one did."""
    document, settings = load(shipped_folder()), Settings(quirks=quirks_of(like=MEDUSA, names=()))
    world = build_world(
        document,
        settings,
        clock=clock,
        scenario=scenario_named("steady"),
        catalogue_file=shipped_catalogue(MEDUSA),
    )
    return build_app(document, Worlds(world), settings)
