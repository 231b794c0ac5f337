"""A firm's union renews its certificate; the county examines, prints and issues; the city looks on.

And with the issuing platform down a first registration waits, and goes on by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import expect

from gonghui.kernel.base.identifiers import resident_id_check_character
from gonghui.site.demo.cast import FIRM
from gonghui.site.demo.upkeep import PDF
from tests.journeys.visitor import Visitor

Visit = Callable[..., Visitor]
FIRST17 = "34010419790412001"
NUMBER = FIRST17 + resident_id_check_character(FIRST17)


def test_election_from_the_firm_to_the_certificate(visit: Visit) -> None:
    firm = visit("jiceng-jingban", width=360)
    record = drawn(firm)
    submitted(firm, record)
    examiner = visit("shushan-shencha")
    examined(examiner, record)
    looked_on(visit("hefei-shizong"), record)
    decider = visit("shushan-quzong", width=360)
    approved(decider, record)
    number = issued(examiner, decider, record)
    checked(visit(None, width=360), number)
    other = visit("jinghu-quzong")
    other.go(record.replace(other.address, ""), status=403)


def drawn(firm: Visitor) -> str:
    """An election's application, filled in; its address."""
    page = firm.go("/w/legal-persons/")
    page.locator("tbody a", has_text=FIRM).first.click()
    page.wait_for_url(re.compile(r"/w/legal-persons/\d+/$"))
    firm.look("person")
    page = firm.go("/w/legal-applications/new/draw/")
    page.get_by_label("换届换证").check()
    firm.look("draw")
    firm.confirm()
    page.wait_for_url(re.compile(r"/w/legal-applications/\d+/$"))
    record = page.url
    firm.begin("edit")
    page.locator("main [name=happened_on]").fill((date.today() - timedelta(days=9)).isoformat())
    page.locator("main [name=term_years]").select_option("5")
    page.locator("main [name=basis]").fill("井工发〔2026〕31号")
    page.locator("main [name=representative_name]").fill("占国强")
    page.locator("main [name=representative_id]").fill(NUMBER)
    page.locator("main [name=contact_name]").fill("储晓燕")
    page.locator("main [name=contact_phone]").fill("19955512345")
    firm.look("fill")
    firm.confirm()
    assert NUMBER not in firm.text() and "19955512345" not in firm.text()
    return record


def submitted(firm: Visitor, record: str) -> None:
    """Refused without materials, taken with them."""
    page = firm.page
    firm.begin("submit")
    firm.expected.add(422)
    firm.confirm()
    expect(page.get_by_text("还缺少材料").first).to_be_visible()
    firm.go(record)
    firm.begin("materials")
    upload = {"name": "材料.pdf", "mimeType": "application/pdf", "buffer": PDF}
    for code in ("form", "result", "identity", "old"):
        page.locator(f"input[name={code}]").set_input_files(upload)
    firm.look("materials")
    firm.confirm()
    firm.begin("submit")
    firm.confirm()
    receipt = re.search(r"FR\d{8}-\d{6}-\w", firm.text())
    assert receipt, firm.text()[:400]
    firm.look("submitted")


def examined(examiner: Visitor, record: str) -> None:
    """Accepted, compared with the record, examined."""
    examiner.go(record)
    examiner.begin("accept")
    examiner.confirm()
    page = examiner.page
    examiner.look("examining")
    if page.locator("main a[href$='/compare/']").count():
        examiner.begin("compare")
        for group in page.locator("main form fieldset").all():
            group.locator("input[type=radio]").first.check()
        examiner.look("compare")
        examiner.confirm()
    examiner.begin("examine")
    page.get_by_label("拟准予登记").check()
    page.get_by_label("审查意见").fill("材料齐全，选举结果已获批复")
    examiner.confirm()


def looked_on(city: Visitor, record: str) -> None:
    """The city sees, and does not decide in the county's stead."""
    city.go(record)
    assert not city.page.locator("main a[href$='/approve/']").count()
    city.go("/legal/statistics/")
    city.look("statistics")
    city.go("/legal/renewals/")
    city.look("renewals")


def approved(decider: Visitor, record: str) -> None:
    decider.go(record)
    decider.begin("approve")
    decider.confirm()
    assert re.search(r"工法登〔\d{4}〕\d+号", decider.text()), decider.text()[:500]
    decider.look("approved")


def issued(examiner: Visitor, decider: Visitor, record: str) -> str:
    """Printed, sealed and handed out, original and duplicate; the number of the legal person."""
    page = examiner.page
    examiner.go(record)
    links = page.locator("main a[href*='/w/certificates/']")
    addresses = [link.get_attribute("href") or "" for link in links.all()]
    assert len(addresses) == 2
    for address in addresses:
        examiner.go(address)
        examiner.begin("print")
        examiner.confirm()
        decider.go(address)
        decider.begin("seal")
        decider.confirm()
        examiner.go(address)
        examiner.begin("issue")
        page.get_by_label("领取人").fill("储晓燕")
        examiner.confirm()
    examiner.look("issued")
    number = re.search(r"工法证字第\d+号", examiner.text())
    assert number
    examiner.go(record)
    expect(page.get_by_text("已办结").first).to_be_visible()
    return number[0]


def checked(anybody: Visitor, number: str) -> None:
    page = anybody.go("/legal/check/")
    anybody.look("check")
    page.get_by_label("证号或统一社会信用代码").fill(number)
    page.get_by_label("工会全称").fill(FIRM)
    anybody.confirm()
    expect(page.get_by_text("证书有效").first).to_be_visible()
    anybody.look("checked")


def test_lists_of_the_register(visit: Visit) -> None:
    county = visit("shushan-quzong")
    for code in (
        "legal-applications",
        "legal-persons",
        "certificates",
        "certificate-sheets",
        "seal-uses",
        "code-requests",
        "union-codes",
        "code-ranges",
    ):
        page = county.go(f"/w/{code}/")
        county.look(code)
        page.locator("tbody a").first.click()
        page.wait_for_url(re.compile(rf"/w/{code}/\d+/$"))
        county.look(f"{code}-record")
