"""The public check page, renewals with mismatches, and the figures of registration."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.codes.parameters import TERM_EXTENSION_MAX_MONTHS
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.legal_person.actions import platform
from gonghui.systems.mobilization.legal_person.models import (
    Certificate,
    CertificateState,
    CodeRange,
    LegalPerson,
    Standing,
)
from gonghui.systems.mobilization.legal_person.permissions import VIEW_LEGAL, VIEW_PERSONS
from gonghui.systems.mobilization.legal_person.queries import persons as queries
from gonghui.systems.mobilization.legal_person.queries.figures import RENEWAL_DAYS

SHOWN = 100


class CheckForm(forms.Form):
    number = forms.CharField(label="证号或统一社会信用代码", max_length=40)
    name = forms.CharField(label="工会全称", max_length=120)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Check a certificate by its number and the union's whole name; open to everybody."""
    form = CheckForm(request.POST or None)
    found, asked = None, False
    if request.method == "POST" and form.is_valid():
        asked = True
        found = queries.find_certificate(form.cleaned_data["number"], form.cleaned_data["name"])
    return _checked(request, found, asked=asked, form=form)


def _checked(
    request: HttpRequest,
    found: Certificate | None,
    *,
    asked: bool,
    form: CheckForm,
) -> HttpResponse:
    verdict, why = _verdict(found)
    response = render(
        request,
        "legal_person/check.html",
        {
            "asked": asked,
            "certificate": found,
            "good": not why and found is not None,
            "verdict": verdict,
            "why": why,
            "form": form,
            "now": timezone.now(),
            "simulated": platform.PARTY.is_simulated(),
        },
        status=404 if asked and found is None else 200,
    )
    response["X-Robots-Tag"] = "noindex"
    return response


def _verdict(found: Certificate | None) -> tuple[str, str]:
    if found is None:
        return "没有这份证书", "请核对证号和工会全称；仍查不到的，请向登记机关核实。"
    if found.person.state == Standing.CANCELLED:
        return "证书已失效", f"该工会法人已于 {found.person.cancelled_on:%Y-%m-%d} 注销。"
    if found.state == CertificateState.VOID:
        return "证书已失效", f"{found.void_reason}，请索取现行证书。"
    if found.expires_on < timezone.localdate():
        return "证书已过有效期", "请向登记机关核实是否已换证。"
    return "证书有效", ""


@require_safe
def renewals(request: HttpRequest) -> HttpResponse:
    """Certificates to renew, and legal persons unlike the grass-roots record."""
    actor: Actor = request.actor
    actor.require(VIEW_PERSONS)
    today = timezone.localdate()
    rows = LegalPerson.objects.within(actor.scope(VIEW_PERSONS)).select_related("registrar")
    due = queries.due_for_renewal(rows, today).order_by("expires_on", "id")
    unlike = rows.filter(state=Standing.ACTIVE).exclude(mismatch="").order_by("-id")
    listed = reverse("resource:legal-persons:list")
    due_rows, unlike_rows = list(due[: SHOWN + 1]), list(unlike[: SHOWN + 1])
    context = {
        "now": timezone.now(),
        "days": RENEWAL_DAYS.on(today),
        "months": TERM_EXTENSION_MAX_MONTHS.on(today),
        "due": _due_table(due_rows[:SHOWN], today),
        "due_total": due.count(),
        "more_due": len(due_rows) > SHOWN,
        "all_due": f"{listed}?due=renew",
        "unlike": _unlike_table(unlike_rows[:SHOWN]),
        "unlike_total": unlike.count(),
        "more_unlike": len(unlike_rows) > SHOWN,
        "all_unlike": f"{listed}?due=unlike",
    }
    return render(request, "legal_person/renewals.html", context)


def _link(person: LegalPerson) -> str:
    return reverse("resource:legal-persons:record", args=[person.pk])


def _due_table(found: list[LegalPerson], today: date) -> ui.Table:
    columns = [
        ui.Column("名称", "title"),
        ui.Column("状态", "state"),
        ui.Column("有效期至", "code"),
        ui.Column("法定代表人"),
        ui.Column("登记机关", "minor"),
    ]
    rows = [
        ui.Row(
            str(person.pk),
            [
                person.name,
                ui.pill("已过期", "stop")
                if person.expires_on < today
                else ui.pill("将到期", "wait"),
                f"{person.expires_on:%Y-%m-%d}",
                person.representative_name,
                person.registrar.name,
            ],
            _link(person),
        )
        for person in found
    ]
    return ui.Table("应换证的工会法人", columns, rows, name="due")


def _unlike_table(found: list[LegalPerson]) -> ui.Table:
    columns = [ui.Column("名称", "title"), ui.Column("不一致之处"), ui.Column("登记机关", "minor")]
    rows = [
        ui.Row(str(person.pk), [person.name, person.mismatch, person.registrar.name], _link(person))
        for person in found
    ]
    return ui.Table("与组织库不一致的工会法人", columns, rows, name="unlike")


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Figures of registration for a union and the units below it."""
    actor: Actor = request.actor
    actor.require(VIEW_LEGAL)
    union = _union(request.GET.get("under", ""), actor)
    today, scope = timezone.localdate(), Scope.of([union.path])
    persons = LegalPerson.objects.within(scope)
    active = persons.filter(state=Standing.ACTIVE)
    listed = reverse("resource:legal-persons:list") + f"?under={union.pk}"
    sheets = queries.stock(scope)
    asked = reverse("resource:code-requests:list")
    stats = [
        ui.Stat("工会法人", active.count(), "家", url=f"{listed}&state=active"),
        ui.Stat(
            "应换证",
            queries.due_for_renewal(persons, today).count(),
            "家",
            url=f"{listed}&due=renew",
        ),
        ui.Stat(
            "与组织库不一致", active.exclude(mismatch="").count(), "家", url=f"{listed}&due=unlike"
        ),
        ui.Stat(
            "等待外部赋码",
            queries.waiting_codes(scope).count(),
            "件",
            url=f"{asked}?under={union.pk}&state=waiting",
        ),
        ui.Stat("库存证书纸", sheets["stock"], "张"),
        ui.Stat("作废证书纸", sheets["spoiled"], "张"),
    ]
    since = today - timedelta(days=365)
    ranges = CodeRange.objects.within(scope).filter(ended_on=None).order_by("prefix")[:30]
    context = {
        "union": union,
        "now": timezone.now(),
        "stats": stats,
        "procedures": _procedures(queries.by_procedure(scope, since)),
        "units": _units(queries.by_unit(union, scope, today)),
        "ranges": queries.range_use(ranges),
    }
    return render(request, "legal_person/statistics.html", context)


def _procedures(found: list[dict]) -> ui.Table:
    titles = ("申请", "办结", "不予登记或受理", "逾期申请", "超期办理")
    columns = [
        ui.Column("事项", "title"),
        *(ui.Column(title, "number") for title in titles),
        ui.Column("平均用时（工作日）", "number"),
    ]
    rows = [
        ui.Row(
            row["procedure"],
            [
                row["title"],
                *(f"{row[name]:,}" for name in ("total", "done", "refused", "late", "overdue")),
                f"{row['days']:.1f}" if row["days"] is not None else "—",
            ],
        )
        for row in found
    ]
    return ui.Table("近一年的登记申请", columns, rows, name="procedures")


def _units(found: list[dict]) -> ui.Table:
    columns = [
        ui.Column("工会", "title"),
        *(ui.Column(title, "number") for title in ("工会法人", "应换证", "已过期", "不一致")),
    ]
    here = reverse("legal-statistics")
    rows = [
        ui.Row(
            str(row["unit"].pk),
            [
                row["unit"].name,
                *(f"{row[name]:,}" for name in ("total", "renew", "expired", "unlike")),
            ],
            f"{here}?under={row['unit'].pk}",
        )
        for row in found
    ]
    return ui.Table("下级工会", columns, rows, name="units")


def _union(text: str, actor: Actor) -> Union:
    rows = Union.objects.within(actor.scope(VIEW_LEGAL)).order_by("path")
    if text:
        rows = rows.filter(pk=int(text)) if text.isdecimal() else rows.none()
    found = rows.first()
    if found is None:
        raise Forbidden("所选工会不在您的权限范围内。", code="forbidden")
    return found
