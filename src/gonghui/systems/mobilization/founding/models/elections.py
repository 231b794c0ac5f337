"""Elections (选举): congresses, their ballots and candidates."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.mobilization.founding.models.preparations import Preparation
from gonghui.systems.mobilization.founding.rules import elections as rules


class Purpose(models.TextChoices):
    FOUND = "found", "成立大会"
    RENEW = "renew", "换届选举"


class Assembly(models.TextChoices):
    MEMBERS = "members", "会员大会"
    DELEGATES = "delegates", "会员代表大会"


class ElectionState(models.TextChoices):
    PLANNED = "planned", "筹备中"
    HELD = "held", "选举中"
    REPORTED = "reported", "结果待批复"
    RETURNED = "returned", "退回补正"
    APPROVED = "approved", "已批复"
    ABANDONED = "abandoned", "已终止"


OPEN = (
    ElectionState.PLANNED,
    ElectionState.HELD,
    ElectionState.REPORTED,
    ElectionState.RETURNED,
)


class Election(Scoped):
    """A congress that elects a union's committee, and what the superior said to its result.

    `union` is the union that elects; while it is being founded, the superior. applicant_id: the
    person who carries on the preparation.
    """

    scope_person = "applicant_id"

    receipt = models.CharField("编号", max_length=24, unique=True)
    purpose = models.CharField("事由", max_length=6, choices=Purpose)
    preparation = models.ForeignKey(
        Preparation,
        null=True,
        on_delete=models.PROTECT,
        related_name="elections",
        verbose_name="建会申请",
    )
    superior = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="上级工会"
    )
    applicant_id = models.BigIntegerField("承办人", null=True)
    union_name = models.CharField("选举工会", max_length=120)
    state = models.CharField(
        "状态", max_length=9, choices=ElectionState, default=ElectionState.PLANNED
    )
    number = models.PositiveSmallIntegerField("届次")
    years = models.PositiveSmallIntegerField("任期（年）")
    assembly = models.CharField("会议形式", max_length=9, choices=Assembly)
    planned_on = models.DateField("拟召开日期")
    held_on = models.DateField("召开日期", null=True)
    place = models.CharField("地点", max_length=120, blank=True)
    chaired_by = models.CharField("主持人", max_length=50, blank=True)
    members = models.PositiveIntegerField("会员人数")
    women = models.PositiveIntegerField("女会员人数", default=0)
    due = models.PositiveIntegerField("应到人数", null=True)
    present = models.PositiveIntegerField("实到人数", null=True)
    tellers = models.CharField("监票人、计票人", max_length=200, blank=True)
    reported_at = models.DateTimeField("报批时间", null=True)
    reported_by_id = models.BigIntegerField("报批人", null=True)
    reported_by_name = models.CharField("报批人姓名", max_length=50, blank=True)
    decided_at = models.DateTimeField("批复时间", null=True)
    decided_by_name = models.CharField("批复人姓名", max_length=50, blank=True)
    document = models.CharField("批复文号", max_length=80, blank=True)
    opinion = models.CharField("批复意见", max_length=500, blank=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "选举"
        indexes = [
            models.Index(fields=["city_id", "state", "-id"], name="election_city"),
            models.Index(fields=["county_id", "state", "-id"], name="election_county"),
            models.Index(fields=["org_path"], name="election_path"),
            models.Index(fields=["applicant_id"], name="election_applicant"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["preparation"],
                condition=Q(state__in=[state.value for state in OPEN]),
                name="election_open_preparation",
            ),
            models.UniqueConstraint(
                fields=["union"],
                condition=Q(state__in=[state.value for state in OPEN], preparation=None),
                name="election_open_union",
            ),
            models.CheckConstraint(
                condition=Q(present=None) | Q(present__lte=F("due")), name="election_present"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.union_name}{self.get_purpose_display()}（{self.receipt}）"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Body(models.TextChoices):
    CONGRESS = "congress", "大会"
    COMMITTEE = "committee", "新一届委员会全体会议"
    WOMEN = "women", "女职工大会"


class Ballot(models.Model):
    """One vote on one office: the papers, the count, and what it led to.

    round: 1 for the first. tie: a second ballot between candidates with equal votes. lines: the
    count in words, with the rule of each step, as `rules.Line`.
    """

    election = models.ForeignKey(
        Election, on_delete=models.CASCADE, related_name="ballots", verbose_name="选举"
    )
    office = models.CharField("职务", max_length=9, choices=rules.Office.choices())
    body = models.CharField("由谁选举", max_length=9, choices=Body, default=Body.CONGRESS)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    tie = models.BooleanField("票数相等再投", default=False)
    seats = models.PositiveSmallIntegerField("应选名额")
    due = models.PositiveIntegerField("应到", null=True)
    present = models.PositiveIntegerField("实到", null=True)
    issued = models.PositiveIntegerField("发出", null=True)
    returned = models.PositiveIntegerField("收回", null=True)
    valid = models.PositiveIntegerField("有效", null=True)
    result = models.CharField(
        "结果", max_length=9, choices=rules.Result.choices(), blank=True, default=""
    )
    open_seats = models.PositiveSmallIntegerField("未选出名额", default=0)
    lines = models.JSONField("计票说明", default=list)
    counted_at = models.DateTimeField("计票时间", null=True)

    class Meta:
        verbose_name = "选票"
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["election", "office", "round"], name="ballot_once"),
            models.CheckConstraint(condition=Q(seats__gt=0), name="ballot_seats"),
        ]

    def __str__(self) -> str:
        words = "" if self.round == 1 else f"（第{self.round}次投票）"
        return f"{self.get_office_display()}{words}"

    @property
    def is_counted(self) -> bool:
        return bool(self.result)


class Candidate(models.Model):
    """Somebody who stands for an office, and the votes for and against."""

    ballot = models.ForeignKey(
        Ballot, on_delete=models.CASCADE, related_name="candidates", verbose_name="选票"
    )
    name = models.CharField("姓名", max_length=50)
    post = models.CharField("单位和职务", max_length=80, blank=True)
    is_woman = models.BooleanField("女", default=False)
    votes = models.PositiveIntegerField("赞成票", null=True)
    elected = models.BooleanField("当选", default=False)

    class Meta:
        verbose_name = "候选人"
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["ballot", "name", "post"], name="candidate_once"),
        ]

    def __str__(self) -> str:
        return self.name
