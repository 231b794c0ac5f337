"""The complainant's own thread, by sign-in or by reference code."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from gonghui.engines.casework.actions import after, intake
from gonghui.engines.casework.declaring import kind_of
from gonghui.engines.casework.forms import Track
from gonghui.engines.casework.models import Intake, ThreadLine
from gonghui.engines.casework.queries import cases as queries
from gonghui.engines.casework.views.desk import TONES
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.ui import components as ui

PROVED, UNTIL = "casework_thread", "casework_thread_until"
MINUTES = timedelta(minutes=30)
BY_CODE = "the code was proved in this session a short while ago"
HELP = (
    "我们看到您现在可能很难受，工作人员会马上联系您。您也可以现在就拨打 12351（工会热线）、"
    "12356（心理援助热线）；身边有危险时请先拨打 110 或 120。"
)
"""Fixed words for whoever writes of danger in an own thread: never made by a machine."""


@require_http_methods(["GET", "HEAD", "POST"])
def thread_page(request: HttpRequest, number: str) -> HttpResponse:
    """The own thread of who is signed in."""
    return _thread(request, queries.own(number, request.actor), request.actor)


@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Ask after a complaint by its reference code."""
    form = Track(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            found = intake.by_code(form.cleaned_data["code"], ip=request.actor.ip)
        except Refusal as refusal:
            form.add_error("code", str(refusal))
            status = refusal.status
        else:
            request.session[PROVED] = found.pk
            request.session[UNTIL] = (timezone.now() + MINUTES).isoformat()
            return redirect("casework:tracked")
    return render(request, "casework/track.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def tracked(request: HttpRequest) -> HttpResponse:
    """The thread whose code was proved in this session."""
    until = parse_datetime(request.session.get(UNTIL, "") or "")
    if until is None or timezone.now() > until:
        request.session.pop(PROVED, None)
        return redirect("casework:track")
    with everywhere():
        found = Intake.objects.unscoped(BY_CODE).get(pk=request.session[PROVED])
    return _thread(request, found, intake.CODE_HOLDER)


def _thread(request: HttpRequest, found: Intake, by: Actor) -> HttpResponse:
    status = 200
    wrong: Refusal | None = None
    if request.method == "POST":
        try:
            _do(request, found, by)
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            wrong, status = refusal, refusal.status
        else:
            messages.success(request, "已提交。")
            if intake.sounds_of_danger(kind_of(found.case), request.POST.get("words", "")):
                messages.warning(request, HELP)
            return redirect(request.path)
    thread = queries.thread(found)
    events = [
        ui.Event(event.at, event.title, event.union_name, event.text) for event in thread.events
    ]
    context = {
        "thread": thread,
        "tone": TONES[thread.case.phase],
        "events": events[::-1],
        "lines": [
            ui.Event(
                line.at,
                "我" if line.side == ThreadLine.Side.COMPLAINANT else "工会",
                text=line.text.reveal(),
            )
            for line in thread.lines
        ],
        "answers": [(answer, answer.text.reveal()) for answer in thread.answers],
        "wrong": wrong,
        "typed": request.POST if wrong else {},
    }
    response = render(request, "casework/thread.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _do(request: HttpRequest, found: Intake, by: Actor) -> None:
    words = request.POST.get("words", "")
    match request.POST.get("do"):
        case "tell":
            intake.tell(found, by=by, text=words)
        case "rate":
            score = request.POST.get("score", "")
            after.rate(found, by=by, score=int(score) if score.isdecimal() else 0, words=words)
        case "reopen":
            after.reopen(found, by=by, words=words)
        case "withdraw":
            intake.withdraw(found, by=by, words=words)
        case _:
            raise Refusal("没有这个办理环节。", code="no_verb")
