"""What an import target declares about itself; the machinery of exchange knows no target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from gonghui.kernel.base.errors import Refusal

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

    from gonghui.kernel.access.roles import Permission
    from gonghui.kernel.exchange.checking import Check

ROW = "row"
"""Name of the frame and staging column that holds the row number the user sees."""

SURPLUS = "surplus"
"""Name of the frame column that holds what a csv row has beyond the header's width."""


@dataclass(frozen=True)
class ImportContext:
    """What a run knows beside its file.

    today: the day ages are reckoned on (Asia/Shanghai). org_path and union_id: the union the
    rows are imported under. actor_id and actor_name: who started the run. batch_id: the
    ImportBatch. lookups: tables a profile loads once per run, by name of its own choosing.
    """

    today: date
    org_path: str = ""
    union_id: int | None = None
    actor_id: int | None = None
    actor_name: str = ""
    batch_id: int | None = None
    lookups: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ImportColumn:
    """One column of an import: its key in frames, its title in workbooks, and its checks.

    aliases: other titles users write over it. checks run in order, each on the value the one
    before it gave. unique: no two rows of a file may hold the same value. sensitive: shown
    masked in problem lists. choices: the texts a cell may hold, for the template's drop-down,
    asked for when the template is written. width: in characters, for workbooks.
    """

    key: str
    title: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    checks: tuple[Check, ...] = ()
    unique: bool = False
    sensitive: bool = False
    choices: Callable[[], Sequence[str]] | None = None
    example: str = ""
    help: str = ""
    width: int = 16


@dataclass(frozen=True)
class StagingColumn:
    """One column of the staging table: its name and its PostgreSQL type."""

    name: str
    sql_type: str


@dataclass(frozen=True)
class RowProblem:
    """Why the database refuses a row that was good in itself; column is an ImportColumn key."""

    row: int
    column: str
    reason: str
    rule: str = ""


@dataclass(frozen=True)
class MergeResult:
    """What a merge did with one staged chunk: rows new or changed, rows already so, refusals."""

    good: int
    unchanged: int
    problems: Sequence[RowProblem] = ()


@dataclass(frozen=True)
class ImportProfile:
    """A target of imports.

    code: stable name stored with each batch. permission: what the starter must hold at the
    union; without one only the platform itself may import. context: fills the lookups of a
    run. prepare: turns the frame of good rows (column `row` and one column per key) into the
    frame to stage: `row` and exactly the staging columns. merge: writes one staged chunk into
    the target with set-based SQL, in the transaction it is called in, and must give the same
    result when a row it wrote before comes again.
    """

    code: str
    title: str
    columns: tuple[ImportColumn, ...]
    staging: tuple[StagingColumn, ...]
    prepare: Callable[[pl.DataFrame, ImportContext], pl.DataFrame]
    merge: Callable[[CursorWrapper, str, ImportContext], MergeResult]
    permission: Permission | None = None
    context: Callable[[ImportContext], ImportContext] | None = None
    chunk_rows: int = 25_000
    template_url: str = ""
    notes: tuple[str, ...] = ()

    def column(self, key: str) -> ImportColumn:
        """Return the column of this key; KeyError when there is none."""
        for column in self.columns:
            if column.key == key:
                return column
        raise KeyError(key)


_PROFILES: dict[str, ImportProfile] = {}


def register(profile: ImportProfile) -> ImportProfile:
    """Make a profile known under its code; ValueError when another one has the code."""
    if _PROFILES.setdefault(profile.code, profile) is not profile:
        raise ValueError(f"import profile {profile.code!r} is registered twice")
    return profile


def profile_of(code: str) -> ImportProfile:
    """Return the profile registered under the code; Refusal when there is none."""
    try:
        return _PROFILES[code]
    except KeyError:
        raise Refusal(
            f"没有名为“{code}”的导入类型。",
            remedy="请从导入页面重新选择要导入的数据。",
            code="import.profile",
        ) from None


def profiles() -> list[ImportProfile]:
    """Return the registered profiles, by code."""
    return [_PROFILES[code] for code in sorted(_PROFILES)]
