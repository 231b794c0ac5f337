"""The knowledge base: list, article with its versions, drafting, review."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.engines.casework.actions import knowledge
from gonghui.engines.casework.forms import Reason, text
from gonghui.engines.casework.models import Article
from gonghui.engines.casework.permissions import EDIT_ARTICLES, PUBLISH_ARTICLES, VIEW_ARTICLES
from gonghui.engines.casework.queries import knowledge as queries
from gonghui.kernel.access.actions import Action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.forms import ActionForm, DayField
from gonghui.kernel.ui import components as ui

OWN = "the union an actor drafts for"
TONES = {"draft": "idle", "review": "wait", "published": "good", "retired": "stop"}
VERBS: dict[str, Action] = {
    "revise": knowledge.revise,
    "submit": knowledge.submit,
    "publish": knowledge.publish,
    "retire": knowledge.retire,
}


class Writing(ActionForm):
    title = forms.CharField(label="标题", max_length=120)
    body = text("正文", rows=12, most=20_000)
    source = forms.CharField(label="依据", max_length=300)
    keywords = forms.CharField(label="关键词", max_length=200, required=False)
    expires_on = DayField(label="有效期至", help_text="最长三年，到期前提醒复审。")


class Deciding(ActionForm):
    approve = forms.TypedChoiceField(
        label="审核",
        choices=[("yes", "同意发布"), ("no", "退回修改")],
        coerce=lambda value: value == "yes",
    )
    opinion = text("意见", rows=2, most=300, required=False)


FORMS: dict[str, type[ActionForm]] = {
    "revise": Writing,
    "submit": ActionForm,
    "publish": Deciding,
    "retire": Reason,
}


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Articles in force that hold the words, and the own unions' drafts."""
    actor: Actor = request.actor
    actor.require(VIEW_ARTICLES)
    words = request.GET.get("q", "").strip()
    found = queries.find(words, actor, limit=50)
    own = Article.objects.within(actor.scope(VIEW_ARTICLES)).exclude(state="published")
    waiting = list(own.select_related("union").order_by("-pk")[:50]) if not words else []
    columns = [
        ui.Column("标题", "title"),
        ui.Column("状态", "state"),
        ui.Column("工会"),
        ui.Column("引用", "number"),
        ui.Column("有效期至", "code"),
        ui.Column("编号", "code"),
    ]
    rows = [
        ui.Row(
            str(item.pk),
            [
                item.title,
                ui.pill(item.get_state_display(), TONES[item.state]),
                item.union.name,
                item.used,
                item.expires_on or "—",
                item.code,
            ],
            reverse("casework:article", args=[item.pk]),
        )
        for item in [*found, *waiting]
    ]
    context = {
        "text": words,
        "count": len(rows),
        "table": ui.Table("知识条目", columns, rows),
        "create": ui.Action("起草条目", reverse("casework:article-new"), "plus")
        if actor.paths(EDIT_ARTICLES)
        else None,
    }
    return render(request, "casework/articles.html", context)


def _article(request: HttpRequest, pk: int) -> Article:
    actor: Actor = request.actor
    rows = Article.objects.within(actor.scope(VIEW_ARTICLES)).select_related("union")
    found = rows.filter(pk=pk).first() or queries.usable(actor).filter(pk=pk).first()
    if found is None:
        raise Forbidden("没有查看这个条目的权限，或者它不存在。", code="forbidden")
    return found


@require_safe
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """One article with all its versions."""
    found = _article(request, pk)
    actor: Actor = request.actor
    rows = found.versions.order_by("-number")
    # Unions that only use the article read what is published, not how it is being rewritten.
    inside = actor.may(VIEW_ARTICLES, found.org_path)
    versions = list(rows if inside else rows.filter(state="published"))
    waiting = versions[0].state if versions else ""
    wanted = {
        "revise": waiting != "review" and actor.may(EDIT_ARTICLES, found.org_path),
        "submit": waiting == "draft" and actor.may(EDIT_ARTICLES, found.org_path),
        "publish": waiting == "review" and actor.may(PUBLISH_ARTICLES, found.org_path),
        "retire": found.state == "published" and actor.may(PUBLISH_ARTICLES, found.org_path),
    }
    context = {
        "article": found,
        "tone": TONES[found.state],
        "versions": [
            (version, ui.pill(version.get_state_display(), TONES[version.state]))
            for version in versions
        ],
        "overdue": found.expires_on is not None and found.expires_on < timezone.localdate(),
        "actions": [
            ui.Action(VERBS[name].title, reverse("casework:article-do", args=[pk, name]))
            for name, fits in wanted.items()
            if fits
        ],
        "back_url": reverse("casework:articles"),
    }
    return render(request, "casework/article.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Draft a new article for the own union."""
    actor: Actor = request.actor
    actor.require(EDIT_ARTICLES)
    paths = actor.paths(EDIT_ARTICLES)
    rows = Union.objects.unscoped(OWN).filter(path__in=paths)
    union = rows.filter(pk=actor.union_id).first() or rows.order_by("path")[0]
    return _form(request, Writing, knowledge.draft, union, None)


@require_http_methods(["GET", "HEAD", "POST"])
def do(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Revise, submit, publish or retire an article."""
    found = _article(request, pk)
    if verb not in VERBS:
        raise Missing("没有这个办理环节。", code="no_verb")
    request.actor.require(VERBS[verb].permission, found.org_path)
    return _form(request, FORMS[verb], VERBS[verb], found, found)


def _form(
    request: HttpRequest, form_class: type[ActionForm], action: Action, subject: Any, record: Any
) -> HttpResponse:
    actor: Actor = request.actor
    initial = _latest(record) if form_class is Writing and record is not None else None
    form = form_class(request.POST or None, actor=actor, record=record, initial=initial)
    status, seen = 200, str(record.version) if record is not None else ""
    if request.method == "POST":
        status = 422
        form = form_class(request.POST, actor=actor, record=record)
        seen = request.POST.get("version", "")
        given = {"version": int(seen)} if record is not None and seen.isdecimal() else {}
        if form.is_valid():
            try:
                made = action(subject, by=actor, **form.cleaned_data, **given)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
                seen = str(record.version) if refusal.code == "stale" else seen
            else:
                messages.success(request, f"已办理：{action.title}。")
                return redirect("casework:article", made.pk)
    context = {
        "form": form,
        "title": action.title,
        "article": record,
        "version": seen,
        "back_url": reverse("casework:article", args=[record.pk])
        if record is not None
        else reverse("casework:articles"),
    }
    return render(request, "casework/article_form.html", context, status=status)


def _latest(record: Article) -> dict[str, Any]:
    version = record.versions.order_by("-number").first()
    names = ("title", "body", "source", "keywords", "expires_on")
    return {name: getattr(version, name) for name in names} if version else {}
