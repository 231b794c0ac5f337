"""Outgoing documents (发文): text, revisions, opinions, deliveries, reading records, templates."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.office.circulation.models.register import Number, Series
from gonghui.systems.office.circulation.rules import chain
from gonghui.systems.office.circulation.rules.handling import Urgency
from gonghui.systems.office.circulation.rules.kinds import CHOICES, KINDS, Kind

USER = settings.AUTH_USER_MODEL


def person_field(words: str, *, null: bool = True) -> models.ForeignKey:
    """A user who has a part in a document."""
    return models.ForeignKey(
        USER, null=null, on_delete=models.PROTECT, related_name="+", verbose_name=words
    )


class State(models.TextChoices):
    DRAFT = chain.DRAFT, chain.TITLES[chain.DRAFT]
    UNDER_WAY = chain.UNDER_WAY, chain.TITLES[chain.UNDER_WAY]
    SIGNED = chain.SIGNED, chain.TITLES[chain.SIGNED]
    SEALED = chain.SEALED, chain.TITLES[chain.SEALED]
    ISSUED = chain.ISSUED, chain.TITLES[chain.ISSUED]
    ARCHIVED = chain.ARCHIVED, chain.TITLES[chain.ARCHIVED]
    VOID = chain.VOID, chain.TITLES[chain.VOID]


DocumentKind = models.TextChoices(
    "DocumentKind", [(code.upper(), (code, title)) for code, title in CHOICES]
)
"""The fifteen kinds, as choices of a field."""


class UrgencyChoice(models.TextChoices):
    NORMAL = Urgency.NORMAL.value, "平件"
    URGENT = Urgency.URGENT.value, "加急"
    EXTRA = Urgency.EXTRA.value, "特急"


class Outgoing(Scoped):
    """One document of an organ, from the first line to the archive.

    union: the organ that issues. to, copies, attachments: as they are printed, one name after the
    other. meeting: 会议名称和日期 of 决议, 公报, 纪要. revision: number of the text in force.
    """

    audit_masked = ()

    kind = models.CharField("文种", max_length=16, choices=DocumentKind)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("正文")
    to = models.TextField("主送机关", blank=True)
    copies = models.TextField("抄送机关", blank=True)
    attachments = models.TextField("附件说明", blank=True)
    meeting = models.CharField("会议名称和日期", max_length=120, blank=True)
    note = models.CharField("附注", max_length=120, blank=True)
    urgency = models.CharField("紧急程度", max_length=4, choices=UrgencyChoice, blank=True)
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="+", verbose_name="机关代字"
    )
    number = models.OneToOneField(
        Number, null=True, on_delete=models.PROTECT, related_name="document", verbose_name="文号"
    )
    number_text = models.CharField("发文字号", max_length=40, blank=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    drafter = person_field("拟稿人", null=False)
    reviewer = person_field("核稿人")
    signer = person_field("签发人")
    revision = models.PositiveIntegerField("文稿版本", default=1)
    drafted_at = models.DateTimeField("起草时间")
    submitted_at = models.DateTimeField("送审时间", null=True)
    signed_at = models.DateTimeField("签发时间", null=True)
    sealed_at = models.DateTimeField("用印时间", null=True)
    sealed_by = models.CharField("用印人", max_length=50, blank=True)
    printed_copies = models.PositiveIntegerField("印数", default=0)
    issued_at = models.DateTimeField("分发时间", null=True)
    paper = models.ForeignKey(
        StoredFile, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="版式文件"
    )
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "发文"
        indexes = [
            models.Index(fields=["city_id", "-drafted_at", "-id"], name="circ_out_city"),
            models.Index(fields=["county_id", "-drafted_at", "-id"], name="circ_out_county"),
            models.Index(fields=["org_path"], name="circ_out_path"),
            models.Index(fields=["drafter", "state"], name="circ_out_drafter"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "sealed", "issued", "archived"])
                | Q(number__isnull=False),
                name="circ_out_numbered",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def what(self) -> Kind:
        return KINDS[self.kind]


class Revision(models.Model):
    """A version of the text: who wrote it when, at which step."""

    document = models.ForeignKey(
        Outgoing, on_delete=models.CASCADE, related_name="revisions", verbose_name="发文"
    )
    number = models.PositiveIntegerField("版本")
    title = models.CharField("标题", max_length=200)
    body = models.TextField("正文")
    step = models.CharField("环节", max_length=20)
    remark = models.CharField("修改说明", max_length=200, blank=True)
    by = person_field("修改人", null=False)
    by_name = models.CharField("修改人姓名", max_length=50)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "文稿版本"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="circ_revision_once"),
        ]


class Countersign(models.Model):
    """One who is to countersign (会签人); what they said is in the case."""

    document = models.ForeignKey(
        Outgoing, on_delete=models.CASCADE, related_name="countersigns", verbose_name="发文"
    )
    user = person_field("会签人", null=False)
    name = models.CharField("姓名", max_length=50)

    class Meta:
        verbose_name = "会签人"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["document", "user"], name="circ_countersign_once"),
        ]


class Opinion(models.Model):
    """What somebody said on a document (意见), for ever with it.

    Of a step of the approval the case keeps the words; here stands the picture of the handwriting
    (手写意见) with `item`, the id of the work item. Incoming documents have all of it here.
    """

    document = models.ForeignKey(
        Outgoing, null=True, on_delete=models.CASCADE, related_name="opinions", verbose_name="发文"
    )
    incoming = models.ForeignKey(
        "circulation.Incoming",
        null=True,
        on_delete=models.CASCADE,
        related_name="opinions",
        verbose_name="收文",
    )
    item = models.BigIntegerField("流程待办编号", null=True, unique=True)
    step = models.CharField("环节", max_length=12)
    verdict = models.CharField("结论", max_length=20)
    text = models.TextField("意见", blank=True)
    ink = models.ForeignKey(
        StoredFile, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="手写意见"
    )
    by = person_field("发表人", null=False)
    by_name = models.CharField("姓名", max_length=50)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "审签意见"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(document__isnull=False) ^ Q(incoming__isnull=False),
                name="circ_opinion_subject",
            ),
        ]


class DeliveryState(models.TextChoices):
    SENT = "sent", "待签收"
    RECEIVED = "received", "已签收"
    RECALLED = "recalled", "已撤回"


class Delivery(Scoped):
    """A document on its way to one union (分发); it lies where it is received.

    urged: how often its receipt was urged.
    """

    document = models.ForeignKey(
        Outgoing, on_delete=models.PROTECT, related_name="deliveries", verbose_name="发文"
    )
    sender = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="发文机关"
    )
    copy = models.BooleanField("抄送", default=False)
    state = models.CharField(
        "签收", max_length=10, choices=DeliveryState, default=DeliveryState.SENT
    )
    sent_at = models.DateTimeField("分发时间")
    due_on = models.DateField("签收期限")
    received_at = models.DateTimeField("签收时间", null=True)
    received_by = models.CharField("签收人", max_length=50, blank=True)
    recalled_at = models.DateTimeField("撤回时间", null=True)
    recall_reason = models.CharField("撤回原因", max_length=200, blank=True)
    urged = models.PositiveSmallIntegerField("催收次数", default=0)
    urged_at = models.DateTimeField("最近催收", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "来文"
        indexes = [
            models.Index(fields=["city_id", "-sent_at", "-id"], name="circ_delivery_city"),
            models.Index(fields=["county_id", "-sent_at", "-id"], name="circ_delivery_county"),
            models.Index(fields=["org_path"], name="circ_delivery_path"),
            models.Index(fields=["due_on"], name="circ_delivery_due", condition=Q(state="sent")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "union"],
                condition=~Q(state="recalled"),
                name="circ_delivery_once",
            ),
        ]

    def __str__(self) -> str:
        return self.document.title


class Errand(models.TextChoices):
    SEND = "send", "分发"
    URGE = "urge", "催收"
    RECALL = "recall", "撤回"


class DispatchState(models.TextChoices):
    RUNNING = "running", "办理中"
    DONE = "done", "已完成"
    STOPPED = "stopped", "已中止"


class Dispatch(Scoped):
    """An errand to many unions, dealt with in batches: sending, urging, taking back.

    group, unions (ids), copy: to whom and as what a document is sent. before: urge only receipts
    due before this day, and none twice a day. after: id of the last union (of sending) or delivery
    dealt with; done of total: how many receipts were opened, urged or taken back.
    """

    document = models.ForeignKey(
        Outgoing, on_delete=models.PROTECT, related_name="dispatches", verbose_name="发文"
    )
    what = models.CharField("事项", max_length=8, choices=Errand)
    group = models.CharField("分发范围", max_length=12, blank=True)
    unions = models.JSONField("其他单位", default=list)
    copy = models.BooleanField("抄送", default=False)
    due_on = models.DateField("签收期限", null=True)
    before = models.DateField("只催收此日前到期的", null=True)
    reason = models.CharField("原因", max_length=200, blank=True)
    state = models.CharField(
        "状态", max_length=8, choices=DispatchState, default=DispatchState.RUNNING
    )
    total = models.PositiveIntegerField("单位数", default=0)
    done = models.PositiveIntegerField("已办", default=0)
    after = models.BigIntegerField("办到", default=0)
    begun_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True)
    by_name = models.CharField("经办人", max_length=50)

    class Meta:
        verbose_name = "分发批次"
        indexes = [
            models.Index(fields=["org_path"], name="circ_dispatch_path"),
            models.Index(fields=["id"], name="circ_dispatch_open", condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}：{self.document.title}"

    @property
    def words(self) -> str:
        return f"正在{self.get_what_display()}：{self.done} / {self.total} 个单位"


class Reading(models.Model):
    """That somebody at the receiving union opened a document (阅读记录)."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="readings", verbose_name="来文"
    )
    user = person_field("阅读人", null=False)
    name = models.CharField("姓名", max_length=50)
    first_at = models.DateTimeField("首次阅读")
    last_at = models.DateTimeField("最近阅读")
    times = models.PositiveIntegerField("次数", default=1)

    class Meta:
        verbose_name = "阅读记录"
        ordering = ["first_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "user"], name="circ_reading_once"),
        ]


class PaperTemplate(Scoped):
    """A text to begin with (公文模板): of a union, offered to it and to all below."""

    name = models.CharField("模板名称", max_length=60)
    kind = models.CharField("文种", max_length=16, choices=DocumentKind)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("正文")
    ended_on = models.DateField("停用日期", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "公文模板"
        indexes = [models.Index(fields=["org_path"], name="circ_template_path")]
        constraints = [
            models.UniqueConstraint(fields=["union", "name"], name="circ_template_once"),
        ]

    def __str__(self) -> str:
        return self.name
