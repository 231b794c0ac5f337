"""Work items (流程待办): claim, decide, countersign, hand over, consult, send back, copy.

Whoever may act on an item: the user who has it, whoever holds its role at its union while nobody
has it, and those to whom one of these has delegated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.base.errors import Conflict, Forbidden, Missing, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.process import barring, stepping, telling
from gonghui.kernel.process.cases import act, check_reason, check_running, may_see
from gonghui.kernel.process.definitions import compiled, flow_of
from gonghui.kernel.process.diagram import Choice, Node
from gonghui.kernel.process.models import (
    Case,
    Copy,
    Delegation,
    ItemKind,
    ItemState,
    Mode,
    WorkItem,
)
from gonghui.kernel.process.permissions import FOLLOW_CASE, MANAGE_CASES, SIGN_WORK
from gonghui.kernel.process.places import MOST_SEATS, active_user, holders
from gonghui.kernel.process.tallying import Signature, outcome_of

AGREE = Choice("agree", "同意", "primary")
MINE = "an item is addressed to a user or to a role at a union, and shown to nobody else by this"
OF_CASE = "the items of a locked case"
LONGEST_OPINION = 2_000
SETTLED = (
    "state",
    "choice",
    "choice_title",
    "opinion",
    "decided_at",
    "decided_by_id",
    "decided_by_name",
    "on_behalf_of_id",
    "on_behalf_of_name",
)


@dataclass(frozen=True)
class Capacity:
    """As whom somebody signs: themselves, or for the one who delegated."""

    giver_id: int | None = None
    giver_name: str = ""


def capacity(item: WorkItem, by: Actor) -> Capacity | None:
    """As whom an actor may act on an item now; None when they may not."""
    if by.user_id is None:
        return None
    if item.assignee_id == by.user_id or _holds(item, by):
        return Capacity()
    if item.kind == ItemKind.CONSULT:
        return None
    today = timezone.localdate()
    given = Delegation.objects.filter(
        taker_id=by.user_id, ended_at=None, valid_from__lte=today, valid_to__gte=today
    )
    for one in given.filter(Q(flows=[]) | Q(flows__contains=[item.flow])):
        if item.assignee_id == one.giver_id:
            return Capacity(one.giver_id, one.giver_name)
        at_role = item.assignee_id is None and item.role
        if at_role and holders(item.union, item.role, today).filter(user=one.giver_id).exists():
            return Capacity(one.giver_id, one.giver_name)
    return None


def _holds(item: WorkItem, by: Actor) -> bool:
    places = {item.escalated_union_id}
    if item.assignee_id is None:
        places.add(item.union_id)
    return bool(item.role) and any(
        held.role == item.role and held.union_id in places for held in by.grants
    )


def choices_of(node: Node) -> tuple[Choice, ...]:
    """The buttons of a step; 同意 where the diagram gives none. The first one is the assent."""
    return node.choices or (AGREE,)


def node_of(item: WorkItem, case: Case) -> Node:
    """The step of an item in its diagram."""
    return compiled(case.definition_id).diagram.nodes[item.step]


def mine(by: Actor) -> list[QuerySet[WorkItem]]:
    """The open items somebody may act on themselves: theirs, and their roles' at their unions.

    A part for each way an item may be addressed; no two parts share an item.
    """
    ways = [Q(assignee_id=by.user_id)]
    for union_id, role in sorted({(held.union_id, held.role) for held in by.grants}):
        ways.append(Q(assignee_id=None, union_id=union_id, role=role))
    rows = WorkItem.objects.unscoped(MINE).filter(state=ItemState.OPEN)
    return [rows.filter(way) for way in ways]


def done(by: Actor) -> QuerySet[WorkItem]:
    """What somebody signed or answered (已办), the latest first."""
    rows = WorkItem.objects.unscoped(MINE).filter(decided_by_id=by.user_id, state=ItemState.DONE)
    return rows.select_related("case").order_by("-decided_at")


def earlier_steps(item: WorkItem) -> list[Node]:
    """The steps an open item may be sent back to, the latest first."""
    case = item.case
    run = stepping.run_of(case, stepping.CaseHost(case, Actor()))
    return run.earlier(item.token)


def _open(case: Case, pk: int, *kinds: str) -> WorkItem:
    item = next(iter(stepping.read_items(case, "id = %s", pk)), None)
    if item is None or item.kind not in (kinds or (ItemKind.SIGN,)):
        raise Missing("没有这个待办。")
    if not item.is_open:
        who = item.decided_by_name
        when = timezone.localtime(item.decided_at) if item.decided_at else None
        done_by = f"由{who}于{when:%Y年%m月%d日%H:%M}办理" if who and when else "取消"
        raise Conflict(
            f"这个待办已{done_by}。",
            rule="同一环节同一席位只办理一次",
            remedy="请刷新页面查看最新情况。",
            code="already_done",
        )
    return item


def _mine(case: Case, pk: int, by: Actor, *kinds: str) -> tuple[WorkItem, Capacity]:
    check_running(case)
    item = _open(case, pk, *kinds)
    found = capacity(item, by)
    if found is None:
        raise Forbidden(
            "这个待办不由您办理。",
            rule="待办由指定的人员或岗位办理",
            remedy="需要代办的，请办理人设立委托或转办。",
            code="not_yours",
        )
    return item, found


def hindrance(item: WorkItem, case: Case, by: Actor, how: Capacity) -> Forbidden | None:
    """Why somebody must leave an item that comes to them to others; None when they may sign."""
    why = _recused(item, case, (by.user_id, how.giver_id))
    return why or barring.lacking(case, item.step, by)


def _recused(
    item: WorkItem, case: Case, users: Iterable[int | None], name: str = "您"
) -> Forbidden | None:
    if not flow_of(case.flow).guarded:
        return None
    return barring.hindrance(case, item.step, stepping.subject_of(case), users, name)


def _check_other(item: WorkItem, case: Case, other: User) -> None:
    """Refuse to give an item to a user who may not sign it, beside the field `user`."""
    name = other.display_name
    why = _recused(item, case, (other.pk,), name)
    if why is None:
        why = barring.lacking(case, item.step, actor_of(other, timezone.localdate()), name)
    if why is not None:
        raise Refusal(why.message, why.rule, why.remedy, "user", why.code)


def _settle(
    item: WorkItem, by: Actor, how: Capacity, choice: str, title: str, opinion: str
) -> None:
    item.state = ItemState.DONE
    item.choice = choice
    item.choice_title = title[:50]
    item.opinion = opinion
    item.decided_at = timezone.now()
    item.decided_by_id = by.user_id
    item.decided_by_name = by.name
    item.on_behalf_of_id = how.giver_id
    item.on_behalf_of_name = how.giver_name
    item.save(update_fields=SETTLED)
    telling.close(item, by.user_id)


def _opinion(text: str, *, needed: bool, what: str = "意见") -> str:
    found = text.strip()
    if needed and not found:
        raise Refusal(
            f"请填写{what}。",
            rule="流程图要求这一结果写明意见",
            remedy="写一两句话，后面的办理人会看到。",
            field="opinion",
            code="no_opinion",
        )
    if len(found) > LONGEST_OPINION:
        raise Refusal(
            f"{what}超过 {LONGEST_OPINION} 个字。", remedy="请缩短后再提交。", field="opinion"
        )
    return found


@action("work.claim", "签收流程待办", SIGN_WORK)
def _claim(case: Case, *, by: Actor, item: int) -> Case:
    found, how = _mine(case, item, by)
    if found.assignee_id is not None:
        raise Conflict(f"这个待办已由{found.assignee_name}签收。", code="claimed")
    if (why := hindrance(found, case, by, how)) is not None:
        raise why
    telling.close(found, None)
    found.assignee_id, found.assignee_name = by.user_id, by.name
    found.claimed_at = timezone.now()
    found.told = []
    found.save()
    telling.ask(found, case)
    stepping.tell(
        case,
        "claimed",
        node_of(found, case),
        "签收",
        by=by,
        on_behalf_of=how.giver_name,
        item=found,
    )
    return case


@action("work.release", "退回签收的流程待办", SIGN_WORK)
def _release(case: Case, *, by: Actor, item: int) -> Case:
    found, _ = _mine(case, item, by)
    if not found.role or found.claimed_at is None:
        raise Conflict("这个待办不是签收来的，不能放回。", code="not_claimed")
    telling.close(found, None)
    found.assignee_id, found.assignee_name, found.claimed_at = None, "", None
    found.told = []
    found.save()
    telling.ask(found, case)
    stepping.tell(case, "released", node_of(found, case), "放回", by=by, item=found)
    return case


@action("work.decide", "办理流程待办", SIGN_WORK)
def _decide(
    case: Case,
    *,
    by: Actor,
    item: int,
    choice: str,
    opinion: str,
    variables: Mapping[str, object],
) -> Case:
    found, how = _mine(case, item, by)
    if (why := hindrance(found, case, by, how)) is not None:
        raise why
    node = node_of(found, case)
    chosen = next((one for one in choices_of(node) if one.code == choice), None)
    if chosen is None:
        titles = "、".join(one.title for one in choices_of(node))
        raise Refusal(
            "请选择办理结果。", remedy=f"可选：{titles}。", field="choice", code="no_choice"
        )
    text = _opinion(opinion, needed=chosen.reason)
    host = stepping.CaseHost(case, by)
    host.put(_filled(node, host, variables))
    _settle(found, by, how, chosen.code, chosen.title, text)
    stepping.tell(
        case,
        "decided",
        node,
        chosen.title,
        by=by,
        opinion=text,
        on_behalf_of=how.giver_name,
        item=found,
    )
    _count(case, found, node, host)
    return case


def _filled(
    node: Node, host: stepping.CaseHost, variables: Mapping[str, object]
) -> dict[str, object]:
    """What the form of a step may set; Refusal beside the field that lacks."""
    titles = host.flow.titles()
    given = {entry.name: variables.get(entry.name) for entry in node.fields}
    for entry in node.fields:
        if entry.required and given[entry.name] in (None, ""):
            raise Refusal(
                f"请填写“{entry.title or titles[entry.name]}”。",
                rule=f"“{node.title}”的必填项目",
                field=entry.name,
                code="required",
            )
    return {name: value for name, value in given.items() if name in variables}


def _count(case: Case, item: WorkItem, node: Node, host: stepping.CaseHost) -> None:
    """Go on when the seats of a step have an outcome; else keep waiting for the others."""
    seats = stepping.signing(case, item.token)
    outcome = outcome_of(
        item.mode,
        item.need,
        [Signature(seat.choice if not seat.is_open else "") for seat in seats],
        choices_of(node)[0].code,
    )
    if outcome is None:
        case.version += 1
        case.save()
        return
    case.variables["choice"] = outcome
    case.variables[f"choice_{node.id}"] = outcome
    stepping.move(case, host.by, lambda run: run.complete(item.token), host)


@action("work.add_signer", "加签", SIGN_WORK)
def _add_signer(case: Case, *, by: Actor, item: int, user: int, reason: str) -> Case:
    found, how = _signer(case, item, by)
    other = active_user(user)
    seats = stepping.signing(case, found.token)
    if any(seat.assignee_id == other.pk for seat in seats):
        raise Conflict(
            f"{other.display_name}已经是这一环节的办理人。", field="user", code="signer_twice"
        )
    if len(seats) >= MOST_SEATS:
        raise Refusal(f"一个环节最多 {MOST_SEATS} 人办理。", field="user", code="too_many")
    _check_other(found, case, other)
    if found.mode == Mode.ONE:
        # From now on everybody named has to sign.
        WorkItem.objects.unscoped(OF_CASE).filter(case=case, token=found.token).update(
            mode=Mode.ALL
        )
        found.mode = Mode.ALL
    new = WorkItem(
        case=case,
        flow=case.flow,
        token=found.token,
        step=found.step,
        title=found.title,
        mode=found.mode,
        need=found.need,
        assignee_id=other.pk,
        assignee_name=other.display_name,
        added_by_id=by.user_id,
        note=reason[:500],
        due_at=found.due_at,
    )
    new.place_at(found.union)
    new.save()
    telling.ask(new, case)
    telling.watch([new])
    stepping.tell(
        case,
        "signer_added",
        node_of(found, case),
        f"加签：{other.display_name}",
        by=by,
        opinion=reason,
        on_behalf_of=how.giver_name,
        item=new,
    )
    _touch(case)
    return case


@action("work.remove_signer", "减签", SIGN_WORK)
def _remove_signer(case: Case, *, by: Actor, item: int, reason: str) -> Case:
    check_running(case)
    found = _open(case, item)
    text = check_reason(reason, "减签的原因")
    seats = stepping.signing(case, found.token)
    others = [seat for seat in seats if seat.pk != found.pk]
    manages = by.may(MANAGE_CASES, case.org_path)
    signs = any(seat.is_open and capacity(seat, by) is not None for seat in others)
    if not manages and not signs and found.added_by_id != by.user_id:
        raise Forbidden(
            "没有减签的权限。",
            rule="减签由同一环节的办理人、加签人或本工会审批人办理",
            code="forbidden",
        )
    if not others:
        raise Conflict(
            "这是这一环节唯一的办理人，不能减签。",
            remedy="可以改为转办。",
            code="last_signer",
        )
    stepping.cancel(found, by, f"减签：{text}")
    node = node_of(found, case)
    stepping.tell(
        case,
        "signer_removed",
        node,
        f"减签：{found.assignee_name or found.title}",
        by=by,
        opinion=text,
        item=found,
    )
    rest = next((seat for seat in others), found)
    _count(case, rest, node, stepping.CaseHost(case, by))
    return case


def _signer(case: Case, pk: int, by: Actor) -> tuple[WorkItem, Capacity]:
    """An open item, for its signer or whoever manages cases there."""
    check_running(case)
    item = _open(case, pk)
    found = capacity(item, by)
    if found is None and by.may(MANAGE_CASES, case.org_path):
        found = Capacity()
    if found is None:
        raise Forbidden(
            "这个待办不由您办理。",
            rule="加签和转办由办理人或本工会审批人办理",
            code="not_yours",
        )
    return item, found


def _touch(case: Case) -> None:
    case.version += 1
    case.save()


@action("work.hand_over", "转办", SIGN_WORK)
def _hand_over(case: Case, *, by: Actor, item: int, user: int, reason: str) -> Case:
    found, how = _signer(case, item, by)
    text = check_reason(reason, "转办的原因")
    other = active_user(user)
    seats = stepping.signing(case, found.token)
    if any(seat.assignee_id == other.pk for seat in seats):
        raise Conflict(
            f"{other.display_name}已经是这一环节的办理人。", field="user", code="signer_twice"
        )
    _check_other(found, case, other)
    before = found.assignee_name or found.title
    telling.close(found, None)
    found.assignee_id, found.assignee_name = other.pk, other.display_name
    found.claimed_at = None
    found.told = []
    found.note = text
    found.save()
    telling.ask(found, case)
    stepping.tell(
        case,
        "handed_over",
        node_of(found, case),
        f"转办：{before}转{other.display_name}",
        by=by,
        opinion=text,
        on_behalf_of=how.giver_name,
        item=found,
    )
    _touch(case)
    return case


@action("work.consult", "征询意见", SIGN_WORK)
def _consult(case: Case, *, by: Actor, item: int, user: int, question: str) -> Case:
    found, how = _mine(case, item, by)
    text = check_reason(question, "要征询的问题")
    other = active_user(user)
    asked = WorkItem.objects.unscoped(OF_CASE).filter(
        asked_by=found, state=ItemState.OPEN, assignee_id=other.pk
    )
    if other.pk == by.user_id or asked.exists():
        raise Conflict(
            f"已经在征询{other.display_name}的意见，或对方就是您本人。",
            field="user",
            code="asked_twice",
        )
    new = WorkItem(
        case=case,
        flow=case.flow,
        token=found.token,
        step=found.step,
        title=found.title,
        kind=ItemKind.CONSULT,
        assignee_id=other.pk,
        assignee_name=other.display_name,
        asked_by=found,
        added_by_id=by.user_id,
        note=text,
        due_at=found.due_at,
    )
    new.place_at(found.union)
    new.save()
    telling.ask(new, case)
    stepping.tell(
        case,
        "consulted",
        node_of(found, case),
        f"征询：{other.display_name}",
        by=by,
        opinion=text,
        on_behalf_of=how.giver_name,
        item=new,
    )
    _touch(case)
    return case


@action("work.answer", "答复征询", SIGN_WORK)
def _answer(case: Case, *, by: Actor, item: int, opinion: str) -> Case:
    found, how = _mine(case, item, by, ItemKind.CONSULT)
    text = _opinion(opinion, needed=True, what="答复")
    _settle(found, by, how, "answered", "答复", text)
    stepping.tell(
        case, "answered", node_of(found, case), "答复征询", by=by, opinion=text, item=found
    )
    _touch(case)
    return case


@action("work.send_back", "退回流程待办", SIGN_WORK)
def _send_back(case: Case, *, by: Actor, item: int, to: str, reason: str) -> Case:
    found, how = _mine(case, item, by)
    if (why := _recused(found, case, (by.user_id, how.giver_id))) is not None:
        raise why
    text = check_reason(reason, "退回的原因")
    host = stepping.CaseHost(case, by)
    run = stepping.run_of(case, host)
    target = next((node for node in run.earlier(found.token) if node.id == to), None)
    if target is None:
        raise Refusal(
            "不能退回到这个环节。",
            rule="只能退回到办理过的环节",
            remedy="请重新选择退回的环节。",
            field="to",
            code="no_such_step",
        )
    _settle(found, by, how, "sent_back", f"退回{target.title}", text)
    stepping.tell(
        case,
        "sent_back",
        node_of(found, case),
        f"退回到“{target.title}”",
        by=by,
        opinion=text,
        on_behalf_of=how.giver_name,
        item=found,
    )
    case.variables["returns"] = int(case.variables.get("returns", 0)) + 1
    run.send_back(found.token, to)
    stepping.settle(case, host, run)
    return case


@action("work.copy_to", "抄送流程", FOLLOW_CASE)
def _copy_to(case: Case, *, by: Actor, users: Iterable[int], note: str) -> Case:
    if not may_see(by, case):
        raise Forbidden("没有查看这个流程的权限，不能抄送。", code="forbidden")
    chosen = [active_user(user) for user in dict.fromkeys(users)][:MOST_SEATS]
    if not chosen:
        raise Refusal("请选择抄送的人员。", field="users", code="nobody")
    for user in chosen:
        Copy.objects.get_or_create(
            case=case,
            user_id=user.pk,
            defaults={
                "user_name": user.display_name,
                "by_name": by.name,
                "note": note.strip()[:200],
            },
        )
    send(
        [Recipient(user_id=user.pk) for user in chosen],
        telling.COPIED,
        {
            "title": case.title,
            "by": by.name,
            "note": note.strip()[:200],
            "link": telling.case_link(case.pk),
        },
        key=f"copied/{case.pk}",
        org_path=case.org_path,
    )
    names = "、".join(user.display_name for user in chosen)
    stepping.tell(case, "copied", None, f"抄送：{names}", by=by, opinion=note.strip()[:200])
    return case


def _on(run: Any, item: WorkItem, by: Actor, **given: Any) -> WorkItem:
    act(run, item.case, by=by, item=item.pk, **given)
    (stored,) = stepping.read_items(item.case, "id = %s", item.pk)
    for column in item._meta.concrete_fields:
        setattr(item, column.attname, getattr(stored, column.attname))
    return item


def claim(item: WorkItem, *, by: Actor) -> WorkItem:
    """Take an item that waits for whoever holds a role; Conflict when somebody has it."""
    return _on(_claim, item, by)


def release(item: WorkItem, *, by: Actor) -> WorkItem:
    """Give an item taken by `claim` back to everybody who holds its role."""
    return _on(_release, item, by)


def decide(
    item: WorkItem,
    *,
    by: Actor,
    choice: str,
    opinion: str = "",
    variables: Mapping[str, object] | None = None,
) -> WorkItem:
    """Sign an item, and go on when its step has an outcome by that: one transaction for both.

    choice: code of a button. variables: what the form of the step asks for, by name. Conflict
    for an item signed before.
    """
    return _on(_decide, item, by, choice=choice, opinion=opinion, variables=variables or {})


def add_signer(item: WorkItem, *, by: Actor, user: int, reason: str = "") -> WorkItem:
    """Let one more user sign the step of an open item (加签).

    At a step of one signer all those named then have to sign; where a number is needed it stays.
    """
    return _on(_add_signer, item, by, user=user, reason=reason)


def remove_signer(item: WorkItem, *, by: Actor, reason: str) -> WorkItem:
    """Take a seat that has not signed out of its step (减签); the others may then suffice."""
    return _on(_remove_signer, item, by, reason=reason)


def hand_over(item: WorkItem, *, by: Actor, user: int, reason: str) -> WorkItem:
    """Give an item to another user for good (转办)."""
    return _on(_hand_over, item, by, user=user, reason=reason)


def consult(item: WorkItem, *, by: Actor, user: int, question: str) -> WorkItem:
    """Ask another user for an opinion (委派征询); the item stays with its signer.

    Signing without waiting for the answer withdraws the question.
    """
    return _on(_consult, item, by, user=user, question=question)


def answer(item: WorkItem, *, by: Actor, opinion: str) -> WorkItem:
    """Answer a consultation."""
    return _on(_answer, item, by, opinion=opinion)


def send_back(item: WorkItem, *, by: Actor, to: str, reason: str) -> WorkItem:
    """Send a case back to an earlier step (退回), one of `earlier_steps`.

    Everything begun after that step is undone; a step of a parallel branch that has met the others
    since opens all these branches again.
    """
    return _on(_send_back, item, by, to=to, reason=reason)


def copy_to(case: Case, *, by: Actor, users: Iterable[int], note: str = "") -> Case:
    """Show a case to users for their knowledge (抄送)."""
    return act(_copy_to, case, by=by, users=list(users), note=note)


def read_copy(case: Case, *, by: Actor) -> None:
    """Note that somebody has looked at what they had a copy of."""
    rows = Copy.objects.filter(case=case, user_id=by.user_id, read_at=None)
    rows.update(read_at=timezone.now())
