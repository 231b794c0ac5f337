"""My matters over all systems: one timeline, supplement, withdraw, appeal, rate."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.files.purposes import purpose_of
from gonghui.kernel.files.storing import store
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.services import Verb, Words
from gonghui.systems.service.hall.actions import own as actions
from gonghui.systems.service.hall.models import Handing
from gonghui.systems.service.hall.queries import matters
from gonghui.systems.service.hall.queries.materials import files_of_handing
from gonghui.systems.service.hall.views import frame

TEXTS = {
    "supplement": "补充什么",
    "withdraw": "为什么撤回",
    "appeal": "为什么不服",
    "rate": "想说的话",
    "urge": "想说的话",
}
SCORES = [(5, "非常满意"), (4, "满意"), (3, "基本满意"), (2, "不满意"), (1, "非常不满意")]
PLACE = "a rating lies where the person's record lies"


class WordsForm(forms.Form):
    """What a verb asks for."""

    score = forms.TypedChoiceField(
        label="您满意吗", choices=SCORES, coerce=int, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label="想说的话", max_length=2000, widget=forms.Textarea(attrs={"rows": 5})
    )
    file = forms.FileField(
        label="材料",
        required=False,
        help_text="照片或 PDF，不超过 12 MB。",
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )

    def __init__(self, *args: object, asks: tuple[str, ...], role: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if "score" not in asks:
            del self.fields["score"]
        if "files" not in asks:
            del self.fields["file"]
        if "text" not in asks:
            del self.fields["text"]
        else:
            self.fields["text"].label = TEXTS[role]
            self.fields["text"].required = role not in {"rate", "urge"}


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Every matter of mine, what is under way first."""
    actor, _person = frame.own(request)
    found = matters.own(actor)
    context = {
        "doing": [matter for matter in found if not matter.line.settled],
        "settled": [matter for matter in found if matter.line.settled],
    }
    return render(request, "hall/matters.html", context)


@never_cache
@require_safe
def matter(request: HttpRequest, pk: int) -> HttpResponse:
    """One matter: every step, its receipt, what I can do now, where to complain."""
    actor, _person = frame.own(request)
    story = matters.story(actor, pk)
    guide = story.matter.service.guide if story.matter.service else None
    context = {
        "story": story,
        "matter": story.matter,
        "line": story.matter.line,
        "verbs": [(verb, _address(verb, story)) for verb in story.verbs],
        "complaint": guide.complaint if guide else "",
        "place": frame.place_of(request),
        "files": files_of_handing(story.handing) if story.handing else [],
    }
    return render(request, "hall/matter.html", context)


def _address(verb: Verb, story: matters.Story) -> str:
    """The system's own page of a verb; empty where it runs here."""
    return verb.link(story.matter.line.target_id) if verb.link else ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, pk: int, role: str) -> HttpResponse:
    """Say what a verb asks, and have the system do it."""
    actor, _person = frame.own(request)
    story = matters.story(actor, pk)
    verb = next((item for item in story.verbs if item.role == role and item.run), None)
    if verb is None or verb.run is None:
        raise Missing("这件事现在不能这样办。", remedy="请回到这件事的页面查看进展。")
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = WordsForm(*given, asks=verb.asks, role=role)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                verb.run(story.matter.line.target_id, actor, _words(request, form, story))
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.add_error(None, f"{refusal.message}{refusal.remedy}")
                status = refusal.status
            else:
                messages.success(request, f"{verb.title}：已提交。")
                return redirect("hall-matter", pk=pk)
    context = {"story": story, "matter": story.matter, "verb": verb, "form": form, "pk": pk}
    return render(request, "hall/verb.html", context, status=status)


def _words(request: HttpRequest, form: WordsForm, story: matters.Story) -> Words:
    given = form.cleaned_data
    keys: tuple[str, ...] = ()
    if file := given.get("file"):
        stored = store(
            file,
            purpose=purpose_of("hall.material"),
            name=file.name,
            uploaded_by_id=request.actor.user_id,
        )
        keys = (str(stored.key),)
    return Words(given.get("text", ""), given.get("score"), keys)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Rate a settled matter: with its system where that takes ratings, else with the hall."""
    actor, _person = frame.own(request)
    story = matters.story(actor, pk)
    if story.rates_itself:
        return do(request, pk, "rate")
    if not story.may_rate and (request.method != "POST" or story.rating is None):
        raise Missing("这件事现在不能评价。", remedy="办结后可以评价一次。")
    form = WordsForm(
        *((request.POST,) if request.method == "POST" else ()), asks=("score", "text"), role="rate"
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _rate(request, story, form)
            except Refusal as refusal:
                form.add_error(None, f"{refusal.message}{refusal.remedy}")
                status = refusal.status
            else:
                messages.success(request, "谢谢您的评价。")
                return redirect("hall-matter", pk=pk)
    context = {"story": story, "matter": story.matter, "form": form, "pk": pk, "verb": None}
    return render(request, "hall/verb.html", context, status=status)


def _rate(request: HttpRequest, story: matters.Story, form: WordsForm) -> None:
    service = story.matter.service
    union = Union.objects.unscoped(PLACE).get(pk=frame.known_of(request).union_id)
    actions.rate(
        None,
        by=request.actor,
        line=story.matter.line,
        union=union,
        service=service.code if service else "",
        title=story.matter.title,
        score=form.cleaned_data["score"],
        words=form.cleaned_data.get("text", ""),
    )


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """From a receipt number to its matter."""
    actor, person_id = frame.own(request)
    number = request.POST.get("number", "").strip().upper()[:24]
    rows = Handing.objects.unscoped(matters.OWN).filter(person_id=person_id, number=number)
    handing = rows.first()
    for item in matters.own(actor):
        line = item.line
        if handing and (line.target_type, line.target_id) == (
            handing.target_type,
            handing.target_id,
        ):
            return redirect("hall-matter", pk=line.pk)
    raise Missing("没有这个编号的事项。", remedy="请核对受理编号，或从列表中打开。")
