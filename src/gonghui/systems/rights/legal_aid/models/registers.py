"""Registers (人员登记): lawyers, mediators and supervisors, and the ties they declared."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.masking import mask_mobile
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.rights.legal_aid.rules import conflicts, registers

Role = models.TextChoices("Role", [(code, (code, word)) for code, word in registers.ROLES.items()])
Standing = models.TextChoices(
    "Standing", [(code, (code, word)) for code, word in registers.STATES.items()]
)
TieKind = models.TextChoices(
    "TieKind", [(code, (code, word)) for code, word in conflicts.KINDS.items()]
)


class Practitioner(Scoped):
    """Somebody on a register of a union. person_id: their own record here, when they sign in.

    competence: matters; empty for all. most: open cases at once, 0 for no bound. checked_on: the
    last yearly examination passed.
    """

    scope_person = "person_id"

    role = models.CharField("类别", max_length=10, choices=Role)
    name = models.CharField("姓名", max_length=50)
    person_id = models.BigIntegerField("本平台人员", null=True, blank=True)
    workplace = models.CharField("执业机构或工作单位", max_length=120)
    licence = models.CharField("证号", max_length=40)
    licence_from = models.DateField("发证日期", null=True, blank=True)
    licence_until = models.DateField("证件到期日", null=True, blank=True)
    checked_on = models.DateField("最近年度考核", null=True, blank=True)
    competence = ArrayField(
        models.CharField(max_length=10), default=list, blank=True, verbose_name="专长"
    )
    most = models.PositiveSmallIntegerField("同时承办上限", default=0)
    mobile = SealedTextField("联系电话", mask=mask_mobile, null=True)
    state = models.CharField("状态", max_length=10, choices=Standing, default=registers.ACTIVE)
    state_reason = models.CharField("状态说明", max_length=200, blank=True)
    added_on = models.DateField("登记日期")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "法律服务人员"
        indexes = [
            models.Index(fields=["role", "state", "-id"], name="la_people_role"),
            models.Index(fields=["org_path"], name="la_people_path"),
            models.Index(
                fields=["person_id"], condition=Q(person_id__isnull=False), name="la_people_person"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["role", "licence"],
                condition=~Q(state=registers.ENDED),
                name="la_licence_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.workplace}）"


class Tie(models.Model):
    """A tie somebody declared; the name is sealed, for it may be a relative's."""

    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.CASCADE, related_name="ties", verbose_name="法律服务人员"
    )
    kind = models.CharField("关系", max_length=10, choices=TieKind)
    name = SealedTextField("名称")
    until = models.DateField("结束日期", null=True, blank=True)
    declared_on = models.DateField("申报日期")

    class Meta:
        verbose_name = "利害关系申报"
        indexes = [models.Index(fields=["practitioner", "id"], name="la_tie")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.declared_on:%Y-%m-%d}"


class Counter(models.Model):
    """The last number given out of a series: decisions, letters, files, lists of a year."""

    series = models.CharField("号码系列", max_length=60, primary_key=True)
    last = models.PositiveIntegerField("末号", default=0)

    class Meta:
        verbose_name = "法律服务编号计数"
