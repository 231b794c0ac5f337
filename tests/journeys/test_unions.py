"""A county asks the city for a change; the tree counts anew as of any day."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from gonghui.site.demo.cast import FIRM, MERGED
from gonghui.site.demo.upkeep import PDF
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
CHAIR = "杭晓天"


def test_a_county_asks_and_the_city_decides(visit: Visit) -> None:
    county = visit("shushan-quzong")
    page = county.go("/w/unions/?q=合肥市蜀山区总工会")
    page.locator("tbody a", has_text="合肥市蜀山区总工会").first.click()
    page.wait_for_url(re.compile(r"/w/unions/\d+/$"))
    county.look("union")
    county.begin("change")
    page.get_by_label("工会主席").fill(CHAIR)
    page.get_by_label("生效日期").fill(date.today().isoformat())
    page.get_by_label("变更理由").fill("全委会选举产生新一任主席")
    upload = {"name": "批复.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.locator("input[type=file]").set_input_files(upload)
    county.look("asked")
    county.confirm()
    assert re.search(r"BG\d{8}-\d{6}", county.text()), county.text()[:500]

    city = visit("hefei-shizong")
    page = city.go("/todo/")
    page.get_by_role("link", name=re.compile("审批变更申请：合肥市蜀山区总工会")).click()
    page.wait_for_url("**/w/union-changes/*/")
    expect(page.get_by_text(CHAIR).first).to_be_visible()
    city.look("comparison")
    city.begin("approve")
    city.look("approve")
    city.confirm()
    page = county.go("/w/unions/?q=合肥市蜀山区总工会")
    page.locator("tbody a", has_text="合肥市蜀山区总工会").first.click()
    expect(page.get_by_text(CHAIR).first).to_be_visible()


def july() -> date:
    today = date.today()
    found = date(today.year, 7, 1)
    return found if today - found >= timedelta(days=7) else date(today.year - 1, 7, 1)


def figures(page: Page) -> dict[str, int]:
    """Members by union, from the report; a union without a line is not in it."""
    found = {}
    for row in page.locator("#report tbody[data-rows] tr").all():
        title = row.locator("th").inner_text().strip()
        cell = row.locator("td[data-label='会员（人）·合计']")
        found[title] = int(cell.inner_text().replace(",", ""))
    return found


def test_the_report_before_and_after_a_merger(visit: Visit) -> None:
    street = visit("jinggang-zhenzong")
    before, on = july() - timedelta(days=1), july()
    page = street.go(f"/unions/report/?day={before.isoformat()}")
    earlier = figures(page)
    street.look("day-before")
    page.get_by_label("截至", exact=True).fill(on.isoformat())
    page.get_by_role("button", name="查看").click()
    page.wait_for_load_state()
    later = figures(page)
    street.look("day-itself")
    assert MERGED in earlier
    assert MERGED not in later
    assert later[FIRM] == earlier[FIRM] + earlier[MERGED]
    assert earlier[MERGED] > 15


def test_the_tree_and_the_calendar(visit: Visit) -> None:
    county = visit("shushan-quzong")
    county.go("/unions/tree/")
    county.look("tree")
    county.go("/terms/calendar/")
    county.look("calendar")
