"""The counter (窗口): a cadre serves who stands there; the register of services for cadres."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.base.identifiers import DocumentKind
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.org.models import Union
from gonghui.kernel.people import persons
from gonghui.kernel.resource.declaration import services as declared
from gonghui.kernel.resource.forms import DayField
from gonghui.kernel.resource.services import AUDIENCE_WORDS, Audience
from gonghui.kernel.ui import components as ui
from gonghui.systems.service.hall.actions import applying as actions
from gonghui.systems.service.hall.actions import own
from gonghui.systems.service.hall.models.own import ProxyState
from gonghui.systems.service.hall.permissions import (
    CONSENT,
    COUNTER,
    VIEW_HANDED,
    VIEW_SERVICES,
)
from gonghui.systems.service.hall.queries import offering, proxies, statistics
from gonghui.systems.service.hall.rules import matching
from gonghui.systems.service.hall.rules import proxies as rules
from gonghui.systems.service.hall.views import frame
from gonghui.systems.service.hall.views.own import ProxyForm

SEAT = "the union whose counter it is; the action checks the place"
RULE = "窗口受理须核对本人身份证件原件"


class MeetForm(forms.Form):
    """Who stands at the counter, from the document they show."""

    name = forms.CharField(label="姓名", max_length=50)
    document_kind = forms.ChoiceField(label="证件类型", choices=DocumentKind.choices())
    document_number = forms.CharField(
        label="证件号码",
        max_length=24,
        help_text="照本人出示的证件原件录入。",
        widget=forms.TextInput(attrs={"data-private": "", "autocomplete": "off"}),
    )
    mobile = forms.CharField(
        label="手机号码",
        required=False,
        max_length=20,
        help_text="还没有档案的填写，用来通知办理结果。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "data-private": ""}),
    )
    born_on = DayField(label="出生日期", required=False, help_text="居民身份证不用填。")
    sex = forms.ChoiceField(
        label="性别",
        required=False,
        choices=[("", "请选择"), ("1", "男"), ("2", "女")],
        help_text="居民身份证不用填。",
    )
    groups = [("", ["name", "document_kind", "document_number", "mobile", "born_on", "sex"])]


@never_cache
@sensitive_post_parameters("document_number", "mobile")
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """Check who stands there, then what they can have done."""
    actor: Actor = request.actor
    actor.require(COUNTER)
    acting = frame.whom(request)
    if acting.how == "counter":
        return _serving(request, acting)
    form = MeetForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            identity = persons.Identity.checked(
                today=timezone.localdate(),
                **{name: value for name, value in form.cleaned_data.items() if value},
            )
            person = actions.meet(_seat(actor), by=actor, identity=identity)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            name = refusal.field if refusal.field in form.fields else None
            params = {"rule": refusal.rule, "remedy": refusal.remedy}
            form.add_error(name, ValidationError(refusal.message, params=params))
            status = refusal.status
        else:
            frame.act_for(request, person.pk, "counter")
            return redirect("counter")
    return render(request, "hall/counter.html", {"form": form, "rule": RULE}, status=status)


def _seat(actor: Actor) -> Union:
    held = [item for item in actor.grants if item.path in actor.paths(COUNTER)]
    seat = next((item for item in held if item.union_id == actor.union_id), None) or next(
        iter(held), None
    )
    if seat is None:
        raise Forbidden("没有在窗口受理的权限。", code="forbidden")
    return Union.objects.unscoped(SEAT).get(pk=seat.union_id)


def _serving(request: HttpRequest, acting: frame.Whom) -> HttpResponse:
    """The services for whoever stands there, with their conditions judged."""
    items = []
    for service in offering.for_whom(acting.known, None):
        address = offering.counter_of(service)
        standing = matching.standing(service, acting.known)
        items.append({"service": service, "address": address, "refused": standing.refused})
    context = {"acting": acting, "items": items}
    return render(request, "hall/counter_serving.html", context)


@never_cache
@sensitive_post_parameters("document_number")
@require_http_methods(["GET", "HEAD", "POST"])
def consents(request: HttpRequest) -> HttpResponse:
    """Whom the person at the counter lets act for them; for who has no account of their own."""
    actor: Actor = request.actor
    actor.require(CONSENT)
    acting = frame.whom(request)
    if acting.how != "counter" or acting.person_id is None:
        return redirect("counter")
    form = ProxyForm()
    status = 200
    if ended := request.POST.get("end", ""):
        pk = int(ended) if ended.isdecimal() and len(ended) < 19 else 0
        own.end_at_counter(_seat(actor), by=actor, principal_person_id=acting.person_id, pk=pk)
        messages.success(request, "已终止。")
        return redirect("counter-consents")
    if request.method == "POST":
        form = ProxyForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                _take_consent(actor, acting.person_id, form.cleaned_data)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                name = refusal.field if refusal.field in form.fields else None
                params = {"rule": refusal.rule, "remedy": refusal.remedy}
                form.add_error(name, ValidationError(refusal.message, params=params))
                status = refusal.status
            else:
                messages.success(request, "已登记。请打印授权书，由本人签名后存档。")
                return redirect("counter-consents")
    names = {item.code: item.title for item in offering.every()}
    items = [
        {
            "proxy": item,
            "agent": mask_name(item.agent_name),
            "what": "、".join(names.get(code, code) for code in item.services) or "全部可代办事项",
        }
        for item in proxies.open_of(acting.person_id)
    ]
    context = {
        "form": form,
        "acting": acting,
        "items": [item for item in items if item["proxy"].state == ProxyState.GRANTED],
        "asked": [item for item in items if item["proxy"].state == ProxyState.ASKED],
        "rule": rules.RULE,
    }
    return render(request, "hall/counter_consents.html", context, status=status)


def _take_consent(actor: Actor, principal_person_id: int, values: dict[str, Any]) -> None:
    own.consent_at_counter(
        _seat(actor),
        by=actor,
        principal_person_id=principal_person_id,
        name=values["name"],
        document_number=values["document_number"],
        relation=values["relation"],
        services=values.get("services", []),
        until=values["until"],
    )


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """The next, please."""
    frame.stop_acting(request)
    messages.success(request, "已结束为这位职工办理。")
    return redirect("counter" if request.actor.may(COUNTER) else "hall")


@never_cache
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every service: where it is asked for online and at the counter, how much, how it is rated."""
    actor: Actor = request.actor
    actor.require(VIEW_SERVICES)
    figures = statistics.by_service(actor.scope(VIEW_HANDED), timezone.localdate())
    rows = [_row(code, figures) for code in declared()]
    totals = statistics.totals(figures)
    context = {
        "table": ui.Table(
            "服务事项",
            [
                ui.Column("服务事项", "title"),
                ui.Column("系统"),
                ui.Column("对象"),
                ui.Column("时限"),
                ui.Column("网上"),
                ui.Column("窗口"),
                ui.Column("网上受理", "number"),
                ui.Column("窗口受理", "number"),
                ui.Column("代办", "number"),
                ui.Column("评分", "number"),
            ],
            rows,
        ),
        "count": len(rows),
        "stats": [
            ui.Stat("服务事项", len(rows), "项"),
            ui.Stat("近 30 天网上受理", totals["web"], "件"),
            ui.Stat("近 30 天窗口受理", totals["counter"], "件"),
            ui.Stat("近 30 天代办", totals["proxy"], "件"),
        ],
    }
    return render(request, "hall/catalogue.html", context)


def _row(code: str, figures: dict[str, dict[str, Any]]) -> ui.Row:
    system, service = declared()[code]
    figure = figures.get(code, {})
    return ui.Row(
        code,
        [
            service.title,
            f"{system.code} {system.name}",
            "、".join(AUDIENCE_WORDS[item] for item in Audience if item in service.who),
            service.guide.time_limit,
            "可办" if offering.start_of(service) else "未开通",
            "可受理" if offering.counter_of(service) else "本人办理",
            figure.get("web", 0),
            figure.get("counter", 0),
            figure.get("proxy", 0),
            figure.get("score") or "",
        ],
    )
