"""The knowledge base: draft, review by another, publish with a last day, retire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.actions.numbers import next_number
from gonghui.engines.casework.models import Article, ArticleState, ArticleVersion
from gonghui.engines.casework.parameters import ARTICLE_NOTICE_DAYS
from gonghui.engines.casework.permissions import EDIT_ARTICLES, PUBLISH_ARTICLES
from gonghui.engines.casework.rules import phases
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.bus.outbox import publish as publish_event
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union

TARGET = "casework.article"
REVIEW, EXPIRY = "article.review", "article.expiry"
register_kind(REVIEW, "审核知识条目")
register_kind(EXPIRY, "复审到期知识条目")
LONGEST_DAYS = 1_100
"""An article is looked at again after three years at the latest."""


@action("casework.article.draft", "起草知识条目", EDIT_ARTICLES, creates=True)
def draft(
    union: Union,
    *,
    by: Actor,
    title: str,
    body: str,
    source: str,
    expires_on: date,
    keywords: str = "",
    category: str = "",
    kinds: Sequence[str] = (),
    open_to_workers: bool = False,
) -> Article:
    """A new article of a union, with its first version in draft."""
    article = Article(
        code=next_number("ZS", timezone.localdate()),
        title=title.strip()[:120],
        category=category,
        kinds=list(kinds),
        open_to_workers=open_to_workers,
    )
    article.place_at(union)
    article.save()
    _write(article, by, title, body, source, expires_on, keywords)
    return article


@action("casework.article.revise", "修改知识条目", EDIT_ARTICLES)
def revise(
    article: Article,
    *,
    by: Actor,
    title: str,
    body: str,
    source: str,
    expires_on: date,
    keywords: str = "",
) -> Article:
    """Write the next version, or the present draft anew; what is published stays until then."""
    waiting = _open(article)
    if waiting is not None and waiting.state == ArticleState.REVIEW:
        raise Conflict("这个条目有待审核的版本。", remedy="请先审核或退回。", code="in_review")
    _write(article, by, title, body, source, expires_on, keywords, waiting)
    article.version += 1
    article.save()
    return article


def _write(
    article: Article,
    by: Actor,
    title: str,
    body: str,
    source: str,
    expires_on: date,
    keywords: str,
    version: ArticleVersion | None = None,
) -> None:
    today = timezone.localdate()
    for value, field, words in (
        (title, "title", "标题"),
        (body, "body", "正文"),
        (source, "source", "依据"),
    ):
        if not value.strip():
            raise Refusal(f"请填写{words}。", field=field, code="empty")
    if not today < expires_on or (expires_on - today).days > LONGEST_DAYS:
        raise Refusal(
            "有效期应在明天到三年之内。",
            rule="知识条目最长三年复审一次",
            field="expires_on",
            code="expires_on",
        )
    version = version or ArticleVersion(
        article=article, number=_last(article) + 1, drafted_at=timezone.now()
    )
    version.state = ArticleState.DRAFT
    version.title, version.body = title.strip()[:120], body.strip()
    version.source, version.keywords = source.strip()[:300], keywords.strip()[:200]
    version.expires_on = expires_on
    version.author_id, version.author_name = by.user_id, by.name[:50]
    version.save()


def _last(article: Article) -> int:
    found = article.versions.order_by("-number").values_list("number", flat=True).first()
    return found or 0


def _open(article: Article) -> ArticleVersion | None:
    waiting = (ArticleState.DRAFT, ArticleState.REVIEW)
    return article.versions.filter(state__in=waiting).first()


@action("casework.article.submit", "知识条目送审", EDIT_ARTICLES)
def submit(article: Article, *, by: Actor) -> Article:
    """Send the draft to review."""
    version = _open(article)
    if version is None or version.state != ArticleState.DRAFT:
        raise Conflict("没有可以送审的草稿。", code="no_draft")
    version.state = ArticleState.REVIEW
    version.save()
    if article.number == 0:
        article.state = ArticleState.REVIEW
    article.version += 1
    article.save()
    _todo(article, REVIEW, f"审核知识条目：{version.title}", PUBLISH_ARTICLES.code)
    return article


def _todo(article: Article, kind: str, title: str, permission: str) -> None:
    open_todo(
        kind=kind,
        target_type=TARGET,
        target_id=article.pk,
        title=title,
        link=reverse("casework:article", args=[article.pk]),
        org_path=article.org_path,
        union_id=article.union_id,
        permission=permission,
    )


@action("casework.article.publish", "发布知识条目", PUBLISH_ARTICLES)
def publish(article: Article, *, by: Actor, approve: bool = True, opinion: str = "") -> Article:
    """Publish the version in review, or send it back; never one's own."""
    version = _open(article)
    if version is None or version.state != ArticleState.REVIEW:
        raise Conflict("没有待审核的版本。", code="no_review")
    phases.check_other_hand(version.author_id, by.user_id, "起草的知识条目")
    version.reviewer_name, version.opinion = by.name[:50], opinion[:300]
    close_todo(target_type=TARGET, target_id=article.pk, kind=REVIEW, by=by.user_id)
    if not approve:
        if not opinion.strip():
            raise Refusal("退回请写明意见。", field="opinion", code="empty")
        version.state = ArticleState.DRAFT
        version.save()
        if article.number == 0:
            article.state = ArticleState.DRAFT
        article.version += 1
        article.save()
        note(article={"label": "退回修改", "after": opinion})
        return article
    article.versions.filter(state=ArticleState.PUBLISHED).update(state=ArticleState.RETIRED)
    version.state, version.published_at = ArticleState.PUBLISHED, timezone.now()
    version.save()
    article.state = ArticleState.PUBLISHED
    article.number, article.expires_on = version.number, version.expires_on
    article.title, article.body = version.title, version.body
    article.keywords = version.keywords
    article.version += 1
    article.save()
    close_todo(target_type=TARGET, target_id=article.pk, kind=EXPIRY, by=by.user_id)
    publish_event(
        "cn.gonghui.casework.article",
        f"article/{article.pk}",
        {"id": article.pk, "number": article.number, "state": article.state},
        article.org_path,
    )
    return article


@action("casework.article.retire", "停用知识条目", PUBLISH_ARTICLES)
def retire(article: Article, *, by: Actor, reason: str) -> Article:
    """Take an article out of use; nobody cites it from now on."""
    if article.state != ArticleState.PUBLISHED:
        raise Conflict("这个条目没有发布。", code="not_published")
    article.state = ArticleState.RETIRED
    article.version += 1
    article.save()
    article.versions.filter(state=ArticleState.PUBLISHED).update(state=ArticleState.RETIRED)
    close_todo(target_type=TARGET, target_id=article.pk, by=by.user_id)
    publish_event(
        "cn.gonghui.casework.article",
        f"article/{article.pk}",
        {"id": article.pk, "number": article.number, "state": article.state},
        article.org_path,
    )
    return article


def ask_for_review(article: Article) -> None:
    """Open the to-do of an article that runs out soon, or has."""
    _todo(article, EXPIRY, f"知识条目即将到期：{article.title}", EDIT_ARTICLES.code)


def notice_days(today: date) -> int:
    return ARTICLE_NOTICE_DAYS.on(today)
