"""Definitions of flows, running cases, work items, timers and what happened."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.org.scoping import Scoped


class DefinitionState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    RETIRED = "retired", "已停用"


class Definition(models.Model):
    """A version of a flow's diagram (流程定义), for a part of the tree.

    scope_path: path of the union below which it holds, empty for the whole platform. A published
    row's xml, scope and version never change.
    """

    audit_digested = ("xml",)

    flow = models.CharField("流程", max_length=40)
    version = models.PositiveIntegerField("版本")
    title = models.CharField("名称", max_length=80)
    xml = models.TextField("流程图")
    scope_path = models.TextField("适用范围", blank=True, db_collation="C")
    union = models.ForeignKey(
        "org.Union",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="适用工会",
    )
    state = models.CharField(
        "状态", max_length=9, choices=DefinitionState, default=DefinitionState.DRAFT
    )
    shipped = models.BooleanField("随系统提供", default=False)
    note = models.CharField("修改说明", max_length=200, blank=True)
    based_on = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="源自",
    )
    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    created_by_name = models.CharField("创建人", max_length=50, blank=True)
    saved_at = models.DateTimeField("保存时间", auto_now=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by_name = models.CharField("发布人", max_length=50, blank=True)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        verbose_name = "流程定义"
        constraints = [
            models.UniqueConstraint(fields=["flow", "version"], name="definition_version_once"),
            models.UniqueConstraint(
                fields=["flow", "scope_path"],
                condition=Q(state="published"),
                name="definition_published_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（第 {self.version} 版）"

    @property
    def org_path(self) -> str:
        """Where it lies in the tree, for the audit."""
        return self.scope_path


class CaseState(models.TextChoices):
    RUNNING = "running", "办理中"
    SUSPENDED = "suspended", "已挂起"
    COMPLETED = "completed", "已办结"
    WITHDRAWN = "withdrawn", "已撤回"
    ENDED = "ended", "已终止"


OPEN_STATES = (CaseState.RUNNING, CaseState.SUSPENDED)


class Case(Scoped):
    """One run of a flow about one record (流程实例).

    engine: where it stands, as engine.Run stores it. standing: titles of the steps it waits at.
    """

    scope_person = "person_id"
    audit_masked = ("starter_name",)

    flow = models.CharField("流程", max_length=40)
    definition = models.ForeignKey(
        Definition, on_delete=models.PROTECT, related_name="cases", verbose_name="流程定义"
    )
    title = models.CharField("事项", max_length=200)
    subject_type = models.CharField("对象类别", max_length=60)
    subject_id = models.BigIntegerField("对象编号")
    person_id = models.BigIntegerField("当事人", null=True, blank=True)
    state = models.CharField("状态", max_length=9, choices=CaseState, default=CaseState.RUNNING)
    standing = models.CharField("当前环节", max_length=200, blank=True)
    starter_id = models.BigIntegerField("发起人编号", null=True)
    starter_name = models.CharField("发起人", max_length=50)
    starter_union_id = models.BigIntegerField("发起人所在工会", null=True)
    variables = models.JSONField("数据", default=dict)
    engine = models.JSONField("运行状态", default=dict)
    started_at = models.DateTimeField("发起时间", auto_now_add=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    suspended_at = models.DateTimeField("挂起时间", null=True, blank=True)
    reason = models.CharField("原因", max_length=500, blank=True)
    version = models.PositiveIntegerField("修改次数", default=0)

    class Meta:
        verbose_name = "流程实例"
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="case_subject"),
            models.Index(fields=["city_id", "state", "-id"], name="case_city"),
            models.Index(fields=["county_id", "state", "-id"], name="case_county"),
            models.Index(fields=["org_path"], name="case_path"),
            models.Index(
                fields=["definition"],
                condition=Q(state__in=["running", "suspended"]),
                name="case_definition_open",
            ),
            models.Index(fields=["starter_id", "-id"], name="case_starter"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["flow", "subject_type", "subject_id"],
                condition=Q(state__in=["running", "suspended"]),
                name="case_open_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class ItemKind(models.TextChoices):
    SIGN = "sign", "办理"
    CONSULT = "consult", "征询"


class ItemState(models.TextChoices):
    OPEN = "open", "待办"
    DONE = "done", "已办"
    CANCELLED = "cancelled", "已取消"


class Mode(models.TextChoices):
    ONE = "one", "一人办理"
    ANY = "any", "或签"
    ALL = "all", "会签"
    SOME = "n", "达到人数"


class WorkItem(Scoped):
    """One seat at one step (流程待办): who has to sign, or is consulted; and what they did.

    The rows of one step share case and token. union: where it is handled, which need not be the
    case's. assignee_id: the user who has it; empty while whoever holds `role` at the union may
    take it. mode, need: how the seats of the step are counted together; need for Mode.SOME.
    told: users with a to-do of it besides, by delegation or escalation.
    """

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="items", verbose_name="流程实例"
    )
    flow = models.CharField("流程", max_length=40)
    token = models.BigIntegerField("位置")
    step = models.CharField("环节代码", max_length=80)
    title = models.CharField("环节", max_length=100)
    kind = models.CharField("种类", max_length=7, choices=ItemKind, default=ItemKind.SIGN)
    state = models.CharField("状态", max_length=9, choices=ItemState, default=ItemState.OPEN)
    mode = models.CharField("办理方式", max_length=3, choices=Mode, default=Mode.ONE)
    need = models.PositiveSmallIntegerField("会签人数", default=0)
    role = models.CharField("角色", max_length=20, blank=True)
    assignee_id = models.BigIntegerField("办理人编号", null=True, blank=True)
    assignee_name = models.CharField("办理人", max_length=50, blank=True)
    asked_by = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="consults",
        verbose_name="征询自",
    )
    added_by_id = models.BigIntegerField("加签人编号", null=True, blank=True)
    escalated_union_id = models.BigIntegerField("已报上级工会", null=True, blank=True)
    told = models.JSONField("另行通知", default=list)
    note = models.CharField("说明", max_length=500, blank=True)
    opened_at = models.DateTimeField("到达时间", auto_now_add=True)
    claimed_at = models.DateTimeField("签收时间", null=True, blank=True)
    due_at = models.DateTimeField("办理期限", null=True, blank=True)
    choice = models.CharField("结果代码", max_length=50, blank=True)
    choice_title = models.CharField("结果", max_length=50, blank=True)
    opinion = models.CharField("意见", max_length=2000, blank=True)
    decided_at = models.DateTimeField("办结时间", null=True, blank=True)
    decided_by_id = models.BigIntegerField("办结人编号", null=True, blank=True)
    decided_by_name = models.CharField("办结人", max_length=50, blank=True)
    on_behalf_of_id = models.BigIntegerField("委托人编号", null=True, blank=True)
    on_behalf_of_name = models.CharField("委托人", max_length=50, blank=True)

    class Meta:
        verbose_name = "流程待办"
        indexes = [
            models.Index(fields=["case", "token"], name="item_case"),
            models.Index(
                fields=["assignee_id", "due_at", "id"],
                condition=Q(state="open"),
                name="item_assignee",
            ),
            models.Index(
                fields=["union", "role", "due_at", "id"],
                condition=Q(state="open", assignee_id=None),
                name="item_pool",
            ),
            models.Index(fields=["decided_by_id", "-decided_at"], name="item_decided"),
            models.Index(fields=["org_path"], condition=Q(state="open"), name="item_path"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == ItemState.OPEN


class TimerKind(models.TextChoices):
    STEP = "step", "流程等待"
    REMIND = "remind", "催办"
    OVERDUE = "overdue", "逾期"


class Timer(models.Model):
    """Something that happens to a case at a time; the row goes when it has happened.

    due_at is empty while the case is suspended, and `left` then says how many seconds remained.
    """

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="timers", verbose_name="流程实例"
    )
    item = models.ForeignKey(
        WorkItem,
        null=True,
        on_delete=models.CASCADE,
        related_name="timers",
        verbose_name="流程待办",
    )
    kind = models.CharField("种类", max_length=7, choices=TimerKind)
    token = models.BigIntegerField("位置")
    step = models.CharField("环节代码", max_length=80)
    due_at = models.DateTimeField("到期时间", null=True)
    left = models.BigIntegerField("剩余秒数", null=True)

    class Meta:
        verbose_name = "流程定时"
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="timer_due"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_at}"


class CaseEvent(models.Model):
    """Something that happened to a case (流程记录): a line of its history, never changed."""

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="events", verbose_name="流程实例"
    )
    at = models.DateTimeField("时间", auto_now_add=True)
    kind = models.CharField("种类", max_length=16)
    step = models.CharField("环节代码", max_length=80, blank=True)
    title = models.CharField("环节", max_length=100, blank=True)
    text = models.CharField("结果", max_length=200)
    opinion = models.CharField("意见", max_length=2000, blank=True)
    user_id = models.BigIntegerField("办理人编号", null=True)
    user_name = models.CharField("办理人", max_length=50, blank=True)
    on_behalf_of_name = models.CharField("委托人", max_length=50, blank=True)
    item = models.ForeignKey(
        WorkItem, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name="流程待办"
    )

    class Meta:
        verbose_name = "流程记录"
        indexes = [models.Index(fields=["case", "id"], name="case_event")]

    def __str__(self) -> str:
        return self.text


class OutsideMessage(models.Model):
    """A message from outside that came for a case (外部消息), whether or not it was waited for yet.

    key: the sender's own number of it, empty for none; the same key is taken once. delivered_at
    is empty while the case has not come to the step that waits for it.
    """

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="arrivals", verbose_name="流程实例"
    )
    name = models.CharField("消息", max_length=80)
    key = models.CharField("消息编号", max_length=100, blank=True)
    payload = models.JSONField("数据", default=dict)
    received_at = models.DateTimeField("收到时间", auto_now_add=True)
    delivered_at = models.DateTimeField("送达时间", null=True)

    class Meta:
        verbose_name = "外部消息"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "name", "key"], condition=~Q(key=""), name="arrival_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Copy(models.Model):
    """A case shown to a user for their knowledge (抄送)."""

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="copies", verbose_name="流程实例"
    )
    user_id = models.BigIntegerField("收件人编号")
    user_name = models.CharField("收件人", max_length=50)
    by_name = models.CharField("抄送人", max_length=50)
    note = models.CharField("说明", max_length=200, blank=True)
    at = models.DateTimeField("时间", auto_now_add=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    class Meta:
        verbose_name = "抄送"
        constraints = [models.UniqueConstraint(fields=["case", "user_id"], name="copy_once")]
        indexes = [models.Index(fields=["user_id", "-id"], name="copy_user")]

    def __str__(self) -> str:
        return self.user_name


class Follow(models.Model):
    """A case a user follows (关注)."""

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="followers", verbose_name="流程实例"
    )
    user_id = models.BigIntegerField("关注人编号")
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "关注"
        constraints = [models.UniqueConstraint(fields=["case", "user_id"], name="follow_once")]
        indexes = [models.Index(fields=["user_id", "-id"], name="follow_user")]

    def __str__(self) -> str:
        return f"{self.user_id}"


class Delegation(models.Model):
    """One user signs for another from a day to a day, inclusive (委托办理).

    flows: codes of the flows it holds for; empty for all.
    """

    giver_id = models.BigIntegerField("委托人编号")
    giver_name = models.CharField("委托人", max_length=50)
    taker_id = models.BigIntegerField("受托人编号")
    taker_name = models.CharField("受托人", max_length=50)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止")
    flows = models.JSONField("流程", default=list)
    reason = models.CharField("原因", max_length=200)
    created_at = models.DateTimeField("设立时间", auto_now_add=True)
    ended_at = models.DateTimeField("收回时间", null=True, blank=True)
    spread = models.BooleanField("已转达", default=False)

    class Meta:
        verbose_name = "委托办理"
        indexes = [
            models.Index(
                fields=["giver_id", "valid_to"],
                condition=Q(ended_at=None),
                name="work_delegation_giver",
            ),
            models.Index(
                fields=["taker_id", "valid_to"],
                condition=Q(ended_at=None),
                name="work_delegation_taker",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.giver_name}委托{self.taker_name}"

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None
