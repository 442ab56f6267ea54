from pathlib import Path

import pytest

from mockserver.conformance.rendering.places import Documents, transitions_at
from mockserver.contract.document import shipped_folder

DOCUMENT = """\
title: Batch Job
properties:
  id: {type: string}
  "created_at": {type: string}
parameters:
  - {name: limit}
  - {name: offset}
"""


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "Job.yaml").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "README.md").write_text("# About\n\nSee deviation 3.\n", encoding="utf-8")
    (tmp_path / "empty.yaml").write_text("", encoding="utf-8")
    return Documents(folder=tmp_path)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("schemas/Job.yaml", 1),
        ("schemas/Job.yaml, properties", 2),
        ("schemas/Job.yaml, properties, id", 3),
        ("schemas/Job.yaml, properties, created_at", 4),
        ("schemas/Job.yaml, parameters, 1", 7),
        ("schemas/Job.yaml, parameters, 9", 5),
        ("schemas/Job.yaml, parameters, limit", 5),
        ("schemas/Job.yaml, properties, id, nothing, id", 3),
        ("schemas/Job.yaml, nothing", 1),
        ("empty.yaml, nothing", 1),
        ("schemas/Gone.yaml, properties", None),
        ("README.md, deviation 3", 3),
        ("README.md, deviation 9", 1),
        ("README.md", 1),
        ("schemas, properties", None),
    ],
)
def test_a_place_has_the_line_of_the_last_key_that_is_there(
    place: str, line: int | None, documents: Documents
) -> None:
    [location] = documents.locate(place)

    assert location.line == line


def test_a_place_is_told_with_its_file_its_line_and_its_keys(documents: Documents) -> None:
    assert [str(each) for each in documents.locate("schemas/Job.yaml, properties, id; README.md")] == [
        "openapi/schemas/Job.yaml:3 (properties, id)",
        "openapi/README.md:1",
    ]


def test_a_place_in_a_path_may_be_named_by_its_method() -> None:
    place = "POST /admin/batch-jobs, responses"

    [location] = Documents(folder=shipped_folder()).locate(place)

    lines = (shipped_folder() / "paths/batch_jobs.yaml").read_text(encoding="utf-8").splitlines()
    assert (location.file, location.keys) == ("openapi/paths/batch_jobs.yaml", "post, responses")
    assert location.line is not None
    assert lines[location.line - 1].strip() == "responses:"
    assert location.line > lines.index("post:")


@pytest.mark.parametrize("folder", [None, shipped_folder()])
def test_a_path_that_no_document_has_is_looked_for_in_the_root(folder: Path | None) -> None:
    [location] = Documents(folder=folder).locate("GET /nope, responses")

    assert (location.file, location.keys) == ("openapi/openapi.yaml", "paths, /nope, get, responses")


@pytest.mark.parametrize(
    ("operation", "shown"),
    [
        ("GetBatchJobs", "openapi/paths/batch_jobs.yaml:2 (responses)"),
        ("PostBatchJobs", "openapi/paths (responses)"),
        ("none", "openapi/paths (responses)"),
    ],
)
def test_a_place_in_every_path_is_the_file_of_the_operation(
    operation: str, shown: str, documents: Documents, tmp_path: Path
) -> None:
    (tmp_path / "paths").mkdir()
    (tmp_path / "paths" / "batch_jobs.yaml").write_text(
        "get:\n  operationId: GetBatchJobs\n", encoding="utf-8"
    )

    [location] = documents.locate("paths, responses", operation=operation)

    assert str(location) == shown


def test_without_the_documents_at_hand_a_place_still_has_its_file() -> None:
    assert str(Documents(name="mine").locate("a.yaml, b")[0]) == "mine/a.yaml (b)"


def test_every_transition_of_the_shipped_documents_has_its_line() -> None:
    file = "schemas/BatchJob.yaml"
    lines = (shipped_folder() / file).read_text(encoding="utf-8").splitlines()

    [location] = Documents(folder=shipped_folder()).locate(f"{file}, x-lifecycle, transitions, fail")

    assert location.line is not None
    assert lines[location.line - 1] == "    fail:"


@pytest.mark.parametrize(
    ("place", "transitions"),
    [
        ("schemas/BatchJob.yaml, x-lifecycle, transitions, confirm", {"confirm"}),
        (
            "schemas/BatchJob.yaml, x-lifecycle, transitions, confirm, refusal; paths/x.yaml, post",
            {"confirm"},
        ),
        ("schemas/BatchJob.yaml, x-lifecycle, transitions", set()),
        ("schemas/BatchJob.yaml", set()),
    ],
)
def test_a_place_names_the_transitions_that_it_speaks_of(place: str, transitions: set[str]) -> None:
    assert transitions_at(place) == transitions
