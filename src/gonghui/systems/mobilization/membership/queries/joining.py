"""Reads about applications to join: who the applicant is, whether they may, who looks alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from gonghui.kernel import codes
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import compact
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.codes import regions
from gonghui.kernel.codes.parameters import MIN_AGE
from gonghui.kernel.org.models import Union, UnionKind, UnionStatus
from gonghui.kernel.org.scoping import Range, Scope, wall_at
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import IN_RANKS, Membership, MembershipStatus, Person
from gonghui.kernel.people.persons import DOCUMENT, MOBILE, Identity
from gonghui.kernel.search.names import starts
from gonghui.systems.mobilization.membership.models.joining import OPEN, JoinApplication, JoinState
from gonghui.systems.mobilization.membership.permissions import OWN_JOINS, VIEW_MEMBERS
from gonghui.systems.mobilization.membership.rules import joining as rules
from gonghui.systems.mobilization.membership.rules.routing import (
    TRADE_TABLE,
    Candidate,
    Suggestion,
    suggest,
    trades_in,
)

PUBLIC_UNIONS = "names of active unions are public: workers look for theirs"
PROVINCE_WIDE = "one person has at most one open application in the whole province"
OPTIONAL = {
    "nationality": "nationality",
    "education": "education",
    "political_status": "political",
    "occupation": "occupation",
    "employment_form": "employment_form",
    "trade": "new_employment",
}
"""Optional facts of an applicant and the code table of each."""
OF_PERSON = ("nationality", "education", "political_status", "occupation")


@dataclass(frozen=True)
class Applicant:
    """Who applies, checked: the identity and the optional facts by name."""

    identity: Identity
    facts: dict[str, str]

    @classmethod
    def checked(
        cls,
        *,
        today: date,
        name: str,
        document_number: str,
        document_kind: str = "resident_id",
        mobile: str,
        born_on: date | None = None,
        sex: str = "",
        **facts: str,
    ) -> Applicant:
        """An applicant whose every part obeys its standard, or a Refusal naming the field."""
        if not mobile:
            raise Refusal("请填写手机号码。", rule="入会申请必填项", field="mobile")
        for key, code in facts.items():
            if code and not codes.is_valid(OPTIONAL[key], code):
                raise Refusal("所选的代码不存在。", rule=f"代码表“{OPTIONAL[key]}”", field=key)
        identity = Identity.checked(
            name=name,
            document_number=document_number,
            document_kind=document_kind,
            mobile=mobile,
            born_on=born_on,
            sex=sex,
            today=today,
        )
        return cls(identity, {key: code or "" for key, code in facts.items()})

    def with_facts(self) -> Identity:
        """The identity carrying the facts a person's record keeps."""
        kept = {key: self.facts.get(key, "") for key in OF_PERSON}
        return replace(self.identity, facts=kept)


@dataclass(frozen=True)
class Standing:
    """What the province already knows of an applicant who may join."""

    person: Person | None = None
    former: str = ""


def standing_of(identity: Identity, *, today: date, by: Actor, but: int | None = None) -> Standing:
    """Whether somebody may apply, or a Refusal with the rule.

    but: an application of theirs that does not count. A union's name is told only to who may
    see its members, so that a stranger with an ID number learns nothing of somebody's work.
    """
    rules.check_age(identity.born_on, today, MIN_AGE.on(today))
    person = persons.by_document(identity.document_number)
    membership = persons.membership_of(person) if person else None
    if person is not None and person.name != identity.name:
        raise Refusal(
            "该证件号码已登记在另一个姓名之下。",
            rule="一个证件号码只对应一人（实名制管理）",
            remedy="请核对姓名与证件号码；确为更名或登记有误的，请到所在工会办理信息变更。",
            field="name",
            code="name_differs",
        )
    if membership is not None:
        _refuse_standing(membership, by)
    other = open_application(identity.document_number, but)
    if other is not None:
        raise Refusal(
            f"该证件号码已有一份正在办理的入会申请（{other.submitted_on:%Y年%m月%d日}提交）。",
            rule="同一人同一时间只能有一份入会申请",
            remedy="请用受理编号查询进度；要改投其他工会，可以先撤回那一份。",
            field="document_number",
            code="open_application",
        )
    return Standing(person, membership.status if membership else "")


def _refuse_standing(membership: Membership, by: Actor) -> None:
    if membership.status == MembershipStatus.DECEASED:
        raise Refusal(
            "该证件号码对应的人员已登记为去世，不能申请入会。",
            rule="会籍随会员去世终止",
            remedy="如登记有误，请联系所在工会或拨打 12351 核实更正。",
            field="document_number",
            code="deceased",
        )
    if membership.status in IN_RANKS:
        own = by.person_id == membership.person_id
        known = own or by.may(VIEW_MEMBERS, membership.org_path)
        where = f"“{membership.union.name}”的会员" if known else "工会会员"
        raise Refusal(
            f"该证件号码已登记为{where}，不能重复入会。",
            rule=rules.ONE_MEMBERSHIP,
            remedy="如果换了工作单位，请办理转会，会籍和会员号不变。",
            field="document_number",
            code="already_member",
        )


def open_application(document_number: str, but: int | None = None) -> JoinApplication | None:
    """The open application with this document number anywhere in the province."""
    return (
        JoinApplication.objects.unscoped(PROVINCE_WIDE)
        .filter(
            document_index__in=keyring().blind_indexes(document_number, context=DOCUMENT),
            state__in=OPEN,
        )
        .exclude(pk=but)
        .first()
    )


def is_applicant(application: JoinApplication, actor: Actor) -> bool:
    """Whether the actor is the person the application is for."""
    if actor.person_id is None:
        return False
    if application.person_id == actor.person_id:
        return True
    rows = Person.objects.unscoped("the actor's own record").filter(pk=actor.person_id)
    own = rows.values_list("document_index", flat=True).first()
    return own is not None and bytes(own) == bytes(application.document_index)


@dataclass(frozen=True)
class Finding:
    """Something the approver should see: another record that may be the same person.

    grave: the same document; otherwise it may be chance.
    """

    title: str
    text: str
    grave: bool = False


def findings(application: JoinApplication) -> list[Finding]:
    """Records anywhere in the province that look like the applicant."""
    with wall_at(Scope.everything()):
        return [*_same_document(application), *_alike(application)]


def _same_document(application: JoinApplication) -> Iterable[Finding]:
    number = application.document.reveal()
    indexes = keyring().blind_indexes(number, context=DOCUMENT)
    person = persons.by_document(number)
    if person is not None and not application.member_number:
        membership = persons.membership_of(person)
        state = (
            f"“{membership.union.name}” {membership.get_status_display()}"
            f"（{membership.since:%Y-%m-%d}起）"
            if membership
            else "没有会籍"
        )
        differs = "" if person.name == application.name else f"，登记姓名为“{person.name}”"
        yield Finding("证件号码已登记", f"{state}{differs}", grave=True)
    earlier = (
        JoinApplication.objects.unscoped(PROVINCE_WIDE)
        .select_related("union")
        .filter(document_index__in=indexes)
        .exclude(pk=application.pk)
        .order_by("-id")[:5]
    )
    for other in earlier:
        yield Finding(
            "此前的入会申请",
            f"{other.submitted_on:%Y-%m-%d} 向“{other.union.name}”申请，"
            f"{other.get_state_display()}" + (f"：{other.reason}" if other.reason else ""),
        )


def _alike(application: JoinApplication) -> Iterable[Finding]:
    number = application.mobile.reveal()
    rows = Person.objects.unscoped(PROVINCE_WIDE).filter(merged_into=None).select_related("union")
    if application.person_id:
        rows = rows.exclude(pk=application.person_id)
    by_mobile = rows.filter(mobile_index__in=keyring().blind_indexes(number, context=MOBILE))
    for person in by_mobile[:3]:
        yield Finding("手机号码相同", _described(person))
    same = rows.filter(
        name=application.name, born_on=application.born_on, union__city_id=application.city_id
    ).exclude(document_index=application.document_index)
    for person in same[:3]:
        yield Finding("姓名和出生日期相同、证件号码不同", _described(person))


def _described(person: Person) -> str:
    return f"{person.name} {person.document_mask}，档案在“{person.union.name}”"


def search_joins(rows: QuerySet, text: str, scope: Any) -> QuerySet:
    """Applications by name, receipt, document or mobile number."""
    word = compact(text)
    if word.startswith("RH"):
        return rows.filter(receipt=word)
    if len(word) in {15, 18} and word[:-1].isdecimal():
        return rows.filter(document_index__in=keyring().blind_indexes(word, context=DOCUMENT))
    if word.isdecimal() and len(word) == 11:
        return rows.filter(mobile_index__in=keyring().blind_indexes(word, context=MOBILE))
    return rows.filter(starts("name", text))


def unions_named(text: str, limit: int = 12) -> list[Union]:
    """Active unions that keep members, by a part of their name; whole beginnings first."""
    rows = Union.objects.unscoped(PUBLIC_UNIONS).filter(
        status=UnionStatus.ACTIVE, kind__in=rules.TAKES_MEMBERS
    )
    rows = rows.select_related("parent")
    found = list(rows.filter(starts("name", text)).order_by("name")[:limit])
    if len(found) < limit:
        rest = rows.filter(name__contains=text).exclude(pk__in=[union.pk for union in found])
        found += list(rest.order_by("name")[: limit - len(found)])
    return found


def union_by_id(pk: int) -> Union | None:
    return Union.objects.unscoped(PUBLIC_UNIONS).filter(pk=pk).first()


def county_unions() -> list[Union]:
    """The county unions that keep a pool, in the order of the tree."""
    rows = Union.objects.unscoped(PUBLIC_UNIONS).filter(
        status=UnionStatus.ACTIVE, kind=UnionKind.COUNTY
    )
    return list(rows.select_related("parent").order_by("path"))


def county_union(region: str) -> Union | None:
    """The county union of a region code."""
    return next((union for union in county_unions() if union.region[:6] == region), None)


def home_county(document_number: str) -> str:
    """The county in force that the first six digits of a resident ID number mean now, or ""."""
    return codes.successor_of(document_number[:6]) or ""


def region_name(document_kind: str, document_number: str) -> str:
    """Where a resident ID number was first given, in words; "" for other documents."""
    if document_kind != "resident_id":
        return ""
    name = regions.full_name(document_number[:6])
    if name and codes.successor_of(document_number[:6]) != document_number[:6]:
        return f"{name}（代码已撤销，有效）"
    return name


def suggestion_for(application: JoinApplication) -> Suggestion:
    """The union proposed for an application in the pool."""
    found = TRADE_TABLE.in_force(timezone.localdate(), application.union.path)
    return suggest(application.trade, candidates(application), trades_in(found))


def candidates(application: JoinApplication) -> list[Candidate]:
    """Unions of the city that could take an applicant of the pool."""
    rows = Union.objects.unscoped("a pool may send a worker to any union of its city").filter(
        status=UnionStatus.ACTIVE, kind__in=("60", "70")
    )
    pool = application.union
    city = pool.city_id or pool.pk
    found = list(rows.filter(city_id=city)[:2000])
    industry = Union.objects.unscoped(PUBLIC_UNIONS).filter(
        status=UnionStatus.ACTIVE, kind=UnionKind.INDUSTRY, parent_id=city
    )
    roots = list(industry.values_list("path", flat=True))
    with wall_at(Scope.everything()):
        members = dict(
            Membership.objects.unscoped("how many members a union has is no secret")
            .filter(union_id__in=[union.pk for union in found], status__in=IN_RANKS)
            .values_list("union_id")
            .annotate(n=Count("id"))
        )
    return [
        Candidate(
            union.pk,
            union.name,
            union.kind,
            in_county=Range.below(pool.path).holds(union.path),
            industry=union.industry,
            below_industry=any(union.path.startswith(root) for root in roots),
            members=members.get(union.pk, 0),
        )
        for union in found
    ]


def overdue(today: date) -> Q:
    """Open applications whose deadline has passed."""
    waiting = (JoinState.POOLED, JoinState.SUBMITTED, JoinState.APPEALED)
    return Q(state__in=waiting, due_on__lt=today)


def own_applications(actor: Actor) -> QuerySet[JoinApplication]:
    """The applications of the actor's own person, the latest first."""
    rows = JoinApplication.objects.within(actor.scope(OWN_JOINS))
    return rows.select_related("union", "union__parent").order_by("-id")
