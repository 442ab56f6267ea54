"""What each operation does: one line between a request and a world.

If it wants a second, that line belongs elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mockserver.lifecycle import Asker, Lifecycle, Transition
from mockserver.server.credentials import Credentials
from mockserver.server.downloads import download
from mockserver.server.errors import Unauthorized
from mockserver.server.exchange import Operate, Parts, Request, Response, json_response, text_response
from mockserver.server.lean import put_off
from mockserver.server.payloads import Payloads, paging_of
from mockserver.server.preferences import applied
from mockserver.server.recent import RecentJobs
from mockserver.simulation.scenario import Scenario, Scenarios
from mockserver.simulation.users import User

with put_off("mockserver.simulation.catalogue_query"):
    from mockserver.simulation.catalogue_query import (
        find_price_lists,
        find_products,
        find_variants,
        store_of,
    )

SCENARIO = "scenario"  # the preference for a new job


@dataclass(frozen=True, slots=True)
class Operations:
    """The functions behind the operations, by operationId.

    file_path: where files are fetched, `{key}` standing for the key. recent: what was shown of jobs lately.
    scenarios: those that a client may ask for.
    """

    payloads: Payloads
    credentials: Credentials
    file_path: str
    recent: RecentJobs
    scenarios: Scenarios

    def by_id(self, lifecycle: Lifecycle) -> Mapping[str, Operate]:
        """Return the functions by operationId; those of the lifecycle's client transitions among them."""
        asked = {each.operation or "": self._asking(each) for each in lifecycle.asked_by(Asker.CLIENT)}
        return {
            **asked,
            "DeleteAuth": self.log_out,
            "DeleteUploads": self.delete_upload,
            "GetAuth": self.current_user,
            "GetBatchJobs": self.list_batch_jobs,
            "GetBatchJobsBatchJob": self.retrieve_batch_job,
            "GetHealth": self.health,
            "GetPriceLists": self.list_price_lists,
            "GetProducts": self.list_products,
            "GetStore": self.store,
            "GetUploadsKey": download,
            "GetUsers": self.list_users,
            "GetUsersUser": self.retrieve_user,
            "GetVariants": self.list_variants,
            "PostAuth": self.log_in,
            "PostBatchJobs": self.create_batch_job,
            "PostToken": self.bearer_token,
            "PostUploads": self.upload,
            "PostUploadsDownloadUrl": self.download_url,
            "PostUploadsProtected": self.upload,
            "PostUsers": self.create_user,
            "PostUsersUser": self.update_user,
        }

    # ---- batch jobs

    def create_batch_job(self, request: Request) -> Response:
        """PostBatchJobs."""
        body, sent = request.body, request.sent
        scenario = self._preferred(request)
        job = request.world.create(
            job_type=body["type"],
            context=body["context"],
            dry_run=body.get("dry_run", False),
            by=_caller(request),
            scenario=scenario,
            packed=None if sent is None else sent.context,
        )
        answer = self.recent.created(job, request.world.users)
        return answer if scenario is None else answer._replace(headers=applied(SCENARIO, scenario.name))

    def _preferred(self, request: Request) -> Scenario | None:
        """Return the scenario that the client prefers for its job. Raises ScenarioUnknown."""
        name = request.preferences.get(SCENARIO)
        return None if name is None else self.scenarios.named(name)

    def retrieve_batch_job(self, request: Request) -> Response:
        """GetBatchJobsBatchJob."""
        job = request.world.retrieve(request.route.parameters["id"], by=_caller(request))
        return self.recent.retrieved(job, request.world.users)

    def list_batch_jobs(self, request: Request) -> Response | Parts:
        """GetBatchJobs."""
        page = request.world.list_jobs(request.query, by=_caller(request))
        return self.recent.listed(page, request.world.users, request.query)

    def _asking(self, transition: Transition) -> Operate:
        def ask(request: Request) -> Response:
            world = request.world
            job = world.ask(transition, request.path_parameters["id"], by=_caller(request))
            response = json_response({"batch_job": self.payloads.batch_job(job, world.users)})
            return response._replace(commit=world.commit_of(job))

        return ask

    # ---- logging in and out

    def log_in(self, request: Request) -> Response:
        """PostAuth."""
        user = _authenticated(request)
        session_id = request.world.open_session(user)
        cookie = self.credentials.session_cookie(session_id, request)
        return json_response({"user": self.payloads.user(user)}, headers=((b"set-cookie", cookie),))

    def bearer_token(self, request: Request) -> Response:
        """PostToken."""
        user = _authenticated(request)
        return json_response(
            {"access_token": self.credentials.bearer_token(user.id, at=request.world.settle())}
        )

    def current_user(self, request: Request) -> Response:
        """GetAuth. Source: recorded, auth/session info with jwt of unknown user."""
        user = request.world.users.by_id.get(_caller(request))
        if user is None:
            return text_response("Bad Request", status=400)
        return json_response({"user": self.payloads.user(user)})

    def log_out(self, request: Request) -> Response:
        """DeleteAuth."""
        request.world.close_session(request.session)
        return text_response("OK")

    # ---- users

    def create_user(self, request: Request) -> Response:
        """PostUsers."""
        user = request.world.add_user(**request.body)
        return json_response({"user": self.payloads.new_user(user, request.body)})

    def retrieve_user(self, request: Request) -> Response:
        """GetUsersUser."""
        return json_response(
            {"user": self.payloads.user(request.world.users.get(request.path_parameters["id"]))}
        )

    def update_user(self, request: Request) -> Response:
        """PostUsersUser."""
        user = request.world.change_user(request.path_parameters["id"], request.body)
        return json_response({"user": self.payloads.changed_user(user)})

    def list_users(self, request: Request) -> Response:
        """GetUsers."""
        page = request.world.list_users(request.query)
        return json_response(
            {"users": [self.payloads.user(each, request.query) for each in page.rows], **paging_of(page)}
        )

    # ---- files

    def upload(self, request: Request) -> Response:
        """PostUploads and PostUploadsProtected."""
        keys = [request.world.upload(name, content) for name, content in request.files]
        return json_response({"uploads": [{"url": self._address(request, key), "key": key} for key in keys]})

    def download_url(self, request: Request) -> Response:
        """PostUploadsDownloadUrl.

        Whether there is such a file is not checked; recorded, uploads/download url unknown key.
        """
        return json_response({"download_url": self._address(request, request.body["file_key"])})

    def _address(self, request: Request, key: str) -> str:
        return request.base_url + self.file_path.replace("{key}", key)

    def delete_upload(self, request: Request) -> Response:
        """DeleteUploads."""
        request.world.delete_file(request.body["file_key"])
        return json_response({"id": request.body["file_key"], "object": "file", "deleted": True})

    # ---- the shop

    def list_products(self, request: Request) -> Response:
        """GetProducts."""
        page = find_products(request.world.catalogue, request.query)
        return json_response({"products": page.rows, **paging_of(page)})

    def list_variants(self, request: Request) -> Response:
        """GetVariants."""
        page = find_variants(request.world.catalogue, request.query)
        return json_response({"variants": page.rows, "count": page.count})

    def list_price_lists(self, request: Request) -> Response:
        """GetPriceLists."""
        page = find_price_lists(request.world.catalogue, request.query)
        return json_response({"price_lists": page.rows, **paging_of(page)})

    def store(self, request: Request) -> Response:
        """GetStore."""
        return json_response({"store": store_of(request.world.catalogue)})

    def health(self, request: Request) -> Response:  # noqa: ARG002  # every operation takes the request
        """GetHealth."""
        return text_response("OK", content_type="text/html; charset=utf-8")


def _caller(request: Request) -> str:
    if request.caller is None:
        raise Unauthorized  # an edited document may leave an operation without security that needs a caller
    return request.caller


def _authenticated(request: Request) -> User:
    user = request.world.authenticate(request.body["email"], request.body["password"])
    if user is None:
        raise Unauthorized(login=True)
    return user
