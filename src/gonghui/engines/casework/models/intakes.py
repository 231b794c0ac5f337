"""Intakes (来件): who said what over which channel, sealed; each with a thread of its own."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from gonghui.engines.casework.models.cases import Case, Channel, Secrecy
from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.masking import mask_mobile, mask_name
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.org.scoping import Scoped

MOBILE = "casework_intake.mobile"
CODE = "casework_intake.code"


def mark_key() -> bytes:
    """The key under which texts are marked: of this installation only."""
    return keyring().blind_index("fingerprint", context="casework_fingerprint.marks")


class Intake(Scoped):
    """One complaint as it came in. It lies where its case lies, and is walled there.

    number, channel, received_at and first_case never change, and no row is deleted (trigger,
    migration 0002). person: whose timeline it stands in; empty for guests and for anonymous
    ones, of whom only `code_index` is kept, the blind index of the reference code (查询码) they
    were given. key: the channel's own number of the message, so that one delivered twice is one
    intake.
    """

    follows_mergers = True
    scope_person = "person_id"

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="intakes", verbose_name="办件"
    )
    first_case_id = models.BigIntegerField("最初办件", editable=False)
    number = models.CharField("来件编号", max_length=26, unique=True)
    channel = models.CharField("渠道", max_length=8, choices=Channel)
    key = models.CharField("渠道消息编号", max_length=80, blank=True)
    received_at = models.DateTimeField("首次收到时间")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    recorded_by_id = models.BigIntegerField("登记人编号", null=True)
    secrecy = models.CharField("身份", max_length=12, choices=Secrecy, default=Secrecy.NAMED)
    person_id = models.BigIntegerField("来件人", null=True)
    name = SealedTextField("姓名", mask=mask_name, null=True)
    mobile = SealedTextField("联系电话", mask=mask_mobile, null=True)
    mobile_index = models.BinaryField("联系电话索引", null=True, max_length=32)
    contact = SealedTextField("其他联系方式", null=True)
    title = SealedTextField("标题", null=True)
    text = SealedTextField("内容", null=True)
    details = SealedTextField("表单内容", null=True)
    code_index = models.BinaryField("查询码索引", null=True, max_length=32)
    people = models.PositiveIntegerField("代表人数", default=1)
    answered_at = models.DateTimeField("答复时间", null=True)
    closed_at = models.DateTimeField("结束时间", null=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "来件"
        indexes = [
            models.Index(fields=["org_path"], name="cw_intake_path"),
            models.Index(
                fields=["person_id", "-received_at"],
                condition=Q(person_id__isnull=False),
                name="cw_intake_person",
            ),
            models.Index(
                fields=["mobile_index"],
                condition=Q(mobile_index__isnull=False),
                name="cw_intake_mobile",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["code_index"],
                condition=Q(code_index__isnull=False),
                name="cw_intake_code_once",
            ),
            models.UniqueConstraint(
                fields=["channel", "key"], condition=~Q(key=""), name="cw_intake_message_once"
            ),
            models.CheckConstraint(
                condition=~Q(secrecy=Secrecy.ANONYMOUS)
                | Q(
                    person_id__isnull=True,
                    name__isnull=True,
                    mobile__isnull=True,
                    mobile_index__isnull=True,
                    contact__isnull=True,
                ),
                name="cw_intake_anonymous_knows_nobody",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def audit_label(self) -> str:
        return self.number


class ThreadLine(models.Model):
    """One message between a complainant and the desk; each complainant has a thread alone."""

    class Side(models.TextChoices):
        COMPLAINANT = "complainant", "来件人"
        DESK = "desk", "工会"

    intake = models.ForeignKey(
        Intake, on_delete=models.PROTECT, related_name="lines", verbose_name="来件"
    )
    side = models.CharField("发言方", max_length=11, choices=Side)
    at = models.DateTimeField("时间")
    text = SealedTextField("内容")
    by_id = models.BigIntegerField("办理人编号", null=True)
    read_at = models.DateTimeField("阅读时间", null=True)

    class Meta:
        verbose_name = "来件对话"
        indexes = [models.Index(fields=["intake", "id"], name="cw_thread_order")]


class Fingerprint(models.Model):
    """Keyed marks of an intake's text: likeness can be told from them, the words cannot.

    marks: the smallest keyed hashes of its pairs of characters; bands: the same in pairs, by
    which candidates are found. Outside the wall, where an index of arrays works.
    """

    intake = models.OneToOneField(
        Intake, on_delete=models.PROTECT, related_name="+", verbose_name="来件"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", verbose_name="办件")
    marks = ArrayField(models.IntegerField(), verbose_name="特征")
    bands = ArrayField(models.IntegerField(), verbose_name="特征组")

    class Meta:
        verbose_name = "内容特征"
        indexes = [GinIndex(fields=["bands"], name="cw_intake_bands", fastupdate=False)]
