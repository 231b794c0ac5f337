"""Reads: values at a union and where they come from, history, who reads what, nodes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Forbidden, Missing
from gonghui.kernel.config.declaring import Level, Setting, every
from gonghui.kernel.config.memory import UNSET, Key, ids_of, nearest, stored_values
from gonghui.kernel.config.models import Node, Revision
from gonghui.kernel.org.models import GRASSROOTS, Union, UnionStatus
from gonghui.systems.foundation.config import rules
from gonghui.systems.foundation.config.models import Applied, Change
from gonghui.systems.foundation.config.permissions import APPROVE_SETTINGS, VIEW_SETTINGS

ABOVE = "the names of superior unions say where an inherited value comes from"
SECOND = "who could be the second administrator is looked up above the union"
INHERITS = "未单独设置"
LONGEST_ID = 19
"""Digits an id may have: more do not fit a bigint."""
QUOTA_COUNT = Setting(
    "configuration.own_values",
    "自设配置项数量配额",
    int,
    200,
    "一个工会自己设置的配置项最多有多少项。调低后，已有的不受影响，不能再新增。",
    unit="项",
    levels=(Level.PLATFORM, Level.CITY),
    minimum=0,
    maximum=5_000,
)
QUOTA_SIZE = Setting(
    "configuration.own_size",
    "自设取值长度配额",
    int,
    50_000,
    "一个工会自己设置的全部取值合计最多多少个字。",
    unit="字",
    levels=(Level.PLATFORM, Level.CITY),
    minimum=0,
    maximum=1_000_000,
)
STALE_SECONDS = Setting(
    "configuration.stale_seconds",
    "节点失联判定时间",
    int,
    30,
    "节点超过这么久没有报到，节点页标为失联。节点每 10 秒报到一次。",
    unit="秒",
    minimum=15,
    maximum=3_600,
)


def declared(code: str) -> Setting:
    """A declared setting; Missing otherwise."""
    setting = every().get(code)
    if setting is None:
        raise Missing("没有这个配置项。", remedy="它可能已随系统升级取消，请从配置列表进入。")
    return setting


def level_of(union: Union) -> Level:
    """At which level a union sets values."""
    if union.parent_id is None:
        return Level.PLATFORM
    if union.kind in GRASSROOTS:
        return Level.UNION
    depth = len(ids_of(union.path))
    return {2: Level.CITY, 3: Level.COUNTY}.get(depth, Level.UNION)


def key_of(union: Union) -> int | None:
    """Under which union a value is stored; None: for the whole platform."""
    return None if union.parent_id is None else union.pk


def place(actor: Actor, text: str, permission: Permission = VIEW_SETTINGS) -> Union:
    """The union asked for by id, or the topmost of the actor's own; Forbidden outside of them."""
    actor.require(permission)
    rows = Union.objects.within(actor.scope(permission)).filter(status=UnionStatus.ACTIVE)
    if text:
        known = text.isdecimal() and len(text) < LONGEST_ID
        rows = rows.filter(pk=int(text)) if known else rows.none()
    union = rows.order_by("path").first()
    if union is None:
        raise Forbidden(
            "没有查看该工会配置的权限，或者它不存在。",
            remedy="配置由本工会及上级工会的系统管理员、安全管理员管理。",
            code="forbidden",
        )
    return union


def superiors(union: Union) -> list[Union]:
    """The unions of its path, the root first and itself last."""
    rows = Union.objects.unscoped(ABOVE).filter(pk__in=ids_of(union.path))
    return sorted(rows, key=lambda item: len(item.path))


def subordinates(union: Union, actor: Actor) -> list[Union]:
    """The unions directly below, those that have subordinates themselves first."""
    rows = Union.objects.within(actor.scope(VIEW_SETTINGS))
    found = rows.filter(parent=union, status=UnionStatus.ACTIVE).order_by("name")[:300]
    return sorted(found, key=lambda item: item.is_grassroots)


@dataclass(frozen=True)
class InForce:
    """A setting at a union: what holds there and where it comes from.

    source: the union whose value it is, None for the declared default. own: it is the union's own.
    """

    setting: Setting
    stored: Any
    source: Union | None
    own: bool

    @property
    def words(self) -> str:
        return self.setting.words(self.stored)

    @property
    def origin(self) -> str:
        if self.source is None:
            return "默认"
        if self.own:
            return "本级设置"
        return "来自全省" if self.source.parent_id is None else f"来自{self.source.name}"


def in_force(union: Union, values: Mapping[Key, Any] | None = None) -> list[InForce]:
    """Every setting at a union, by group and title; of the values stored now unless given."""
    stored = stored_values() if values is None else values
    above = superiors(union)
    settings = sorted(every().values(), key=lambda item: (group_of(item), item.title))
    return [resolved(setting, above, stored) for setting in settings]


def resolved(setting: Setting, above: list[Union], values: Mapping[Key, Any]) -> InForce:
    """One setting along the unions of a path, the root first."""
    where, stored = nearest(values, setting.code, [union.pk for union in above])
    if stored is UNSET:
        return InForce(setting, setting.encode(setting.default), None, False)
    source = above[0] if where is None else next(item for item in above if item.pk == where)
    return InForce(setting, stored, source, source == above[-1])


def group_of(setting: Setting) -> str:
    """The part of the platform a setting belongs to, in Chinese."""
    config = apps.get_containing_app_config(setting.module)
    return str(config.verbose_name) if config else "平台"


def matching(found: Iterable[InForce], text: str) -> list[InForce]:
    """Those whose title, code, help, group or value holds the text."""
    wanted = text.strip().lower()
    return [
        item
        for item in found
        if wanted
        in "\n".join(
            (
                item.setting.title,
                item.setting.code,
                item.setting.help,
                group_of(item.setting),
                item.words,
            )
        ).lower()
    ]


def words_of(setting: Setting, stored: Any) -> str:
    """What stands at exactly one union, in words."""
    return INHERITS if stored is UNSET else setting.words(stored)


def overrides(setting: Setting, actor: Actor, limit: int = 100) -> list[tuple[Union, str]]:
    """The unions the actor may see that have a value of their own, with its words."""
    held = {
        union_id: stored
        for (code, union_id), stored in stored_values().items()
        if code == setting.code and union_id is not None
    }
    unions = Union.objects.within(actor.scope(VIEW_SETTINGS)).filter(pk__in=held)
    return [(union, setting.words(held[union.pk])) for union in unions.order_by("path")[:limit]]


def history(setting: Setting, union: Union) -> QuerySet[Applied]:
    """What came into force at exactly that union, the latest first."""
    rows = Applied.objects.filter(setting=setting.code, union=union)
    return rows.select_related("change").order_by("-id")


def last_applied(code: str, union: Union) -> Applied | None:
    """The latest that came into force there."""
    return Applied.objects.filter(setting=code, union=union).order_by("-id").first()


def last_changes(union: Union) -> dict[str, Applied]:
    """For each setting the latest that came into force at the union or above it."""
    rows = Applied.objects.filter(union_id__in=ids_of(union.path)).order_by("setting", "-id")
    return {row.setting: row for row in rows.distinct("setting")}


def values_at(union: Union, moment: datetime) -> dict[Key, Any]:
    """What stood along the union's path at a moment, out of the history."""
    rows = Applied.objects.filter(union_id__in=ids_of(union.path), at__lte=moment)
    found = rows.order_by("setting", "union_id", "-id").distinct("setting", "union_id")
    root = ids_of(union.path)[0]
    return {
        (row.setting, None if row.union_id == root else row.union_id): row.stored_after
        for row in found
        if row.has_own
    }


def own_values(union: Union) -> dict[str, Any]:
    """The values that stand at exactly that union, by code."""
    return {
        code: stored
        for (code, union_id), stored in stored_values().items()
        if union_id == key_of(union)
    }


def quota_of(union: Union) -> rules.Quota:
    return rules.Quota(QUOTA_COUNT.value(union.path), QUOTA_SIZE.value(union.path))


def second_administrator_at(union: Union, proposer: int | None, today: Any) -> int | None:
    """The nearest union, from this one up, where somebody else could approve; None: nowhere."""
    ids = ids_of(union.path)
    rows = Grant.objects.unscoped(SECOND).filter(
        union_id__in=ids,
        role__in=[role.code for role in APPROVE_SETTINGS.roles],
        ended_at=None,
        valid_from__lte=today,
        user__is_active=True,
    )
    rows = rows.exclude(valid_to__lt=today).exclude(user_id=proposer)
    held = set(rows.values_list("union_id", flat=True))
    return next((union_id for union_id in reversed(ids) if union_id in held), None)


def open_change(code: str, union: Union) -> Change | None:
    """The change under way for a setting at a union, or one that tries itself out there."""
    rows = Change.objects.unscoped("whatever is under way stands in the way").filter(
        setting=code, state__in=rules.OPEN
    )
    own = rows.filter(union=union).first()
    return own or rows.filter(gray__contains=[union.pk]).first()


def waiting(actor: Actor) -> int:
    """How many changes wait for a second administrator within the actor's scope."""
    rows = Change.objects.within(actor.scope(VIEW_SETTINGS))
    return rows.filter(state=rules.WAITING).count()


@dataclass(frozen=True)
class Reading:
    """Who reads a setting. holders: modules whose source names it; seen: modules that asked for
    it while running, with the processes in which they did."""

    holders: list[str]
    seen: dict[str, list[str]]


def reading(setting: Setting) -> Reading:
    """Who reads a setting, from the source loaded and from what the nodes reported."""
    holders = sorted(
        name
        for name, module in list(sys.modules.items())
        if name.startswith("gonghui.")
        and ".tests" not in name
        and not name.startswith("gonghui.site.demo")
        and any(held is setting for held in list(vars(module).values()))
    )
    seen: dict[str, list[str]] = {}
    for node in Node.objects.order_by("name"):
        for module in node.reads.get(setting.code, ()):
            seen.setdefault(module, []).append(node.name)
    return Reading(holders, seen)


@dataclass(frozen=True)
class Standing:
    """A node: stale (silent), behind (an older revision), apart (started with other parameters)."""

    node: Node
    stale: bool
    behind: int
    apart: list[str]


def nodes(now: datetime | None = None) -> list[Standing]:
    """Every process that reported within a day, silent ones marked."""
    now = now or timezone.now()
    limit = now - timedelta(seconds=STALE_SECONDS.value())
    newest = revision()
    rows = list(Node.objects.order_by("process", "host", "pid"))
    living = [node for node in rows if node.seen_at >= limit]
    found = []
    for node in rows:
        usual = [other.deployment for other in living if other.process == node.process]
        apart = sorted(
            name
            for name in {key for facts in usual for key in facts} | set(node.deployment)
            if any(facts.get(name) != node.deployment.get(name) for facts in usual)
        )
        found.append(Standing(node, node.seen_at < limit, max(newest - node.number, 0), apart))
    return found


def revision() -> int:
    """The number of the latest revision."""
    return Revision.objects.values_list("number", flat=True).first() or 0
