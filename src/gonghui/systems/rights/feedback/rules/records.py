"""Call records (话单) of another switch, as a table in text: read line by line, faults by line."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO

from gonghui.kernel.base.errors import Refusal

COLUMNS = ("通话编号", "主叫号码", "开始时间", "接听时间", "结束时间", "座席工号", "录音编号")
MOST = 5_000
FIRST, LAST = 2000, 2100
LONGEST = timedelta(days=1)
_NUMBER = re.compile(r"\+?\d{3,20}")


@dataclass(frozen=True)
class Record:
    """One call of a table; times without a zone, as the table has them."""

    key: str
    number: str
    rang_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    agent: str
    recording: str


@dataclass(frozen=True)
class Fault:
    line: int
    words: str


def read(text: str) -> tuple[list[Record], list[Fault]]:
    """The calls of a table and what is wrong with which line; Refusal when it is no such table."""
    try:
        rows = list(csv.reader(StringIO(text.lstrip("\ufeff").replace("\0", ""), newline=None)))
    except csv.Error:
        raise Refusal("话单不是规定的表格。", field="file", code="table") from None
    if not rows or tuple(cell.strip() for cell in rows[0]) != COLUMNS:
        raise Refusal(
            "话单的第一行不是规定的列名。",
            rule="列名依次为：" + "、".join(COLUMNS),
            remedy="请按模板导出后再上传。",
            field="file",
            code="columns",
        )
    if len(rows) - 1 > MOST:
        raise Refusal(f"一次最多导入 {MOST} 条话单。", field="file", code="many")
    found: list[Record] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        made = _record(row)
        if isinstance(made, str):
            faults.append(Fault(line, made))
        elif made.key in seen:
            faults.append(Fault(line, f"通话编号 {made.key} 在表中出现两次"))
        else:
            seen.add(made.key)
            found.append(made)
    return found, faults


def _record(row: list[str]) -> Record | str:
    if len(row) != len(COLUMNS):
        return f"应有 {len(COLUMNS)} 列，实有 {len(row)} 列"
    key, number, rang, answered, ended, agent, recording = (cell.strip() for cell in row)
    if not key or len(key) > 60:
        return "通话编号为空或过长"
    if not _NUMBER.fullmatch(number):
        return "主叫号码不是电话号码"
    try:
        began, over = _time(rang), _time(ended)
        taken = _time(answered) if answered else None
    except ValueError:
        return "时间应写作 2026-11-20 09:30:00"
    if not began <= (taken or began) <= over:
        return "开始、接听、结束时间的先后不对"
    if not FIRST <= began.year <= LAST or over - began > LONGEST:
        return "时间不对：一通电话不超过一天"
    return Record(key, number, began, taken, over, agent[:50], recording[:120])


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
