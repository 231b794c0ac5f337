"""Sign-in by WeChat (微信登录): OAuth 2.0 as the open platform for web sites publishes it.

qrconnect → code → sns/oauth2/access_token → openid. Off until an application id is set.
"""

from __future__ import annotations

import secrets
import time
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity.models import User, WeChatBinding
from gonghui.kernel.security import outgoing

STATE = "wechat_state"
SECONDS = 600
AGAIN = "请重新点击“微信”再试。"
_SIMULATOR = f"{settings.SIMULATORS}/simulators/wechat" if settings.SIMULATORS else ""

APP_ID = Setting(
    "wechat.app_id",
    "微信网站应用编号",
    str,
    "simulated" if _SIMULATOR else "",
    "微信开放平台“网站应用”的编号；留空则不提供微信登录。",
    maximum=64,
)
SECRET = Setting(
    "wechat.secret",
    "微信网站应用密钥",
    str,
    "",
    "微信开放平台给的密钥，加密保存，不再显示。",
    maximum=128,
    secret=True,
)
AUTHORIZE = Setting(
    "wechat.authorize_address",
    "微信扫码页面地址",
    str,
    _SIMULATOR or "https://open.weixin.qq.com",
    "请用户扫码的页面，一般不改。",
    maximum=200,
)
ADDRESS = Setting(
    "wechat.address",
    "微信接口地址",
    str,
    _SIMULATOR or "https://api.weixin.qq.com",
    "换取用户标识的接口，一般不改。",
    maximum=200,
)
SIMULATED = Setting(
    "wechat.simulated",
    "微信由模拟服务应答",
    bool,
    bool(_SIMULATOR),
    "演示时不连接微信，由平台自带的模拟服务应答。",
    dangerous=True,
)
PARTY = outgoing.Party(
    "wechat", "微信开放平台", ADDRESS, simulated=SIMULATED, help="微信登录时换取用户标识"
)


def is_on() -> bool:
    """Whether sign-in by WeChat is offered."""
    return bool(APP_ID.value())


def start(request: HttpRequest, back: str, *, purpose: str, target: str = "") -> str:
    """The address to send the browser to. back: our absolute callback. purpose: signin or bind."""
    if not is_on():
        raise Refusal("没有开通微信登录。", remedy="请用其他方式登录。")
    state = secrets.token_urlsafe(24)
    request.session[STATE] = {
        "state": state,
        "at": time.time(),
        "purpose": purpose,
        "next": target,
    }
    query = urlencode(
        {
            "appid": APP_ID.value(),
            "redirect_uri": back,
            "response_type": "code",
            "scope": "snsapi_login",
            "state": state,
        }
    )
    return f"{AUTHORIZE.value().rstrip('/')}/connect/qrconnect?{query}#wechat_redirect"


def finish(request: HttpRequest) -> tuple[str, str, str, str]:
    """purpose, where to go, openid and unionid of the answer WeChat sent this browser back with.

    The state is compared and used up; a code is exchanged once.
    """
    kept = request.session.pop(STATE, None) or {}
    given = request.GET.get("state", "")
    if not kept or not constant_time_compare(kept["state"], given):
        raise Refusal("微信登录的请求与本浏览器不符。", remedy=AGAIN, code="wechat_state")
    if time.time() - kept["at"] > SECONDS:
        raise Refusal("微信登录已超时。", remedy=AGAIN, code="wechat_late")
    code = request.GET.get("code", "")
    if not code:
        raise Refusal("已在微信上取消。", remedy=AGAIN, code="wechat_cancelled")
    openid, unionid = exchange(code)
    return kept["purpose"], kept["next"], openid, unionid


def exchange(code: str) -> tuple[str, str]:
    """openid and unionid for a code; Refusal for whatever WeChat does not confirm."""
    answer = outgoing.request(
        "GET",
        PARTY.url("sns/oauth2/access_token"),
        party=PARTY,
        timeout=8,
        params={
            "appid": APP_ID.value(),
            "secret": SECRET.value(),
            "code": code,
            "grant_type": "authorization_code",
        },
    )
    try:
        told = answer.json()
        openid, unionid = str(told["openid"]), str(told.get("unionid", ""))
        right = answer.is_success and not told.get("errcode") and 0 < len(openid) <= 64
    except (ValueError, KeyError, TypeError, AttributeError):
        right = False
    if not right:
        raise Refusal("微信没有确认这次登录。", remedy=AGAIN, code="wechat_refused")
    return openid, unionid[:64]


def user_of(openid: str) -> User | None:
    """The active user an openid is bound to."""
    found = WeChatBinding.objects.select_related("user").filter(openid=openid).first()
    return found.user if found is not None and found.user.is_active else None


@transaction.atomic
def bind(user: User, openid: str, unionid: str) -> None:
    """Let an openid sign in a user; Conflict when it signs in somebody else."""
    if WeChatBinding.objects.filter(openid=openid).exclude(user=user).exists():
        raise Conflict("这个微信已绑定另一个账号。", remedy="请先在那个账号中解除绑定。")
    WeChatBinding.objects.update_or_create(
        user=user, defaults={"openid": openid, "unionid": unionid}
    )


def unbind(user: User) -> bool:
    """Forget the WeChat identity of a user; False when there was none."""
    return bool(WeChatBinding.objects.filter(user=user).delete()[0])
