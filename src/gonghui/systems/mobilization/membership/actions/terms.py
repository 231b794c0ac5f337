"""Committee terms (换届): register the result of an election, record a delay, remind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.names import check_name
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.codes.parameters import (
    BASIC_TERM_YEARS,
    LOCAL_TERM_YEARS,
    TERM_EXTENSION_MAX_MONTHS,
    TERM_REMINDER_MONTHS,
)
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions.evidence import keep
from gonghui.systems.mobilization.membership.actions.unions import person_behind
from gonghui.systems.mobilization.membership.models.terms import TermState, UnionTerm
from gonghui.systems.mobilization.membership.queries.terms import last_term, open_term
from gonghui.systems.mobilization.membership.queries.unions import profile_of, recipients
from gonghui.systems.mobilization.membership.rules import terms as rules

TARGET = "membership.unionterm"
TODO = "term.due"

ABOUT_TERMS = Category("terms", "换届提醒", may_mute=False)
DUE = Template(
    "terms.due",
    "{union}将于{deadline}{what}",
    "第{number}届委员会{what}日期为{deadline}。请按期组织换届选举，并在选举结果获批后登记；"
    "确需延期的，应报上一级工会批准。",
    ABOUT_TERMS,
    "{link}",
)
OVERDUE = Template(
    "terms.overdue",
    "{union}已超过{what}日期仍未登记换届",
    "第{number}届委员会应于{deadline}前换届。已换届的请登记选举结果。",
    ABOUT_TERMS,
    "{link}",
)


@action("terms.register", "登记换届结果", permissions.REGISTER_TERM, creates=True)
def register(
    union: Union,
    *,
    by: Actor,
    number: int,
    elected_on: date,
    years: int,
    chair_name: str,
    committee_size: int,
    document: str,
    member_number: str = "",
    standing_size: int | None = None,
    audit_size: int | None = None,
    women_size: int | None = None,
    evidence: UploadedFile | None = None,
) -> UnionTerm:
    """Register the result of an election that the superior has approved: a new term begins."""
    term = enter(
        union,
        by=by,
        number=number,
        elected_on=elected_on,
        years=years,
        chair_name=chair_name,
        chair_id=person_behind(member_number, chair_name),
        committee_size=committee_size,
        standing_size=standing_size or 0,
        audit_size=audit_size or 0,
        women_size=women_size or 0,
        document=document,
    )
    if evidence is not None:
        keep(evidence, by=by, target=term, path=term.org_path)
    return term


def enter(
    union: Union,
    *,
    by: Actor,
    number: int,
    elected_on: date,
    years: int,
    chair_name: str,
    committee_size: int,
    document: str,
    chair_id: int | None = None,
    standing_size: int = 0,
    audit_size: int = 0,
    women_size: int = 0,
) -> UnionTerm:
    """Begin a new term of a union: the one before is superseded, the profile names its chair.

    For actions to call inside their transaction, once the superior has approved the result.
    """
    if not union.is_active:
        raise Refusal(f"“{union.name}”{union.get_status_display()}，不能登记换届。")
    if not document.strip():
        raise Refusal(
            "请填写上级工会对选举结果的批复文号。", rule=rules.RESULT_RULE, field="document"
        )
    _check_length(union, elected_on, years)
    before = last_term(union)
    _check_order(before, number, elected_on)
    if standing_size > committee_size:
        raise Refusal("常务委员人数不能多于委员人数。", field="standing_size")
    term = UnionTerm(
        number=number,
        elected_on=elected_on,
        years=years,
        ends_on=rules.ends_on(elected_on, years),
        deadline=rules.ends_on(elected_on, years),
        chair_name=check_name(chair_name),
        chair_id=chair_id,
        committee_size=committee_size,
        standing_size=standing_size,
        audit_size=audit_size,
        women_size=women_size,
        document=document.strip(),
    )
    term.state = _state_of(term, timezone.localdate())
    term.place_at(union)
    present = open_term(union)
    if present is not None:
        _supersede(present, by)
    try:
        with transaction.atomic():
            term.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"“{union.name}”的换届结果刚刚已由他人登记。", code="registered") from error
    profile = profile_of(union)
    profile.chair_name, profile.chair_id = term.chair_name, term.chair_id
    profile.version += 1
    profile.save_scored()
    publish(
        "cn.gonghui.union.elected",
        f"union/{union.pk}",
        {"id": union.pk, "number": number, "elected_on": elected_on.isoformat()},
        union.path,
    )
    return term


def _check_length(union: Union, elected_on: date, years: int) -> None:
    today = timezone.localdate()
    if elected_on > today:
        raise Refusal("选举日期不能晚于今天。", field="elected_on")
    if elected_on < union.founded_on:
        raise Refusal(
            f"选举日期不能早于工会成立日期 {union.founded_on:%Y-%m-%d}。", field="elected_on"
        )
    allowed = rules.years_allowed(
        union.is_grassroots, BASIC_TERM_YEARS.on(elected_on), LOCAL_TERM_YEARS.on(elected_on)
    )
    if years not in allowed:
        words = "或".join(f"{number}年" for number in allowed)
        raise Refusal(
            f"{union.get_kind_display()}委员会每届任期为{words}。",
            rule=rules.TERM_RULE,
            field="years",
        )


def _check_order(before: UnionTerm | None, number: int, elected_on: date) -> None:
    if before is None:
        return
    if number <= before.number:
        raise Refusal(
            f"已登记到第{before.number}届，新的届次应为第{before.number + 1}届。",
            rule="届次按时间先后登记",
            field="number",
        )
    if elected_on <= before.elected_on:
        raise Refusal(
            f"选举日期应晚于上一届的选举日期 {before.elected_on:%Y-%m-%d}。",
            rule="届次按时间先后登记",
            field="elected_on",
        )


def _supersede(term: UnionTerm, by: Actor) -> None:
    term.state = TermState.SUPERSEDED
    term.version += 1
    term.save(update_fields=["state", "version"])
    close_todo(target_type=TARGET, target_id=term.pk, by=by.user_id)


def _state_of(term: UnionTerm, today: date) -> TermState:
    if today > term.deadline:
        return TermState.EXPIRED
    return TermState.DELAYED if term.delayed_to else TermState.IN_OFFICE


@action("terms.delay", "登记延期换届", permissions.DELAY_TERM)
def delay(
    term: UnionTerm,
    *,
    by: Actor,
    delayed_to: date,
    reason: str,
    document: str,
    evidence: UploadedFile | None = None,
) -> UnionTerm:
    """The superior allows the election to be held later, at most as long as the rule lets.

    Only an approver of the superior may; the union itself never allows its own delay.
    """
    union = term.union
    if union.parent is None:
        raise Refusal("省总工会的延期换届由全国总工会批准，不在平台上办理。", rule=rules.DELAY_RULE)
    by.require(permissions.DELAY_TERM, union.parent.path)
    if term.state == TermState.SUPERSEDED:
        raise Conflict(f"“{union.name}”已登记新一届委员会，不需要延期。")
    if term.delayed_to is not None:
        raise Conflict(
            f"已于此前登记延期至 {term.delayed_to:%Y-%m-%d}。",
            rule="同一届只能延期一次",
            code="delayed",
        )
    if not document.strip():
        raise Refusal("请填写延期的批复文号。", rule=rules.DELAY_RULE, field="document")
    most = TERM_EXTENSION_MAX_MONTHS.on(term.ends_on)
    latest = rules.latest_delay(term.ends_on, most)
    if not term.ends_on < delayed_to <= latest:
        raise Refusal(
            f"延期应在 {term.ends_on:%Y-%m-%d} 之后，不超过 {most} 个月"
            f"（最迟 {latest:%Y-%m-%d}）。",
            rule=rules.DELAY_RULE,
            field="delayed_to",
        )
    term.delayed_to = term.deadline = delayed_to
    term.delay_reason = reason.strip()
    term.delay_document = document.strip()
    term.reminded = None
    term.state = _state_of(term, timezone.localdate())
    term.version += 1
    term.save()
    close_todo(target_type=TARGET, target_id=term.pk, by=by.user_id)
    if evidence is not None:
        keep(evidence, by=by, target=term, path=term.org_path)
    return term


@action("terms.remind", "届满提醒", permissions.REMIND_TERMS)
def remind(term: UnionTerm, *, by: Actor, today: date) -> UnionTerm:
    """Send the reminder that is due for a term, once, and open the union's to-do.

    Goes to the handlers and approvers of the union and of its superior.
    """
    level = rules.reminder_due(term.deadline, today, TERM_REMINDER_MONTHS.on(today))
    term.state = _state_of(term, today)
    if level is None or term.reminded == level or term.state == TermState.SUPERSEDED:
        term.save(update_fields=["state"])
        return term
    union = term.union
    link = reverse("resource:terms:record", args=[term.pk])
    send(
        recipients([union.pk, union.parent_id or union.pk], (HANDLER, APPROVER), today),
        DUE if level else OVERDUE,
        {
            "union": union.name,
            "number": term.number,
            "deadline": f"{term.deadline:%Y年%m月%d日}",
            "what": "延期届满" if term.delayed_to else "届满",
            "link": link,
        },
        key=f"{TODO}:{term.pk}:{term.deadline}:{level}",
        org_path=term.org_path,
    )
    what = "将届满" if level else "已届满"
    open_todo(
        kind=TODO,
        target_type=TARGET,
        target_id=term.pk,
        title=f"换届：{union.name}第{term.number}届{what}（{term.deadline:%Y-%m-%d}）",
        link=link,
        org_path=term.org_path,
        union_id=union.pk,
        permission=permissions.REGISTER_TERM.code,
        due_at=timezone.make_aware(datetime.combine(term.deadline, time(23, 59))),
    )
    term.reminded = level
    term.save(update_fields=["state", "reminded"])
    return term


def end_terms(unions: Iterable[int], *, by: Actor) -> int:
    """Supersede the open terms of unions that have ended; for actions on the tree."""
    rows = UnionTerm.objects.unscoped("terms of unions ended by the action under way")
    found = list(
        rows.filter(union_id__in=list(unions))
        .exclude(state=TermState.SUPERSEDED)
        .select_for_update()
    )
    for term in found:
        _supersede(term, by)
    return len(found)
