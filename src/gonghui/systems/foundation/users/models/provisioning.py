"""Users from and to other systems (用户推送): sources and tokens, targets, items, receipts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.foundation.users.models.staff import Staff
from gonghui.systems.foundation.users.rules.provisioning import BUSINESS
from gonghui.systems.foundation.users.rules.pushing import SIMULATED


class SourceState(models.TextChoices):
    ON = "on", "启用"
    OFF = "off", "停用"


class Source(Scoped):
    """A system that maintains users here (来源系统), within the subtree of `union` only.

    roles: codes of the roles it may give. shows_mobile: whether it reads whole mobile numbers.
    """

    name = models.CharField("系统名称", max_length=60)
    keeper = models.CharField("责任部门", max_length=60)
    roles = models.JSONField("可以授予的角色", default=list, blank=True)
    shows_mobile = models.BooleanField("可以读取完整手机号码", default=False)
    note = models.CharField("用途", max_length=200, blank=True)
    state = models.CharField("状态", max_length=3, choices=SourceState, default=SourceState.ON)
    made_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "来源系统"
        indexes = [models.Index(fields=["org_path"], name="scim_source_path")]
        constraints = [
            models.UniqueConstraint(fields=["union", "name"], name="scim_source_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def given_roles(self) -> list[str]:
        """The roles it may give, whatever else its list has come to hold."""
        return [code for code in BUSINESS if code in self.roles]


class TokenState(models.TextChoices):
    WAITING = "waiting", "待批准"
    ACTIVE = "active", "可用"
    REFUSED = "refused", "未批准"
    REVOKED = "revoked", "已作废"


class SourceToken(Scoped):
    """A bearer token of a source; only its digest is kept. hint: its first characters."""

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="tokens", verbose_name="来源系统"
    )
    digest = models.CharField("令牌摘要", max_length=64, unique=True, editable=False)
    hint = models.CharField("令牌开头", max_length=12)
    valid_to = models.DateField("有效期止")
    state = models.CharField("状态", max_length=7, choices=TokenState, default=TokenState.WAITING)
    issued_by_id = models.BigIntegerField("签发人编号", null=True, editable=False)
    issued_by = models.CharField("签发人", max_length=50)
    issued_at = models.DateTimeField("签发时间", auto_now_add=True)
    decided_by = models.CharField("批准人", max_length=50, blank=True)
    decided_at = models.DateTimeField("批准时间", null=True)
    answer = models.CharField("意见", max_length=200, blank=True)
    used_at = models.DateTimeField("最近使用", null=True)
    used_from = models.CharField("最近使用的地址", max_length=45, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "来源令牌"
        indexes = [
            models.Index(fields=["org_path"], name="scim_token_path"),
            models.Index(fields=["source", "-issued_at"], name="scim_token_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source.name}令牌 {self.hint}…"


class ExternalId(models.Model):
    """What a source calls a user."""

    source = models.ForeignKey(
        Source, on_delete=models.CASCADE, related_name="+", verbose_name="来源系统"
    )
    staff = models.ForeignKey(
        Staff, on_delete=models.CASCADE, related_name="+", verbose_name="用户"
    )
    value = models.CharField("来源编号", max_length=200, db_collation="C")

    class Meta:
        verbose_name = "来源编号"
        constraints = [
            models.UniqueConstraint(fields=["source", "value"], name="external_id_once"),
            models.UniqueConstraint(fields=["source", "staff"], name="external_id_of_staff"),
        ]


class TargetState(models.TextChoices):
    WAITING = "waiting", "待批准"
    ON = "on", "推送中"
    PAUSED = "paused", "已暂停"
    REFUSED = "refused", "未批准"
    CLOSED = "closed", "已停用"


class Target(Scoped):
    """A system that users and rights are pushed to over SCIM (推送目标).

    address: of the outside system, or a path below rules.pushing.SIMULATED on this installation.
    roles: only users who hold one of these in the subtree of `union`; empty: all users there.
    attributes: what is pushed beside name and state, of rules.pushing.ATTRIBUTES. rests_until:
    after no answer nothing is sent before this time; misses counts such times in a row.
    """

    name = models.CharField("系统名称", max_length=60)
    keeper = models.CharField("责任部门", max_length=60)
    address = models.CharField("接口地址", max_length=300)
    secret = SealedTextField("访问令牌", null=True, editable=False)
    roles = models.JSONField("推送哪些角色的用户", default=list, blank=True)
    attributes = models.JSONField("推送哪些内容", default=list, blank=True)
    note = models.CharField("用途", max_length=200, blank=True)
    state = models.CharField("状态", max_length=7, choices=TargetState, default=TargetState.WAITING)
    asked_by_id = models.BigIntegerField("登记人编号", null=True, editable=False)
    asked_by = models.CharField("登记人", max_length=50)
    decided_by = models.CharField("批准人", max_length=50, blank=True)
    decided_at = models.DateTimeField("批准时间", null=True)
    answer = models.CharField("意见", max_length=200, blank=True)
    rests_until = models.DateTimeField("暂缓至", null=True, editable=False)
    misses = models.PositiveIntegerField("连续没有应答", default=0, editable=False)
    reconciled_at = models.DateTimeField("最近核对", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "推送目标"
        indexes = [models.Index(fields=["org_path"], name="push_target_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["union", "name"], condition=~Q(state="closed"), name="push_target_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_simulated(self) -> bool:
        """Whether a simulator of this installation answers."""
        return self.address.startswith(SIMULATED)

    @property
    def base(self) -> str:
        """The address to call; a simulator's is a path of this installation, wherever it runs."""
        return f"{settings.SIMULATORS}{self.address}" if self.is_simulated else self.address


class ItemState(models.TextChoices):
    WAITING = "waiting", "待推送"
    DONE = "done", "已送达"
    REJECTED = "rejected", "对方拒绝"
    STOPPED = "stopped", "多次失败，已停止"


class PushItem(Scoped):
    """What one target shall know of one user: the newest state only, so events coalesce.

    wanted: grows with every event about the user; sent: the `wanted` that was current when the
    last delivery began. leased_until: a worker is delivering; when it dies the lease runs out
    and the item is delivered again. digest: of the document the target last confirmed.
    """

    audit_masked = ("name",)

    target = models.ForeignKey(
        Target, on_delete=models.CASCADE, related_name="items", verbose_name="推送目标"
    )
    staff = models.ForeignKey(
        Staff, on_delete=models.CASCADE, related_name="+", verbose_name="用户"
    )
    name = models.CharField("姓名", max_length=50)
    state = models.CharField("状态", max_length=8, choices=ItemState, default=ItemState.WAITING)
    remote_id = models.CharField("对方编号", max_length=200, blank=True)
    wanted = models.BigIntegerField("变更次数", default=1)
    sent = models.BigIntegerField("已推送到", default=0)
    attempts = models.PositiveIntegerField("连续失败次数", default=0)
    due_at = models.DateTimeField("下次推送时间")
    leased_until = models.DateTimeField("推送中至", null=True)
    digest = models.CharField("已确认内容摘要", max_length=64, blank=True)
    trouble = models.CharField("最近的问题", max_length=300, blank=True)
    delivered_at = models.DateTimeField("最近送达", null=True)
    changed_at = models.DateTimeField("最近变更")

    class Meta:
        verbose_name = "用户推送"
        indexes = [
            models.Index(fields=["org_path"], name="push_item_path"),
            models.Index(
                fields=["due_at", "id"], name="push_item_due", condition=Q(state="waiting")
            ),
            models.Index(fields=["staff"], name="push_item_staff"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["target", "staff"], name="push_item_once"),
            models.CheckConstraint(condition=Q(sent__lte=F("wanted")), name="push_item_order"),
        ]

    def __str__(self) -> str:
        return f"{self.target.name}：{self.name}"

    @property
    def audit_label(self) -> str:
        return f"{self.target.name}：用户 {self.staff_id}"


class Outcome(models.TextChoices):
    ACCEPTED = "accepted", "已接收"
    UNCHANGED = "unchanged", "对方已一致"
    REJECTED = "rejected", "拒绝"
    SILENT = "silent", "没有应答"
    FAILED = "failed", "没有送达"


class Verb(models.TextChoices):
    CREATE = "create", "新建"
    UPDATE = "update", "更新"
    DISABLE = "disable", "停用"
    CHECK = "check", "核对"


class Receipt(Scoped):
    """The answer to one delivery (推送回执); never changed."""

    audit_masked = ("name",)

    target = models.ForeignKey(
        Target, on_delete=models.CASCADE, related_name="receipts", verbose_name="推送目标"
    )
    item = models.ForeignKey(
        PushItem, on_delete=models.CASCADE, related_name="receipts", verbose_name="用户推送"
    )
    name = models.CharField("姓名", max_length=50)
    verb = models.CharField("推送内容", max_length=7, choices=Verb)
    outcome = models.CharField("结果", max_length=9, choices=Outcome)
    status = models.PositiveSmallIntegerField("应答代码", null=True)
    reason = models.CharField("原因", max_length=300, blank=True)
    attempt = models.PositiveIntegerField("第几次")
    sent = models.BigIntegerField("变更次数")
    took_ms = models.PositiveIntegerField("用时（毫秒）")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "推送回执"
        indexes = [
            models.Index(fields=["org_path", "-id"], name="receipt_path"),
            models.Index(fields=["target", "-id"], name="receipt_target"),
            models.Index(fields=["item", "-id"], name="receipt_item"),
        ]

    def __str__(self) -> str:
        return f"{self.target.name}：{self.name}"


class RunState(models.TextChoices):
    RUNNING = "running", "核对中"
    DONE = "done", "已完成"
    FAILED = "failed", "未完成"


class Reconciliation(Scoped):
    """One comparison of a target's users with ours (全量核对)."""

    target = models.ForeignKey(
        Target, on_delete=models.CASCADE, related_name="runs", verbose_name="推送目标"
    )
    state = models.CharField("状态", max_length=7, choices=RunState, default=RunState.RUNNING)
    asked_by = models.CharField("发起人", max_length=50)
    started_at = models.DateTimeField("开始时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    ours = models.PositiveIntegerField("本平台应有", default=0)
    theirs = models.PositiveIntegerField("对方现有", default=0)
    strangers = models.PositiveIntegerField("对方自有用户", default=0)
    found = models.PositiveIntegerField("差异", default=0)
    trouble = models.CharField("没有完成的原因", max_length=300, blank=True)
    repaired_at = models.DateTimeField("修复时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "推送核对"
        indexes = [
            models.Index(fields=["org_path", "-id"], name="push_run_path"),
            models.Index(fields=["target", "-id"], name="push_run_target"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["target"], condition=Q(state="running"), name="push_run_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target.name} {timezone.localtime(self.started_at):%Y-%m-%d %H:%M}"


class DifferenceKind(models.TextChoices):
    MISSING = "missing", "对方没有"
    DIFFERS = "differs", "内容不一致"
    EXTRA = "extra", "对方仍在用，本平台已不推送"


class Difference(models.Model):
    """One user in whom a target and we differ. parts: names of the attributes, no values."""

    run = models.ForeignKey(
        Reconciliation, on_delete=models.CASCADE, related_name="differences", verbose_name="核对"
    )
    staff = models.ForeignKey(
        Staff, null=True, on_delete=models.CASCADE, related_name="+", verbose_name="用户"
    )
    name = models.CharField("姓名", max_length=50, blank=True)
    remote_id = models.CharField("对方编号", max_length=200, blank=True)
    kind = models.CharField("差异", max_length=7, choices=DifferenceKind)
    parts = models.JSONField("不一致的内容", default=list)

    class Meta:
        verbose_name = "推送差异"
        indexes = [models.Index(fields=["run", "id"], name="push_difference_run")]

    def __str__(self) -> str:
        return self.get_kind_display()
