"""Asking for opinions on a draft, answering each, publishing what was adopted and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.actions import intake
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.bus.outbox import publish as send_event
from gonghui.kernel.notify import timeline
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.feedback.actions import todos
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE
from gonghui.systems.rights.feedback.actions.matters import SOURCE
from gonghui.systems.rights.feedback.models import (
    Consultation,
    ConsultationState,
    Opinion,
    Provision,
    Response,
    Stance,
)
from gonghui.systems.rights.feedback.permissions import (
    EDIT_CONSULTATIONS,
    GIVE_OPINION,
    PUBLISH_CONSULTATIONS,
)
from gonghui.systems.rights.feedback.queries import duty, texts
from gonghui.systems.rights.feedback.rules import consulting as rules

READER = platform("职工", channel="web")
"""Who gives an opinion is not named in the audit."""
SERVICE = "意见征求"


@action("consultations.draft", "起草意见征求", EDIT_CONSULTATIONS, creates=True)
def draft(
    union: Union,
    *,
    by: Actor,
    title: str,
    intro: str,
    text: str,
    closes_on: date,
    questions: str = "",
) -> Consultation:
    """text: the draft, split into its articles; questions: one a line."""
    if not title.strip():
        raise Refusal("请填写标题。", field="title", code="empty")
    made = Consultation(
        title=title.strip(),
        intro=intro.strip(),
        closes_on=closes_on,
        author_id=by.user_id,
        author_name=by.name[:50],
    )
    made.place_at(union)
    made.save()
    _put(made, text, questions)
    todos.open_at(
        todos.PUBLISH,
        made,
        f"审核发布意见征求：{made.title}"[:120],
        reverse("resource:consultations:record", args=[made.pk]),
        union,
        PUBLISH_CONSULTATIONS.code,
    )
    return made


@action("consultations.edit", "修改征求意见稿", EDIT_CONSULTATIONS)
def edit(
    consultation: Consultation,
    *,
    by: Actor,
    title: str,
    intro: str,
    text: str,
    closes_on: date,
    questions: str = "",
) -> Consultation:
    """Only before it is open: afterwards opinions hang on its articles."""
    _check(consultation, ConsultationState.DRAFT, "开始征求意见后不能修改条文。")
    consultation.title, consultation.intro = title.strip(), intro.strip()
    consultation.closes_on = closes_on
    consultation.author_id, consultation.author_name = by.user_id, by.name[:50]
    consultation.provisions.all().delete()
    _put(consultation, text, questions)
    return _saved(consultation)


def _put(consultation: Consultation, text: str, questions: str) -> None:
    asked = [line.strip() for line in questions.splitlines() if line.strip()]
    rows = [(item.mark, item.text, False) for item in rules.split(text)]
    rows += [(f"问题{place}", words, True) for place, words in enumerate(asked, 1)]
    Provision.objects.bulk_create(
        [
            Provision(
                consultation=consultation, place=place, mark=mark, text=words, question=question
            )
            for place, (mark, words, question) in enumerate(rows, 1)
        ]
    )


@action("consultations.open", "开始征求意见", PUBLISH_CONSULTATIONS)
def open_up(consultation: Consultation, *, by: Actor) -> Consultation:
    """Everybody may read and speak from now on; never by who drafted it."""
    _check(consultation, ConsultationState.DRAFT, "已经开始征求意见。")
    _other_hand(consultation, by)
    today = timezone.localdate()
    parts = list(consultation.provisions.values_list("question", flat=True))
    rules.check_opening(parts.count(False), parts.count(True), today, consultation.closes_on)
    consultation.state, consultation.opened_on = ConsultationState.OPEN, today
    todos.close_for(todos.PUBLISH, consultation, by.user_id)
    send_event(
        "cn.gonghui.consultation.opened",
        f"consultation/{consultation.pk}",
        {"id": consultation.pk},
        consultation.org_path,
    )
    return _saved(consultation)


def opine(
    consultation: Consultation,
    *,
    by: Actor,
    stance: str,
    text: str = "",
    provision: int | None = None,
    key: UUID | None = None,
) -> Opinion:
    """One opinion on an article, a question, or the whole. Danger in it reaches a person too."""
    by.require(GIVE_OPINION)
    key = key or uuid4()
    keep(
        consultation,
        by=READER,
        stance=stance,
        text=text,
        provision=provision,
        key=key,
        person_id=by.person_id,
    )
    made = Opinion.objects.get(key=key)
    if texts.alarm(text):
        said = intake.Said(
            title="",
            text=text,
            channel="web",
            secrecy="confidential" if by.person_id else "anonymous",
            person_id=by.person_id,
            details={SOURCE: SERVICE},
            key=f"opinion:{made.key}",
        )
        intake.submit(HOTLINE, duty.desk(), said, by=by)
    return made


@action("consultations.opine", "提出意见", GIVE_OPINION)
def keep(
    consultation: Consultation,
    *,
    by: Actor,
    stance: str,
    text: str,
    provision: int | None,
    key: UUID,
    person_id: int | None,
) -> Consultation:
    """The consultation is what the audit names: of an opinion it keeps nothing."""
    if Opinion.objects.filter(key=key).exists():
        return consultation
    rules.check_taking(consultation.state, timezone.localdate(), consultation.closes_on)
    part = consultation.provisions.filter(pk=provision).first() if provision else None
    if provision and part is None:
        raise Refusal("没有这一条。", field="provision", code="provision")
    if stance not in Stance.values:
        raise Refusal("请选择态度。", field="stance", code="stance")
    text = text.strip()
    if not text and (stance != Stance.AGREE or (part is not None and part.question)):
        raise Refusal("请写明意见。", field="text", code="empty")
    if len(text) > 2000:
        raise Refusal("意见请在 2000 字以内。", field="text", code="long")
    try:
        with transaction.atomic():
            Opinion.objects.create(
                consultation=consultation,
                provision=part,
                stance=stance,
                text=text or None,
                person_id=person_id,
                key=key,
                at=timezone.now(),
            )
    except IntegrityError:
        return consultation
    Consultation.objects.unscoped("the row is locked by the action").filter(
        pk=consultation.pk
    ).update(opinions_count=F("opinions_count") + 1)
    return consultation


@action("consultations.close", "结束征求意见", EDIT_CONSULTATIONS)
def close(consultation: Consultation, *, by: Actor) -> Consultation:
    """After its last day; from then on opinions are put together and answered."""
    _check(consultation, ConsultationState.OPEN, "现在不在征求意见。")
    if timezone.localdate() <= consultation.closes_on:
        raise Conflict(
            "还没有到截止日期。",
            rule=f"征求意见截至 {consultation.closes_on}，不能提前结束",
            code="early",
        )
    consultation.state = ConsultationState.CLOSED
    return _saved(consultation)


@action("consultations.respond", "归纳和答复意见", EDIT_CONSULTATIONS)
def respond(
    consultation: Consultation,
    *,
    by: Actor,
    summary: str,
    verdict: str,
    opinions: Sequence[int],
    reason: str = "",
    provision: int | None = None,
) -> Response:
    """What opinions of one sense ask, whether it is adopted, and why; each opinion once.

    Opinions on several articles are answered beside the whole draft.
    """
    if consultation.state not in (ConsultationState.OPEN, ConsultationState.CLOSED):
        raise Conflict("现在不能归纳意见。", code="state")
    rules.check_verdict(verdict, reason)
    if not summary.strip():
        raise Refusal("请写明归纳的意见。", field="summary", code="empty")
    rows = consultation.opinions.select_for_update().filter(pk__in=list(opinions), response=None)
    found = list(rows)
    if not found or len(found) < len(set(opinions)):
        raise Conflict(
            "请选择还没有归纳的意见。", remedy="可能已被他人归纳，请刷新。", code="opinions"
        )
    part = consultation.provisions.filter(pk=provision).first() if provision else None
    if part is None and len({item.provision_id for item in found}) == 1:
        part = found[0].provision
    made = Response.objects.create(
        consultation=consultation,
        provision=part,
        summary=summary.strip()[:500],
        verdict=verdict,
        reason=reason.strip()[:1000],
        by_name=by.name[:50],
        at=timezone.now(),
    )
    consultation.opinions.filter(pk__in=[item.pk for item in found]).update(response=made)
    note(
        response={
            "label": "归纳意见",
            "after": f"{len(found)} 条，{rules.VERDICTS[verdict]}",
        }
    )
    return made


@action("consultations.publish", "公布采纳情况", PUBLISH_CONSULTATIONS)
def publish(consultation: Consultation, *, by: Actor, summary: str) -> Consultation:
    """Adopted or not, with reasons, for everybody to read; whoever spoke is told."""
    _check(consultation, ConsultationState.CLOSED, "请先结束征求意见并归纳。")
    _other_hand(consultation, by)
    silent = consultation.opinions.filter(text=None, stance=Stance.AGREE, response=None)
    left = consultation.opinions.filter(response=None).exclude(pk__in=silent).count()
    rules.check_publishing(left)
    if not summary.strip():
        raise Refusal("请写明总的情况。", field="summary", code="empty")
    consultation.state = ConsultationState.PUBLISHED
    consultation.summary, consultation.published_at = summary.strip(), timezone.now()
    link = reverse("feedback:consultation", args=[consultation.pk])
    people = consultation.opinions.exclude(person_id=None).values_list("person_id", flat=True)
    for person_id in sorted(set(people)):
        timeline.tell(
            person_id,
            system="C4.5",
            service=SERVICE,
            target_type=Consultation._meta.label_lower,
            target_id=consultation.pk,
            title="采纳情况已公布",
            text=consultation.title,
            link=link,
            tone="good",
            settled=True,
        )
    return _saved(consultation)


def _other_hand(consultation: Consultation, by: Actor) -> None:
    if by.user_id is not None and by.user_id == consultation.author_id:
        raise Refusal("不能审核发布自己起草的征求意见稿。", rule="起草和审核分开", code="own_work")


def _check(consultation: Consultation, state: str, message: str) -> None:
    if consultation.state != state:
        raise Conflict(message, remedy="请刷新页面查看最新状态。", code="state")


def _saved(consultation: Consultation) -> Consultation:
    consultation.version += 1
    consultation.save()
    return consultation
