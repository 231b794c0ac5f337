"""Collecting opinions on drafts: begin, comment, decide what is adopted, publish the report."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Missing, Refusal
from gonghui.kernel.bus.outbox import publish as publish_event
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.law.actions.reviewing import kept
from gonghui.systems.rights.law.models import Bill, BillArticle, Comment, CommentState
from gonghui.systems.rights.law.permissions import (
    DECIDE_BILLS,
    EDIT_BILLS,
    SPEAK,
    SPEAK_FOR_UNION,
)
from gonghui.systems.rights.law.queries import legislation as queries
from gonghui.systems.rights.law.queries.parameters import COMMENT_DAYS
from gonghui.systems.rights.law.rules import library as rules

ON_BILL = "a draft on which opinions are collected is open to everybody"
SUMMING = "bills.summing"
register_kind(SUMMING, "立法意见待汇总")
ABOUT = Category("law-bills", "参与立法")
DECIDED = Template(
    "law-bills.decided",
    "您的立法意见已有反馈",
    "您对《{title}》的意见：{outcome}。{reason}",
    ABOUT,
    "{link}",
)
HEAD = "法规：{title}\n位阶：规范性文件\n机关：{issuer}\n版本：征求意见稿\n施行：2000-01-01\n{text}"


@action("bills.prepare", "登记征求意见稿", EDIT_BILLS, creates=True)
def prepare(
    union: Union,
    *,
    by: Actor,
    title: str,
    issuer: str,
    about: str,
    text: str,
    opens_on: date,
    closes_on: date,
) -> Bill:
    """A draft with its articles; the text is written as for the library, without heads."""
    least = COMMENT_DAYS.on(opens_on)
    if (closes_on - opens_on).days + 1 < least:
        raise Refusal(
            f"征集时间少于 {least} 天。",
            rule="业务参数“立法意见征集的最短天数”（暂定）；法律草案一般不少于三十日，条文待核对",
            field="closes_on",
            code="short",
        )
    found = rules.read(HEAD.format(title=title.strip(), issuer=issuer.strip(), text=text.strip()))
    bill = Bill(
        title=title.strip(),
        issuer=issuer.strip(),
        about=about.strip(),
        opens_on=opens_on,
        closes_on=closes_on,
    )
    bill.place_at(union)
    bill.save()
    BillArticle.objects.bulk_create(
        [
            BillArticle(
                bill=bill,
                number=article.place.number,
                branch=article.place.branch,
                chapter=article.chapter,
                text=article.text,
            )
            for article in found.articles
        ]
    )
    note(articles={"label": "条文", "after": f"{len(found.articles)} 条"})
    return bill


@action("bills.open", "开始征集立法意见", EDIT_BILLS)
def open_bill(bill: Bill, *, by: Actor) -> Bill:
    """Let everybody see it; opinions are taken from its first day on."""
    _in(bill, "preparing")
    today = timezone.localdate()
    least, left = COMMENT_DAYS.on(today), (bill.closes_on - max(bill.opens_on, today)).days + 1
    if left < least:
        raise Refusal(
            f"到 {bill.closes_on.isoformat()} 截止，征集时间少于 {least} 天。",
            rule="业务参数“立法意见征集的最短天数”（暂定）",
            remedy="请重新登记征求意见稿，另定截止日期。",
            code="short",
        )
    bill.state = "collecting"
    publish_event(
        "cn.gonghui.law.bill.opened",
        f"bill/{bill.pk}",
        {"id": bill.pk, "title": bill.title},
        bill.org_path,
    )
    return kept(bill)


def _in(bill: Bill, *states: str) -> None:
    if bill.state not in states:
        raise Conflict(f"草案现在是“{bill.get_state_display()}”。", code="state")


@action("bills.speak", "提出立法意见", SPEAK, creates=True)
def speak(
    union: Union,
    *,
    by: Actor,
    bill: Bill,
    stance: str,
    because: str,
    article: int | None = None,
    words: str = "",
) -> Comment:
    """An opinion of a worker, placed at their union; nobody's name is kept with it."""
    return _comment(union, by, bill, stance, because, article, words, of_union=False)


@action("bills.speak-union", "代表工会提出立法意见", SPEAK_FOR_UNION, creates=True)
def speak_for_union(
    union: Union,
    *,
    by: Actor,
    bill: Bill,
    stance: str,
    because: str,
    article: int | None = None,
    words: str = "",
) -> Comment:
    """An opinion of a union."""
    return _comment(union, by, bill, stance, because, article, words, of_union=True)


def _comment(
    union: Union,
    by: Actor,
    bill: Bill,
    stance: str,
    because: str,
    article: int | None,
    words: str,
    *,
    of_union: bool,
) -> Comment:
    rows = Bill.objects.unscoped(ON_BILL).select_for_update(of=("self",))
    bill = rows.get(pk=bill.pk)
    today = timezone.localdate()
    if not queries.is_open(bill, today):
        raise Conflict(
            "这份草案现在不征集意见。",
            rule=f"征集时间：{bill.opens_on.isoformat()} 至 {bill.closes_on.isoformat()}",
            code="closed",
        )
    on = bill.articles.filter(pk=article).first() if article is not None else None
    if article is not None and on is None:
        raise Missing("草案里没有这一条。", field="article")
    if stance == "amend" and not words.strip():
        raise Refusal("建议修改的，请写出建议的表述。", field="words", code="empty")
    made = Comment(
        bill=bill,
        article=on,
        stance=stance,
        words=words.strip(),
        because=because.strip(),
        of_union=of_union,
        person_id=None if of_union else by.person_id,
        user_id=by.user_id,
    )
    made.place_at(union)
    made.save()
    return made


@action("bills.retract", "撤回立法意见", SPEAK, place=lambda comment: comment.org_path)
def retract(comment: Comment, *, by: Actor) -> None:
    """Take one's own opinion back while the draft is open."""
    if comment.user_id != by.user_id or by.user_id is None:
        raise Forbidden("只能撤回本人提出的意见。", code="forbidden")
    if not queries.is_open(comment.bill, timezone.localdate()):
        raise Conflict("征集已经结束，不能撤回。", code="closed")
    comment.delete()


@action("bills.close", "结束征集转入汇总", EDIT_BILLS)
def close_bill(bill: Bill, *, by: Actor) -> Bill:
    """Take no more opinions; not before the last day announced."""
    _in(bill, "collecting")
    if timezone.localdate() <= bill.closes_on:
        raise Refusal(
            f"征集到 {bill.closes_on.isoformat()} 才截止。",
            remedy="截止之后再转入汇总。",
            code="early",
        )
    bill.state = "summing"
    open_todo(
        kind=SUMMING,
        target_type="law.bill",
        target_id=bill.pk,
        title=f"汇总立法意见：{bill.title}"[:120],
        link=reverse("resource:bills:record", args=[bill.pk]),
        org_path=bill.org_path,
        union_id=bill.union_id,
        permission=DECIDE_BILLS.code,
    )
    return kept(bill)


@action("bills.decide", "研究立法意见", DECIDE_BILLS, place=lambda comment: comment.bill.org_path)
def decide(comment: Comment, *, by: Actor, state: str, reason: str) -> Comment:
    """Whether an opinion is adopted, always with the reason; decided where it is collected."""
    rows = Bill.objects.unscoped(ON_BILL).select_for_update(no_key=True)
    if rows.get(pk=comment.bill_id).state == "reported":
        raise Conflict("已经反馈，不能再改。", code="reported")
    if state == CommentState.WAITING:
        raise Refusal("请选择采纳情况。", field="state", code="empty")
    if state != CommentState.ADOPTED and not reason.strip():
        raise Refusal("没有全部采纳的，请写明理由。", field="reason", code="empty")
    comment.state, comment.reason = state, reason.strip()[:1000]
    comment.decided_by = by.name[:50]
    return kept(comment)


@action("bills.report", "发布意见采纳反馈", DECIDE_BILLS)
def report(bill: Bill, *, by: Actor, feedback: str) -> Bill:
    """Publish what became of every opinion and tell those who spoke."""
    _in(bill, "summing")
    rows = list(queries.comments(bill))
    waiting = sum(row.state == CommentState.WAITING for row in rows)
    if waiting:
        raise Conflict(
            f"还有 {waiting} 条意见没有研究。", remedy="请逐条写明采纳情况。", code="waiting"
        )
    bill.state, bill.feedback = "reported", feedback.strip()
    bill.reported_at = timezone.now()
    for row in rows:
        if row.user_id is not None:
            send(
                [Recipient(user_id=row.user_id)],
                DECIDED,
                {
                    "title": bill.title,
                    "outcome": row.get_state_display(),
                    "reason": row.reason[:200],
                    "link": reverse("law-bill", args=[bill.pk]),
                },
                key=f"law-comment-{row.pk}",
            )
    close_todo(target_type="law.bill", target_id=bill.pk, kind=SUMMING, by=by.user_id)
    publish_event(
        "cn.gonghui.law.bill.reported",
        f"bill/{bill.pk}",
        {"id": bill.pk, "comments": len(rows)},
        bill.org_path,
    )
    return kept(bill)
