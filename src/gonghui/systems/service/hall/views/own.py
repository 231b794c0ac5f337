"""My materials, whom I let act for me, and how pages look for me."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.resource.forms import DayField
from gonghui.systems.service.hall.actions import own as actions
from gonghui.systems.service.hall.models import Ease, KeptMaterial, Proxy
from gonghui.systems.service.hall.models.own import Contrast, Motion, ProxyState, Simple, TextSize
from gonghui.systems.service.hall.queries import materials as keeping
from gonghui.systems.service.hall.queries import offering, proxies
from gonghui.systems.service.hall.rules import proxies as rules
from gonghui.systems.service.hall.views import frame

RELATIONS = [(word, word) for word in ("配偶", "父母", "子女", "兄弟姐妹", "同事", "其他")]
TONES = {"asked": "wait", "granted": "good", "refused": "stop", "ended": "idle"}
USUAL = timedelta(days=90)
SAME_ANSWER = "已发出。如果姓名和证件号码无误，对方会收到您的申请，同意后您会收到消息。"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def materials(request: HttpRequest) -> HttpResponse:
    """What I keep with you, what it was used for; POST takes the consent to one back."""
    actor, person_id = frame.own(request)
    if request.method == "POST":
        asked = request.POST.get("drop", "")
        rows = KeptMaterial.objects.filter(person_id=person_id)
        kept = rows.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
        if kept is None:
            raise Missing("没有这份材料。")
        actions.drop_material(kept, by=actor)
        messages.success(request, "不再保留，以后办事不会再用到它。")
        return redirect("hall-materials")
    return render(request, "hall/materials.html", {"items": keeping.kept(person_id)})


class ProxyForm(forms.Form):
    """Whom I want to act for, in what, until when."""

    name = forms.CharField(label="对方姓名", max_length=50)
    document_number = forms.CharField(
        label="对方证件号码",
        max_length=24,
        widget=forms.TextInput(attrs={"data-private": "", "autocomplete": "off"}),
    )
    relation = forms.ChoiceField(label="与您的关系", choices=RELATIONS)
    services = forms.MultipleChoiceField(
        label="代办哪些事",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选为大厅里可以代办的全部事项。",
    )
    until = DayField(label="代办到哪一天", help_text="最长一年，对方可以随时终止。")
    groups = [("", ["name", "document_number", "relation", "services", "until"])]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {
            item.code: item.title
            for item in offering.every()
            if item.apply is not None and item.apply.proxied
        }
        self.fields["services"].choices = list(self.names.items())
        if not self.names:
            del self.fields["services"]
        self.fields["until"].initial = timezone.localdate() + USUAL


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def proxy_list(request: HttpRequest) -> HttpResponse:
    """Who may act for me and for whom I may; POST answers or ends one."""
    actor, person_id = frame.own(request)
    if request.method == "POST":
        asked = request.POST.get("proxy", "")
        _answer(request, int(asked) if asked.isdecimal() and len(asked) < 19 else 0, person_id)
        return redirect("hall-proxies")
    names = {item.code: item.title for item in offering.every()}
    items = [
        {
            "proxy": item,
            "mine": item.principal_person_id == person_id,
            "who": mask_name(
                item.agent_name if item.principal_person_id == person_id else item.principal_name
            ),
            "what": "、".join(names.get(code, code) for code in item.services) or "全部可代办事项",
            "tone": TONES[item.state],
            "open": item.state in rules.OPEN,
        }
        for item in proxies.of_person(person_id)
    ]
    context = {
        "waiting": [
            item for item in items if item["mine"] and item["proxy"].state == ProxyState.ASKED
        ],
        "others": [
            item for item in items if not (item["mine"] and item["proxy"].state == ProxyState.ASKED)
        ],
        "rule": rules.RULE,
        "actor": actor,
    }
    return render(request, "hall/proxies.html", context)


def _answer(request: HttpRequest, pk: int, person_id: int) -> None:
    what = request.POST.get("do", "")
    if what == "lay_down":
        actions.lay_down(None, by=request.actor, pk=pk)
        messages.success(request, "已放弃代办。")
        return
    proxy = Proxy.objects.filter(pk=pk, principal_person_id=person_id).first()
    if proxy is None:
        raise Missing("没有这项代办申请。")
    if what == "end":
        actions.end_proxy(proxy, by=request.actor)
        messages.success(request, "已终止，对方不能再为您办理。")
    else:
        agreed = what == "agree"
        actions.answer_proxy(proxy, by=request.actor, agreed=agreed)
        messages.success(request, "已同意。" if agreed else "已拒绝，对方不会收到通知。")


@never_cache
@sensitive_post_parameters("document_number")
@require_http_methods(["GET", "HEAD", "POST"])
def ask_proxy(request: HttpRequest) -> HttpResponse:
    """Ask somebody for their consent; the answer is the same whether or not they are known."""
    actor, _person = frame.own(request)
    form = ProxyForm(request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        chosen = values.get("services", [])
        try:
            actions.ask_proxy(
                by=actor,
                now=timezone.now(),
                name=values["name"],
                document_number=values["document_number"],
                relation=values["relation"],
                services=chosen,
                until=values["until"],
                words="、".join(form.names[code] for code in chosen),
            )
        except Refusal as refusal:
            name = refusal.field if refusal.field in form.fields else None
            params = {"rule": refusal.rule, "remedy": refusal.remedy}
            form.add_error(name, ValidationError(refusal.message, params=params))
            status = refusal.status
        else:
            messages.success(request, SAME_ANSWER)
            return redirect("hall-proxies")
    return render(request, "hall/proxy_ask.html", {"form": form, "rule": rules.RULE}, status=status)


class EaseForm(forms.Form):
    """How pages look."""

    text = forms.ChoiceField(label="字号", choices=TextSize.choices, widget=forms.RadioSelect)
    contrast = forms.ChoiceField(label="对比度", choices=Contrast.choices, widget=forms.RadioSelect)
    motion = forms.ChoiceField(label="动画", choices=Motion.choices, widget=forms.RadioSelect)
    simple = forms.ChoiceField(
        label="页面",
        choices=Simple.choices,
        widget=forms.RadioSelect,
        help_text="简洁页面只留正在办理的事和办事入口。",
    )
    groups = [("", ["text", "contrast", "motion", "simple"])]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ease(request: HttpRequest) -> HttpResponse:
    """Large type and barrier-free mode: kept in this browser, and for whoever is signed in."""
    lacking = frame.eased(request)
    form = EaseForm(
        request.POST if request.method == "POST" else None,
        initial={
            field: request.COOKIES.get(cookie, "normal")
            for field, cookie in frame.EASE_COOKIES.items()
        },
    )
    if form.is_bound and form.is_valid():
        if request.actor.user_id is not None:
            actions.choose(None, by=request.actor, **form.cleaned_data)
        messages.success(request, "已保存。")
        values = {frame.EASE_COOKIES[field]: value for field, value in form.cleaned_data.items()}
        return frame.with_ease(redirect("hall-ease"), values)
    status = 422 if form.errors else 200
    context = {"form": form, "kept": Ease.objects.filter(user_id=request.actor.user_id).first()}
    return frame.with_ease(render(request, "hall/ease.html", context, status=status), lacking)
