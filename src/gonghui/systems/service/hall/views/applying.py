"""Applying (在线申请): one question group a screen, the draft kept, materials, the receipt."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.base.errors import Conflict, Forbidden, Missing, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.resource.services import Level, Material, Screen
from gonghui.kernel.ui import components as ui
from gonghui.systems.service.hall.actions import applying as actions
from gonghui.systems.service.hall.actions.drafts import Filling
from gonghui.systems.service.hall.models import Handing
from gonghui.systems.service.hall.permissions import COUNTER
from gonghui.systems.service.hall.queries import offering, places
from gonghui.systems.service.hall.queries.materials import files_of, offered_again
from gonghui.systems.service.hall.rules import matching
from gonghui.systems.service.hall.rules import steps as ways
from gonghui.systems.service.hall.views import frame

OWN = "the receipt is shown to whoever handed in, and to the person it is for"
DESK = "where an application is handed in; the action checks the place"
ACCEPT = "image/*,application/pdf"


class Asking:
    """A request that works on an application: the service, for whom, the draft, the way."""

    def __init__(self, request: HttpRequest, code: str) -> None:
        self.request = request
        self.system, self.service = offering.found(code)
        if self.service.apply is None:
            raise Missing("这项服务不在这里申请。", remedy="请从服务页面进入。")
        self.acting = frame.whom(request, self.service)
        self.known = self.acting.known
        self._check_for()
        self.filling = Filling(frame.owner_of(request), self.service, self.acting.person_id)
        self.flat = flat(self.filling.answers)
        self.way = ways.way(self.service, self.flat)

    def _check_for(self) -> None:
        """What was filled in for one person never lands in the draft of another.

        The time of a counter ends, somebody else stands there, or a page waited without a network.
        """
        said = self.request.POST.get("acting_for")
        if said is not None and said != str(self.acting.person_id or ""):
            raise Conflict(
                "为这个人办理的时间已到，或者已经换了人，这一页没有提交。",
                remedy="请重新核对身份或重新选择为谁办理，再接着填；之前的内容在草稿里。",
                code="acting",
            )

    @property
    def application(self) -> Any:
        return self.service.apply

    def screen(self, name: str) -> Screen:
        codes = [code for code, _title in self.way]
        for item in self.application.screens:
            if item.code == name and name in codes:
                return item
        raise Missing("没有这一步。", remedy="请从头开始。")

    def form(self, screen: Screen, data: Any = None) -> forms.BaseForm:
        filled = {name: value for name, value in screen.fill(self.known).items() if value}
        return screen.form(data, initial={**filled, **self.flat})

    def after(self, name: str) -> str:
        codes = [code for code, _title in ways.way(self.service, flat(self.filling.answers))]
        return codes[codes.index(name) + 1] if name in codes[:-1] else ways.CHECK

    def to(self, name: str) -> HttpResponse:
        return redirect("hall-apply-step", self.service.code, name)

    def first_open(self) -> str:
        lacking = ways.lacking(self.service, self.filling.given)
        return ways.first_open(self.way, self.filling.draft.done, lacking)

    def draw(self, name: str, template: str, status: int = 200, **more: Any) -> HttpResponse:
        codes = [code for code, _title in self.way]
        at = codes.index(name)
        context = {
            "service": self.service,
            "acting": self.acting,
            "name": name,
            "title": dict(self.way)[name],
            "steps": [
                ui.Step(title, "done" if n < at else "now" if n == at else "todo")
                for n, (_code, title) in enumerate(self.way)
            ],
            "back_url": reverse("hall-apply-step", args=[self.service.code, codes[at - 1]])
            if at
            else reverse("hall-service", args=[self.service.code]),
            "draft_at": self.filling.draft.saved_at if self.filling.begun else None,
            **more,
        }
        answer = render(self.request, template, context, status=status)
        return frame.remembered(self.request, answer)

    def union(self) -> Union:
        """Where it is handed in: the counter's own union, the service's desk, or the person's."""
        actor = self.request.actor
        if self.acting.how == "counter":
            held = next((item for item in actor.grants if item.union_id == actor.union_id), None)
            if held is None or held.path not in actor.paths(COUNTER):
                held = next(
                    (item for item in actor.grants if item.path in actor.paths(COUNTER)), None
                )
            if held is None:
                raise Forbidden("没有在窗口受理的权限。", code="forbidden")
            return Union.objects.unscoped(DESK).get(pk=held.union_id)
        desk = self.application.desk(self.known) if self.application.desk else None
        if desk is not None:
            return desk
        if self.known.union_id is not None and not self.service.private:
            return Union.objects.unscoped(DESK).get(pk=self.known.union_id)
        place = places.top() if self.service.private else frame.place_of(self.request)
        if place is None:
            raise Missing("还没有可以受理的工会。")
        return places.union_of(place)


def flat(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers as forms show them: a list only where several were chosen."""
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else value
        for name, value in answers.items()
    }


def typed(form: type[forms.BaseForm], data: Any) -> dict[str, list[str]]:
    """What a screen sent, by field; a field that sent nothing is an empty list."""
    return {name: data.getlist(name) for name in form.base_fields}


def _open(request: HttpRequest, code: str) -> Asking:
    asking = Asking(request, code)
    standing = matching.standing(asking.service, asking.known)
    if standing.missing is not None and asking.acting.how != "counter":
        if asking.known.level is Level.GUEST:
            raise Forbidden("请先登录。", code="anonymous")
        raise Refusal(
            "办理这件事须先提高实名等级。",
            rule=matching.RULE,
            remedy="请回到服务页面，按提示核实后再来。",
            code="level",
        )
    return asking


@never_cache
@require_safe
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Go on where the draft was left, or begin."""
    asking = _open(request, code)
    return frame.remembered(request, asking.to(asking.first_open()))


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One screen of an application."""
    asking = _open(request, code)
    if name == ways.MATERIALS and asking.service.materials:
        return _materials(asking)
    if name == ways.CHECK:
        return _check(asking)
    screen = asking.screen(name)
    form = asking.form(screen, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        asking.filling.keep(typed(screen.form, request.POST))
        if form.is_valid():
            asking.filling.keep({}, done=name)
            return frame.remembered(request, asking.to(asking.after(name)))
    return asking.draw(
        name,
        "hall/apply/screen.html",
        422 if form.errors else 200,
        form=form,
        draft_url=reverse("hall-apply-draft", args=[code, name])
        + (f"?for={asking.acting.person_id}" if asking.acting.person_id else ""),
    )


@never_cache
@sensitive_post_parameters()
@require_POST
def keep_draft(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """Keep what is being typed on a screen."""
    asking = _open(request, code)
    screen = asking.screen(name)
    asking.filling.keep(typed(screen.form, request.POST))
    answer = JsonResponse({"saved_at": timezone.now().isoformat()})
    return frame.remembered(request, answer)


def _materials(asking: Asking) -> HttpResponse:
    """Photos taken in place, and materials on file offered again."""
    request, filling = asking.request, asking.filling
    fault: Refusal | None = None
    if request.method == "POST":
        try:
            if _change_materials(asking):
                return asking.to(ways.MATERIALS)
            lacking = ways.lacking(asking.service, filling.given)
            if not lacking:
                filling.keep({}, done=ways.MATERIALS)
                return frame.remembered(request, asking.to(ways.CHECK))
            fault = Refusal(f"还缺：{'、'.join(item.title for item in lacking)}。")
        except Refusal as refusal:
            fault = refusal
    files = files_of(filling.draft) if filling.begun else {}
    person_id = asking.known.person_id
    # Whether a kept material is used again is for the person to say, who is not there by proxy.
    there = person_id is not None and asking.acting.how != "proxy"
    again = offered_again(asking.service, person_id or 0, asking.known.today) if there else {}
    items = [
        {
            "material": item,
            "files": files.get(item.code, []),
            "again": again.get(item.code),
            "used": item.code in filling.draft.reused,
        }
        for item in asking.service.materials
    ]
    status = fault.status if fault else 200
    return asking.draw(
        ways.MATERIALS,
        "hall/apply/materials.html",
        status,
        items=items,
        fault=fault,
        accept=ACCEPT,
    )


def _change_materials(asking: Asking) -> bool:
    """Take in photos, remove one, or use a kept one; whether to stay on the page."""
    request, filling = asking.request, asking.filling
    remove = request.POST.get("remove", "")
    if remove:
        code, _, key = remove.partition(":")
        filling.drop_file(code, key)
        return True
    stay = "stay" in request.POST
    materials: dict[str, Material] = {item.code: item for item in asking.service.materials}
    for code, material in materials.items():
        for file in request.FILES.getlist(f"file-{code}"):
            filling.take_file(material, file, file.name, request.actor)
        if asking.known.person_id is None or not filling.begun or asking.acting.how == "proxy":
            continue
        agreed = f"again-{code}" in request.POST
        if agreed != (code in filling.draft.reused):
            filling.use_again(code, asking.known.person_id, agreed=agreed)
    return stay


def _check(asking: Asking) -> HttpResponse:
    """The summary; POST hands it in."""
    request = asking.request
    missing = asking.first_open()
    if missing != ways.CHECK:
        return asking.to(missing)
    answers: dict[str, Any] = {}
    groups = []
    for screen in asking.application.screens:
        if screen.code not in dict(asking.way):
            continue
        form = asking.form(screen, bound(asking.filling.answers))
        if not form.is_valid():
            asking.filling.ask_again(screen.code)
            return asking.to(screen.code)
        answers |= form.cleaned_data
        groups.append((screen, [ui.Fact(*pair) for pair in summary(form)]))
    fault: Refusal | None = None
    if request.method == "POST":
        verb = actions.take if asking.acting.how == "counter" else actions.hand_in
        try:
            made = verb(
                asking.union(),
                by=actions.signing(request.actor, asking.service, asking.acting.how),
                acting=request.actor,
                service=asking.service,
                system=asking.system.code,
                filling=asking.filling,
                answers=answers,
                known=asking.known,
                keep=request.POST.getlist("keep"),
            )
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            fault = refusal
        else:
            return redirect("hall-receipt", made.number)
    return asking.draw(
        ways.CHECK,
        "hall/apply/check.html",
        fault.status if fault else 200,
        groups=groups,
        fault=fault,
        mend_url=_mend(asking, fault),
        materials=_shown_materials(asking),
        keepable=[
            item
            for item in asking.service.materials
            if item.reusable
            and asking.filling.draft.files.get(item.code)
            and asking.known.person_id
            and asking.acting.how != "proxy"
        ],
        standing=matching.standing(asking.service, asking.known),
    )


def _mend(asking: Asking, fault: Refusal | None) -> str:
    """The screen where what was refused is asked."""
    if fault is None or not fault.field:
        return ""
    for screen in asking.application.screens:
        if fault.field in screen.form.base_fields:
            return reverse("hall-apply-step", args=[asking.service.code, screen.code])
    if fault.field == "materials":
        return reverse("hall-apply-step", args=[asking.service.code, ways.MATERIALS])
    return ""


def _shown_materials(asking: Asking) -> list[tuple[str, str]]:
    draft = asking.filling.draft
    return [
        (
            item.title,
            "使用已存的材料"
            if item.code in draft.reused
            else f"{len(draft.files.get(item.code, []))} 份"
            if draft.files.get(item.code)
            else "没有提供",
        )
        for item in asking.service.materials
    ]


def bound(answers: dict[str, Any]) -> MultiValueDict[str, Any]:
    """Kept answers as a form reads them."""
    return MultiValueDict(
        {
            name: value if isinstance(value, list) else [] if value in (None, "") else [value]
            for name, value in answers.items()
        }
    )


def summary(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Label and answer of each field, in words."""
    found = []
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if value in (None, "", [], ()):
            continue
        if isinstance(value, bool):
            words = "是" if value else "否"
        elif isinstance(field, forms.MultipleChoiceField):
            names = {str(key): str(word) for key, word in field.choices}
            words = "、".join(names.get(str(item), str(item)) for item in value)
        elif isinstance(field, forms.ChoiceField):
            words = {str(key): str(word) for key, word in field.choices}.get(str(value), str(value))
        else:
            words = str(value)
        found.append((str(field.label or name), words))
    return found


@require_POST
def drop(request: HttpRequest, code: str) -> HttpResponse:
    """Forget the draft."""
    asking = Asking(request, code)
    asking.filling.drop()
    return redirect("hall-service", code=code)


@never_cache
@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """What was handed in, what happens next, by when."""
    rows = Handing.objects.unscoped(OWN).select_related("union").filter(number=number)
    with wall_at(Scope.everything()):
        handing = rows.first()
    actor = request.actor
    mine = handing is not None and (
        (handing.person_id is not None and handing.person_id == actor.person_id)
        or handing.owner == frame.owner_of(request)
    )
    if handing is None or not mine:
        raise Missing("没有这份回执。", remedy="请在“我的办事”中查看，或向受理的工会查询。")
    context = {"handing": handing, "acting": frame.whom(request)}
    return render(request, "hall/apply/receipt.html", context)
