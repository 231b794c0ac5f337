"""Signatures (签名), templates (模板) and words that may not be sent (关键词)."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.media.short_messages.rules import categories


class Approval(models.TextChoices):
    DRAFT = "draft", "草稿"
    PENDING = "pending", "待审核"
    APPROVED = "approved", "已通过"
    REFUSED = "refused", "未通过"
    ENDED = "ended", "已停用"


class Judged(Scoped):
    """Something a second person looks at before it is used."""

    state = models.CharField("状态", max_length=8, choices=Approval, default=Approval.DRAFT)
    asked_by_id = models.BigIntegerField("提交人编号", null=True)
    asked_by = models.CharField("提交人", max_length=50, blank=True)
    asked_at = models.DateTimeField("提交时间", null=True)
    decided_by = models.CharField("审核人", max_length=50, blank=True)
    decided_at = models.DateTimeField("审核时间", null=True)
    opinion = models.CharField("审核意见", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        abstract = True


class Signature(Judged):
    """What stands before each message of a union; without its brackets."""

    text = models.CharField("签名", max_length=20)
    ground = models.CharField("使用依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "短信签名"
        indexes = [models.Index(fields=["org_path"], name="sm_signature_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["union", "text"],
                condition=~models.Q(state="ended"),
                name="sm_signature_once",
            )
        ]

    def __str__(self) -> str:
        return f"【{self.text}】"


class TextTemplate(Judged):
    """A text with variables in braces, used for one category."""

    name = models.CharField("模板名称", max_length=60)
    category = models.CharField("类别", max_length=10, choices=categories.CHOICES)
    body = models.TextField("内容")

    class Meta:
        verbose_name = "短信模板"
        indexes = [models.Index(fields=["org_path"], name="sm_template_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["union", "name"],
                condition=~models.Q(state="ended"),
                name="sm_template_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class WordAction(models.TextChoices):
    STOP = "stop", "禁止发送"
    LOOK = "look", "须人工审核"


class Keyword(Scoped):
    """A word with the variants typed for it; for the union and all below."""

    text = models.CharField("关键词", max_length=40)
    action = models.CharField("处理", max_length=4, choices=WordAction)
    forms = models.JSONField("变体", default=list)
    ended_at = models.DateTimeField("停用时间", null=True)
    added_by = models.CharField("登记人", max_length=50)
    added_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "短信关键词"
        indexes = [models.Index(fields=["org_path"], name="sm_keyword_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["union", "text"],
                condition=models.Q(ended_at=None),
                name="sm_keyword_once",
            )
        ]

    def __str__(self) -> str:
        return self.text
