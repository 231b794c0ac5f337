"""Members (会员): the list, the record and what can be done with it."""

from __future__ import annotations

from gonghui.kernel.people.models import Membership, MembershipStatus
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Days,
    Facts,
    Resource,
    Sort,
    Under,
)
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions.members import reveal
from gonghui.systems.mobilization.membership.importing import MEMBERS_IMPORT
from gonghui.systems.mobilization.membership.queries.members import search_members
from gonghui.systems.mobilization.membership.resources import corrections, standing, transfers

TONES = {
    "active": "good",
    "retained": "info",
    "withdrawn": "idle",
    "expelled": "stop",
    "deceased": "idle",
    "merged": "idle",
}

MEMBERS = Resource(
    code="memberships",
    title="会员",
    unit="人",
    model=Membership,
    view=permissions.VIEW_MEMBERS,
    columns=(
        Column("name", "姓名", kind="title"),
        Column("number", "会员号"),
        Column("sex", "性别", table="sex"),
        Column("person__document_mask", "证件号码"),
        Column("person__mobile_mask", "手机号码", shown=False),
        Column("union__name", "所在工会"),
        Column("status", "会籍状态", kind="state", choices=MembershipStatus, tones=TONES),
        Column("joined_on", "入会日期", kind="date"),
        Column("industry", "行业", table="industry", shown=False),
    ),
    filters=(
        Choice("status", "会籍状态", choices=MembershipStatus, default="active"),
        Choice("sex", "性别", table="sex"),
        Days("joined_on", "入会日期"),
        Under(),
    ),
    sorts=(Sort("joined_on", "入会日期"), Sort("name", "姓名", descending=False)),
    search=search_members,
    search_hint="姓名、会员号、证件号码或手机号码",
    facts=(
        Facts(
            "会籍",
            (
                ("会员号", "number"),
                ("所在工会", "union"),
                ("会籍状态", "status"),
                ("入会日期", "joined_on"),
                ("现状起", "since"),
            ),
        ),
        Facts(
            "个人信息",
            (
                ("姓名", "name"),
                ("证件号码", "person.document_mask"),
                ("手机号码", "person.mobile_mask"),
                ("出生日期", "person.born_on"),
            ),
        ),
    ),
    steps=(transfers.SEND, *standing.STEPS, *corrections.STEPS),
    sections=(standing.LIFE, standing.CARD),
    export=permissions.EXPORT_MEMBERS,
    imports=MEMBERS_IMPORT,
    reveal=reveal,
    related=("person", "union"),
    empty="还没有会员。可以导入名册，或请职工扫描本工会的二维码申请入会。",
)
