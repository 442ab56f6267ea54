"""The batch job as a value: however it is made, it is the same, and nobody changes it."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from mockserver.contract.document import load, shipped_folder
from mockserver.simulation.batch_job import BatchJob
from mockserver.simulation.scenario import scenario_named

AT = datetime(2026, 11, 25, tzinfo=UTC)


def _new_job() -> BatchJob:
    return BatchJob.new(
        "batch_1",
        "product-export",
        created_by="usr_1",
        context={"of": "it"},
        dry_run=True,
        at=AT,
        lifecycle=load(shipped_folder()).lifecycle,
        scenario=scenario_named("instant"),
    )


def test_a_new_job_equals_one_that_is_made_field_by_field() -> None:
    job = _new_job()

    assert type(job) is BatchJob
    assert job == BatchJob(
        id="batch_1",
        type="product-export",
        created_by="usr_1",
        context={"of": "it"},
        dry_run=True,
        instants={"created_at": AT},
        updated_at=AT,
        lifecycle=job.lifecycle,
        scenario=job.scenario,
    )


def test_a_new_job_is_frozen() -> None:
    job = _new_job()

    with pytest.raises(FrozenInstanceError):
        job.raced = True  # type: ignore[misc]  # that is what is tried
