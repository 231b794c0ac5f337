"""What somebody may see and why (权限推演), who may see a record, and one's own rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import GRANTABLE, ROLES
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.resource.declaration import RESOURCES
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.users.actions import grants as grant_actions
from gonghui.systems.foundation.users.actions import staff as staff_actions
from gonghui.systems.foundation.users.models import Delegation, Staff
from gonghui.systems.foundation.users.permissions import ASK_CHANGE, DELEGATE, EXPLAIN
from gonghui.systems.foundation.users.queries import grants as grant_queries
from gonghui.systems.foundation.users.queries import rights as queries
from gonghui.systems.foundation.users.queries import staff as staff_queries
from gonghui.systems.foundation.users.rules import staff as staff_rules
from gonghui.systems.foundation.users.views.picking import StaffField, label_of, staff_named

OWN = "what one user gave and took"


class FindForm(ActionForm):
    user = StaffField(label="用户", permission=EXPLAIN)

    def clean_user(self) -> Staff:
        return staff_named(self.cleaned_data["user"], self.actor, EXPLAIN)


class SupposeForm(ActionForm):
    """A grant that is thought of: role and union."""

    role = forms.ChoiceField(
        label="假设授予", choices=[("", "请选择"), *((r.code, r.title) for r in GRANTABLE)]
    )
    union = UnionField(label="在", permission=EXPLAIN)


class RecordForm(ActionForm):
    resource = forms.ChoiceField(label="哪一类记录")
    record = forms.CharField(
        label="编号",
        max_length=30,
        required=False,
        help_text="记录地址末尾的数字，会员也可以填会员号。",
    )
    union = UnionField(label="或者：某个工会的这类记录", permission=EXPLAIN, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted(((code, item.title) for code, item in RESOURCES.items()), key=lambda k: k[1])
        self.fields["resource"].choices = [("", "请选择"), *kinds]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("record") and not values.get("union") and not self.errors:
            self.add_error("record", ValidationError("请填写编号，或选择工会。"))
        return values


def find(request: HttpRequest) -> HttpResponse:
    """Choose the user to explain."""
    actor: Actor = request.actor
    actor.require(EXPLAIN)
    form = FindForm(request.GET or None, actor=actor)
    if request.GET and form.is_valid():
        return redirect("rights-why", form.cleaned_data["user"].user_id)
    return render(request, "users/find.html", {"form": form})


@dataclass
class Asked:
    """A user to explain with the grants they have and those supposed."""

    staff: Staff
    before: list[queries.Holding]
    after: list[queries.Holding]
    supposed: list[str]


def _asked(request: HttpRequest, user_id: int) -> Asked:
    """Read ?add=role:union&drop=grant; refuse users and unions out of range."""
    actor: Actor = request.actor
    actor.require(EXPLAIN)
    staff = staff_queries.staff_for(actor, EXPLAIN, user_id)
    before = queries.holdings_of(staff.user, timezone.localdate())
    dropped = {int(text) for text in request.GET.getlist("drop") if text.isdecimal()}
    after = [item for item in before if item.grant_id not in dropped]
    words = [f"收回{item.union_name}的{item.title}" for item in before if item.grant_id in dropped]
    for role, union in _added(request, actor):
        after.append(queries.supposed(role, union))
        words.append(f"授予{union.name}的{ROLES[role].title}")
    return Asked(staff, before, after, words)


def _added(request: HttpRequest, actor: Actor) -> list[tuple[str, Union]]:
    pairs = [text.partition(":")[::2] for text in request.GET.getlist("add")]
    if request.GET.get("role") and request.GET.get("union"):
        form = SupposeForm(request.GET, actor=actor)
        if form.is_valid():
            pairs.append((form.cleaned_data["role"], str(form.cleaned_data["union"].pk)))
    found = []
    for role, number in pairs[:6]:
        rows = Union.objects.within(actor.scope(EXPLAIN)).filter(status=UnionStatus.ACTIVE)
        union = rows.filter(pk=int(number)).first() if number.isdecimal() else None
        if union is None or role not in {item.code for item in GRANTABLE}:
            raise Refusal("假设的角色或工会不在您的管理范围内。", code="bad_supposition")
        found.append((role, union))
    return found


def why(request: HttpRequest, user_id: int) -> HttpResponse:
    """Every permission of a user with the grant it follows from; with suppositions, compared."""
    asked = _asked(request, user_id)
    found = queries.explain(asked.staff.user, asked.before, asked.after)
    context = {
        "staff": asked.staff,
        "found": found,
        "supposed": asked.supposed,
        "holdings": _holdings(asked, request),
        "systems": [(name, _lines(lines)) for name, lines in found.systems],
        "reaches": _reaches(found.reaches),
        "form": SupposeForm(actor=request.actor),
        "as_of": timezone.now(),
        "back_url": reverse("resource:staff:record", args=[asked.staff.pk]),
    }
    return render(request, "users/why.html", context)


def why_json(request: HttpRequest, user_id: int) -> JsonResponse:
    """The same as data: {"user", "permissions": [{code, title, places, grants}]}."""
    asked = _asked(request, user_id)
    found = queries.explain(asked.staff.user, asked.before, asked.after)
    permissions = [
        {
            "code": line.permission.code,
            "title": line.permission.title,
            "system": name,
            "places": line.places,
            "grants": [way.grant_id for way in line.ways],
            "gained": line.gained,
            "lost": line.lost,
        }
        for name, lines in found.systems
        for line in lines
    ]
    return JsonResponse({"user": asked.staff.user_id, "permissions": permissions})


def _holdings(asked: Asked, request: HttpRequest) -> ui.Table:
    kept = {item.grant_id for item in asked.after}
    rows = []
    for item in [*asked.before, *(new for new in asked.after if new.grant_id is None)]:
        mark = ui.pill("有效", "good")
        if item.grant_id is None:
            mark = ui.pill("假设授予", "info")
        elif item.grant_id not in kept:
            mark = ui.pill("假设收回", "stop")
        rows.append(
            ui.Row(
                str(item.grant_id or 0),
                [
                    item.title,
                    item.union_name,
                    mark,
                    item.giver,
                    item.given_on or "",
                    item.until or "长期",
                    item.source,
                    item.reason,
                ],
                _grant_url(item, request.actor),
            )
        )
    columns = [
        ui.Column("角色", "title"),
        ui.Column("工会"),
        ui.Column("状态", "state"),
        ui.Column("授权人"),
        ui.Column("起", "code"),
        ui.Column("止", "code"),
        ui.Column("来源"),
        ui.Column("依据"),
    ]
    return ui.Table("持有的权限", columns, rows)


def _grant_url(item: queries.Holding, actor: Actor) -> str:
    if item.grant_id is None or not actor.may(EXPLAIN, item.path):
        return ""
    return reverse("resource:grants:record", args=[item.grant_id])


def _lines(lines: list[queries.Line]) -> ui.Table:
    columns = [
        ui.Column("能做什么", "title"),
        ui.Column("变化", "state"),
        ui.Column("在哪里"),
        ui.Column("依据哪一项授权"),
    ]
    return ui.Table("权限", columns, [_row(line) for line in lines])


def _row(line: queries.Line) -> ui.Row:
    if line.ways:
        where = "、".join(f"{name}及下级" for name in line.places)
        by = "；".join(dict.fromkeys(_way(way) for way in line.ways))
    elif line.own:
        where, by = "本人的记录", "绑定了本人的人员档案"
    else:
        where, by = "不限工会", "所有人都可以" if line.permission.public else "登录即可"
    mark: Any = ""
    if line.lost:
        mark = ui.pill("将失去", "stop")
    elif line.gained:
        mark = ui.pill("将获得", "good")
    return ui.Row(line.permission.code, [line.permission.title, mark, where, by])


def _way(way: queries.Holding) -> str:
    if way.grant_id is None:
        return f"{way.title}（{way.source}）"
    until = f"，至 {way.until}" if way.until else ""
    return f"{way.title}（{way.source}，{way.giver}授予{until}）"


def _reaches(reaches: list[queries.Reach]) -> ui.Table:
    columns = [
        ui.Column("范围", "title"),
        ui.Column("角色"),
        ui.Column("工会数", "number"),
        ui.Column("在籍会员数", "number"),
    ]
    rows = [
        ui.Row(
            str(item.union_id),
            [f"{item.name}及下级", item.roles, f"{item.unions:,}", f"{item.members:,}"],
        )
        for item in reaches
    ]
    return ui.Table("数据范围", columns, rows)


def who(request: HttpRequest) -> HttpResponse:
    """Who may see a record, or the records of a kind at a union, and through which grant."""
    actor: Actor = request.actor
    actor.require(EXPLAIN)
    form = RecordForm(request.GET or None, actor=actor)
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.GET and form.is_valid():
        try:
            context |= _seen(form.cleaned_data, actor)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            form.refuse(refusal)
            status = refusal.status
    return render(request, "users/who.html", context, status=status)


def _seen(values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    resource = RESOURCES[values["resource"]]
    if values.get("record"):
        path = queries.place_of_record(resource, values["record"].strip(), actor)
    else:
        actor.require(EXPLAIN, values["union"].path)
        path = values["union"].path
    number = int(path.rstrip(".").rpartition(".")[2]) if path else 0
    union = Union.objects.unscoped("the name of the place asked about").filter(pk=number).first()
    rows = []
    for seer in queries.seers_of(resource, path, timezone.localdate()):
        ways: dict[str, list[str]] = {}
        for title, way in seer.rights:
            ways.setdefault(f"{way.union_name}：{_way(way)}", []).append(title)
        for label, titles in ways.items():
            rows.append(
                ui.Row(
                    str(seer.user.pk),
                    [seer.user.display_name, "、".join(titles), label],
                )
            )
    columns = [ui.Column("用户", "title"), ui.Column("能做什么"), ui.Column("依据哪一项授权")]
    return {
        "resource": resource,
        "union": union,
        "table": ui.Table("能看到的用户", columns, rows),
        "people": len({row.id for row in rows}),
        "everybody": resource.view.open or resource.view.public,
        "own": resource.view.own,
        "as_of": timezone.now(),
    }


class LendForm(ActionForm):
    """Lend own roles at one union: the union first, for it says which roles and to whom."""

    groups = [
        ("委托什么", ["union", "roles"]),
        ("委托给谁", ["taker"]),
        ("期限和事由", ["from_on", "until_on", "reason"]),
    ]
    union = forms.TypedChoiceField(label="工会", coerce=int)
    roles = forms.MultipleChoiceField(label="权限", widget=forms.CheckboxSelectMultiple)
    taker = forms.TypedChoiceField(
        label="受托人", coerce=int, help_text="同一工会或下级工会的在职工作人员。"
    )
    from_on = DayField(label="开始日期", initial=timezone.localdate)
    until_on = DayField(label="结束日期", help_text="到期自动结束，也可以提前结束。")
    reason = forms.CharField(label="事由", min_length=2, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user_id = self.actor.user_id or 0
        today = timezone.localdate()
        self.places = {union.pk: union for union in grant_queries.lending_places(user_id, today)}
        self.fields["union"].choices = [(pk, union.name) for pk, union in self.places.items()]
        codes: dict[str, str] = {}
        people: dict[int, str] = {}
        for union in self.places.values():
            for code in grant_queries.lendable(user_id, union, today):
                codes[code] = ROLES[code].title
            for staff in grant_queries.colleagues(union, user_id)[:200]:
                people[staff.user_id] = f"{label_of(staff)} {staff.union.name}"
        self.fields["roles"].choices = list(codes.items())
        self.fields["taker"].choices = [("", "请选择"), *people.items()]


class ChangeForm(ActionForm):
    name = forms.CharField(label="姓名", max_length=50)
    department = forms.CharField(label="部门", max_length=60, required=False)
    title = forms.CharField(label="职务", max_length=60, required=False)
    number = forms.CharField(label="工号", max_length=30, required=False)
    reason = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in staff_rules.FIELDS:
            self.initial.setdefault(name, getattr(self.record, name, ""))


def _signed_in(request: HttpRequest) -> User:
    if request.actor.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    return request.user


def mine(request: HttpRequest) -> HttpResponse:
    """What I may do and who granted it, my posts, what I lent and borrowed."""
    user = _signed_in(request)
    today = timezone.localdate()
    staff = staff_queries.own_staff(user.pk)
    holdings = queries.holdings_of(user, today)
    found = queries.explain(user, holdings, holdings)
    asked = Asked(staff or Staff(name=user.display_name), holdings, holdings, [])
    context = {
        "staff": staff,
        "holdings": _holdings(asked, request),
        "systems": [(name, _lines(lines)) for name, lines in found.systems],
        "reaches": _reaches(found.reaches),
        "tenures": staff_queries.tenures_of(staff) if staff else [],
        "delegations": [
            (item, role_words(item), item.state == "active")
            for item in grant_queries.delegations_of(user.pk)
        ],
        "may_lend": bool(grant_queries.lending_places(user.pk, today)),
        "base": "ui/workbench.html" if request.actor.is_cadre else "ui/hall.html",
    }
    return render(request, "users/mine.html", context)


def role_words(delegation: Delegation) -> str:
    return "、".join(ROLES[code].title for code in delegation.roles)


def lend(request: HttpRequest) -> HttpResponse:
    """Lend own rights to a colleague."""
    _signed_in(request)
    actor: Actor = request.actor
    actor.require(DELEGATE)
    form = LendForm(request.POST or None, actor=actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            union = form.places[values.pop("union")]
            try:
                made = grant_actions.delegate(union, by=actor, **values)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
            else:
                messages.success(
                    request, f"已委托{made.taker.display_name}，到 {made.until_on} 结束。"
                )
                return redirect("rights-mine")
    return render(
        request,
        "users/ask.html",
        {
            "form": form,
            "title": "委托同事办理",
            "submit": "委托",
            "help": "您仍保有这些权限；受托人不能再委托。双方都可以在“我的权限”看到并提前结束。",
        },
        status=status,
    )


def end_lent(request: HttpRequest, pk: int) -> HttpResponse:
    """End a delegation early; a POST of either side."""
    user = _signed_in(request)
    rows = Delegation.objects.unscoped(OWN).filter(pk=pk)
    found = next((item for item in rows if user.pk in {item.giver_id, item.taker_id}), None)
    if found is None:
        raise Missing("没有这项委托。")
    grant_actions.end_delegation(found, by=request.actor)
    messages.success(request, "委托已结束。")
    return redirect("rights-mine")


def ask_change(request: HttpRequest) -> HttpResponse:
    """Ask for a change of one's own record."""
    user = _signed_in(request)
    request.actor.require(ASK_CHANGE)
    staff = staff_queries.own_staff(user.pk)
    if staff is None:
        raise Missing(
            "您还没有工作人员档案。", remedy="请联系所在工会的系统管理员登记。", code="no_staff"
        )
    form = ChangeForm(request.POST or None, actor=request.actor, record=staff)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                staff_actions.ask_change(staff, by=request.actor, **form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "已提交，由系统管理员核实后生效。")
                return redirect("rights-mine")
    return render(
        request,
        "users/ask.html",
        {
            "form": form,
            "title": "申请变更本人信息",
            "submit": "提交申请",
            "help": "由所在工会的系统管理员核实后生效。手机号码请在“账号安全”中修改。",
        },
        status=status,
    )
