"""Consultations and public answers, typical cases, popularisation."""

from __future__ import annotations

from django.db import models

from gonghui.engines.casework.models import Case
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.rights.law.models.reviewed import Reviewed


class Subject(models.TextChoices):
    CONTRACT = "contract", "劳动合同"
    WAGES = "wages", "工资和加班"
    DISMISSAL = "dismissal", "解除和补偿"
    INJURY = "injury", "工伤和职业病"
    INSURANCE = "insurance", "社会保险"
    LEAVE = "leave", "工时和休假"
    WOMEN = "women", "女职工权益"
    DISPATCH = "dispatch", "劳务派遣和新就业形态"
    DISPUTE = "dispute", "仲裁和诉讼"
    UNION = "union", "工会和民主管理"
    OTHER = "other", "其他"


class Consultation(Scoped):
    """What consultation adds to a case: whether the asker lets it be published, who answers.

    open_to_public: the asker agrees that question and answer are published without names.
    """

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="consultation", verbose_name="办件"
    )
    open_to_public = models.BooleanField("同意匿名公开", default=False)
    lawyer = models.CharField("解答人资格", max_length=60, blank=True)

    class Meta:
        verbose_name = "法律咨询"
        indexes = [models.Index(fields=["org_path"], name="law_consult_path")]

    def __str__(self) -> str:
        return self.case.number


class PublicAnswer(Reviewed):
    """A question and its answer for everybody (公开问答), of a consultation or written anew.

    cites: list of [short title, article, branch], followed to the wording in force.
    """

    question = models.CharField("问题", max_length=200)
    detail = models.TextField("具体情况", max_length=2000, blank=True)
    answer = models.TextField("解答", max_length=5000)
    theme = models.CharField("类别", max_length=10, choices=Subject)
    cites = models.JSONField("引用条文", default=list)
    consultation = models.OneToOneField(
        Consultation,
        null=True,
        on_delete=models.PROTECT,
        related_name="published",
        verbose_name="来源咨询",
    )
    helpful = models.PositiveIntegerField("有用", default=0)
    unhelpful = models.PositiveIntegerField("没用", default=0)

    class Meta:
        verbose_name = "公开问答"
        indexes = [models.Index(fields=["org_path"], name="law_answer_path")]

    def __str__(self) -> str:
        return self.question


class TypicalCase(Reviewed):
    """A typical case (典型案例) with everything that names somebody written out.

    allowed: words the checker finds likely and a reviewer let stand, each with who and why.
    A draft may still name people, so the audit keeps digests of its texts.
    """

    audit_digested = ("facts", "issue", "result", "lesson")

    title = models.CharField("标题", max_length=100)
    theme = models.CharField("类别", max_length=10, choices=Subject)
    year = models.PositiveSmallIntegerField("年份")
    facts = models.TextField("基本案情", max_length=5000)
    issue = models.TextField("争议焦点", max_length=2000, blank=True)
    result = models.TextField("处理结果", max_length=3000)
    lesson = models.TextField("典型意义", max_length=3000)
    cites = models.JSONField("引用条文", default=list)
    allowed = models.JSONField("保留的用词", default=list)

    class Meta:
        verbose_name = "典型案例"
        indexes = [models.Index(fields=["org_path"], name="law_case_path")]

    def __str__(self) -> str:
        return self.title

    @property
    def whole(self) -> str:
        """All of its text, for the checker."""
        return "\n".join((self.title, self.facts, self.issue, self.result, self.lesson))


class Topic(Scoped):
    """A topic of popularisation (普法专题)."""

    title = models.CharField("专题", max_length=60)
    summary = models.CharField("说明", max_length=200)
    sequence = models.PositiveSmallIntegerField("次序", default=0)
    closed = models.BooleanField("已停用", default=False)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "普法专题"
        indexes = [models.Index(fields=["org_path"], name="law_topic_path")]
        constraints = [
            models.UniqueConstraint(fields=["union", "title"], name="law_topic_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Piece(Reviewed):
    """One thing to read under a topic (普法内容)."""

    topic = models.ForeignKey(
        Topic, on_delete=models.PROTECT, related_name="pieces", verbose_name="专题"
    )
    title = models.CharField("标题", max_length=100)
    body = models.TextField("正文", max_length=20_000)
    cites = models.JSONField("引用条文", default=list)
    helpful = models.PositiveIntegerField("有用", default=0)

    class Meta:
        verbose_name = "普法内容"
        indexes = [models.Index(fields=["org_path"], name="law_piece_path")]

    def __str__(self) -> str:
        return self.title
