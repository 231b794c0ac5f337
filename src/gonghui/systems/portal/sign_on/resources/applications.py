"""Outside applications as a register with its steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.systems.portal.sign_on import permissions
from gonghui.systems.portal.sign_on.actions import applications as actions
from gonghui.systems.portal.sign_on.models import Application, Audience, Kind, State, Trust
from gonghui.systems.portal.sign_on.rules import addresses, lifecycle
from gonghui.systems.portal.sign_on.rules.scopes import SCOPES

ICONS = {
    "external-link": "外部链接",
    "world": "网站",
    "building-bank": "机关",
    "building-community": "工会",
    "school": "学习",
    "briefcase": "办公",
    "book": "图书",
    "news": "新闻",
    "mail": "邮件",
    "database": "数据",
    "chart-bar": "统计",
    "video": "视频",
    "heart-handshake": "帮扶",
    "file-text": "文档",
}
TONES = {
    State.DRAFT: "idle",
    State.SUBMITTED: "wait",
    State.ACTIVE: "good",
    State.SUSPENDED: "stop",
    State.RETIRED: "idle",
}


class AddressesField(forms.CharField):
    """Addresses, one a line; gives a list."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}))
        super().__init__(max_length=5000, **kwargs)

    def clean(self, value: Any) -> list[str]:
        if isinstance(value, list):
            value = "\n".join(str(item) for item in value)
        lines = super().clean(value).split("\n")
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class FactsForm(ActionForm):
    """What is registered of an application."""

    groups = [
        ("应用", ["union", "title", "purpose", "kind", "audience", "icon", "home_url"]),
        ("联系", ["contact_name", "contact_phone"]),
        ("地址", ["redirect_uris", "post_logout_uris", "logout_uri"], "逐字比较，须完整填写。"),
        ("授权", ["scopes", "requested_trust"]),
    ]
    title = forms.CharField(label="名称", max_length=60, help_text="用户在授权页上看到的名称。")
    purpose = forms.CharField(
        label="用途", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    kind = forms.ChoiceField(label="接入方式", choices=Kind.choices, widget=forms.RadioSelect)
    audience = forms.ChoiceField(
        label="使用人员", choices=Audience.choices, widget=forms.RadioSelect
    )
    icon = forms.ChoiceField(label="图标", choices=list(ICONS.items()))
    home_url = forms.CharField(
        label="首页地址",
        max_length=500,
        required=False,
        help_text="填写后显示在工作台的“外部系统”里。",
    )
    contact_name = forms.CharField(label="联系人", max_length=50)
    contact_phone = forms.RegexField(
        r"[0-9 +\-]{5,20}", label="联系电话", max_length=20, strip=True
    )
    redirect_uris = AddressesField(
        label="回调地址",
        required=False,
        help_text="每行一个。CAS 应用填写服务地址，该地址及其下级路径可用；设备不用填写。",
    )
    post_logout_uris = AddressesField(
        label="退出后返回地址", required=False, help_text="每行一个。"
    )
    logout_uri = forms.CharField(
        label="退出通知地址",
        max_length=500,
        required=False,
        help_text="用户在本平台退出时通知应用。CAS 应用不用填写，通知发到服务地址。",
    )
    scopes = forms.MultipleChoiceField(
        label="授权范围",
        choices=[(scope.code, f"{scope.title}：{scope.told}") for scope in SCOPES.values()],
        widget=forms.CheckboxSelectMultiple,
        initial=["openid", "profile"],
        help_text="只申请用途所需要的。",
    )
    requested_trust = forms.ChoiceField(
        label="信任级别",
        choices=Trust.choices,
        widget=forms.RadioSelect,
        initial=Trust.OUTSIDE,
        help_text="由另一位管理员批准后生效。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            for name in actions.FIELDS:
                self.fields[name].initial = getattr(self.record, name)

    def clean(self) -> dict[str, Any] | None:
        """Each address on its own, so that the fault stands beside its field."""
        found = super().clean() or {}
        native = found.get("kind") == Kind.NATIVE
        for name in ("redirect_uris", "post_logout_uris"):
            for address in found.get(name) or []:
                self._check(name, addresses.checked_redirect, address, native=native)
        for name in ("home_url", "logout_uri"):
            if address := found.get(name):
                self._check(name, addresses.checked_web, address)
        return found

    def _check(self, name: str, check: Any, address: str, **how: Any) -> None:
        try:
            check(address, **how)
        except Refusal as refusal:
            refusal.field = name
            self.refuse(refusal)


class RegisterForm(FactsForm):
    field_order = ["union"]
    union = UnionField(
        label="责任工会",
        permission=permissions.MAINTAIN_APPLICATIONS,
        help_text="对这个应用负责的工会。",
    )


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label="理由", min_length=4, max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


def _in_state(verb: str) -> Any:
    return lambda record, actor: record.state in lifecycle.ALLOWED[verb]


def _decidable(verb: str) -> Any:
    def shown(record: Application, actor: Actor) -> bool:
        hands = {record.registered_by_id, *record.maintained_by}
        return record.state in lifecycle.ALLOWED[verb] and actor.user_id not in hands

    return shown


def _reviews(actor: Actor) -> Sequence[tuple[str, str]]:
    return [("overdue", "复核逾期")]


def _narrow(rows: QuerySet, value: str) -> QuerySet:
    if value != "overdue":
        return rows.none()
    return rows.filter(state=State.ACTIVE, review_due__lt=timezone.localdate())


def _lines(name: str) -> Any:
    return lambda record: "、".join(getattr(record, name)) or "—"


def _scopes(record: Application) -> str:
    return "、".join(SCOPES[code].title for code in record.scopes if code in SCOPES)


def _secret(record: Application) -> str:
    if not record.is_confidential:
        return "不使用密钥"
    return "已生成" if record.secret_hash else "还没有生成"


def _joining(record: Application, actor: Actor) -> dict[str, Any] | None:
    """How to enter the application's own settings, and where its secret is made."""
    if record.state != State.ACTIVE:
        return None
    may = actor.may(permissions.MAINTAIN_APPLICATIONS, record.org_path)
    return {
        "record": record,
        "cas": record.kind == Kind.CAS,
        "secret_url": reverse("sign-on-secret", args=[record.pk])
        if may and record.is_confidential
        else "",
    }


APPLICATIONS = Resource(
    code="applications",
    title="外部应用",
    unit="个",
    model=Application,
    view=permissions.VIEW_APPLICATIONS,
    columns=(
        Column("title", "名称", kind="title"),
        Column("union__name", "责任工会"),
        Column("kind", "接入方式", choices=Kind),
        Column("state", "状态", kind="state", choices=State, tones=TONES),
        Column("trust", "信任级别", choices=Trust),
        Column("audience", "使用人员", choices=Audience, shown=False),
        Column("review_due", "复核期限", kind="date"),
        Column("client_id", "应用编号", shown=False),
        Column("created_at", "登记时间", kind="datetime", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=State),
        Choice("kind", "接入方式", choices=Kind),
        Choice("trust", "信任级别", choices=Trust),
        Custom("review", "复核", _reviews, _narrow),
        Days("review_due", "复核期限"),
        Under(),
    ),
    sorts=(Sort("created_at", "登记时间"), Sort("title", "名称", descending=False)),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="应用名称",
    facts=(
        Facts(
            "应用",
            (
                ("责任工会", "union"),
                ("用途", "purpose"),
                ("接入方式", "kind"),
                ("使用人员", "audience"),
                ("首页地址", "home_url"),
                ("联系人", "contact_name"),
                ("联系电话", "contact_phone"),
            ),
        ),
        Facts(
            "接入",
            (
                ("应用编号", "client_id"),
                ("密钥", _secret),
                ("回调地址", _lines("redirect_uris")),
                ("退出后返回地址", _lines("post_logout_uris")),
                ("退出通知地址", "logout_uri"),
                ("授权范围", _scopes),
                ("申请的信任级别", "requested_trust"),
                ("已批准的信任级别", "trust"),
                ("批准时间", "approved_at"),
                ("复核期限", "review_due"),
            ),
        ),
    ),
    sections=(Section("接入参数", "sign_on/joining.html", _joining),),
    creates=(
        Step(
            actions.register,
            "register",
            "登记外部应用",
            RegisterForm,
            help="登记后提交审核，由另一位安全管理员批准才能使用。",
            done="已登记为草稿，请核对后提交审核。",
        ),
    ),
    steps=(
        Step(
            actions.submit,
            "submit",
            "提交审核",
            shown=_in_state("submit"),
            help="提交后由安全管理员审核。",
            tone="primary",
            done="已提交，等待安全管理员批准。",
        ),
        Step(
            actions.approve,
            "approve",
            "批准",
            shown=_decidable("approve"),
            help="批准后应用即可让用户通过本平台登录，并得到授权范围内的信息。",
            tone="primary",
            done="已批准。网站应用请系统管理员生成密钥。",
        ),
        Step(
            actions.send_back,
            "send-back",
            "退回",
            ReasonForm,
            shown=_in_state("send_back"),
            done="已退回。",
        ),
        Step(
            actions.amend,
            "amend",
            "修改",
            FactsForm,
            shown=_in_state("amend"),
            help="修改启用中应用的地址、授权范围或信任级别后，须重新批准才能使用。",
            done="已保存。",
        ),
        Step(
            actions.review,
            "review",
            "复核",
            ReasonForm,
            shown=_decidable("review"),
            help="确认仍需接入，登记的联系人、地址和授权范围没有变化。",
            done="已复核，复核期限已顺延。",
        ),
        Step(
            actions.suspend,
            "suspend",
            "暂停",
            ReasonForm,
            shown=_in_state("suspend"),
            help="立即停止登录，已登录的用户被退出，令牌收回。",
            tone="danger",
            done="已暂停。",
        ),
        Step(
            actions.resume,
            "resume",
            "恢复",
            ReasonForm,
            shown=_decidable("resume"),
            done="已恢复。",
        ),
        Step(
            actions.retire,
            "retire",
            "注销",
            ReasonForm,
            shown=_in_state("retire"),
            help="注销后不能恢复。",
            tone="danger",
            done="已注销。",
        ),
    ),
    export=permissions.EXPORT_APPLICATIONS,
    related=("union",),
    empty="还没有登记外部应用。登记并批准后，用户用本平台的账号就能登录它。",
)
