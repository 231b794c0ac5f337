"""After the answer to a petition: 复查 at the union above, then 复核, then the end."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.actions.intake import heed
from gonghui.engines.casework.actions.telling import end_of
from gonghui.engines.casework.actions.verbs import check_no_interest
from gonghui.engines.casework.models import Answer, Intake, Reply, Secrecy
from gonghui.engines.casework.rules.clocks import Term, Unit, due
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actions import action, place_of
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Missing, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify import timeline
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.feedback.actions import papers, todos
from gonghui.systems.rights.feedback.actions.kinds import PETITIONS
from gonghui.systems.rights.feedback.models import (
    Appeal,
    AppealState,
    Paper,
    PaperKind,
    Petition,
    Stage,
)
from gonghui.systems.rights.feedback.permissions import (
    ASK_APPEAL,
    DECIDE_APPEAL,
    REGISTER_PETITION,
)
from gonghui.systems.rights.feedback.queries import parameters
from gonghui.systems.rights.feedback.rules import petitions as rules

OF_CASE = "the complaint whose answer is appealed against"
SAME = "reviews of a petition are read with it"
ABOVE = "the union above the one that answered decides a review"
ENDS = {Stage.REVIEW: PaperKind.REVIEW, Stage.RECHECK: PaperKind.RECHECK}


def appeals_of(petition: Petition) -> Any:
    """The reviews of a petition the caller may see, at whatever union."""
    return Appeal.objects.unscoped(SAME).filter(petition=petition)


def _last_answer(petition: Petition) -> Paper | None:
    """The last paper that may be appealed against."""
    kinds = (PaperKind.OPINION, PaperKind.REVIEW, PaperKind.RECHECK)
    return Paper.objects.filter(petition=petition, kind__in=kinds).order_by("-pk").first()


def answered_on(petition: Petition) -> date | None:
    """When the last paper that may be appealed against was received, else issued."""
    last = _last_answer(petition)
    return (last.delivered_on or last.issued_on) if last is not None else None


@action("petitions.appeal", "申请复查复核", ASK_APPEAL)
def ask(petition: Petition, *, by: Actor, intake: int, words: str) -> Appeal:
    """By the petitioner, whose thread the caller has checked; audited under no name."""
    return _ask(petition, intake, words, timezone.localdate(), by)


@action("petitions.register-appeal", "登记复查复核申请", REGISTER_PETITION)
def register(
    petition: Petition, *, by: Actor, words: str, asked_on: date, intake: int | None = None
) -> Appeal:
    """For a petitioner who asked by letter or came; asked_on: when it was received."""
    if asked_on > timezone.localdate():
        raise Refusal("申请日期不能晚于今天。", field="asked_on", code="future")
    with everywhere():
        rows = Intake.objects.unscoped(OF_CASE).filter(case=petition.case, withdrawn_at=None)
        first = rows.filter(pk=intake).first() if intake else rows.order_by("pk").first()
    if first is None:
        raise Missing("没有可以申请复查的来件。", code="intake")
    return _ask(petition, first.pk, words, asked_on, by)


def _ask(petition: Petition, intake_id: int, words: str, asked_on: date, by: Actor) -> Appeal:
    if not words.strip():
        raise Refusal("请写明不服的理由和请求。", field="words", code="empty")
    if appeals_of(petition).filter(state=AppealState.OPEN).exists():
        raise Conflict("复查复核正在办理，不用重复申请。", code="open")
    with everywhere():
        intake = Intake.objects.unscoped(OF_CASE).get(pk=intake_id)
        if intake.case_id != petition.case_id:
            raise Missing("这件来件不属于这个信访事项。", code="intake")
        answered = Answer.objects.filter(intake=intake).exists()
    last = _last_answer(petition)
    if last is not None and asked_on < last.issued_on:
        raise Refusal(
            f"申请日期不能早于答复作出的日期 {last.issued_on}。", field="asked_on", code="early"
        )
    stage = rules.check_appeal(
        petition.stage,
        answered_on(petition) if answered else None,
        asked_on,
        parameters.APPEAL_DAYS.on(asked_on),
    )
    below = _last_organ(petition)
    if below.parent_id is None:
        raise Refusal(
            "答复由省级工会作出，复查、复核由其上一级机关、单位办理。",
            rule=rules.ARTICLES[stage],
            remedy="请向中华全国总工会提出书面申请。",
            code="top",
        )
    days = parameters.REVIEW_DAYS if stage == rules.REVIEW else parameters.RECHECK_DAYS
    appeal = Appeal(
        petition=petition,
        stage=stage,
        intake_id=intake.pk,
        asked_on=asked_on,
        due_on=due(asked_on, Term(days.on(asked_on), Unit.CALENDAR, rules.ARTICLES[stage])),
        words=words.strip()[:5000],
    )
    appeal.place_at(Union.objects.unscoped(ABOVE).get(pk=below.parent_id))
    try:
        with transaction.atomic(), everywhere():
            appeal.save()
    except IntegrityError as error:
        raise Conflict(f"已经申请过{rules.STAGES[stage]}。", code="once") from error
    petition.stage = stage
    petition.version += 1
    with everywhere():
        petition.save()
    todos.open_at(
        todos.APPEAL,
        appeal,
        f"{rules.STAGES[stage]}：信访事项 {petition.case.number}",
        reverse("resource:appeals:record", args=[appeal.pk]),
        appeal.union,
        DECIDE_APPEAL.code,
        end_of(appeal.due_on),
    )
    _tell(intake, f"已申请{rules.STAGES[stage]}", f"由{appeal.union.name}办理", "info")
    with everywhere():
        heed(petition.case, words, by)
    publish(
        "cn.gonghui.petition.appealed",
        f"case/{petition.case_id}",
        {"id": petition.case_id, "stage": stage},
        appeal.org_path,
    )
    return appeal


def _last_organ(petition: Petition) -> Union:
    """The union whose answer is appealed against: the case's desk, or who decided last."""
    decided = appeals_of(petition).filter(state=AppealState.DECIDED)
    last = decided.select_related("union").order_by("-pk").first()
    return last.union if last is not None else petition.case.union


@action("petitions.decide", "出具复查复核意见", DECIDE_APPEAL, place=place_of)
def decide(appeal: Appeal, *, by: Actor, result: str, opinion: str) -> Appeal:
    """维持, 变更 or 撤销; never by somebody who had a hand in the answer below."""
    if appeal.state != AppealState.OPEN:
        raise Conflict("已经出具意见。", code="decided")
    if result not in rules.RESULTS:
        raise Refusal("请选择结果。", field="result", code="result")
    if len(opinion.strip()) < 4:
        raise Refusal("请写明意见和依据。", field="opinion", code="empty")
    petition = appeal.petition
    case = petition.case
    check_no_interest(case, by, place=case.org_path)
    hands = set(Reply.objects.filter(case=case).values_list("author_id", "reviewer_id"))
    if by.user_id is not None and by.user_id in {pk for pair in hands for pk in pair}:
        raise Forbidden("不能复查自己起草或审核的答复。", rule="原办理人员回避", code="own_work")
    appeal.state, appeal.result = AppealState.DECIDED, result
    appeal.opinion = opinion.strip()
    appeal.decided_on, appeal.decided_by = timezone.localdate(), by.name[:50]
    appeal.version += 1
    appeal.save()
    papers.issue(
        petition, ENDS[Stage(appeal.stage)], appeal.union, words=opinion.strip(), result=result
    )
    if appeal.stage == Stage.RECHECK:
        with everywhere():
            petition.stage = Stage.FINAL
            petition.version += 1
            petition.save()
    todos.close_for(todos.APPEAL, appeal, by.user_id)
    with everywhere():
        intake = Intake.objects.unscoped(OF_CASE).get(pk=appeal.intake_id)
    words = f"{rules.STAGES[appeal.stage]}意见：{rules.RESULTS[result]}"
    _tell(intake, words, "请查看意见书。", "good", settled=appeal.stage == Stage.RECHECK)
    return appeal


def _tell(intake: Intake, title: str, text: str, tone: str, *, settled: bool = False) -> None:
    """A line for the petitioner, if the petition is theirs by name."""
    if intake.person_id is None or intake.secrecy == Secrecy.ANONYMOUS:
        return
    timeline.tell(
        intake.person_id,
        system=PETITIONS.system,
        service=PETITIONS.service,
        target_type="casework.intake",
        target_id=intake.pk,
        title=title,
        text=text,
        link=reverse("feedback:petition", args=[intake.number]),
        tone=tone,
        settled=settled,
    )
