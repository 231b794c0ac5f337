"""Knowledge (知识库): articles whose versions are reviewed, dated and run out."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from gonghui.engines.casework.models.cases import Case
from gonghui.kernel.org.scoping import Scoped


class ArticleState(models.TextChoices):
    DRAFT = "draft", "起草中"
    REVIEW = "review", "待审核"
    PUBLISHED = "published", "已发布"
    RETIRED = "retired", "已停用"


class Article(Scoped):
    """An article of a union's knowledge base; unions below use it too.

    title, body, keywords and expires_on are those of the published version, for the search.
    kinds: the kinds of case it is for; empty for all. used: how often a reply cited it.
    """

    follows_mergers = True
    code = models.CharField("编号", max_length=26, unique=True)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("正文", blank=True)
    keywords = models.CharField("关键词", max_length=200, blank=True)
    category = models.CharField("类别", max_length=20, blank=True)
    kinds = ArrayField(models.CharField(max_length=20), verbose_name="适用业务", default=list)
    state = models.CharField("状态", max_length=9, choices=ArticleState, default=ArticleState.DRAFT)
    number = models.PositiveIntegerField("现行版本", default=0)
    expires_on = models.DateField("有效期至", null=True)
    used = models.PositiveIntegerField("引用次数", default=0)
    open_to_workers = models.BooleanField("对职工公开", default=False)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "知识条目"
        indexes = [
            models.Index(fields=["org_path"], name="cw_article_path"),
            models.Index(
                fields=["expires_on"],
                condition=Q(state=ArticleState.PUBLISHED),
                name="cw_article_expiry",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ArticleVersion(models.Model):
    """One version: published by somebody else than who wrote it; kept for ever."""

    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, related_name="versions", verbose_name="知识条目"
    )
    number = models.PositiveIntegerField("版本号")
    state = models.CharField("状态", max_length=9, choices=ArticleState)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("正文", max_length=20_000)
    keywords = models.CharField("关键词", max_length=200, blank=True)
    source = models.CharField("依据", max_length=300)
    expires_on = models.DateField("有效期至")
    author_id = models.BigIntegerField("起草人编号", null=True)
    author_name = models.CharField("起草人", max_length=50)
    drafted_at = models.DateTimeField("起草时间")
    reviewer_name = models.CharField("审核人", max_length=50, blank=True)
    published_at = models.DateTimeField("发布时间", null=True)
    opinion = models.CharField("审核意见", max_length=300, blank=True)

    class Meta:
        verbose_name = "知识条目版本"
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="cw_article_version_once"),
            models.UniqueConstraint(
                fields=["article"],
                condition=Q(state__in=(ArticleState.DRAFT, ArticleState.REVIEW)),
                name="cw_article_draft_once",
            ),
        ]


class Citation(models.Model):
    """A reply to a case rests on a version of an article."""

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="citations", verbose_name="办件"
    )
    article_version = models.ForeignKey(
        ArticleVersion, on_delete=models.PROTECT, related_name="+", verbose_name="知识条目版本"
    )
    at = models.DateTimeField("引用时间")

    class Meta:
        verbose_name = "知识引用"
        constraints = [
            models.UniqueConstraint(fields=["case", "article_version"], name="cw_citation_once"),
        ]
