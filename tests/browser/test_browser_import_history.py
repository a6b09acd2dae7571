"""An engineer brings in what another historian kept: sends the file, matches its series, and sees what became of it."""

from __future__ import annotations

import httpx2
import pytest
from playwright.sync_api import Page, expect
from screens import CAPPER
from sight import needs_axe, stumbles

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("history")]

ROWS = 50
FILE = "time,SINUSOID\n" + "".join(f"2020-01-05T06:{at:02}:00Z,{at / 4}\n" for at in range(ROWS)) + "later,1\n"


@needs_axe
def test_a_file_is_sent_looked_at_matched_and_brought_in(page: Page, api: httpx2.Client) -> None:
    page.goto("/tags")
    page.get_by_test_id("import-history").click()
    page.get_by_test_id("history-file").set_input_files(
        {"name": "pi.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    expect(page.get_by_test_id("history-chosen")).to_contain_text("pi.csv")
    page.get_by_test_id("history-look").click()
    expect(page.get_by_test_id("history-found")).to_contain_text("0 samples of 51 values")
    expect(page.get_by_test_id("history-bring")).to_be_disabled()
    page.get_by_test_id("series-tag").fill("capper.speed")
    page.get_by_role("option", name=f"{CAPPER}.speed").click()
    page.get_by_test_id("history-leave").check()
    page.get_by_test_id("history-look").click()
    expect(page.get_by_test_id("history-found")).to_contain_text("50 samples of 51 values; 0 are there already")
    assert stumbles(page) == []
    with page.expect_download() as waited:
        page.get_by_test_id("history-refused").get_by_test_id("refused-list").click()
    assert "52,SINUSOID,time" in waited.value.path().read_text(encoding="utf-8-sig")
    page.get_by_test_id("history-bring").click()
    brought = page.get_by_test_id("history-import").first  # it stands behind the past that the demo still brings in
    expect(brought).to_contain_text("Brought in", timeout=180_000)
    tag = next(one["id"] for one in api.get("/tags", params={"find": f"{CAPPER}.speed"}).json()["items"])
    span = {"start": "2020-01-05T00:00:00Z", "end": "2020-01-06T00:00:00Z"}
    samples = api.get(f"/tags/{tag}/samples", params=span).raise_for_status().json()["items"]
    assert [one["value"] for one in samples] == [at / 4 for at in range(ROWS)]
