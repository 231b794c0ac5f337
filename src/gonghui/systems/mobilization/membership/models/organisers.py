"""Professional union workers (社会化工会工作者), their training, assessments and contracts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped
from gonghui.kernel.people.models import Person


class OrganiserPost(models.TextChoices):
    ORGANISER = "organiser", "工会组织员"
    OFFICE = "office", "综合事务"
    RIGHTS = "rights", "权益维护"
    SERVICE = "service", "职工服务"
    FINANCE = "finance", "财务"
    OTHER = "other", "其他"


class OrganiserState(models.TextChoices):
    ON_DUTY = "on_duty", "在岗"
    LEFT = "left", "离岗"


class LeaveReason(models.TextChoices):
    CONTRACT_END = "contract_end", "合同期满不再续聘"
    RESIGNED = "resigned", "本人辞职"
    DISMISSED = "dismissed", "解聘"
    RETIRED = "retired", "退休"
    TRANSFERRED = "transferred", "调任其他岗位"
    DECEASED = "deceased", "去世"
    OTHER = "other", "其他"


class Grade(models.TextChoices):
    EXCELLENT = "excellent", "优秀"
    COMPETENT = "competent", "合格"
    BASIC = "basic", "基本合格"
    FAILED = "failed", "不合格"


class Organiser(Scoped):
    """Somebody employed by a union (`union`) to do union work; a return makes a new record.

    Name and sex are copies of the person's. serves: the unions of the service area.
    """

    scope_person = "person_id"
    follows_mergers = True
    audit_masked = ("name",)

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name="人员"
    )
    name = models.CharField("姓名", max_length=50, db_collation="C")
    sex = models.CharField("性别", max_length=1, default="0")
    post = models.CharField("岗位", max_length=10, choices=OrganiserPost)
    hired_on = models.DateField("到岗日期")
    contract_from = models.DateField("合同起")
    contract_to = models.DateField("合同止")
    certificate = models.CharField("资格证书", max_length=60, blank=True)
    certificate_number = models.CharField("证书编号", max_length=60, blank=True)
    certified_on = models.DateField("发证日期", null=True)
    serves = models.ManyToManyField(Union, related_name="+", blank=True, verbose_name="服务工会")
    state = models.CharField(
        "状态", max_length=8, choices=OrganiserState, default=OrganiserState.ON_DUTY
    )
    left_on = models.DateField("离岗日期", null=True)
    left_reason = models.CharField("离岗原因", max_length=12, choices=LeaveReason, blank=True)
    left_note = models.CharField("离岗说明", max_length=200, blank=True)
    reminded = models.PositiveSmallIntegerField("已提醒", null=True, editable=False)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "社会化工会工作者"
        indexes = [
            models.Index(fields=["city_id", "state", "-id"], name="organiser_city"),
            models.Index(fields=["county_id", "state", "-id"], name="organiser_county"),
            models.Index(fields=["org_path"], name="organiser_path"),
            models.Index(
                fields=["contract_to"], name="organiser_contract", condition=Q(state="on_duty")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="on_duty"), name="organiser_once"
            ),
            models.CheckConstraint(
                condition=Q(contract_to__gt=F("contract_from")), name="organiser_contract_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return f"{mask_name(self.name)}（社会化工会工作者）"


class Training(models.Model):
    """Training a professional union worker took part in (培训)."""

    organiser = models.ForeignKey(
        Organiser, on_delete=models.CASCADE, related_name="trainings", verbose_name="工作者"
    )
    title = models.CharField("培训名称", max_length=100)
    on = models.DateField("培训日期")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)

    class Meta:
        verbose_name = "培训记录"
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(hours__gt=0), name="training_hours"),
        ]


class Assessment(models.Model):
    """The grade of a year (年度考核)."""

    organiser = models.ForeignKey(
        Organiser, on_delete=models.CASCADE, related_name="assessments", verbose_name="工作者"
    )
    year = models.PositiveSmallIntegerField("年度")
    grade = models.CharField("等次", max_length=9, choices=Grade)
    note = models.CharField("评语", max_length=200, blank=True)

    class Meta:
        verbose_name = "年度考核"
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["organiser", "year"], name="assessment_once"),
        ]
