"""Upkeep of union profiles (工会档案): plain facts at once; key facts go through a request."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.utils import timezone

from gonghui.kernel import codes
from gonghui.kernel.access.actions import action, difference, note, snapshot
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.identifiers import compact, parse_mobile, parse_uscc
from gonghui.kernel.base.masking import mask_mobile
from gonghui.kernel.base.names import check_name
from gonghui.kernel.codes import regions
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.models.unions import (
    OfficerPost,
    UnionOfficer,
)
from gonghui.systems.mobilization.membership.queries.unions import (
    member_numbered,
    profile_of,
    union_with_uscc,
)
from gonghui.systems.mobilization.membership.rules import unions as rules

MIN_REASON = 4
UNION_USCC_RULE = (
    "《法人和其他组织统一社会信用代码编码规则》（GB 32100-2015）：工会登记的代码以“8”开头，"
    "其中基层工会为“81”"
)
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}")


@action("unions.update", "更新工会档案", permissions.UPDATE_UNION)
def update(
    union: Union,
    *,
    by: Actor,
    profile_version: int | None = None,
    contact_phone: str = "",
    **facts: Any,
) -> Union:
    """Change plain facts of the profile, at once; returns the union, whose audit tells of it.

    facts: fields of UnionProfile by name, those left out stay. contact_phone: empty leaves it.
    profile_version: the version the user saw; Conflict when it is no longer the present one.
    """
    _refuse_ended(union)
    profile = profile_of(union)
    if profile_version is not None and profile_version != profile.version:
        raise Conflict(
            "这份档案在您打开之后已被他人修改。",
            remedy="请核对最新内容后再保存，您填写的内容已保留。",
            code="stale",
        )
    before = snapshot(profile)
    for name, value in _checked(facts).items():
        setattr(profile, name, value)
    fault = rules.headcount_fault(profile.employees, profile.women, profile.migrants)
    if fault:
        raise Refusal(fault, rule=rules.REAL_NAME_RULE, field="employees")
    if contact_phone:
        profile.contact_phone = telephone(contact_phone)
        profile.contact_mask = mask_mobile(profile.contact_phone.reveal())
    profile.updated_at = timezone.now()
    profile.version += 1
    profile.save_scored()
    note(**_told(difference(profile, before, snapshot(profile))))
    return union


PLAIN = frozenset(
    {
        "unit_name",
        "unit_nature",
        "unit_uscc",
        "region",
        "address",
        "employees",
        "women",
        "migrants",
        "contact_name",
        "women_committee",
        "audit_committee",
        "founded_document",
    }
)
"""Facts a handler may change without a request."""


def _checked(facts: dict[str, Any]) -> dict[str, Any]:
    unknown = set(facts) - PLAIN
    if unknown:
        raise Refusal(
            "关键信息不能直接修改。",
            rule="工会名称、统一社会信用代码、上级、类型、行业、主席的变更须经上级工会审批",
            remedy="请提交变更申请。",
            field=sorted(unknown)[0],
            code="key_field",
        )
    found = {name: ("" if value is None else value) for name, value in facts.items()}
    for name in ("employees", "women", "migrants"):
        if name in facts:
            found[name] = facts[name]
    if found.get("unit_uscc"):
        try:
            parsed = parse_uscc(found["unit_uscc"], region_known=codes.known_region)
        except Refusal as refusal:
            refusal.field = "unit_uscc"
            raise
        found["unit_uscc"] = parsed.number
    if found.get("unit_nature") and not codes.is_valid("unit_nature", found["unit_nature"]):
        raise Refusal("没有这个单位性质代码。", rule="代码表“单位性质”", field="unit_nature")
    if found.get("region") and regions.region(found["region"]) is None:
        raise Refusal("没有这个行政区划代码。", rule="GB/T 2260、GB/T 10114", field="region")
    if found.get("contact_name"):
        found["contact_name"] = check_name(found["contact_name"])
    return found


def _told(changes: dict[str, Any]) -> dict[str, Any]:
    hidden = {
        "id",
        "org_path",
        "city_id",
        "county_id",
        "updated_at",
        "version",
        "union_id",
        "score",
    }
    return {name: change for name, change in changes.items() if name not in hidden}


def _refuse_ended(union: Union) -> None:
    if not union.is_active:
        raise Refusal(f"“{union.name}”{union.get_status_display()}，档案不能再修改。")


def telephone(text: str) -> str:
    """A mobile or landline number in normal form, or a Refusal."""
    number = compact(text)
    if number.startswith("0"):
        if not _LANDLINE.fullmatch(number):
            raise Refusal(
                "座机号码应为区号加号码，如 0551-62345678。", field="contact_phone", code="landline"
            )
        return number
    try:
        return parse_mobile(number)
    except Refusal as refusal:
        refusal.field = "contact_phone"
        raise


def checked_uscc(text: str, union: Union | None = None, *, grassroots: bool) -> str:
    """A union's own credit code in normal form; Refusal unless both checks hold and it is free.

    Checks: GB 32100 (18th), GB 11714 (17th), the registering department (8), the class of a
    grass-roots union (1), and that no other union in the province has it.
    """
    parsed = parse_uscc(text, region_known=codes.known_region)
    if not parsed.is_union or (grassroots and parsed.kind != "1"):
        raise Refusal(
            "这不是工会登记的统一社会信用代码。"
            if not parsed.is_union
            else "基层工会的统一社会信用代码应以“81”开头。",
            rule=UNION_USCC_RULE,
            remedy="请对照《工会法人资格证书》；单位自己的代码请填在“单位统一社会信用代码”。",
            field="uscc",
            code="uscc.union",
        )
    other = union_with_uscc(parsed.number, but=union.pk if union else None)
    if other is not None:
        raise Refusal(
            f"该统一社会信用代码已登记在“{other.name}”。",
            rule="一个统一社会信用代码只对应一个工会",
            remedy="请核对证书；如对方登记有误，请联系共同的上级工会更正。",
            field="uscc",
            code="uscc.taken",
        )
    return parsed.number


@action("unions.officer", "登记工会干部", permissions.UPDATE_UNION)
def name_officer(
    union: Union, *, by: Actor, name: str, post: str, since: date, member_number: str = ""
) -> UnionOfficer:
    """Name somebody to an office; member_number ties them to their record."""
    _refuse_ended(union)
    if since > timezone.localdate():
        raise Refusal("任职日期不能晚于今天。", field="since")
    officer = UnionOfficer(
        name=check_name(name),
        post=OfficerPost(post),
        since=since,
        person_id=person_behind(member_number, name),
    )
    officer.place_at(union)
    officer.save()
    return officer


@action("unions.officer_left", "登记工会干部离任", permissions.UPDATE_UNION)
def end_office(officer: UnionOfficer, *, by: Actor, until: date) -> UnionOfficer:
    """Somebody leaves an office on a day."""
    if officer.until is not None:
        raise Conflict(f"{officer.name}已于 {officer.until:%Y-%m-%d} 离任。")
    if until < officer.since or until > timezone.localdate():
        raise Refusal("离任日期应在任职日期与今天之间。", field="until")
    officer.until = until
    officer.save(update_fields=["until"])
    return officer


def person_behind(member_number: str, name: str) -> int | None:
    """The id of the person with a member number, who must bear the name; None without one."""
    if not member_number:
        return None
    member = member_numbered(member_number)
    if member is None or member.name != check_name(name):
        raise Refusal(
            "没有会员号与姓名都相符的会员。",
            remedy="请核对会员号；尚未入会的可以不填会员号。",
            field="member_number",
            code="unknown_member",
        )
    return member.person_id


@action("unions.reveal", "查看工会联系电话", permissions.REVEAL_UNION, step_up=True)
def reveal(union: Union, *, by: Actor, reason: str) -> dict[str, str]:
    """The contact's telephone in plain; the look is audited with its reason."""
    if len(reason.strip()) < MIN_REASON:
        raise Refusal(
            "请写明查看理由，至少 4 个字。",
            rule="《个人信息保护法》第六条：处理个人信息应当具有明确、合理的目的",
            field="reason",
        )
    profile = profile_of(union)
    phone = profile.contact_phone.reveal() if profile.contact_phone else ""
    return {"联系人": profile.contact_name, "联系电话": phone}
