"""From a path to an operation. Source: recorded, group http, and measured paths of the real server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract.document import load, shipped_folder
from mockserver.contract.operation import Contract
from mockserver.contract.routes import PathRefused, Routes

ROUTES = Routes(Contract(load(shipped_folder())).operations.values())
CONFIRM = "PostBatchJobsBatchJobConfirmProcessing"


def found(path: str, method: str) -> tuple[str, dict[str, str]]:
    """Return the operationId that *path* and *method* lead to, and the parameters."""
    route = ROUTES.find(path)
    return route.operations[method].id, dict(route.parameters)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/admin/batch-jobs", id="as written"),
        pytest.param("/admin/batch-jobs/", id="collection trailing slash"),
        pytest.param("/admin//batch-jobs", id="collection double slash"),
        pytest.param("//admin/batch-jobs", id="double slash at the beginning"),
        pytest.param("/ADMIN/Batch-Jobs", id="collection upper-case path"),
    ],
)
def test_letter_case_and_extra_slashes_make_no_difference(path: str) -> None:
    assert found(path, "GET") == ("GetBatchJobs", {})


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/admin/./batch-jobs", id="collection dot segment"),
        pytest.param("/admin/batch%2Djobs", id="collection encoded dash"),
        pytest.param("/admin/batch-jobs;a=b", id="semicolon"),
        pytest.param("/admin/batch-jobs/x/foo", id="below a job"),
        pytest.param("/admin/batch-jobs/x/confirm/y", id="below confirm"),
        pytest.param("/admin", id="half a path"),
        pytest.param("/uploads", id="no key"),
        pytest.param("/", id="root"),
        pytest.param("", id="nothing"),
        pytest.param("/nope", id="unknown path"),
        pytest.param("/store/products", id="the other API"),
    ],
)
def test_nothing_is_found_elsewhere(path: str) -> None:
    assert ROUTES.find(path).operations == {}


@pytest.mark.parametrize(
    ("path", "method", "name", "parameters"),
    [
        ("/admin/batch-jobs/batch_1", "GET", "GetBatchJobsBatchJob", {"id": "batch_1"}),
        ("/admin/batch-jobs/Batch_A/", "GET", "GetBatchJobsBatchJob", {"id": "Batch_A"}),
        ("/admin/batch-jobs/a%2Fb", "GET", "GetBatchJobsBatchJob", {"id": "a/b"}),
        ("/admin/batch-jobs/a%20b", "GET", "GetBatchJobsBatchJob", {"id": "a b"}),
        ("/admin/batch-jobs/a+b", "GET", "GetBatchJobsBatchJob", {"id": "a+b"}),
        ("/admin/batch-jobs/%C3%BC", "GET", "GetBatchJobsBatchJob", {"id": "ü"}),
        ("/admin/batch-jobs/x/confirm", "POST", CONFIRM, {"id": "x"}),
        ("/admin/batch-jobs/x/CONFIRM/", "POST", CONFIRM, {"id": "x"}),
        ("/admin/batch-jobs/confirm/confirm", "POST", CONFIRM, {"id": "confirm"}),
        ("/admin/uploads/protected", "POST", "PostUploadsProtected", {}),
        ("/uploads/protected", "GET", "GetUploadsKey", {"key": "protected"}),
        ("/uploads/exports/products/1.csv", "GET", "GetUploadsKey", {"key": "exports/products/1.csv"}),
        ("/uploads/exports%2Fproducts%2F1.csv", "GET", "GetUploadsKey", {"key": "exports/products/1.csv"}),
    ],
)
def test_a_path_leads_to_an_operation_with_its_parameters_decoded(
    path: str, method: str, name: str, parameters: dict[str, str]
) -> None:
    assert found(path, method) == (name, parameters)


@pytest.mark.parametrize(("path", "name"), [("/admin/batch-jobs/%FF", "id"), ("/uploads/a%00b", "key")])
def test_a_parameter_that_is_no_text_is_refused_by_its_name(path: str, name: str) -> None:
    with pytest.raises(
        PathRefused, match=f"^{name} must be percent-encoded UTF-8 without the character NUL$"
    ):
        ROUTES.find(path)


@pytest.mark.parametrize("path", ["/admin/nope", "/ADMIN/nope", "/admin", "//admin/nope", "/admin/uploads"])
def test_unknown_paths_below_admin_need_credentials(path: str) -> None:
    assert ROUTES.is_guarded(path)


@pytest.mark.parametrize(
    "path", ["/", "/nope", "/health", "/uploads/nope.csv", "/administration", "/store/products"]
)
def test_unknown_paths_elsewhere_need_none(path: str) -> None:
    assert not ROUTES.is_guarded(path)


@given(st.lists(st.sampled_from(["admin", "batch-jobs", "uploads", "a", "%41", "..", "", "confirm"])))
def test_a_slash_at_the_end_makes_no_difference(segments: list[str]) -> None:
    path = "/" + "/".join(segments)

    assert ROUTES.find(path + "/") == ROUTES.find(path)
