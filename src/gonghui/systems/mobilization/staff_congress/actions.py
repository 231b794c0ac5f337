"""The writers of staff congresses: terms, delegates, sessions, votes, proposals, publicity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.names import check_name
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.bus.outbox import publish as publish_event
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.people.models import Membership
from gonghui.systems.mobilization.membership.public import recipients
from gonghui.systems.mobilization.staff_congress import permissions, queries, rules
from gonghui.systems.mobilization.staff_congress.models import (
    AgendaItem,
    CongressKind,
    CongressState,
    Delegate,
    DelegateKind,
    Objection,
    Proposal,
    ProposalState,
    Publicity,
    Session,
    SessionState,
    StaffCongress,
)

Record = TypeVar("Record", StaffCongress, Session, Proposal, Publicity)
PROPOSAL_TODO, OBJECTION_TODO = "staff-proposal.review", "publicity.objection"
ABOUT = Category("staff-congress", "职代会和厂务公开", may_mute=False)
TOLD = Template("staff-congress.told", "{what}", "{words}", ABOUT, "{link}")
KINDS = {
    "一线": DelegateKind.FRONT,
    "专技": DelegateKind.STAFF,
    "管理": DelegateKind.STAFF,
    "中层": DelegateKind.LEADER,
    "领导": DelegateKind.LEADER,
}
register_kind(PROPOSAL_TODO, "职工提案待办理")
register_kind(OBJECTION_TODO, "厂务公开意见待答复")


@action("staff-congresses.begin", "登记职代会届次", permissions.KEEP_CONGRESS, creates=True)
def begin(
    union: Union, *, by: Actor, number: int, kind: str, employees: int, began_on: date, years: int
) -> StaffCongress:
    """Begin a term of a unit's staff congress; the one before must have ended."""
    by.require(permissions.KEEP_CONGRESS, union.path)
    law = queries.law_on(began_on)
    if kind == CongressKind.ASSEMBLY and employees >= law.assembly_below:
        raise Refusal(
            f"职工 {employees} 人，达到 {law.assembly_below} 人，应召开职工代表大会。",
            rule=rules.RULE,
            field="kind",
        )
    allowed = queries.TERM_YEARS.on(began_on)
    if years not in allowed:
        raise Refusal(
            f"每届任期为 {min(allowed)} 至 {max(allowed)} 年。", rule=rules.RULE, field="years"
        )
    try:
        ends = began_on.replace(year=began_on.year + years)
    except ValueError:
        ends = date(began_on.year + years, 2, 28)
    congress = StaffCongress(
        number=number,
        kind=kind,
        employees=employees,
        began_on=began_on,
        years=years,
        ends_on=ends,
    )
    congress.place_at(union)
    try:
        with transaction.atomic():
            congress.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            f"“{union.name}”已有这一届，或上一届还没有结束。",
            remedy="请先结束上一届，再登记新一届。",
            code="open_congress",
        ) from error
    return congress


@action("staff-congresses.delegates", "登记职工代表", permissions.KEEP_CONGRESS)
def add_delegates(
    congress: StaffCongress, *, by: Actor, elected_on: date, people: str
) -> StaffCongress:
    """Enter delegates, one a line: name, constituency, standing (one of KINDS), 女."""
    _require_congress(congress, CongressState.ELECTING, CongressState.IN_TERM)
    found, wrong = [], []
    for number, line in enumerate((x for x in people.splitlines() if x.strip()), 1):
        parts = re.split(r"[\s,，、]+", line.strip())
        woman = parts[-1] == "女"
        words = parts[:-1] if woman else parts
        if len(words) != 3 or words[2] not in KINDS:
            wrong.append(f"第 {number} 行应为“姓名 选区 身份”，身份为{'、'.join(KINDS)}之一。")
            continue
        found.append(
            Delegate(
                congress=congress,
                name=check_name(words[0]),
                unit=words[1],
                kind=KINDS[words[2]],
                is_woman=woman,
                elected_on=elected_on,
            )
        )
    if wrong or not found:
        raise Refusal("".join(wrong[:5]) or "请填写职工代表，每行一名。", field="people")
    _recognise(congress, found, by)
    try:
        with transaction.atomic():
            Delegate.objects.bulk_create(found)
    except IntegrityError as error:
        raise Conflict(
            "名单中有人已经登记为职工代表。", remedy="请去掉重复的行。", code="twice"
        ) from error
    note(delegates={"label": "登记职工代表", "after": f"{len(found)} 人"})
    return _touched(congress)


def _recognise(congress: StaffCongress, delegates: list[Delegate], by: Actor) -> None:
    """Link each delegate whose name one member of the unit alone has."""
    scope = by.scope(permissions.KEEP_CONGRESS)
    named: dict[str, list[int]] = {}
    names = [item.name for item in delegates]
    for member in queries.members_of(congress, scope).filter(name__in=names):
        named.setdefault(member.name, []).append(member.person_id)
    taken = set(queries.serving(congress).values_list("person_id", flat=True))
    for item in delegates:
        alone = len(named.get(item.name, ())) == 1 and names.count(item.name) == 1
        if alone and named[item.name][0] not in taken:
            item.person_id = named[item.name][0]


@action("staff-congresses.link", "关联职工代表的会员档案", permissions.KEEP_CONGRESS)
def link(congress: StaffCongress, *, by: Actor, delegate: int, number: str) -> StaffCongress:
    """Say which member of the unit a delegate is, by member number; for namesakes and mistakes."""
    _require_congress(congress, CongressState.ELECTING, CongressState.IN_TERM)
    found = _serving(congress, delegate)
    scope = by.scope(permissions.KEEP_CONGRESS)
    member = queries.members_of(congress, scope).filter(number=number.strip()).first()
    if member is None or member.name != found.name:
        raise Refusal(
            f"本单位没有会员号为“{number.strip()}”的会员{found.name}。",
            rule="职工代表是本单位的职工",
            remedy="请在“会员”中核对会员号；还没有入会的，不关联也可以担任代表。",
            field="number",
        )
    others = queries.serving(congress).exclude(pk=found.pk)
    if others.filter(person_id=member.person_id).exists():
        raise Conflict("这位会员已经是职工代表。", code="twice")
    found.person_id = member.person_id
    found.save(update_fields=["person_id"])
    note(link={"label": found.name, "after": member.number})
    return _touched(congress)


def _serving(congress: StaffCongress, delegate: int) -> Delegate:
    found = queries.serving(congress).filter(pk=delegate).first()
    if found is None:
        raise Refusal("没有这位职工代表，或者资格已经终止。", field="delegate")
    return found


@action("staff-congresses.confirm", "确认代表资格", permissions.KEEP_CONGRESS)
def confirm(congress: StaffCongress, *, by: Actor) -> StaffCongress:
    """Confirm the delegates; refused while they are too few or too many of them leaders."""
    _require_congress(congress, CongressState.ELECTING)
    if congress.kind == CongressKind.DELEGATES:
        failed = [line for line in composition_of(congress)[:2] if not line.holds]
        if failed:
            raise Refusal(
                "".join(line.text for line in failed),
                rule=failed[0].rule,
                remedy="请补充或调整职工代表后再确认。",
                code="composition",
            )
    congress.state = CongressState.IN_TERM
    return _touched(congress)


def composition_of(congress: StaffCongress) -> list[rules.Line]:
    """What the delegates must be and are."""
    rows = list(queries.serving(congress))
    return rules.composition(
        congress.employees,
        len(rows),
        sum(item.kind == DelegateKind.LEADER for item in rows),
        sum(item.is_woman for item in rows),
        queries.law_on(congress.began_on),
    )


@action("staff-congresses.end-mandate", "终止代表资格", permissions.KEEP_CONGRESS)
def end_mandate(
    congress: StaffCongress, *, by: Actor, delegate: int, left_on: date, reason: str
) -> StaffCongress:
    """End a delegate's mandate: left the unit, or recalled by the constituency."""
    found = _serving(congress, delegate)
    if not found.elected_on <= left_on <= timezone.localdate():
        raise Refusal("终止日期应在当选日期与今天之间。", field="left_on")
    found.left_on, found.left_reason = left_on, reason.strip()
    found.save(update_fields=["left_on", "left_reason"])
    note(mandate={"label": found.name, "after": "代表资格终止"})
    return _touched(congress)


@action("staff-congresses.end", "结束本届", permissions.KEEP_CONGRESS)
def end(congress: StaffCongress, *, by: Actor) -> StaffCongress:
    """End the term, so that the next can begin."""
    _require_congress(congress, CongressState.ELECTING, CongressState.IN_TERM)
    if queries.sessions_of(congress).exclude(state=SessionState.CLOSED).exists():
        raise Conflict("还有没有闭会的会议，不能结束本届。", code="open_session")
    congress.state = CongressState.ENDED
    return _touched(congress)


@action("staff-sessions.convene", "筹备会议", permissions.KEEP_CONGRESS)
def convene(
    congress: StaffCongress, *, by: Actor, planned_on: date, place: str, agenda: str
) -> Session:
    """Plan a session with its agenda, an item a line; 【表决】 and the like tell what it asks."""
    _require_congress(congress, CongressState.IN_TERM)
    titles = [line.strip() for line in agenda.splitlines() if line.strip()]
    if not titles:
        raise Refusal("请填写议题，每行一项。", field="agenda")
    if queries.sessions_of(congress).exclude(state=SessionState.CLOSED).exists():
        raise Conflict("上一次会议还没有闭会。", code="open_session")
    number = queries.sessions_of(congress).count() + 1
    session = Session(congress=congress, number=number, planned_on=planned_on, place=place.strip())
    session.place_at(congress.union)
    session.save()
    AgendaItem.objects.bulk_create([_item(session, title) for title in titles])
    return session


MARKS = {
    "【报告】": rules.Matter.REPORT,
    "【表决】": rules.Matter.VOTE,
    "【集体合同】": rules.Matter.CONTRACT,
    "【选举】": rules.Matter.ELECTION,
}


def _item(session: Session, title: str) -> AgendaItem:
    for mark, matter in MARKS.items():
        if title.startswith(mark):
            return AgendaItem(session=session, title=title[len(mark) :].strip(), matter=matter)
    return AgendaItem(session=session, title=title, matter=rules.Matter.REPORT)


@action("staff-sessions.sign-in", "登记签到并开会", permissions.KEEP_CONGRESS)
def sign_in(session: Session, *, by: Actor, delegates: Iterable[str]) -> Session:
    """Enter who signed in and open the session; refused below two thirds of the delegates."""
    _require_session(session, SessionState.PLANNED)
    if session.planned_on > timezone.localdate():
        raise Refusal("还没有到会议日期。", field="delegates")
    serving = {item.pk: item for item in queries.serving(session.congress)}
    chosen = {int(pk) for pk in delegates}
    if not chosen <= set(serving):
        raise Refusal("签到的人中有的不是职工代表。", field="delegates")
    here = queries.memberships_of(
        serving.values(), session.congress, by.scope(permissions.KEEP_CONGRESS)
    )
    gone = [x.name for x in serving.values() if x.pk in chosen and has_left(x, here)]
    if gone:
        raise Refusal(
            f"{'、'.join(gone[:5])}已离开本单位，不能作为职工代表签到。",
            rule=rules.LEFT_RULE,
            remedy="请先终止其代表资格；由原选区补选后再登记。",
            field="delegates",
            code="left",
        )
    law = queries.law_on(session.planned_on)
    if not rules.has_quorum(len(serving), len(chosen), law):
        need = rules.least_present(len(serving), law)
        raise Refusal(
            f"职工代表 {len(serving)} 人，签到 {len(chosen)} 人，不足三分之二（{need} 人），"
            "不能开会。",
            rule=rules.QUORUM_RULE,
            remedy="请等候代表到会，或改期召开。",
            field="delegates",
            code="no_quorum",
        )
    session.delegates, session.present = len(serving), len(chosen)
    session.signed_in.set([serving[pk] for pk in chosen])
    session.state = SessionState.OPEN
    return _touched(session)


def has_left(delegate: Delegate, here: Mapping[int, Membership]) -> bool:
    """Whether a delegate known by person is no longer a member at the unit."""
    return delegate.person_id is not None and delegate.person_id not in here


@action("staff-sessions.vote", "登记表决结果", permissions.KEEP_CONGRESS)
def vote(
    session: Session,
    *,
    by: Actor,
    item: int,
    issued: int,
    returned: int,
    agreed: int,
    against: int,
    abstained: int,
    resolution: str = "",
) -> Session:
    """Count a vote; carried by more than half of ALL delegates, present or not.

    A void vote is counted again; one that was carried or lost is not.
    """
    _require_session(session, SessionState.OPEN)
    found = session.items.filter(pk=item).first()
    if found is None or not rules.Matter(found.matter).votes:
        raise Refusal("这一项议题不需要表决。", field="item")
    void = found.returned is not None and found.returned > (found.issued or 0)
    if found.carried is not None and not void:
        raise Conflict(f"“{found.title}”已经表决。", code="voted")
    count = rules.Count(
        session.delegates or 0,
        session.present or 0,
        issued,
        returned,
        agreed,
        against,
        abstained,
    )
    if wrong := rules.faults(count):
        raise Refusal(wrong[0][1], rule=rules.RULE, remedy="请核对计票单。", field=wrong[0][0])
    law = queries.law_on(session.planned_on)
    carried, lines = rules.decide(count, rules.Matter(found.matter), law)
    found.issued, found.returned = issued, returned
    found.agreed, found.against, found.abstained = agreed, against, abstained
    found.carried = carried
    found.lines = [{"text": x.text, "holds": x.holds, "rule": x.rule} for x in lines]
    found.resolution = resolution.strip() if carried else ""
    found.save()
    note(vote={"label": found.title, "after": "通过" if carried else "未通过"})
    return _touched(session)


@action("staff-sessions.close", "闭会", permissions.KEEP_CONGRESS)
def close(session: Session, *, by: Actor) -> Session:
    """Close the session; what was resolved is made public to the staff."""
    _require_session(session, SessionState.OPEN)
    waiting = [
        x.title for x in session.items.all() if rules.Matter(x.matter).votes and x.carried is None
    ]
    if waiting:
        raise Refusal(f"“{waiting[0]}”还没有表决。", remedy="请登记表决结果后再闭会。")
    session.state = SessionState.CLOSED
    today = timezone.localdate()
    for item in session.items.filter(carried=True):
        made = Publicity(
            title=f"职代会决议：{item.title}"[:120],
            kind="resolution",
            content=item.resolution or f"{session}通过“{item.title}”。",
            published_on=today,
            until=today + timedelta(days=queries.PUBLICITY_DAYS.on(today)),
        )
        made.place_at(session.union)
        made.save()
    publish_event(
        "cn.gonghui.staff_congress.closed",
        f"session/{session.pk}",
        {"id": session.pk, "union": session.union_id},
        session.org_path,
    )
    return _touched(session)


@action("staff-proposals.make", "提出提案", permissions.MAKE_PROPOSAL, creates=True)
def propose(
    union: Union, *, by: Actor, title: str, reason: str, measure: str, seconders: str = ""
) -> Proposal:
    """A member proposes to their own unit; a delegate's is a proposal, others' a suggestion."""
    home = queries.home_union(by)
    if by.person_id is None or home is None or home.pk != union.pk:
        raise Forbidden("只能向自己所在的工会提出提案和建议。", code="forbidden")
    proposal = Proposal(
        title=title.strip(),
        reason=reason.strip(),
        measure=measure.strip(),
        seconders=seconders.strip(),
        person_id=by.person_id,
        user_id=by.user_id,
        by_name=by.name,
        by_delegate=queries.is_delegate(union, by.person_id),
    )
    proposal.place_at(union)
    proposal.save()
    open_todo(
        kind=PROPOSAL_TODO,
        target_type=proposal._meta.label_lower,
        target_id=proposal.pk,
        title=f"审查职工提案：{proposal.title}",
        link=reverse("resource:staff-proposals:record", args=[proposal.pk]),
        org_path=union.path,
        union_id=union.pk,
        permission=permissions.HANDLE_PROPOSAL.code,
    )
    return proposal


@action("staff-proposals.file", "立案", permissions.HANDLE_PROPOSAL)
def file(proposal: Proposal, *, by: Actor, undertaker: str) -> Proposal:
    """Take a proposal up and give it to a department, with a term to answer."""
    _turn(proposal, ProposalState.FILED)
    today = timezone.localdate()
    proposal.undertaker = undertaker.strip()
    proposal.due_on = add_workdays(today, queries.ANSWER_WORKDAYS.on(today))
    return _moved(proposal, f"已立案，由{proposal.undertaker}承办，{proposal.due_on} 前答复。", by)


@action("staff-proposals.decline", "不予立案", permissions.HANDLE_PROPOSAL)
def decline(proposal: Proposal, *, by: Actor, reason: str) -> Proposal:
    """Not take a proposal up, with the reason."""
    _turn(proposal, ProposalState.DECLINED)
    proposal.answer = reason.strip()
    return _moved(proposal, f"不予立案：{proposal.answer}", by)


@action("staff-proposals.answer", "答复提案", permissions.HANDLE_PROPOSAL)
def answer(proposal: Proposal, *, by: Actor, answer: str) -> Proposal:
    """Answer a proposal that was taken up."""
    _turn(proposal, ProposalState.ANSWERED)
    proposal.answer = answer.strip()
    return _moved(proposal, f"答复：{proposal.answer}", by)


@action("staff-proposals.rate", "评价答复", permissions.FOLLOW_PROPOSAL)
def rate(proposal: Proposal, *, by: Actor, satisfied: bool, remark: str = "") -> Proposal:
    """Its maker says whether the answer will do; if not, it goes back to be handled again."""
    if not satisfied and not remark.strip():
        raise Refusal("请写明不满意的原因。", field="remark")
    _turn(proposal, ProposalState.CLOSED if satisfied else ProposalState.FILED)
    proposal.satisfied, proposal.remark = satisfied, remark.strip()
    return _touched(proposal)


@action("staff-proposals.withdraw", "撤回提案", permissions.FOLLOW_PROPOSAL)
def withdraw(proposal: Proposal, *, by: Actor) -> Proposal:
    """Its maker takes it back before it was taken up."""
    _turn(proposal, ProposalState.WITHDRAWN)
    close_todo(target_type=proposal._meta.label_lower, target_id=proposal.pk, by=by.user_id)
    return _touched(proposal)


def _turn(proposal: Proposal, to: ProposalState) -> None:
    if not rules.may_follow(proposal.state, to):
        raise Conflict(
            f"这件提案目前是“{proposal.get_state_display()}”，不能这样办理。",
            remedy="请刷新页面查看最新情况。",
            code="state",
        )
    proposal.state = to


def _moved(proposal: Proposal, words: str, by: Actor) -> Proposal:
    close_todo(target_type=proposal._meta.label_lower, target_id=proposal.pk, by=by.user_id)
    _tell(proposal.user_id, f"提案“{proposal.title}”有新进展", words, proposal.org_path)
    return _touched(proposal)


def _tell(user_id: int | None, what: str, words: str, path: str) -> None:
    if user_id is not None:
        link = reverse("hall-staff")
        context = {"what": what, "words": words, "link": link}
        send([Recipient(user_id=user_id)], TOLD, context, org_path=path)


@action("publicity.publish", "发布厂务公开", permissions.PUBLISH, creates=True)
def make_public(
    union: Union, *, by: Actor, title: str, kind: str, content: str, until: date
) -> Publicity:
    """Make something public to the staff; workers may object until the day given."""
    by.require(permissions.PUBLISH, union.path)
    today = timezone.localdate()
    days = queries.PUBLICITY_DAYS.on(today)
    least = today + timedelta(days=days)
    if until < least:
        raise Refusal(
            f"公示期不少于 {days} 天，截止日期最早为 {least:%Y-%m-%d}。",
            rule=rules.PUBLICITY_RULE,
            field="until",
        )
    made = Publicity(
        title=title.strip(), kind=kind, content=content.strip(), published_on=today, until=until
    )
    made.place_at(union)
    made.save()
    return made


@action("publicity.object", "提出意见", permissions.READ_PUBLICITY)
def object_to(publicity: Publicity, *, by: Actor, text: str) -> Publicity:
    """A worker of the unit objects or asks, until the last day of the publicity."""
    home = queries.home_union(by)
    if by.person_id is None or home is None or home.pk != publicity.union_id:
        raise Forbidden("只能对本单位的公开事项提出意见。", code="forbidden")
    if timezone.localdate() > publicity.until:
        raise Refusal(
            f"公示已于 {publicity.until:%Y-%m-%d} 截止。",
            rule=rules.PUBLICITY_RULE,
            remedy="仍有意见的，可以通过提案提出。",
            field="text",
        )
    if len(text.strip()) < 4:
        raise Refusal("请写明意见，至少 4 个字。", field="text")
    Objection.objects.create(
        publicity=publicity, person_id=by.person_id, user_id=by.user_id, text=text.strip()
    )
    link = reverse("resource:publicity:record", args=[publicity.pk])
    open_todo(
        kind=OBJECTION_TODO,
        target_type=publicity._meta.label_lower,
        target_id=publicity.pk,
        title=f"答复职工意见：{publicity.title}",
        link=link,
        org_path=publicity.org_path,
        union_id=publicity.union_id,
        permission=permissions.ANSWER_OBJECTION.code,
    )
    context = {"what": f"职工对“{publicity.title}”提出意见", "words": "请答复。", "link": link}
    to = recipients([publicity.union_id], (HANDLER,), timezone.localdate())
    send(to, TOLD, context, org_path=publicity.org_path)
    return publicity


@action("publicity.answer", "答复意见", permissions.ANSWER_OBJECTION)
def answer_objection(publicity: Publicity, *, by: Actor, objection: int, answer: str) -> Publicity:
    """Answer an objection; whoever made it is told."""
    found = publicity.objections.filter(pk=objection).first()
    if found is None:
        raise Refusal("没有这条意见。", field="objection")
    if found.answer:
        raise Conflict("这条意见已经答复。", code="answered")
    found.answer, found.answered_by_name = answer.strip(), by.name
    found.answered_at = timezone.now()
    found.save()
    if not publicity.objections.filter(answer="").exists():
        close_todo(target_type=publicity._meta.label_lower, target_id=publicity.pk, by=by.user_id)
    what = f"您对“{publicity.title}”的意见已答复"
    _tell(found.user_id, what, found.answer, publicity.org_path)
    return _touched(publicity)


def _touched(record: Record) -> Record:
    record.version += 1
    record.save()
    return record


def _require_congress(congress: StaffCongress, *states: CongressState) -> None:
    if congress.state not in states:
        raise Conflict(
            f"这一届目前是“{congress.get_state_display()}”，不能这样办理。", code="state"
        )


def _require_session(session: Session, *states: SessionState) -> None:
    if session.state not in states:
        raise Conflict(
            f"这次会议目前是“{session.get_state_display()}”，不能这样办理。", code="state"
        )
