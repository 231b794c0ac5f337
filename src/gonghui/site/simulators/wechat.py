"""WeChat's open platform (模拟): qrconnect, code, access_token; it errs and lies as it is told."""

from __future__ import annotations

import secrets
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.site.simulators.keeping import state

MOODS = {
    "well": "正常",
    "broken": "故障：接口应答 500",
    "expired": "过期：给出的授权码已失效",
    "reused": "重放：每次给出同一个授权码",
    "wrong_state": "串改：带回另一个状态参数",
    "lying": "说假话：应答里没有用户标识",
}
PEOPLE = {"a": "微信用户甲", "b": "微信用户乙", "c": "微信用户丙"}
FRESH: dict[str, Any] = {"mood": "well", "codes": {}, "last": ""}
CODE_SECONDS = 300
LOOPBACK = {"127.0.0.1", "localhost", "testserver"}


def _back(request: HttpRequest) -> str:
    """The callback asked for, if it lies on this machine: a simulator redirects nowhere else."""
    address = request.GET.get("redirect_uri", "")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or parts.hostname not in LOOPBACK:
        raise Http404
    return address


@require_safe
def qrconnect(request: HttpRequest) -> HttpResponse:
    """In place of the QR code: who scans it."""
    _back(request)
    people = [
        (name, f"{reverse('simulated-wechat-scan')}?{request.GET.urlencode()}&who={key}")
        for key, name in PEOPLE.items()
    ]
    with state("wechat", FRESH) as known:
        mood = known["mood"]
    context = {"people": people, "mood": MOODS[mood]}
    return render(request, "simulators/wechat_scan.html", context)


@require_safe
def scan(request: HttpRequest) -> HttpResponse:
    """Somebody has scanned and agreed: back to the site with a code."""
    back, who = _back(request), request.GET.get("who", "a")
    with state("wechat", FRESH) as known:
        mood = known["mood"]
        code = known["last"] if mood == "reused" and known["last"] else secrets.token_hex(16)
        if code not in known["codes"]:
            known["codes"][code] = {"who": who, "at": time.time(), "used": False}
        if mood == "expired":
            known["codes"][code]["at"] = 0
        known["last"] = code
        known["codes"] = dict(list(known["codes"].items())[-50:])
    given = "tampered" if mood == "wrong_state" else request.GET.get("state", "")
    mark = "&" if "?" in back else "?"
    return HttpResponseRedirect(f"{back}{mark}{urlencode({'code': code, 'state': given})}")


@require_safe
def access_token(request: HttpRequest) -> HttpResponse:
    """A code for an openid, once; errors are 200 with errcode, as WeChat answers them."""
    with state("wechat", FRESH) as known:
        mood = known["mood"]
        found = known["codes"].get(request.GET.get("code", ""))
        if mood == "broken":
            return HttpResponse("simulated failure", status=500)
        if found is None or time.time() - found["at"] > CODE_SECONDS:
            return JsonResponse({"errcode": 40029, "errmsg": "invalid code"})
        if found["used"]:
            return JsonResponse({"errcode": 40163, "errmsg": "code been used"})
        found["used"] = True
    if mood == "lying":
        return JsonResponse({"access_token": secrets.token_hex(8), "expires_in": 7200})
    return JsonResponse(
        {
            "access_token": secrets.token_hex(16),
            "expires_in": 7200,
            "refresh_token": secrets.token_hex(16),
            "openid": f"simulated-openid-{found['who']}",
            "scope": "snsapi_login",
            "unionid": f"simulated-unionid-{found['who']}",
        }
    )


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Its mood, which anybody at the demo may change."""
    if request.method == "POST":
        if request.POST.get("mood") in MOODS:
            with state("wechat", FRESH) as known:
                known["mood"] = request.POST["mood"]
        return HttpResponseRedirect(reverse("simulated-wechat"))
    with state("wechat", FRESH) as known:
        mood = known["mood"]
    context = {
        "mood": MOODS[mood],
        "moods": [(key, words, key == mood) for key, words in MOODS.items()],
    }
    return render(request, "simulators/wechat.html", context)


urlpatterns = [
    path("wechat/", page, name="simulated-wechat"),
    path("wechat/connect/qrconnect", qrconnect, name="simulated-wechat-qrconnect"),
    path("wechat/connect/scan", scan, name="simulated-wechat-scan"),
    path("wechat/sns/oauth2/access_token", access_token, name="simulated-wechat-token"),
]
