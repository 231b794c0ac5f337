"""Collecting opinions on drafts: what is open, one's own opinions, the summary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from gonghui.kernel.access.actor import Actor
from gonghui.systems.rights.law.models import Bill, BillArticle, Comment, CommentState

EVERYBODYS = "drafts on which opinions are collected are for everybody"
OF_BILL = "the opinions on a draft whose place the caller has checked"
OWN = "the opinions of who is asking"
REPORTED = "adoption is published without names"


def shown() -> QuerySet[Bill]:
    """Drafts that are open or were, the latest first."""
    rows = Bill.objects.unscoped(EVERYBODYS).exclude(state="preparing")
    return rows.select_related("union").order_by("-opens_on", "-pk")


def is_open(bill: Bill, day: date) -> bool:
    return bill.state == "collecting" and bill.opens_on <= day <= bill.closes_on


def comments(bill: Bill) -> QuerySet[Comment]:
    """All opinions on a draft, article by article."""
    rows = Comment.objects.unscoped(OF_BILL).filter(bill=bill)
    return rows.select_related("article", "union").order_by(
        "article__number", "article__branch", "pk"
    )


def own(bill: Bill, actor: Actor) -> QuerySet[Comment]:
    """The actor's own opinions on a draft."""
    mine = Q(user_id=actor.user_id) if actor.user_id is not None else Q(pk=None)
    return Comment.objects.unscoped(OWN).filter(mine, bill=bill).select_related("article")


@dataclass(frozen=True)
class Line:
    """One article in the summary: opinions by stance, and what became of them."""

    article: BillArticle | None
    comments: list[Comment]
    stances: dict[str, int]
    states: dict[str, int]

    @property
    def waiting(self) -> int:
        return self.states.get(CommentState.WAITING, 0)


def summary(bill: Bill) -> list[Line]:
    """Every article with its opinions, those on the draft as a whole last."""
    by_article: dict[int | None, list[Comment]] = {}
    for comment in comments(bill):
        by_article.setdefault(comment.article_id, []).append(comment)
    lines = [_line(article, by_article.get(article.pk, [])) for article in bill.articles.all()]
    if None in by_article:
        lines.append(_line(None, by_article[None]))
    return lines


def _line(article: BillArticle | None, rows: list[Comment]) -> Line:
    return Line(
        article,
        rows,
        dict(Counter(row.stance for row in rows)),
        dict(Counter(row.state for row in rows)),
    )


@dataclass(frozen=True)
class Figures:
    """The figures of a draft: opinions, of unions, of workers, unions that took part, adoption."""

    all: int
    unions: int
    workers: int
    places: int
    adopted: int
    waiting: int

    @property
    def rate(self) -> str:
        """Adopted wholly or in part, of those decided."""
        decided = self.all - self.waiting
        return f"{100 * self.adopted / decided:.1f}%" if decided else "—"


def figures(bill: Bill) -> Figures:
    rows = list(comments(bill))
    return Figures(
        len(rows),
        sum(row.of_union for row in rows),
        sum(not row.of_union for row in rows),
        len({row.union_id for row in rows if row.of_union}),
        sum(row.state in (CommentState.ADOPTED, CommentState.PARTLY) for row in rows),
        sum(row.state == CommentState.WAITING for row in rows),
    )
