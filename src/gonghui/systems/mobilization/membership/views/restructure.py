"""Changes of the tree (组织变动): the form, what would happen, the confirmation."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.org import ending
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.kernel.resource.forms import ActionForm, CodeField, DayField, UnionField
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership.actions import tree as actions
from gonghui.systems.mobilization.membership.actions.evidence import EVIDENCE, keep
from gonghui.systems.mobilization.membership.permissions import RESTRUCTURE, VIEW_UNIONS
from gonghui.systems.mobilization.membership.queries.tree import Reach, reach
from gonghui.systems.mobilization.membership.rules import tree as rules

KINDS = [choice for choice in UnionKind.choices if choice[0] != UnionKind.PROVINCE]


class ChangeForm(ActionForm):
    """What every change of the tree rests on."""

    on = DayField(label="生效日期", help_text="不能晚于今天；早于今天的，历史按生效日期记录。")
    document = forms.CharField(label="依据文号", max_length=80, help_text="如：皖工办〔2026〕12号")
    note = forms.CharField(
        label="说明",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    evidence = forms.FileField(
        label="批复文件", required=False, help_text=f"{EVIDENCE.accepted}，不超过 20 MB。"
    )
    evidence_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    basis = ("依据", ["on", "document", "note", "evidence"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        known = "evidence" not in self.errors and "evidence_key" not in self.errors
        if known and not found.get("evidence") and not found.get("evidence_key"):
            self.add_error(
                "evidence",
                forms.ValidationError(
                    "请上传批复文件。",
                    params={"rule": "组织变动应有上级工会的批复文件"},
                ),
            )
        return found


class FoundForm(ChangeForm):
    name = forms.CharField(label="工会名称", max_length=120)
    kind = forms.ChoiceField(label="工会类型", choices=KINDS)
    industry = CodeField("industry", label="行业", required=False)
    uscc = forms.CharField(label="统一社会信用代码", max_length=25, required=False)
    groups = [("新工会", ["name", "kind", "industry", "uscc"]), ChangeForm.basis]


class RenameForm(ChangeForm):
    name = forms.CharField(label="新名称", max_length=120)
    groups = [("", ["name"]), ChangeForm.basis]


class MoveForm(ChangeForm):
    parent = UnionField(label="新的上级工会", superiors=True)
    groups = [("", ["parent"]), ChangeForm.basis]


class EndForm(ChangeForm):
    """A change that ends the union; asks for what `kernel.org.ending` demands."""

    groups = [ChangeForm.basis]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.demanded: list[str] = []
        self.groups = list(self.groups)
        for demand in ending.demands():
            asked = demand.fields()
            self.fields.update(asked)
            self.demanded += asked
            self.groups.append((demand.title, list(asked), f"依据：{demand.rule}"))


class MergeForm(EndForm):
    into = UnionField(label="并入的工会", help_text="会员、下级工会都转入这个工会。")
    groups = [("", ["into"]), ChangeForm.basis]


class SplitForm(ChangeForm):
    names = forms.CharField(
        label="分立出的工会名称",
        max_length=1200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="每行一个。原工会保留；会员分立后用转会调整。",
    )
    kind = forms.ChoiceField(label="新工会的类型", choices=KINDS, initial=UnionKind.BASIC.value)
    groups = [("", ["names", "kind"]), ChangeForm.basis]

    def clean_names(self) -> list[str]:
        return rules.names_of_parts(self.cleaned_data["names"])


FORMS: dict[str, type[ChangeForm]] = {
    "found": FoundForm,
    "rename": RenameForm,
    "move": MoveForm,
    "merge": MergeForm,
    "split": SplitForm,
    "close": EndForm,
}
ACTIONS = {
    "found": actions.found,
    "rename": actions.rename,
    "move": actions.move,
    "merge": actions.merge,
    "split": actions.split,
    "close": actions.close,
}
ICONS = {
    "found": "plus",
    "rename": "edit",
    "move": "arrows-exchange",
    "merge": "git-merge",
    "split": "sitemap",
    "close": "archive",
}


def tree_actions(union: Union, actor: Actor) -> list[ui.Action]:
    """The changes of the tree this actor may begin at a union."""
    if not union.is_active:
        return []
    above = union.parent is not None and actor.may(RESTRUCTURE, union.parent.path)
    offered = [
        change
        for change in rules.CHANGES.values()
        if (
            not union.is_grassroots and actor.may(RESTRUCTURE, union.path)
            if change.code == "found"
            else above
        )
    ]
    return [
        ui.Action(
            change.title,
            reverse("union-restructure", args=[union.pk, change.code]),
            icon=ICONS[change.code],
            grave=change.code == "close",
        )
        for change in offered
    ]


class _Rehearsed(Exception):
    """Ends the rehearsal of a change, so that nothing of it stays."""


@require_http_methods(["GET", "HEAD", "POST"])
def restructure(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """GET asks; POST shows what would happen; POST with `do=confirm` does it."""
    actor: Actor = request.actor
    change = rules.CHANGES.get(kind)
    if change is None:
        raise Missing("没有这种组织变动。")
    union = _union(pk, actor)
    _require(union, kind, actor)
    form_class = FORMS[kind]
    status = 200
    preview = None
    if request.method == "POST":
        form = form_class(request.POST, request.FILES, actor=actor, record=union)
        if form.is_valid():
            try:
                values = _values(form, actor)
                if request.POST.get("do") == "confirm":
                    return _done(request, union, kind, values, actor)
                preview = [*_preview(union, kind, values, actor), *_stated(form)]
                form = _confirmation(form_class, request, values["evidence_key"], union, actor)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
        else:
            status = 422
    else:
        form = form_class(actor=actor, record=union)
    context = {
        "union": union,
        "change": change,
        "form": form,
        "preview": preview,
        "reach": reach(union),
        "back_url": reverse("resource:unions:record", args=[union.pk]),
    }
    return render(request, "membership/tree/restructure.html", context, status=status)


def _union(pk: int, actor: Actor) -> Union:
    rows = Union.objects.within(actor.scope(VIEW_UNIONS)).select_related("parent")
    found = rows.filter(pk=pk).first()
    if found is None:
        actor.require(RESTRUCTURE)
        raise Forbidden(
            "没有办理这家工会组织变动的权限，或者它不存在。",
            remedy="请联系该工会的上级工会。",
            code="forbidden",
        )
    return found


def _require(union: Union, kind: str, actor: Actor) -> None:
    if kind == "found":
        actor.require(RESTRUCTURE, union.path)
    elif union.parent is None:
        raise Refusal("省总工会没有上级工会，不能在平台上办理组织变动。", rule=actions.BY_SUPERIOR)
    else:
        actor.require(RESTRUCTURE, union.parent.path)


def _values(form: ChangeForm, actor: Actor) -> dict[str, Any]:
    """The action's arguments; a file sent along is stored until the change is confirmed."""
    values = dict(form.cleaned_data)
    upload = values.pop("evidence")
    if upload is not None:
        values["evidence_key"] = keep(upload, by=actor).key
    if isinstance(form, EndForm):
        values["stated"] = {name: values.pop(name) for name in form.demanded}
    return values


def _confirmation(
    form_class: type[ChangeForm], request: HttpRequest, key: UUID, union: Union, actor: Actor
) -> ChangeForm:
    """The same form with its values hidden, the stored file named by its key."""
    data = request.POST.copy()
    data["evidence_key"] = str(key)
    form = form_class(data, actor=actor, record=union)
    del form.fields["evidence"]
    for item in form.fields.values():
        item.widget = forms.HiddenInput()
    return form


def _preview(
    union: Union, kind: str, values: dict[str, Any], actor: Actor
) -> list[tuple[str, str]]:
    """Rehearse the change and undo it; what it would touch, as (label, words)."""
    before = reach(union)
    try:
        with transaction.atomic():
            ACTIONS[kind](union, by=actor, **values)
            raise _Rehearsed
    except _Rehearsed:
        pass
    return _effects(union, kind, values, before)


def _stated(form: ChangeForm) -> list[tuple[str, str]]:
    names = form.demanded if isinstance(form, EndForm) else []
    return [(str(form.fields[name].label), str(form.cleaned_data[name])) for name in names]


def _effects(
    union: Union, kind: str, values: dict[str, Any], found: Reach
) -> list[tuple[str, str]]:
    day = f"{values['on']:%Y-%m-%d}"
    below = f"{found.unions:,} 家"
    members = f"{found.members:,} 人"
    todos = f"{found.open_todos:,} 件"
    match kind:
        case "found":
            what = f"在“{union.name}”之下登记“{values['name']}”，自 {day} 起"
            return [("将要办理", what), ("类型", UnionKind(values["kind"]).label)]
        case "rename":
            return [
                ("将要办理", f"自 {day} 起更名"),
                ("原名称", union.name),
                ("新名称", values["name"]),
                ("不受影响", f"会员 {members}、下级工会 {below}"),
            ]
        case "move":
            return [
                ("将要办理", f"自 {day} 起变更上级"),
                ("原上级", union.parent.name if union.parent else "—"),
                ("新上级", values["parent"].name),
                ("随之移动的下级工会", below),
                ("随之移动的会员", members),
                ("办理中的事项", f"{todos}，继续由原承办工会办理"),
            ]
        case "merge":
            return [
                ("将要办理", f"自 {day} 起并入“{values['into'].name}”，“{union.name}”终止"),
                ("转入的下级工会", below),
                ("转入的会员", f"{members}，会员号不变"),
                ("本工会未办结的变更申请", "随之终止，并告知申请人"),
                ("范围内办理中的事项", todos),
            ]
        case "split":
            return [
                ("将要办理", f"自 {day} 起分立出 {len(values['names'])} 家工会"),
                ("新工会", "、".join(values["names"])),
                ("会员", f"{members}仍在“{union.name}”，分立后用转会调整"),
            ]
        case _:
            return [
                ("将要办理", f"自 {day} 起撤销“{union.name}”"),
                ("下级工会", below),
                ("会员", members),
            ]


def _done(
    request: HttpRequest, union: Union, kind: str, values: dict[str, Any], actor: Actor
) -> HttpResponse:
    before = reach(union)
    with transaction.atomic():
        result = ACTIONS[kind](union, by=actor, **values)
    messages.success(request, _told(union, kind, values, before))
    target = result if isinstance(result, Union) else union
    if kind == "merge":
        target = values["into"]
    return HttpResponseRedirect(reverse("resource:unions:record", args=[target.pk]))


def _told(union: Union, kind: str, values: dict[str, Any], found: Reach) -> str:
    match kind:
        case "found":
            return f"已登记“{values['name']}”。"
        case "rename":
            return f"已更名为“{values['name']}”。"
        case "move":
            return (
                f"已移到“{values['parent'].name}”之下；下级工会 {found.unions:,} 家已随之移动，"
                f"会员 {found.members:,} 人的归属正在更新，统计以组织为准。"
            )
        case "merge":
            return (
                f"“{union.name}”已并入“{values['into'].name}”；会员 {found.members:,} 人正在转入，"
                "会员号不变。"
            )
        case "split":
            return f"已分立出：{'、'.join(values['names'])}。"
        case _:
            return f"“{union.name}”已撤销。"
