"""Filing for the archive (归档) and handing over a leaving cadre's work (工作交接)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from xml.etree import ElementTree

from django.db.models import Max, Q
from django.utils import timezone

from gonghui.kernel.access.actions import LOCKING, action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.digests import digest_of
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.storing import open_stored
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.notify.todos import assign
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.process import work
from gonghui.kernel.rules.versions import decide_for
from gonghui.systems.office.circulation.actions import papers
from gonghui.systems.office.circulation.models import (
    Circulation,
    Countersign,
    Handover,
    Incoming,
    Outgoing,
    Piece,
    Task,
)
from gonghui.systems.office.circulation.permissions import FILE_PIECES, HAND_OVER, TAKE_PART
from gonghui.systems.office.circulation.queries import desk, people
from gonghui.systems.office.circulation.queries import filing as filed
from gonghui.systems.office.circulation.queries import outgoing as queries
from gonghui.systems.office.circulation.rules import archive as rules
from gonghui.systems.office.circulation.rules import chain, handling, secrecy


@action("pieces.file-outgoing", "发文归档", FILE_PIECES)
def file_outgoing(document: Outgoing, *, by: Actor, retention: str, category: str) -> Piece:
    """A document, its versions and opinions, its receipts: one piece with number and digest."""
    chain.check("archive", document.state)
    papers.check_own(document, by, FILE_PIECES)
    waiting = document.deliveries.unscoped(LOCKING).filter(state="sent").count()
    if waiting:
        raise Conflict(
            f"还有 {waiting} 个单位没有签收。",
            rule=rules.DEADLINE_RULE,
            remedy="请催收或撤回后再归档。",
            code="receipts",
        )
    if queries.errands_of(document):
        raise Conflict("还在分批分发或撤回。", remedy="请等它办完后再归档。", code="errands")
    piece = Piece(
        outgoing=document,
        title=document.title,
        number=document.number_text,
        author=document.union.name,
        day=timezone.localdate(document.signed_at),
    )
    made = _file(piece, document, retention, category, _of_outgoing(document), by)
    _pack(piece, document.paper, by)
    document.state = chain.ARCHIVED
    document.version += 1
    document.save()
    return made


@action("pieces.file-incoming", "收文归档", FILE_PIECES)
def file_incoming(incoming: Incoming, *, by: Actor, retention: str, category: str) -> Piece:
    """A document that came in, with its scan and how it was handled."""
    handling.check("archive", incoming.state)
    piece = Piece(
        incoming=incoming,
        title=incoming.title,
        number=incoming.number,
        author=incoming.organ,
        day=incoming.received_on,
    )
    made = _file(piece, incoming, retention, category, _of_incoming(incoming), by)
    paper = incoming.scan or (incoming.delivery.document.paper if incoming.delivery else None)
    _pack(piece, paper, by)
    incoming.state = handling.ARCHIVED
    incoming.version += 1
    incoming.save()
    return made


@action("handovers.make", "工作交接", HAND_OVER, creates=True)
def hand_over(
    union: Union, *, by: Actor, giver: int | str, taker: int | str, reason: str
) -> Handover:
    """Everything open of one who leaves goes to another: drafts, steps, readings, tasks."""
    today = timezone.localdate()
    secrecy.check(reason=reason)
    if str(giver) == str(taker):
        raise Refusal("移交人和接收人不能是同一人。", field="taker", code="same")
    receiver = people.chosen(union, TAKE_PART, today, taker, "taker")
    leaver = User.objects.filter(pk=giver).first()
    if leaver is None:
        raise Refusal("没有这个账号。", field="giver", code="giver")
    counts = _moved(union, leaver.pk, receiver, by, reason)
    if not any(counts.values()):
        raise Conflict(
            f"{leaver.display_name}在{union.name}没有未办结的公文事项。",
            remedy="无需交接。",
            field="giver",
            code="nothing",
        )
    found = Handover(
        giver=leaver,
        giver_name=leaver.display_name,
        taker=receiver,
        taker_name=receiver.display_name,
        reason=reason.strip(),
        counts={key: value for key, value in counts.items() if value},
        at=timezone.now(),
        by_name=by.name,
    )
    found.place_at(union)
    found.save()
    return found


def _give_items(documents: Any, leaver: int, receiver: Any, by: Actor, reason: str) -> int:
    """The leaver's open seats go to the receiver; where that one sits too, they are dropped."""
    given = 0
    for document in documents:
        items = desk.open_items(document)
        for item in items:
            if item.assignee_id != leaver:
                continue
            if any(other.assignee_id == receiver.pk for other in items):
                work.remove_signer(item, by=by, reason=reason)
            else:
                work.hand_over(item, by=by, user=receiver.pk, reason=reason)
            given += 1
    return given


def _moved(union: Union, leaver: int, receiver: Any, by: Actor, reason: str) -> dict[str, int]:
    within = Scope.of([union.path])
    open_out = (
        Outgoing.objects.within(within)
        .filter(union=union)
        .exclude(state__in=(chain.ARCHIVED, chain.VOID))
    )
    drafts = open_out.filter(drafter_id=leaver)
    under_way = open_out.filter(state=chain.UNDER_WAY)
    for document in under_way.filter(
        Q(drafter_id=leaver) | Q(reviewer_id=leaver) | Q(signer_id=leaver)
    ):
        parts = [
            receiver.pk if user_id == leaver else user_id
            for user_id in (document.drafter_id, document.reviewer_id, document.signer_id)
        ]
        chain.check_separate(*parts)
    asked = Countersign.objects.filter(document__in=under_way.values("pk"), user_id=leaver)
    asked.filter(document__countersigns__user=receiver).delete()
    asked.update(user=receiver, name=receiver.display_name)
    counts = {
        "流程待办": _give_items(list(under_way), leaver, receiver, by, reason),
        "核稿": under_way.filter(reviewer_id=leaver).update(reviewer=receiver),
        "签发": under_way.filter(signer_id=leaver).update(signer=receiver),
        "起草的公文": drafts.update(drafter=receiver),
    }
    came = (
        Incoming.objects.within(within)
        .filter(union=union)
        .exclude(state__in=(handling.DONE, handling.ARCHIVED))
    )
    counts["待批示收文"] = came.filter(leader_id=leaver, state=handling.PROPOSED).update(
        leader=receiver
    )
    counts["承办的收文"] = came.filter(handler_id=leaver).update(
        handler=receiver, handler_name=receiver.display_name
    )
    readers = Circulation.objects.filter(
        incoming__in=came.values("pk"), user_id=leaver, read_at=None
    )
    readers.filter(incoming__circulations__user=receiver).delete()
    counts["待阅收文"] = readers.update(user=receiver, name=receiver.display_name)
    tasks = Task.objects.within(within).filter(
        union=union, state__in=(handling.TASK_OPEN, handling.TASK_REPORTED)
    )
    counts["督办事项"] = tasks.filter(handler_id=leaver).update(
        handler=receiver, handler_name=receiver.display_name
    )
    counts["督办的事项"] = tasks.filter(supervisor_id=leaver).update(supervisor=receiver)
    _give_todos(union, leaver, receiver.pk)
    return counts


def _give_todos(union: Union, leaver: int, receiver: int) -> None:
    """The leaver's open to-dos of documents of this union, named anew where the id names whom."""
    ours = ("circulation.outgoing", "circulation.incoming", "circulation.task")
    rows = Todo.objects.filter(
        assignee_user_id=leaver, done_at=None, target_type__in=ours, org_path=union.path
    )
    for todo in rows:
        owned = f":{leaver}"
        if todo.target_id.endswith(owned):
            target = todo.target_id.removesuffix(owned) + f":{receiver}"
            if Todo.objects.filter(
                target_type=todo.target_type, target_id=target, kind=todo.kind, done_at=None
            ).exists():
                todo.delete()
                continue
            todo.target_id = target
            todo.save(update_fields=["target_id"])
        assign(todo, receiver)


def _file(
    piece: Piece,
    record: Outgoing | Incoming,
    retention: str,
    category: str,
    facts: dict[str, Any],
    by: Actor,
) -> Piece:
    rules.check(retention)
    union = record.union
    category = category.strip().upper() or "BGS"
    if not category.isascii() or not category.isalnum():
        raise Refusal(
            "机构（问题）代码用字母和数字。",
            rule="DA/T 22-2015 档号编制",
            remedy="如办公室写 BGS。",
            field="category",
            code="category",
        )
    # The union's row is the lock of its register of pieces.
    Union.objects.unscoped(LOCKING).select_for_update(no_key=True).get(pk=union.pk)
    year = piece.day.year
    rows = Piece.objects.within(Scope.of([union.path])).filter(
        union=union, year=year, retention=retention, category=category
    )
    serial = (rows.aggregate(last=Max("serial"))["last"] or 0) + 1
    piece.place_at(union)
    piece.year, piece.retention, piece.category, piece.serial = year, retention, category, serial
    piece.reference = rules.reference(f"{union.pk:06d}", year, retention, category, serial)
    piece.filed_at, piece.filed_by = timezone.now(), by.name
    piece.metadata = {
        "档号": piece.reference,
        "题名": piece.title,
        "文号": piece.number,
        "责任者": piece.author,
        "日期": piece.day.isoformat(),
        "保管期限": rules.RETENTIONS[retention],
        "机构（问题）": category,
        **facts,
    }
    piece.sm3 = digest_of(piece.metadata).hex()
    piece.save()
    # Kept beside what the archivist chose, so that a change of the table can be tried on it.
    decide_for(
        rules.RETENTION_TABLE,
        piece,
        filed.retention_case(record),
        union=union,
        on=timezone.localdate(),
        now=timezone.now(),
        label=piece.reference,
    )
    return piece


def _of_outgoing(document: Outgoing) -> dict[str, Any]:
    return {
        "文种": document.what.title,
        "紧急程度": document.get_urgency_display(),
        "主送": document.to,
        "抄送": document.copies,
        "拟稿": document.drafter.display_name,
        "核稿": document.reviewer.display_name if document.reviewer else "",
        "签发": document.signer.display_name if document.signer else "",
        "签发时间": _moment(document.signed_at),
        "文稿版本": [
            {"版本": item.number, "修改人": item.by_name, "时间": _moment(item.at)}
            for item in document.revisions.all()
        ],
        "审签意见": _opinions(desk.opinions(document)),
        "签收": [
            {"单位": row.union.name, "签收人": row.received_by, "时间": _moment(row.received_at)}
            for row in document.deliveries.unscoped(LOCKING)
            .filter(state="received")
            .select_related("union")
        ],
    }


def _of_incoming(incoming: Incoming) -> dict[str, Any]:
    return {
        "收文号": incoming.mark,
        "收文日期": incoming.received_on.isoformat(),
        "承办人": incoming.handler_name,
        "办理结果": incoming.result,
        "办结日期": incoming.finished_on.isoformat() if incoming.finished_on else "",
        "批办意见": _opinions(incoming.opinions.all()),
        "传阅": [
            {"姓名": row.name, "阅毕": _moment(row.read_at), "阅示": row.words}
            for row in incoming.circulations.all()
        ],
    }


def _opinions(rows: Any) -> list[dict[str, str]]:
    return [
        {"环节": row.verdict, "意见": row.text, "姓名": row.by_name, "时间": _moment(row.at)}
        for row in rows
    ]


def _moment(at: Any) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""


def _pack(piece: Piece, paper: StoredFile | None, by: Actor) -> None:
    """The package the archive takes: metadata.xml, metadata.json, the paper; digests inside."""
    made = io.BytesIO()
    root = ElementTree.Element("归档文件", {"摘要算法": "SM3", "摘要": piece.sm3})
    _xml(root, piece.metadata)
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        if paper is not None:
            name = f"document.{paper.extension}"
            ElementTree.SubElement(root, "文件", {"名称": name, "SM3": paper.sm3})
            with open_stored(paper) as source:
                packed.writestr(name, source.read())
        packed.writestr("metadata.xml", ElementTree.tostring(root, "utf-8", xml_declaration=True))
        packed.writestr("metadata.json", json.dumps(piece.metadata, ensure_ascii=False, indent=1))
    name = f"{piece.reference}.zip".replace("·", "-")
    piece.package = papers.keep_made(made.getvalue(), name, papers.PACKAGE, piece, by=by)
    piece.save(update_fields=["package"])


def _xml(parent: ElementTree.Element, values: dict[str, Any]) -> None:
    for key, value in values.items():
        node = ElementTree.SubElement(parent, "项", {"名称": key})
        if isinstance(value, list):
            for item in value:
                _xml(ElementTree.SubElement(node, "条"), item)
        else:
            node.text = str(value)
