"""What an outside application may learn of a person (授权范围), in words and as claims."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class ScopeOf:
    """One scope: its name in the protocol and what the consent page says of it.

    told: what is passed on. claims: names of the claims it opens.
    """

    code: str
    title: str
    told: str
    claims: tuple[str, ...]


SCOPES = {
    scope.code: scope
    for scope in (
        ScopeOf("openid", "身份标识", "一个代表您的编号，不含姓名和证件号码", ("sub",)),
        ScopeOf("profile", "姓名和职务", "您的姓名、职务", ("name", "title")),
        ScopeOf("account", "登录名", "您在本平台的登录名", ("preferred_username",)),
        ScopeOf(
            "org",
            "所在工会",
            "您当前岗位所在工会的名称、编号和上级工会，所在市、县",
            ("union_id", "union_name", "org_path", "org_names", "city", "county"),
        ),
        ScopeOf("roles", "岗位角色", "您在各工会担任的角色", ("roles",)),
        ScopeOf("phone", "手机号码", "您的手机号码", ("phone_number",)),
        ScopeOf("api", "代您办理", "以您的身份读取和办理您在本平台有权办理的业务", ()),
    )
}
PHONE_MASKED = "您的手机号码，只显示前三位和后四位"


def known(scopes: Iterable[str]) -> list[str]:
    """The scopes this platform has, in its own order."""
    asked = set(scopes)
    return [code for code in SCOPES if code in asked]


def told(scopes: Iterable[str], *, phone_in_full: bool) -> list[tuple[str, str]]:
    """(title, what is passed on) of each scope, for the consent page."""
    return [
        (
            SCOPES[code].title,
            PHONE_MASKED if code == "phone" and not phone_in_full else SCOPES[code].told,
        )
        for code in known(scopes)
    ]


def covered(asked: Iterable[str], given: Iterable[str]) -> bool:
    """Whether a former consent covers what is asked now."""
    return set(asked) <= set(given)
