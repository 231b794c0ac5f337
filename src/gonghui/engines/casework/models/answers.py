"""Replies and their review, the answer each complainant got, call-backs and ratings."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from gonghui.engines.casework.models.cases import Case, Channel
from gonghui.engines.casework.models.intakes import Intake
from gonghui.kernel.base.fields import SealedTextField


class ReplyState(models.TextChoices):
    DRAFT = "draft", "起草中"
    REVIEW = "review", "待审核"
    RETURNED = "returned", "退回修改"
    SENT = "sent", "已发出"


class Reply(models.Model):
    """What will be answered; it leaves only after somebody else than the author let it.

    own: a paragraph of their own for single complainants, JSON {intake id: text}, sealed.
    """

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="replies", verbose_name="办件"
    )
    round = models.PositiveSmallIntegerField("办理轮次")
    state = models.CharField("状态", max_length=8, choices=ReplyState, default=ReplyState.DRAFT)
    outcome = models.CharField("结果", max_length=20, blank=True)
    text = SealedTextField("答复内容")
    own = SealedTextField("个别说明", null=True)
    author_id = models.BigIntegerField("起草人编号", null=True)
    author_name = models.CharField("起草人", max_length=50)
    drafted_at = models.DateTimeField("起草时间")
    submitted_at = models.DateTimeField("送审时间", null=True)
    reviewer_id = models.BigIntegerField("审核人编号", null=True)
    reviewer_name = models.CharField("审核人", max_length=50, blank=True)
    reviewed_at = models.DateTimeField("审核时间", null=True)
    opinion = models.CharField("审核意见", max_length=300, blank=True)
    generated = models.BooleanField("含机器起草内容", default=False)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "答复"
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=~Q(state=ReplyState.SENT),
                name="cw_reply_open_once",
            ),
        ]


class Answer(models.Model):
    """The answer one complainant got; a collective case gives one to each."""

    intake = models.ForeignKey(
        Intake, on_delete=models.PROTECT, related_name="answers", verbose_name="来件"
    )
    reply = models.ForeignKey(
        Reply, on_delete=models.PROTECT, related_name="answers", verbose_name="答复"
    )
    number = models.CharField("答复编号", max_length=30, unique=True)
    text = SealedTextField("内容")
    sent_at = models.DateTimeField("发出时间")
    via = models.CharField("答复渠道", max_length=8, choices=Channel)

    class Meta:
        verbose_name = "来件答复"
        constraints = [
            models.UniqueConstraint(fields=["intake", "reply"], name="cw_answer_once"),
        ]


class CallBack(models.Model):
    """A complainant was called back (回访)."""

    intake = models.ForeignKey(
        Intake, on_delete=models.PROTECT, related_name="callbacks", verbose_name="来件"
    )
    round = models.PositiveSmallIntegerField("办理轮次")
    at = models.DateTimeField("回访时间")
    by_id = models.BigIntegerField("回访人编号", null=True)
    by_name = models.CharField("回访人", max_length=50)
    reached = models.BooleanField("已联系上")
    score = models.PositiveSmallIntegerField("满意度", null=True)
    resolved = models.BooleanField("认为已解决", null=True)
    words = SealedTextField("来件人意见", null=True)

    class Meta:
        verbose_name = "回访"
        indexes = [models.Index(fields=["intake", "id"], name="cw_callback_order")]


class Rating(models.Model):
    """What a complainant thinks of the answer, once a round: 1 (very bad) to 5 (very good)."""

    intake = models.ForeignKey(
        Intake, on_delete=models.PROTECT, related_name="ratings", verbose_name="来件"
    )
    round = models.PositiveSmallIntegerField("办理轮次")
    score = models.PositiveSmallIntegerField(
        "满意度", validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    resolved = models.BooleanField("认为已解决", null=True)
    words = SealedTextField("意见", null=True)
    at = models.DateTimeField("评价时间")
    called_back = models.BooleanField("回访所得", default=False)

    class Meta:
        verbose_name = "评价"
        constraints = [
            models.UniqueConstraint(fields=["intake", "round"], name="cw_rating_once"),
            models.CheckConstraint(
                condition=Q(score__gte=1, score__lte=5), name="cw_rating_one_to_five"
            ),
        ]
