"""Medusa's own Admin dashboard, driven as a person would drive it, works against the server under test.

Every wait is for something a person can see. Jobs move by themselves, in steps of seconds, so what waits for
a job has a longer limit than what waits for the page.
"""

from __future__ import annotations

import csv
import io
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from playwright.sync_api import APIRequestContext, FilePayload, Locator, Page, Playwright

pytestmark = pytest.mark.browser

JOB_LIMIT_MS = 45_000
FILE_SIZE = re.compile(r"^(\d+\.\d\d) (B|Kb|Mb)$")
FILE_SIZE_UNITS = {"B": 1, "Kb": 1_000, "Mb": 1_000_000}
IMPORT_COLUMNS = (
    "Product Id", "Product Handle", "Product Title", "Product Subtitle", "Product Description",
    "Product Status", "Product Thumbnail", "Product Weight", "Product Length", "Product Width",
    "Product Height", "Product HS Code", "Product Origin Country", "Product MID Code",
    "Product Material", "Product Collection Title", "Product Collection Handle", "Product Type",
    "Product Tags", "Product Discountable", "Product External Id", "Variant Id", "Variant Title",
    "Variant SKU", "Variant Barcode", "Variant Inventory Quantity", "Variant Allow Backorder",
    "Variant Manage Inventory", "Variant Weight", "Variant Length", "Variant Width",
    "Variant Height", "Variant HS Code", "Variant Origin Country", "Variant MID Code",
    "Variant Material", "Price EUR", "Price USD", "Option 1 Name", "Option 1 Value", "Image 1 Url",
)  # fmt: skip


# ---------------------------------------------------------------- who a person is


@dataclass(frozen=True)
class Account:
    """An admin user of one test's own: the dashboard lists only a user's own jobs, so tests cannot mix."""

    email: str
    password: str


@pytest.fixture
def account(playwright: Playwright, backend_url: str, admin_api: APIRequestContext) -> Account:
    """Create a user for one test, who has declined the dashboard's telemetry."""
    account = Account(email=f"browser-{uuid.uuid4().hex}@example.com", password=uuid.uuid4().hex)
    user = {"email": account.email, "password": account.password, "role": "admin"}
    answer = admin_api.post("/admin/users", data=user)
    assert answer.ok, answer.text()
    _decline_telemetry(playwright, backend_url, account)
    return account


def _decline_telemetry(playwright: Playwright, backend_url: str, account: Account) -> None:
    """Decline where the backend's flags make the dashboard ask: its dialog would cover the page."""
    api = playwright.request.new_context(base_url=backend_url)
    answer = api.post("/admin/auth", data={"email": account.email, "password": account.password})
    assert answer.ok, answer.text()
    flags = api.get("/admin/store").json()["store"].get("feature_flags", [])
    if any(flag["key"] == "analytics" and flag["value"] for flag in flags):
        answer = api.post("/admin/analytics-configs", data={"opt_out": True, "anonymize": True})
        assert answer.ok, answer.text()
    api.dispose()


# ---------------------------------------------------------------- what a person does


def log_in(page: Page, dashboard_url: str, account: Account) -> None:
    """Log in by the form and wait for the page that the dashboard opens then."""
    page.goto(f"{dashboard_url}/login")
    page.get_by_placeholder("Email").fill(account.email)
    page.get_by_placeholder("Password").fill(account.password)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name="Export Orders")).to_be_visible()


def open_products(page: Page) -> None:
    """Go to the product list by the menu."""
    page.get_by_role("link", name="Products").click()
    expect(page.get_by_role("button", name="Export Products")).to_be_visible()


def open_activity(page: Page) -> Locator:
    """Open the drawer that shows the user's jobs; its bell has no name, only a place."""
    page.locator(".min-h-topbar > .items-center > button").last.click()
    drawer = page.locator(".min-h-topbar > .shadow-dropdown")
    expect(drawer).to_be_visible()
    return drawer


def start_export(page: Page, name: str) -> None:
    """Ask for an export of the list on the page and wait until the backend has taken it."""
    page.get_by_role("button", name=f"Export {name}").click()
    page.get_by_role("dialog").get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("Successfully initiated export")).to_be_visible()


def download(page: Page, drawer: Locator) -> bytes:
    """Download the file of the one job in the drawer."""
    with page.expect_download() as started:
        drawer.get_by_role("button", name="Download").click()
    return Path(started.value.path()).read_bytes()


def choose_import_file(page: Page, content: str) -> Locator:
    """Open the import dialog, give it a CSV file and return the dialog."""
    page.get_by_role("button", name="Import Products").click()
    dialog = page.get_by_role("dialog")
    file: FilePayload = {"name": "products.csv", "mimeType": "text/csv", "buffer": content.encode()}
    dialog.locator("input[type=file]").set_input_files(file)
    return dialog


# ---------------------------------------------------------------- what the files hold


def import_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """Write an import file of these cells, with the usual values for the cells that a row leaves out."""
    usual = {
        "Product Status": "draft",
        "Product Discountable": "TRUE",
        "Variant Title": "One Size",
        "Variant Inventory Quantity": "10",
        "Variant Allow Backorder": "FALSE",
        "Variant Manage Inventory": "TRUE",
        "Price EUR": "100",
        "Price USD": "110",
        "Option 1 Name": "Size",
        "Option 1 Value": "One Size",
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, IMPORT_COLUMNS, restval="", delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**usual, **row} for row in rows)
    return text.getvalue()


def new_product() -> dict[str, str]:
    """Return the cells of a product that no server has yet: a server may live through many runs."""
    mark = uuid.uuid4().hex[:12]
    return {
        "Product Handle": f"browser-{mark}",
        "Product Title": f"Browser {mark}",
        "Variant SKU": f"BROWSER-{mark}",
    }


def header(content: bytes) -> list[str]:
    """Return the column names of an exported file."""
    return next(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def shown_size(drawer: Locator) -> tuple[float, int]:
    """Return the file size that the drawer shows, as a number and the bytes of its unit."""
    found = FILE_SIZE.match(drawer.get_by_text(FILE_SIZE).inner_text())
    assert found is not None
    return float(found[1]), FILE_SIZE_UNITS[found[2]]


# ---------------------------------------------------------------- the tests


def test_a_user_logs_in_and_sees_the_store(page: Page, dashboard_url: str, account: Account) -> None:
    """The start page stays only where the session cookie and the CORS headers are right."""
    log_in(page, dashboard_url, account)

    expect(page).to_have_url(re.compile(f"^{re.escape(dashboard_url)}/a/orders"))
    expect(page.get_by_text("Medusa Store")).to_be_visible()


def test_a_wrong_password_shows_an_error(page: Page, dashboard_url: str, account: Account) -> None:
    """The form takes any refusal for wrong credentials, but only if the browser may read the refusal."""
    page.goto(f"{dashboard_url}/login")
    page.get_by_placeholder("Email").fill(account.email)
    page.get_by_placeholder("Password").fill("not the password")
    with page.expect_response(lambda answer: answer.request.method == "POST") as refused:
        page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text("These credentials do not match our records.")).to_be_visible()
    assert refused.value.status == 401
    expect(page).to_have_url(f"{dashboard_url}/login")


def test_a_product_export_finishes_and_its_file_downloads(
    page: Page, dashboard_url: str, account: Account
) -> None:
    """The size that the drawer shows is that of the file that a person gets."""
    log_in(page, dashboard_url, account)
    open_products(page)
    start_export(page, "Products")

    drawer = open_activity(page)
    expect(drawer.get_by_text("Export of products is done.")).to_be_visible(timeout=JOB_LIMIT_MS)
    expect(drawer.get_by_text(FILE_SIZE)).to_be_visible()
    content = download(page, drawer)

    assert header(content)[:4] == ["Product Id", "Product Handle", "Product Title", "Product Subtitle"]
    number, unit = shown_size(drawer)
    assert number == pytest.approx(len(content) / unit, abs=0.01)


def test_an_order_export_finishes_and_its_file_downloads(
    page: Page, dashboard_url: str, account: Account
) -> None:
    """Order exports start on another page, with a context of their own."""
    log_in(page, dashboard_url, account)
    start_export(page, "Orders")

    drawer = open_activity(page)
    expect(drawer.get_by_text("Export of orders is done.")).to_be_visible(timeout=JOB_LIMIT_MS)
    content = download(page, drawer)

    assert header(content)[:3] == ["Order_ID", "Display_ID", "Order status"]


def test_the_file_of_a_finished_export_can_be_deleted(
    page: Page, dashboard_url: str, account: Account
) -> None:
    """The drawer deletes by the job's file key and says so only if the backend agrees."""
    log_in(page, dashboard_url, account)
    start_export(page, "Orders")
    drawer = open_activity(page)

    drawer.get_by_role("button", name="Delete").click(timeout=JOB_LIMIT_MS)

    expect(page.get_by_text("Export file has been removed")).to_be_visible()


def test_a_product_import_shows_its_counts_and_creates_the_products(
    page: Page, dashboard_url: str, account: Account
) -> None:
    """The dashboard reads the counts from the job's message; the products come after the confirmation."""
    log_in(page, dashboard_url, account)
    open_products(page)
    products = [new_product(), new_product()]
    dialog = choose_import_file(page, import_csv(products))

    expect(dialog).to_contain_text(re.compile(r"2\s+new products\s*0\s+updates"), timeout=JOB_LIMIT_MS)
    dialog.get_by_role("button", name="Import List").click()
    expect(page.get_by_text("Import confirmed for processing.")).to_be_visible()
    expect(dialog).to_be_hidden()

    drawer = open_activity(page)
    expect(drawer.get_by_text("Import of products is done.")).to_be_visible(timeout=JOB_LIMIT_MS)
    expect(drawer.get_by_text("Successful import")).to_be_visible()
    page.reload()
    for product in products:
        expect(page.get_by_role("row").filter(has_text=product["Product Title"])).to_be_visible()


def test_an_import_counts_updates_and_is_cancelled_when_its_dialog_is_closed(
    page: Page, dashboard_url: str, account: Account, admin_api: APIRequestContext
) -> None:
    """A product with an id is an update; closing the dialog cancels the job before it touches anything."""
    known = admin_api.get("/admin/products", params={"limit": 1}).json()["products"][0]
    update = {**new_product(), "Product Id": known["id"], "Product Handle": known["handle"]}
    log_in(page, dashboard_url, account)
    open_products(page)
    dialog = choose_import_file(page, import_csv([new_product(), update]))

    expect(dialog).to_contain_text(re.compile(r"1\s+new products\s*1\s+updates"), timeout=JOB_LIMIT_MS)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()

    drawer = open_activity(page)
    expect(drawer.get_by_text("Import of products has been canceled.")).to_be_visible(timeout=JOB_LIMIT_MS)
    expect(drawer.get_by_role("button", name="Cancel")).to_be_hidden()


def test_an_import_left_unconfirmed_can_be_cancelled_in_the_drawer(
    page: Page, dashboard_url: str, account: Account
) -> None:
    """A person who reloads the page loses the dialog, but not the job."""
    log_in(page, dashboard_url, account)
    open_products(page)
    dialog = choose_import_file(page, import_csv([new_product()]))
    expect(dialog).to_contain_text(re.compile(r"1\s+new products"), timeout=JOB_LIMIT_MS)
    page.reload()

    drawer = open_activity(page)
    expect(drawer.get_by_text("Import of products is being prepared.")).to_be_visible()
    drawer.get_by_role("button", name="Cancel").click()

    expect(drawer.get_by_text("Import of products has been canceled.")).to_be_visible(timeout=JOB_LIMIT_MS)
    expect(drawer.get_by_text("Canceled batch import job")).to_be_visible()


def test_an_import_with_an_unknown_column_shows_that_it_failed(
    page: Page, dashboard_url: str, account: Account
) -> None:
    """A failed job disables the import; its reason is what the backend wrote into the job's errors."""
    log_in(page, dashboard_url, account)
    open_products(page)
    content = import_csv([new_product()]).replace("Image 1 Url", "No Such Column")
    dialog = choose_import_file(page, content)

    failure = dialog.get_by_text("Error occurred while processing")
    expect(failure).to_be_visible(timeout=JOB_LIMIT_MS)
    expect(dialog.get_by_role("button", name="Import List")).to_be_disabled()
    failure.hover()
    reason = "Unable to treat column No Such Column from the csv file"
    expect(page.get_by_role("tooltip")).to_contain_text(reason)


def test_a_running_export_can_be_cancelled_in_the_drawer(
    page: Page, dashboard_url: str, account: Account
) -> None:
    """The backend takes the cancellation; a job on its way may still end done or failed, as in Medusa."""
    log_in(page, dashboard_url, account)
    open_products(page)
    start_export(page, "Products")

    drawer = open_activity(page)
    with page.expect_response(re.compile(r"/admin/batch-jobs/[^/]+/cancel$")) as cancelled:
        drawer.get_by_role("button", name="Cancel").click()

    assert cancelled.value.json()["batch_job"]["status"] == "canceled"
    end = re.compile(r"Export of products (has been canceled|has failed|is done)\.")
    expect(drawer.get_by_text(end)).to_be_visible(timeout=JOB_LIMIT_MS)


def test_a_user_logs_out_and_cannot_go_back(page: Page, dashboard_url: str, account: Account) -> None:
    """Once the session is gone, the dashboard sends the person back to the form."""
    log_in(page, dashboard_url, account)
    page.locator("[aria-haspopup=menu]").first.click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_placeholder("Password")).to_be_visible()

    page.goto(f"{dashboard_url}/a/products")

    expect(page.get_by_placeholder("Password")).to_be_visible()
    expect(page).to_have_url(f"{dashboard_url}/login")
