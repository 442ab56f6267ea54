"""The whole server as one ASGI application: Connexion around worlds.

No globals; two applications never meet.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from jsonschema_rs import Draft202012Validator
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.contract.document import Document, DocumentError
from mockserver.contract.examples import Examples
from mockserver.contract.operation import Contract
from mockserver.contract.routes import Routes
from mockserver.server.credentials import Credentials
from mockserver.server.edge import Edge, Transmitter
from mockserver.server.exchange import Operate
from mockserver.server.faulty import Faulty
from mockserver.server.framework import Framework, Resolver, SwaggerUIMiddleware, SwaggerUIOptions
from mockserver.server.guard import guard_of
from mockserver.server.operations import Operations
from mockserver.server.payloads import Payloads
from mockserver.server.pipeline import Dispatch, Parse, Route, Secure, Validate
from mockserver.server.preferring import Preferring
from mockserver.server.recent import RecentJobs
from mockserver.server.settings import Engine, Settings
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.clock import Clock
from mockserver.simulation.identity import Mint
from mockserver.simulation.scenario import Scenario
from mockserver.simulation.strategies import BUILTIN, Strategies
from mockserver.simulation.strategy import Strategy
from mockserver.simulation.users import User
from mockserver.simulation.world import World
from mockserver.simulation.worlds import IDLE, MOST, Worlds

if TYPE_CHECKING:  # it takes long to load, and a server need not
    from mockserver.simulation.catalogue import Catalogue

DOCUMENTATION = DOCS, OPENAPI_JSON = "/docs", "/openapi.json"
PEOPLE = 3


def build_app(
    document: Document, worlds: Worlds, settings: Settings, *, engine: Engine = "compiled"
) -> ASGIApp:
    """Return the application that serves *worlds* by *document*.

    engine: `compiled` is our own stations, compiled at the start; `stock` is Connexion's, see `stock`.
    Raises DocumentError when the document contradicts itself or names an operation that nothing here does.
    """
    quirks = settings.quirks
    contract = Contract(document, quirks)
    credentials = Credentials(settings.jwt_secret, settings.cookie_secret)
    payloads = Payloads.of(document, job_columns=_job_columns(document), quirks=quirks)
    recent = RecentJobs(payloads, part_of_new=_part_of_new(contract))
    operations = Operations(payloads, credentials, _file_path(contract), recent, settings.scenarios)
    functions = operations.by_id(document.lifecycle)
    _check_operations(contract, functions)
    routes = Routes(contract.operations.values())
    transmitter = Transmitter(
        cors=settings.cors,
        has_cors=routes.is_guarded,
        credentials=credentials,
        logs=settings.logs,
        quirks=quirks,
    )
    job = contract.operations.get("GetBatchJobsBatchJob")  # which an edited document may do without
    secure = partial(
        Secure,
        guards={
            each.id: guard_of(each.security, document, credentials) for each in contract.operations.values()
        },
        elsewhere=guard_of(_usual_security(contract), document, credentials),
        is_guarded=routes.is_guarded,
        job_path=job.path if job is not None else None,
        quirks=quirks,
    )
    validate = partial(Validate, quirks=quirks)
    examples = Examples(document)
    faulty = partial(Faulty, examples=examples, transmit=transmitter, lose=transmitter.lose)
    preferring = partial(
        Preferring, examples=examples, secure=secure, validate=validate, transmit=transmitter
    )
    middlewares: list[Any] = [  # Connexion calls them applications; they are what makes one
        partial(Edge, worlds=worlds, transmitter=transmitter, quirks=quirks),
        _Documentation,
        Parse,
    ]
    made_alike: dict[str, Any] = {
        "resolver": Resolver(functions.__getitem__),
        "swagger_ui_options": SwaggerUIOptions(swagger_ui_path=DOCS, spec_path=OPENAPI_JSON),
    }
    judged = not quirks.on
    if engine == "stock":
        from mockserver.server import stock  # noqa: PLC0415  # only this engine needs it

        stations = stock.stations(
            contract,
            routes,
            between=[faulty, preferring],
            secure=secure,
            validate=validate,
            transmit=transmitter,
        )
        options = stock.options(credentials, judged=judged)
        app = Framework(stock.Application(), middlewares=[*middlewares, *stations], **options, **made_alike)
        app.add_bundle(document.bundle, fit=stock.fitted)
        return app
    stations = [
        partial(Route, routes=routes, aside=lambda app: faulty(preferring(app))),
        secure,
        validate,
    ]
    app = Framework(Dispatch(transmitter, judged=judged), middlewares=[*middlewares, *stations], **made_alike)
    app.add_bundle(document.bundle)
    return app


def build_worlds(
    document: Document, settings: Settings, *, most: int = MOST, idle: timedelta = IDLE, **options: Any
) -> Worlds:
    """Return all worlds of a server. most, idle: see `Worlds`. options: those of `build_world`."""
    return Worlds(build_world(document, settings, **options), most=most, idle=idle)


def build_world(
    document: Document,
    settings: Settings,
    *,
    clock: Clock,
    scenario: Scenario,
    catalogue_file: Path | None = None,
) -> World:
    """Return a world with a ready admin, seeded people and a catalogue.

    The same document, settings, scenario and instant give the same world, byte for byte.
    """
    mint, now = Mint(settings.seed), clock.now()
    world = World(
        clock=clock,
        lifecycle=document.lifecycle,
        scenario=scenario,
        strategies=strategies_of(document),
        catalogue=_opening(
            catalogue_file, seed=settings.seed, at=now, mint=partial(mint.branch("shop").id, at=now)
        ),
        mint=mint,
        quirks=settings.quirks,
    )
    world.add_user(email=settings.admin_email, password=settings.admin_password, api_token=settings.api_token)
    world.add_strangers(partial(_people, settings, at=now, mint=mint.branch("people")))
    return world


def _people(settings: Settings, *, at: datetime, mint: Mint) -> list[User]:
    """Return the people who work in the shop beside the admin, whose password they have."""
    from mockserver.simulation.seeding import seeded_people  # noqa: PLC0415  # only when they are needed

    return [
        User(
            id=mint.id("usr", at=at),
            created_at=at,
            updated_at=at,
            email=email,
            password=settings.admin_password,
            first_name=first_name,
            last_name=last_name,
        )
        for first_name, last_name, email in seeded_people(
            seed=settings.seed, count=PEOPLE, besides=settings.admin_email
        )
    ]


def _opening(
    file: Path | None, *, seed: int, at: datetime, mint: Callable[[str], str]
) -> "Callable[[], Catalogue]":
    """Return what gives the first catalogue: a *file* is read now, another is made up when it is needed."""
    if file is None:
        return cache(partial(_made_up, seed=seed, at=at, mint=mint))  # for all copies of the world
    from mockserver.simulation.catalogue_file import read_catalogue  # noqa: PLC0415  # reads YAML

    catalogue = read_catalogue(file, at=at, mint=mint)
    return lambda: catalogue


def _made_up(*, seed: int, at: datetime, mint: Callable[[str], str]) -> "Catalogue":
    from mockserver.simulation.seeding import seeded_catalogue  # noqa: PLC0415  # only when it is needed

    return seeded_catalogue(seed=seed, at=at, mint=mint)


def strategies_of(document: Document) -> Mapping[str, Strategy]:
    """Return a strategy for each type of batch job that the document names.

    A plain one for a type of the user's own.
    """
    types = document.resolve(document.bundle["components"]["schemas"]["BatchJob"]["properties"]["type"])
    return Strategies(types.get("enum", BUILTIN))


def _usual_security(contract: Contract) -> Sequence[Mapping[str, Any]]:
    """Return the security requirements that hold where no operation says otherwise."""
    secured = (each.security for each in contract.operations.values() if each.secured)
    usual: Sequence[Mapping[str, Any]] = contract.document.bundle.get("security") or next(secured, ())
    return usual


def _file_path(contract: Contract) -> str:
    """Return the path at which files are fetched, `{key}` for the key.

    The usual one where no operation is.
    """
    operation = contract.operations.get("GetUploadsKey")
    return "/uploads/{key}" if operation is None else operation.path


def _job_columns(document: Document) -> frozenset[str]:
    return frozenset(BatchJob.__dataclass_fields__) | set(document.lifecycle.instants.values()) | {"status"}


def _check_operations(contract: Contract, functions: Mapping[str, Operate]) -> None:
    for operation in contract.operations.values():
        if operation.id not in functions:
            message = (
                f"{contract.document.folder}: {operation.method} {operation.path}: nothing here does the "
                f"operation {operation.id}; known: {', '.join(sorted(functions))}"
            )
            raise DocumentError(message)


def _part_of_new(contract: Contract) -> Draft202012Validator | None:
    """Return what judges some properties of a batch job in the answer to its creation."""
    creating = contract.operations.get("PostBatchJobs")
    created = None if creating is None else creating.responses.get(201)
    return None if created is None else created.validator_of_part("application/json", ["batch_job"])


class _Documentation(SwaggerUIMiddleware):
    """Connexion's Swagger UI and the bundled document, asked only for their own paths.

    Mutable: it is made when it is first asked, for its page takes a template engine.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self._unmade: list[Callable[[], object]] = []

    def add_api(self, *arguments: Any, **options: Any) -> None:
        """Take the document."""
        self._unmade.append(partial(super().add_api, *arguments, **options))

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Answer for the documentation, or pass the request on; so too where there is no such page."""
        if scope["path"].startswith(DOCUMENTATION):
            return self._answer(scope, receive, send)
        return cast("Coroutine[Any, Any, None]", self.app(scope, receive, send))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0)  # into a task of its own, which a thread pool needs; see eager.begun
        while self._unmade:
            self._unmade.pop()()
        with contextlib.suppress(HTTPException):
            await super().__call__(scope, receive, send)
            return
        await self.app(scope, receive, send)
