"""The page where a person lets a device in by the code it shows (RFC 8628 section 3.3)."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gonghui.kernel.security import limits
from gonghui.systems.portal.sign_on.actions import consents, issuing
from gonghui.systems.portal.sign_on.api import arriving
from gonghui.systems.portal.sign_on.models import DeviceRequest
from gonghui.systems.portal.sign_on.queries.settings import GUESS_LIMIT
from gonghui.systems.portal.sign_on.rules import codes
from gonghui.systems.portal.sign_on.rules import scopes as scope_rules

WRONG = "代码不正确或已失效，请核对设备上显示的代码。"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """Ask for the code, say which device it is, and let it in or not."""
    arriving.check_text(request)
    arrival = arriving.arrival_of(request)
    if arrival is None:
        return redirect_to_login(request.get_full_path())
    code = (request.POST.get("code") or request.GET.get("code") or "")[:20]
    if request.method != "POST":
        return render(request, "sign_on/activate.html", {"code": code})
    found = _guessed(request, code)
    if found is None:
        context = {"code": code, "error": WRONG}
        return render(request, "sign_on/activate.html", context, status=422)
    arriving.check_admitted(found.application, arrival)
    do = request.POST.get("do")
    if do not in {"grant", "deny"}:
        return _ask(request, found, code)
    granted = do == "grant"
    if granted:
        consents.give(found.application, by=request.actor, asked=found.scopes)
    issuing.answer_device(found, arrival, granted=granted)
    context = {"application": found.application, "granted": granted}
    return render(request, "sign_on/activated.html", context)


def _guessed(request: HttpRequest, code: str) -> DeviceRequest | None:
    """The request under a code; wrong codes are counted by person and by address."""
    now, ip = timezone.now(), request.META.get("REMOTE_ADDR", "")
    with (
        limits.attempt(GUESS_LIMIT, f"user:{request.actor.user_id}", now=now, ip=ip) as by_user,
        limits.attempt(GUESS_LIMIT, f"ip:{ip}", now=now, ip=ip) as by_address,
    ):
        found = issuing.waiting_device(code) if codes.normalised(code) else None
        if found is not None:
            by_user.succeed()
            by_address.succeed()
    return found


def _ask(request: HttpRequest, found: DeviceRequest, code: str) -> HttpResponse:
    context = {
        "application": found.application,
        "told": scope_rules.told(found.scopes, phone_in_full=found.application.is_trusted),
        "api": "api" in found.scopes,
        "code": code,
        "shown": f"{codes.normalised(code)[:4]}-{codes.normalised(code)[4:]}",
        "ip": found.ip,
    }
    return render(request, "sign_on/activate.html", context)
