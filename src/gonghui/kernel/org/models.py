"""Unions (工会组织), every version of each by date, and the events that changed the tree."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonghui.kernel.org.scoping import ScopedManager


class UnionKind(models.TextChoices):
    """What a union is; the two-digit codes are provisional until the provincial table is had."""

    PROVINCE = "10", "省总工会"
    CITY = "20", "市总工会"
    COUNTY = "30", "县（市、区）总工会"
    INDUSTRY = "40", "产业（系统）工会"
    PROVINCE_DIRECT = "41", "省直机关工会"
    TOWN = "50", "乡镇（街道）总工会"
    FEDERATION = "60", "工会联合会"
    JOINT = "70", "联合基层工会"
    BASIC = "80", "单独基层工会"


GRASSROOTS = (UnionKind.BASIC, UnionKind.JOINT)
SUPERIOR = tuple(kind for kind in UnionKind if kind not in GRASSROOTS)


class UnionStatus(models.TextChoices):
    ACTIVE = "active", "正常"
    CLOSED = "closed", "已撤销"
    MERGED = "merged", "已合并"


class EventKind(models.TextChoices):
    FOUND = "found", "成立"
    RENAME = "rename", "更名"
    KIND = "kind", "变更类型"
    MOVE = "move", "变更上级"
    MERGE = "merge", "合并"
    SPLIT = "split", "分立"
    CLOSE = "close", "撤销"


class Union(models.Model):
    """A union as it is today; the past is in UnionVersion."""

    scope_path = "path"
    scope_anchors = {2: "city_id", 3: "county_id"}

    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类型", max_length=2, choices=UnionKind)
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="上级工会"
    )
    path = models.TextField("组织路径", db_collation="C", unique=True, editable=False)
    city_id = models.BigIntegerField("市级工会", null=True, editable=False)
    county_id = models.BigIntegerField("县级工会", null=True, editable=False)
    region = models.CharField("行政区划", max_length=12, blank=True)
    industry = models.CharField("行业", max_length=3, blank=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    status = models.CharField("状态", max_length=8, choices=UnionStatus, default=UnionStatus.ACTIVE)
    founded_on = models.DateField("成立日期")
    ended_on = models.DateField("撤并日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="承继工会"
    )
    version_from = models.DateField("现行版本起", editable=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = "工会组织"
        indexes = [
            models.Index(fields=["city_id", "kind", "status"], name="union_city"),
            models.Index(fields=["county_id", "status"], name="union_county"),
            models.Index(fields=["parent", "name"], name="union_parent"),
            models.Index(fields=["name"], name="union_name"),
            models.Index(fields=["uscc"], name="union_uscc", condition=~Q(uscc="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"],
                condition=Q(status="active") & ~Q(uscc=""),
                name="union_uscc_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def org_path(self) -> str:
        return self.path

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids from the root to the superior."""
        return [int(part) for part in self.path.rstrip(".").split(".")[:-1]]

    @property
    def is_grassroots(self) -> bool:
        return self.kind in GRASSROOTS

    @property
    def is_active(self) -> bool:
        return self.status == UnionStatus.ACTIVE


class OrgEvent(models.Model):
    """One change of the tree (组织变动), with the document it rests on."""

    follows_moves = True

    scope_path = "org_path"

    kind = models.CharField("变动", max_length=8, choices=EventKind)
    union = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="events", verbose_name="工会"
    )
    other = models.ForeignKey(
        Union, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="相关工会"
    )
    org_path = models.TextField("组织路径", db_collation="C")
    on = models.DateField("生效日期")
    document = models.CharField("依据文号", max_length=80, blank=True)
    note = models.TextField("说明", blank=True)
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = "组织变动"
        indexes = [models.Index(fields=["union", "on"], name="event_union")]

    def __str__(self) -> str:
        return f"{self.union.name}{self.get_kind_display()}"


class UnionVersion(models.Model):
    """What a union was from valid_from up to, not including, valid_to (empty: until now)."""

    scope_path = "path"
    scope_anchors = {2: "city_id", 3: "county_id"}

    union = models.ForeignKey(
        Union, on_delete=models.CASCADE, related_name="versions", verbose_name="工会"
    )
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类型", max_length=2, choices=UnionKind)
    parent_id = models.BigIntegerField("上级工会", null=True)
    path = models.TextField("组织路径", db_collation="C")
    city_id = models.BigIntegerField("市级工会", null=True)
    county_id = models.BigIntegerField("县级工会", null=True)
    industry = models.CharField("行业", max_length=3, blank=True)
    status = models.CharField("状态", max_length=8, choices=UnionStatus)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True)
    event = models.ForeignKey(
        OrgEvent, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="变动"
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = "工会历史版本"
        indexes = [
            models.Index(fields=["path", "valid_from"], name="version_path"),
            models.Index(fields=["union", "-valid_from"], name="version_union"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["union"], condition=Q(valid_to=None), name="version_open_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="version_period",
            ),
        ]
