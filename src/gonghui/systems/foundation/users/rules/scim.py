"""The parts of SCIM 2.0 every rule of it needs: faults, attributes, the schemas we serve.

Sources: RFC 7643 (core schema) and RFC 7644 (protocol). Attribute names compare without case
(RFC 7643 section 2.1); a document is held under the names the schema declares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gonghui.kernel.base.errors import Refusal

CORE = "urn:ietf:params:scim:schemas:core:2.0"
MESSAGES = "urn:ietf:params:scim:api:messages:2.0"
USER = f"{CORE}:User"
GROUP = f"{CORE}:Group"
UNION_USER = "urn:ietf:params:scim:schemas:extension:gonghui:2.0:User"
PATCH = f"{MESSAGES}:PatchOp"
LIST = f"{MESSAGES}:ListResponse"
SEARCH = f"{MESSAGES}:SearchRequest"
ERROR = f"{MESSAGES}:Error"

LONGEST_TEXT = 2000
MOST_VALUES = 1000


@dataclass(eq=False)
class Fault(Refusal):
    """A SCIM request that is answered with an error (RFC 7644 section 3.12).

    scim_type: its keyword, such as invalidFilter. answer: the HTTP status.
    """

    scim_type: str = ""
    answer: int = 400


@dataclass(frozen=True)
class Attribute:
    """One attribute of a schema (RFC 7643 section 7)."""

    name: str
    description: str
    type: str = "string"
    multi: bool = False
    required: bool = False
    mutability: str = "readWrite"
    case_exact: bool = False
    uniqueness: str = "none"
    returned: str = "default"
    subs: tuple[Attribute, ...] = ()
    references: tuple[str, ...] = ()
    longest: int = LONGEST_TEXT

    def sub(self, name: str) -> Attribute | None:
        """The sub-attribute of that name."""
        return next((each for each in self.subs if each.name.lower() == name.lower()), None)


@dataclass(frozen=True)
class Schema:
    """A schema and the extension its resources carry."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]
    extension: Schema | None = None

    def attribute(self, name: str, schema: str = "") -> Attribute | None:
        """The attribute of that name here, or in the extension where `schema` names it."""
        if schema and schema.lower() != self.id.lower():
            if self.extension is not None and schema.lower() == self.extension.id.lower():
                return self.extension.attribute(name)
            return None
        found = (each for each in (*self.attributes, *COMMON) if each.name.lower() == name.lower())
        return next(found, None)


def _fixed(name: str, description: str, **more: Any) -> Attribute:
    return Attribute(name, description, mutability="readOnly", **more)


COMMON = (
    _fixed("id", "本平台的编号", case_exact=True, returned="always"),
    Attribute("externalId", "来源系统中的编号", case_exact=True, longest=200),
    _fixed(
        "meta",
        "这条记录的情况",
        type="complex",
        subs=(
            _fixed("resourceType", "类型", case_exact=True),
            _fixed("created", "建立时间", type="dateTime"),
            _fixed("lastModified", "最近修改时间", type="dateTime"),
            _fixed("location", "地址", type="reference", references=("uri",)),
            _fixed("version", "版本", case_exact=True),
        ),
    ),
)
"""Attributes every resource has; RFC 7643 section 3.1 leaves them out of the schemas."""

_GROUP_OF_USER = (
    _fixed("value", "用户组编号"),
    _fixed("$ref", "用户组地址", type="reference", references=("Group",)),
    _fixed("display", "用户组名称"),
    _fixed("type", "归属方式"),
)
UNION_SCHEMA = Schema(
    UNION_USER,
    "GonghuiUser",
    "用户在工会组织中的位置",
    (
        Attribute("unionId", "所在工会编号", required=True, case_exact=True, longest=20),
        _fixed("unionName", "所在工会名称"),
        Attribute("post", "职务", longest=60),
        Attribute(
            "roles",
            "来源系统授予的角色",
            type="complex",
            multi=True,
            subs=(
                Attribute("value", "角色代码", required=True, case_exact=True, longest=20),
                _fixed("display", "角色名称"),
                Attribute("unionId", "授权工会编号", required=True, case_exact=True, longest=20),
                _fixed("unionName", "授权工会名称"),
                Attribute("validFrom", "起（含当日）", case_exact=True, longest=10),
                Attribute("validTo", "止（含当日）", case_exact=True, longest=10),
            ),
        ),
    ),
)
USER_SCHEMA = Schema(
    USER,
    "User",
    "用户",
    (
        Attribute(
            "userName",
            "用户名，建立后不变",
            required=True,
            mutability="immutable",
            uniqueness="server",
            longest=60,
        ),
        Attribute("displayName", "姓名", required=True, longest=50),
        Attribute("active", "启用", type="boolean"),
        Attribute(
            "phoneNumbers",
            "手机号码，未批准读取时隐去中间四位",
            type="complex",
            multi=True,
            subs=(
                Attribute("value", "号码", longest=20),
                Attribute("type", "种类", longest=10),
                Attribute("primary", "首选", type="boolean"),
            ),
        ),
        _fixed("groups", "所在用户组", type="complex", multi=True, subs=_GROUP_OF_USER),
    ),
    UNION_SCHEMA,
)
GROUP_SCHEMA = Schema(
    GROUP,
    "Group",
    "用户组：一个工会上的一个角色",
    (
        _fixed("displayName", "工会名称和角色名称"),
        Attribute(
            "members",
            "来源系统授予了这一角色的用户",
            type="complex",
            multi=True,
            subs=(
                Attribute(
                    "value", "用户编号", required=True, mutability="immutable", case_exact=True
                ),
                Attribute(
                    "$ref",
                    "用户地址",
                    type="reference",
                    mutability="immutable",
                    references=("User",),
                ),
                Attribute("display", "姓名", mutability="immutable"),
                Attribute("type", "种类", mutability="immutable"),
            ),
        ),
    ),
)
SCHEMAS = (USER_SCHEMA, GROUP_SCHEMA, UNION_SCHEMA)


def described(schema: Schema) -> dict[str, Any]:
    """A schema as /Schemas shows it."""
    return {
        "schemas": [f"{CORE}:Schema"],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": [_described(each) for each in schema.attributes],
    }


def _described(attribute: Attribute) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": attribute.name,
        "type": attribute.type,
        "multiValued": attribute.multi,
        "description": attribute.description,
        "required": attribute.required,
        "mutability": attribute.mutability,
        "returned": attribute.returned,
    }
    if attribute.type == "complex":
        found["subAttributes"] = [_described(each) for each in attribute.subs]
        return found
    if attribute.type == "reference":
        found["referenceTypes"] = list(attribute.references)
    found["caseExact"] = attribute.case_exact or attribute.type == "reference"
    found["uniqueness"] = attribute.uniqueness
    return found


def wrong(text: str, scim_type: str = "invalidValue") -> Fault:
    return Fault(text, scim_type=scim_type)


def one(attribute: Attribute, value: Any) -> Any:
    """A single value of an attribute, checked; unknown and read-only parts are left out."""
    if attribute.type == "complex":
        if not isinstance(value, Mapping):
            raise wrong(f"“{attribute.name}”应为对象。")
        found = {}
        for name, item in value.items():
            sub = attribute.sub(str(name))
            if sub is not None and sub.mutability != "readOnly" and item is not None:
                found[sub.name] = one(sub, item)
        missing = [each.name for each in attribute.subs if each.required and each.name not in found]
        if missing:
            raise wrong(f"“{attribute.name}”缺少“{missing[0]}”。")
        return found
    if attribute.type == "boolean":
        if not isinstance(value, bool):
            raise wrong(f"“{attribute.name}”应为 true 或 false。")
        return value
    return text_of(attribute, value)


def text_of(attribute: Attribute, value: Any) -> str:
    """A text without control characters, within its length."""
    if not isinstance(value, str):
        raise wrong(f"“{attribute.name}”应为文字。")
    if len(value) > attribute.longest:
        raise wrong(f"“{attribute.name}”超过 {attribute.longest} 个字。")
    if not storable(value):
        raise wrong(f"“{attribute.name}”含有不能保存的字符。")
    return value


def storable(text: str) -> bool:
    """Whether the database can hold a text: no control characters, no lone surrogates."""
    return not any(ord(sign) < 32 or 0xD800 <= ord(sign) <= 0xDFFF for sign in text)


def whole(attribute: Attribute, value: Any) -> Any:
    """All values of an attribute, checked; None and an empty list both mean nothing."""
    if value is None or value == []:
        return None
    if not attribute.multi:
        return one(attribute, value)
    if not isinstance(value, list):
        raise wrong(f"“{attribute.name}”应为列表。")
    if len(value) > MOST_VALUES:
        raise Fault(f"“{attribute.name}”一次最多 {MOST_VALUES} 项。", answer=413)
    return [one(attribute, item) for item in value]


def read(schema: Schema, document: Any) -> dict[str, Any]:
    """What a client may write of a whole document: typed, known, not read-only.

    Unknown and read-only attributes are passed over (RFC 7644 sections 3.3 and 3.5.1), so what a
    client slips in has no effect. Fault for wrong types and for missing required attributes.
    """
    if not isinstance(document, Mapping):
        raise wrong("请求正文应为一个对象。", "invalidSyntax")
    named = document.get("schemas")
    known = {schema.id.lower()} | ({schema.extension.id.lower()} if schema.extension else set())
    if not isinstance(named, list) or schema.id not in named:
        raise wrong(f"“schemas”应包含 {schema.id}。")
    if not all(isinstance(each, str) for each in named):
        raise wrong("“schemas”应为文字列表。")
    found: dict[str, Any] = {}
    for name, value in document.items():
        if schema.extension is not None and name.lower() == schema.extension.id.lower():
            found[schema.extension.id] = _part(schema.extension, value, ())
        elif name.lower() not in known:
            _take(found, schema.attribute(name), value)
    _require(schema, found)
    return found


def _part(schema: Schema, value: Any, common: tuple[Attribute, ...]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise wrong(f"“{schema.id}”应为对象。")
    found: dict[str, Any] = {}
    for name, item in value.items():
        _take(found, schema.attribute(name), item)
    return found


def _take(found: dict[str, Any], attribute: Attribute | None, value: Any) -> None:
    if attribute is None or attribute.mutability == "readOnly":
        return
    checked = whole(attribute, value)
    if checked is not None:
        found[attribute.name] = checked


def _require(schema: Schema, found: Mapping[str, Any]) -> None:
    for each in schema.attributes:
        if each.required and found.get(each.name) in (None, ""):
            raise wrong(f"缺少“{each.name}”。")
    if schema.extension is not None:
        part = found.get(schema.extension.id, {})
        for each in schema.extension.attributes:
            if each.required and part.get(each.name) in (None, ""):
                raise wrong(f"缺少“{schema.extension.id}”中的“{each.name}”。")


def day(text: str | None, name: str) -> date | None:
    """A day written YYYY-MM-DD."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong(f"“{name}”应为日期，如 2026-11-22。") from None


def shown(
    schema: Schema, document: dict[str, Any], only: frozenset[str], without: frozenset[str]
) -> dict[str, Any]:
    """A document with `attributes` or without `excludedAttributes` (RFC 7644 section 3.9).

    only, without: attribute paths in lower case; `id`, `schemas` and what is returned always stay.
    """
    if not only and not without:
        return document
    found: dict[str, Any] = {}
    for name, value in document.items():
        if name in {"id", "schemas"}:
            found[name] = value
        elif schema.extension is not None and name == schema.extension.id:
            part = {
                key: kept
                for key, item in value.items()
                if (kept := _kept(f"{name}:{key}", item, only, without, whole=name)) is not None
            }
            if part:
                found[name] = part
        elif (kept := _kept(name, value, only, without, prefix=schema.id)) is not None:
            found[name] = kept
    if "schemas" in found:
        found["schemas"] = [each for each in found["schemas"] if each in {schema.id, *found}]
    return found


def _kept(
    path: str,
    value: Any,
    only: frozenset[str],
    without: frozenset[str],
    *,
    whole: str = "",
    prefix: str = "",
) -> Any:
    names = {path.lower(), f"{prefix}:{path}".lower(), (whole or path).lower()}
    subs = {
        name.rpartition(".")[2]
        for name in only or without
        if name.rpartition(".")[0] in names and name not in names
    }
    if only:
        if names & only:
            return value
        return _subs(value, lambda sub: sub in subs) if subs else None
    if names & without:
        return None
    return _subs(value, lambda sub: sub not in subs) if subs else value


def _subs(value: Any, keep: Any) -> Any:
    if isinstance(value, list):
        return [_subs(item, keep) for item in value]
    if isinstance(value, dict):
        return {name: item for name, item in value.items() if keep(name.lower())}
    return value
