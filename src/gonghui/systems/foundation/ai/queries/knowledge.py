"""Approved articles of the casework engine's knowledge base, as answers know them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.utils import timezone

from gonghui.engines.casework.models import ArticleVersion
from gonghui.engines.casework.queries.knowledge import for_workers
from gonghui.engines.language import tunables
from gonghui.engines.language.rules.retrieval import Passage, find
from gonghui.kernel.search.texts import Approved


def passages(kind: str = "") -> Iterable[Passage]:
    """Published, unexpired articles open to workers; code: the id of the version in force."""
    articles = for_workers(kind).values_list("pk", flat=True)
    rows = ArticleVersion.objects.filter(article_id__in=articles, number=F("article__number"))
    for row in rows.select_related("article").order_by("pk"):
        yield Passage(
            str(row.pk),
            row.title,
            row.body,
            row.source,
            row.expires_on,
            row.keywords,
            row.article.category,
        )


def approved(question: str, kind: str) -> Approved | None:
    """The article that answers a question about a kind of case; None below the threshold."""
    hits = find(question, passages(kind), timezone.localdate(), most=1)
    if not hits or hits[0].score < float(tunables.ANSWER_FROM.value()):
        return None
    return Approved(int(hits[0].passage.code), hits[0].score)
