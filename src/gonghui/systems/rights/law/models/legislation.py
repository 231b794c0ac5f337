"""Taking part in legislation (参与立法): drafts article by article, comments, adoption."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonghui.kernel.org.scoping import Scoped


class BillState(models.TextChoices):
    PREPARING = "preparing", "筹备中"
    COLLECTING = "collecting", "征集中"
    SUMMING = "summing", "汇总中"
    REPORTED = "reported", "已反馈"


class Bill(Scoped):
    """A draft that opinions are collected on (征求意见稿); closes_on: the last day."""

    title = models.CharField("草案名称", max_length=120)
    issuer = models.CharField("起草机关", max_length=100)
    about = models.TextField("说明", max_length=5000)
    state = models.CharField("状态", max_length=10, choices=BillState, default=BillState.PREPARING)
    opens_on = models.DateField("开始日期")
    closes_on = models.DateField("截止日期")
    feedback = models.TextField("汇总说明", max_length=5000, blank=True)
    reported_at = models.DateTimeField("反馈时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "立法意见征集"
        indexes = [models.Index(fields=["org_path"], name="law_bill_path")]
        constraints = [
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="law_bill_span")
        ]

    def __str__(self) -> str:
        return self.title


class BillArticle(models.Model):
    """One article of a draft, with what it is about."""

    bill = models.ForeignKey(
        Bill, on_delete=models.CASCADE, related_name="articles", verbose_name="草案"
    )
    number = models.PositiveSmallIntegerField("条")
    branch = models.PositiveSmallIntegerField("之", default=0)
    chapter = models.CharField("章节", max_length=60, blank=True)
    text = models.TextField("条文")

    class Meta:
        verbose_name = "草案条文"
        ordering = ("number", "branch")
        constraints = [
            models.UniqueConstraint(fields=["bill", "number", "branch"], name="law_bill_article")
        ]


class Stance(models.TextChoices):
    AGREE = "agree", "赞成"
    AMEND = "amend", "建议修改"
    DELETE = "delete", "建议删除"
    ADD = "add", "建议增加"


class CommentState(models.TextChoices):
    WAITING = "waiting", "待研究"
    ADOPTED = "adopted", "采纳"
    PARTLY = "partly", "部分采纳"
    DECLINED = "declined", "未采纳"
    NOTED = "noted", "已在其他条款体现"


class Comment(Scoped):
    """An opinion on a draft or one of its articles, of a worker or of a union.

    The place is the union it comes from; `host` is where the draft is collected and who decides.
    """

    scope_person = "person_id"
    audit_digested = ("words", "because")

    bill = models.ForeignKey(
        Bill, on_delete=models.PROTECT, related_name="comments", verbose_name="草案"
    )
    article = models.ForeignKey(
        BillArticle,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="comments",
        verbose_name="条文",
    )
    stance = models.CharField("意见", max_length=6, choices=Stance)
    words = models.TextField("建议表述", max_length=2000, blank=True)
    because = models.TextField("理由", max_length=2000)
    of_union = models.BooleanField("工会意见", default=False)
    person_id = models.BigIntegerField("提出人", null=True)
    user_id = models.BigIntegerField("账号", null=True)
    state = models.CharField(
        "采纳情况", max_length=8, choices=CommentState, default=CommentState.WAITING
    )
    reason = models.CharField("采纳说明", max_length=1000, blank=True)
    decided_by = models.CharField("研究人", max_length=50, blank=True)
    made_at = models.DateTimeField("提出时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "立法意见"
        indexes = [
            models.Index(fields=["org_path"], name="law_comment_path"),
            models.Index(fields=["bill", "article"], name="law_comment_bill"),
            models.Index(fields=["user_id"], name="law_comment_user"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stance_display()}：{self.because[:30]}"

    @property
    def audit_label(self) -> str:
        return f"对草案 {self.bill_id} 的意见 {self.pk}"
