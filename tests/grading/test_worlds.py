"""A defect is told in every world, and what a lie remembers is that world's own."""

from mockserver.contract.document import Document
from mockserver.grading.liar import build_lying_app
from mockserver.grading.table import defect_named
from mockserver.server.app import build_worlds
from mockserver.server.settings import Settings
from mockserver.simulation.clock import ManualClock
from mockserver.simulation.scenario import scenario_named
from tests.asgi_client import Client
from tests.conftest import BEGINNING

EXPORT = {"type": "product-export", "context": {}, "dry_run": True}
JOBS = "/admin/batch-jobs"


def lying(document: Document, defect: str) -> Client:
    clock, scenario = ManualClock(BEGINNING), scenario_named("steady")
    app = build_lying_app(
        document,
        Settings(),
        defect_named(defect),
        build=lambda told: build_worlds(told, Settings(), clock=clock, scenario=scenario),
    )
    return Client(app, lambda _: None).with_headers(x_medusa_access_token=Settings().api_token)


def test_a_lie_is_told_below_a_base_url_and_by_header(document: Document) -> None:
    client = lying(document, "cancel-is-lost")
    by_header = client.with_headers(x_mock_world="two")
    below = client.post(f"/@one{JOBS}", EXPORT).json()["batch_job"]["id"]
    within = by_header.post(JOBS, EXPORT).json()["batch_job"]["id"]

    canceled = client.post(f"/@one{JOBS}/{below}/cancel"), by_header.post(f"{JOBS}/{within}/cancel")

    assert [answer.status for answer in canceled] == [200, 200]
    assert client.get(f"/@one{JOBS}/{below}").json()["batch_job"]["status"] == "created"
    assert by_header.get(f"{JOBS}/{within}").json()["batch_job"]["status"] == "created"


def test_the_truth_is_told_of_what_no_world_can_be(document: Document) -> None:
    client = lying(document, "cancel-is-lost")

    assert client.post(f"/@a%20b{JOBS}/x/cancel").status == 400
