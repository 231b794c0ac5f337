"""Import of members (导入会员): the columns of a roster, and how a chunk of it becomes members.

New people are registered and admitted; members of the same union get the facts the file tells;
members of other unions come back to the user. Which union a row goes to stands in the file, or
is the union the file is imported for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from django.db.backends.utils import CursorWrapper

from gonghui.kernel import codes
from gonghui.kernel.audit.entries import SystemActor, entry, record_many
from gonghui.kernel.base import sealing
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import HONG_KONG, MACAO, TAIWAN, DocumentKind
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.codes.parameters import MIN_AGE, parameter
from gonghui.kernel.exchange.checking import (
    Coded,
    Day,
    MinimumAge,
    Mobile,
    PersonName,
    ResidentIdNumber,
    resident_birth,
    resident_sex,
)
from gonghui.kernel.exchange.profiles import (
    ImportColumn,
    ImportContext,
    ImportProfile,
    MergeResult,
    RowProblem,
    StagingColumn,
    register,
)
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Range, Scope
from gonghui.kernel.org.tree import hold_tree
from gonghui.kernel.people.models import IN_RANKS, MembershipStatus
from gonghui.kernel.people.persons import DOCUMENT, MOBILE
from gonghui.systems.mobilization.membership.permissions import IMPORT_MEMBERS
from gonghui.systems.mobilization.membership.rules.joining import (
    ONE_MEMBERSHIP,
    TAKES_MEMBERS,
    YOUTH,
)

UNIONS, OWN = "unions", "own"
NAMESAKES = -1
ONE_NAME = "一个证件号码只对应一人（实名制管理）"
CAUSE = "import"
OVERTAKEN = "该证件号码刚由其他人登记，请重新上传这一行。"
KINDS = (
    DocumentKind.RESIDENT_ID,
    DocumentKind.HONG_KONG_MACAO_RESIDENCE,
    DocumentKind.TAIWAN_RESIDENCE,
    DocumentKind.FOREIGN_PERMANENT_RESIDENCE,
)


@dataclass(frozen=True)
class Receiver:
    """A union of the importing subtree that keeps members, by full name or credit code."""

    def apply(self, cells: pl.Expr, context: ImportContext) -> pl.Expr:
        known = {text: found for text, found in context.lookups[UNIONS].items() if found > 0}
        return cells.replace_strict(
            list(known), list(known.values()), default=None, return_dtype=pl.Int64
        )

    def explain(self, cell: str, context: ImportContext) -> Refusal:
        if context.lookups[UNIONS].get(cell) == NAMESAKES:
            return Refusal(f"有多个名为“{cell}”的工会。", remedy="请改填该工会的统一社会信用代码。")
        return Refusal(
            f"在本次导入的范围内没有名为“{cell[:40]}”、可以发展会员的工会。",
            remedy="请填写工会全称或统一社会信用代码，并核对是否由本工会管辖。",
        )


def _names(table: str) -> Any:
    return lambda: [name for _, name in codes.choices(table)]


def _min_age(context: ImportContext) -> int:
    return parameter(MIN_AGE, context.today)


COLUMNS = (
    ImportColumn(
        "name",
        "姓名",
        ("职工姓名", "会员姓名"),
        required=True,
        checks=(PersonName(),),
        example="阿依古丽·买买提",
        help="与身份证件一致；少数民族姓名用“·”分隔。",
    ),
    ImportColumn(
        "number",
        "证件号码",
        ("身份证号", "身份证号码", "公民身份号码", "身份证"),
        required=True,
        checks=(ResidentIdNumber(kinds=KINDS), MinimumAge(_min_age, YOUTH)),
        unique=True,
        sensitive=True,
        width=22,
        help="18 位居民身份证号码，港澳台居民居住证、新版外国人永久居留身份证同。",
    ),
    ImportColumn(
        "mobile",
        "手机号码",
        ("手机号", "联系电话", "手机", "电话"),
        checks=(Mobile(),),
        sensitive=True,
        example="13800000000",
    ),
    ImportColumn(
        "union",
        "所在工会",
        ("工会名称", "所属工会", "基层工会", "工会"),
        checks=(Receiver(),),
        width=36,
        help="工会全称或统一社会信用代码；不填即为本次导入所选的工会。",
    ),
    ImportColumn(
        "joined_on",
        "入会日期",
        ("入会时间",),
        checks=(Day(),),
        example="2020-03-02",
        help="不填即为导入当天。",
    ),
    ImportColumn(
        "nationality",
        "民族",
        checks=(Coded("nationality"),),
        choices=_names("nationality"),
        example="汉族",
    ),
    ImportColumn(
        "education",
        "学历",
        ("文化程度",),
        checks=(Coded("education"),),
        choices=_names("education"),
        example="大学本科教育",
    ),
    ImportColumn(
        "political_status",
        "政治面貌",
        checks=(Coded("political"),),
        choices=_names("political"),
        example="群众",
    ),
    ImportColumn(
        "household",
        "户籍类型",
        ("户籍", "户口类型"),
        checks=(Coded("household"),),
        choices=_names("household"),
    ),
    ImportColumn(
        "employment",
        "就业状态",
        ("就业情况",),
        checks=(Coded("employment_status"),),
        choices=_names("employment_status"),
    ),
    ImportColumn("occupation", "职业", ("工种",), checks=(Coded("occupation"),)),
)

FACTS = ("nationality", "education", "political_status", "household", "employment", "occupation")
LABELS = {column.key: column.title for column in COLUMNS}

STAGING = (
    StagingColumn("name", 'text COLLATE "C"'),
    StagingColumn("sex", "text"),
    StagingColumn("born_on", "date"),
    StagingColumn("document_kind", "text"),
    StagingColumn("document_sealed", "bytea"),
    StagingColumn("document_index", "bytea"),
    StagingColumn("document_former", "bytea"),
    StagingColumn("document_mask", "text"),
    StagingColumn("mobile_sealed", "bytea"),
    StagingColumn("mobile_index", "bytea"),
    StagingColumn("mobile_mask", "text"),
    StagingColumn("union_id", "bigint"),
    StagingColumn("joined_on", "date"),
    *(StagingColumn(key, "text") for key in FACTS),
)


def with_unions(context: ImportContext) -> ImportContext:
    """Fill in the unions of the subtree that may receive members, by name and code.

    OWN is the union the file is imported for if it may, else None.
    """
    rows = Union.objects.within(Scope.of([context.org_path])).filter(
        status=UnionStatus.ACTIVE, kind__in=TAKES_MEMBERS
    )
    found: dict[str, int] = {}
    own = None
    for union_id, name, uscc in rows.values_list("pk", "name", "uscc").iterator():
        found[name] = NAMESAKES if name in found else union_id
        if uscc:
            found[uscc] = union_id
        if union_id == context.union_id:
            own = union_id
    return replace(context, lookups={**context.lookups, UNIONS: found, OWN: own})


def prepare(frame: pl.DataFrame, context: ImportContext) -> pl.DataFrame:
    """Turn checked rows into staged ones: numbers sealed, indexed and masked, facts derived."""
    ring = sealing.keyring()
    numbers, mobiles = frame["number"].to_list(), frame["mobile"].to_list()
    own = pl.lit(context.lookups[OWN], pl.Int64)
    number, mobile = pl.col("number"), pl.col("mobile")
    return frame.with_columns(
        sex=resident_sex(number),
        born_on=resident_birth(number),
        document_kind=_kind(number),
        document_sealed=_binary(ring.seal_many(numbers, context=DOCUMENT)),
        document_index=_binary(ring.blind_index_many(numbers, context=DOCUMENT)),
        document_former=_binary(_former_indexes(ring, numbers)),
        document_mask=number.str.slice(0, 4) + "*" * 10 + number.str.slice(14),
        mobile_sealed=_binary(ring.seal_many(mobiles, context=MOBILE)),
        mobile_index=_binary(ring.blind_index_many(mobiles, context=MOBILE)),
        mobile_mask=mobile.str.slice(0, 3) + "****" + mobile.str.slice(7),
        union_id=pl.col("union").cast(pl.Int64).fill_null(own),
        joined_on=pl.col("joined_on").cast(pl.Date).fill_null(context.today),
    )


def _binary(values: list[bytes | None]) -> pl.Series:
    return pl.Series(values, dtype=pl.Binary)


def _former_indexes(ring: sealing.Keyring, numbers: list[str]) -> list[bytes | None]:
    """The indexes people registered before a change of the index key may still have."""
    probe = ring.blind_indexes("", context=DOCUMENT)
    if len(probe) == 1:
        return [None] * len(numbers)
    return [ring.blind_indexes(number, context=DOCUMENT)[1] for number in numbers]


def _kind(number: pl.Expr) -> pl.Expr:
    region = number.str.slice(0, 6)
    return (
        pl.when(number.str.starts_with("9"))
        .then(pl.lit(DocumentKind.FOREIGN_PERMANENT_RESIDENCE.value))
        .when(region.is_in([HONG_KONG, MACAO]))
        .then(pl.lit(DocumentKind.HONG_KONG_MACAO_RESIDENCE.value))
        .when(region == TAIWAN)
        .then(pl.lit(DocumentKind.TAIWAN_RESIDENCE.value))
        .otherwise(pl.lit(DocumentKind.RESIDENT_ID.value))
    )


def merge(cursor: CursorWrapper, staging: str, context: ImportContext) -> MergeResult:
    """Register, admit or update the staged people; refuse those another union has."""
    hold_tree()
    cursor.execute("DROP TABLE IF EXISTS pg_temp.member_import_known")
    # A chunk never pays for reading a table of millions from end to end.
    cursor.execute("SET LOCAL enable_seqscan = off")
    cursor.execute(_KNOWN.format(staging=staging))
    cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
    problems = _problems(cursor, staging, context)
    if problems:
        bad = [problem.row for problem in problems]
        cursor.execute(f"DELETE FROM {staging} WHERE row = ANY(%s)", [bad])
        cursor.execute("DELETE FROM member_import_known WHERE row = ANY(%s)", [bad])
    values: dict[str, Any] = {"cause": CAUSE, "batch": context.batch_id}
    cursor.execute(_REGISTER.format(staging=staging), values)
    admitted, overtaken = cursor.fetchone()
    cursor.execute(_ADMIT_KNOWN.format(staging=staging), values)
    admitted += cursor.fetchone()[0]
    changed = _update(cursor, staging, context)
    cursor.execute(f"SELECT count(*) FROM {staging}")
    staged = cursor.fetchone()[0] - len(overtaken)
    problems += [RowProblem(row, "number", OVERTAKEN) for row in overtaken]
    if admitted:
        publish(
            "cn.gonghui.membership.imported",
            f"batch/{context.batch_id}",
            {"admitted": admitted},
            context.org_path,
        )
    return MergeResult(admitted + changed, staged - admitted - changed, problems)


def _problems(cursor: CursorWrapper, staging: str, context: ImportContext) -> list[RowProblem]:
    span = Range.below(context.org_path)
    cursor.execute(
        _PROBLEMS.format(staging=staging),
        {
            "lo": span.lo,
            "hi": span.hi,
            "in_ranks": [status.value for status in IN_RANKS],
            "kinds": list(TAKES_MEMBERS),
        },
    )
    return [_problem(*row) for row in cursor.fetchall()]


def _problem(row: int, kind: str, status: str, union: str) -> RowProblem:
    if kind == "union":
        return RowProblem(row, "union", "没有填写可以发展会员的所在工会，或该工会刚被撤并。")
    if kind == "name":
        return RowProblem(
            row,
            "name",
            "该证件号码已登记在另一个姓名之下。请核对姓名与证件号码；确为更名的，请办理信息变更。",
            ONE_NAME,
        )
    if kind == "member":
        reason = f"该证件号码已是“{union}”的在册会员，请走转会。"
        return RowProblem(row, "number", reason, ONE_MEMBERSHIP)
    label = MembershipStatus(status).label
    return RowProblem(
        row,
        "number",
        f"该证件号码的会籍状态是“{label}”，不能通过导入恢复。请在会员页面核实办理。",
        ONE_MEMBERSHIP,
    )


def _update(cursor: CursorWrapper, staging: str, context: ImportContext) -> int:
    """Write the facts that differ and an audit entry for each person.

    Returns how many of them were members before: the others count as admitted.
    """
    cursor.execute(_CHANGED.format(staging=staging))
    rows = cursor.fetchall()
    if not rows:
        return 0
    cursor.execute(_UPDATE.format(staging=staging), [[row[0] for row in rows]])
    actor = SystemActor(user_id=context.actor_id, name=context.actor_name)
    record_many(
        entry(
            action="memberships.import",
            action_name="导入更新会员信息",
            actor=actor,
            target_type="people.person",
            target_id=person_id,
            target_label=f"{mask_name(name)}（{mask}）",
            org_path=org_path,
            changes=_changes(before, after),
            reason=f"导入批次 {context.batch_id}",
        )
        for _, _, person_id, name, mask, org_path, before, after in rows
    )
    return sum(was_member for _, was_member, *_ in rows)


def _changes(before: list[str], after: list[str | None]) -> dict[str, Any]:
    keys = ("mobile", *FACTS)
    return {
        key: {"label": LABELS[key], "before": old, "after": new}
        for key, old, new in zip(keys, before, after, strict=True)
        if new is not None and new != old
    }


# Only people already on file are kept aside: of a first roster nobody is. The look-up stands in
# the select list because there it can only be one probe of the index per row. As a join it is
# the planner's to order, and of tables an import is just filling it knows too little for that.
_KNOWN = """
CREATE TEMPORARY TABLE member_import_known ON COMMIT DROP AS
SELECT k.row, p.id AS person_id, p.name, m.id AS membership_id, m.status, m.union_id
FROM (
    SELECT s.row, coalesce(
        (SELECT id FROM people_person
         WHERE document_index = s.document_index AND merged_into_id IS NULL),
        (SELECT id FROM people_person
         WHERE document_index = s.document_former AND merged_into_id IS NULL)
    ) AS person_id
    FROM {staging} s OFFSET 0
) AS k
JOIN people_person p ON p.id = k.person_id
LEFT JOIN people_membership m ON m.person_id = p.id AND m.status <> 'merged'
"""
_PROBLEMS = """
SELECT row, kind, status, union_name FROM (
    SELECT s.row, k.status, o.name AS union_name, CASE
        WHEN u.id IS NULL THEN 'union'
        WHEN k.name <> s.name THEN 'name'
        WHEN k.status = ANY(%(in_ranks)s) AND k.union_id <> s.union_id THEN 'member'
        WHEN k.status <> ALL(%(in_ranks)s) THEN 'status'
    END AS kind
    FROM {staging} s
    LEFT JOIN org_union u ON u.id = s.union_id AND u.status = 'active'
        AND u.kind = ANY(%(kinds)s) AND u.path >= %(lo)s AND u.path < %(hi)s
    LEFT JOIN member_import_known k ON k.row = s.row
    LEFT JOIN org_union o ON o.id = k.union_id
) AS found WHERE kind IS NOT NULL ORDER BY row
"""
_MEMBERSHIP = """
INSERT INTO people_membership (person_id, number, status, joined_on, since, cause, name,
    name_tail, sex, industry, batch_id, version, union_id, org_path, city_id, county_id)
SELECT {person}, people_member_number(nextval('people_member_seq')), 'active',
    s.joined_on, s.joined_on, %(cause)s, s.name, substr(s.name, 2), s.sex, u.industry,
    %(batch)s, 1, u.id, u.path, u.city_id, u.county_id
"""
_FACTS = ", ".join(FACTS)
_REGISTER = f"""
WITH fresh AS (
    INSERT INTO people_person (name, sex, born_on, document_kind, document_sealed,
        document_index, document_mask, mobile_sealed, mobile_index, mobile_mask,
        {_FACTS}, union_id, org_path, created_at, version)
    SELECT s.name, s.sex, s.born_on, s.document_kind, s.document_sealed,
        s.document_index, s.document_mask, s.mobile_sealed, s.mobile_index,
        coalesce(s.mobile_mask, ''), {", ".join(f"coalesce(s.{key}, '')" for key in FACTS)},
        u.id, u.path, now(), 1
    FROM {{staging}} s JOIN org_union u ON u.id = s.union_id
    WHERE NOT EXISTS (SELECT FROM member_import_known k WHERE k.row = s.row)
    ON CONFLICT (document_index) WHERE merged_into_id IS NULL DO NOTHING
    RETURNING id, document_index
), admitted AS (
    {_MEMBERSHIP.format(person="f.id")}
    FROM fresh f JOIN {{staging}} s USING (document_index)
    JOIN org_union u ON u.id = s.union_id
    RETURNING 1
)
SELECT (SELECT count(*) FROM admitted), ARRAY(
    SELECT s.row FROM {{staging}} s
    WHERE NOT EXISTS (SELECT FROM member_import_known k WHERE k.row = s.row)
        AND NOT EXISTS (SELECT FROM fresh f WHERE f.document_index = s.document_index)
    ORDER BY s.row
)
"""
_ADMIT_KNOWN = f"""
WITH admitted AS (
    {_MEMBERSHIP.format(person="k.person_id")}
    FROM member_import_known k JOIN {{staging}} s USING (row)
    JOIN org_union u ON u.id = s.union_id
    WHERE k.membership_id IS NULL
    RETURNING person_id, union_id, org_path
), kept AS (
    UPDATE people_person p SET union_id = a.union_id, org_path = a.org_path
    FROM admitted a WHERE p.id = a.person_id
)
SELECT count(*) FROM admitted
"""
_DIFFERS = " OR ".join(f"s.{key} <> p.{key}" for key in FACTS)
_CHANGED = f"""
SELECT s.row, k.membership_id IS NOT NULL, p.id, p.name, p.document_mask, p.org_path,
    ARRAY[p.mobile_mask, {", ".join(f"p.{key}" for key in FACTS)}],
    ARRAY[s.mobile_mask, {", ".join(f"s.{key}" for key in FACTS)}]
FROM member_import_known k JOIN {{staging}} s USING (row) JOIN people_person p ON p.id = k.person_id
WHERE s.mobile_index IS NOT NULL AND s.mobile_index IS DISTINCT FROM p.mobile_index OR {_DIFFERS}
ORDER BY s.row FOR UPDATE OF p
"""
_UPDATE = f"""
UPDATE people_person p SET
    mobile_sealed = coalesce(s.mobile_sealed, p.mobile_sealed),
    mobile_index = coalesce(s.mobile_index, p.mobile_index),
    mobile_mask = coalesce(s.mobile_mask, p.mobile_mask),
    {", ".join(f"{key} = coalesce(s.{key}, p.{key})" for key in FACTS)},
    version = p.version + 1
FROM member_import_known k JOIN {{staging}} s USING (row)
WHERE p.id = k.person_id AND s.row = ANY(%s)
"""


MEMBERS_IMPORT = register(
    ImportProfile(
        code="members",
        title="会员",
        columns=COLUMNS,
        staging=STAGING,
        prepare=prepare,
        merge=merge,
        permission=IMPORT_MEMBERS,
        context=with_unions,
        notes=(
            "性别、出生日期由证件号码得出，不必填写。",
            "已是本工会会员的，按文件更新手机号码等信息；已是其他工会会员的会退回，请走转会。",
        ),
    )
)
