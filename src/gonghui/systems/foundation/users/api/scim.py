"""The endpoints of our SCIM service (RFC 7644 section 3.2): users, groups, and what it can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import path, re_path

from gonghui.kernel.org.models import Union
from gonghui.systems.foundation.users.actions import taking_in as actions
from gonghui.systems.foundation.users.api.serving import (
    Asked,
    answer,
    listed,
    placed,
    reduced,
    scim,
    wanted,
)
from gonghui.systems.foundation.users.models import Staff
from gonghui.systems.foundation.users.queries import scim as queries
from gonghui.systems.foundation.users.rules.scim import (
    CORE,
    GROUP,
    GROUP_SCHEMA,
    SCHEMAS,
    SEARCH,
    UNION_USER,
    USER,
    USER_SCHEMA,
    Fault,
    Schema,
    described,
    read,
    wrong,
)

# Users


def _staff(asked: Asked, key: str) -> Staff:
    """The user; one outside the subtree is not there at all."""
    number = queries.union_number(key)
    found = queries.users(asked.actor).filter(user_id=number).first() if number else None
    if found is None:
        raise Fault("没有这个用户。", answer=404)
    return found


def _shown(found: Staff, asked: Asked, status: int = 200) -> HttpResponse:
    document = queries.user_documents([found], asked.source)[0]
    return _answered(document, USER_SCHEMA, asked, status)


def _answered(
    document: dict[str, Any], schema: Schema, asked: Asked, status: int = 200
) -> HttpResponse:
    version = document["meta"]["version"]
    asks_for = asked.request.headers.get("If-None-Match", "")
    if asked.request.method == "GET" and version in [each.strip() for each in asks_for.split(",")]:
        response = HttpResponse(status=304)
    else:
        response = answer(reduced(document, schema, asked), status)
        if status == 201:
            response["Location"] = placed(document, asked)["meta"]["location"]
    response["ETag"] = version
    return response


def _list_users(asked: Asked) -> HttpResponse:
    return _users_by(asked, asked.request.GET)


def _users_by(asked: Asked, parameters: Mapping[str, Any]) -> HttpResponse:
    query = wanted(parameters)
    total, found = queries.user_page(query, asked.actor, asked.source)
    documents = [reduced(each, USER_SCHEMA, asked) for each in found]
    return listed(total, max(query.start, 1), documents)


def _create_user(asked: Asked) -> HttpResponse:
    document = read(USER_SCHEMA, asked.body)
    union = actions.place(document, asked.actor)
    made = actions.create_user(union, by=asked.actor, document=document)
    return _shown(_staff(asked, str(made.user_id)), asked, 201)


def _read_user(asked: Asked, key: str) -> HttpResponse:
    return _shown(_staff(asked, key), asked)


def _replace_user(asked: Asked, key: str) -> HttpResponse:
    found = _staff(asked, key)
    actions.replace_user(found, by=asked.actor, document=asked.body, match=asked.match)
    return _shown(_staff(asked, key), asked)


def _patch_user(asked: Asked, key: str) -> HttpResponse:
    found = _staff(asked, key)
    actions.replace_user(found, by=asked.actor, patch=asked.body, match=asked.match)
    return _shown(_staff(asked, key), asked)


def _delete_user(asked: Asked, key: str) -> HttpResponse:
    actions.delete_user(_staff(asked, key), by=asked.actor, match=asked.match)
    return HttpResponse(status=204)


# Groups


def _group(asked: Asked, key: str) -> tuple[Union, str]:
    """A role this source may give, at a union of its subtree."""
    role, _, number = key.rpartition("-")
    pk = queries.union_number(number)
    union = queries.unions(asked.actor).filter(pk=pk).first() if pk else None
    if union is None or role not in asked.source.given_roles:
        raise Fault("没有这个用户组。", answer=404)
    return union, role


def _shown_group(union: Union, role: str, asked: Asked) -> HttpResponse:
    document = queries.group_document(union, role, asked.source)
    return _answered(document, GROUP_SCHEMA, asked)


def _list_groups(asked: Asked) -> HttpResponse:
    return _groups_by(asked, asked.request.GET)


def _groups_by(asked: Asked, parameters: Mapping[str, Any]) -> HttpResponse:
    query = wanted(parameters)
    total, found = queries.group_page(query, asked.actor, asked.source)
    documents = [reduced(each, GROUP_SCHEMA, asked) for each in found]
    return listed(total, max(query.start, 1), documents)


def _read_group(asked: Asked, key: str) -> HttpResponse:
    return _shown_group(*_group(asked, key), asked)


def _replace_group(asked: Asked, key: str) -> HttpResponse:
    union, role = _group(asked, key)
    actions.change_group(union, by=asked.actor, role=role, document=asked.body, match=asked.match)
    return _shown_group(union, role, asked)


def _patch_group(asked: Asked, key: str) -> HttpResponse:
    union, role = _group(asked, key)
    actions.change_group(union, by=asked.actor, role=role, patch=asked.body, match=asked.match)
    return _shown_group(union, role, asked)


def _fixed_group(asked: Asked, key: str = "") -> HttpResponse:
    raise Fault(
        "用户组由工会和角色构成，不能新建或删除。",
        remedy="请调整已有用户组的成员。",
        answer=403,
    )


# Searching by POST (RFC 7644 section 3.4.3)


def _searched(asked: Asked) -> Mapping[str, Any]:
    if not isinstance(asked.body, dict):
        raise wrong("请求正文应为一个对象。", "invalidSyntax")
    if SEARCH not in (asked.body.get("schemas") or []):
        raise wrong(f"“schemas”应包含 {SEARCH}。")
    return asked.body


def _search_users(asked: Asked) -> HttpResponse:
    return _users_by(asked, _searched(asked))


def _search_groups(asked: Asked) -> HttpResponse:
    return _groups_by(asked, _searched(asked))


# What the service can do


def _described(found: list[dict[str, Any]], asked: Asked, key: str) -> HttpResponse:
    if asked.request.GET.get("filter"):
        raise Fault("这里不能过滤。", answer=403)
    if not key:
        return listed(len(found), 1, found)
    chosen = next((each for each in found if each["id"].lower() == key.lower()), None)
    if chosen is None:
        raise Fault("没有这一项。", answer=404)
    return answer(chosen)


def _configuration(asked: Asked) -> HttpResponse:
    return answer(queries.configuration(_address(asked)))


def _address(asked: Asked) -> str:
    return asked.request.build_absolute_uri("/").rstrip("/")


def _types(asked: Asked, key: str = "") -> HttpResponse:
    kinds = (
        ("User", USER, [{"schema": UNION_USER, "required": True}]),
        ("Group", GROUP, []),
    )
    found = [
        {
            "schemas": [f"{CORE}:ResourceType"],
            "id": name,
            "name": name,
            "endpoint": f"/{name}s",
            "description": schema.description,
            "schema": uri,
            "schemaExtensions": extensions,
            "meta": {
                "resourceType": "ResourceType",
                "location": f"{_address(asked)}{queries.BASE}/ResourceTypes/{name}",
            },
        }
        for (name, uri, extensions), schema in zip(kinds, SCHEMAS, strict=False)
    ]
    return _described(found, asked, key)


def _schemas(asked: Asked, key: str = "") -> HttpResponse:
    found = [
        described(schema)
        | {
            "meta": {
                "resourceType": "Schema",
                "location": f"{_address(asked)}{queries.BASE}/Schemas/{schema.id}",
            }
        }
        for schema in SCHEMAS
    ]
    return _described(found, asked, key)


def _nothing(asked: Asked, rest: str = "") -> HttpResponse:
    raise Fault("没有这个地址。", answer=404)


nowhere = scim(
    GET=_nothing, POST=_nothing, PUT=_nothing, PATCH=_nothing, DELETE=_nothing, HEAD=_nothing
)
users = scim(GET=_list_users, POST=_create_user)
user = scim(GET=_read_user, PUT=_replace_user, PATCH=_patch_user, DELETE=_delete_user)
groups = scim(GET=_list_groups, POST=_fixed_group)
group = scim(GET=_read_group, PUT=_replace_group, PATCH=_patch_group, DELETE=_fixed_group)

urlpatterns = [
    path("ServiceProviderConfig", scim(GET=_configuration), name="scim-config"),
    path("ResourceTypes", scim(GET=_types), name="scim-types"),
    path("ResourceTypes/<str:key>", scim(GET=_types), name="scim-type"),
    path("Schemas", scim(GET=_schemas), name="scim-schemas"),
    path("Schemas/<str:key>", scim(GET=_schemas), name="scim-schema"),
    path("Users", users, name="scim-users"),
    path("Users/.search", scim(POST=_search_users), name="scim-users-search"),
    path("Users/<str:key>", user, name="scim-user"),
    path("Groups", groups, name="scim-groups"),
    path("Groups/.search", scim(POST=_search_groups), name="scim-groups-search"),
    path("Groups/<str:key>", group, name="scim-group"),
    re_path(r"^(?P<rest>.*)$", nowhere, name="scim-nowhere"),
]
