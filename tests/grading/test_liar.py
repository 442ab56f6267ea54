"""A server with a defect lies where it is told to, and nowhere else."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mockserver.contract.document import Document, DocumentError, load
from mockserver.grading.liar import edited
from mockserver.grading.table import DEFECTS, DefectUnknown, defect_named
from tests.grading.conftest import Lying
from tests.grading.stage import JOBS, Stage

EDITING = [name for name, defect in DEFECTS.items() if defect.edits]


def test_a_liar_serves_the_contract_that_a_healthy_server_does(healthy: Stage, lying: Lying) -> None:
    contract = lying("order-ignored").nobody.get("/openapi.json")

    assert contract == healthy.nobody.get("/openapi.json")


@pytest.mark.parametrize("name", ["confirm-created", "unknown-parameters-ignored"])
def test_a_liar_by_edited_documents_serves_the_honest_ones(
    name: str, document: Document, lying: Lying
) -> None:
    contract = lying(name).nobody.get("/openapi.json")

    assert (contract.status, contract.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert contract.json() == document.bundle


@pytest.mark.parametrize("name", EDITING)
def test_an_edit_leaves_the_documents_as_they_are(name: str, document: Document) -> None:
    before = json.dumps(document.bundle)

    told = edited(document, DEFECTS[name])

    assert json.dumps(told.bundle) != before
    assert json.dumps(document.bundle) == before


@pytest.mark.parametrize("name", [name for name in DEFECTS if name not in EDITING])
def test_every_operation_that_a_lie_is_about_is_in_the_documents(name: str, document: Document) -> None:
    assert edited(document, DEFECTS[name]) is document


def test_a_defect_that_the_documents_have_no_place_for_is_refused(edited_folder: Path) -> None:
    document = load(edited_folder)

    with pytest.raises(DocumentError, match=r"confirm-created cannot be told .* there is no .*/confirm$"):
        edited(document, DEFECTS["confirm-created"])


@pytest.fixture
def edited_folder(edited: Callable[..., Path]) -> Path:
    return edited(("schemas/BatchJob.yaml", "    confirm:\n", "    approve:\n"))


def test_a_lie_about_an_operation_that_there_is_not_is_refused(edited_cancel: Path) -> None:
    document = load(edited_cancel)

    with pytest.raises(DocumentError, match="there is no operation PostBatchJobsBatchJobCancel"):
        edited(document, DEFECTS["cancel-is-lost"])


@pytest.fixture
def edited_cancel(edited: Callable[..., Path]) -> Path:
    return edited(("paths/batch_job_cancel.yaml", "PostBatchJobsBatchJobCancel", "CancelIt"))


def test_a_lie_has_the_length_and_the_entity_tag_of_its_own_body(lying: Lying) -> None:
    stage = lying("list-hides-dry-run")
    stage.create(dry_run=True)

    told = stage.client.get(JOBS)
    again = stage.client.get(JOBS, if_none_match=told.headers["etag"])

    assert told.headers["content-length"] == str(len(told.body))
    assert again.status == 200
    assert again.headers["etag"] == told.headers["etag"]


def test_a_lie_keeps_the_headers_of_the_truth(lying: Lying) -> None:
    answer = lying("created-is-ok").client.with_headers(origin="http://localhost:7001").post(JOBS, {})

    assert answer.headers["access-control-allow-origin"] == "http://localhost:7001"


def test_a_lie_is_told_under_every_spelling_of_the_path(lying: Lying) -> None:
    stage = lying("unknown-job-is-null")

    answers = [stage.client.get(f"{each}/nope") for each in (JOBS, JOBS.upper())]
    answers.append(stage.client.get(f"{JOBS}/nope/"))

    assert [each.status for each in answers] == [200, 200, 200]


def test_a_lie_about_one_thing_leaves_the_others_true(lying: Lying) -> None:
    stage = lying("others-can-read")
    job_id = stage.create()

    assert stage.other.get(f"{JOBS}/{job_id}").status == 200
    assert stage.other.post(f"{JOBS}/{job_id}/cancel").status == 400
    assert stage.nobody.get(f"{JOBS}/{job_id}").status == 401
    assert stage.client.get(f"{JOBS}/nope").status == 404


def test_two_servers_with_the_same_defect_remember_nothing_of_each_other(lying: Lying) -> None:
    first, second = lying("confirm-only-once"), lying("confirm-only-once")

    answers = [stage.ask(stage.job("pre_processed"), "confirm").status for stage in (first, second)]

    assert answers == [200, 200]


@pytest.mark.parametrize("name", ["confirm-created", "pre-processing-skipped", "processing-skipped"])
def test_a_job_that_skipped_a_stage_completes_all_the_same(name: str, lying: Lying) -> None:
    stage = lying(name)
    job_id = stage.create(dry_run=name == "confirm-created")
    stage.ask(job_id, "confirm")
    stage.wait(60)

    assert stage.read(job_id)["status"] == "completed"
    assert "file_key" in stage.read(job_id)["result"]


def test_an_unknown_defect_is_refused_with_those_that_are_near() -> None:
    with pytest.raises(DefectUnknown, match=r"'confirm-craeted'; known: confirm-created, .*lists all 126$"):
        defect_named("confirm-craeted")
