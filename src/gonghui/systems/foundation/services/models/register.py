"""Registered systems, sites and interfaces of the province (系统登记), and what they depend on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.foundation.services.rules import life


class Kind(models.TextChoices):
    SYSTEM = "system", "应用系统"
    SITE = "site", "网站"
    INTERFACE = "interface", "接口"


class Stage(models.TextChoices):
    PLANNED = life.PLANNED, "规划"
    BUILDING = life.BUILDING, "在建"
    TRIAL = life.TRIAL, "试运行"
    RUNNING = life.RUNNING, "运行"
    SUSPENDED = life.SUSPENDED, "停用"
    RETIRED = life.RETIRED, "退役"


class Review(models.TextChoices):
    PENDING = "pending", "待审核"
    APPROVED = "approved", "已登记"
    RETURNED = "returned", "已退回"


class Standing(models.TextChoices):
    CURRENT = life.CURRENT, "已确认"
    DUE = life.DUE, "待确认"
    OVERDUE = life.OVERDUE, "逾期未确认"
    UNVERIFIED = life.UNVERIFIED, "待核实"


class Grade(models.TextChoices):
    NONE = "0", "未定级"
    ONE = "1", "第一级"
    TWO = "2", "第二级"
    THREE = "3", "第三级"
    FOUR = "4", "第四级"


class Reach(models.TextChoices):
    UNKNOWN = "", "没有检查"
    YES = "yes", "可达"
    NO = "no", "不可达"


class Means(models.TextChoices):
    INTERFACE = "interface", "接口调用"
    EVENT = "event", "业务消息"
    FILE = "file", "文件交换"
    DATABASE = "database", "数据库"
    SIGN_ON = "sign_on", "单点登录"
    OTHER = "other", "其他"


class Service(Scoped):
    """A system, site or interface of a union that is not one of the platform's own.

    contract_no, grade and filing_no are for the system administrators of the range only.
    dependants is kept so that a list can show it; Dependency is the truth.
    """

    name = models.CharField("名称", max_length=80)
    kind = models.CharField("类别", max_length=9, choices=Kind, default=Kind.SYSTEM)
    purpose = models.CharField("用途", max_length=300)
    department = models.CharField("责任部门", max_length=60)
    post = models.CharField("联系岗位", max_length=40)
    phone = models.CharField("办公电话", max_length=40, blank=True)
    stage = models.CharField("生命周期", max_length=9, choices=Stage, default=Stage.RUNNING)
    address = models.CharField("访问地址", max_length=300, blank=True)
    protocol = models.CharField("接口协议", max_length=60, blank=True)
    part_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
        verbose_name="所属系统",
    )
    edition = models.CharField("版本", max_length=30, blank=True)
    supplier = models.CharField("建设单位", max_length=80, blank=True)
    live_on = models.DateField("上线日期", null=True, blank=True)
    retired_on = models.DateField("退役日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="predecessors",
        verbose_name="接替系统",
    )
    contract_no = models.CharField("合同编号", max_length=60, blank=True)
    grade = models.CharField("等级保护级别", max_length=1, choices=Grade, default=Grade.NONE)
    filing_no = models.CharField("等级保护备案编号", max_length=60, blank=True)
    review = models.CharField("登记状态", max_length=8, choices=Review, default=Review.PENDING)
    review_reason = models.CharField("退回理由", max_length=300, blank=True)
    registered_by_id = models.BigIntegerField("登记人", null=True)
    registered_at = models.DateTimeField("登记时间")
    confirmed_on = models.DateField("确认日期", null=True)
    due_on = models.DateField("下次确认期限", null=True)
    standing = models.CharField(
        "确认状态", max_length=10, choices=Standing, default=Standing.CURRENT
    )
    reach = models.CharField("可达", max_length=3, choices=Reach, blank=True)
    reach_note = models.CharField("检查结果", max_length=200, blank=True)
    reached_at = models.DateTimeField("检查时间", null=True)
    version = models.PositiveIntegerField("修订号", default=1)

    class Meta:
        verbose_name = "系统登记"
        indexes = [
            models.Index(fields=["org_path"], name="service_path"),
            models.Index(fields=["name"], name="service_name"),
            models.Index(fields=["due_on"], name="service_due", condition=Q(review="approved")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.stage != life.RETIRED


class Dependency(models.Model):
    """A registered system needs another: registered too, one of ours, or named in words."""

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="needs", verbose_name="系统"
    )
    target = models.ForeignKey(
        Service,
        null=True,
        on_delete=models.PROTECT,
        related_name="needed_by",
        verbose_name="依赖的登记系统",
    )
    system = models.CharField("依赖的平台系统", max_length=12, blank=True)
    means = models.CharField("方式", max_length=9, choices=Means, default=Means.INTERFACE)
    note = models.CharField("说明", max_length=120, blank=True)

    class Meta:
        verbose_name = "系统依赖"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "target", "system"],
                name="dependency_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(target=None, system__gt="") | Q(target__isnull=False, system=""),
                name="dependency_one_target",
            ),
        ]
