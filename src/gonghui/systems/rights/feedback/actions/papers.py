"""Papers of petitions, numbered and sealed as they are issued."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Max, Q
from django.utils import timezone

from gonghui.engines.casework.models import Case, Clock
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.documents import codes
from gonghui.kernel.files.access import register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.feedback.actions import matters
from gonghui.systems.rights.feedback.actions.matters import row_of
from gonghui.systems.rights.feedback.models import Paper, PaperKind, Petition
from gonghui.systems.rights.feedback.permissions import HANDLE_PETITION
from gonghui.systems.rights.feedback.queries import parameters
from gonghui.systems.rights.feedback.rules import petitions as rules

ABOVE = "a paper names the union a petitioner may turn to next"
OWNER = codes.owner("feedback.paper")
DELIVERIES = ("当面送达", "邮寄送达", "网上送达", "公告送达")


def _may_read(actor: Actor, file: StoredFile) -> bool:
    """No file is kept of a paper: it is printed anew, with the name, for each complainant."""
    return False


register_owner(OWNER, _may_read)


def issue(
    petition: Petition,
    kind: str,
    organ: Union,
    *,
    words: str = "",
    rule: str = "",
    result: str = "",
    due_on: date | None = None,
) -> Paper:
    """Number and keep a paper in the caller's transaction.

    Unions of one region share the mark before the serial, so they share its numbers too.
    """
    today = timezone.localdate()
    serial = _next_serial(organ, kind, today.year)
    case = petition.case
    facts = rules.Facts(
        petition=case.number,
        received_on=timezone.localdate(case.received_at),
        organ=organ.name,
        words=words,
        rule=rule,
        due_on=due_on,
        result=rules.RESULTS.get(result, ""),
        superior=_superior(organ),
        days=parameters.APPEAL_DAYS.on(today),
    )
    paper = Paper.objects.create(
        petition=petition,
        kind=kind,
        number=rules.number(organ.region or "", kind, today.year, serial),
        year=today.year,
        serial=serial,
        organ=organ.name,
        issued_on=today,
        text="\n".join(rules.body(kind, facts)),
    )
    paper.code = codes.issue(
        kind=rules.PAPERS[kind],
        title=f"信访事项{rules.PAPERS[kind]}",
        issuer=organ.name,
        issued_on=today,
        owner=(OWNER, paper.pk),
        number=paper.number,
    )
    paper.save(update_fields=["code"])
    return paper


def _next_serial(organ: Union, kind: str, year: int) -> int:
    """One after the last of the organ and of its mark; the mark is locked until the end."""
    mark = rules.number(organ.region or "", kind, year, 0).removesuffix("0号")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 5))", [mark])
    rows = Paper.objects.filter(Q(organ=organ.name) | Q(number__startswith=mark))
    return (rows.filter(kind=kind, year=year).aggregate(last=Max("serial"))["last"] or 0) + 1


def _superior(organ: Union) -> str:
    if organ.parent_id is None:
        return "上一级机关、单位"
    return Union.objects.unscoped(ABOVE).get(pk=organ.parent_id).name


def _petition(case: Case) -> Petition:
    found = row_of(case)
    if not isinstance(found, Petition):
        raise TypeError(f"{case.number} is no petition")
    return found


def accepted(case: Case, *, by: Actor, **facts: Any) -> None:
    issue(_petition(case), PaperKind.ACCEPTED, case.union, due_on=case.due_on)


def declined(case: Case, *, by: Actor, reason: str, rule: str = "", **facts: Any) -> None:
    issue(_petition(case), PaperKind.DECLINED, case.union, words=reason, rule=rule)
    matters.declined(case, by=by)


def extended(case: Case, *, by: Actor, clock: Clock, reason: str, **facts: Any) -> None:
    issue(_petition(case), PaperKind.EXTENDED, case.union, words=reason, due_on=clock.due_on)


def replied(case: Case, *, by: Actor, reply: Any = None, **facts: Any) -> None:
    words = reply.text.reveal() if reply is not None else ""
    issue(_petition(case), PaperKind.OPINION, case.union, words=words)
    matters.replied(case, by=by)


@action("petitions.deliver", "登记文书送达", HANDLE_PETITION)
def deliver(petition: Petition, *, by: Actor, paper: int, on: date, how: str) -> Petition:
    """Keep when and how a paper reached the petitioner: terms of review count from that day."""
    with everywhere():
        found = petition.papers.select_for_update().filter(pk=paper).first()
    if found is None:
        raise Refusal("没有这份文书。", field="paper", code="paper")
    if found.delivered_on is not None:
        raise Conflict("这份文书已经登记送达。", code="delivered")
    if not found.issued_on <= on <= timezone.localdate():
        raise Refusal("送达日期在制发之后、今天之前。", field="on", code="day")
    if how not in DELIVERIES:
        raise Refusal("请选择送达方式。", field="how", code="how")
    found.delivered_on, found.delivery = on, how
    found.save(update_fields=["delivered_on", "delivery"])
    petition.version += 1
    petition.save()
    return petition
