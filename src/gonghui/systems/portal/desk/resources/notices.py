"""Notices for the union that gives them: drafts, publishing, how far they have been read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import GRANTABLE, ROLES
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.systems.portal.desk import permissions
from gonghui.systems.portal.desk.actions import notices as actions
from gonghui.systems.portal.desk.models import Notice, NoticeState
from gonghui.systems.portal.desk.models.notices import Reach
from gonghui.systems.portal.desk.queries import notices as queries
from gonghui.systems.portal.desk.rules import notices as rules
from gonghui.systems.portal.desk.views.notices import drawn

TONES = {"draft": "wait", "published": "good", "withdrawn": "idle", "expired": "idle"}
USUAL_PERIOD = timedelta(days=30)


class SeveralFiles(forms.ClearableFileInput):
    """A field for files of which several may be chosen."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploaded files."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(item, initial) for item in given]


class NoticeForm(ActionForm):
    """What a notice says, to whom and how long."""

    title = forms.CharField(label="标题", max_length=80)
    body = forms.CharField(
        label="正文",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="空行分段；行首“- ”或“1. ”是列表；**文字** 加粗；"
        "[文字](/地址/) 链接到本平台的页面。其他内容按原样显示。",
    )
    reach = forms.ChoiceField(label="发布范围", choices=Reach.choices, initial=Reach.SUBTREE)
    roles = forms.MultipleChoiceField(
        label="阅读对象",
        required=False,
        choices=[(role.code, role.title) for role in GRANTABLE],
        widget=forms.CheckboxSelectMultiple,
        help_text="不选为范围内的全体干部。",
    )
    must_read = forms.BooleanField(label="要求确认已阅", required=False)
    starts_on = DayField(label="开始日期")
    ends_on = DayField(label="截止日期", help_text="过后自动下线，最长一年。")
    event_on = DayField(
        label="事项日期", required=False, help_text="会议、截止等日期，会出现在阅读对象的日程里。"
    )
    attachments = FilesField(
        label="附件",
        required=False,
        help_text="PDF、OFD、DOCX、XLSX 或图片，每个不超过 20 MB，最多 5 个。",
    )
    groups = [
        ("内容", ["union", "title", "body", "attachments"]),
        ("发给谁", ["reach", "roles", "must_read"]),
        ("公布多久", ["starts_on", "ends_on", "event_on"]),
    ]


class DraftForm(NoticeForm):
    """A new notice, with the union that gives it."""

    union = UnionField(label="发布工会", permission=permissions.DRAFT_NOTICE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["starts_on"].initial = today
        self.fields["ends_on"].initial = today + USUAL_PERIOD
        self.fields["union"].initial = self.actor.union_name


class EditForm(NoticeForm):
    """A draft's other wording."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            for name in self.fields:
                if name != "attachments":
                    self.fields[name].initial = getattr(self.record, name)
            self.fields["attachments"].help_text += "上传新附件会替换原有附件。"


class WithdrawForm(ActionForm):
    """Why a notice is taken back."""

    reason = forms.CharField(label="撤回理由", min_length=4, max_length=200)


def _in(verb: str) -> Callable[[Notice, Actor], bool]:
    return lambda notice, actor: notice.state in rules.ALLOWED[verb]


def _may_urge(notice: Notice, actor: Actor) -> bool:
    return notice.state == NoticeState.PUBLISHED and notice.must_read


def roles_of(notice: Notice) -> str:
    """Whom a notice is for, in words."""
    return "、".join(ROLES[code].title for code in notice.roles if code in ROLES) or "全体干部"


def period_of(notice: Notice) -> str:
    """From when to when it is shown."""
    return f"{notice.starts_on} 至 {notice.ends_on}"


def text(notice: Notice, actor: Actor) -> dict[str, Any]:
    """The text as readers see it, with its attachments."""
    return {"body": drawn(notice), "files": queries.attachments(notice)}


def reading(notice: Notice, actor: Actor) -> dict[str, Any] | None:
    """How far a published notice has been read."""
    if notice.state not in (NoticeState.PUBLISHED, NoticeState.EXPIRED):
        return None
    return {
        "spread": queries.spread(notice, timezone.localdate()),
        "notice": notice,
        "url": reverse("notice-unconfirmed", args=[notice.pk]),
    }


NOTICES = Resource(
    code="notices",
    title="公告",
    model=Notice,
    view=permissions.VIEW_NOTICES,
    columns=(
        Column("title", "标题", kind="title"),
        Column("union__name", "发布工会"),
        Column("state", "状态", kind="state", choices=NoticeState, tones=TONES),
        Column("must_read", "要求确认", kind="flag"),
        Column("pinned", "置顶", kind="flag"),
        Column("starts_on", "开始日期", kind="date"),
        Column("ends_on", "截止日期", kind="date"),
        Column("drafted_by", "拟稿人", shown=False),
        Column("published_by", "发布人", shown=False),
        Column("drafted_at", "拟稿时间", kind="datetime", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=NoticeState),
        Days("starts_on", "开始日期"),
        Under(),
    ),
    sorts=(
        Sort("drafted_at", "拟稿时间"),
        Sort("starts_on", "开始日期"),
        Sort("ends_on", "截止日期"),
    ),
    facts=(
        Facts(
            "公告",
            (
                ("发布工会", "union"),
                ("发布范围", "reach"),
                ("阅读对象", roles_of),
                ("要求确认已阅", "must_read"),
                ("置顶", "pinned"),
                ("公布期限", period_of),
                ("事项日期", "event_on"),
                ("拟稿人", "drafted_by"),
                ("发布人", "published_by"),
                ("发布时间", "published_at"),
                ("撤回理由", "ended_reason"),
            ),
        ),
    ),
    sections=(
        Section("正文", "desk/notice_text.html", text),
        Section("阅读情况", "desk/notice_reading.html", reading),
    ),
    creates=(
        Step(
            actions.draft,
            "draft",
            "拟写公告",
            DraftForm,
            help="保存后进入本工会审批人的待办，由审批人发布。",
            done="已保存为拟稿，等待审批人发布。",
        ),
    ),
    steps=(
        Step(
            actions.publish,
            "publish",
            "发布",
            shown=_in("publish"),
            tone="primary",
            help="发布后，范围内的阅读对象从开始日期起在工作台看到它。",
            done="已发布。",
        ),
        Step(
            actions.urge,
            "urge",
            "催阅",
            shown=_may_urge,
            tone="primary",
            help="给还没有确认的人各发一条消息，每天一次。",
            done="已给还没有确认的人发出消息。",
        ),
        Step(actions.edit, "edit", "修改", EditForm, shown=_in("edit"), done="已修改。"),
        Step(
            actions.pin,
            "pin",
            "置顶或取消置顶",
            shown=_in("pin"),
            done=lambda notice: "已置顶。" if notice.pinned else "已取消置顶。",
        ),
        Step(
            actions.withdraw,
            "withdraw",
            "撤回",
            WithdrawForm,
            shown=_in("withdraw"),
            tone="danger",
            help="撤回后谁也看不到它，理由留在记录里。",
            done="已撤回。",
        ),
    ),
    export=permissions.EXPORT_NOTICES,
    related=("union",),
    empty="还没有公告。经办人拟写，审批人发布，本工会和下级工会的干部会在工作台看到。",
)
