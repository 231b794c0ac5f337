"""Passwords (密码): what they must be, what a user had before, and changing them.

Stored as PBKDF2-HMAC-SHA256 by Django's hasher (its first choice, rehashed at sign-in when the
iterations grow).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils import timezone
from pypinyin import lazy_pinyin

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity.models import PasswordPast, User

RULE = "GB/T 22239-2019 8.1.4.1 身份鉴别：口令复杂度要求并定期更换"
OURS = Path(__file__).parent / "data" / "common_passwords.txt"
LONGEST = 128

LENGTH = Setting(
    "identity.password_length",
    "密码最短长度",
    int,
    10,
    "新密码至少多少位。",
    unit="位",
    minimum=8,
    maximum=32,
)
CLASSES = Setting(
    "identity.password_classes",
    "密码字符种类",
    int,
    3,
    "新密码至少包含大写字母、小写字母、数字、符号中的几种。",
    unit="种",
    minimum=1,
    maximum=4,
)
HISTORY = Setting(
    "identity.password_history",
    "不得重复的历史密码",
    int,
    5,
    "新密码不能与最近几次用过的相同。",
    unit="次",
    minimum=0,
    maximum=24,
)
EXPIRY = Setting(
    "identity.password_days",
    "干部密码有效期",
    int,
    180,
    "干部的密码使用多久后须更换，0 表示不要求。",
    unit="天",
    minimum=0,
    maximum=730,
)

KINDS = (
    ("大写字母", re.compile(r"[A-Z]")),
    ("小写字母", re.compile(r"[a-z]")),
    ("数字", re.compile(r"[0-9]")),
    ("符号", re.compile(r"[^A-Za-z0-9]")),
)
_SWAPS = str.maketrans("0134578@$!", "oleastbasi")


def demands() -> list[str]:
    """What a new password must be, in words for the form."""
    found = [f"至少 {LENGTH.value()} 位", f"大小写字母、数字、符号中至少 {CLASSES.value()} 种"]
    if HISTORY.value():
        found.append(f"不同于最近 {HISTORY.value()} 次用过的密码")
    return [*found, "不含用户名和姓名拼音，不是常见或已泄露的密码"]


def faults(password: str, user: User) -> list[str]:
    """Why a password may not be this user's next; empty when it may."""
    found = []
    if len(password) < LENGTH.value():
        found.append(f"长度不足 {LENGTH.value()} 位")
    if len(password) > LONGEST:
        found.append(f"长度超过 {LONGEST} 位")
    if sum(bool(kind.search(password)) for _, kind in KINDS) < CLASSES.value():
        found.append(f"字符种类不足 {CLASSES.value()} 种")
    if is_common(password):
        found.append("属于常见或已泄露的密码")
    if _names_user(password, user):
        found.append("包含用户名或姓名拼音")
    if not found and _was_used(password, user):
        found.append(f"与最近 {HISTORY.value()} 次用过的密码相同")
    return found


def check(password: str, user: User, *, field: str = "new") -> None:
    """Refuse a password the policy does not allow for this user."""
    found = faults(password, user)
    if found:
        raise Refusal(
            f"这个密码不能使用：{'；'.join(found)}。",
            rule=RULE,
            remedy=f"密码要求：{'；'.join(demands())}。",
            field=field,
            code="weak_password",
        )


def put(user: User, password: str, *, temporary: bool = False) -> None:
    """Give a user a checked password and keep the former one's hash; saves the user.

    temporary: it must be changed at the next sign-in.
    """
    if user.password and user.has_usable_password():
        PasswordPast.objects.create(user=user, hash=user.password)
    _forget_older(user)
    user.set_password(password)
    user.password_changed_at = timezone.now()
    user.must_change_password = temporary
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])


def has_expired(user: User, now: datetime) -> bool:
    """Whether a cadre's password is older than the term; counted from the account's opening."""
    days = EXPIRY.value()
    since = user.password_changed_at or user.created_at
    return bool(days) and now - since > timedelta(days=days)


def is_common(password: str) -> bool:
    """Whether a password, or what is left without a short tail and swapped letters, is known."""
    lower = password.lower()
    if lower in known():
        return True
    stem = re.sub(r"[\d\W_]+$", "", lower)
    if len(stem) >= 4 and len(lower) - len(stem) <= 5:
        return stem in known() or stem.translate(_SWAPS) in known()
    return False


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """The common and breached passwords: Django's list of 20,000 and ours of Chinese habits."""
    lines = OURS.read_text("utf-8").splitlines()
    ours = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    return frozenset(ours | CommonPasswordValidator().passwords)


def _names_user(password: str, user: User) -> bool:
    lower = password.lower()
    name = user.username.lower()
    if len(name) >= 3 and (name in lower or name[::-1] in lower):
        return True
    spelled = "".join(lazy_pinyin(user.display_name)).lower()
    return len(spelled) >= 5 and spelled.isascii() and spelled in lower


def _was_used(password: str, user: User) -> bool:
    count = HISTORY.value()
    if not count or user.pk is None:
        return False
    past = list(
        PasswordPast.objects.filter(user=user)
        .order_by("-at")
        .values_list("hash", flat=True)[: count - 1]
    )
    hashes = [user.password, *past] if user.has_usable_password() else past
    return any(check_password(password, stored) for stored in hashes)


def _forget_older(user: User) -> None:
    kept = PasswordPast.objects.filter(user=user).order_by("-at").values("pk")[: HISTORY.value()]
    PasswordPast.objects.filter(user=user).exclude(
        pk__in=list(kept.values_list("pk", flat=True))
    ).delete()
