"""Staff congresses, their delegates and sessions; proposals; publicity with objections."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.mobilization.staff_congress import rules


class CongressKind(models.TextChoices):
    DELEGATES = "delegates", "职工代表大会"
    ASSEMBLY = "assembly", "职工大会"


class CongressState(models.TextChoices):
    ELECTING = "electing", "选举代表"
    IN_TERM = "in_term", "届内"
    ENDED = "ended", "已届满"


class StaffCongress(Scoped):
    """One term of a unit's staff congress (职代会届次)."""

    number = models.PositiveSmallIntegerField("届次")
    kind = models.CharField("形式", max_length=9, choices=CongressKind)
    state = models.CharField(
        "状态", max_length=8, choices=CongressState, default=CongressState.ELECTING
    )
    employees = models.PositiveIntegerField("职工人数")
    began_on = models.DateField("起始日期")
    years = models.PositiveSmallIntegerField("任期（年）")
    ends_on = models.DateField("届满日期")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "职工代表大会"
        indexes = [models.Index(fields=["org_path"], name="staffcongress_path")]
        constraints = [
            models.UniqueConstraint(fields=["union", "number"], name="staffcongress_once"),
            models.UniqueConstraint(
                fields=["union"], condition=~Q(state="ended"), name="staffcongress_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.union.name}第{self.number}届{self.get_kind_display()}"


class DelegateKind(models.TextChoices):
    FRONT = "front", "一线职工"
    STAFF = "staff", "专业技术和管理人员"
    LEADER = "leader", "中层以上管理人员"


class Delegate(models.Model):
    """A staff delegate (职工代表); left_on: when the mandate ended."""

    congress = models.ForeignKey(
        StaffCongress, on_delete=models.CASCADE, related_name="delegates", verbose_name="届次"
    )
    name = models.CharField("姓名", max_length=50)
    unit = models.CharField("选区", max_length=60)
    kind = models.CharField("身份", max_length=6, choices=DelegateKind)
    is_woman = models.BooleanField("女", default=False)
    person_id = models.BigIntegerField("人员档案", null=True)
    elected_on = models.DateField("当选日期")
    left_on = models.DateField("终止日期", null=True)
    left_reason = models.CharField("终止原因", max_length=100, blank=True)

    class Meta:
        verbose_name = "职工代表"
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["congress", "name", "unit"],
                condition=Q(left_on=None),
                name="delegate_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SessionState(models.TextChoices):
    PLANNED = "planned", "筹备中"
    OPEN = "open", "会议中"
    CLOSED = "closed", "已闭会"


class Session(Scoped):
    """A meeting of a staff congress (会议). delegates: how many there are on its day."""

    congress = models.ForeignKey(
        StaffCongress, on_delete=models.PROTECT, related_name="sessions", verbose_name="届次"
    )
    number = models.PositiveSmallIntegerField("次数")
    state = models.CharField(
        "状态", max_length=7, choices=SessionState, default=SessionState.PLANNED
    )
    planned_on = models.DateField("会议日期")
    place = models.CharField("地点", max_length=120)
    delegates = models.PositiveIntegerField("代表总数", null=True)
    present = models.PositiveIntegerField("出席人数", null=True)
    signed_in = models.ManyToManyField(Delegate, related_name="+", verbose_name="签到")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "职代会会议"
        indexes = [models.Index(fields=["org_path"], name="staffsession_path")]
        constraints = [
            models.UniqueConstraint(fields=["congress", "number"], name="staffsession_once")
        ]

    def __str__(self) -> str:
        return f"{self.congress}第{self.number}次会议"


class AgendaItem(models.Model):
    """An item of the agenda, its vote and what was resolved; lines as `rules.Line`."""

    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="items", verbose_name="会议"
    )
    title = models.CharField("议题", max_length=200)
    matter = models.CharField("性质", max_length=8, choices=rules.Matter.choices())
    issued = models.PositiveIntegerField("发出", null=True)
    returned = models.PositiveIntegerField("收回", null=True)
    agreed = models.PositiveIntegerField("赞成", null=True)
    against = models.PositiveIntegerField("反对", null=True)
    abstained = models.PositiveIntegerField("弃权", null=True)
    carried = models.BooleanField("通过", null=True)
    lines = models.JSONField("表决说明", default=list)
    resolution = models.TextField("决议", blank=True)

    class Meta:
        verbose_name = "议题"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.title


class ProposalState(models.TextChoices):
    SUBMITTED = "submitted", "待审查"
    FILED = "filed", "已立案"
    ANSWERED = "answered", "已答复"
    CLOSED = "closed", "已办结"
    DECLINED = "declined", "不予立案"
    WITHDRAWN = "withdrawn", "已撤回"


class Proposal(Scoped):
    """A proposal of a delegate (提案), or a suggestion of a worker who is none (建议)."""

    scope_person = "person_id"
    audit_masked = ("by_name",)

    title = models.CharField("标题", max_length=100)
    reason = models.CharField("案由", max_length=1000)
    measure = models.CharField("建议和措施", max_length=1000)
    seconders = models.CharField("附议人", max_length=200, blank=True)
    person_id = models.BigIntegerField("提出人")
    user_id = models.BigIntegerField("账号", null=True)
    by_name = models.CharField("提出人姓名", max_length=50)
    by_delegate = models.BooleanField("职工代表提出")
    state = models.CharField(
        "状态", max_length=9, choices=ProposalState, default=ProposalState.SUBMITTED
    )
    undertaker = models.CharField("承办部门", max_length=60, blank=True)
    due_on = models.DateField("答复期限", null=True)
    answer = models.CharField("答复", max_length=1000, blank=True)
    satisfied = models.BooleanField("满意", null=True)
    remark = models.CharField("评价", max_length=300, blank=True)
    submitted_at = models.DateTimeField("提出时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "职工提案"
        indexes = [
            models.Index(fields=["org_path"], name="staffproposal_path"),
            models.Index(fields=["person_id"], name="staffproposal_person"),
        ]

    def __str__(self) -> str:
        return self.title


class PublicityKind(models.TextChoices):
    BUSINESS = "business", "生产经营"
    INTERESTS = "interests", "工资福利和劳动安全"
    RULES = "rules", "规章制度"
    CADRES = "cadres", "领导人员廉洁"
    RESOLUTION = "resolution", "职代会决议"


class Publicity(Scoped):
    """Something made public to the staff (厂务公开), open to objections until a day, inclusive."""

    title = models.CharField("标题", max_length=120)
    kind = models.CharField("类别", max_length=10, choices=PublicityKind)
    content = models.TextField("内容")
    published_on = models.DateField("公开日期")
    until = models.DateField("公示截止")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "厂务公开"
        indexes = [
            models.Index(fields=["union", "-published_on"], name="publicity_union"),
            models.Index(fields=["org_path"], name="publicity_path"),
        ]

    def __str__(self) -> str:
        return self.title


class Objection(models.Model):
    """What a worker objects to or asks about something made public (意见)."""

    publicity = models.ForeignKey(
        Publicity, on_delete=models.CASCADE, related_name="objections", verbose_name="公开事项"
    )
    person_id = models.BigIntegerField("提出人")
    user_id = models.BigIntegerField("账号", null=True)
    text = models.CharField("意见", max_length=500)
    made_at = models.DateTimeField("提出时间", auto_now_add=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True)
    answered_by_name = models.CharField("答复人", max_length=50, blank=True)

    class Meta:
        verbose_name = "厂务公开意见"
        ordering = ("id",)
        indexes = [models.Index(fields=["person_id"], name="objection_person")]

    def __str__(self) -> str:
        return self.text[:30]
