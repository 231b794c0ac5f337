"""Sign-in by QR code: the desktop's page, and the page the phone opens by scanning."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.kernel.identity import qr, sessions, signin, stepup
from gonghui.kernel.identity.views.pages import draw, own, target_of


@never_cache
@require_safe
def desktop(request: HttpRequest) -> HttpResponse:
    """A QR code to be scanned by a phone that is signed in."""
    token = qr.ask(request, timezone.now())
    request.session["qr_next"] = target_of(request)
    address = request.build_absolute_uri(reverse("signin-scan", args=[token]))
    context = {"address": address, "token": token, "minutes": int(qr.LIFE.total_seconds() // 60)}
    return render(request, "identity/qr.html", context)


@never_cache
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """How far the scan of this browser is; signs in once it is confirmed."""
    found, user = qr.claim(request, timezone.now())
    if user is not None:
        target = request.session.pop("qr_next", "") or reverse("desk")
        begun = signin.proceed(request, user, "qr", target)
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = target if begun else reverse("signin-second")
        return answer
    return render(request, "identity/qr_state.html", {"state": found})


@own
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on the phone whether the desktop may sign in; POST do=confirm or refuse."""
    now, ip = timezone.now(), sessions.ip_of(request)
    row = qr.asked(token, now=now, key=str(request.user.pk), ip=ip)
    if request.method == "POST":
        confirmed = request.POST.get("do") == "confirm"
        if confirmed:
            # A phone left lying signed in must not open another session by itself.
            stepup.require(request.actor)
        qr.decide(row, request.user, confirmed=confirmed)
        return draw(request, "identity/qr_done.html", {"confirmed": confirmed})
    qr.scan(row, request.user)
    return draw(request, "identity/qr_phone.html", {"row": row})
