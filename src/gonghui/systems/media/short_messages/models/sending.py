"""Batches (群发), messages (短信) and the submits (提交) of their parts."""

from __future__ import annotations

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.media.short_messages.models.money import Budget
from gonghui.systems.media.short_messages.models.people import Audience
from gonghui.systems.media.short_messages.models.phones import MOBILE, Phone
from gonghui.systems.media.short_messages.models.routes import Route
from gonghui.systems.media.short_messages.models.wording import Signature, TextTemplate
from gonghui.systems.media.short_messages.rules import carriers, categories, payloads, states


class BatchState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PENDING = "pending", "待审核"
    EXPANDING = "expanding", "生成中"
    SENDING = "sending", "发送中"
    HELD = "held", "预算不足暂停"
    DONE = "done", "已结束"
    REFUSED = "refused", "未通过"
    CANCELLED = "cancelled", "已撤回"


class Batch(Scoped):
    """One text for many people.

    audience, or the numbers typed in. excluded: people not sent to, by why. estimate: 厘, before
    sending. expanded_to: how far the audience has become messages.
    """

    title = models.CharField("标题", max_length=80)
    category = models.CharField("类别", max_length=10, choices=categories.CHOICES)
    payload = models.CharField("形式", max_length=8, choices=payloads.CHOICES, default=payloads.SMS)
    signature = models.ForeignKey(
        Signature, on_delete=models.PROTECT, related_name="+", verbose_name="签名"
    )
    template = models.ForeignKey(
        TextTemplate, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="模板"
    )
    text = models.TextField("内容")
    link = models.CharField("网址", max_length=120, blank=True)
    items = models.JSONField("文件", default=list)
    audience = models.ForeignKey(
        Audience, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="发送对象"
    )
    numbers = SealedTextField("填写的号码", null=True)
    rank = models.PositiveSmallIntegerField("优先级", choices=list(categories.PRIORITIES.items()))
    scheduled_at = models.DateTimeField("定时", null=True)
    budget = models.ForeignKey(
        Budget, on_delete=models.PROTECT, related_name="+", verbose_name="预算"
    )
    state = models.CharField("状态", max_length=9, choices=BatchState, default=BatchState.DRAFT)
    headcount = models.PositiveIntegerField("对象人数", default=0)
    reachable = models.PositiveIntegerField("可发人数", default=0)
    excluded = models.JSONField("不发的人数", default=dict)
    parts_each = models.PositiveSmallIntegerField("每人条数", default=1)
    estimate = models.PositiveBigIntegerField("预计费用（厘）", default=0)
    words = models.JSONField("须审核的词", default=list)
    expanded_to = models.BigIntegerField("已生成至", default=0)
    made = models.PositiveIntegerField("已生成", default=0)
    tested_at = models.DateTimeField("试发时间", null=True)
    made_by_id = models.BigIntegerField("编写人编号")
    made_by = models.CharField("编写人", max_length=50)
    made_at = models.DateTimeField("编写时间")
    decided_by = models.CharField("审核人", max_length=50, blank=True)
    decided_at = models.DateTimeField("审核时间", null=True)
    opinion = models.CharField("审核意见", max_length=200, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "群发短信"
        indexes = [
            models.Index(fields=["org_path"], name="sm_batch_path"),
            models.Index(
                fields=["state"],
                name="sm_batch_open",
                condition=Q(state__in=["expanding", "sending", "held"]),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def picture(self) -> UUID | None:
        """The key of its picture."""
        return next((UUID(item["key"]) for item in self.items if "key" in item), None)


class MessageState(models.TextChoices):
    WAITING = "waiting", "待发送"
    SENDING = "sending", "提交中"
    SENT = "sent", "已提交"
    UNKNOWN = "unknown", "结果待查"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "未送达"
    UNCONFIRMED = "unconfirmed", "未确认"
    CANCELLED = "cancelled", "未发送"


class Message(Scoped, Phone):
    """One message to one phone.

    key: the caller's own; the same key twice is one message. fingerprint: of number and text, for
    the window in which a repetition is dropped. tried: routes that definitely failed. committed:
    厘 counted against the budget's month. text: forgotten some days after the end. picture: the key
    of a stored file.
    """

    index_columns = {"mobile_index": ("mobile", "short_messages_message.mobile", MOBILE)}
    audit_masked = ()

    key = models.CharField("去重键", max_length=80, unique=True)
    batch = models.ForeignKey(
        Batch, null=True, on_delete=models.PROTECT, related_name="messages", verbose_name="群发"
    )
    purpose = models.CharField("用途", max_length=80, blank=True)
    category = models.CharField("类别", max_length=10, choices=categories.CHOICES)
    payload = models.CharField("形式", max_length=8, choices=payloads.CHOICES, default=payloads.SMS)
    person_id = models.BigIntegerField("人员编号", null=True)
    carrier = models.CharField("运营商", max_length=8, choices=carriers.CHOICES)
    text = SealedTextField("内容", null=True)
    link = models.CharField("网址", max_length=120, blank=True)
    picture = models.UUIDField("彩信图片", null=True)
    parts = models.PositiveSmallIntegerField("条数", default=1)
    fingerprint = models.BinaryField("指纹", max_length=32)
    rank = models.PositiveSmallIntegerField("优先级")
    urgent = models.BooleanField("夜间可发", default=False)
    state = models.CharField(
        "状态", max_length=11, choices=MessageState, default=MessageState.WAITING
    )
    send_after = models.DateTimeField("不早于")
    expires_at = models.DateTimeField("不晚于")
    route = models.ForeignKey(
        Route, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="通道"
    )
    tried = ArrayField(models.BigIntegerField(), default=list, verbose_name="已试通道")
    tries = models.PositiveSmallIntegerField("提交次数", default=0)
    budget = models.ForeignKey(
        Budget, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="预算"
    )
    month = models.DateField("计费月份", null=True)
    committed = models.PositiveIntegerField("计入预算（厘）", default=0)
    fault = models.CharField("原因", max_length=200, blank=True)
    sender = models.CharField("发送人", max_length=50, blank=True)
    created_at = models.DateTimeField("产生时间")
    submitted_at = models.DateTimeField("提交时间", null=True)
    settled_at = models.DateTimeField("办结时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "短信"
        indexes = [
            models.Index(
                fields=["rank", "send_after", "id"],
                name="sm_message_queue",
                condition=Q(state="waiting"),
            ),
            models.Index(
                fields=["state", "id"],
                name="sm_message_open",
                condition=Q(state__in=["sending", "sent", "unknown"]),
            ),
            models.Index(fields=["mobile_index", "-id"], name="sm_message_mobile"),
            models.Index(fields=["fingerprint", "-id"], name="sm_message_print"),
            models.Index(fields=["batch", "state"], name="sm_message_batch"),
            models.Index(fields=["org_path", "-id"], name="sm_message_path"),
            models.Index(fields=["created_at"], name="sm_message_made"),
        ]

    def __str__(self) -> str:
        return f"{self.mobile_mask} {self.get_state_display()}"


class Submit(models.Model):
    """One part handed to one route once. Its id is the sequence number on the wire.

    Written and committed before the first octet leaves; see decisions/0022. month: in which it is
    billed, from the day it was accepted.
    """

    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="submits", verbose_name="短信"
    )
    number = models.PositiveSmallIntegerField("第几条")
    attempt = models.PositiveSmallIntegerField("第几次")
    route = models.ForeignKey(
        Route, on_delete=models.PROTECT, related_name="+", verbose_name="通道"
    )
    budget_id = models.BigIntegerField("预算编号", null=True)
    state = models.CharField(
        "状态", max_length=11, choices=[(str(k), v) for k, v in states.PART_TITLES.items()]
    )
    carrier_id = models.CharField("通道编号", max_length=64, blank=True)
    code = models.BigIntegerField("应答码", null=True)
    word = models.CharField("回执", max_length=16, blank=True)
    price = models.PositiveIntegerField("单价（厘）")
    month = models.DateField("计费月份", null=True)
    recorded_at = models.DateTimeField("登记时间")
    answered_at = models.DateTimeField("应答时间", null=True)
    settled_at = models.DateTimeField("回执时间", null=True)
    queried_at = models.DateTimeField("查询时间", null=True)

    class Meta:
        verbose_name = "短信提交"
        indexes = [
            models.Index(fields=["route", "carrier_id"], name="sm_submit_carrier"),
            models.Index(
                fields=["route", "recorded_at"],
                name="sm_submit_open",
                condition=Q(state__in=["recorded", "unknown", "accepted"]),
            ),
            models.Index(fields=["budget_id", "month"], name="sm_submit_bill"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["message", "number", "attempt"], name="sm_submit_once"),
        ]

    @property
    def sequence(self) -> int:
        """The number of this submit on the wire: positive, 31 bits."""
        return (self.pk - 1) % 0x7FFFFFFE + 1

    @property
    def reference(self) -> int:
        """Our own reference in the optional field of SMPP: 16 bits."""
        return self.pk % 65536
