"""One probe for each defect: what to ask, what a healthy server answers, and what the lying one does."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.asgi_client import Answer
from tests.grading.stage import JOBS, LONG, NO_FILE, PASSWORD, Stage

EXPORT = {"type": "product-export", "context": {}}
UNKNOWN = f"{JOBS}/batch_01H00000000000000000000000"
NULL = None


@dataclass(frozen=True)
class Probe:
    """What is seen on a healthy server, and on the one with the defect."""

    see: Callable[[Stage], Any]
    healthy: Any
    lying: Any


# ---- transitions


def asked(verb: str, status: str, *, fields: Mapping[str, Any] | None = None) -> Callable[[Stage], Any]:
    """Return what sees the status of the answer when *verb* is asked of a job that has come to *status*."""

    def see(stage: Stage) -> Any:
        return stage.ask(stage.job(status, **(fields or {})), verb).status

    return see


def accepted(verb: str, status: str) -> Probe:
    return Probe(asked(verb, status), healthy=400, lying=200)


def refused(verb: str, status: str) -> Probe:
    return Probe(asked(verb, status), healthy=200, lying=400)


def in_the_end(
    name: str, *, status: str = "created", verb: str = "", **fields: Any
) -> Callable[[Stage], Any]:
    """Return what sees the property *name* of a job when all is done."""

    def see(stage: Stage) -> Any:
        job_id = stage.job(status) if status != "created" else stage.create(**fields)
        if verb:
            stage.ask(job_id, verb)
        stage.wait(LONG)
        return stage.read(job_id)[name]

    return see


def is_set(see: Callable[[Stage], Any]) -> Callable[[Stage], Any]:
    return lambda stage: see(stage) is not None


def canceled_to_the_end(stage: Stage) -> Any:
    job_id = stage.job("confirmed")
    stage.ask(job_id, "cancel")
    stage.wait(LONG)
    return stage.read(job_id)["status"]


def late_cancel_changes_nothing(stage: Stage) -> Any:
    job_id = stage.job("completed")
    return stage.ask(job_id, "cancel").status, stage.read(job_id)["status"]


def cancel_of_a_plain_and_a_dry_run(stage: Stage) -> Any:
    plain = stage.create()
    stage.wait(LONG)
    return stage.ask(plain, "cancel").status, stage.ask(stage.job("completed"), "cancel").status


def confirm_again(stage: Stage) -> Any:
    job_id = stage.job("processing")
    before = stage.read(job_id)["confirmed_at"]
    return stage.ask(job_id, "confirm").status, stage.read(job_id)["confirmed_at"] == before


def cancel_with_a_body(stage: Stage) -> Any:
    job_id = stage.create()
    return stage.client.post(f"{JOBS}/{job_id}/cancel", {"reason": "why not"}).status


def two_confirmations(stage: Stage) -> Any:
    return [stage.ask(stage.job("pre_processed"), "confirm").status for _ in range(2)]


def dry_run_and_plain_one(stage: Stage) -> Any:
    return [stage.client.post(JOBS, {**EXPORT, "dry_run": each}).status for each in (True, False)]


def two_creates(stage: Stage) -> Any:
    return [stage.client.post(JOBS, EXPORT).status for _ in range(2)]


ILLEGAL = {
    "confirm-created": accepted("confirm", "created"),
    "confirm-confirmed": accepted("confirm", "confirmed"),
    "confirm-processing": Probe(confirm_again, healthy=(400, True), lying=(200, False)),
    "confirm-completed": accepted("confirm", "completed"),
    "confirm-canceled": accepted("confirm", "canceled"),
    "confirm-failed": accepted("confirm", "failed"),
    "confirm-running-shrugged-off": accepted("confirm", "processing"),
    "cancel-completed": Probe(
        late_cancel_changes_nothing, healthy=(400, "completed"), lying=(200, "canceled")
    ),
    "cancel-completed-shrugged-off": Probe(
        late_cancel_changes_nothing, healthy=(400, "completed"), lying=(200, "completed")
    ),
    "cancel-completed-dry-run": Probe(cancel_of_a_plain_and_a_dry_run, healthy=(400, 400), lying=(400, 200)),
    "dry-run-confirms-itself": Probe(
        in_the_end("status", dry_run=True), healthy="pre_processed", lying="completed"
    ),
    "dry-run-needs-no-confirmation": Probe(
        in_the_end("status", dry_run=True), healthy="pre_processed", lying="completed"
    ),
    "confirmation-skipped": Probe(is_set(in_the_end("confirmed_at")), healthy=True, lying=False),
    "pre-processing-skipped": Probe(is_set(in_the_end("pre_processed_at")), healthy=True, lying=False),
    "processing-skipped": Probe(is_set(in_the_end("processing_at")), healthy=True, lying=False),
    "canceled-is-processed": Probe(canceled_to_the_end, healthy="canceled", lying="completed"),
}

REFUSED = {
    "cancel-refused-when-created": refused("cancel", "created"),
    "cancel-refused-when-pre-processed": refused("cancel", "pre_processed"),
    "cancel-refused-when-confirmed": refused("cancel", "confirmed"),
    "cancel-refused-when-processing": refused("cancel", "processing"),
    "cancel-refused-when-canceled": refused("cancel", "canceled"),
    "cancel-refused-when-failed": refused("cancel", "failed"),
    "cancel-refused-for-dry-runs": refused("cancel", "pre_processed"),
    "cancel-with-a-body-refused": Probe(cancel_with_a_body, healthy=200, lying=400),
    "confirm-without-a-body-refused": refused("confirm", "pre_processed"),
    "confirm-refused-for-exports": refused("confirm", "pre_processed"),
    "confirm-only-once": Probe(two_confirmations, healthy=[200, 200], lying=[200, 400]),
    "dry-run-refused-for-exports": Probe(dry_run_and_plain_one, healthy=[201, 201], lying=[400, 201]),
    "one-job-at-a-time": Probe(two_creates, healthy=[201, 201], lying=[201, 400]),
    "worker-never-starts": Probe(in_the_end("status"), healthy="completed", lying="confirmed"),
    "worker-never-ends": Probe(in_the_end("status"), healthy="completed", lying="processing"),
}


# ---- statuses and instants


def at(status: str, *names: str) -> Callable[[Stage], Any]:
    """Return what sees the properties *names* of a job that has come to *status*."""

    def see(stage: Stage) -> Any:
        job = stage.read(stage.job(status))
        return [job[name] for name in names] if len(names) > 1 else job[names[0]]

    return see


def answered(verb: str, status: str, name: str) -> Callable[[Stage], Any]:
    """Return what sees the property *name* in the answer to *verb*, asked of a job in *status*."""
    return lambda stage: stage.ask(stage.job(status), verb).json()["batch_job"][name]


def in_order(status: str, earlier: str, later: str) -> Callable[[Stage], Any]:
    def see(stage: Stage) -> Any:
        job = stage.read(stage.job(status))
        return job[earlier] <= job[later]

    return see


def moved(stage: Stage) -> Any:
    job = stage.read(stage.job("processing"))
    return job["updated_at"] > job["created_at"]


def kept_creation(stage: Stage) -> Any:
    made = stage.client.post(JOBS, EXPORT).json()["batch_job"]
    stage.wait(2)
    return stage.read(made["id"])["created_at"] == made["created_at"]


def kept_creation_in_milliseconds(stage: Stage) -> Any:
    stage.wait(0.001)
    made = stage.client.post(JOBS, EXPORT).json()["batch_job"]
    return [
        stage.read(made["id"])["created_at"] == made["created_at"],
        stage.page()["batch_jobs"][0]["created_at"] == made["created_at"],
    ]


def looked_at_twice(stage: Stage) -> Any:
    job_id = stage.job("completed")
    before = stage.read(job_id)["completed_at"]
    stage.wait(1)
    return stage.read(job_id)["completed_at"] == before


def canceled_twice(stage: Stage) -> Any:
    job_id = stage.create()
    before = stage.ask(job_id, "cancel").json()["batch_job"]["canceled_at"]
    stage.wait(1)
    return stage.ask(job_id, "cancel").json()["batch_job"]["canceled_at"] > before


def remembers(stage: Stage) -> Any:
    job_id = stage.job("pre_processed")
    stage.ask(job_id, "cancel")
    return stage.read(job_id)["pre_processed_at"] is not None


def failed_then_canceled(stage: Stage) -> Any:
    job_id = stage.job("failed")
    stage.ask(job_id, "cancel")
    return stage.read(job_id)["status"]


def status_of_one_and_in_a_list(stage: Stage) -> Any:
    job_id = stage.job("processing")
    return stage.read(job_id)["status"], stage.page()["batch_jobs"][0]["status"]


INSTANTS = {
    "confirmed-at-missing": Probe(is_set(at("confirmed", "confirmed_at")), healthy=True, lying=False),
    "canceled-at-missing": Probe(is_set(at("canceled", "canceled_at")), healthy=True, lying=False),
    "failed-at-missing": Probe(is_set(at("failed", "failed_at")), healthy=True, lying=False),
    "completed-before-processing": Probe(
        in_order("completed", "processing_at", "completed_at"), healthy=True, lying=False
    ),
    "pre-processed-at-in-another-zone": Probe(
        in_order("pre_processed", "created_at", "pre_processed_at"), healthy=True, lying=False
    ),
    "updated-at-stays": Probe(moved, healthy=True, lying=False),
    "created-at-moves": Probe(kept_creation, healthy=True, lying=False),
    "completed-at-moves": Probe(looked_at_twice, healthy=True, lying=False),
    "canceled-again-keeps-canceled-at": Probe(canceled_twice, healthy=True, lying=False),
    "cancellation-forgets": Probe(remembers, healthy=True, lying=False),
    "status-lags": Probe(
        status_of_one_and_in_a_list, healthy=("processing", "processing"), lying=("confirmed", "confirmed")
    ),
    "canceled-shown-as-failed": Probe(at("canceled", "status"), healthy="canceled", lying="failed"),
    "failed-shown-as-completed": Probe(at("failed", "status"), healthy="failed", lying="completed"),
    "cancellation-hides-failure": Probe(failed_then_canceled, healthy="failed", lying="canceled"),
    "cancelled-with-two-l": Probe(at("canceled", "status"), healthy="canceled", lying="cancelled"),
    "canceled-is-deleted": Probe(is_set(at("canceled", "deleted_at")), healthy=False, lying=True),
    "instants-without-zone": Probe(
        lambda stage: at("created", "created_at")(stage)[-1] == "Z", healthy=True, lying=False
    ),
    "instants-in-whole-seconds": Probe(
        kept_creation_in_milliseconds, healthy=[True, True], lying=[False, False]
    ),
    "born-pre-processed": Probe(
        lambda stage: stage.client.post(JOBS, EXPORT).json()["batch_job"]["status"],
        healthy="created",
        lying="pre_processed",
    ),
}


# ---- updates


def after(verb: str, status: str, name: str = "status", **fields: Any) -> Callable[[Stage], Any]:
    """Return what sees the property *name* in the two reads after *verb* was answered 200."""

    def see(stage: Stage) -> Any:
        job_id = stage.job(status, **fields)
        assert stage.ask(job_id, verb).status == 200
        return [stage.read(job_id)[name], stage.read(job_id)[name]]

    return see


def new_one_listed(stage: Stage) -> Any:
    stage.page()
    job_id = stage.create()
    at_once = job_id in stage.listed()
    stage.wait(6)
    return at_once, job_id in stage.listed()


def listed_while(status: str) -> Callable[[Stage], Any]:
    def see(stage: Stage) -> Any:
        stage.job(status)
        page = stage.page()
        return len(page["batch_jobs"]), page["count"]

    return see


def listed_types(stage: Stage) -> Any:
    stage.create(**NO_FILE)
    stage.wait(1)
    stage.create()
    return [job["type"] for job in stage.page()["batch_jobs"]]


def listed_status(stage: Stage) -> Any:
    stage.job("processing")
    return stage.page()["batch_jobs"][0]["status"]


def first_context(stage: Stage) -> Any:
    job_id = stage.create(context={"mine": 1})
    stage.create(context={"mine": 2})
    return stage.read(job_id)["context"]["mine"]


def progresses(stage: Stage) -> Any:
    job_id = stage.job("processing")
    early = stage.read(job_id)["result"]["progress"]
    stage.wait(2)
    return stage.read(job_id)["result"]["progress"] > early


def names_its_file(stage: Stage) -> Any:
    return "file_key" in (stage.read(stage.job("completed"))["result"] or {})


def keeps_its_context(stage: Stage) -> Any:
    return "list_config" in stage.read(stage.job("confirmed"))["context"]


def two_ids(stage: Stage) -> Any:
    return stage.create() != stage.create()


UPDATES = {
    "confirm-is-lost": Probe(
        after("confirm", "pre_processed"), healthy=["confirmed"] * 2, lying=["pre_processed"] * 2
    ),
    "cancel-is-lost": Probe(after("cancel", "created"), healthy=["canceled"] * 2, lying=["created"] * 2),
    "confirm-answers-the-job-before": Probe(
        answered("confirm", "pre_processed", "status"), healthy="confirmed", lying="pre_processed"
    ),
    "cancel-answers-the-job-before": Probe(
        answered("cancel", "created", "status"), healthy="canceled", lying="created"
    ),
    "stale-read-after-confirm": Probe(
        after("confirm", "pre_processed"), healthy=["confirmed"] * 2, lying=["pre_processed", "confirmed"]
    ),
    "stale-read-after-cancel": Probe(
        after("cancel", "created"), healthy=["canceled"] * 2, lying=["created", "canceled"]
    ),
    "list-is-cached": Probe(new_one_listed, healthy=(True, True), lying=(False, True)),
    "list-shows-the-beginning": Probe(listed_status, healthy="processing", lying="created"),
    "new-jobs-listed-late": Probe(listed_while("created"), healthy=(1, 1), lying=(0, 0)),
    "canceled-jobs-vanish": Probe(listed_while("canceled"), healthy=(1, 1), lying=(0, 0)),
    "list-shows-one-type": Probe(
        listed_types, healthy=["product-export", "product-import"], lying=["product-export"] * 2
    ),
    "context-lost-at-confirm": Probe(keeps_its_context, healthy=True, lying=False),
    "context-of-the-last": Probe(first_context, healthy=1, lying=2),
    "result-lost-on-completion": Probe(names_its_file, healthy=True, lying=False),
    "progress-runs-backwards": Probe(progresses, healthy=True, lying=False),
    "dry-run-lost-at-confirm": Probe(
        after("confirm", "pre_processed", "dry_run"), healthy=[True] * 2, lying=[False] * 2
    ),
    "creator-lost-at-cancel": Probe(
        lambda stage: after("cancel", "created", "created_by")(stage)[0] is None, healthy=False, lying=True
    ),
    "equal-creates-are-one": Probe(two_ids, healthy=True, lying=False),
}


# ---- lists


def number_of(query: str, *, of: int) -> Callable[[Stage], Any]:
    """Return what sees how many jobs a list shows, of so many."""

    def see(stage: Stage) -> Any:
        stage.several(of)
        return len(stage.listed(query))

    return see


def places(query: str, *, of: int = 3) -> Callable[[Stage], Any]:
    """Return what sees the places, from the newest on, that the listed ones have among so many jobs."""

    def see(stage: Stage) -> Any:
        ids = stage.several(of)
        return [ids.index(each) for each in stage.listed(query)]

    return see


def paged(key: str, query: str) -> Callable[[Stage], Any]:
    def see(stage: Stage) -> Any:
        stage.several(3)
        return stage.page(query)[key]

    return see


def echoed(stage: Stage) -> Any:
    page = stage.page("limit=3&offset=1")
    return page["limit"], page["offset"]


def of_types(query: str) -> Callable[[Stage], Any]:
    """Return what sees the types in a list of an export, an import, and an import that was canceled."""

    def see(stage: Stage) -> Any:
        stage.create()
        stage.wait(1)
        stage.create(**NO_FILE)
        stage.wait(1)
        stage.ask(stage.create(**NO_FILE), "cancel")
        return sorted(job["type"].removeprefix("product-") for job in stage.page(query)["batch_jobs"])

    return see


def two_by_id(stage: Stage) -> Any:
    ids = stage.several(3)[:2]
    return [len(stage.listed(f"id[]={ids[0]}&id[]={ids[1]}")), len(stage.listed(f"id[]={','.join(ids)}"))]


def around(operator: str) -> Callable[[Stage], Any]:
    """Return what sees the places of those listed by the creation of the second of three jobs."""

    def see(stage: Stage) -> Any:
        ids = stage.several(3)
        found = stage.listed(f"created_at[{operator}]={stage.read(ids[1])['created_at']}")
        return [ids.index(each) for each in found]

    return see


def unset_ones(stage: Stage) -> Any:
    stage.create()
    stage.wait(LONG)
    stage.create()
    return [job["completed_at"] is None for job in stage.page("order=completed_at")["batch_jobs"]]


def counted_by_type(stage: Stage) -> Any:
    stage.several(2)
    stage.create(**NO_FILE)
    return stage.page("type[]=product-import")["count"]


def somebody_elses(stage: Stage) -> Any:
    stage.other.post(JOBS, EXPORT)
    return len(stage.listed("limit=0")) > 0


def shown(name: str, query: str) -> Callable[[Stage], Any]:
    """Return what sees whether a listed job shows the property *name*."""

    def see(stage: Stage) -> Any:
        stage.create()
        return name in stage.page(query)["batch_jobs"][0]

    return see


def of_a_list(name: str, query: str = "") -> Callable[[Stage], Any]:
    def see(stage: Stage) -> Any:
        stage.job("pre_processed")
        return stage.page(query)["batch_jobs"][0][name]

    return see


LISTS = {
    "count-of-the-page": Probe(paged("count", "limit=2"), healthy=3, lying=2),
    "count-without-filters": Probe(counted_by_type, healthy=1, lying=3),
    "limit-off-by-one": Probe(number_of("limit=2", of=4), healthy=2, lying=3),
    "limit-zero-is-none": Probe(number_of("limit=0", of=2), healthy=2, lying=0),
    "default-limit-is-20": Probe(number_of("", of=11), healthy=10, lying=11),
    "offset-skips-one-more": Probe(places("limit=1&offset=1"), healthy=[1], lying=[2]),
    "pages-overlap": Probe(places("limit=1&offset=1"), healthy=[1], lying=[0]),
    "offset-ignored": Probe(places("limit=1&offset=2"), healthy=[2], lying=[0]),
    "paging-not-echoed": Probe(echoed, healthy=(3, 1), lying=(10, 0)),
    "order-ignored": Probe(places("order=created_at"), healthy=[2, 1, 0], lying=[0, 1, 2]),
    "order-always-ascending": Probe(places("order=-id"), healthy=[0, 1, 2], lying=[2, 1, 0]),
    "oldest-first": Probe(places(""), healthy=[0, 1, 2], lying=[2, 1, 0]),
    "unset-first": Probe(unset_ones, healthy=[False, True], lying=[True, False]),
    "type-filter-ignored": Probe(
        of_types("type[]=product-export"), healthy=["export"], lying=["export", "import", "import"]
    ),
    "type-filter-reads-one": Probe(
        of_types("type[]=product-export&type[]=product-import"),
        healthy=["export", "import", "import"],
        lying=["export"],
    ),
    "id-filter-reads-one": Probe(two_by_id, healthy=[2, 2], lying=[1, 1]),
    "null-filter-ignored": Probe(
        of_types("canceled_at=null"), healthy=["export", "import"], lying=["export", "import", "import"]
    ),
    "gt-is-gte": Probe(around("gt"), healthy=[0], lying=[0, 1]),
    "lt-is-lte": Probe(around("lt"), healthy=[2], lying=[1, 2]),
    "gte-is-gt": Probe(around("gte"), healthy=[0, 1], lying=[0]),
    "second-filter-ignored": Probe(
        of_types("type[]=product-import&canceled_at=null"), healthy=["import"], lying=["import", "import"]
    ),
    "others-are-listed": Probe(somebody_elses, healthy=False, lying=True),
    "fields-ignored": Probe(shown("context", "fields=type"), healthy=False, lying=True),
    "fields-hide-status": Probe(of_a_list("status", "fields=type"), healthy="pre_processed", lying="created"),
    "expand-ignored": Probe(shown("created_by_user", "expand=created_by_user"), healthy=True, lying=False),
    "always-expanded": Probe(shown("created_by_user", ""), healthy=False, lying=True),
    "list-hides-dry-run": Probe(of_a_list("dry_run"), healthy=True, lying=False),
}


# ---- requests


def created(**body: Any) -> Callable[[Stage], Any]:
    """Return what sees the status that a create with *body* is answered; of what is None, nothing is sent."""
    sent = {name: value for name, value in {**EXPORT, **body}.items() if value is not ...}
    return lambda stage: stage.client.post(JOBS, sent).status


def status_of_list(query: str) -> Callable[[Stage], Any]:
    return lambda stage: stage.client.get(f"{JOBS}?{query}").status


def with_cookie(stage: Stage) -> Any:
    return stage.nobody.with_headers(cookie="connect.sid=s%3Amade.up").get(JOBS).status


def forged(stage: Stage) -> Any:
    head, claims, _ = stage.token.split(".")
    signature = base64.urlsafe_b64encode(b"x" * 32).decode().rstrip("=")
    token = f"Bearer {head}.{claims}.{signature}"
    return stage.nobody.with_headers(authorization=token).get(JOBS).status


def log_in(stage: Stage, password: str, target: str = "/admin/auth") -> Answer:
    return stage.nobody.post(target, {"email": stage.email, "password": password})


def wrong_password(stage: Stage) -> Any:
    return [log_in(stage, "wrong", each).status for each in ("/admin/auth", "/admin/auth/token")]


def logged_out(stage: Stage) -> Any:
    cookie = log_in(stage, PASSWORD).headers["set-cookie"].partition(";")[0]
    client = stage.nobody.with_headers(cookie=cookie)
    return client.delete("/admin/auth").status, client.get(JOBS).status


def by_another(verb: str, status: str) -> Callable[[Stage], Any]:
    """Return what sees the status when a second user asks for *verb*, or reads when it is empty."""

    def see(stage: Stage) -> Any:
        target = f"{JOBS}/{stage.job(status)}"
        return (stage.other.post(f"{target}/{verb}") if verb else stage.other.get(target)).status

    return see


def malformed(stage: Stage) -> Any:
    headers = {"content-type": "application/json"}
    return stage.client.request("POST", JOBS, body=b'{"type"', headers=headers).status


def late_cancel(stage: Stage) -> Answer:
    return stage.ask(stage.job("completed"), "cancel")


def keys_of_a_refusal(stage: Stage) -> Any:
    return sorted(late_cancel(stage).json())


def key_of_one_job(stage: Stage) -> Any:
    return list(stage.client.get(f"{JOBS}/{stage.create()}").json())


REQUESTS = {
    "type-not-required": Probe(created(type=...), healthy=400, lying=201),
    "any-type-accepted": Probe(created(type="nonsense"), healthy=404, lying=201),
    "context-not-required": Probe(created(context=None), healthy=400, lying=201),
    "dry-run-may-be-text": Probe(created(dry_run="true"), healthy=400, lying=201),
    "unknown-properties-accepted": Probe(created(colour="red"), healthy=400, lying=201),
    "unknown-parameters-ignored": Probe(status_of_list("colour=red"), healthy=400, lying=200),
    "bad-limit-ignored": Probe(status_of_list("limit=abc"), healthy=400, lying=200),
    "bad-instant-ignored": Probe(status_of_list("created_at[gte]=yesterday"), healthy=400, lying=200),
    "list-needs-no-login": Probe(lambda stage: stage.nobody.get(JOBS).status, healthy=401, lying=200),
    "any-cookie-accepted": Probe(with_cookie, healthy=401, lying=200),
    "forged-tokens-accepted": Probe(forged, healthy=401, lying=200),
    "any-password-accepted": Probe(wrong_password, healthy=[401, 401], lying=[200, 200]),
    "logout-keeps-the-session": Probe(logged_out, healthy=(200, 401), lying=(200, 200)),
    "others-can-read": Probe(by_another("", "created"), healthy=400, lying=200),
    "others-can-cancel": Probe(by_another("cancel", "created"), healthy=400, lying=200),
    "others-can-confirm": Probe(by_another("confirm", "pre_processed"), healthy=400, lying=200),
    "others-are-forbidden": Probe(by_another("", "created"), healthy=400, lying=403),
    "unauthorized-is-forbidden": Probe(lambda stage: stage.nobody.get(JOBS).status, healthy=401, lying=403),
    "unauthorized-as-json": Probe(
        lambda stage: stage.nobody.get(JOBS).headers["content-type"].partition(";")[0],
        healthy="text/plain",
        lying="application/json",
    ),
    "refused-transitions-conflict": Probe(lambda stage: late_cancel(stage).status, healthy=400, lying=409),
    "refused-transitions-are-invalid-data": Probe(
        lambda stage: late_cancel(stage).json()["type"], healthy="not_allowed", lying="invalid_data"
    ),
    "unknown-job-is-a-bad-request": Probe(
        lambda stage: [stage.client.get(UNKNOWN).status, stage.client.post(f"{UNKNOWN}/cancel").status],
        healthy=[404, 404],
        lying=[400, 400],
    ),
    "unknown-job-is-null": Probe(lambda stage: stage.client.get(UNKNOWN).status, healthy=404, lying=200),
    "malformed-json-breaks-it": Probe(malformed, healthy=400, lying=500),
    "created-is-ok": Probe(created(), healthy=201, lying=200),
    "created-without-status": Probe(
        lambda stage: "status" in stage.client.post(JOBS, EXPORT).json()["batch_job"],
        healthy=True,
        lying=False,
    ),
    "job-under-another-key": Probe(key_of_one_job, healthy=["batch_job"], lying=["batchJob"]),
    "json-as-text": Probe(
        lambda stage: stage.client.get(JOBS).headers["content-type"].partition(";")[0],
        healthy="application/json",
        lying="text/html",
    ),
    "errors-without-type": Probe(keys_of_a_refusal, healthy=["message", "type"], lying=["message"]),
    "errors-without-message": Probe(keys_of_a_refusal, healthy=["message", "type"], lying=["type"]),
    "errors-in-an-envelope": Probe(keys_of_a_refusal, healthy=["message", "type"], lying=["error"]),
}

PROBES: Mapping[str, Probe] = {**ILLEGAL, **REFUSED, **INSTANTS, **UPDATES, **LISTS, **REQUESTS}
