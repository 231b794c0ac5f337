"""Routes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
)
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.systems.media.short_messages import permissions
from gonghui.systems.media.short_messages.actions import routes
from gonghui.systems.media.short_messages.models import Route
from gonghui.systems.media.short_messages.models.routes import Health, Protocol
from gonghui.systems.media.short_messages.queries.tuning import PARTIES
from gonghui.systems.media.short_messages.resources.fields import ReasonForm, yuan_field
from gonghui.systems.media.short_messages.rules import billing, carriers, payloads

CARRIERS = [(code, title) for code, title in carriers.CHOICES if code != carriers.UNKNOWN]
SECRET = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class PaceForm(ActionForm):
    price = yuan_field("单价（元）")
    rank = forms.IntegerField(
        label="次序", min_value=0, max_value=99, initial=5, help_text="小的先用，相同时用便宜的。"
    )
    rate = forms.IntegerField(label="每秒上限", min_value=1, max_value=5000, initial=200)
    window = forms.IntegerField(
        label="窗口", min_value=1, max_value=1000, initial=32, help_text="没有应答前最多提交几条。"
    )
    carriers = forms.MultipleChoiceField(
        label="可发运营商", choices=CARRIERS, widget=forms.CheckboxSelectMultiple
    )
    address = forms.CharField(
        label="地址",
        max_length=120,
        required=False,
        help_text="主机名:端口；多媒体网关写网址。空着用配置项里的地址。",
    )
    secret = forms.CharField(
        label="口令", max_length=64, required=False, widget=SECRET, help_text="加密保存，不再显示。"
    )


class RouteForm(PaceForm):
    field_order = ["union", "code", "name", "protocol", "number", "account", "secret"]
    union = UnionField(label="所属工会", permission=permissions.EDIT_ROUTES)
    code = forms.CharField(label="代号", max_length=20, help_text="小写字母、数字和短横。")
    name = forms.CharField(label="通道名称", max_length=60)
    protocol = forms.ChoiceField(label="协议", choices=Protocol.choices)
    number = forms.CharField(label="接入号", max_length=20)
    account = forms.CharField(label="账号", max_length=21, required=False)
    service = forms.CharField(label="业务代码", max_length=10, required=False)
    payloads = forms.MultipleChoiceField(
        label="可发形式",
        choices=payloads.CHOICES,
        initial=[payloads.SMS],
        widget=forms.CheckboxSelectMultiple,
    )
    encrypted = forms.BooleanField(label="加密连接", required=False)


class TuneForm(PaceForm):
    reason = forms.CharField(label="原因", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and self.record is not None:
            now = {
                name: getattr(self.record, name)
                for name in ("rank", "rate", "window", "carriers", "address")
            }
            now["price"] = Decimal(self.record.price) / 1000
            self.initial = {**now, **(self.initial or {})}


def _list_of(codes: list[str], titles: Any) -> str:
    return "、".join(str(titles.get(code, code)) for code in codes)


PAYLOAD_TITLES = dict(payloads.CHOICES)


def _party(route: Route) -> str:
    return "模拟" if PARTIES[route.protocol].is_simulated() and not route.address else "真实通道"


def _moment(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S") if value else "—"


def _use(route: Route, actor: Actor) -> dict[str, Any] | None:
    return {"simulated": _party(route) == "模拟", "protocol": route.protocol}


ROUTES = Resource(
    code="short-routes",
    title="短信通道",
    unit="条",
    model=Route,
    view=permissions.VIEW_ROUTES,
    columns=(
        Column("name", "通道名称", kind="title"),
        Column(
            "health",
            "状况",
            kind="state",
            choices=Health,
            tones={"linked": "good", "down": "idle", "resting": "stop"},
        ),
        Column("protocol", "协议", choices=Protocol),
        Column("carriers", "可发运营商", paint=lambda value: _list_of(value, carriers.TITLES)),
        Column("rank", "次序", kind="number"),
        Column("price", "单价", paint=billing.in_words),
        Column("enabled", "启用", kind="flag"),
        Column("seen_at", "最近应答", kind="datetime"),
        Column("fault", "最近故障"),
    ),
    filters=(Choice("health", "状况", choices=Health),),
    sorts=(Sort("rank", "次序", descending=False),),
    facts=(
        Facts(
            "连接",
            (
                ("协议", "protocol"),
                ("对方", _party),
                ("地址", lambda record: record.address or "用配置项里的地址"),
                ("加密连接", "encrypted"),
                ("账号", lambda record: record.account or "—"),
                ("接入号", "number"),
            ),
        ),
        Facts(
            "使用",
            (
                ("可发运营商", lambda record: _list_of(record.carriers, carriers.TITLES)),
                ("可发形式", lambda record: _list_of(record.payloads, PAYLOAD_TITLES)),
                ("次序", "rank"),
                ("单价", lambda record: billing.in_words(record.price)),
                ("每秒上限", "rate"),
                ("窗口", "window"),
                ("启用", "enabled"),
            ),
        ),
        Facts(
            "状况",
            (
                ("连接时间", lambda record: _moment(record.linked_at)),
                ("最近应答", lambda record: _moment(record.seen_at)),
                ("连续失败", "failures"),
                ("暂停至", lambda record: _moment(record.closed_until)),
                ("最近故障", lambda record: record.fault or "无"),
            ),
        ),
    ),
    sections=(Section("说明", "short_messages/route_part.html", _use),),
    creates=(
        Step(
            routes.open_route,
            "open",
            "设置通道",
            RouteForm,
            help="真实通道须由运营商给出地址、账号、口令和接入号。",
            done="已设置，几秒内开始连接。",
        ),
    ),
    steps=(
        Step(
            routes.tune,
            "tune",
            "调整",
            TuneForm,
            shown=lambda record, actor: record.enabled,
            done="已调整。",
        ),
        Step(
            routes.use,
            "use",
            "启用",
            shown=lambda record, actor: not record.enabled or record.closed_until is not None,
            tone="primary",
            done="已启用，几秒内开始连接。",
        ),
        Step(
            routes.close,
            "close",
            "停用",
            ReasonForm,
            shown=lambda record, actor: record.enabled,
            tone="danger",
            done="已停用。",
        ),
    ),
    related=("union",),
    empty="还没有通道。设置后短信才能发出。",
)
