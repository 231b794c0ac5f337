"""Source systems for the tests: a source, a usable token, and a client that speaks SCIM."""

from __future__ import annotations

import json
import secrets
from datetime import date, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from gonghui.kernel.identity import accounts
from gonghui.kernel.org.models import Union
from gonghui.systems.foundation.users.models import Source, SourceToken, Staff, TokenState
from gonghui.systems.foundation.users.rules import provisioning as rules
from gonghui.systems.foundation.users.rules.scim import PATCH, UNION_USER, USER

MEDIA = "application/scim+json"


def source(union: Union, name: str = "人事系统", **facts: Any) -> Source:
    made = Source(**{"name": name, "keeper": "组织部", "roles": ["handler", "viewer"], **facts})
    made.place_at(union)
    made.save()
    return made


def token(of: Source, state: str = TokenState.ACTIVE, valid_to: date | None = None) -> str:
    """A token of a source; returns what its holder sends."""
    text = f"{rules.TOKEN_MARK}{secrets.token_urlsafe(32)}"
    made = SourceToken(
        source=of,
        digest=rules.digest(text),
        hint=text[: rules.HINT],
        valid_to=valid_to or timezone.localdate() + timedelta(days=30),
        state=state,
        issued_by="测试",
    )
    made.place_at(of.union)
    made.save()
    return text


def staff(union: Union, username: str, name: str = "王芳", **facts: Any) -> Staff:
    """A user of a union, already active."""
    user = accounts.open_account(username, name, mobile=facts.pop("mobile", ""))
    user.status, user.is_active = "active", True
    user.save()
    made = Staff(user=user, name=name, opened_on=timezone.localdate(), **facts)
    made.place_at(union)
    made.save()
    return made


class Scim:
    """A client of our SCIM service with one token."""

    def __init__(self, text: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {text}"})

    def get(self, path: str, params: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(f"/scim/v2{path}", params or {}, headers=headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.generic(
            method, f"/scim/v2{path}", content, content_type=MEDIA, headers=headers
        )

    def post(self, path: str, body: Any) -> Any:
        return self.send("POST", path, body)

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> Any:
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.send("PATCH", path, body, **headers)


def document(union: Union, username: str = "zhangwei", **facts: Any) -> dict[str, Any]:
    """A user as a source would send it."""
    part = {"unionId": str(union.pk), **facts.pop("part", {})}
    return {
        "schemas": [USER, UNION_USER],
        "userName": username,
        "displayName": "张伟",
        UNION_USER: part,
        **facts,
    }
