"""Preparations of new unions (建会筹备), who takes part, and the members recruited."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.masking import mask_id, mask_mobile, mask_name
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped
from gonghui.kernel.people.models import DOCUMENT
from gonghui.systems.mobilization.founding.rules import founding as rules


class PreparationKind(models.TextChoices):
    BASIC = rules.BASIC, rules.KINDS[rules.BASIC]
    JOINT = rules.JOINT, rules.KINDS[rules.JOINT]
    FEDERATION = rules.FEDERATION, rules.KINDS[rules.FEDERATION]


class PreparationState(models.TextChoices):
    REQUESTED = "requested", "待批复"
    RETURNED = "returned", "退回补正"
    PREPARING = "preparing", "筹备中"
    FOUNDED = "founded", "已成立"
    REFUSED = "refused", "不予同意"
    LAPSED = "lapsed", "逾期终止"
    WITHDRAWN = "withdrawn", "已撤回"


class Preparation(Scoped):
    """A wish to found a union, from the request for a preparatory group to the union.

    `union` is the superior asked until the union is founded, then the union itself; `superior`
    stays. congress_due: by when the congress has to be held, set by the reply.
    """

    scope_person = "applicant_id"
    audit_masked = ("contact_name",)

    receipt = models.CharField("受理编号", max_length=24, unique=True)
    state = models.CharField(
        "状态", max_length=10, choices=PreparationState, default=PreparationState.REQUESTED
    )
    superior = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="上级工会"
    )
    name = models.CharField("拟建工会名称", max_length=120)
    kind = models.CharField("工会类型", max_length=2, choices=PreparationKind)
    unit_name = models.CharField("单位名称", max_length=120)
    unit_uscc = models.CharField("单位统一社会信用代码", max_length=18, blank=True)
    unit_nature = models.CharField("单位性质", max_length=2, blank=True)
    region = models.CharField("行政区划", max_length=12, blank=True)
    industry = models.CharField("行业", max_length=3, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    employees = models.PositiveIntegerField("职工人数")
    women = models.PositiveIntegerField("女职工人数", default=0)
    group = models.JSONField("筹备组成员", default=list)
    contact_name = models.CharField("联系人", max_length=50)
    contact_phone = SealedTextField("联系电话", mask=mask_mobile)
    contact_mask = models.CharField("联系电话", max_length=20)
    reason = models.CharField("申请事由", max_length=500, blank=True)
    applicant_id = models.BigIntegerField("申请人", null=True)
    applicant_user_id = models.BigIntegerField("申请人账号", null=True)
    applicant_name = models.CharField("申请人姓名", max_length=50)
    submitted_at = models.DateTimeField("提交时间")
    decided_at = models.DateTimeField("批复时间", null=True)
    decided_by_id = models.BigIntegerField("批复人", null=True)
    decided_by_name = models.CharField("批复人姓名", max_length=50, blank=True)
    document = models.CharField("同意筹备批复文号", max_length=80, blank=True)
    opinion = models.CharField("批复意见", max_length=500, blank=True)
    congress_due = models.DateField("应召开大会日期", null=True)
    reminded_on = models.DateField("到期提醒日期", null=True)
    ended_at = models.DateTimeField("办结时间", null=True)
    approval_document = models.CharField("成立批复文号", max_length=80, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "建会申请"
        indexes = [
            models.Index(fields=["city_id", "state", "-id"], name="preparation_city"),
            models.Index(fields=["county_id", "state", "-id"], name="preparation_county"),
            models.Index(fields=["org_path"], name="preparation_path"),
            models.Index(fields=["applicant_id"], name="preparation_applicant"),
            models.Index(
                fields=["congress_due"], name="preparation_due", condition=Q(state="preparing")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit_uscc"],
                condition=Q(state__in=rules.OPEN) & ~Q(unit_uscc="") & Q(kind=rules.BASIC),
                name="preparation_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.receipt}）"

    @property
    def is_open(self) -> bool:
        return self.state in rules.OPEN


class Partner(models.Model):
    """A unit that founds a joint union together with others, or a union of a federation."""

    preparation = models.ForeignKey(
        Preparation, on_delete=models.CASCADE, related_name="partners", verbose_name="建会申请"
    )
    name = models.CharField("名称", max_length=120)
    member_union = models.ForeignKey(
        Union, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="成员工会"
    )

    class Meta:
        verbose_name = "共同建会单位"
        constraints = [
            models.UniqueConstraint(fields=["preparation", "name"], name="partner_once"),
        ]

    def __str__(self) -> str:
        return self.name


class RecruitState(models.TextChoices):
    WILLING = "willing", "已登记"
    ADMITTED = "admitted", "已入会"
    ELSEWHERE = "elsewhere", "会籍在他处，待转会"


class Recruit(models.Model):
    """Somebody who has said they will be a member of the union to be.

    Document and mobile number are sealed here until the union is founded and the person is
    registered; the blind index is made in the context of people_person.
    """

    index_columns = {"document_index": ("document", "founding_recruit.document", DOCUMENT)}

    preparation = models.ForeignKey(
        Preparation, on_delete=models.CASCADE, related_name="recruits", verbose_name="建会申请"
    )
    name = models.CharField("姓名", max_length=50, db_collation="C")
    sex = models.CharField("性别", max_length=1, default="0")
    document = SealedTextField("证件号码", mask=mask_id)
    document_index = models.BinaryField("证件号码索引", max_length=32)
    document_mask = models.CharField("证件号码", max_length=40)
    mobile = SealedTextField("手机号码", mask=mask_mobile)
    mobile_mask = models.CharField("手机号码", max_length=20)
    state = models.CharField(
        "状态", max_length=9, choices=RecruitState, default=RecruitState.WILLING
    )
    added_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "发展的会员"
        constraints = [
            models.UniqueConstraint(fields=["preparation", "document_index"], name="recruit_once"),
        ]

    def __str__(self) -> str:
        return mask_name(self.name)
