"""Audiences, consent, blacklist."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.resource.declaration import (
    RESOURCES,
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
from gonghui.systems.media.short_messages import permissions
from gonghui.systems.media.short_messages.actions import people
from gonghui.systems.media.short_messages.models import Audience, BlackEntry, Consent
from gonghui.systems.media.short_messages.models.people import ConsentChannel
from gonghui.systems.media.short_messages.models.phones import indexes_of
from gonghui.systems.media.short_messages.queries import reach
from gonghui.systems.media.short_messages.resources.fields import ReasonForm
from gonghui.systems.media.short_messages.rules import categories

REFUSABLE = [
    ("", "全部可退订的短信"),
    *((code, item.title) for code, item in categories.CATEGORIES.items() if item.consent != "none"),
]
ANY = dict(REFUSABLE)


def by_number(rows: QuerySet, text: str, scope: Any) -> QuerySet:
    """By a whole number; parts of one are not searched."""
    try:
        return rows.filter(mobile_index__in=indexes_of(parse_mobile(text)))
    except Refusal:
        return rows.none()


def mobile_field() -> forms.CharField:
    return forms.CharField(
        label="手机号码",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "data-private": "1"}),
    )


class AudienceForm(ActionForm):
    union = UnionField(label="工会", permission=permissions.EDIT_AUDIENCES)
    name = forms.CharField(label="名称", max_length=60)
    resource = forms.ChoiceField(label="名单", help_text="您可以查看的人员名单。")
    query = forms.CharField(
        label="筛选条件",
        required=False,
        max_length=1000,
        help_text="在名单页选好筛选后，从“发送对象”页带过来；空着就是名单上的所有人。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["resource"]
        field.choices = [
            ("", "请选择"),
            *((found.code, found.title) for found in reach.people_lists(self.actor)),
        ]


class ConsentForm(ActionForm):
    union = UnionField(label="登记工会", permission=permissions.RECORD_CONSENT)
    mobile = mobile_field()
    given = forms.TypedChoiceField(
        label="意愿",
        choices=[("1", "同意接收"), ("0", "不再接收")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    category = forms.ChoiceField(label="类别", choices=REFUSABLE, required=False)
    channel = forms.ChoiceField(
        label="方式",
        choices=[(key, title) for key, title in ConsentChannel.choices if key != "sms"],
    )
    evidence = forms.CharField(
        label="依据", max_length=200, required=False, help_text="登记同意时必填。"
    )


class BlackForm(ActionForm):
    union = UnionField(label="登记工会", permission=permissions.EDIT_BLACKLIST)
    mobile = mobile_field()
    reason = forms.CharField(label="原因", max_length=200)
    until = DayField(label="截止", required=False, help_text="空着就是长期。")


def _list_title(audience: Audience) -> str:
    found = RESOURCES.get(audience.resource)
    return found.title if found else audience.resource


def _counts(audience: Audience, actor: Actor) -> dict[str, Any] | None:
    """The headcount by category, counted anew; nothing for whoever may not read the list."""
    try:
        resource = reach.list_named(audience.resource, actor)
    except Refusal:
        return {"lines": [], "title": _list_title(audience)}
    counts = reach.count_list_by(resource, audience.query, actor, categories.BULK)
    return {
        "title": resource.title,
        "lines": [(categories.CATEGORIES[code].title, found) for code, found in counts.items()],
        "list_url": f"/w/{resource.code}/?{audience.query}",
    }


def _live(record: Any, actor: Actor) -> bool:
    return record.ended_at is None


AUDIENCES = Resource(
    code="short-audiences",
    title="发送对象",
    unit="个",
    model=Audience,
    view=permissions.VIEW_AUDIENCES,
    columns=(
        Column("name", "名称", kind="title"),
        Column(
            "resource",
            "名单",
            paint=lambda code: RESOURCES[code].title if code in RESOURCES else code,
        ),
        Column("headcount", "人数", kind="number"),
        Column("reachable", "可发人数", kind="number"),
        Column("counted_at", "统计时间", kind="datetime"),
        Column("union__name", "工会"),
        Column("made_by", "建立人", shown=False),
        Column("ended_at", "停用时间", kind="datetime", shown=False),
    ),
    filters=(Under(),),
    sorts=(Sort("id", "登记先后"),),
    search=lambda rows, text, scope: rows.filter(name__contains=text),
    search_hint="名称",
    facts=(
        Facts(
            "发送对象",
            (
                ("名单", _list_title),
                ("筛选条件", lambda record: record.query or "名单上的所有人"),
                ("人数", lambda record: f"{record.headcount:,} 人"),
                ("可发人数", lambda record: f"{record.reachable:,} 人（工作通知）"),
                ("统计时间", "counted_at"),
                ("工会", "union"),
                ("建立人", "made_by"),
            ),
        ),
    ),
    sections=(Section("现在的人数", "short_messages/counts_part.html", _counts),),
    creates=(
        Step(
            people.keep_audience,
            "keep",
            "新建发送对象",
            AudienceForm,
            help="每次发送都按这些条件重新取人，只取编写人有权查看的。",
            done="已保存并统计人数。",
        ),
    ),
    steps=(
        Step(people.count_audience, "count", "重新统计", shown=_live, done="已重新统计。"),
        Step(people.end_audience, "end", "停用", shown=_live, tone="danger", done="已停用。"),
    ),
    related=("union",),
    empty="还没有发送对象。从会员、申请人等名单按条件建立。",
)

CONSENTS = Resource(
    code="short-consents",
    title="同意台账",
    unit="条",
    model=Consent,
    view=permissions.VIEW_CONSENTS,
    columns=(
        Column("mobile_mask", "手机号码", kind="title"),
        Column("given", "意愿", paint=lambda value: "同意" if value else "退订"),
        Column("category", "类别", paint=lambda value: ANY.get(value, value)),
        Column("channel", "方式", choices=ConsentChannel),
        Column("evidence", "依据"),
        Column("at", "时间", kind="datetime"),
        Column("by", "登记人"),
        Column("union__name", "登记工会", shown=False),
    ),
    filters=(Choice("channel", "方式", choices=ConsentChannel), Days("at", "登记"), Under()),
    sorts=(Sort("id", "先后"),),
    search=by_number,
    search_hint="完整的手机号码",
    facts=(
        Facts(
            "记录",
            (
                ("手机号码", "mobile_mask"),
                ("意愿", lambda record: "同意接收" if record.given else "不再接收"),
                ("类别", lambda record: ANY.get(record.category, record.category)),
                ("方式", "channel"),
                ("依据", "evidence"),
                ("时间", "at"),
                ("登记人", "by"),
            ),
        ),
    ),
    creates=(
        Step(
            people.record_consent,
            "record",
            "登记意愿",
            ConsentForm,
            help="只追加，不修改；以最后一条为准。短信回复 TD、T、退订的自动登记。",
            done="已登记，立即生效。",
        ),
    ),
    export=permissions.EXPORT,
    related=("union",),
    empty="还没有记录。职工回复退订或同意后，在这里留存。",
)

BLACKLIST = Resource(
    code="short-blacklist",
    title="短信黑名单",
    unit="个",
    model=BlackEntry,
    view=permissions.VIEW_BLACKLIST,
    columns=(
        Column("mobile_mask", "手机号码", kind="title"),
        Column("reason", "原因"),
        Column("until", "截止", kind="date"),
        Column("added_by", "登记人"),
        Column("added_at", "登记时间", kind="datetime"),
        Column("lifted_at", "移出时间", kind="datetime"),
        Column("union__name", "登记工会", shown=False),
    ),
    filters=(Days("added_at", "登记"), Under()),
    sorts=(Sort("added_at", "登记时间"),),
    search=by_number,
    search_hint="完整的手机号码",
    facts=(
        Facts(
            "黑名单",
            (
                ("手机号码", "mobile_mask"),
                ("原因", "reason"),
                ("截止", "until"),
                ("登记人", "added_by"),
                ("登记时间", "added_at"),
                ("移出时间", "lifted_at"),
                ("移出人", lambda record: record.lifted_by or "—"),
            ),
        ),
    ),
    creates=(
        Step(
            people.add_black,
            "add",
            "加入黑名单",
            BlackForm,
            help="除本人索取的验证码和紧急通知外，不再向它发送。",
            done="已加入，立即生效。",
        ),
    ),
    steps=(
        Step(
            people.lift_black,
            "lift",
            "移出",
            ReasonForm,
            shown=lambda record, actor: record.lifted_at is None,
            done="已移出。",
        ),
    ),
    related=("union",),
    empty="黑名单是空的。",
)
