"""Summaries of opinions (意见汇总) and the annual report, for the page and for paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils import timezone

from gonghui.engines.casework.declaring import KINDS
from gonghui.engines.casework.models import Phase
from gonghui.engines.casework.queries import statistics
from gonghui.engines.casework.queries.desk import kinds_of, visible
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.documents.content import Kind, Official, Paragraph, Seal, Table
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.feedback.models import (
    PETITION_CODE,
    Asked,
    AskedState,
    Consultation,
    Matter,
    Nature,
    Survey,
)
from gonghui.systems.rights.feedback.permissions import (
    VIEW,
    VIEW_ASKED,
    VIEW_CALLS,
    VIEW_CONSULTATIONS,
    VIEW_SURVEYS,
)
from gonghui.systems.rights.feedback.queries import hotline
from gonghui.systems.rights.feedback.rules import calls as call_rules

UNCOUNTED = (Phase.MERGED, Phase.WITHDRAWN)
"""As in the engine's figures: what is merged counts with its lead."""


@dataclass(frozen=True)
class Summary:
    """What was said in a span and what became of it; never who said it.

    collectives: how many matters of several there were; collective: the largest of them.
    """

    from_on: date
    until_on: date
    received: int
    complaints: int
    answered: int
    late: int
    by_topic: list[statistics.Line]
    by_channel: list[statistics.Line]
    by_month: list[statistics.Line]
    natures: list[tuple[str, int]]
    petitions: int
    collectives: int
    collective: list[tuple[str, str, int]]
    calls: call_rules.Figures | None
    asked: dict[str, int]
    consultations: int
    surveys: int
    score: str


def summary(actor: Actor, from_on: date, until_on: date) -> Summary:
    kinds = kinds_of(actor, hotline.kinds())
    by_topic = statistics.table(actor, kinds, from_on, until_on, by="category")
    span = {
        "case__received_at__gte": statistics.start_of(from_on),
        "case__received_at__lt": statistics.start_of(until_on, 1),
    }
    natures = dict(
        hotline.APART(Matter.objects.within(actor.scope(VIEW)), actor)
        .filter(**span)
        .exclude(case__phase__in=UNCOUNTED)
        .values_list("nature")
        .annotate(count=Count("id"))
    )
    received = {name.removeprefix("case__"): moment for name, moment in span.items()}
    cases = visible(actor, kinds).filter(collective=True, **received)
    cases = cases.exclude(phase__in=UNCOUNTED)
    petitions = visible(actor, [KINDS[PETITION_CODE]]).filter(**received)
    petitions = petitions.exclude(phase__in=UNCOUNTED)
    scored = [line for line in by_topic if line.score is not None]
    weight = sum(line.answered for line in scored)
    mean = sum(line.score * line.answered for line in scored) / weight if weight else None
    return Summary(
        from_on,
        until_on,
        sum(line.received for line in by_topic),
        sum(line.complaints for line in by_topic),
        sum(line.answered for line in by_topic),
        sum(line.late for line in by_topic),
        by_topic,
        statistics.table(actor, kinds, from_on, until_on, by="channel"),
        statistics.table(actor, kinds, from_on, until_on, by="month"),
        [(str(label), natures.get(value, 0)) for value, label in Nature.choices],
        petitions.count(),
        sum(line.collective for line in by_topic),
        [
            (
                case.number,
                KINDS[case.kind].category_words(case.category) or "待分类",
                case.intakes_count,
            )
            for case in cases.order_by("-intakes_count", "pk")[:20]
        ],
        hotline.figures(actor, from_on, until_on) if actor.paths(VIEW_CALLS) else None,
        _asked(actor, from_on, until_on),
        Consultation.objects.within(actor.scope(VIEW_CONSULTATIONS))
        .filter(opened_on__gte=from_on, opened_on__lte=until_on)
        .count(),
        Survey.objects.within(actor.scope(VIEW_SURVEYS))
        .filter(opens_on__gte=from_on, opens_on__lte=until_on)
        .count(),
        f"{mean:.2f}" if mean is not None else "",
    )


def _asked(actor: Actor, from_on: date, until_on: date) -> dict[str, int]:
    """How many questions the bot answered, handed over, and took for danger."""
    rows = Asked.objects.within(actor.scope(VIEW_ASKED)).filter(
        at__gte=statistics.start_of(from_on), at__lt=statistics.start_of(until_on, 1)
    )
    counted = dict(rows.values_list("state").annotate(count=Count("id")))
    return {str(label): counted.get(value, 0) for value, label in AskedState.choices}


def of_year(actor: Actor, year: int) -> Summary:
    """The figures of a year, of the present one until today."""
    return summary(actor, date(year, 1, 1), min(date(year, 12, 31), timezone.localdate()))


def share_in_time(found: Summary) -> str:
    """Answered in time, as percent of the answered."""
    if not found.answered:
        return "—"
    return f"{100 * (found.answered - found.late) / found.answered:.1f}%"


def report(found: Summary, organ: Union, *, sealed: bool = False) -> Official:
    """The annual report (年度报告) as a document; figures only, no text of anybody.

    A draft as long as the year lasts. sealed: with the organ's seal, to be signed.
    """
    today = timezone.localdate()
    year, until = found.from_on.year, found.until_on
    share = share_in_time(found)
    places = iter("一二三四五六")
    body: list[str | Paragraph | Table] = [
        f"{next(places)}、基本情况",
        f"{year}年1月1日至{until.month}月{until.day}日，共受理办件 {found.received:,} 件，"
        f"涉及来件 {found.complaints:,} 件，其中信访事项 {found.petitions:,} 件；"
        f"已答复 {found.answered:,} 件，按期答复率 {share}"
        + (f"，满意度 {found.score} 分（5 分制）。" if found.score else "。"),
        "按性质：" + "，".join(f"{words} {count:,} 件" for words, count in found.natures) + "。",
        f"{next(places)}、反映的主要问题",
        _table("类别", found.by_topic),
        f"{next(places)}、来件渠道",
        _table("渠道", found.by_channel),
    ]
    if found.calls is not None and found.calls.calls:
        calls = found.calls
        body += [
            f"{next(places)}、热线接听",
            f"来电 {calls.calls:,} 通，接听 {calls.answered:,} 通，未接 {calls.missed:,} 通，"
            f"及时接听率 {calls.on_time}%，"
            f"平均通话 {call_rules.span_words(calls.mean_talk or 0)}。",
        ]
    body += [
        f"{next(places)}、集体事项",
        f"共 {found.collectives:,} 件"
        + ("，来件最多的：" if found.collectives > len(found.collective) else "。")
        + "；".join(
            f"{number}（{words}，{count} 件来件）" for number, words, count in found.collective
        ),
        f"{next(places)}、意见征求和问卷",
        f"公开征求意见 {found.consultations} 次，开展问卷 {found.surveys} 次。",
    ]
    return Official(
        organs=(organ.name,),
        title=f"{year}年职工意见反馈工作报告",
        body=tuple(body),
        kind=Kind.DOCUMENT,
        date=today,
        seals=(Seal(organ.name),) if sealed else (),
        draft=year == today.year,
    )


def _table(title: str, lines: list[statistics.Line]) -> Table:
    return Table(
        (title, "办件", "来件", "已答复", "超期", "平均天数"),
        tuple(
            (
                line.title,
                f"{line.received:,}",
                f"{line.complaints:,}",
                f"{line.answered:,}",
                f"{line.late:,}",
                str(line.days) if line.days is not None else "—",
            )
            for line in lines
        )
        or (("—",) * 6,),
    )
