"""The answer bot (智能问答): shows an approved article, or hands over; danger goes to a person."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from gonghui.engines.casework.actions import intake
from gonghui.engines.casework.models import Article, ArticleVersion
from gonghui.engines.casework.queries import knowledge
from gonghui.engines.casework.walls import everywhere
from gonghui.engines.language.actions import recording
from gonghui.engines.language.models import Outcome, Source
from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.org.models import Union
from gonghui.kernel.search import texts as registry
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE
from gonghui.systems.rights.feedback.actions.matters import SOURCE
from gonghui.systems.rights.feedback.models import Asked, AskedState
from gonghui.systems.rights.feedback.permissions import ASK
from gonghui.systems.rights.feedback.queries import duty, texts
from gonghui.systems.rights.feedback.rules import answering as rules

BOT = platform("智能问答", channel="web")
THRESHOLD = Setting(
    "feedback.answer_threshold",
    "智能问答的相关度门槛",
    Decimal,
    Decimal("0.55"),
    "低于门槛不引用知识，转人工。",
    minimum=Decimal("0.3"),
    maximum=Decimal("1"),
)
OWN_WORDS = "知识库"
LONGEST = 500
OPEN_ONES = "an answer may rest only on articles in force that workers may read"


@dataclass(frozen=True)
class Answered:
    """What the page shows. code: of the case danger was made into, once for who has no record."""

    asked: Asked
    version: ArticleVersion | None = None
    received: intake.Received | None = None


def ask(question: str, *, by: Actor) -> Answered:
    """An approved article in force, or a person. Danger is never answered by a machine."""
    question = question.strip()
    if not question:
        raise Refusal("请写下您的问题。", field="question", code="empty")
    if len(question) > LONGEST:
        raise Refusal(
            f"问题请在 {LONGEST} 字以内。",
            remedy="情况较长的，请点“我要反映”。",
            field="question",
            code="long",
        )
    desk = duty.desk()
    if texts.alarm(question):
        received = _to_a_person(desk, question, by)
        asked = keep(
            desk, by=BOT, question=question, state=AskedState.CRISIS, case=received.case.pk
        )
        return Answered(asked, received=received)
    with everywhere():
        found = _found(question)
    if found is None:
        return Answered(keep(desk, by=BOT, question=question, state=AskedState.HANDED))
    version, score, who = found
    asked = keep(
        desk,
        by=BOT,
        question=question,
        state=AskedState.ANSWERED,
        version=version.pk,
        score=Decimal(str(score)),
        who=who,
    )
    return Answered(asked, version)


def _to_a_person(desk: Union, question: str, by: Actor) -> intake.Received:
    said = intake.Said(
        title="",
        text=question,
        channel="web",
        secrecy="confidential" if by.person_id else "anonymous",
        person_id=by.person_id,
        details={SOURCE: "智能问答"},
    )
    return intake.submit(HOTLINE, desk, said, by=by)


def _found(question: str) -> tuple[ArticleVersion, float, str] | None:
    """The approved version that answers; whatever an engine says is checked to be in force."""
    said = registry.approved(question, HOTLINE.code)
    if said is not None:
        answerer, approved = said
        version = _in_force(approved.version_id)
        if version is not None and approved.score >= float(THRESHOLD.value()):
            return version, approved.score, answerer.title
    if registry.answerers():
        return None
    rows = knowledge.for_workers(HOTLINE.code)
    candidates = [
        rules.Candidate(pk, title, keywords)
        for pk, title, keywords in rows.values_list("pk", "title", "keywords")
    ]
    threshold = float(THRESHOLD.value())
    best = rules.best(question, candidates, threshold)
    if best is None:
        return None
    article = rows.get(pk=best.key)
    version = article.versions.filter(number=article.number).first()
    return (version, best.score, OWN_WORDS) if version is not None else None


def _in_force(version_id: int) -> ArticleVersion | None:
    rows = ArticleVersion.objects.select_related("article")
    version = rows.filter(pk=version_id).first()
    if version is None:
        return None
    in_force = knowledge.for_workers(HOTLINE.code).filter(pk=version.article_id)
    return version if in_force.filter(number=version.number).exists() else None


@action("answers.keep", "记录智能问答", ASK, creates=True)
def keep(
    desk: Union,
    *,
    by: Actor,
    question: str,
    state: str,
    version: int | None = None,
    score: Decimal | None = None,
    who: str = "",
    case: int | None = None,
) -> Asked:
    """What was asked and what was done, for who checks the bot; of whom is not kept."""
    asked = Asked(
        question=question,
        state=state,
        article_version_id=version,
        score=score,
        by=who[:30],
        case_id=case,
        at=timezone.now(),
    )
    asked.place_at(desk)
    asked.save()
    if version is not None:
        rows = Article.objects.unscoped(OPEN_ONES).filter(versions=version)
        with everywhere():
            rows.update(used=F("used") + 1)
    if state != AskedState.CRISIS:
        _analysed(asked, question, desk)
    return asked


def _analysed(asked: Asked, question: str, desk: Union) -> None:
    """Let analyses of what is asked and not covered know it; danger is analysed with its case."""
    version = ArticleVersion.objects.filter(pk=asked.article_version_id).first()
    recording.remember(
        desk,
        source=Source.QUESTION,
        ref=f"asked/{asked.pk}",
        text=question,
        channel="bot",
        outcome=Outcome.HUMAN if version is None else Outcome.ANSWERED,
        article=version.title[:120] if version is not None else "",
        score=float(asked.score or 0),
        kept=question,
    )


@action("answers.judge", "评价智能问答", ASK)
def judge(asked: Asked, *, by: Actor, helpful: bool) -> Asked:
    if asked.helpful is not None:
        raise Conflict("已经评价过。", code="judged")
    asked.helpful = helpful
    asked.save(update_fields=["helpful"])
    return asked


@action("answers.hand-over", "智能问答转人工", ASK)
def hand_over(asked: Asked, *, by: Actor, case: int) -> Asked:
    """A person has taken the question up as this case."""
    if asked.case_id is not None:
        raise Conflict("已经转人工。", code="handed")
    asked.case_id = case
    asked.save(update_fields=["case"])
    return asked
