"""The knowledge base as it is asked: published, in force, of the own union or above."""

from __future__ import annotations

from django.db.models import BooleanField, Func, Q, QuerySet, Value
from django.utils import timezone

from gonghui.engines.casework.models import Article, ArticleState
from gonghui.engines.casework.permissions import VIEW_ARTICLES
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.scoping import Range
from gonghui.kernel.search.grams import grams

IN_FORCE = "knowledge of unions above is there for those below"
LIMIT = 20


class _Holds(Func):
    template = (
        "search_grams(casework_article.title || ' ' || casework_article.keywords"
        " || ' ' || casework_article.body) @> %(expressions)s"
    )
    output_field = BooleanField()


def in_force(kind: str = "") -> QuerySet[Article]:
    """Published articles that have not run out."""
    rows = Article.objects.unscoped(IN_FORCE).filter(
        state=ArticleState.PUBLISHED, expires_on__gte=timezone.localdate()
    )
    return rows.filter(Q(kinds=[]) | Q(kinds__contains=[kind])) if kind else rows


def usable(actor: Actor, kind: str = "") -> QuerySet[Article]:
    """Articles in force of the actor's unions, of those above them and of those below."""
    rows = in_force(kind)
    if actor.everywhere:
        return rows
    above = {
        int(part) for path in actor.paths(VIEW_ARTICLES) for part in path.rstrip(".").split(".")
    }
    seen = Q(union_id__in=above)
    for path in actor.paths(VIEW_ARTICLES):
        span = Range.below(path)
        seen |= Q(org_path__gte=span.lo, org_path__lt=span.hi)
    return rows.filter(seen)


def for_workers(kind: str = "") -> QuerySet[Article]:
    """Articles in force that workers may read."""
    return in_force(kind).filter(open_to_workers=True)


def narrowed(rows: QuerySet[Article], text: str) -> QuerySet[Article]:
    """The rows that hold every word of the text, the most used first."""
    for word in text.split():
        rows = rows.filter(_Holds(Value(grams(word))))
        rows = rows.filter(
            Q(title__icontains=word) | Q(keywords__icontains=word) | Q(body__icontains=word)
        )
    return rows.order_by("-used", "-id")


def find(text: str, actor: Actor, kind: str = "", *, limit: int = LIMIT) -> list[Article]:
    """What the desk may cite for these words."""
    return list(narrowed(usable(actor, kind), text).select_related("union")[:limit])
