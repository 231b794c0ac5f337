"""The parts of the home page, each with the reason why it shows what it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import ADMINISTRATORS, APPROVER, HANDLER, ROLES
from gonghui.kernel.notify.kinds import title_of
from gonghui.kernel.notify.messages import inbox
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.resource.declaration import RESOURCES
from gonghui.kernel.resource.models import Draft
from gonghui.kernel.resource.pages import url
from gonghui.kernel.ui.shell import Shell, roles_of
from gonghui.systems.portal.desk.models import Desk
from gonghui.systems.portal.desk.queries.following import followed
from gonghui.systems.portal.desk.queries.habits import Frequent, frequent
from gonghui.systems.portal.desk.queries.notices import current
from gonghui.systems.portal.desk.queries.todos import Counted, Waiting, first_due, system_name
from gonghui.systems.portal.desk.rules import due as due_rules
from gonghui.systems.portal.desk.rules.layout import Layout, Placed, read

SHOWN = 7
"""Lines of a list on the home page."""
FUNCTIONS_SHOWN = 12


@dataclass
class Home:
    """What the parts of one home page share."""

    request: HttpRequest
    actor: Actor
    desk: Desk
    counted: Counted
    now: datetime
    shell: Shell


@dataclass(frozen=True)
class Widget:
    """A part of the home page.

    build: gives the template's context. why: told to the person. live: the topic that makes it
    fetch itself again. lazy: fetched after the page, for what asks every system.
    """

    code: str
    title: str
    icon: str
    width: int
    why: str
    build: Callable[[Home], dict[str, Any]]
    live: str = ""
    lazy: bool = False

    @property
    def template(self) -> str:
        return f"desk/widgets/{self.code}.html"

    @property
    def url(self) -> str:
        return reverse("desk-widget", args=[self.code])


@dataclass(frozen=True)
class Line:
    """A to-do as the desk shows it."""

    id: int
    title: str
    url: str
    kind: str
    kind_code: str
    system: str
    place: str
    due: due_rules.Due


def line(todo: Todo | Waiting, places: dict[int, str], now: datetime) -> Line:
    """A to-do in words."""
    return Line(
        todo.pk,
        todo.title,
        todo.link,
        title_of(todo.kind),
        todo.kind,
        system_name(todo.target_type.split(".")[0]),
        places.get(todo.union_id or 0, ""),
        due_rules.due(timezone.localtime(todo.due_at) if todo.due_at else None, now),
    )


def places_of(actor: Actor) -> dict[int, str]:
    """Names of the unions of one's posts, said beside a to-do where there are several."""
    names = {grant.union_id: grant.union_name for grant in actor.grants}
    return names if len(names) > 1 else {}


def _todos(home: Home) -> dict[str, Any]:
    rows = first_due(home.actor, home.now, SHOWN)
    names = places_of(home.actor)
    return {
        "lines": [line(todo, names, home.now) for todo in rows],
        "systems": home.counted.by_system[:6],
        "total": home.counted.total,
    }


def _functions(home: Home) -> dict[str, Any]:
    today = timezone.localdate()
    found: Frequent = frequent(home.actor, today, FUNCTIONS_SHOWN, personal=home.desk.personal)
    return {"functions": found.functions, "own": found.own, "personal": home.desk.personal}


def _notices(home: Home) -> dict[str, Any]:
    return {"notices": current(home.actor, timezone.localdate(), most=SHOWN)}


def _follows(home: Home) -> dict[str, Any]:
    found = followed(home.actor)
    return {"follows": found[:SHOWN], "changed": sum(1 for item in found if item.fresh)}


@dataclass(frozen=True)
class Unfinished:
    """A form somebody began: what it is for, and where to go on."""

    title: str
    note: str
    url: str
    at: datetime


def unfinished(key: str, at: datetime) -> Unfinished | None:
    """A kept draft in words; None for one whose form is no more."""
    code, _, rest = key.partition("/")
    slug, _, target = rest.partition("/")
    resource = RESOURCES.get(code)
    if resource is None:
        return None
    step = next((s for s in (*resource.steps, *resource.creates) if s.slug == slug), None)
    if step is None or not (target == "new" or target.isdecimal()):
        return None
    if target == "new":
        address = url(resource, "create", slug)
    else:
        address = url(resource, "step", int(target), slug)
    return Unfinished(step.title, resource.title, address, at)


def _drafts(home: Home) -> dict[str, Any]:
    rows = Draft.objects.filter(user_id=home.actor.user_id).order_by("-saved_at")
    found = (unfinished(*row) for row in rows.values_list("key", "saved_at")[: 2 * SHOWN])
    return {"drafts": [item for item in found if item is not None][:SHOWN]}


def _messages(home: Home) -> dict[str, Any]:
    rows = inbox(home.actor.user_id or 0, home.actor.person_id, limit=SHOWN)
    return {"inbox": list(rows.values("title", "link", "created", "read_at"))}


def _external(home: Home) -> dict[str, Any]:
    return {"external": home.shell.external}


def _posts(home: Home) -> dict[str, Any]:
    return {
        "grants": [
            {
                "union": grant.union_name,
                "role": ROLES[grant.role].title,
                "until": grant.until,
                "active": grant.union_id == home.actor.union_id,
            }
            for grant in home.actor.grants
        ]
    }


def _nothing(home: Home) -> dict[str, Any]:
    return {}


WIDGETS = {
    widget.code: widget
    for widget in (
        Widget(
            "todos",
            "待办",
            "list-check",
            2,
            "各系统交给您本人，或交给您岗位所在工会、由您的角色办理的事项，逾期和快到期的在前。"
            "不使用您的使用习惯。",
            _todos,
            live="todos",
        ),
        Widget(
            "functions",
            "常用功能",
            "apps",
            1,
            "按您近 90 天打开各功能的次数排列，越近的越靠前；只计打开了哪个功能，"
            "不记录看了谁、搜了什么，也不给别人看。还没有习惯时，先列同角色至少 5 人都常用的，"
            "再按菜单顺序。关闭“按使用习惯推荐”后，只按菜单顺序，已有计数一并删除。",
            _functions,
        ),
        Widget(
            "notices",
            "公告",
            "speakerphone",
            1,
            "您岗位所在工会及其上级工会发布、阅读对象包含您的角色、仍在期限内的公告。"
            "要求确认已阅的在前，其次是置顶的和新发布的。不使用您的使用习惯。",
            _notices,
        ),
        Widget(
            "calendar",
            "日程",
            "calendar-event",
            2,
            "本周的待办期限、届满日期、公告事项和您自己的日程；休息日和调休按国务院办公厅通知。"
            "自己的日程只有您看得到。",
            _nothing,
            live="todos",
            lazy=True,
        ),
        Widget(
            "follows",
            "我的关注",
            "star",
            1,
            "您在记录页点过星标的记录，有新变化的在前；变化来自操作日志。"
            "别人看不到您关注了什么，失去查看权限的记录不再列出。",
            _follows,
        ),
        Widget(
            "messages",
            "消息",
            "message",
            1,
            "发给您本人的消息，新的在前。不使用您的使用习惯。",
            _messages,
            live="messages",
        ),
        Widget(
            "drafts",
            "我的草稿",
            "edit",
            1,
            "您填过还没有提交的表单，最近保存的在前。内容加密保存，只有您能打开。",
            _drafts,
        ),
        Widget(
            "places",
            "最近去过",
            "history",
            1,
            "您在这台设备上最近打开的页面。名单只存在这台设备的浏览器里，不上传，退出登录时清除。",
            _nothing,
        ),
        Widget(
            "external",
            "外部系统",
            "external-link",
            1,
            "已接入统一登录、您的岗位可以使用的外部系统，点开不需要再次登录。",
            _external,
        ),
        Widget(
            "posts",
            "我的岗位与权限",
            "id-badge-2",
            1,
            "您现在拥有的角色、所在工会和期限，来自授权记录。",
            _posts,
        ),
    )
}

_CADRE = ("todos", "functions", "calendar", "notices", "follows", "messages", "drafts")
_READER = ("functions", "notices", "todos", "calendar", "follows", "messages")
_ADMINISTRATOR = ("todos", "functions", "calendar", "messages", "posts", "places")


def default_layout(actor: Actor) -> Layout:
    """The arrangement of who never changed it, by the roles held."""
    roles = roles_of(actor)
    if roles & {HANDLER.code, APPROVER.code}:
        codes = _CADRE
    elif roles & {role.code for role in ADMINISTRATORS}:
        codes = _ADMINISTRATOR
    else:
        codes = _READER
    return tuple(Placed(code, WIDGETS[code].width) for code in codes)


def layout_of(desk: Desk, actor: Actor) -> Layout:
    """The person's own arrangement, or the one of the role."""
    return read(desk.layout, WIDGETS) or default_layout(actor)
