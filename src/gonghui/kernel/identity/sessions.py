"""Sessions (会话): one sign-in on one device, listed, rotated, timed out and ended.

The session's data carries its `sid`, so an ordinary request costs no further query; the row is
touched once a minute. Ending a session deletes Django's session, which kills the cookie.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity import devices
from gonghui.kernel.identity.models import KnownDevice, Session, User
from gonghui.kernel.security.events import Happening, Kind, record
from gonghui.kernel.security.models import Severity

KEY = "identity"
TOUCH = timedelta(seconds=60)
METHODS_ATTRIBUTE = "_sign_in_methods"

IDLE_CADRE = Setting(
    "identity.idle_minutes",
    "干部会话空闲时限",
    int,
    60,
    "干部登录后多久没有操作须重新登录。",
    unit="分钟",
    minimum=5,
    maximum=720,
)
IDLE_WORKER = Setting(
    "identity.idle_days_worker",
    "职工会话空闲时限",
    int,
    7,
    "职工登录后多久没有使用须重新登录。",
    unit="天",
    minimum=1,
    maximum=60,
)
LONGEST = Setting(
    "identity.session_hours",
    "干部会话最长时限",
    int,
    12,
    "干部登录后最长多久须重新登录，不论是否在操作。",
    unit="小时",
    minimum=1,
    maximum=72,
)
LONGEST_WORKER = Setting(
    "identity.session_days_worker",
    "职工会话最长时限",
    int,
    30,
    "职工登录后最长多久须重新登录，不论是否在使用。",
    unit="天",
    minimum=1,
    maximum=180,
)

WHY = {
    "signout": "退出登录",
    "self": "本人结束",
    "administrator": "管理员结束",
    "idle": "长时间未操作",
    "longest": "超过最长时限",
    "password": "修改密码",
    "credentials": "登录凭证变更",
    "account": "账号停用或注销",
    "replaced": "在同一浏览器重新登录",
}
"""Why a session ended, in words."""

METHODS = {
    "password": "密码",
    "sms": "短信验证码",
    "passkey": "通行密钥",
    "totp": "动态口令",
    "recovery": "恢复码",
    "wechat": "微信",
    "qr": "扫码",
    "invitation": "激活链接",
    "other": "其他方式",
}

Callback = Callable[[int, str], None]
_callbacks: list[Callback] = []


def on_ended(callback: Callback) -> Callback:
    """Call `callback(user_id, sid)` in the transaction in which a session ends, however it does."""
    if callback not in _callbacks:
        _callbacks.append(callback)
    return callback


def sid_of(request: HttpRequest) -> str:
    """The stable id of the request's session; empty when nobody is signed in."""
    return _facts(request).get("sid", "")


def verified_at(request: HttpRequest) -> datetime | None:
    """When the person last proved in this session who they are."""
    stamp = _facts(request).get("verified")
    return None if stamp is None else _time(stamp)


def signed_in_at(request: HttpRequest) -> datetime | None:
    """When this session began."""
    stamp = _facts(request).get("started")
    return None if stamp is None else _time(stamp)


def methods_of(request: HttpRequest) -> list[str]:
    """The ways in which the person of this session proved who they are (keys of METHODS)."""
    return list(_facts(request).get("methods", ()))


def mark_verified(request: HttpRequest, method: str) -> None:
    """Keep that the person has just proved again who they are, and rotate the key."""
    now = timezone.now()
    facts = dict(_facts(request))
    facts["verified"] = now.timestamp()
    facts["methods"] = list(dict.fromkeys([*facts.get("methods", ()), method]))
    request.session[KEY] = facts
    rotate(request)
    Session.objects.filter(sid=facts.get("sid", "")).update(verified_at=now)


def put(request: HttpRequest, **facts: Any) -> None:
    """Keep further facts in the session's own part."""
    request.session[KEY] = {**_facts(request), **facts}


def fact(request: HttpRequest, name: str) -> Any:
    """A fact kept by `put`, None where there is none."""
    return _facts(request).get(name)


def note_kind(request: HttpRequest, *, cadre: bool) -> None:
    """Note whether the limits of cadres or those of workers hold for this session."""
    Session.objects.filter(sid=sid_of(request)).exclude(cadre=cadre).update(cadre=cadre)


def rotate(request: HttpRequest) -> None:
    """Give the session another key when the request has ended; the old cookie is dead then.

    Later, because a refusal rolls back what the request wrote, and the row of a new key with it.
    """
    request._turns_key = True


def turn_key(request: HttpRequest) -> None:
    """Do what `rotate` asked for; the sid stays."""
    if getattr(request, "_turns_key", False) and sid_of(request):
        request.session.cycle_key()
        follow_key(request)


def follow_key(request: HttpRequest) -> None:
    """Note the key the session has now."""
    Session.objects.filter(sid=sid_of(request)).update(session_key=request.session.session_key)


def end_session(sid: str, *, why: str, by: int | None = None) -> bool:
    """End one session; False when it had ended before. why: a key of WHY. by: user id."""
    with transaction.atomic():
        row = Session.objects.select_for_update().filter(sid=sid, ended_at=None).first()
        if row is None:
            return False
        _end(row, why, by)
    return True


def end_all(user_id: int, *, why: str, but: str = "", by: int | None = None) -> int:
    """End all sessions of a user except the one with sid `but`; returns how many."""
    with transaction.atomic():
        rows = Session.objects.select_for_update().filter(user_id=user_id, ended_at=None)
        found = list(rows.exclude(sid=but))
        for row in found:
            _end(row, why, by)
    return len(found)


def open_sessions(user_id: int) -> list[Session]:
    """The sessions a user has open, the last used first."""
    return list(Session.objects.filter(user_id=user_id, ended_at=None).order_by("-used_at"))


def end_expired(now: datetime) -> int:
    """End every session that was idle, or open, for too long; returns how many."""
    limits = (
        (True, timedelta(minutes=IDLE_CADRE.value()), timedelta(hours=LONGEST.value())),
        (False, timedelta(days=IDLE_WORKER.value()), timedelta(days=LONGEST_WORKER.value())),
    )
    ended = 0
    for cadre, idle, longest in limits:
        open_ones = Session.objects.filter(ended_at=None, cadre=cadre)
        for why, rows in (
            ("idle", open_ones.filter(used_at__lt=now - idle)),
            ("longest", open_ones.filter(started_at__lt=now - longest)),
        ):
            for sid in rows.values_list("sid", flat=True)[:1000]:
                ended += end_session(sid, why=why)
    return ended


def expired(request: HttpRequest, now: datetime) -> str:
    """Why this request's session may not go on ("idle", "longest"), or nothing."""
    facts = _facts(request)
    if not facts:
        return ""
    if facts.get("cadre", True):
        idle, longest = timedelta(minutes=IDLE_CADRE.value()), timedelta(hours=LONGEST.value())
    else:
        idle, longest = (
            timedelta(days=IDLE_WORKER.value()),
            timedelta(days=LONGEST_WORKER.value()),
        )
    if now - _time(facts["used"]) > idle:
        return "idle"
    return "longest" if now - _time(facts["started"]) > longest else ""


def touch(request: HttpRequest, now: datetime) -> None:
    """Note that the session is in use, at most once a minute."""
    facts = _facts(request)
    if not facts or now - _time(facts["used"]) < TOUCH:
        return
    request.session[KEY] = {**facts, "used": now.timestamp()}
    Session.objects.filter(sid=facts["sid"]).update(
        used_at=now, ip=ip_of(request), place=devices.place_name(ip_of(request))
    )


def ip_of(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR", "")


def _facts(request: HttpRequest) -> dict[str, Any]:
    session = getattr(request, "session", None)
    return session.get(KEY, {}) if session is not None else {}


def _time(stamp: float) -> datetime:
    return datetime.fromtimestamp(stamp, timezone.get_current_timezone())


def _end(row: Session, why: str, by: int | None) -> None:
    if row.session_key:
        import_module(settings.SESSION_ENGINE).SessionStore().delete(row.session_key)
    row.session_key = None
    row.ended_at = timezone.now()
    row.ended_why = why
    row.save(update_fields=["session_key", "ended_at", "ended_why"])
    record(
        Happening(
            Kind.SIGNED_OUT if why == "signout" else Kind.SESSION_ENDED,
            user_id=row.user_id,
            ip=row.ip,
            subject=row.device,
            facts={"sid": row.sid, "why": WHY.get(why, why), "by": by},
        )
    )
    for callback in _callbacks:
        callback(row.user_id, row.sid)


def _begin(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Open a session's row; Django has just put the user into a session with a fresh key."""
    if not request.session.session_key:
        request.session.create()
    now = timezone.now()
    before = request.session.pop(KEY, None)
    if before:
        end_session(before.get("sid", ""), why="replaced")
    agent = request.META.get("HTTP_USER_AGENT", "")
    methods = getattr(request, METHODS_ATTRIBUTE, None) or ["other"]
    ip = ip_of(request)
    row = Session.objects.create(
        user=user,
        session_key=request.session.session_key,
        started_at=now,
        used_at=now,
        verified_at=now,
        method="、".join(METHODS.get(method, method) for method in methods),
        ip=ip,
        place=devices.place_name(ip),
        agent=agent[:200],
        device=devices.device_name(agent),
    )
    request.session[KEY] = {
        "sid": row.sid,
        "started": now.timestamp(),
        "used": now.timestamp(),
        "verified": now.timestamp(),
        "methods": methods,
    }
    _note_device(request, user, row)


def _note_device(request: HttpRequest, user: User, row: Session) -> None:
    mark = devices.mark_of(request)
    seen_any = KnownDevice.objects.filter(user=user).exists()
    _, new = KnownDevice.objects.get_or_create(user=user, digest=mark)
    happened = Happening(
        Kind.SIGNED_IN,
        user_id=user.pk,
        name=user.username,
        ip=row.ip,
        subject=row.device,
        facts={"sid": row.sid, "method": row.method, "place": row.place},
    )
    record(happened)
    if new and seen_any:
        record(
            Happening(
                Kind.NEW_DEVICE,
                Severity.WARNING,
                user_id=user.pk,
                name=user.username,
                ip=row.ip,
                subject=row.device,
                facts={"sid": row.sid, "place": row.place},
            )
        )


def _signed_out(sender: Any, request: HttpRequest, user: User | None, **_: Any) -> None:
    sid = sid_of(request)
    if sid:
        end_session(sid, why="signout")


user_logged_in.connect(_begin, dispatch_uid="identity.session.begin")
user_logged_out.connect(_signed_out, dispatch_uid="identity.session.end")
