"""Values carried from one place to another: as a file between environments, or between unions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config import writing
from gonghui.kernel.config.declaring import LEVEL_TITLES, Setting, every
from gonghui.kernel.config.memory import UNSET, Sealed, stored_values
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.systems.foundation.config import queries
from gonghui.systems.foundation.config.actions.changes import Wanted, propose
from gonghui.systems.foundation.config.models import Origin
from gonghui.systems.foundation.config.permissions import (
    EDIT_SETTINGS,
    EXPORT_CHANGES,
    VIEW_SETTINGS,
)

FORMAT = "gonghui-settings"
LARGEST_FILE = 512 * 1024
MOST_ROWS = 2_000
SAME, NEW, BAD = "same", "new", "bad"


@dataclass(frozen=True)
class Row:
    """One value to be taken over, judged. kind: same (nothing to do), new or bad (see `fault`)."""

    number: int
    code: str
    union: Union | None
    raw: Any
    kind: str
    before: str = ""
    after: str = ""
    fault: str = ""
    wanted: Wanted | None = None

    @property
    def title(self) -> str:
        setting = every().get(self.code)
        return setting.title if setting else self.code

    @property
    def setting(self) -> Setting | None:
        return every().get(self.code)


@dataclass(frozen=True)
class Outcome:
    """What became of the rows: in force or scheduled, waiting for approval, refused."""

    done: int
    waiting: int
    refused: list[Row]


def exported(union: Union, by: Actor, now: datetime) -> dict[str, Any]:
    """The own values of a union and of all below it that the actor may see; never a secret."""
    by.require(VIEW_SETTINGS, union.path)
    rows = Union.objects.within(by.scope(VIEW_SETTINGS)).filter(path__startswith=union.path)
    held = {union_id for _, union_id in stored_values()}
    unions = {queries.key_of(item): item for item in rows.filter(pk__in=held - {None})}
    unions[queries.key_of(union)] = union
    found = [
        {"union": unions[union_id].name, "setting": code, "value": stored}
        for (code, union_id), stored in stored_values().items()
        if union_id in unions and code in every() and not isinstance(stored, Sealed)
    ]
    return {
        "format": FORMAT,
        "version": 1,
        "exported_at": now.isoformat(timespec="seconds"),
        "union": union.name,
        "settings": sorted(found, key=lambda row: (row["union"], row["setting"])),
    }


def parsed(text: str) -> list[dict[str, Any]]:
    """The rows of an exported file; Refusal for what is no such file."""
    wrong = Refusal("这不是平台导出的配置文件。", remedy="请选择从“导出”得到的文件。", field="file")
    if len(text.encode()) > LARGEST_FILE:
        raise Refusal(f"文件超过 {LARGEST_FILE // 1024} KB。", remedy="请拆分。", field="file")
    try:
        body = json.loads(text, parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        raise wrong from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise wrong
    rows = body.get("settings")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise wrong
    if len(rows) > MOST_ROWS:
        raise Refusal(f"文件有 {len(rows)} 行，最多 {MOST_ROWS} 行。", field="file")
    return rows


def read_file(rows: Sequence[dict[str, Any]], by: Actor) -> list[Row]:
    """Judge the rows of a file against what stands now."""
    names = {str(row.get("union", ""))[:120] for row in rows}
    unions = Union.objects.within(by.scope(EDIT_SETTINGS)).filter(status=UnionStatus.ACTIVE)
    known: dict[str, list[Union]] = {}
    for union in unions.filter(name__in=names):
        known.setdefault(union.name, []).append(union)
    judged, seen = [], set()
    for number, row in enumerate(rows, 1):
        code, name = str(row.get("setting", ""))[:80], str(row.get("union", ""))[:120]
        matches = known.get(name, [])
        union = matches[0] if len(matches) == 1 else None
        if union is None:
            fault = f"没有找到工会“{name}”，或者无权在那里修改配置。"
            judged.append(Row(number, code, None, row.get("value"), BAD, fault=fault))
        elif (code, union.pk) in seen:
            judged.append(Row(number, code, union, row.get("value"), BAD, fault="与前面的行重复。"))
        else:
            judged.append(_judged(number, code, union, row.get("value"), Origin.IMPORT))
        if union is not None:
            seen.add((code, union.pk))
    return judged


def read_union(source: Union, target: Union) -> list[Row]:
    """The own values of one union, judged for another; secrets stay where they are."""
    return [
        _judged(number, code, target, stored, Origin.CLONE)
        for number, (code, stored) in enumerate(sorted(queries.own_values(source).items()), 1)
        if not isinstance(stored, Sealed)
    ]


def _judged(number: int, code: str, union: Union, raw: Any, origin: str) -> Row:
    setting = every().get(code)
    fault = _fault(setting, code, union)
    if setting is None or fault:
        return Row(number, code, union, raw, BAD, fault=fault)
    now = writing.stored(code, queries.key_of(union))
    before = queries.words_of(setting, now)
    try:
        value = setting.checked(raw)
    except Refusal as refusal:
        return Row(number, code, union, raw, BAD, before, fault=refusal.message)
    stored = setting.encode(value)
    last = queries.last_applied(code, union)
    wanted = Wanted(setting, value, origin=origin, expected=last.pk if last else 0)
    kind = SAME if now is not UNSET and now == stored else NEW
    return Row(number, code, union, raw, kind, before, setting.words(stored), wanted=wanted)


def _fault(setting: Setting | None, code: str, union: Union) -> str:
    if setting is None:
        return f"没有代码为 {code} 的配置项。"
    if setting.secret:
        return "密文配置不从文件或其他工会带入，请在页面上设置。"
    if queries.level_of(union) not in setting.levels:
        levels = "、".join(LEVEL_TITLES[level] for level in setting.levels)
        return f"“{setting.title}”不能在“{union.name}”设置，只在{levels}设置。"
    return ""


def take_over(rows: Iterable[Row], *, by: Actor, reason: str) -> Outcome:
    """Propose every new row, each by itself: one that is refused does not stop the others."""
    done = waiting = 0
    refused = []
    for row in rows:
        if row.kind == BAD:
            refused.append(row)
        if row.kind != NEW or row.wanted is None or row.union is None:
            continue
        try:
            change = propose(row.union, by=by, wanted=row.wanted, reason=reason)
        except Refusal as refusal:
            refused.append(
                Row(row.number, row.code, row.union, row.raw, BAD, fault=refusal.message)
            )
            continue
        done += change.state != "waiting"
        waiting += change.state == "waiting"
    return Outcome(done, waiting, refused)


def returned(rows: Iterable[Row]) -> dict[str, Any]:
    """Rows that were refused, in the form of an export, each with what is wrong."""
    return {
        "format": FORMAT,
        "version": 1,
        "settings": [
            {
                "union": row.union.name if row.union else "",
                "setting": row.code,
                "value": row.raw,
                "error": row.fault,
            }
            for row in rows
        ],
    }


@action("settings.export", "导出配置", EXPORT_CHANGES, creates=True, step_up=True)
def log_export(union: Union, *, by: Actor) -> None:
    """Keep in the audit who took the values of a union as a file."""
    note(what={"label": "导出", "before": None, "after": "本级及下级自设的配置，不含密文"})
