"""Applications to join at every stage, each submitted and decided on its own day."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from gonghui.kernel.access.actor import ANONYMOUS
from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from gonghui.kernel.org.models import Union
from gonghui.kernel.people import persons
from gonghui.site.demo import cast
from gonghui.site.demo.stage import acting, days_ago, living_on, members_of, union_named
from gonghui.site.demo.unions import SEED
from gonghui.systems.mobilization.membership.actions import joining
from gonghui.systems.mobilization.membership.jobs.joining import escalate_overdue, remind
from gonghui.systems.mobilization.membership.models.joining import JoinApplication, JoinChannel


@dataclass(frozen=True)
class Applicant:
    """Somebody who applies, and how many days ago."""

    name: str
    sex: str
    days: int
    trade: str = ""
    employment_form: str = "11"
    education: str = "31"


APPROVED = (
    Applicant("潘志强", "1", 42),
    Applicant("陶梦婷", "2", 37, education="21"),
    Applicant("尉迟晓峰", "1", 31),
)
WAITING = (
    Applicant("丁海波", "1", 6),
    Applicant("葛雨晴", "2", 3, education="21"),
    Applicant("宣俊杰", "1", 1),
    Applicant("凤佳怡", "2", 0, education="21"),
)
POOL = (
    Applicant("晋永胜", "1", 5, "03", "60", "70"),
    Applicant("解小龙", "1", 3, "04", "60", "60"),
    Applicant("卞红霞", "2", 2, "06", "60", "70"),
    Applicant("仇建军", "1", 1, "01", "60", "60"),
    Applicant("甘雪梅", "2", 0, "", "70", "60"),
)


def fields(applicant: Applicant, region: str = cast.SHUSHAN) -> dict[str, Any]:
    """What the applicant fills in; the same for the same name."""
    rng = random.Random(f"{SEED}/{applicant.name}")
    born = date(timezone.localdate().year - 30, 1, 1) + timedelta(days=rng.randrange(3000))
    return {
        "name": applicant.name,
        "document_number": synthetic_resident_id(rng, region, born, Sex(applicant.sex)),
        "mobile": f"16498{rng.randrange(10**6):06d}",
        "nationality": "01",
        "education": applicant.education,
        "employment_form": applicant.employment_form,
        "trade": applicant.trade,
    }


def _submit(
    applicant: Applicant, union: Union, channel: str = JoinChannel.CODE, **changes: Any
) -> JoinApplication:
    with living_on(days_ago(applicant.days), 9, len(applicant.name) * 7):
        return joining.submit(
            union, by=ANONYMOUS, channel=channel, agreed=True, **{**fields(applicant), **changes}
        )


def apply_and_decide() -> None:
    """The whole life of applications, to the firm and to the pool of the county."""
    firm = union_named(cast.FIRM)
    approver = acting("jiceng-shenpi")
    for applicant in APPROVED:
        application = _submit(applicant, firm)
        with living_on(days_ago(applicant.days - 2), 15):
            joining.approve(application, by=approver)
    for applicant in WAITING:
        _submit(applicant, firm)
    _same_mobile(firm)
    with living_on(days_ago(2), 16):
        at_counter = fields(Applicant("龚秀英", "2", 2, education="70"))
        joining.submit_for(firm, by=acting("jiceng-jingban"), agreed=True, **at_counter)
    _sent_back(firm)
    _refused(firm)
    _late(firm)
    _through_the_pool()
    escalate_overdue(timezone.localdate())
    remind(timezone.localdate())


def _same_mobile(firm: Union) -> None:
    """An applicant with a member's telephone: the approver is shown who else has it."""
    other = next(member for member in members_of(firm) if member.person.mobile_mask)
    mobile = persons.reveal(other.person)["mobile"]
    _submit(Applicant("翟文静", "2", 4), firm, mobile=mobile)


def _sent_back(firm: Union) -> None:
    application = _submit(Applicant("穆文俊", "1", 9), firm)
    with living_on(days_ago(7), 11):
        joining.return_(
            application,
            by=acting("jiceng-shenpi"),
            reason="手机号码无法接通，请核对后重新提交。",
            faulty_fields=["mobile"],
        )
    gone = _submit(Applicant("费玉兰", "2", 12), firm)
    with living_on(days_ago(11), 14):
        proof = joining.proof_for(gone)
        joining.withdraw(gone, by=ANONYMOUS, proof=proof, reason="已到其他单位工作")


def _refused(firm: Union) -> None:
    approver = acting("jiceng-shenpi")
    reason = "申请人尚未与本单位建立劳动关系，请向实际工作单位的工会申请。"
    refused = _submit(Applicant("常志刚", "1", 33), firm)
    with living_on(days_ago(30), 10):
        joining.reject(refused, by=approver, reason=reason)
    appealed = _submit(Applicant("易晓红", "2", 16), firm)
    with living_on(days_ago(12), 10):
        appealed = joining.reject(appealed, by=approver, reason=reason)
    with living_on(days_ago(4), 19):
        joining.appeal(
            appealed,
            by=ANONYMOUS,
            proof=joining.proof_for(appealed),
            reason="本人与该公司签有劳务派遣协议，在公司工作已满一年，可提供工资单。",
        )


def _late(firm: Union) -> None:
    """One past its term at the firm, one at a neighbour where nobody decides."""
    _submit(Applicant("武建平", "1", 24), firm)
    rows = Union.objects.unscoped("neighbours of the demo's firm").filter(
        parent=firm.parent, status="active", kind="80"
    )
    _submit(Applicant("乔桂兰", "2", 29), rows.exclude(pk=firm.pk).order_by("pk")[0])
    _submit(Applicant("尹春兰", "2", 2), union_named(cast.MILL))


def _through_the_pool() -> None:
    shushan = union_named(cast.SHUSHAN)
    router = acting("shushan-quzong")
    for applicant in POOL:
        _submit(applicant, shushan, JoinChannel.PHONE)
    routed = _submit(Applicant("聂小龙", "1", 8, "03", "60", "70"), shushan, JoinChannel.PHONE)
    with living_on(days_ago(6), 9):
        joining.route(routed, by=router, union=union_named(cast.COURIERS), reason="从事快递工作")
    member = _submit(Applicant("尚永红", "1", 26, "04", "60", "60"), shushan, JoinChannel.PHONE)
    with living_on(days_ago(24), 9):
        member = joining.route(member, by=router, union=union_named(cast.RIDERS))
    with living_on(days_ago(21), 16):
        joining.approve(member, by=router)
    _submit(Applicant("窦海燕", "2", 3, "06", "60", "70"), union_named(cast.JINGHU), "phone")
