"""Legal aid (法律援助): one row for each case of the engine, and what belongs to it.

Nothing here says who applied: name, telephone, income and story lie sealed in the intake.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from gonghui.engines.casework.models import Case
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.rights.legal_aid.models.registers import Practitioner
from gonghui.systems.rights.legal_aid.rules import aid as rules
from gonghui.systems.rights.legal_aid.rules.matters import MATTERS

Matter = models.TextChoices("Matter", [(code, (code, word)) for code, word in MATTERS.items()])
AidState = models.TextChoices(
    "AidState", [(code, (code, word)) for code, word in rules.STATES.items()]
)
Applicant = models.TextChoices(
    "Applicant", [(code, (code, word)) for code, word in rules.APPLICANTS.items()]
)
AidForm = models.TextChoices(
    "AidForm", [(code, (code, word)) for code, word in rules.FORMS.items()]
)
Result = models.TextChoices(
    "Result", [(code, (code, word)) for code, word in rules.RESULTS.items()]
)
MEANS = [(code, word) for code, word in rules.MEANS_WORDS.items() if code]


class Aid(Scoped):
    """An application for legal aid; `union` is where its case lies.

    materials: codes of what was seen. means: how the means test came out. number: of the
    decision. people: how many are aided. file_number: 卷号 once archived.
    """

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="+", verbose_name="办件"
    )
    state = models.CharField("状态", max_length=10, choices=AidState, default=rules.APPLIED)
    matter = models.CharField("事项", max_length=10, choices=Matter)
    applicant = models.CharField("申请人类别", max_length=8, choices=Applicant)
    employer = models.CharField("用人单位或对方当事人", max_length=120)
    claimed = models.DecimalField(
        "请求金额（元）", max_digits=12, decimal_places=2, null=True, blank=True
    )
    people = models.PositiveIntegerField("受援人数", default=1)
    by_agent = models.BooleanField("代为申请", default=False)
    materials = ArrayField(
        models.CharField(max_length=10), default=list, blank=True, verbose_name="已核对的材料"
    )
    supplement = models.TextField("补充材料告知", blank=True, max_length=1000)
    supplement_due_on = models.DateField("补充期限", null=True, blank=True)
    means = models.CharField("经济状况审查", max_length=8, choices=MEANS, blank=True)
    gravely = models.BooleanField("权益被严重侵害", default=False)
    because = models.CharField("审查依据", max_length=200, blank=True)
    favourable = models.BooleanField("建议批准", null=True)
    finding = models.TextField("审查意见", blank=True, max_length=1000)
    screened_by_id = models.BigIntegerField("审查人编号", null=True)
    screened_by_name = models.CharField("审查人", max_length=50, blank=True)
    screened_on = models.DateField("审查日期", null=True)
    form = models.CharField("援助方式", max_length=12, choices=AidForm, blank=True)
    number = models.CharField("决定文号", max_length=40, blank=True)
    opinion = models.TextField("决定意见", blank=True, max_length=1000)
    decided_by_id = models.BigIntegerField("审批人编号", null=True)
    decided_by_name = models.CharField("审批人", max_length=50, blank=True)
    decided_on = models.DateField("决定日期", null=True)
    judgement = models.TextField("复核意见", blank=True, max_length=1000)
    judged_by_name = models.CharField("复核人", max_length=50, blank=True)
    judged_on = models.DateField("复核日期", null=True)
    result = models.CharField("办理结果", max_length=10, choices=Result, blank=True)
    recovered = models.DecimalField("挽回金额（元）", max_digits=12, decimal_places=2, default=0)
    summary = models.TextField("办案小结", blank=True, max_length=2000)
    concluded_by_id = models.BigIntegerField("结案提交人编号", null=True)
    concluded_on = models.DateField("提交结案日期", null=True)
    closed_by_name = models.CharField("结案审核人", max_length=50, blank=True)
    closed_on = models.DateField("结案日期", null=True)
    file_number = models.CharField("卷号", max_length=40, blank=True)
    archived_on = models.DateField("归档日期", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "法律援助"
        indexes = [
            models.Index(fields=["city_id", "state", "-id"], name="la_aid_city"),
            models.Index(fields=["county_id", "state", "-id"], name="la_aid_county"),
            models.Index(fields=["org_path"], name="la_aid_path"),
            models.Index(fields=["state", "-id"], name="la_aid_state"),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_matter_display()}"

    @property
    def audit_label(self) -> str:
        return self.case.number


class Assigned(models.TextChoices):
    OFFERED = "offered", "待接受"
    ACCEPTED = "accepted", "承办中"
    DECLINED = "declined", "未接受"
    REPLACED = "replaced", "已更换"
    DONE = "done", "已办结"


class Assignment(Scoped):
    """A lawyer given an aid case (指派). person_id: the lawyer's own record, whose work it is.

    checked: what the check for conflicts of interest looked at, in words that name nobody.
    """

    scope_person = "person_id"

    aid = models.ForeignKey(
        Aid, on_delete=models.PROTECT, related_name="assignments", verbose_name="法律援助"
    )
    lawyer = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="assignments", verbose_name="承办律师"
    )
    person_id = models.BigIntegerField("承办人", null=True)
    state = models.CharField("状态", max_length=10, choices=Assigned, default=Assigned.OFFERED)
    number = models.CharField("指派函号", max_length=40)
    assigned_on = models.DateField("指派日期")
    assigned_by_name = models.CharField("指派人", max_length=50)
    answer_due_on = models.DateField("答复期限")
    answered_on = models.DateField("答复日期", null=True)
    answer = models.CharField("答复说明", max_length=300, blank=True)
    checked = models.CharField("利益冲突核查", max_length=300)
    ended_reason = models.CharField("更换原因", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "援助指派"
        indexes = [
            models.Index(fields=["org_path"], name="la_assignment_path"),
            models.Index(fields=["lawyer", "state"], name="la_assignment_lawyer"),
            models.Index(fields=["person_id", "-id"], name="la_assignment_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["aid"],
                condition=Q(state__in=("offered", "accepted")),
                name="la_one_lawyer",
            )
        ]

    def __str__(self) -> str:
        return self.number


class AidDocument(models.Model):
    """A paper of an aid case: written or received while it was worked on. paper: its place."""

    aid = models.ForeignKey(
        Aid, on_delete=models.CASCADE, related_name="documents", verbose_name="法律援助"
    )
    paper = models.CharField("卷内位置", max_length=12)
    title = models.CharField("名称", max_length=120)
    file_key = models.UUIDField("文件", null=True)
    added_at = models.DateTimeField("登记时间")
    added_by_name = models.CharField("登记人", max_length=50)

    class Meta:
        verbose_name = "援助文书"
        indexes = [models.Index(fields=["aid", "id"], name="la_document")]

    def __str__(self) -> str:
        return self.title


class Hearing(models.Model):
    """A hearing (开庭). reminded_on: when its lawyer and applicant were reminded."""

    aid = models.ForeignKey(
        Aid, on_delete=models.CASCADE, related_name="hearings", verbose_name="法律援助"
    )
    at = models.DateTimeField("开庭时间")
    forum = models.CharField("审理机构", max_length=80)
    place = models.CharField("地点", max_length=120)
    reminded_on = models.DateField("提醒日期", null=True)
    cancelled = models.BooleanField("已取消", default=False)

    class Meta:
        verbose_name = "开庭"
        indexes = [models.Index(fields=["at"], name="la_hearing_at")]

    def __str__(self) -> str:
        return f"{self.forum} {self.at:%Y-%m-%d %H:%M}"


class Payout(Scoped):
    """A list of subsidies for the finance desk (办案补贴发放表); no money moves here."""

    number = models.CharField("编号", max_length=40, unique=True)
    made_at = models.DateTimeField("编制时间")
    made_by_name = models.CharField("编制人", max_length=50)
    count = models.PositiveIntegerField("笔数")
    total = models.DecimalField("合计（元）", max_digits=12, decimal_places=2)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "办案补贴发放表"
        indexes = [models.Index(fields=["org_path"], name="la_payout_path")]

    def __str__(self) -> str:
        return self.number


class SubsidyLine(Scoped):
    """What a lawyer gets for one case, once; lines: [words, yuan] as worked out."""

    assignment = models.OneToOneField(
        Assignment, on_delete=models.PROTECT, related_name="subsidy", verbose_name="指派"
    )
    amount = models.DecimalField("金额（元）", max_digits=10, decimal_places=2)
    lines = models.JSONField("计算过程", default=list)
    words = models.CharField("计算说明", max_length=300)
    computed_on = models.DateField("计算日期")
    payout = models.ForeignKey(
        Payout,
        null=True,
        on_delete=models.PROTECT,
        related_name="lines",
        verbose_name="发放表",
    )

    class Meta:
        verbose_name = "办案补贴"
        indexes = [models.Index(fields=["org_path"], name="la_subsidy_path")]

    def __str__(self) -> str:
        return f"{self.assignment} {self.amount} 元"
