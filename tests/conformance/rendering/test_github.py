from pathlib import Path

import pytest

from mockserver.conformance.rendering import Documents, render
from mockserver.conformance.rendering.github import annotations, announce, web_address
from mockserver.contract.document import shipped_folder
from tests.conformance.rendering import reports

DOCUMENTS = Documents(folder=shipped_folder())


def test_each_violation_is_an_error_beside_the_documents() -> None:
    lines = annotations(reports.rich(), DOCUMENTS).splitlines()

    assert lines[1] == (
        "::error title=A client may confirm a batch job in pre_processed only.,"
        "file=openapi/schemas/BatchJob.yaml,line=142::"
        "PostBatchJobsBatchJobConfirmProcessing, response.status (seen 3 times)%0A"
        "expected: 400, not_allowed%0A"
        "found: 200%0A"
        "Mend the answer of PostBatchJobsBatchJobConfirmProcessing: response.status. "
        "Where the target is right, mend openapi/schemas/BatchJob.yaml instead.%0A"
        "id: confirm-only-from-pre-processed-f27e0946"
    )
    assert sum(line.startswith("::error ") for line in lines) == len(reports.rich().violations)


def test_a_stale_deviation_is_a_warning() -> None:
    lines = annotations(reports.rich(), DOCUMENTS).splitlines()

    assert lines[-1].startswith(
        "::warning title=Stale known deviation::gone-since-0badcafe was not seen any more"
    )


def test_a_run_without_a_verdict_is_an_error() -> None:
    text = annotations(reports.inconclusive(), DOCUMENTS)

    assert text.startswith(
        "::error title=The run did not come to its end::nothing listens at http://127.0.0.1:9000;"
    )


def test_a_hostile_target_gives_no_command_and_no_property_of_its_own() -> None:
    lines = annotations(reports.hostile(), Documents()).splitlines()

    assert [line.split(" ", 1)[0] for line in lines] == ["::error", "::error", "::warning"]
    title = lines[1].removeprefix("::error ").split(",file=")[0]
    assert title.count("=") == reports.HOSTILE.count("=") + 1
    assert "%0A%3A%3Aerror%3A%3Apwned" in title


@pytest.mark.parametrize(
    ("environment", "speaks"),
    [
        ({"GITHUB_ACTIONS": "true"}, True),
        ({"GITHUB_ACTIONS": "false"}, False),
        ({}, False),
    ],
)
def test_annotations_are_made_only_in_a_runner(environment: dict[str, str], *, speaks: bool) -> None:
    text = announce(reports.rich(), environment, DOCUMENTS)

    assert text == (annotations(reports.rich(), DOCUMENTS) if speaks else "")


def test_the_summary_of_the_step_is_added_to(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n", encoding="utf-8")

    announce(reports.rich(), {"GITHUB_STEP_SUMMARY": str(summary)}, DOCUMENTS)

    written = summary.read_text(encoding="utf-8")
    assert written == "# Before\n" + render(reports.rich(), "markdown", documents=DOCUMENTS)


def test_the_documents_have_an_address_in_a_runner() -> None:
    environment = {
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "shop/backend",
        "GITHUB_SHA": "0badcafe",
    }

    assert web_address(environment, "openapi") == "https://github.com/shop/backend/blob/0badcafe/openapi"
    assert web_address({**environment, "GITHUB_SHA": ""}, "openapi") == ""
