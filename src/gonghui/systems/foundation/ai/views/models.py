"""Models: versions with their figures, the card of each, training, switching, the filing note."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from gonghui.engines.language import tunables
from gonghui.engines.language.actions import learning
from gonghui.engines.language.models import ModelState, ModelVersion
from gonghui.engines.language.permissions import ACTIVATE, TRAIN, VIEW_MODELS
from gonghui.engines.language.queries import models as queries
from gonghui.engines.language.queries import tasks
from gonghui.engines.language.rules import training
from gonghui.engines.language.rules.categories import CATEGORIES
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.jobs.models import Task
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.forms import ActionForm
from gonghui.kernel.ui import components as ui
from gonghui.kernel.ui.components import pill

TONES = {
    ModelState.CANDIDATE: "wait",
    ModelState.ACTIVE: "good",
    ModelState.RETIRED: "idle",
}


class SwitchForm(ActionForm):
    reason = forms.CharField(
        label="理由", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


def overview(request: HttpRequest) -> HttpResponse:
    """The versions; a POST has a new one trained in the background."""
    actor: Actor = request.actor
    actor.require(VIEW_MODELS)
    if request.method == "POST":
        province = _province(actor)
        if province is None:
            raise Forbidden("模型全省共用，由省总工会训练。", remedy="请联系省总工会网络工作部。")
        try:
            learning.order_training(province, by=actor)
            messages.success(request, "已开始在后台训练，可以离开本页。")
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("ai-models"))
    used = queries.active_number()
    builtin = training.known_figures()["builtin"]
    rows = [
        *(
            (item.number, item.figures, item.state, item.corrections, item.trained_at)
            for item in queries.versions().defer("packed")
        ),
        (
            0,
            builtin,
            ModelState.ACTIVE if used == 0 else ModelState.RETIRED,
            0,
            None,
        ),
    ]
    context = {
        "table": ui.Table(
            "模型版本",
            [
                ui.Column("版本", "title"),
                ui.Column("状态", "state"),
                ui.Column("正确率", "number"),
                ui.Column("前三含正确", "number"),
                ui.Column("宏平均 F1", "number"),
                ui.Column("校准误差", "number"),
                ui.Column("学习的纠正", "number"),
            ],
            [
                ui.Row(
                    str(number),
                    [
                        f"第 {number} 版" if number else "内置模型",
                        pill(str(ModelState(state).label), TONES[ModelState(state)]),
                        f"{100 * figures['right']:.1f}%",
                        f"{100 * figures['among_three']:.1f}%",
                        f"{figures['macro_f1']:.3f}",
                        f"{figures['calibration_error']:.3f}",
                        corrections,
                    ],
                    reverse("ai-model", args=[number]),
                )
                for number, figures, state, corrections, _ in rows
            ],
        ),
        "may_train": _province(actor) is not None and tasks.under_way() is None,
        **_training(),
    }
    return render(request, "ai/models.html", context)


def training_state(request: HttpRequest) -> HttpResponse:
    """How far the training is, asked by the page every two seconds."""
    actor: Actor = request.actor
    actor.require(VIEW_MODELS)
    return render(request, "ai/training.html", _training())


def _training() -> dict[str, Any]:
    """The latest training: under way, failed, or the version it gave."""
    task = tasks.latest()
    if task is None:
        return {"task": None}
    return {
        "task": task,
        "running": not task.is_over,
        "done": task.percent or 0,
        "stage": task.get_state_display(),
        "failed": task.state in (Task.State.FAILED, Task.State.CANCELLED),
        "made": task.result.get("number") if task.state == Task.State.DONE else None,
        "poll_url": "" if task.is_over else reverse("ai-training"),
    }


def _province(actor: Actor) -> Union | None:
    """The province, for whoever may train there."""
    return Union.objects.within(actor.scope(TRAIN)).filter(parent=None).first()


def card(request: HttpRequest, number: int) -> HttpResponse:
    """The card of a version; a POST puts it in use, or back to the built-in one."""
    actor: Actor = request.actor
    actor.require(VIEW_MODELS)
    found = queries.versions().defer("packed").filter(number=number).first()
    if found is None and number:
        raise Missing("没有这一版模型。", remedy="请从模型列表进入。")
    form = SwitchForm(request.POST if request.method == "POST" else None, actor=actor)
    status = 200
    if request.method == "POST" and found is not None and form.is_valid():
        verb = learning.deactivate if request.POST.get("do") == "stop" else learning.activate
        try:
            verb(found, by=actor, reason=form.cleaned_data["reason"])
            messages.success(request, "已切换模型，几秒内各处生效。")
            return HttpResponseRedirect(reverse("ai-model", args=[number]))
        except Refusal as refusal:
            if refusal.status in (401, 403):
                raise
            form.refuse(refusal)
            status = refusal.status
    return render(request, "ai/card.html", _card(actor, number, found, form), status=status)


def _card(actor: Actor, number: int, found: ModelVersion | None, form: Any) -> dict[str, Any]:
    figures = found.figures if found else training.known_figures()["builtin"]
    apart = figures.get("apart")
    active = queries.active_number() == number
    return {
        "number": number,
        "found": found,
        "active": active,
        "form": form,
        "may_switch": found is not None and actor.may(ACTIVATE, found.org_path),
        "facts": [
            ui.Fact("用途", "给职工来文建议类别，供人采用或纠正；不作决定"),
            ui.Fact("方法", "词、字、字对和提示语的多项逻辑回归，温度校准；在本机运行，不联网"),
            ui.Fact("训练文本", f"{found.texts if found else training.builtin().trained_on} 条"),
            ui.Fact("其中纠正", f"{found.corrections if found else 0} 条"),
            ui.Fact("测试文本", f"{figures['texts']} 条，按文字散列固定抽出，从不参加训练"),
            ui.Fact("正确率", f"{100 * figures['right']:.1f}%"),
            *(
                [
                    ui.Fact(
                        "另写文本的正确率",
                        f"{100 * apart['right']:.1f}%（{apart['texts']} 条，与训练文本说法不同）",
                    )
                ]
                if apart
                else []
            ),
            ui.Fact("前三类含正确", f"{100 * figures['among_three']:.1f}%"),
            ui.Fact("宏平均 F1", f"{figures['macro_f1']:.3f}"),
            ui.Fact("校准误差", f"{figures['calibration_error']:.3f}"),
            ui.Fact(
                f"把握不低于 {training.SURE:.0%} 的",
                f"占 {100 * figures['sure_share']:.1f}%，其中正确 "
                f"{100 * figures['sure_right']:.1f}%",
            ),
        ],
        "labels": ui.Table(
            "各类别",
            [
                ui.Column("类别", "title"),
                ui.Column("测试文本", "number"),
                ui.Column("查准率", "number"),
                ui.Column("查全率", "number"),
                ui.Column("F1", "number"),
            ],
            [
                ui.Row(
                    line["label"],
                    [
                        CATEGORIES.get(line["label"], line["label"]),
                        line["texts"],
                        f"{100 * line['precision']:.0f}%",
                        f"{100 * line['recall']:.0f}%",
                        f"{line['f1']:.2f}",
                    ],
                )
                for line in figures["labels"]
            ],
        ),
        "confused": [
            (CATEGORIES.get(right, right), CATEGORIES.get(taken, taken), count)
            for right, taken, count in figures["confused"]
        ],
        "danger": training.known_figures()["danger"],
        "alarms": training.known_figures()["alarms"]["apart"],
    }


def filing(request: HttpRequest) -> HttpResponse:
    """What an algorithm or generative service filing asks for, as this installation stands."""
    actor: Actor = request.actor
    actor.require(VIEW_MODELS)
    on = tunables.DRAFT_ON.value()
    context = {
        "on": on,
        "model": tunables.DRAFT_MODEL.value() if on else "",
        "simulated": tunables.DRAFTER.is_simulated(),
        "number": queries.active_number(),
        "texts": training.builtin().trained_on,
    }
    return render(request, "ai/filing.html", context)
