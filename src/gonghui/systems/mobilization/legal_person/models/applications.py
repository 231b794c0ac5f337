"""Applications (登记申请) of the six procedures, their materials, and counters of numbers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.masking import mask_id, mask_mobile
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.mobilization.legal_person.models.persons import LegalPerson
from gonghui.systems.mobilization.legal_person.rules import procedures as rules


class Procedure(models.TextChoices):
    NEW = rules.NEW, rules.PROCEDURES[rules.NEW]
    CHANGE = rules.CHANGE, rules.PROCEDURES[rules.CHANGE]
    ELECTION = rules.ELECTION, rules.PROCEDURES[rules.ELECTION]
    DELAY = rules.DELAY, rules.PROCEDURES[rules.DELAY]
    REISSUE = rules.REISSUE, rules.PROCEDURES[rules.REISSUE]
    CANCEL = rules.CANCEL, rules.PROCEDURES[rules.CANCEL]


class State(models.TextChoices):
    DRAFT = rules.DRAFT, "待提交"
    SUBMITTED = rules.SUBMITTED, "待受理"
    SUPPLEMENT = rules.SUPPLEMENT, "待补正"
    EXAMINING = rules.EXAMINING, "审查中"
    EXAMINED = rules.EXAMINED, "待核准"
    CODING = rules.CODING, "等待外部赋码"
    CERTIFYING = rules.CERTIFYING, "待制证发证"
    DONE = rules.DONE, "已办结"
    REFUSED = rules.REFUSED, "不予登记"
    APPEALED = rules.APPEALED, "复核中"
    UNACCEPTED = rules.UNACCEPTED, "不予受理"
    WITHDRAWN = rules.WITHDRAWN, "已撤回"
    LAPSED = rules.LAPSED, "逾期未补正"


class Application(Scoped):
    """What a union asks its registering union for; `union` is who asks.

    Wanted facts are filled in as the procedure needs them, the rest stays empty. due_on: last day
    of the step under way, empty while the clock stands; left: workdays that remain then.
    granted: what was decided, None while nothing is or when an appeal undid it.
    paused_from: the state a supplement goes back to. decisions: by item of the comparison, both
    sides as they were decided on, the choice and the reason.
    """

    audit_masked = ("representative_name",)

    procedure = models.CharField("事项", max_length=8, choices=Procedure)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    receipt = models.CharField("受理编号", max_length=24, unique=True, null=True)
    registrar = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="登记机关"
    )
    person = models.ForeignKey(
        LegalPerson,
        null=True,
        on_delete=models.PROTECT,
        related_name="applications",
        verbose_name="工会法人",
    )
    name = models.CharField("工会名称", max_length=120, blank=True)
    residence = models.CharField("住所", max_length=200, blank=True)
    representative_name = models.CharField("法定代表人", max_length=50, blank=True)
    representative_id = SealedTextField("法定代表人证件号码", null=True, mask=mask_id)
    representative_mask = models.CharField("法定代表人证件号码", max_length=20, blank=True)
    funds = models.CharField("经费来源", max_length=200, blank=True)
    founded_on = models.DateField("成立日期", null=True)
    founded_document = models.CharField("成立批复文号", max_length=80, blank=True)
    happened_on = models.DateField("变更或选举日期", null=True)
    basis = models.CharField("依据文号", max_length=80, blank=True)
    term_years = models.PositiveSmallIntegerField("任期（年）", null=True)
    delayed_to = models.DateField("延期至", null=True)
    reason = models.CharField("申请事由", max_length=500, blank=True)
    late_reason = models.CharField("逾期申请的说明", max_length=300, blank=True)
    contact_name = models.CharField("经办联系人", max_length=50, blank=True)
    contact_phone = SealedTextField("联系电话", null=True, mask=mask_mobile)
    contact_mask = models.CharField("联系电话", max_length=20, blank=True)

    made_at = models.DateTimeField("建立时间", auto_now_add=True)
    submitted_at = models.DateTimeField("提交时间", null=True)
    submitted_by_id = models.BigIntegerField("申请人", null=True)
    submitted_by_name = models.CharField("申请人姓名", max_length=50, blank=True)
    late = models.BooleanField("逾期申请", default=False)
    accepted_on = models.DateField("受理日期", null=True)
    accepted_by_name = models.CharField("受理人", max_length=50, blank=True)
    due_on = models.DateField("办理期限", null=True)
    left = models.SmallIntegerField("停止计时时剩余工作日", null=True)
    paused_from = models.CharField("补正前状态", max_length=10, blank=True)
    supplement = models.TextField("一次性告知补正内容", blank=True, max_length=2000)
    supplement_on = models.DateField("告知日期", null=True)
    supplement_due_on = models.DateField("补正期限", null=True)
    answered_on = models.DateField("补正日期", null=True)
    decisions = models.JSONField("比对决定", default=dict)
    examined_by_id = models.BigIntegerField("审查人", null=True)
    examined_by_name = models.CharField("审查人姓名", max_length=50, blank=True)
    examined_at = models.DateTimeField("审查时间", null=True)
    finding = models.CharField("审查意见", max_length=500, blank=True)
    favourable = models.BooleanField("拟准予登记", default=True)
    decided_by_id = models.BigIntegerField("核准人", null=True)
    decided_by_name = models.CharField("核准人姓名", max_length=50, blank=True)
    decided_at = models.DateTimeField("决定时间", null=True)
    granted = models.BooleanField("准予登记", null=True)
    document = models.CharField("决定文号", max_length=60, blank=True)
    opinion = models.CharField("决定理由", max_length=1000, blank=True)
    appeal = models.CharField("复核理由", max_length=1000, blank=True)
    appealed_at = models.DateTimeField("申请复核时间", null=True)
    judged_by_name = models.CharField("复核人", max_length=50, blank=True)
    judgement = models.CharField("复核意见", max_length=500, blank=True)
    judged_at = models.DateTimeField("复核时间", null=True)
    done_at = models.DateTimeField("办结时间", null=True)
    workdays = models.PositiveIntegerField("办理用时（工作日）", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "法人登记申请"
        indexes = [
            models.Index(fields=["org_path"], name="legal_app_path"),
            models.Index(fields=["city_id", "state", "-id"], name="legal_app_city"),
            models.Index(fields=["county_id", "state", "-id"], name="legal_app_county"),
            models.Index(
                fields=["supplement_due_on"],
                name="legal_app_supplement",
                condition=Q(state="supplement"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["union"], condition=Q(state__in=rules.OPEN), name="legal_app_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.union.name}{self.get_procedure_display()}"

    @property
    def clock(self) -> rules.Clock:
        return rules.Clock(self.due_on, self.left)

    @clock.setter
    def clock(self, clock: rules.Clock) -> None:
        self.due_on, self.left = clock.due, clock.left


class MaterialFile(models.Model):
    """A file of an application, for one material of its list."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="materials", verbose_name="登记申请"
    )
    code = models.CharField("材料", max_length=12)
    file_key = models.UUIDField("文件")
    name = models.CharField("文件名", max_length=140)
    added_at = models.DateTimeField("上传时间")
    added_by_name = models.CharField("上传人", max_length=50)

    class Meta:
        verbose_name = "登记材料"
        indexes = [models.Index(fields=["application", "id"], name="legal_material")]

    def __str__(self) -> str:
        return self.name


class Counter(models.Model):
    """The last number given out of a series: receipts of a day, decisions of a year, 证号."""

    series = models.CharField("号码系列", max_length=60, primary_key=True)
    last = models.PositiveIntegerField("末号", default=0)

    class Meta:
        verbose_name = "登记编号计数"
