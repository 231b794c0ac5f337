"""Review, countersigning, signing (核稿、会签、签发), returns, and the number taken at signing.

The way itself is the flow FLOW, whose diagram an organ may change; here is what its steps do.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.identity import stepup
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.process import cases, work
from gonghui.kernel.process.declaring import Effect, Flow
from gonghui.kernel.process.models import Case, CaseState, WorkItem
from gonghui.kernel.rules.kinds import Kind, Variable
from gonghui.systems.office.circulation.actions import papers, register
from gonghui.systems.office.circulation.models import Countersign, Opinion, Outgoing
from gonghui.systems.office.circulation.permissions import (
    DRAFT,
    SIGN,
    TAKE_PART,
    VIEW_OUTGOING,
    VOID_NUMBER,
)
from gonghui.systems.office.circulation.queries import desk, people
from gonghui.systems.office.circulation.queries import outgoing as queries
from gonghui.systems.office.circulation.rules import chain, kinds, secrecy

TARGET = "circulation.outgoing"
SEALING = "outgoing.seal"


@action("outgoing.submit", "送审", DRAFT)
def submit(
    document: Outgoing,
    *,
    by: Actor,
    reviewer: int | str,
    signer: int | str,
    countersigners: Iterable[int | str] = (),
) -> Outgoing:
    """Send a draft, or one that was returned, to review; who takes part is named now."""
    chain.check("submit", document.state)
    again = desk.item_for(document, by, (chain.REDRAFT,))
    if document.state == chain.DRAFT:
        if not desk.edits(document, by):
            raise _not_yours("送审")
    elif again is None:
        raise _not_yours("送审")
    _check_whole(document)
    _choose(document, reviewer, signer, countersigners)
    document.submitted_at = timezone.now()
    document.state = chain.UNDER_WAY
    document.version += 1
    document.save()
    if again is None:
        case = cases.start(FLOW, document, union=document.union, starter=by, title=document.title)
        again = cases.items(case).select_related("case", "union").get(step=chain.REDRAFT)
    work.decide(again, by=by, choice="submit")
    return _fresh(document)


@action("outgoing.review", "核稿", TAKE_PART)
def review(document: Outgoing, *, by: Actor, text: str = "") -> Outgoing:
    """Pass a draft on: to those who countersign, or straight to the leader."""
    return _decide(document, by, "review", chain.REVIEW, "pass", text)


@action("outgoing.countersign", "会签", TAKE_PART)
def countersign(
    document: Outgoing, *, by: Actor, text: str = "", ink: UploadedFile | None = None
) -> Outgoing:
    """One of several at the same time; the last one sends the document on to the leader."""
    return _decide(document, by, "countersign", chain.COUNTERSIGN, "agree", text, ink)


@action("outgoing.sign", "签发", SIGN, step_up=True)
def sign(
    document: Outgoing, *, by: Actor, text: str = "", ink: UploadedFile | None = None
) -> Outgoing:
    """The leader signs; in the same transaction the document takes its number."""
    return _decide(document, by, "sign", chain.SIGNING, "sign", text or "同意。", ink)


@action("outgoing.number", "取发文字号", SIGN)
def number(document: Outgoing, *, by: Actor) -> Outgoing:
    """What signing leads to: the number from the register, and the document to be sealed."""
    stepup.require(by)
    chain.check("sign", document.state)
    chain.check_separate(document.drafter_id, document.reviewer_id, by.user_id)
    if by.user_id != document.signer_id:
        # Whoever signs for one on leave is the one who is printed; the case keeps for whom.
        note(signer={"label": "代签", "before": str(document.signer), "after": by.name})
        document.signer_id = by.user_id
    document.signed_at = timezone.now()
    taken = register.take(document.series, document.title, timezone.localdate(), by=by)
    document.number, document.number_text = taken, taken.text
    document.state = chain.SIGNED
    document.version += 1
    document.save()
    open_todo(
        kind=SEALING,
        target_type=TARGET,
        target_id=document.pk,
        title=f"用印和分发：{document.number_text} {document.title}",
        link=record(document),
        org_path=document.org_path,
        assignee_user_id=document.drafter_id,
    )
    publish(
        "cn.gonghui.document.signed",
        f"outgoing/{document.pk}",
        {"id": document.pk, "number": document.number_text},
        document.org_path,
    )
    return document


@action("outgoing.send-back", "退回", TAKE_PART)
def send_back(document: Outgoing, *, by: Actor, to: str, reason: str) -> Outgoing:
    """Return a document to any earlier step; what comes after it is asked again."""
    chain.check("send_back", document.state)
    item = desk.item_for(document, by, (chain.REVIEW, chain.COUNTERSIGN, chain.SIGNING))
    if item is None:
        raise _not_yours("退回")
    work.send_back(item, by=by, to=to, reason=reason)
    return _fresh(document)


@action("outgoing.add-signer", "加签", TAKE_PART)
def add_signer(document: Outgoing, *, by: Actor, user: int | str, reason: str = "") -> Outgoing:
    """Ask one more to countersign: by who reviews, or by one who countersigns."""
    item = _signing(document, by)
    found = people.chosen(document.union, TAKE_PART, timezone.localdate(), user, "user")
    if found.pk == document.drafter_id:
        raise Refusal("拟稿人不会签自己的文稿。", field="user", code="separate")
    _, made = Countersign.objects.get_or_create(
        document=document, user=found, defaults={"name": found.display_name}
    )
    if not made:
        raise Conflict(f"{found.display_name}已在会签人中。", field="user", code="twice")
    if item.step == chain.COUNTERSIGN:
        work.add_signer(item, by=by, user=found.pk, reason=reason)
    note(signer={"label": "加签", "after": found.display_name})
    document.version += 1
    document.save()
    return document


@action("outgoing.remove-signer", "减签", TAKE_PART)
def remove_signer(document: Outgoing, *, by: Actor, user: int | str, reason: str) -> Outgoing:
    """Ask one no longer who has not countersigned; the rest may thereby be complete."""
    item = _signing(document, by)
    row = document.countersigns.filter(user_id=int(user)).first()
    if row is None:
        raise Conflict("会签人里没有这位。", field="user", code="none")
    if item.step == chain.COUNTERSIGN:
        seat = next(
            (one for one in desk.open_items(document) if one.assignee_id == int(user)), None
        )
        if seat is None:
            raise Conflict(
                f"{row.name}已经会签。",
                remedy="已经会签的意见不能去掉。",
                field="user",
                code="signed",
            )
        work.remove_signer(seat, by=by, reason=reason)
    note(signer={"label": "减签", "before": row.name})
    row.delete()
    document = _fresh(document)
    document.version += 1
    document.save()
    return document


@action("outgoing.withdraw", "撤回送审", DRAFT)
def withdraw(document: Outgoing, *, by: Actor, reason: str) -> Outgoing:
    """The drafter takes the document back before it is signed."""
    chain.check("withdraw", document.state)
    if by.user_id != document.drafter_id:
        raise Forbidden("只有拟稿人可以撤回送审。", remedy="办理人请用“退回”。", code="holder")
    case = cases.of(document, FLOW)
    if case is not None:
        cases.stop(case, CaseState.WITHDRAWN, by=by, reason=reason)
    document.state = chain.DRAFT
    document.version += 1
    document.save()
    _say(document, by, "撤回送审", reason)
    return document


@action("outgoing.void", "作废发文字号", VOID_NUMBER, step_up=True)
def void(document: Outgoing, *, by: Actor, reason: str) -> Outgoing:
    """Give up a signed document before it goes out: its number stays voided in the register."""
    chain.check("void", document.state)
    papers.check_own(document, by, VOID_NUMBER)
    secrecy.check(reason=reason)
    if document.number is not None:
        register.void(document.number, reason, by=by)
    document.state = chain.VOID
    document.version += 1
    document.save()
    close_todo(target_type=TARGET, target_id=document.pk, by=by.user_id)
    _say(document, by, "作废", reason)
    return document


def record(document: Outgoing) -> str:
    """The address of a document."""
    return reverse("resource:outgoing:record", args=[document.pk])


def _decide(
    document: Outgoing,
    by: Actor,
    verb: str,
    step: str,
    choice: str,
    text: str,
    ink: UploadedFile | None = None,
) -> Outgoing:
    chain.check(verb, document.state)
    item = desk.item_for(document, by, (step,))
    if item is None:
        raise _not_yours(chain.STEPS[step])
    secrecy.check(text=text)
    if ink is not None:
        _keep_ink(document, item, by, ink)
    work.decide(item, by=by, choice=choice, opinion=text.strip())
    return _fresh(document)


def _keep_ink(document: Outgoing, item: WorkItem, by: Actor, ink: UploadedFile) -> None:
    Opinion.objects.create(
        document=document,
        item=item.pk,
        step=item.step,
        verdict=item.title[:20],
        ink=papers.keep(ink, papers.INK, document, by=by, field="ink"),
        by_id=by.user_id,
        by_name=by.name,
        at=timezone.now(),
    )


def _say(document: Outgoing, by: Actor, verdict: str, text: str) -> None:
    secrecy.check(reason=text)
    Opinion.objects.create(
        document=document,
        step=document.state,
        verdict=verdict,
        text=text.strip(),
        by_id=by.user_id,
        by_name=by.name,
        at=timezone.now(),
    )


def _fresh(document: Outgoing) -> Outgoing:
    """The document after its flow has moved: an effect has written another object of the row."""
    document.refresh_from_db()
    document.__dict__.pop("_open_items", None)
    return document


def _not_yours(what: str) -> Forbidden:
    return Forbidden(
        f"这件公文没有等您{what}。",
        rule="公文由送审时指定的人员逐环节办理",
        remedy="请查看它走到了哪一步；需要代办的，请办理人委托或转办。",
        code="holder",
    )


def _signing(document: Outgoing, by: Actor) -> WorkItem:
    chain.check("countersign", document.state)
    item = desk.item_for(document, by, (chain.REVIEW, chain.COUNTERSIGN))
    if item is None:
        raise Forbidden(
            "现在不能加签或减签。",
            rule="会签人由核稿人或会签人在送签发前增减",
            remedy="请联系正在办理的人。",
            code="holder",
        )
    return item


def _choose(
    document: Outgoing,
    reviewer: int | str,
    signer: int | str,
    countersigners: Iterable[int | str],
) -> None:
    today, union = timezone.localdate(), document.union
    document.reviewer = people.chosen(union, TAKE_PART, today, reviewer, "reviewer")
    document.signer = people.chosen(union, SIGN, today, signer, "signer")
    chain.check_separate(document.drafter_id, document.reviewer_id, document.signer_id)
    document.countersigns.all().delete()
    for pk in dict.fromkeys(str(item) for item in countersigners):
        user = people.chosen(union, TAKE_PART, today, pk, "countersigners")
        if user.pk == document.drafter_id:
            raise Refusal("拟稿人不会签自己的文稿。", field="countersigners", code="separate")
        Countersign.objects.create(document=document, user=user, name=user.display_name)


def _check_whole(document: Outgoing) -> None:
    """All faults of a draft at once, so that one need not send it again and again."""
    names = ("title", "body", "to", "copies", "meeting")
    faults = kinds.faults(document.kind, {name: getattr(document, name) for name in names})
    if faults:
        raise Refusal(
            "".join(fault.message for fault in faults),
            rule="；".join(dict.fromkeys(fault.rule for fault in faults if fault.rule)),
            remedy="".join(fault.remedy for fault in faults),
            code=faults[0].code,
        )
    secrecy.check(title=document.title, body=document.body)


def _facts(document: Outgoing) -> dict[str, Any]:
    return {
        "drafter": str(document.drafter_id or ""),
        "reviewer": str(document.reviewer_id or ""),
        "signer": str(document.signer_id or ""),
        "countersigners": [str(row.user_id) for row in document.countersigns.all()],
        "kind": document.kind,
        "urgency": document.urgency,
    }


def _number(document: Outgoing, *, case: Case, by: Actor) -> None:
    number(document, by=by)


def _ended(document: Outgoing, *, case: Case, by: Actor) -> None:
    """A case ended from outside leaves a draft that may be sent in again."""
    if document.state == chain.UNDER_WAY:
        document.state = chain.DRAFT
        document.version += 1
        document.save()


FLOW = Flow(
    code="outgoing",
    title="发文审签",
    subject=Outgoing,
    diagram=Path(__file__).parent.parent / "processes" / "outgoing.bpmn",
    view=VIEW_OUTGOING,
    variables=(
        Variable("drafter", "拟稿人", Kind.TEXT),
        Variable("reviewer", "核稿人", Kind.TEXT),
        Variable("signer", "签发人", Kind.TEXT),
        Variable("countersigners", "会签人", Kind.TEXTS),
        Variable("kind", "文种", Kind.TEXT, dict(kinds.CHOICES)),
        Variable("urgency", "紧急程度", Kind.TEXT),
    ),
    effects={"number": Effect("取发文字号", _number)},
    needed=("number",),
    facts=_facts,
    link=record,
    ended=_ended,
    seen=queries.may_read,
    words=secrecy.check,
)
