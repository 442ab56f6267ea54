"""A test that fails shows what happened in its world."""

from mockserver.pytest_plugin.world import MockWorld

EXPORT = {"type": "product-export", "context": {}, "dry_run": False}


def test_an_export_completes(world: MockWorld) -> None:
    job = world.client.post("/admin/batch-jobs", json=EXPORT).json()
    world.clock.advance(1)
    world.fail(job, "the disk is full")
    world.client.post(f"/admin/batch-jobs/{job['batch_job']['id']}/confirm")

    assert world.job(job).status == "completed"
