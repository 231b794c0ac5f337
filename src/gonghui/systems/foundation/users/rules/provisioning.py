"""Who may maintain users from outside, with what token, and what such a system may give."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

from gonghui.kernel.access.roles import ADMINISTRATORS, GRANTABLE
from gonghui.kernel.base.errors import Refusal

TOKEN_MARK = "ghs_"
HINT = 8
"""How many characters of a token its list shows."""

TWO_HANDS = "GB/T 22239-2019 8.1.10：系统管理员配置，安全管理员批准"
BUSINESS = {role.code: role.title for role in GRANTABLE if role not in ADMINISTRATORS}
NEVER_ADMINISTRATORS = "三员由安全管理员当面授权，不随外部系统的推送取得"


def digest(token: str) -> str:
    """The stored form of a token: it has 256 random bits, so one round of SHA-256 keeps it."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def check_roles(codes: Sequence[str]) -> list[str]:
    """Roles of the business, in their usual order."""
    if unknown := [code for code in codes if code not in BUSINESS]:
        raise Refusal(f"不能包括“{'、'.join(unknown)}”。", rule=NEVER_ADMINISTRATORS, field="roles")
    return [code for code in BUSINESS if code in codes]


def check_term(valid_to: date, today: date, longest: int) -> None:
    """Refuse a token that is over already or lives longer than allowed."""
    if valid_to < today:
        raise Refusal("有效期不能早于今天。", field="valid_to")
    if valid_to > today + timedelta(days=longest):
        raise Refusal(
            f"有效期最长 {longest} 天。",
            rule="访问令牌定期更换",
            remedy="请把有效期改短，到期前另行签发。",
            field="valid_to",
        )


def unusable(state: str, source_state: str, valid_to: date, today: date) -> str:
    """Why a token does not open, empty if it does."""
    words = {"waiting": "令牌尚未批准。", "refused": "令牌未获批准。", "revoked": "令牌已作废。"}
    if state in words:
        return words[state]
    if valid_to < today:
        return "令牌已过期。"
    return "" if source_state == "on" else "来源系统已停用。"
