"""What every SCIM endpoint shares: who asks, what came, how an answer and an error look."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.scoping import raise_wall
from gonghui.kernel.security import events
from gonghui.kernel.security.models import Severity
from gonghui.systems.foundation.users.actions.taking_in import Taker, scim_fault, taker
from gonghui.systems.foundation.users.models import Source, SourceToken
from gonghui.systems.foundation.users.queries.provisioning import token_of
from gonghui.systems.foundation.users.queries.scim import MOST_RESULTS, Wanted
from gonghui.systems.foundation.users.rules import provisioning as rules
from gonghui.systems.foundation.users.rules.scim import (
    ERROR,
    LIST,
    Fault,
    Schema,
    shown,
    storable,
    wrong,
)

MEDIA = "application/scim+json"
ACCEPTED = {MEDIA, "application/json"}
MOST_BYTES = 1_000_000
SEEN_EVERY = timedelta(minutes=1)
"""How often the last use of a token is written down."""


@dataclass(frozen=True)
class Asked:
    """A request of a source: its actor, itself, and what it sent."""

    actor: Taker
    source: Source
    request: HttpRequest
    body: Any = None

    @property
    def match(self) -> str:
        return self.request.headers.get("If-Match", "")


Endpoint = Callable[..., HttpResponse]


def scim(**methods: Endpoint) -> Callable[..., HttpResponse]:
    """A view that answers each method by its endpoint, to holders of a usable token only.

    The middleware has opened the request's transaction; every error undoes all of it.
    """

    @csrf_exempt
    @wraps(next(iter(methods.values())))
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            endpoint = methods.get(request.method or "")
            token = _token(request)
            if endpoint is None:
                raise Fault("这个地址不支持这种请求方法。", answer=405)
            actor = taker(token, request.META.get("REMOTE_ADDR", ""), uuid.uuid4().hex)
            raise_wall(actor.wall())
            request.actor = actor
            body = _body(request) if request.method in {"POST", "PUT", "PATCH"} else None
            response = endpoint(Asked(actor, token.source, request, body), **kwargs)
        except Refusal as refusal:
            transaction.set_rollback(True)
            response = failed(scim_fault(refusal))
            if response.status_code == 405:
                response["Allow"] = ", ".join(methods)
        response["Cache-Control"] = "no-store"
        return response

    return view


def _token(request: HttpRequest) -> SourceToken:
    """The usable token of a request; who shows none, or one that no longer is, learns only that."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not text:
        raise Fault("请在 Authorization 请求头中提供来源令牌。", answer=401)
    ip = request.META.get("REMOTE_ADDR", "")
    token = token_of(rules.digest(text.strip()))
    today = timezone.localdate()
    why = (
        "没有这个令牌。"
        if token is None
        else rules.unusable(token.state, token.source.state, token.valid_to, today)
    )
    if token is None or why:
        events.remember(
            events.Happening(
                events.Kind.TOKEN_MISUSED,
                Severity.WARNING,
                name=str(token.source) if token else "",
                ip=ip,
                subject="用户推送接口",
                org_path=token.org_path if token else "",
                facts={"why": why, "token": token.hint if token else ""},
            )
        )
        raise Fault("令牌无效、未批准、已过期或已作废。", answer=401)
    now = timezone.now()
    if token.used_at is None or now - token.used_at > SEEN_EVERY or token.used_from != ip:
        SourceToken.objects.unscoped("the token a request was made with").filter(
            pk=token.pk
        ).update(used_at=now, used_from=ip)
    return token


def _body(request: HttpRequest) -> Any:
    """The JSON of a request; Fault for another kind, for too much of it and for too deep."""
    kind = (request.content_type or "").lower()
    if kind not in ACCEPTED:
        raise Fault(f"请求正文应为 {MEDIA}。", answer=415)
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > MOST_BYTES:
        raise Fault(f"请求正文不能超过 {MOST_BYTES} 字节。", answer=413)
    content = request.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Fault(f"请求正文不能超过 {MOST_BYTES} 字节。", answer=413)
    try:
        return json.loads(content.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise wrong("请求正文不是 JSON。", "invalidSyntax") from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


# Answers


def answer(document: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """A document as SCIM, with its place and version where it has them."""
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False), status=status, content_type=MEDIA
    )
    meta = document.get("meta", {})
    if "version" in meta:
        response["ETag"] = meta["version"]
    if "location" in meta:
        response["Content-Location"] = meta["location"]
        if status == 201:
            response["Location"] = meta["location"]
    return response


def failed(fault: Fault) -> HttpResponse:
    """An error as RFC 7644 section 3.12 wants it; `detail` says what, why and what to do."""
    rule = f"依据：{fault.rule}。" if fault.rule else ""
    document = {
        "schemas": [ERROR],
        "status": str(fault.answer),
        "detail": f"{fault.message}{rule}{fault.remedy}",
    }
    if fault.scim_type:
        document["scimType"] = fault.scim_type
    response = answer(document, fault.answer)
    if fault.answer == 401:
        response["WWW-Authenticate"] = 'Bearer realm="gonghui"'
    return response


def listed(total: int, start: int, documents: list[Any]) -> HttpResponse:
    return answer(
        {
            "schemas": [LIST],
            "totalResults": total,
            "startIndex": start,
            "itemsPerPage": len(documents),
            "Resources": documents,
        }
    )


def placed(document: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """The document with the whole address of itself."""
    host = asked.request.build_absolute_uri("/").rstrip("/")
    meta = {**document["meta"], "location": f"{host}{document['meta']['location']}"}
    return {**document, "meta": meta}


def reduced(document: dict[str, Any], schema: Schema, asked: Asked) -> dict[str, Any]:
    """The document with the attributes asked for, of a query or of a search."""
    only, without = selection(asked)
    return shown(schema, placed(document, asked), only, without)


def selection(asked: Asked) -> tuple[frozenset[str], frozenset[str]]:
    """`attributes` and `excludedAttributes`, in lower case."""
    searched = asked.body if asked.request.path.endswith("/.search") else None
    found = []
    for name in ("attributes", "excludedAttributes"):
        value = (searched or {}).get(name) if searched else asked.request.GET.get(name)
        names = value.split(",") if isinstance(value, str) else value or []
        if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
            raise wrong(f"“{name}”应为属性名列表。")
        found.append(frozenset(each.strip().lower() for each in names[:100] if each.strip()))
    if all(found):
        raise wrong("“attributes”和“excludedAttributes”不能同时使用。")
    return found[0], found[1]


def wanted(parameters: Mapping[str, Any]) -> Wanted:
    """A query or a search request as it is meant; what cannot be meant is refused."""
    return Wanted(
        filter=_text(parameters, "filter"),
        sort_by=_text(parameters, "sortBy"),
        descending=_text(parameters, "sortOrder").lower() == "descending",
        start=_count(parameters, "startIndex", 1),
        count=_count(parameters, "count", MOST_RESULTS),
    )


def _text(parameters: Mapping[str, Any], name: str) -> str:
    value = parameters.get(name) or ""
    if not isinstance(value, str) or not storable(value):
        raise wrong(f"“{name}”应为文字。")
    return value


def _count(parameters: Mapping[str, Any], name: str, default: int) -> int:
    value = parameters.get(name)
    if value in (None, ""):
        return default
    text = str(value)
    digits = text.removeprefix("-")
    if isinstance(value, bool) or not (digits.isascii() and digits.isdecimal()) or len(text) > 12:
        raise wrong(f"“{name}”应为整数。")
    return int(text)
