"""Statutes, their editions, and each article as it was from a day to a day."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.rights.law.models.reviewed import Reviewed
from gonghui.systems.rights.law.rules import library


class Level(models.TextChoices):
    CONSTITUTION = "constitution", library.LEVELS[library.Level.CONSTITUTION]
    LAW = "law", library.LEVELS[library.Level.LAW]
    REGULATION = "regulation", library.LEVELS[library.Level.REGULATION]
    INTERPRETATION = "interpretation", library.LEVELS[library.Level.INTERPRETATION]
    LOCAL = "local", library.LEVELS[library.Level.LOCAL]
    RULE = "rule", library.LEVELS[library.Level.RULE]
    LOCAL_RULE = "local_rule", library.LEVELS[library.Level.LOCAL_RULE]
    DOCUMENT = "document", library.LEVELS[library.Level.DOCUMENT]
    UNION = "union", library.LEVELS[library.Level.UNION]


class Statute(Scoped):
    """A law, regulation or policy (法规), whatever its edition.

    in_force_on: when its first edition came into force; repealed_on: the first day without it.
    edition_note: of the edition in force that was published last. Shown once one is published.
    """

    title = models.CharField("名称", max_length=120, unique=True)
    short = models.CharField("简称", max_length=60, blank=True, db_index=True)
    level = models.CharField("位阶", max_length=14, choices=Level)
    rank = models.PositiveSmallIntegerField("位阶次序", editable=False)
    issuer = models.CharField("制定机关", max_length=100)
    in_force_on = models.DateField("首次施行", null=True)
    repealed_on = models.DateField("废止日期", null=True)
    repealed_by = models.CharField("废止依据", max_length=120, blank=True)
    edition_note = models.CharField("版本", max_length=60, blank=True)
    changed_on = models.DateField("最近变动", null=True)
    published = models.BooleanField("已公开", default=False)
    version = models.PositiveIntegerField("版本号", default=1)

    class Meta:
        verbose_name = "法规"
        indexes = [
            models.Index(fields=["org_path"], name="law_statute_path"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """What it is called in a citation."""
        return self.short or self.title


class Edition(Reviewed):
    """One edition of a statute (版本), imported as a structured text; articles come of publishing.

    whole: the text has all articles. text: as imported.
    """

    statute = models.ForeignKey(
        Statute, on_delete=models.PROTECT, related_name="editions", verbose_name="法规"
    )
    note = models.CharField("版本", max_length=60)
    document = models.CharField("文号", max_length=60, blank=True)
    adopted_on = models.DateField("通过日期", null=True)
    in_force_on = models.DateField("施行日期")
    whole = models.BooleanField("全文", default=False)
    source = models.CharField("文本依据", max_length=200, blank=True)
    text = models.TextField("导入文本", max_length=library.LARGEST)

    class Meta:
        verbose_name = "法规版本"
        indexes = [models.Index(fields=["org_path"], name="law_edition_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["statute", "in_force_on"],
                condition=~Q(stage="withdrawn"),
                name="law_edition_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.statute.name}（{self.note}）"


class Article(models.Model):
    """An article as it was worded from a day on; until: the first day it was worded otherwise."""

    statute = models.ForeignKey(
        Statute, on_delete=models.PROTECT, related_name="articles", verbose_name="法规"
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="articles", verbose_name="版本"
    )
    number = models.PositiveSmallIntegerField("条")
    branch = models.PositiveSmallIntegerField("之", default=0)
    chapter = models.CharField("章节", max_length=60, blank=True)
    text = models.TextField("内容")
    uncertain = models.BooleanField("待核对", default=False)
    since = models.DateField("施行日期")
    until = models.DateField("失效日期", null=True)

    class Meta:
        verbose_name = "条文"
        ordering = ("number", "branch", "since")
        constraints = [
            models.UniqueConstraint(
                fields=["statute", "number", "branch", "since"], name="law_article_once"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")), name="law_article_span"
            ),
        ]

    def __str__(self) -> str:
        return self.place.words

    @property
    def place(self) -> library.Place:
        return library.Place(self.number, self.branch)


class Change(models.TextChoices):
    ADDED = "added", library.CHANGES[library.Change.ADDED]
    AMENDED = "amended", library.CHANGES[library.Change.AMENDED]
    REPEALED = "repealed", library.CHANGES[library.Change.REPEALED]


class Amendment(models.Model):
    """What an edition did to an article; before and after are wordings of it."""

    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="amendments", verbose_name="版本"
    )
    number = models.PositiveSmallIntegerField("条")
    branch = models.PositiveSmallIntegerField("之", default=0)
    change = models.CharField("变动", max_length=8, choices=Change)
    before = models.ForeignKey(
        Article, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="原条文"
    )
    after = models.ForeignKey(
        Article, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="新条文"
    )

    class Meta:
        verbose_name = "条文变动"
        ordering = ("number", "branch")

    @property
    def place(self) -> library.Place:
        return library.Place(self.number, self.branch)
