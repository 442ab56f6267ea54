"""What a test's world begins with stands above the test."""

import pytest

from mockserver.pytest_plugin.world import MockWorld

EXPORT = {"type": "product-export", "context": {}, "dry_run": False}


@pytest.mark.mock_scenario("instant")
def test_a_scenario_is_chosen_for_a_test(world: MockWorld) -> None:
    world.client.post("/admin/batch-jobs", json=EXPORT)

    assert [job.status for job in world.jobs] == ["completed"]


def test_a_scenario_is_chosen_on_the_way(world: MockWorld) -> None:
    first = world.client.post("/admin/batch-jobs", json=EXPORT).json()
    world.choose("stuck-in-processing")
    second = world.client.post("/admin/batch-jobs", json=EXPORT).json()

    world.clock.advance("P1D")

    assert (world.job(first).status, world.job(second).status) == ("completed", "processing")


@pytest.mark.mock_seed(7)
class TestChance:
    """The same seed gives the same ids, in whichever world."""

    def test_a_seed_is_chosen_for_a_test(self, world: MockWorld) -> None:
        twin = world.fork()

        ids = [
            each.client.post("/admin/batch-jobs", json=EXPORT).json()["batch_job"]["id"]
            for each in (world, twin)
        ]

        assert ids[0] == ids[1]

    @pytest.mark.mock_seed(8)
    def test_the_closest_mark_counts(self, world: MockWorld) -> None:
        assert world.seed == 8


@pytest.mark.mock_personality("medusa-1.20.11")
def test_a_personality_is_chosen_for_a_test(world: MockWorld) -> None:
    answer = world.client.get("/nowhere")

    assert (answer.status_code, answer.headers["x-powered-by"]) == (404, "Express")
    assert answer.headers["content-type"].startswith("text/html")
