"""One case: what the actor may see of it, and the verbs that may be done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.engines.casework.actions import collective, materials, revealing, work
from gonghui.engines.casework.actions.telling import link_of
from gonghui.engines.casework.actions.verbs import VERBS, Verb
from gonghui.engines.casework.declaring import kind_of
from gonghui.engines.casework.forms import INTAKE_FORMS, VERB_FORMS, Words
from gonghui.engines.casework.models import Case, Intake, PartRole, PartState
from gonghui.engines.casework.queries import cases as queries
from gonghui.engines.casework.views.desk import LIGHTS, TONES
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.ui import components as ui

ONE = "the intake of a case the actor may see"
MAIN = ("accept", "take", "draft", "submit_reply", "review", "close")
GRAVE = ("decline", "send_back")


@require_safe
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    """The case, its complainants as far as they may be seen, clocks, parts, history."""
    actor: Actor = request.actor
    case = queries.get(number, actor)
    face = queries.face(case, actor)
    kind = kind_of(case)
    offered = [
        ui.Action(VERBS[name].title, reverse("casework:do", args=[case.number, name]))
        for name in VERB_FORMS
        if _fits(face, name)
    ]
    main = {VERBS[name].title for name in MAIN}
    files = materials.of_each(person.intake for person in face.people)
    context = {
        "case": case,
        "face": face,
        "kind": kind,
        "tone": TONES[case.phase],
        "people": [(person, files[person.intake.pk]) for person in face.people],
        "facts": _facts(case),
        "clocks": [(clock, ui.pill(words, LIGHTS[light])) for clock, light, words in face.clocks],
        "next": [item for item in offered if item.title in main],
        "others": [item for item in offered if item.title not in main],
        "events": [
            ui.Event(
                event.at,
                event.title,
                f"{event.union_name} {event.by_name}".strip(),
                event.text,
                "good" if event.public else "idle",
            )
            for event in reversed(face.events)
        ],
        "alike": _alike(face) if face.can("join") else [],
        "intake_verbs": [(name, VERBS[name].title) for name in INTAKE_FORMS if face.can(name)],
        "may_reveal": face.sight.reveal and face.can("reveal"),
        "merged_link": link_of(case.merged_into) if case.merged_into else "",
        "panel": kind.panel(case, actor) if kind.panel else None,
        "back_url": reverse("casework:desk"),
    }
    response = render(request, "casework/case.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def open_case(request: HttpRequest, number: str) -> HttpResponse:
    """Go to the page of a case, its system's own where it has one."""
    return redirect(link_of(queries.get(number, request.actor)))


def _fits(face: queries.Face, name: str) -> bool:
    """Whether a verb makes sense now, beyond what phase and permission say."""
    case = face.case
    if not face.can(name):
        return False
    kind = kind_of(case)
    asked = any(reply.state in ("draft", "returned") for reply in face.replies)
    supervision = case.supervisions.exclude(state="closed").first()
    wanted = {
        "pause": case.paused_on is None and case.due_on is not None,
        "resume": case.paused_on is not None,
        "submit_reply": asked,
        "step": bool(kind.steps),
        "report": supervision is not None and supervision.state == "open",
        "settle": supervision is not None and supervision.state == "answered",
        "supervise": supervision is None,
        "ask_extension": any(rule.extension for rule in kind.clocks),
        "decide_extension": any(
            clock.extensions.filter(state="asked").exists() for clock, _, _ in face.clocks
        ),
        "send_back": bool(face.movements),
    }
    return wanted.get(name, True)


def _facts(case: Case) -> list[ui.Fact]:
    kind = kind_of(case)
    return [
        ui.Fact("业务", kind.title),
        ui.Fact("编号", case.number),
        ui.Fact("类别", kind.category_words(case.category) or "待分类"),
        ui.Fact("难度", case.get_difficulty_display()),
        ui.Fact("首次来件渠道", case.get_channel_display()),
        ui.Fact("身份", case.get_secrecy_display()),
        ui.Fact("被反映单位", case.respondent_name or "未登记"),
        ui.Fact("办理工会", case.union.name),
        ui.Fact("承办人", case.handler_name or "未签收"),
        ui.Fact("来件数", case.intakes_count),
        ui.Fact("环节", kind.steps.get(case.step, "") or "—"),
        ui.Fact("办理轮次", f"第 {case.round} 次"),
        ui.Fact("转办摘要", case.summary or "—", wide=True),
    ]


def _alike(face: queries.Face) -> list[tuple[Case, Any]]:
    """Cases like this one that the actor may see as well."""
    found = {item.case_id: item for item in queries.alike(face.case)}
    rows = Case.objects.seen_by(face.actor, kind_of(face.case).permissions.view)
    return [(case, found[case.pk]) for case in rows.filter(pk__in=found).select_related("union")]


@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """The form of a verb, for the case or for one of its complaints."""
    actor: Actor = request.actor
    case = queries.get(number, actor)
    found = VERBS.get(verb)
    form_class = VERB_FORMS.get(verb) or INTAKE_FORMS.get(verb)
    if not isinstance(found, Verb) or form_class is None:
        raise Missing("没有这个办理环节。", code="no_verb")
    subject: Any = case
    if verb in INTAKE_FORMS:
        subject = _intake(case, request.GET.get("intake", ""))
    status, version = 200, str(case.version)
    if request.method == "POST":
        form = form_class(request.POST, actor=actor, record=case)
        status = 422
        # The version once seen stays until the person was told of a newer one.
        version = request.POST.get("version", "")
        if form.is_valid():
            values = dict(form.cleaned_data)
            if subject is case and version.isdecimal():
                values["version"] = int(version)
            try:
                with transaction.atomic():
                    found(subject, by=actor, **values)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
                version = str(case.version) if refusal.code == "stale" else version
            else:
                messages.success(request, f"已办理：{found.title}。")
                return _after(case, actor)
    else:
        form = form_class(actor=actor, record=case)
    context = {
        "case": case,
        "form": form,
        "title": found.title,
        "version": version if subject is case else "",
        "help": _help(case, verb),
        "back_url": link_of(case),
    }
    return render(request, "casework/do.html", context, status=status)


def _help(case: Case, verb: str) -> str:
    if verb == "route" and case.phase != "received":
        try:
            union, because = work.proposed(case, case.union)
        except Refusal as refusal:
            return str(refusal)
        return f"按派发表：{union.name}。{because}"
    if verb == "review":
        reply = case.replies.exclude(state="sent").first()
        return f"答复内容：{reply.text.reveal()}" if reply else ""
    return ""


def _after(case: Case, actor: Actor) -> HttpResponse:
    """Back to the case, or to the desk when it is no longer the actor's to see."""
    fresh = Case.objects.unscoped(ONE).get(pk=case.pk)
    return redirect(link_of(fresh) if queries.may_see(actor, fresh) else reverse("casework:desk"))


def _intake(case: Case, text: str) -> Intake:
    rows = Intake.objects.unscoped(ONE).filter(case=case)
    found = rows.filter(pk=int(text)).first() if text.isdecimal() else None
    if found is None:
        raise Missing("这件来件不在这个办件里。", code="missing")
    return found


@require_POST
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Who complained, on a reason that is kept."""
    case = queries.get(number, request.actor)
    shown = revealing.reveal(case, by=request.actor, reason=request.POST.get("reason", "").strip())
    context = {"case": case, "shown": shown, "back_url": link_of(case)}
    response = render(request, "casework/revealed.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def join(request: HttpRequest, number: str) -> HttpResponse:
    """Join the chosen cases into this one."""
    case = queries.get(number, request.actor)
    others = [int(text) for text in request.POST.getlist("case") if text.isdecimal()]
    try:
        collective.join(case, by=request.actor, others=others)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已并案办理。")
    return redirect(link_of(case))


@require_http_methods(["GET", "HEAD", "POST"])
def part_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What another unit was asked: the task that was written for it, and its answer."""
    actor: Actor = request.actor
    part = queries.part(pk, actor)
    form = Words(request.POST or None, actor=actor, record=part)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                work.answer_part(part, by=actor, text=form.cleaned_data["text"])
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, "已反馈。")
                return redirect("casework:part", pk)
    kind = kind_of(part.case)
    right = kind.permissions.handle
    context = {
        "part": part,
        "form": form,
        "kind": kind,
        "facts": [
            ui.Fact("编号", part.case.number),
            ui.Fact("业务", kind.title),
            ui.Fact("类别", kind.category_words(part.case.category) or "待分类"),
            ui.Fact("提出", f"{part.case.union.name} {part.asked_by_name}"),
            ui.Fact("反馈期限", part.due_on),
            ui.Fact("来件人", "、".join(queries.disclosed_names(part)) or "不告知"),
            ui.Fact("要求", part.task, wide=True),
        ],
        "open": part.state in (PartState.ASKED, PartState.RETURNED)
        and actor.may(right, part.org_path),
        "respondent": part.role == PartRole.RESPONDENT,
        "tone": "good" if part.state == PartState.ANSWERED else "wait",
    }
    return render(request, "casework/part.html", context, status=status)
