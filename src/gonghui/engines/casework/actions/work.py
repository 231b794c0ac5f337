"""Working on a case: accept, describe, route, take, hand over, send back, ask others."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.actions import clocks
from gonghui.engines.casework.actions.telling import (
    PART,
    PART_TARGET,
    end_of,
    happened,
    label,
    move_todos,
    refresh_todos,
    remind,
)
from gonghui.engines.casework.actions.verbs import check_no_interest, place_of_case, verb
from gonghui.engines.casework.declaring import Begin, CaseKind, Moment, Until, kind_of
from gonghui.engines.casework.models import (
    Case,
    Difficulty,
    Intake,
    Movement,
    MovementKind,
    Part,
    PartRole,
    PartState,
    Phase,
)
from gonghui.engines.casework.parameters import PART_WORKDAYS
from gonghui.engines.casework.queries import cases as queries
from gonghui.engines.casework.rules import confidentiality as secrecy
from gonghui.engines.casework.rules import routing
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actions import note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union

SECRETS = "what is written for others is compared with what names the complainants"
ANYWHERE = "a desk may pass work to any union of the tree"
FOLLOW = "what hangs on a case lies where the case lies"
SEAT = "whoever gets a case holds the right to work on it there"


def secrets_of(case: Case) -> list[str]:
    """The words that name the complainants of a case; never kept or shown."""
    with everywhere():
        rows = Intake.objects.unscoped(SECRETS).filter(case=case)
        return queries.secrets_of(rows.only("name", "mobile", "contact", "person_id"))


@verb("accept", "受理", "handle")
def accept(
    case: Case,
    *,
    by: Actor,
    category: str,
    difficulty: str = Difficulty.COMMON,
    title: str = "",
    summary: str = "",
) -> Case:
    """Take a case in: what it is about and how hard, in words that name nobody."""
    _describe(case, category, difficulty, title, summary)
    now = timezone.now()
    today = timezone.localdate(now)
    case.accepted_at = now
    case.phase = Phase.ROUTED
    clocks.refit(case)
    clocks.met(case, Until.ACCEPTED, today)
    clocks.begin(case, Begin.ACCEPTED, today)
    return _done(case, Moment.ACCEPTED, "已受理", "", by, public=True)


@verb("decline", "不予受理", "handle")
def decline(case: Case, *, by: Actor, reason: str, rule: str = "") -> Case:
    """Say why it is not dealt with here, and where to turn to; the complainants are told."""
    reason = secrecy.check_for_others(reason, secrets_of(case), "reason")
    if not reason:
        raise Refusal("请写明不予受理的理由和去处。", field="reason", code="empty")
    case.phase = Phase.DECLINED
    case.closed_at = timezone.now()
    clocks.met(case, Until.ACCEPTED, timezone.localdate())
    clocks.stop(case)
    words = f"{reason}（依据：{rule}）" if rule else reason
    return _done(
        case, Moment.DECLINED, "不予受理", words, by, public=True, reason=reason, rule=rule
    )


@verb("describe", "修改摘要和分类", "handle")
def describe(
    case: Case,
    *,
    by: Actor,
    category: str,
    difficulty: str,
    title: str = "",
    summary: str = "",
) -> Case:
    """Word anew what the case is about."""
    harder = difficulty != case.difficulty
    _describe(case, category, difficulty, title, summary)
    if harder:
        clocks.refit(case)
    return _done(case, Moment.DESCRIBED, "修改摘要和分类", "", by)


def generated_title(kind: CaseKind, category: str) -> str:
    """The title of a case whose complainant's own may not be shown."""
    words = kind.category_words(category) if category else "待分类"
    return f"{kind.title}（{words}）"[:80]


def _describe(case: Case, category: str, difficulty: str, title: str, summary: str) -> None:
    kind = kind_of(case)
    if kind.categories and category not in kind.categories:
        raise Refusal("请选择类别。", field="category", code="category")
    if difficulty not in Difficulty.values:
        raise Refusal("请选择难度。", field="difficulty", code="difficulty")
    secrets = secrets_of(case)
    # The form hands the present title back: a generated one follows the category.
    if case.title == generated_title(kind, case.category) and title.strip() in ("", case.title):
        case.title = generated_title(kind, category)
    elif title.strip():
        case.title = secrecy.check_for_others(title, secrets, "title")[:80]
    if summary.strip():
        case.summary = secrecy.check_for_others(summary, secrets, "summary")[:1000]
    case.category, case.difficulty = category, difficulty


@verb("name_respondent", "登记被反映单位", "handle")
def name_respondent(case: Case, *, by: Actor, union: Union | None = None, name: str = "") -> Case:
    """Say whom the case is about; a case that lies there is lifted to the next superior."""
    if union is None and not name.strip():
        raise Refusal("请选择或填写被反映单位。", field="name", code="empty")
    case.respondent = union
    case.respondent_name = (name.strip() or (union.name if union else ""))[:120]
    if union is not None:
        drop_parts_of(case, union)
        if case.about(case.org_path):
            lift(case, by)
        keep_absorbed_apart(case)
    return _done(case, Moment.RESPONDENT, "登记被反映单位", "", by)


def lift(case: Case, by: Actor) -> None:
    """Put a case above the unit it is about; whoever worked on it there no longer does.

    The caller saves.
    """
    pk = routing.target(routing.Place.of(case.org_path), "basic", case.respondent_id)
    to = Union.objects.unscoped(ANYWHERE).get(pk=pk)
    _move(case, to, MovementKind.LIFT, by, "被反映单位不办理对自己的投诉")
    case.handler_id, case.handler_name = None, ""
    if case.phase == Phase.HANDLING:
        case.phase = Phase.ROUTED


def keep_absorbed_apart(case: Case) -> None:
    """Cases merged into this one are kept from the unit it is about as well."""
    if case.respondent_id is None:
        return
    rows = Case.objects.unscoped(FOLLOW).filter(merged_into=case)
    for other in rows.exclude(respondent_id=case.respondent_id, respondent_id__isnull=False):
        other.respondent_id = case.respondent_id
        other.respondent_name = case.respondent_name
        if other.about(other.org_path):
            other.place_at(case.union)
        other.save()
        follow(other)


def parts_of(case: Case) -> QuerySet[Part]:
    """What other units were asked for a case and not relieved of."""
    rows = Part.objects.unscoped(FOLLOW).filter(case=case).exclude(state=PartState.CANCELLED)
    return rows.order_by("pk")


def drop_parts_of(case: Case, union: Union) -> None:
    """Joint work already given to the unit complained of is taken back."""
    for part in parts_of(case).filter(role=PartRole.JOINT):
        if str(union.pk) in part.org_path.split("."):
            cancel_part(part)


def cancel_part(part: Part) -> None:
    part.state, part.disclosed = PartState.CANCELLED, False
    with everywhere():
        part.save()
    close_todo(target_type=PART_TARGET, target_id=part.pk, kind=PART)


def move_parts(case: Case, other: Case) -> None:
    """What was asked for a case goes on under the whole it was merged into; a unit that is asked
    there already is asked once."""
    asked = set(parts_of(case).values_list("union_id", flat=True))
    for part in parts_of(other).select_related("union"):
        waits = part.state in (PartState.ASKED, PartState.RETURNED)
        if part.union_id in asked:
            if waits:
                cancel_part(part)
            continue
        part.case = case
        with everywhere():
            part.save()
        if waits:
            _part_todo(part)


@verb("route", "派发", "handle")
def route(
    case: Case,
    *,
    by: Actor,
    to: Union | None = None,
    competent: Union | None = None,
    reason: str = "",
) -> Case:
    """Send a case to the desk that deals with it; nobody there has taken it yet.

    to: a union chosen by hand. Without it the table says the level, and the way from the root
    to the competent union the place; competent: whose matter it is, by default the desk's own.
    """
    because = ""
    if to is None:
        to, because = proposed(case, competent or case.union)
    routing.check_target(routing.Place.of(to.path), case.respondent_id)
    _move(case, to, MovementKind.ROUTE, by, reason, because)
    case.phase = Phase.ROUTED
    case.handler_id, case.handler_name, case.taken_at = None, "", None
    case.routed_at = timezone.now()
    today = timezone.localdate()
    clocks.met(case, Until.ROUTED, today)
    clocks.begin(case, Begin.ROUTED, today)
    return _done(case, Moment.ROUTED, "已转办", f"由{to.name}办理", by, public=True)


def proposed(case: Case, competent: Union) -> tuple[Union, str]:
    """The union the table and the tree say, and why in words; nothing is changed."""
    kind = kind_of(case)
    decision = kind.table.decide(
        {
            "kind": case.kind,
            "category": case.category,
            "difficulty": case.difficulty,
            "channel": case.channel,
            "complaints": case.intakes_count,
            "crisis": case.crisis,
        },
        on=timezone.localdate(),
        path=case.org_path,
    )
    level = str((decision.outcome or {}).get("level") or "county")
    pk = routing.target(routing.Place.of(competent.path), level, case.respondent_id)
    found = Union.objects.unscoped(ANYWHERE).get(pk=pk)
    return found, decision.because


def _move(case: Case, to: Union, kind: str, by: Actor, reason: str = "", because: str = "") -> None:
    """Put a case and all that hangs on it at another desk; the caller saves the case."""
    Movement.objects.create(
        case=case,
        kind=kind,
        at=timezone.now(),
        from_union_id=case.union_id,
        from_name=case.union.name,
        to_union_id=to.pk,
        to_name=to.name,
        reason=reason[:300],
        because=because,
        by_name=by.name[:50],
    )
    case.place_at(to)
    follow(case)
    move_todos(case)


def follow(case: Case) -> None:
    """Put intakes and the system's own row where the case lies."""
    place: dict[str, Any] = {
        "union_id": case.union_id,
        "org_path": case.org_path,
        "city_id": case.city_id,
        "county_id": case.county_id,
    }
    with everywhere():
        Intake.objects.unscoped(FOLLOW).filter(case=case).update(**place)
        row = kind_of(case).row
        if row is not None:
            row.objects.unscoped(FOLLOW).filter(case=case).update(**place)


@verb("take", "签收", "handle")
def take(case: Case, *, by: Actor) -> Case:
    """Take a case from the queue; of two who try, one gets it."""
    now = timezone.now()
    today = timezone.localdate(now)
    case.phase = Phase.HANDLING
    case.handler_id, case.handler_name, case.taken_at = by.user_id, by.name[:50], now
    clocks.met(case, Until.TAKEN, today)
    clocks.begin(case, Begin.TAKEN, today)
    return _done(case, Moment.TAKEN, "已签收", "正在办理", by, public=True)


@verb("hand_over", "交接", "handle")
def hand_over(case: Case, *, by: Actor, user_id: int, reason: str) -> Case:
    """Give a case to another handler of the same desk."""
    user = _handler(case, user_id)
    Movement.objects.create(
        case=case,
        kind=MovementKind.HAND_OVER,
        at=timezone.now(),
        from_union_id=case.union_id,
        from_name=case.handler_name,
        to_union_id=case.union_id,
        to_name=user.display_name,
        reason=reason[:300],
        by_name=by.name[:50],
    )
    case.handler_id, case.handler_name = user.pk, user.display_name[:50]
    remind(case, user.pk, "有办件交接给您", "请打开办件查看。")
    return _done(case, Moment.HANDED_OVER, "交接", reason, by)


def _handler(case: Case, user_id: int) -> User:
    """An active user who may work on the case at its desk and has no post at the respondent."""
    today = timezone.localdate()
    roles = [role.code for role in kind_of(case).permissions.handle.roles]
    rows = Grant.objects.unscoped(SEAT).filter(
        user_id=user_id, ended_at=None, valid_from__lte=today, user__is_active=True
    )
    held = [row for row in rows if row.valid_to is None or row.valid_to >= today]
    fits = any(row.role in roles and case.org_path.startswith(row.org_path) for row in held)
    if not fits or any(case.about(row.org_path) for row in held):
        raise Refusal(
            "这个人员不能办理这个办件。",
            rule="接办人须在本工会或上级工会有办理权限，且不在被反映单位任职",
            remedy="请另选接办人。",
            field="user_id",
            code="no_handler",
        )
    return User.objects.get(pk=user_id)


@verb("send_back", "退回", "handle")
def send_back(case: Case, *, by: Actor, reason: str) -> Case:
    """Send a case back to the desk it came from, with the reason."""
    last = (
        Movement.objects.filter(case=case, kind__in=(MovementKind.ROUTE, MovementKind.LIFT))
        .exclude(from_union_id=case.union_id)
        .order_by("-pk")
        .first()
    )
    if last is None or last.to_union_id != case.union_id:
        raise Conflict(
            "这个办件不是转来的，不能退回。", remedy="不属于本工会的，请派发。", code="no_sender"
        )
    if not reason.strip():
        raise Refusal("请写明退回理由。", field="reason", code="empty")
    to = Union.objects.unscoped(ANYWHERE).get(pk=last.from_union_id)
    routing.check_target(routing.Place.of(to.path), case.respondent_id)
    _move(case, to, MovementKind.RETURN, by, reason)
    case.phase = Phase.ROUTED
    case.handler_id, case.handler_name, case.taken_at = None, "", None
    return _done(case, Moment.RETURNED, "退回", reason, by)


@verb("step", "推进环节", "handle")
def step(case: Case, *, by: Actor, step: str, text: str = "", public: bool = False) -> Case:
    """Set the system's own state; public: the complainants read the text too."""
    words = kind_of(case).steps
    if step not in words:
        raise Refusal("没有这个环节。", field="step", code="step")
    if text.strip():
        text = secrecy.check_for_others(text, secrets_of(case))
    case.step = step
    return _done(case, Moment.STEPPED, words[step], text, by, public=public, step=step)


@verb("ask_part", "请求协办", "handle")
def ask_part(
    case: Case,
    *,
    by: Actor,
    union: Union,
    task: str,
    role: str = PartRole.JOINT,
    days: int | None = None,
) -> Part:
    """Ask another union for its part, or the unit complained of for its account.

    task is all it gets to read besides number and category.
    """
    if role not in PartRole.values:
        raise Refusal("没有这种分工。", field="role", code="role")
    task = secrecy.check_for_others(task, secrets_of(case), "task")
    if not task:
        raise Refusal("请写明请对方办什么。", field="task", code="empty")
    concerned = case.about(union.path)
    if role == PartRole.JOINT and concerned:
        raise Refusal(
            "被反映单位不能协办对自己的投诉。",
            rule=secrecy.RULE,
            remedy="需要它说明情况的，请选“被反映单位说明”。",
            field="union",
            code="to_respondent",
        )
    if role == PartRole.RESPONDENT and not concerned:
        raise Refusal(
            "这个工会不是被反映单位。",
            remedy="请先登记被反映单位，或改为协办。",
            field="union",
            code="not_respondent",
        )
    if union.pk == case.union_id:
        raise Refusal("主办单位不需要协办。", field="union", code="lead")
    today = timezone.localdate()
    part = Part(
        case=case,
        role=role,
        task=task,
        due_on=add_workdays(today, days or PART_WORKDAYS.on(today)),
        asked_at=timezone.now(),
        asked_by_name=by.name[:50],
    )
    part.place_at(union)
    try:
        with transaction.atomic(), everywhere():
            part.save()
    except IntegrityError as error:
        raise Conflict("已经请过这个工会。", field="union", code="asked") from error
    _part_todo(part)
    happened(case, Moment.PART_ASKED, part.get_role_display(), f"请{union.name}办理", by=by)
    return part


def _part_todo(part: Part) -> None:
    open_todo(
        kind=PART,
        target_type=PART_TARGET,
        target_id=part.pk,
        title=f"{part.get_role_display()}：{label(part.case)}",
        link=reverse("casework:part", args=[part.pk]),
        org_path=part.org_path,
        union_id=part.union_id,
        permission=kind_of(part.case).permissions.handle.code,
        due_at=end_of(part.due_on),
    )


@verb("answer_part", "反馈协办事项", "handle", hangs=True)
def answer_part(part: Part, *, by: Actor, text: str) -> Part:
    """What the asked union found or has to say."""
    if part.role == PartRole.JOINT:
        check_no_interest(part.case, by, place=part.case.org_path)
    if part.state not in (PartState.ASKED, PartState.RETURNED):
        raise Conflict("这件协办事项已经反馈或取消。", code="answered")
    if not text.strip():
        raise Refusal("请填写反馈内容。", field="text", code="empty")
    part.state = PartState.ANSWERED
    part.answer = text.strip()[:4000]
    part.answered_at, part.answered_by_name = timezone.now(), by.name[:50]
    part.version += 1
    part.save()
    close_todo(target_type=PART_TARGET, target_id=part.pk, kind=PART, by=by.user_id)
    case = part.case
    remind(case, case.handler_id, "协办单位已反馈", f"{part.union.name}已反馈。")
    happened(case, Moment.PART_ANSWERED, "收到反馈", part.union.name, by=by, part=part)
    return part


@verb("return_part", "退回协办反馈", "handle", place=place_of_case, hangs=True)
def return_part(part: Part, *, by: Actor, reason: str) -> Part:
    """Ask the union to answer anew."""
    if part.state != PartState.ANSWERED:
        raise Conflict("还没有收到反馈。", code="not_answered")
    part.returned = secrecy.check_for_others(reason, secrets_of(part.case), "reason")[:200]
    part.state = PartState.RETURNED
    part.version += 1
    with everywhere():
        part.save()
    _part_todo(part)
    note(part={"label": "退回协办反馈", "after": part.union.name})
    return part


@verb("disclose", "告知协办单位来件人身份", "approve", place=place_of_case, hangs=True)
def disclose(part: Part, *, by: Actor, reason: str) -> Part:
    """Let a joint unit know who complained; never the unit complained of."""
    if part.role == PartRole.RESPONDENT or part.case.about(part.org_path):
        raise Refusal("不能把来件人告诉被反映单位。", rule=secrecy.RULE, code="to_respondent")
    if part.case.secrecy != "named":
        raise Refusal(
            "来件人要求保密或匿名，不能告知其他单位。", rule=secrecy.RULE, code="confidential"
        )
    # The audit entry with the reason lies at the joint unit.
    secrecy.check_for_others(reason, secrets_of(part.case), "reason")
    part.disclosed = True
    part.version += 1
    with everywhere():
        part.save()
    return part


def _done(
    case: Case,
    moment: Moment,
    title: str,
    text: str,
    by: Actor,
    *,
    public: bool = False,
    **facts: Any,
) -> Case:
    clocks.recount(case)
    case.version += 1
    case.save()
    refresh_todos(case, by)
    happened(case, moment, title, text, by=by, public=public, **facts)
    return case
