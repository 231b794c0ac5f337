"""The tree and its papers: a merger last July, terms that end, change requests."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.kernel.people import following
from gonghui.site.demo import cast
from gonghui.site.demo.stage import (
    DEMO,
    acting,
    days_ago,
    last_july,
    living_on,
    union_named,
)
from gonghui.systems.mobilization.membership.actions import changes, terms, tree
from gonghui.systems.mobilization.membership.jobs.terms import remind_terms
from gonghui.systems.mobilization.membership.models.changes import UnionChange
from gonghui.systems.mobilization.membership.models.terms import UnionTerm
from gonghui.systems.mobilization.membership.models.unions import UnionProfile
from gonghui.systems.mobilization.membership.rules.terms import add_months

# How many days from today the terms of one union after another end.
ENDINGS = (-240, -70, -12, 9, 24, 40, 70, 88, 120, 170, 260, 400, 540, 700, 900, 1100)
DELAYED = 4


def merge_last_july() -> None:
    """One basic union of the street went up into another on 1 July; its members followed."""
    gone, into = union_named(cast.MERGED), union_named(cast.FIRM)
    july = last_july()
    with living_on(july, 9):
        tree.merge(
            gone,
            by=acting("jinggang-zhenzong"),
            into=into,
            on=july,
            document=f"井工发〔{july.year}〕6号",
            note="企业重组，工会随之合并",
            stated={"property_audit": "经费、资产已清点，经费审查委员会审查无异议"},
        )
        # The worker does this on the event; the demo must be whole without one.
        following.reassign(union_id=gone.pk, into_id=into.pk, on=july.isoformat())


def register_terms() -> None:
    """Terms of territorial unions and of many basic ones, some near or past their end."""
    today = timezone.localdate()
    clerk = platform("历史届期补录", channel="cli")
    number = 0
    for union in _with_terms():
        years = 3 if union.is_grassroots and union.pk % 3 == 0 else 5
        end = today + timedelta(days=ENDINGS[number % len(ENDINGS)])
        elected = add_months(end, -12 * years)
        if elected < union.founded_on:
            continue
        number += 1
        _register(union, elected, years, clerk)
    _delay(today)
    remind_terms()


def _with_terms() -> list[Union]:
    rows = Union.objects.unscoped(DEMO).filter(status="active")
    superior = [UnionKind.CITY, UnionKind.COUNTY, UnionKind.TOWN]
    near = rows.filter(kind__in=superior, region__in=[cast.HEFEI, cast.SHUSHAN, cast.JINGHU])
    street = union_named(cast.STREET)
    mill = union_named(cast.MILL)
    basic = rows.filter(kind__in=["80", "70"], parent__in=[street, mill.parent])
    others = rows.filter(kind="80").exclude(parent__in=[street, mill.parent])
    return [*basic.order_by("pk"), *near.order_by("pk"), *others.order_by("pk")[:90]]


def _register(union: Union, elected: date, years: int, clerk) -> UnionTerm:
    profile = UnionProfile.objects.unscoped(DEMO).filter(union=union).first()
    chair = (profile.chair_name if profile else "") or "吴建国"
    sizes = {"committee_size": 5 if union.is_grassroots else 21}
    if not union.is_grassroots:
        sizes |= {"standing_size": 7, "audit_size": 5, "women_size": 7}
    with living_on(elected + timedelta(days=3), 10):
        return terms.register(
            union,
            by=clerk,
            number=1 + (elected - union.founded_on).days // (365 * years),
            elected_on=elected,
            years=years,
            chair_name=chair,
            document=f"工发〔{elected.year}〕{union.pk % 60 + 1}号",
            **sizes,
        )


def _delay(today: date) -> None:
    """The street has allowed one of its unions to hold its election later."""
    rows = UnionTerm.objects.unscoped(DEMO).filter(union__parent=union_named(cast.STREET))
    term = rows.filter(deadline__lt=today, deadline__gt=today - timedelta(days=90)).first()
    if term is not None:
        with living_on(days_ago(5), 10):
            terms.delay(
                term,
                by=acting("jinggang-zhenzong"),
                delayed_to=add_months(term.ends_on, DELAYED),
                reason="企业搬迁，会员大会暂时无法召开",
                document=f"井工发〔{today.year}〕11号",
            )


def paper(title: str) -> SimpleUploadedFile:
    """A sheet of evidence: the smallest PDF there is."""
    return SimpleUploadedFile(f"{title}.pdf", PDF, "application/pdf")


def request_changes() -> None:
    """Change requests: waiting at each level, returned, approved, refused."""
    firm, street = union_named(cast.FIRM), acting("jinggang-zhenzong")
    shushan = acting("shushan-quzong")
    with living_on(days_ago(5), 15):
        _ask(firm, acting("jiceng-jingban"), "主席工作调动，会员大会已补选", chair="占国强")
    with living_on(days_ago(6), 9):
        luyang = union_named(cast.LUYANG)
        _ask(luyang, acting("luyang-quzong"), "全委会选举产生新一任主席", chair="洪立新")
    others = [
        union
        for union in Union.objects.unscoped(DEMO)
        .filter(parent=firm.parent, status="active", kind="80")
        .order_by("pk")
        if union.pk != firm.pk
    ]
    with living_on(days_ago(14), 10):
        vague = _ask(others[0], shushan, "单位名称已变更", name=_renamed(others[0].name))
    with living_on(days_ago(11), 10):
        changes.send_back(vague, by=street, reason="请补充市场监管部门的登记通知书。")
    with living_on(days_ago(55), 10):
        good = _ask(others[1], shushan, "行业划分有误，按营业执照更正", industry="39")
    with living_on(days_ago(52), 10):
        changes.approve(good, by=street, document="井工发〔变更〕3号", opinion="材料齐全，同意")
    with living_on(days_ago(30), 10):
        poor = _ask(others[2], shushan, "企业提出更改名称", name=_renamed(others[2].name))
    with living_on(days_ago(27), 10):
        changes.reject(poor, by=street, reason="单位名称未经登记机关核准，不予同意。")
    with living_on(days_ago(1), 10):
        _ask(others[3], shushan, "主席退休，会员大会已补选", chair="盛晓兰")


def _ask(union: Union, by, reason: str, **asked: str) -> UnionChange:
    today = timezone.localdate()
    effective = max(union.version_from, today - timedelta(days=20))
    return changes.submit(
        union, by=by, effective_on=effective, reason=reason, evidence=paper("证明材料"), **asked
    )


def _renamed(name: str) -> str:
    return name.replace("有限公司", "科技有限公司", 1) if "有限公司" in name else f"新{name}"


PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
xref
0 4
0000000000 65535 f 
0000000009 00000 n 
0000000053 00000 n 
0000000102 00000 n 
trailer<</Size 4/Root 1 0 R>>
startxref
164
%%EOF
"""
