"""What C4.5 keeps of its cases beside the engine: nature, petition stages, papers, appeals."""

from __future__ import annotations

from django.db import models

from gonghui.engines.casework.models import Case
from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.documents.models import CheckCode
from gonghui.kernel.org.scoping import Scoped

HOTLINE_CODE, PETITION_CODE = "hotline", "petition"


class Nature(models.TextChoices):
    CONSULT = "consult", "咨询"
    HELP = "help", "求助"
    COMPLAINT = "complaint", "投诉"
    SUGGEST = "suggest", "建议"


class Matter(Scoped):
    """The own row of a 12351 case. alerted: how high leaders were told; never falls."""

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="matter", verbose_name="办件"
    )
    nature = models.CharField("性质", max_length=9, choices=Nature, default=Nature.CONSULT)
    alerted = models.PositiveSmallIntegerField("预警级别", default=0)
    call_back_by = models.DateField("回访期限", null=True)
    called_back_at = models.DateTimeField("回访时间", null=True)

    class Meta:
        verbose_name = "12351 来件"
        indexes = [
            models.Index(fields=["org_path"], name="fb_matter_path"),
            models.Index(fields=["city_id", "-id"], name="fb_matter_city"),
            models.Index(
                fields=["call_back_by"],
                condition=models.Q(call_back_by__isnull=False, called_back_at=None),
                name="fb_matter_callback",
            ),
        ]

    def __str__(self) -> str:
        return self.case.number


class Way(models.TextChoices):
    ONLINE = "online", "网上"
    LETTER = "letter", "来信"
    VISIT = "visit", "来访"
    PHONE = "phone", "电话"


class Purpose(models.TextChoices):
    """Source: 信访工作条例第十七条等 (建议意见、检举控告、申诉求决)."""

    SUGGESTION = "suggestion", "建议意见"
    ACCUSATION = "accusation", "检举控告"
    CLAIM = "claim", "申诉求决"


class Stage(models.TextChoices):
    HANDLING = "handling", "办理"
    REVIEW = "review", "复查"
    RECHECK = "recheck", "复核"
    FINAL = "final", "终结"


class Petition(Scoped):
    """The own row of a petition. stage: the one under way, or the last answered."""

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="petition", verbose_name="办件"
    )
    way = models.CharField("信访形式", max_length=7, choices=Way, default=Way.ONLINE)
    purpose = models.CharField("信访目的", max_length=10, choices=Purpose, default=Purpose.CLAIM)
    stage = models.CharField("程序", max_length=8, choices=Stage, default=Stage.HANDLING)
    visitors = models.PositiveIntegerField("来访人数", default=1)
    alerted = models.PositiveSmallIntegerField("预警级别", default=0)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "信访事项"
        indexes = [
            models.Index(fields=["org_path"], name="fb_petition_path"),
            models.Index(fields=["city_id", "-id"], name="fb_petition_city"),
        ]

    def __str__(self) -> str:
        return self.case.number


class PaperKind(models.TextChoices):
    ACCEPTED = "accepted", "受理告知书"
    DECLINED = "declined", "不予受理告知书"
    EXTENDED = "extended", "延期告知书"
    OPINION = "opinion", "答复意见书"
    REVIEW = "review", "复查意见书"
    RECHECK = "recheck", "复核意见书"


class Paper(models.Model):
    """A paper of a petition, numbered when issued; it is printed anew for each complainant.

    text: what it says, sealed, without a name; the name is put in as it is printed and not kept.
    """

    petition = models.ForeignKey(
        Petition, on_delete=models.PROTECT, related_name="papers", verbose_name="信访事项"
    )
    kind = models.CharField("文书", max_length=8, choices=PaperKind)
    number = models.CharField("文号", max_length=40, unique=True)
    year = models.PositiveSmallIntegerField("年份")
    serial = models.PositiveIntegerField("序号")
    organ = models.CharField("制发机关", max_length=120)
    issued_on = models.DateField("制发日期")
    text = SealedTextField("内容")
    code = models.ForeignKey(
        CheckCode, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="核验码"
    )
    delivered_on = models.DateField("送达日期", null=True)
    delivery = models.CharField("送达方式", max_length=20, blank=True)

    class Meta:
        verbose_name = "信访文书"
        constraints = [
            models.UniqueConstraint(fields=["organ", "kind", "year", "serial"], name="fb_paper_no"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class AppealState(models.TextChoices):
    OPEN = "open", "办理中"
    DECIDED = "decided", "已出具意见"


class Appeal(Scoped):
    """A 复查 or 复核 of a petition's answer, at the union above the one that answered."""

    petition = models.ForeignKey(
        Petition, on_delete=models.PROTECT, related_name="appeals", verbose_name="信访事项"
    )
    stage = models.CharField("程序", max_length=8, choices=Stage)
    state = models.CharField("状态", max_length=7, choices=AppealState, default=AppealState.OPEN)
    intake_id = models.BigIntegerField("来件")
    asked_on = models.DateField("申请日期")
    due_on = models.DateField("办理期限")
    words = SealedTextField("理由")
    result = models.CharField("结果", max_length=8, blank=True)
    opinion = SealedTextField("意见", null=True)
    decided_on = models.DateField("决定日期", null=True)
    decided_by = models.CharField("决定人", max_length=50, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "复查复核"
        indexes = [
            models.Index(fields=["org_path"], name="fb_appeal_path"),
            models.Index(fields=["city_id", "due_on", "id"], name="fb_appeal_city"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["petition", "stage"], name="fb_appeal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.petition.case.number} {self.get_stage_display()}"
