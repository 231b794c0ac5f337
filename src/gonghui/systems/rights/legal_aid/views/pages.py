"""What workers see: ask, follow the own matter; what lawyers do; what the counter takes in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.engines.casework.actions import intake, materials
from gonghui.engines.casework.actions.materials import MATERIALS
from gonghui.engines.casework.actions.telling import link_of
from gonghui.engines.casework.declaring import kind_of
from gonghui.engines.casework.models import Intake
from gonghui.engines.casework.queries import cases
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.files.purposes import Purpose
from gonghui.kernel.files.storing import store
from gonghui.kernel.org.models import Union
from gonghui.kernel.people.persons import membership_of
from gonghui.kernel.ui import components as ui
from gonghui.systems.rights.legal_aid import permissions
from gonghui.systems.rights.legal_aid.actions import lawyers, supplying
from gonghui.systems.rights.legal_aid.models import Aid, Assigned, Mediation, Watch
from gonghui.systems.rights.legal_aid.queries import aid as aid_queries
from gonghui.systems.rights.legal_aid.queries import figures, texts
from gonghui.systems.rights.legal_aid.queries import mediation as mediation_queries
from gonghui.systems.rights.legal_aid.rules import aid, mediation, supervision
from gonghui.systems.rights.legal_aid.views import forms

DESK = "the union a worker asks, or the post of who takes it in"
OWN = "the worker's own matters, by their own person"
ROW = "the row of the worker's own case"
ROWS: dict[str, Any] = {"legal_aid": Aid, "mediation": Mediation, "labour_watch": Watch}
LEADS = {
    "aid": ("申请工会法律援助", "免费。姓名、收入和经过加密保存，只有办理人员能看到。"),
    "mediation": ("申请劳动争议调解", "免费。双方同意才调解；调解不成的可以申请仲裁。"),
    "clue": ("提供劳动违法线索", "工会调查核实，任何情况下都不告诉用人单位是谁提供的。"),
}
STEPS: dict[type, tuple[tuple[str, tuple[str, ...]], ...]] = {
    Aid: (
        ("申请", (aid.APPLIED,)),
        ("审查", (aid.REVIEWING, aid.SUPPLEMENT, aid.SCREENED, aid.APPEALED)),
        ("指派律师", (aid.GRANTED, aid.ASSIGNED)),
        ("办理", (aid.WORKING,)),
        ("结案", (aid.CONCLUDED, aid.CLOSED)),
    ),
    Mediation: (
        ("申请", (mediation.APPLIED,)),
        ("双方同意", (mediation.INVITING, mediation.AGREED_TO)),
        ("调解", (mediation.SITTING,)),
        ("签协议", (mediation.DRAFTED,)),
        ("履行", (mediation.SIGNED,)),
    ),
    Watch: (
        ("线索", (supervision.CLUE,)),
        ("调查", (supervision.PLANNED, supervision.INVESTIGATING)),
        ("发函", (supervision.FOUND, supervision.WAITING)),
        ("整改", (supervision.ANSWERED, supervision.ESCALATED, supervision.CORRECTED)),
    ),
}
GOOD_ENDS = (aid.ARCHIVED, aid.CLOSED, mediation.PERFORMED, supervision.CLOSED)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where workers begin: three ways to ask, and the own matters."""
    actor: Actor = request.actor
    tiles = [
        ui.Tile("法律援助", reverse("legal-aid-ask", args=["aid"]), "scale", "请律师帮您打官司"),
        ui.Tile("劳动争议调解", reverse("legal-aid-ask", args=["mediation"]), "users", "坐下来谈"),
        ui.Tile("劳动违法线索", reverse("legal-aid-ask", args=["clue"]), "eye", "请工会去查"),
    ]
    mine = []
    if actor.person_id is not None:
        rows = Intake.objects.unscoped(OWN).select_related("case")
        found = rows.filter(person_id=actor.person_id, case__kind__in=tuple(ROWS)).order_by(
            "-received_at"
        )[:20]
        mine = [(item, kind_of(item.case), _state_words(item)) for item in found]
    work = aid_queries.own_assignments(actor).exists() if actor.person_id else False
    return render(request, "legal_aid/home.html", {"tiles": tiles, "mine": mine, "work": work})


def _state_words(found: Intake) -> str:
    row = _row(found)
    if row is None or found.withdrawn_at is not None:
        return str(found.case.get_phase_display())
    return str(row.get_state_display())


def _row(found: Intake) -> Any:
    with everywhere():
        rows = ROWS[found.case.kind].objects.unscoped(ROW).select_related("case", "union")
        return rows.filter(case_id=found.case_id).first()


def _own(number: str, actor: Actor) -> Intake:
    """The actor's own matter of legal work; those of other lines have pages of their own."""
    found: Intake = cases.own(number, actor)
    if found.case.kind not in ROWS:
        raise Missing("没有找到这件法律服务事项。", remedy="请从服务大厅进入。", code="missing")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, what: str) -> HttpResponse:
    """Ask for aid or mediation, or give a clue, oneself."""
    form_class = _form(what)
    request.actor.require(form_class.kind.permissions.submit)
    return _taking(request, what, own=True)


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, what: str) -> HttpResponse:
    """Take in for who comes to the counter, calls or writes."""
    form_class = _form(what)
    request.actor.require(form_class.kind.permissions.register)
    return _taking(request, what, own=False)


def _form(what: str) -> type[forms.Asking]:
    if what not in forms.FORMS:
        raise Missing("没有这项服务。", code="no_kind")
    return forms.FORMS[what]


def _taking(request: HttpRequest, what: str, *, own: bool) -> HttpResponse:
    actor: Actor = request.actor
    form = forms.FORMS[what](request.POST or None, request.FILES or None, actor=actor, own=own)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                got = _handed_in(form, actor, own=own)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                return _received(request, form, got, own=own)
        if own and texts.classify(request.POST.get("text", "")).crisis:
            # Nobody in danger is sent back to fill in a field: it is taken in as far as it goes.
            union = Union.objects.unscoped(DESK).get(parent=None)
            got = intake.submit(form.kind, union, forms.as_far(form), by=actor)
            return _received(request, form, got, own=True)
    title, lead = LEADS[what]
    context = {
        "form": form,
        "title": title,
        "lead": lead,
        "own": own,
        "kind": form.kind,
        "terms": _terms(what),
    }
    return render(
        request, "legal_aid/ask.html" if own else "legal_aid/register.html", context, status=status
    )


def _terms(what: str) -> str:
    """How long it takes and who is eligible, by the figures in force."""
    today = timezone.localdate()
    if what == "aid":
        return (
            f"收到申请后 {figures.stated(figures.REVIEW_DAYS, today)}内决定，补充材料的时间不算。"
            "农民工要工资或者工伤赔偿的不审查经济状况；其他的家庭人均月收入不超过 "
            f"{figures.stated(figures.MEANS_LINE, today)}，以当地工会的标准为准。"
        )
    if what == "mediation":
        return (
            f"收到申请后 {figures.stated(figures.MEDIATION_DAYS, today)}内结束，双方同意可以延长。"
        )
    return (
        "查明违法的，工会向用人单位发函，要求收到后 "
        f"{figures.stated(figures.REPLY_WORKDAYS, today)}内书面答复。"
    )


def _handed_in(form: forms.Asking, actor: Actor, *, own: bool) -> intake.Received:
    keys = tuple(_stored(file, MATERIALS, actor) for file in form.cleaned_data.get("files") or ())
    said = form.said(keys)
    if own:
        return intake.submit(form.kind, _asked(form, actor), said, by=actor)
    return intake.register(form.kind, _post(form, actor), said, by=actor)


def _stored(file: Any, purpose: Purpose, actor: Actor) -> UUID:
    try:
        found: UUID = store(
            file.file, purpose=purpose, name=file.name or "", uploaded_by_id=actor.user_id
        ).key
    except Refusal as refusal:
        refusal.field = "files"
        raise
    return found


def _asked(form: forms.Asking, actor: Actor) -> Union:
    """The union asked: the one chosen, else the member's own, else the province."""
    if chosen := form.cleaned_data.get("union"):
        return chosen
    if actor.person_id is not None:
        membership = membership_of(actor.person_id)
        if membership is not None:
            return membership.union
    return Union.objects.unscoped(DESK).get(parent=None)


def _post(form: forms.Asking, actor: Actor) -> Union:
    paths = actor.paths(form.kind.permissions.register)
    rows = Union.objects.unscoped(DESK).filter(path__in=paths)
    found = rows.filter(pk=actor.union_id).first() or rows.order_by("path").first()
    if found is None:
        raise Forbidden("没有登记来件的岗位。", code="forbidden")
    return found


def _received(
    request: HttpRequest, form: forms.Asking, got: intake.Received, *, own: bool
) -> HttpResponse:
    if own and not got.code:
        if not got.case.crisis:
            messages.success(request, f"已提交，编号 {got.intake.number}。")
        return redirect("legal-aid-mine", number=got.intake.number)
    if not own and not got.code:
        messages.success(request, f"已登记，编号 {got.intake.number}。")
        return redirect(link_of(got.case))
    context = {"got": got, "own": own, "kind": form.kind, "link": link_of(got.case)}
    context["danger"] = texts.told(got.case)
    response = render(
        request, "legal_aid/received.html" if own else "legal_aid/registered.html", context
    )
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def mine(request: HttpRequest, number: str) -> HttpResponse:
    """The own matter: where it stands, lawyer, hearings, ways open; the thread for words."""
    actor: Actor = request.actor
    found = _own(number, actor)
    thread = cases.thread(found)
    row = _row(found)
    context: dict[str, Any] = {
        "thread": thread,
        "row": row,
        "state": _state_words(found),
        "steps": _steps(row),
        "events": [
            ui.Event(event.at, event.title, event.union_name, event.text)
            for event in reversed(thread.events)
        ],
        "answers": [(answer, answer.text.reveal()) for answer in thread.answers],
        "materials": materials.of(found),
        "waits": isinstance(row, Aid) and row.state == aid.SUPPLEMENT,
        "prints": isinstance(row, Aid | Mediation),
        "danger": texts.told(found.case),
        "may_appeal": isinstance(row, Aid) and row.state == aid.REFUSED and thread.may_reopen,
    }
    if isinstance(row, Aid):
        held = aid_queries.last_assignment(row)
        context["lawyer"] = held.lawyer if held and held.state in ("accepted", "done") else None
        context["hearings"] = list(
            row.hearings.filter(cancelled=False, at__gte=timezone.now()).order_by("at")
        )
    if isinstance(row, Mediation):
        context["hints"] = mediation_queries.hints(row)
        context["terms"] = row.terms.reveal() if row.terms else ""
    response = render(request, "legal_aid/mine.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def supply(request: HttpRequest, number: str) -> HttpResponse:
    """Hand materials in later, for the own matter."""
    actor: Actor = request.actor
    found = _own(number, actor)
    if not cases.thread(found).may_tell:
        raise Missing("这件事已经办结，不能再补充材料。", code="over")
    form = forms.Supply(request.POST or None, request.FILES or None, actor=actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                keys = [_stored(file, MATERIALS, actor) for file in given["files"]]
                supplying.supply(found, by=actor, files=keys, text=given["text"])
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, f"已提交 {len(keys)} 份材料，办理人员会核对。")
                return redirect("legal-aid-mine", number=found.number)
        said = request.POST.get("text", "").strip()
        if texts.classify(said).crisis:
            intake.tell(found, by=actor, text=said)
            return redirect("legal-aid-mine", number=found.number)
    row = _row(found)
    asked = row.supplement if isinstance(row, Aid) and row.state == aid.SUPPLEMENT else ""
    context = {"form": form, "number": found.number, "asked": asked, "row": row}
    context["mark"] = figures.mark(figures.SUPPLEMENT_DAYS, timezone.localdate())
    return render(request, "legal_aid/supply.html", context, status=status)


def _steps(row: Any) -> list[ui.Step]:
    if row is None:
        return []
    order = STEPS[type(row)]
    at = next((n for n, (_, states) in enumerate(order) if row.state in states), None)
    if at is None:
        good = row.state in GOOD_ENDS
        return [ui.Step(title, "done" if good else "stopped") for title, _ in order]
    return [
        ui.Step(title, "done" if n < at else "now" if n == at else "todo")
        for n, (title, _) in enumerate(order)
    ]


@require_safe
def work_list(request: HttpRequest) -> HttpResponse:
    """A lawyer's own assignments."""
    actor: Actor = request.actor
    rows = list(aid_queries.own_assignments(actor)[:100])
    return render(request, "legal_aid/work_list.html", {"rows": rows})


WORK = {
    "answer": ("答复指派", forms.LawyerAnswer, lawyers.answer),
    "hearing": ("登记开庭", forms.LawyerHearing, lawyers.add_hearing),
    "paper": ("登记文书", forms.LawyerPaper, lawyers.add_paper),
    "unhear": ("取消开庭", forms.LawyerUnhear, lawyers.cancel_hearing),
    "progress": ("登记进展", forms.LawyerProgress, lawyers.progress),
    "conclude": ("提交结案", forms.LawyerResult, lawyers.conclude),
}


@require_http_methods(["GET", "HEAD", "POST"])
def work(request: HttpRequest, pk: int, verb: str = "") -> HttpResponse:
    """One assignment, for its lawyer or for who works at its desk; and each thing to do."""
    actor: Actor = request.actor
    held = aid_queries.own_assignment(pk, actor)
    if verb:
        return _work_step(request, held, verb)
    row = held.aid
    offered = held.state == Assigned.OFFERED
    working = held.state == Assigned.ACCEPTED and row.state == aid.WORKING
    verbs = ["answer"] if offered else ["hearing", "paper", "progress", "conclude"]
    context = {
        "held": held,
        "row": row,
        "verbs": [(name, WORK[name][0]) for name in verbs] if offered or working else [],
        "hearings": list(row.hearings.order_by("at")),
        "may_cancel": working and row.hearings.filter(cancelled=False).exists(),
        "documents": list(row.documents.order_by("pk")) if cases.may_see(actor, row.case) else [],
        "mark": figures.mark(figures.ANSWER_WORKDAYS, held.assigned_on),
        "may_meet": held.state == Assigned.ACCEPTED
        and actor.person_id is not None
        and held.person_id == actor.person_id,
    }
    response = render(request, "legal_aid/work.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def client(request: HttpRequest, pk: int) -> HttpResponse:
    """Name, telephone and story of the aided, shown once to their lawyer."""
    held = aid_queries.own_assignment(pk, request.actor)
    found = lawyers.meet(held, by=request.actor)
    response = render(request, "legal_aid/client.html", {"held": held, "people": found})
    response["Cache-Control"] = "no-store"
    return response


def _work_step(request: HttpRequest, held: Any, verb: str) -> HttpResponse:
    if verb not in WORK:
        raise Missing("没有这个办理环节。", code="no_verb")
    actor: Actor = request.actor
    title, form_class, act = WORK[verb]
    form = form_class(request.POST or None, request.FILES or None, actor=actor, record=held)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            try:
                if "files" in given:
                    given["files"] = tuple(
                        _stored(file, lawyers.PAPERS, actor) for file in given["files"]
                    )
                act(held, by=actor, **given)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, "已办理。")
                if verb == "answer" and not given["accepts"]:
                    return redirect("legal-aid-work-list")
                return redirect("legal-aid-work", pk=held.pk)
    context = {"form": form, "title": title, "held": held}
    return render(request, "legal_aid/work_step.html", context, status=status)


@require_safe
def counter(request: HttpRequest) -> HttpResponse:
    """Where the counter begins."""
    actor: Actor = request.actor
    offered = [
        (what, LEADS[what][0])
        for what, form in forms.FORMS.items()
        if actor.paths(form.kind.permissions.register)
    ]
    if not offered:
        actor.require(permissions.REGISTER_AID)
    return render(request, "legal_aid/counter.html", {"offered": offered})
