"""Terms of union committees (届期)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from gonghui.kernel.org.scoping import Scoped
from gonghui.kernel.people.models import Person
from gonghui.systems.mobilization.membership.rules import terms as rules


class TermState(models.TextChoices):
    IN_OFFICE = "in_office", "任期内"
    DELAYED = "delayed", "延期换届"
    EXPIRED = "expired", "已届满"
    SUPERSEDED = "superseded", "已换届"


class UnionTerm(Scoped):
    """One term of a union's committee; the latest is the one not superseded.

    deadline: by when the next election has to be held, `ends_on` or the day it was delayed to.
    reminded: months before the deadline of the last reminder sent for it, 0 for overdue.
    """

    number = models.PositiveSmallIntegerField("届次")
    elected_on = models.DateField("选举日期")
    years = models.PositiveSmallIntegerField("任期（年）")
    ends_on = models.DateField("届满日期")
    chair_name = models.CharField("主席", max_length=50)
    chair = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="主席档案"
    )
    committee_size = models.PositiveSmallIntegerField("委员人数")
    standing_size = models.PositiveSmallIntegerField("常务委员人数", default=0)
    audit_size = models.PositiveSmallIntegerField("经费审查委员会人数", default=0)
    women_size = models.PositiveSmallIntegerField("女职工委员会人数", default=0)
    document = models.CharField("选举结果批复文号", max_length=80, blank=True)
    delayed_to = models.DateField("延期至", null=True)
    delay_reason = models.CharField("延期理由", max_length=300, blank=True)
    delay_document = models.CharField("延期批复文号", max_length=80, blank=True)
    deadline = models.DateField("应换届日期")
    reminded = models.PositiveSmallIntegerField("已提醒", null=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=TermState, default=TermState.IN_OFFICE)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "届期"
        indexes = [
            models.Index(fields=["city_id", "deadline", "id"], name="term_city"),
            models.Index(fields=["county_id", "deadline", "id"], name="term_county"),
            models.Index(fields=["org_path"], name="term_path"),
            models.Index(
                fields=["deadline"], name="term_deadline", condition=~Q(state="superseded")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["union"], condition=~Q(state="superseded"), name="term_open_once"
            ),
            models.UniqueConstraint(fields=["union", "number"], name="term_number_once"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("elected_on")), name="term_period"),
        ]

    def __str__(self) -> str:
        return f"{self.union.name}第{self.number}届"

    def urgency(self, today: date) -> rules.Urgency:
        return rules.urgency(self.deadline, today, delayed=self.delayed_to is not None)
