"""Codes: the register of those allotted, the ranges they lie in, requests and their answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.mobilization.legal_person.rules import codes as rules


class CodeState(models.TextChoices):
    IN_USE = "in_use", "使用中"
    CANCELLED = "cancelled", "已注销"


class UnionCode(Scoped):
    """One code of the register (赋码登记簿). A row is never deleted and a code never comes twice.

    `union` is the union it was allotted to, for good; request is empty for a code taken over from
    an existing certificate.
    """

    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("登记名称", max_length=120)
    region = models.CharField("登记机关区划", max_length=6)
    registrar = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="登记机关"
    )
    serial = models.CharField("平台流水号", max_length=64, blank=True)
    taken_over = models.BooleanField("存量补录", default=False)
    state = models.CharField("状态", max_length=9, choices=CodeState, default=CodeState.IN_USE)
    allotted_at = models.DateTimeField("登记时间")
    cancelled_at = models.DateTimeField("注销时间", null=True)
    cancel_told_at = models.DateTimeField("平台确认注销", null=True)

    class Meta:
        verbose_name = "赋码登记"
        indexes = [
            models.Index(fields=["org_path"], name="union_code_path"),
            models.Index(fields=["city_id", "-id"], name="union_code_city"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["union"], condition=Q(state="in_use"), name="union_code_once"
            ),
        ]

    def __str__(self) -> str:
        return self.uscc


class CodeRange(Scoped):
    """A range of codes filed for a registering union (号段); `union` is that union."""

    prefix = models.CharField("前缀（类别与区划）", max_length=8)
    first = models.CharField("起始主体标识", max_length=8)
    last = models.CharField("终止主体标识", max_length=8)
    document = models.CharField("备案依据", max_length=120)
    since = models.DateField("启用日期")
    ended_on = models.DateField("停用日期", null=True)
    recorded_by_name = models.CharField("登记人", max_length=50)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "赋码号段"
        indexes = [models.Index(fields=["prefix", "ended_on"], name="code_range_prefix")]

    def __str__(self) -> str:
        return f"{self.prefix}{self.first}—{self.last}"

    @property
    def span(self) -> rules.Span:
        return rules.Span(self.prefix, self.first, self.last)


class RequestKind(models.TextChoices):
    ALLOT = "allot", "申请赋码"
    CANCEL = "cancel", "注销代码"


class RequestState(models.TextChoices):
    WAITING = "waiting", "等待外部赋码"
    DONE = "done", "已办结"
    DECLINED = "declined", "平台不予赋码"


class CodeRequest(Scoped):
    """What is asked of the issuing platform, until it has been answered truly.

    key with `round`: the idempotency key; the round grows when an answer under it could not be
    true twice over. leased_until: a worker is asking; when it dies the lease runs out and the same
    question is asked again. failures: how often in a row nothing usable came.
    """

    application = models.ForeignKey(
        "legal_person.Application",
        on_delete=models.PROTECT,
        related_name="code_requests",
        verbose_name="登记申请",
    )
    registrar = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="登记机关"
    )
    kind = models.CharField("事项", max_length=6, choices=RequestKind, default=RequestKind.ALLOT)
    key = models.CharField("申请号", max_length=32, unique=True)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    name = models.CharField("单位名称", max_length=120)
    region = models.CharField("登记机关区划", max_length=6)
    code = models.ForeignKey(
        UnionCode, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="代码"
    )
    state = models.CharField(
        "状态", max_length=8, choices=RequestState, default=RequestState.WAITING
    )
    asked_at = models.DateTimeField("提出时间")
    next_at = models.DateTimeField("下次询问")
    leased_until = models.DateTimeField("询问中至", null=True)
    tries = models.PositiveIntegerField("询问次数", default=0)
    failures = models.PositiveIntegerField("连续未果", default=0)
    rejected = models.PositiveIntegerField("应答被拒次数", default=0)
    trouble = models.CharField("最近的问题", max_length=300, blank=True)
    settled_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = "赋码申请"
        indexes = [
            models.Index(fields=["org_path"], name="code_request_path"),
            models.Index(
                fields=["next_at", "id"], name="code_request_due", condition=Q(state="waiting")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind"],
                condition=Q(state="waiting"),
                name="code_request_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_kind_display()}）"

    @property
    def asked_key(self) -> str:
        """What the platform knows the question by."""
        return f"{self.key}-{self.round}"


class CodeAnswer(models.Model):
    """One try of a request and what came of it; only ever added to (赋码日志)."""

    request = models.ForeignKey(
        CodeRequest, on_delete=models.PROTECT, related_name="answers", verbose_name="赋码申请"
    )
    at = models.DateTimeField("时间")
    key = models.CharField("申请号", max_length=40)
    outcome = models.CharField("结果", max_length=12)
    offered = models.CharField("应答的代码", max_length=40, blank=True)
    words = models.CharField("说明", max_length=300)

    class Meta:
        verbose_name = "赋码应答"
        indexes = [models.Index(fields=["request", "-id"], name="code_answer_order")]

    def __str__(self) -> str:
        return self.words
