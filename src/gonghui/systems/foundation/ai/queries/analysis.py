"""Figures over judged texts: what people write and ask about, what rises, what is not covered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractHour, TruncDate, TruncMonth
from django.utils import timezone

from gonghui.engines.casework.models import Case
from gonghui.engines.casework.queries.desk import visible
from gonghui.engines.language.actions.answering import shown
from gonghui.engines.language.models import Outcome, Record, Source
from gonghui.engines.language.permissions import VIEW_RECORDS
from gonghui.engines.language.rules.categories import CATEGORIES, RIGHTS
from gonghui.engines.language.rules.trends import Burst, Rise, bursts, rising
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.org.models import SUPERIOR, Union, UnionStatus
from gonghui.systems.foundation.ai.permissions import VIEW_AI

SPANS = {"30": "近 30 天", "90": "近 90 天", "365": "近一年"}
WEEKS = 9
"""Spans of seven days that are compared: the last with the eight before."""
MOST_TEXTS = 3_000
MOST_QUESTIONS = 200
VAGUE = frozenset(
    [
        "一样",
        "很多",
        "通知",
        "结果",
        "多次",
        "工作",
        "要求",
        "现在",
        "时候",
        "问题",
        "情况",
        "单位",
        "公司",
        "领导",
        "老板",
        "东西",
        "事情",
        "看看",
    ]
)
"""Keywords that name no topic."""
CONTACTS = "which units below have nobody who handles"


def span_of(asked: str) -> int:
    """Days of a span as it stands in an address."""
    return int(asked) if asked in SPANS else 90


def start_of(days: int) -> datetime:
    """The first moment of the span that ends today."""
    day = timezone.localdate() - timedelta(days=days - 1)
    return timezone.make_aware(datetime.combine(day, time()))


def records(actor: Actor, days: int) -> QuerySet[Record]:
    """Judged texts the actor may see; what was only tried in the console is left out."""
    rows = Record.objects.within(actor.scope(VIEW_RECORDS)).filter(at__gte=start_of(days))
    return rows.exclude(source=Source.CONSOLE)


@dataclass(frozen=True)
class Counted:
    """One category: texts, share in hundredths, questions handed to a person, mean share."""

    label: str
    title: str
    texts: int
    percent: float
    cases: int
    questions: int
    human: int
    unsure: int


def by_label(rows: QuerySet[Record]) -> list[Counted]:
    """Texts by category, the most first."""
    found = rows.values("label").annotate(
        texts=Count("id"),
        cases=Count("id", filter=Q(source=Source.CASE)),
        questions=Count("id", filter=Q(source=Source.QUESTION)),
        human=Count("id", filter=Q(outcome=Outcome.HUMAN)),
        unsure=Count("id", filter=Q(sure=False)),
    )
    lines = sorted(found, key=lambda line: (-line["texts"], line["label"]))
    whole = sum(line["texts"] for line in lines) or 1
    return [
        Counted(
            title=CATEGORIES.get(line["label"], line["label"]),
            percent=round(100 * line["texts"] / whole, 1),
            **line,
        )
        for line in lines
    ]


def totals(rows: QuerySet[Record]) -> dict[str, int]:
    """The head figures of a span."""
    return rows.aggregate(
        texts=Count("id"),
        cases=Count("id", filter=Q(source=Source.CASE)),
        questions=Count("id", filter=Q(source=Source.QUESTION)),
        answered=Count("id", filter=Q(outcome=Outcome.ANSWERED)),
        human=Count("id", filter=Q(outcome=Outcome.HUMAN)),
        crisis=Count("id", filter=~Q(crisis="")),
        unsure=Count("id", filter=Q(sure=False)),
        injected=Count("id", filter=Q(injected=True)),
    )


def _telling(words: Iterable[str]) -> list[str]:
    return [word for word in words if word not in VAGUE]


def weekly(rows: Iterable[tuple[date, str, int]], today: date) -> dict[str, list[int]]:
    """(day, topic, texts) → topic → texts of each of nine weeks, the oldest first."""
    found: dict[str, list[int]] = defaultdict(lambda: [0] * WEEKS)
    for day, topic, many in rows:
        week = _week(day, today)
        if 0 <= week < WEEKS:
            found[topic][week] += many
    return dict(found)


def _week(day: date, today: date) -> int:
    return WEEKS - 1 - (today - day).days // 7


@dataclass(frozen=True)
class Trends:
    """weeks: their first days. topics, labels: what rises. series: all labels by week. latest:
    how many texts topics and events are told from, 0 for all."""

    weeks: tuple[date, ...]
    series: dict[str, list[int]]
    labels: tuple[Rise, ...]
    topics: tuple[Rise, ...]
    events: tuple[tuple[Burst, tuple[str, ...]], ...]
    latest: int = 0


def trends(actor: Actor) -> Trends:
    """What rises in the last week against eight before, and texts that belong together."""
    today = timezone.localdate()
    rows = records(actor, 7 * WEEKS).annotate(day=TruncDate("at"))
    found = list(
        rows.order_by("-at").values_list("id", "day", "label", "keywords", "city")[:MOST_TEXTS]
    )
    labels = weekly(rows.values_list("day", "label").annotate(texts=Count("id")), today)
    words = weekly(
        ((day, word, 1) for _, day, _, words, _ in found for word in _telling(words)), today
    )
    cut = len(found) == MOST_TEXTS
    if cut:
        # A week of which a part alone was read would make every later one a rise.
        whole = _week(found[-1][1], today) + 1
        words = {word: counts[whole:] for word, counts in words.items()}
    recent = today - timedelta(days=13)
    near = {
        pk: [*_telling(words), *([city] if city else [])]
        for pk, day, _, words, city in found
        if day > recent
    }
    titles = {pk: CATEGORIES.get(label, label) for pk, _, label, _, _ in found}
    return Trends(
        tuple(today - timedelta(days=7 * (WEEKS - week) - 1) for week in range(WEEKS)),
        labels,
        tuple(rising(labels)),
        tuple(rising(words)[:20]),
        tuple(
            (burst, tuple(dict.fromkeys(titles[ref] for ref in burst.refs)))
            for burst in bursts(near.items())[:10]
        ),
        MOST_TEXTS if cut else 0,
    )


@dataclass(frozen=True)
class Uncovered:
    """A category of questions no article answered. words, samples: of the latest; masked."""

    title: str
    asked: int
    human: int
    percent: float
    words: tuple[str, ...]
    samples: tuple[str, ...]


@dataclass(frozen=True)
class BlindSpots:
    uncovered: tuple[Uncovered, ...]
    rising: tuple[Rise, ...]
    silent: tuple[str, ...]
    silent_count: int


def blind_spots(actor: Actor, days: int) -> BlindSpots:
    """What is asked and not covered, topics that rise, units without anybody to turn to."""
    rows = records(actor, days).filter(source=Source.QUESTION)
    asked = dict(rows.values_list("label").annotate(Count("id")))
    handed = rows.filter(outcome=Outcome.HUMAN)
    human = dict(handed.values_list("label").annotate(Count("id")))
    by: dict[str, list[Record]] = defaultdict(list)
    for row in handed.order_by("-at")[:MOST_QUESTIONS]:
        by[row.label].append(row)
    found = []
    for label, many in human.items():
        items = by[label]
        words = Counter(word for item in items for word in _telling(item.keywords))
        found.append(
            Uncovered(
                CATEGORIES.get(label, label),
                asked[label],
                many,
                round(100 * many / asked[label], 1),
                tuple(word for word, _ in words.most_common(6)),
                tuple(dict.fromkeys(shown(item)[:80] for item in items[:12]))[:3],
            )
        )
    found.sort(key=lambda item: (-item.human, item.title))
    silent, many = units_without_contact(actor)
    return BlindSpots(tuple(found), trends(actor).topics, silent, many)


def units_without_contact(actor: Actor, most: int = 20) -> tuple[tuple[str, ...], int]:
    """Unions above the grassroots in which nobody holds the role of a handler now: (names, how
    many there are)."""
    today = timezone.localdate()
    held = Grant.objects.unscoped(CONTACTS).filter(union=OuterRef("pk"), role=HANDLER.code)
    held = held.filter(ended_at=None, valid_from__lte=today, user__is_active=True)
    held = held.filter(Q(valid_to=None) | Q(valid_to__gte=today))
    rows = Union.objects.within(actor.scope(VIEW_AI)).filter(
        status=UnionStatus.ACTIVE, kind__in=SUPERIOR
    )
    found = rows.filter(~Exists(held)).order_by("path")
    return tuple(found.values_list("name", flat=True)[:most]), found.count()


def rights(actor: Actor, days: int) -> dict[str, Any]:
    """维权分析: texts about what the law owes, by category, month and place; and their cases."""
    rows = records(actor, days).filter(label__in=RIGHTS)
    return {
        "totals": totals(rows),
        "labels": by_label(rows),
        "months": months(rows),
        "places": places(rows),
        "words": words(rows),
        "cases": cases(actor, days),
    }


def consultations(actor: Actor, days: int) -> dict[str, Any]:
    """咨询分析: questions, how they were answered, when, and over which channel."""
    rows = records(actor, days).filter(source=Source.QUESTION)
    return {
        "totals": totals(rows),
        "labels": by_label(rows),
        "months": months(rows),
        "hours": hours(rows),
        "channels": dict(rows.values_list("channel").annotate(Count("id")).order_by("channel")),
        "articles": list(
            rows.exclude(article="")
            .values("article")
            .annotate(times=Count("id"), score=Avg("score"))
            .order_by("-times", "article")[:10]
        ),
        "words": words(rows),
    }


def months(rows: QuerySet[Record]) -> list[tuple[str, int]]:
    found = rows.annotate(month=TruncMonth("at")).values_list("month").annotate(Count("id"))
    return [(f"{timezone.localtime(month):%Y-%m}", many) for month, many in found.order_by("month")]


def hours(rows: QuerySet[Record]) -> list[int]:
    """Texts by hour of the day."""
    found = rows.annotate(hour=ExtractHour("at")).values_list("hour").annotate(Count("id"))
    counts = dict(found)
    return [counts.get(hour, 0) for hour in range(24)]


def places(rows: QuerySet[Record]) -> list[tuple[str, int]]:
    found = rows.exclude(city="").values_list("city").annotate(many=Count("id"))
    return list(found.order_by("-many", "city")[:16])


def words(rows: QuerySet[Record]) -> list[tuple[str, int]]:
    """The most common keywords of up to 3,000 latest texts."""
    counts = Counter(
        word
        for kept in rows.order_by("-at").values_list("keywords", flat=True)[:MOST_TEXTS]
        for word in kept
    )
    return counts.most_common(20)


def cases(actor: Actor, days: int) -> dict[str, Any]:
    """The cases of the span the actor may see, by how far they are."""
    rows: QuerySet[Case] = visible(actor).filter(received_at__gte=start_of(days))
    return rows.aggregate(
        received=Count("id"),
        answered=Count("id", filter=Q(replied_at__isnull=False)),
        late=Count("id", filter=Q(late=True)),
        collective=Count("id", filter=Q(collective=True)),
    )
