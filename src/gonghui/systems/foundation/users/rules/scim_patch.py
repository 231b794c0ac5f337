"""PATCH of SCIM (RFC 7644 section 3.5.2): operations applied to a document, nothing else."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from gonghui.systems.foundation.users.rules.scim import (
    PATCH,
    Attribute,
    Fault,
    Schema,
    one,
    whole,
    wrong,
)
from gonghui.systems.foundation.users.rules.scim_filters import (
    Target,
    matches,
    parse_target,
    path_of,
)

MOST_OPERATIONS = 200


def apply(schema: Schema, document: dict[str, Any], message: Any) -> dict[str, Any]:
    """The document after all operations of a PATCH message; the given one stays as it is.

    document: what the schema's writable attributes hold now. Fault for the first operation that
    cannot be done: none of them counts then.
    """
    found = copy.deepcopy(document)
    for operation in operations(message):
        _run(schema, found, operation)
    return found


def operations(message: Any) -> list[Mapping[str, Any]]:
    """The operations of a PATCH message."""
    if not isinstance(message, Mapping):
        raise wrong("请求正文应为一个对象。", "invalidSyntax")
    named = message.get("schemas")
    if not isinstance(named, list) or PATCH not in named:
        raise wrong(f"“schemas”应包含 {PATCH}。")
    listed = next((value for name, value in message.items() if name.lower() == "operations"), None)
    if not isinstance(listed, list) or not listed:
        raise wrong("“Operations”应为非空列表。", "invalidSyntax")
    if len(listed) > MOST_OPERATIONS:
        raise Fault(f"一次最多 {MOST_OPERATIONS} 个操作。", answer=413)
    if not all(isinstance(each, Mapping) for each in listed):
        raise wrong("每个操作应为一个对象。", "invalidSyntax")
    return listed


def _run(schema: Schema, found: dict[str, Any], operation: Mapping[str, Any]) -> None:
    # Some clients write "Add" and "Replace".
    verb = str(operation.get("op", "")).lower()
    if verb not in {"add", "replace", "remove"}:
        raise wrong("“op”只能是 add、replace 或 remove。", "invalidSyntax")
    path, value = operation.get("path"), operation.get("value")
    if verb != "remove" and "value" not in operation:
        raise wrong(f"{verb} 操作缺少“value”。")
    if path is None or path == "":
        if verb == "remove":
            raise wrong("remove 操作缺少“path”。", "noTarget")
        _spread(schema, found, verb, value)
        return
    if not isinstance(path, str):
        raise wrong("“path”应为文字。", "invalidPath")
    if schema.extension is not None and path.lower() == schema.extension.id.lower():
        _extension(schema.extension, found, verb, value)
        return
    _at(schema, found, verb, parse_target(path), value)


def _spread(schema: Schema, found: dict[str, Any], verb: str, value: Any) -> None:
    """Without a path the value names the attributes itself."""
    if not isinstance(value, Mapping):
        raise wrong("没有“path”时，“value”应为对象。")
    for name, item in value.items():
        if name.lower() == "schemas":
            continue
        if schema.extension is not None and name.lower() == schema.extension.id.lower():
            _extension(schema.extension, found, verb, item)
        else:
            _at(schema, found, verb, Target(path_of(name), sub=path_of(name).sub), item)


def _extension(extension: Schema, found: dict[str, Any], verb: str, value: Any) -> None:
    part = found.setdefault(extension.id, {})
    if verb == "remove":
        for name in list(part):
            _at(extension, part, verb, Target(path_of(name)), None)
        return
    if not isinstance(value, Mapping):
        raise wrong(f"“{extension.id}”应为对象。")
    for name, item in value.items():
        _at(extension, part, verb, Target(path_of(name), sub=path_of(name).sub), item)


def _at(schema: Schema, found: dict[str, Any], verb: str, target: Target, value: Any) -> None:
    attribute = schema.attribute(target.path.name, target.path.schema)
    if attribute is None:
        raise wrong(f"没有“{target.path}”这个属性。", "invalidPath")
    if schema.extension is not None and (target.path.schema.lower() == schema.extension.id.lower()):
        found = found.setdefault(schema.extension.id, {})
    if attribute.mutability == "readOnly":
        raise wrong(f"“{attribute.name}”是只读的。", "mutability")
    sub = _sub(attribute, target.sub)
    before = copy.deepcopy(found.get(attribute.name))
    if attribute.multi:
        after = _many(attribute, before or [], verb, target, sub, value)
    elif target.which is not None:
        raise wrong(f"“{attribute.name}”只有一个值，不能用方括号选取。", "invalidPath")
    elif verb == "remove":
        after = None
    else:
        after = whole(attribute, value)
    _hold(attribute, before, after)
    if after in (None, []):
        found.pop(attribute.name, None)
    else:
        found[attribute.name] = after


def _sub(attribute: Attribute, name: str) -> Attribute | None:
    if not name:
        return None
    sub = attribute.sub(name)
    if sub is None:
        raise wrong(f"“{attribute.name}”没有“{name}”。", "invalidPath")
    if sub.mutability == "readOnly":
        raise wrong(f"“{attribute.name}.{sub.name}”是只读的。", "mutability")
    return sub


def _hold(attribute: Attribute, before: Any, after: Any) -> None:
    if attribute.mutability == "immutable" and before is not None and before != after:
        raise wrong(f"“{attribute.name}”建立后不能修改。", "mutability")
    if attribute.required and after in (None, ""):
        raise wrong(f"“{attribute.name}”是必填的。", "mutability")


def _many(
    attribute: Attribute,
    before: list[Any],
    verb: str,
    target: Target,
    sub: Attribute | None,
    value: Any,
) -> list[Any]:
    if target.which is None and sub is None:
        if verb == "remove":
            # Some clients name the values to remove beside the path.
            return _less(attribute, before, value) if value not in (None, []) else []
        listed = whole(attribute, value if isinstance(value, list) else [value]) or []
        return _more(before, listed) if verb == "add" else listed
    chosen = [
        place
        for place, item in enumerate(before)
        if target.which is None or matches(target.which, item)
    ]
    if not chosen:
        if verb == "remove":
            return before
        raise wrong(f"没有符合“{attribute.name}”方括号条件的值。", "noTarget")
    if sub is None:
        if verb == "remove":
            return [item for place, item in enumerate(before) if place not in chosen]
        return _changed(attribute, before, chosen, one(attribute, value))
    return _changed(attribute, before, chosen, {sub.name: None if verb == "remove" else value})


def _changed(
    attribute: Attribute, before: list[Any], chosen: list[int], parts: Mapping[str, Any]
) -> list[Any]:
    """The chosen values with these parts changed, each checked as a whole again."""
    found = list(before)
    for place in chosen:
        for name, item in parts.items():
            sub = attribute.sub(name)
            if sub is not None and sub.mutability == "immutable" and found[place].get(name) != item:
                raise wrong(f"“{attribute.name}.{name}”建立后不能修改。", "mutability")
        found[place] = one(attribute, {**found[place], **parts})
    return found


def _key(item: Any) -> Any:
    """What makes two values of a list the same: all of them but how they are called."""
    if isinstance(item, Mapping):
        return tuple(
            sorted((name, part) for name, part in item.items() if name not in {"display", "$ref"})
        )
    return item


def _more(before: list[Any], listed: list[Any]) -> list[Any]:
    found = list(before)
    for item in listed:
        if all(not _same(known, item) for known in found):
            found.append(item)
    return found


def _less(attribute: Attribute, before: list[Any], value: Any) -> list[Any]:
    gone = whole(attribute, value if isinstance(value, list) else [value]) or []
    return [item for item in before if not any(_same(item, each) for each in gone)]


def _same(left: Any, right: Any) -> bool:
    """Whether two values are one: references by what they refer to, others in all they say."""
    if isinstance(left, Mapping) and isinstance(right, Mapping) and "unionId" not in left:
        return bool(left.get("value") == right.get("value"))
    return bool(_key(left) == _key(right))
