"""Sealing, distribution, receipts, reading records, urging, recall (用印、分发、签收)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.documents import rendering, signing
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.office.circulation.actions import dispatching, papers
from gonghui.systems.office.circulation.actions.chain import SEALING
from gonghui.systems.office.circulation.actions.chain import TARGET as DOCUMENT
from gonghui.systems.office.circulation.actions.dispatching import TARGET
from gonghui.systems.office.circulation.actions.incoming import enter
from gonghui.systems.office.circulation.models import Delivery, Incoming, Outgoing, Reading
from gonghui.systems.office.circulation.models.outgoing import DeliveryState, Errand
from gonghui.systems.office.circulation.permissions import (
    DISTRIBUTE,
    RECEIVE,
    SEAL,
    VIEW_DELIVERIES,
)
from gonghui.systems.office.circulation.queries import outgoing as queries
from gonghui.systems.office.circulation.queries.paper import official
from gonghui.systems.office.circulation.rules import chain, secrecy

RULE = "《党政机关公文处理工作条例》第二十四条第（一）项：签收"


@action("outgoing.seal", "用印", SEAL, step_up=True)
def seal(document: Outgoing, *, by: Actor, copies: int = 1) -> Outgoing:
    """Print a signed document with its seal and sign the file; it changes no more."""
    chain.check("seal", document.state)
    papers.check_own(document, by, SEAL)
    if document.number is None:
        raise Conflict("没有发文字号的公文不能用印。", code="number")
    document.sealed_at, document.sealed_by = timezone.now(), by.name
    document.printed_copies = copies
    paper = rendering.render(official(document, sealed=True))
    paper = signing.sign(paper, reason=f"{document.number_text} 用印", place=document.union.name)
    name = f"{document.number_text} {document.title}.pdf"
    document.paper = papers.keep_made(paper, name, papers.PAPER, document, by=by)
    note(copies={"label": "印数", "after": copies})
    document.state = chain.SEALED
    document.version += 1
    document.save()
    open_todo(
        kind=SEALING,
        target_type=DOCUMENT,
        target_id=document.pk,
        title=f"分发：{document.number_text} {document.title}",
        link=reverse("resource:outgoing:record", args=[document.pk]),
        org_path=document.org_path,
        assignee_user_id=document.drafter_id,
    )
    return document


@action("outgoing.distribute", "分发公文", DISTRIBUTE)
def distribute(
    document: Outgoing,
    *,
    by: Actor,
    group: str = "",
    unions: Iterable[Union] = (),
    copy: bool = False,
) -> Outgoing:
    """Send a sealed document to a group of unions below and to others by name, once each."""
    chain.check("distribute", document.state)
    papers.check_own(document, by, DISTRIBUTE)
    today = timezone.localdate()
    errand = dispatching.begin(
        document,
        Errand.SEND,
        by=by,
        group=group,
        unions=unions,
        copy=copy,
        due_on=add_workdays(today, queries.RECEIPT_WORKDAYS.on(today)),
    )
    if not errand.total:
        if not queries.addressed(errand).exists():
            raise Refusal(
                "没有选择分发单位。", remedy="请选择一组下级工会，或写明单位。", field="group"
            )
        raise Conflict("所选单位都已经分发过。", field="group", code="sent")
    if document.state == chain.SEALED:
        document.state, document.issued_at = chain.ISSUED, timezone.now()
        close_todo(target_type=DOCUMENT, target_id=document.pk, by=by.user_id)
    document.version += 1
    document.save()
    note(sent={"label": "分发单位", "after": f"{errand.total} 个"})
    publish(
        "cn.gonghui.document.issued",
        f"outgoing/{document.pk}",
        {"id": document.pk, "number": document.number_text, "unions": errand.total},
        document.org_path,
    )
    return document


@action("deliveries.receive", "签收来文", RECEIVE)
def receive(delivery: Delivery, *, by: Actor) -> Incoming:
    """Take a document in: the receipt, and the line in the union's register of incoming ones."""
    _waiting(delivery)
    delivery.state = DeliveryState.RECEIVED
    delivery.received_at, delivery.received_by = timezone.now(), by.name
    delivery.version += 1
    delivery.save()
    close_todo(target_type=TARGET, target_id=delivery.pk, by=by.user_id)
    document = delivery.document
    return enter(
        delivery.union,
        by=by,
        organ=document.union.name,
        number=document.number_text,
        title=document.title,
        urgency=document.urgency,
        delivery=delivery,
    )


@action("deliveries.recall", "撤回分发", DISTRIBUTE, place=lambda row: row.sender.path)
def recall(delivery: Delivery, *, by: Actor, reason: str) -> Delivery:
    """Take back what has not been received; after the receipt only a further document corrects."""
    _waiting(delivery)
    secrecy.check(reason=reason)
    delivery.state = DeliveryState.RECALLED
    delivery.recalled_at, delivery.recall_reason = timezone.now(), reason.strip()
    delivery.version += 1
    delivery.save()
    close_todo(target_type=TARGET, target_id=delivery.pk, by=by.user_id)
    return delivery


@action("outgoing.recall", "撤回未签收的分发", DISTRIBUTE)
def recall_all(document: Outgoing, *, by: Actor, reason: str) -> Outgoing:
    """Take a document back from every union that has not received it yet."""
    chain.check("recall", document.state)
    papers.check_own(document, by, DISTRIBUTE)
    secrecy.check(reason=reason)
    dispatching.stop(document)
    errand = dispatching.begin(document, Errand.RECALL, by=by, reason=reason.strip())
    if not errand.total:
        raise Conflict(
            "各单位都已签收，不能撤回。",
            rule=RULE,
            remedy="签收后的更正，请另行发文。",
            code="received",
        )
    note(recalled={"label": "撤回", "after": f"{errand.total} 个单位"})
    document.version += 1
    document.save()
    return document


@action("outgoing.urge", "催收", DISTRIBUTE)
def urge_all(document: Outgoing, *, by: Actor, before: date | None = None) -> Outgoing:
    """Remind every union that has not received a document. before: only those due earlier."""
    papers.check_own(document, by, DISTRIBUTE)
    errand = dispatching.begin(document, Errand.URGE, by=by, before=before)
    if not errand.total:
        raise Conflict("没有待签收的单位。", remedy="各单位都已签收或撤回。", code="none")
    note(urged={"label": "催收", "after": f"{errand.total} 个单位"})
    return document


@action("deliveries.read", "阅读来文", VIEW_DELIVERIES)
def read(delivery: Delivery, *, by: Actor) -> Delivery:
    """Keep that somebody opened a document: the first time, the last, how often."""
    if delivery.state == DeliveryState.RECALLED:
        raise Conflict("发文机关已经撤回这件公文。", remedy=delivery.recall_reason, code="recalled")
    now = timezone.now()
    row, made = Reading.objects.get_or_create(
        delivery=delivery,
        user_id=by.user_id,
        defaults={"name": by.name, "first_at": now, "last_at": now},
    )
    if not made:
        row.last_at, row.times = now, row.times + 1
        row.save(update_fields=["last_at", "times"])
    return delivery


def urge_late(today: date) -> int:
    """Urge every receipt past its term, at most once a day; return of how many documents.

    Each document is a transaction of its own, the rest of a long one goes by batches.
    """
    done = 0
    for document in list(queries.with_late_receipts(today)):
        try:
            urge_all(document, by=platform("来文催收"), before=today)
        except Conflict:
            # The last of them came in while we were on the way.
            continue
        done += 1
    return done


def _waiting(delivery: Delivery) -> None:
    if delivery.state == DeliveryState.RECEIVED:
        raise Conflict(
            f"{delivery.union.name}已于 {timezone.localtime(delivery.received_at):%m月%d日 %H:%M} "
            f"由{delivery.received_by}签收。",
            rule=RULE,
            remedy="签收后不能撤回；需要更正的，请另行发文。",
            code="received",
        )
    if delivery.state == DeliveryState.RECALLED:
        raise Conflict(
            f"发文机关已经撤回：{delivery.recall_reason}",
            remedy="如有疑问，请联系发文机关。",
            code="recalled",
        )
