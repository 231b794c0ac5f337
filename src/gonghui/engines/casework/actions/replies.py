"""Replies: drafted, reviewed by another, sent as one answer to each complainant."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from django.db.models import F
from django.utils import timezone

from gonghui.engines.casework.actions import clocks
from gonghui.engines.casework.actions.telling import happened, refresh_todos, remind
from gonghui.engines.casework.actions.verbs import verb
from gonghui.engines.casework.declaring import Begin, Moment, Until, kind_of
from gonghui.engines.casework.models import (
    Answer,
    Article,
    ArticleState,
    ArticleVersion,
    Case,
    Citation,
    Intake,
    Part,
    PartRole,
    PartState,
    Phase,
    Reply,
    ReplyState,
)
from gonghui.engines.casework.queries import cases as queries
from gonghui.engines.casework.rules import confidentiality, phases
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actions import note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal

ANSWERED = "every complainant of a case gets the answer to it"
OPEN_PARTS = "a reply waits for the parts of joint units"
CITED = "an article of any union above may be cited"


def open_reply(case: Case) -> Reply | None:
    return Reply.objects.filter(case=case).exclude(state=ReplyState.SENT).first()


@verb("draft", "拟写答复", "handle")
def draft(
    case: Case,
    *,
    by: Actor,
    text: str,
    outcome: str = "",
    own: Mapping[int, str] | None = None,
    cites: Sequence[int] = (),
    generated: bool = False,
) -> Reply:
    """Write the reply, or write it anew. own: a paragraph for single complainants, by intake."""
    if not text.strip():
        raise Refusal("请填写答复内容。", field="text", code="empty")
    outcomes = kind_of(case).outcomes
    if outcomes and outcome not in outcomes:
        raise Refusal("请选择办理结果。", field="outcome", code="outcome")
    kept = {pk: words.strip() for pk, words in (own or {}).items() if words.strip()}
    secrets = _secrets(case)
    if stray := set(kept) - set(secrets):
        raise Refusal(f"来件 {min(stray)} 不在这个办件里。", field="own", code="stray")
    confidentiality.check_answer(text, kept, secrets)
    reply = open_reply(case) or Reply(case=case, round=case.round, drafted_at=timezone.now())
    reply.state = ReplyState.DRAFT
    reply.text = text.strip()
    reply.own = json.dumps(kept, ensure_ascii=False) if kept else None
    reply.outcome = outcome
    reply.generated = generated
    reply.author_id, reply.author_name = by.user_id, by.name[:50]
    reply.version += 1
    reply.save()
    _cite(case, cites)
    # Whoever opened the form before would write over this draft.
    case.version += 1
    case.save(update_fields=["version"])
    return reply


def _secrets(case: Case) -> dict[int, list[str]]:
    """The words that name each complainant of a case, by intake."""
    with everywhere():
        rows = list(Intake.objects.unscoped(ANSWERED).filter(case=case))
    return queries.secrets_by_intake(rows)


def _paragraphs(reply: Reply) -> dict[int, str]:
    written = json.loads(reply.own.reveal()) if reply.own else {}
    return {int(pk): words for pk, words in written.items()}


def _cite(case: Case, ids: Sequence[int]) -> None:
    today = timezone.localdate()
    for article in Article.objects.unscoped(CITED).filter(pk__in=ids):
        if article.state != ArticleState.PUBLISHED or (article.expires_on or today) < today:
            raise Refusal(
                f"知识条目“{article.title}”已停用或过期，不能引用。",
                rule="答复只引用已审核发布且在有效期内的知识",
                remedy="请另选条目，或请维护人复审。",
                field="cites",
                code="expired",
            )
        version = ArticleVersion.objects.get(article=article, number=article.number)
        _, made = Citation.objects.get_or_create(
            case=case, article_version=version, defaults={"at": timezone.now()}
        )
        if made:
            Article.objects.unscoped(CITED).filter(pk=article.pk).update(used=F("used") + 1)


@verb("submit_reply", "答复送审", "handle")
def submit(case: Case, *, by: Actor) -> Case:
    """Send the draft to review; where the kind needs none, it leaves at once."""
    reply = open_reply(case)
    if reply is None:
        raise Conflict("还没有拟写答复。", code="no_draft")
    with everywhere():
        parts = Part.objects.unscoped(OPEN_PARTS).filter(
            case=case,
            role=PartRole.JOINT,
            state__in=(PartState.ASKED, PartState.RETURNED),
        )
        waiting = [part.union.name for part in parts.select_related("union")]
    if waiting:
        raise Conflict(
            f"还有协办单位没有反馈：{'、'.join(waiting)}。",
            rule="协办单位反馈后才能答复",
            remedy="请催促反馈，或请其上级工会代为反馈。",
            code="parts_open",
        )
    # The case may have become a collective one since the draft.
    confidentiality.check_answer(reply.text.reveal(), _paragraphs(reply), _secrets(case))
    reply.submitted_at = timezone.now()
    if not kind_of(case).reviewed(case):
        return _send(case, reply, by, "")
    reply.state = ReplyState.REVIEW
    reply.save()
    case.phase = Phase.REVIEW
    case.version += 1
    case.save()
    refresh_todos(case, by)
    happened(case, Moment.SUBMITTED, "答复送审", by=by)
    return case


@verb("review", "审核答复", "approve")
def review(case: Case, *, by: Actor, send: bool, opinion: str = "") -> Case:
    """Let the reply leave, or send it back with an opinion; never one's own."""
    reply = open_reply(case)
    if reply is None or reply.state != ReplyState.REVIEW:
        raise Conflict("没有待审核的答复。", code="no_reply")
    phases.check_other_hand(reply.author_id, by.user_id, "拟写的答复")
    reply.reviewer_id, reply.reviewer_name = by.user_id, by.name[:50]
    reply.reviewed_at, reply.opinion = timezone.now(), opinion[:300]
    if send:
        return _send(case, reply, by, opinion)
    if not opinion.strip():
        raise Refusal("退回修改请写明意见。", field="opinion", code="empty")
    reply.state = ReplyState.RETURNED
    reply.save()
    case.phase = Phase.HANDLING
    case.version += 1
    case.save()
    refresh_todos(case, by)
    remind(case, case.handler_id, "答复被退回修改", opinion)
    happened(case, Moment.SENT_BACK, "答复退回修改", opinion, by=by)
    return case


def _send(case: Case, reply: Reply, by: Actor, opinion: str) -> Case:
    """One answer for each complaint of the case; the clock that waited for it is met."""
    now = timezone.now()
    today = timezone.localdate(now)
    if case.paused_on is not None:
        clocks.wake(case, by.name)
    clocks.recount(case)
    case.late = case.due_on is not None and today > case.due_on
    reply.state = ReplyState.SENT
    reply.save()
    own = _paragraphs(reply)
    text = reply.text.reveal()
    with everywhere():
        intakes = list(
            Intake.objects.unscoped(ANSWERED)
            .select_for_update(of=("self",))
            .filter(case=case, withdrawn_at=None)
            .order_by("pk")
        )
        for intake in intakes:
            added = own.get(intake.pk)
            Answer.objects.create(
                intake=intake,
                reply=reply,
                number=f"{intake.number}-{case.round}",
                text=f"{text}\n\n{added}" if added else text,
                sent_at=now,
                via=intake.channel,
            )
            intake.answered_at = now
            intake.save(update_fields=["answered_at"])
    case.phase = Phase.REPLIED
    case.replied_at = now
    case.outcome = reply.outcome
    clocks.met(case, Until.REPLIED, today)
    clocks.begin(case, Begin.REPLIED, today)
    clocks.recount(case)
    case.version += 1
    case.save()
    refresh_todos(case, by)
    note(answers={"label": "发出答复", "after": f"{len(intakes)} 份"})
    happened(
        case,
        Moment.REPLIED,
        "已答复",
        "请查看答复并评价。",
        by=by,
        public=True,
        reply=reply,
        intakes=intakes,
    )
    return case
