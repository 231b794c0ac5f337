"""Preparations (建会筹备): request, reply, recruit, withdraw, lapse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel import codes
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.identifiers import parse_uscc
from gonghui.kernel.base.masking import mask_id, mask_mobile
from gonghui.kernel.base.names import check_name
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.org.models import Union
from gonghui.kernel.people.persons import DOCUMENT, Identity
from gonghui.systems.mobilization.founding import permissions
from gonghui.systems.mobilization.founding.actions.reasons import check_reason
from gonghui.systems.mobilization.founding.actions.telling import (
    ask_group,
    ask_superior,
    settled,
    step,
    tell,
)
from gonghui.systems.mobilization.founding.models import Partner, Preparation, Recruit
from gonghui.systems.mobilization.founding.models.elections import OPEN as OPEN_ELECTIONS
from gonghui.systems.mobilization.founding.models.elections import ElectionState
from gonghui.systems.mobilization.founding.models.preparations import PreparationState
from gonghui.systems.mobilization.founding.queries import law
from gonghui.systems.mobilization.founding.queries.preparations import elections_of, recruited
from gonghui.systems.mobilization.founding.rules import founding as rules
from gonghui.systems.mobilization.membership.public import next_receipt, telephone

PREFIX = "JH"
DECIDE, MEND, CONGRESS = "founding.decide", "founding.mend", "founding.congress"
MOST_AT_ONCE = 500
GROUP_LEAST = 1
NAMED = "a member union is named by its name"


@action("preparations.request", "申请建立工会", permissions.REQUEST_PREPARATION, creates=True)
def request(superior: Union, *, by: Actor, **asked: Any) -> Preparation:
    """Ask a superior to agree to a preparatory group (筹备组).

    asked: what RequestForm gives. A worker asks for their own unit and carries it on; a handler
    of the superior or above enters what came on paper.
    """
    by_handler = by.may(permissions.CARRY_PREPARATION, superior.path)
    if by.person_id is None and not by_handler:
        raise Refusal(
            "请先实名绑定本人信息，再申请建立工会。",
            rule=rules.APPROVAL_RULE,
            remedy="也可以请上级工会的经办人代为登记。",
            code="no_person",
        )
    if not superior.is_active or superior.is_grassroots:
        raise Refusal(
            f"“{superior.name}”不能作为上级工会。",
            rule="基层工会之下不再设工会",
            remedy="请选择所在乡镇（街道）、产业或县级以上工会。",
            field="superior",
        )
    preparation = Preparation(
        superior=superior,
        applicant_id=None if by_handler else by.person_id,
        applicant_user_id=by.user_id,
        applicant_name=by.name,
        submitted_at=timezone.now(),
    )
    preparation.place_at(superior)
    partners = _ask(preparation, asked)
    today = timezone.localdate()
    preparation.receipt = next_receipt(PREFIX, today)
    _save_new(preparation)
    _set_partners(preparation, partners)
    _announce(preparation, today)
    return preparation


@action("preparations.mend", "补正建会申请", permissions.CARRY_PREPARATION)
def mend(preparation: Preparation, *, by: Actor, **asked: Any) -> Preparation:
    """Submit a returned request again."""
    _turn(preparation, PreparationState.REQUESTED)
    partners = _ask(preparation, asked)
    preparation.submitted_at = timezone.now()
    preparation.version += 1
    preparation.save()
    _set_partners(preparation, partners)
    settled(preparation, by.user_id)
    _announce(preparation, timezone.localdate())
    return preparation


def _ask(preparation: Preparation, asked: dict[str, Any]) -> list[tuple[str, Union | None]]:
    """Check what is asked for and put it on the preparation; returns who takes part."""
    name = re.sub(r"\s+", "", asked["name"])
    if not name.endswith(("工会", "工会委员会", "联合会", "总工会")):
        raise Refusal(
            "工会名称应以“工会”“工会委员会”或“工会联合会”结尾。",
            rule=rules.ENTERPRISE_RULE,
            remedy="一般为“单位全称＋工会委员会”。",
            field="name",
        )
    kind = asked["kind"]
    if kind not in rules.KINDS:
        raise Refusal("不能申请建立这类工会。", rule=rules.CHARTER, field="kind")
    if asked.get("women") and asked["women"] > asked["employees"]:
        raise Refusal("女职工人数不能多于职工人数。", field="women")
    number = asked.get("unit_uscc") or ""
    if number:
        try:
            number = parse_uscc(number, region_known=codes.known_region).number
        except Refusal as refusal:
            refusal.field = "unit_uscc"
            raise
    group = [check_name(item) for item in _lines(asked["group"])]
    if len(group) < GROUP_LEAST or len(set(group)) != len(group):
        raise Refusal("请填写筹备组成员，每行一个，不要重复。", field="group")
    partners = _partners(preparation.superior, kind, asked)
    phone = telephone(asked["contact_phone"])
    preparation.name, preparation.kind = name, kind
    preparation.unit_name = asked["unit_name"].strip()
    preparation.unit_uscc = number
    preparation.unit_nature = asked.get("unit_nature") or ""
    preparation.region = asked.get("region") or preparation.superior.region
    preparation.industry = asked.get("industry") or ""
    preparation.address = (asked.get("address") or "").strip()
    preparation.employees = asked["employees"]
    preparation.women = asked.get("women") or 0
    preparation.group = group
    preparation.contact_name = check_name(asked["contact_name"])
    preparation.contact_phone = phone
    preparation.contact_mask = mask_mobile(phone)
    preparation.reason = (asked.get("reason") or "").strip()
    return partners


def _lines(text: str | Sequence[str]) -> list[str]:
    lines = text.splitlines() if isinstance(text, str) else text
    return [line for line in (str(raw).strip() for raw in lines) if line]


def _partners(superior: Union, kind: str, asked: dict[str, Any]) -> list[tuple[str, Union | None]]:
    """Units of a joint union by name, or unions of a federation; a Refusal for too few."""
    names = list(dict.fromkeys(_lines(asked.get("partners") or "")))
    found: list[tuple[str, Union | None]] = []
    if kind == rules.FEDERATION:
        found = [(name, _member_union(name, superior)) for name in names]
    elif kind == rules.JOINT:
        found = [(name, None) for name in names]
    today = timezone.localdate()
    fault = rules.partners_fault(
        kind, len(found), len(found), law.JOINT_UNITS.on(today), law.FEDERATION_UNIONS.on(today)
    )
    if fault:
        rule = rules.FORM_RULE if kind == rules.JOINT else rules.CHARTER
        raise Refusal(fault, rule=rule, remedy="请逐行填写全部名称。", field="partners")
    return found


def _member_union(name: str, superior: Union) -> Union:
    rows = Union.objects.unscoped(NAMED).filter(name=name, status="active")
    found = rows.filter(path__startswith=superior.path).exclude(pk=superior.pk).first()
    if found is None or not found.is_grassroots:
        raise Refusal(
            f"“{superior.name}”之下没有名为“{name}”的基层工会。",
            rule="工会联合会由同一上级之下的基层工会联合组成",
            remedy="请填写工会全称，每行一个。",
            field="partners",
        )
    return found


def _set_partners(preparation: Preparation, partners: list[tuple[str, Union | None]]) -> None:
    preparation.partners.all().delete()
    Partner.objects.bulk_create(
        [Partner(preparation=preparation, name=n, member_union=union) for n, union in partners]
    )


def _save_new(preparation: Preparation) -> None:
    try:
        with transaction.atomic():
            preparation.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            f"“{preparation.unit_name}”已有一份办理中的建会申请。",
            rule="同一单位同一时间只能有一份建会申请",
            remedy="请查询原申请的进度，或由原申请人撤回后再提交。",
            code="open_preparation",
        ) from error


def _announce(preparation: Preparation, today: date) -> None:
    due = add_workdays(today, law.REPLY_WORKDAYS.on(today))
    what = f"批复建会申请：{preparation.name}"
    ask_superior(preparation, DECIDE, what, permissions.DECIDE_PREPARATION, due)
    step(preparation, "已提交", f"{preparation.name}，{due:%Y-%m-%d} 前批复。")


def _turn(preparation: Preparation, to: PreparationState) -> None:
    """Put a locked preparation into another state, or say how it stands."""
    if not rules.may_follow(preparation.state, to):
        raise Conflict(
            f"这份建会申请目前是“{preparation.get_state_display()}”，不能这样办理。",
            remedy="请刷新页面查看最新情况。",
            code="state",
        )
    preparation.state = to


def _decided(preparation: Preparation, by: Actor, opinion: str) -> None:
    if by.user_id is not None and by.user_id == preparation.applicant_user_id:
        raise Refusal(
            "不能批复自己提交的申请。",
            rule=rules.APPROVAL_RULE,
            remedy="请由其他审批人办理。",
            code="own_application",
        )
    preparation.decided_at = timezone.now()
    preparation.decided_by_id = by.user_id
    preparation.decided_by_name = by.name
    preparation.opinion = opinion.strip()
    preparation.version += 1
    settled(preparation, by.user_id)


def _applicant(preparation: Preparation) -> Recipient | None:
    user = preparation.applicant_user_id
    return Recipient(user_id=user) if user is not None else None


@action("preparations.reply", "同意筹备", permissions.DECIDE_PREPARATION)
def reply(preparation: Preparation, *, by: Actor, document: str, opinion: str = "") -> Preparation:
    """Agree to the preparatory group, with the number of the reply; sets the congress's term."""
    _turn(preparation, PreparationState.PREPARING)
    if not document.strip():
        raise Refusal("请填写批复文号。", rule=rules.APPROVAL_RULE, field="document")
    _decided(preparation, by, opinion)
    today = timezone.localdate()
    preparation.document = document.strip()
    preparation.congress_due = rules.congress_due(today, law.PREPARATION_MONTHS.on(today))
    preparation.save()
    due = preparation.congress_due
    ask_group(
        preparation,
        CONGRESS,
        f"筹备建会：{preparation.name}，{due:%Y-%m-%d} 前召开成立大会",
        permissions.CARRY_PREPARATION,
        due,
    )
    tell(
        preparation,
        f"同意筹备建立“{preparation.name}”",
        f"批复文号 {preparation.document}。请登记会员，并在 {due:%Y年%m月%d日}前召开成立大会。",
        _applicant(preparation),
    )
    return preparation


@action("preparations.return", "退回建会申请补正", permissions.DECIDE_PREPARATION)
def send_back(preparation: Preparation, *, by: Actor, reason: str) -> Preparation:
    """Give a request back to be mended."""
    check_reason(reason)
    _turn(preparation, PreparationState.RETURNED)
    _decided(preparation, by, reason)
    preparation.save()
    what = f"补正建会申请：{preparation.name}"
    ask_group(preparation, MEND, what, permissions.CARRY_PREPARATION)
    tell(preparation, f"请{what}", f"需要补正：{preparation.opinion}", _applicant(preparation))
    return preparation


@action("preparations.refuse", "不同意筹备", permissions.DECIDE_PREPARATION)
def refuse(preparation: Preparation, *, by: Actor, reason: str) -> Preparation:
    """Refuse a request, with the reason."""
    check_reason(reason)
    _turn(preparation, PreparationState.REFUSED)
    _decided(preparation, by, reason)
    preparation.ended_at = timezone.now()
    preparation.save()
    what = f"未同意筹备建立“{preparation.name}”"
    tell(preparation, what, f"理由：{preparation.opinion}", _applicant(preparation))
    return preparation


@action("preparations.withdraw", "撤回建会申请", permissions.CARRY_PREPARATION)
def withdraw(preparation: Preparation, *, by: Actor, reason: str = "") -> Preparation:
    """Give a preparation up; what was planned for it ends too."""
    _turn(preparation, PreparationState.WITHDRAWN)
    _end(preparation, by)
    step(preparation, "已撤回")
    return preparation


@action("preparations.lapse", "筹备逾期终止", permissions.LAPSE_PREPARATION)
def lapse(preparation: Preparation, *, by: Actor, today: date) -> Preparation:
    """End a preparation whose congress was not held in time; one under way is waited for."""
    due = preparation.congress_due
    if due is None or not rules.has_lapsed(due, today) or _under_way(preparation):
        return preparation
    _turn(preparation, PreparationState.LAPSED)
    _end(preparation, by)
    tell(
        preparation,
        f"“{preparation.name}”筹备已逾期终止",
        f"应在 {due:%Y-%m-%d} 前召开成立大会。仍要建会的，请重新申请。",
        _applicant(preparation),
    )
    return preparation


@action("preparations.remind", "提醒筹备将到期", permissions.LAPSE_PREPARATION)
def remind(preparation: Preparation, *, by: Actor, today: date) -> Preparation:
    """Tell the group once that the term for its congress is near; the superior hears of it too."""
    due = preparation.congress_due
    if (
        preparation.state != PreparationState.PREPARING
        or preparation.reminded_on is not None
        or due is None
        or not rules.is_near(due, law.PREPARATION_REMINDER.on(today), today)
        or _under_way(preparation)
    ):
        return preparation
    preparation.reminded_on = today
    preparation.version += 1
    preparation.save(update_fields=["reminded_on", "version"])
    tell(
        preparation,
        f"“{preparation.name}”的筹备将于 {due:%Y-%m-%d} 到期",
        f"还有 {(due - today).days} 天。请在到期前召开成立大会并登记到会情况，逾期筹备终止。",
        _applicant(preparation),
    )
    return preparation


def _under_way(preparation: Preparation) -> bool:
    """Whether the congress was held, so that the term is kept."""
    held = [ElectionState.HELD, ElectionState.REPORTED, ElectionState.RETURNED]
    return elections_of(preparation).filter(state__in=held).exists()


def _end(preparation: Preparation, by: Actor) -> None:
    planned = elections_of(preparation).filter(state__in=OPEN_ELECTIONS)
    for election in planned.select_for_update():
        election.state = ElectionState.ABANDONED
        election.version += 1
        election.save(update_fields=["state", "version"])
        settled(election, by.user_id)
    preparation.ended_at = timezone.now()
    preparation.version += 1
    preparation.save()
    settled(preparation, by.user_id)


@action("preparations.recruit", "登记发展会员", permissions.CARRY_PREPARATION)
def recruit(preparation: Preparation, *, by: Actor, people: str) -> Preparation:
    """Enter people who want to be members, one a line: name, document number, mobile number.

    All or none: a Refusal lists the lines that are wrong.
    """
    _require_preparing(preparation)
    lines = _lines(people)
    if not lines:
        raise Refusal("请填写要登记的职工，每行一人。", field="people")
    if len(lines) > MOST_AT_ONCE:
        raise Refusal(f"一次最多登记 {MOST_AT_ONCE} 人。", field="people")
    today = timezone.localdate()
    found, wrong, seen = [], [], set()
    for number, line in enumerate(lines, 1):
        try:
            who = _identity(line, today)
            if who.document_number in seen or recruited(preparation, who.document_number):
                raise Refusal("已登记过，不能重复。")
            seen.add(who.document_number)
            found.append(who)
        except Refusal as refusal:
            wrong.append(f"第 {number} 行：{refusal.message}")
    if wrong:
        more = f"……共 {len(wrong)} 行有误。" if len(wrong) > 5 else ""
        raise Refusal(
            "".join(wrong[:5]) + more,
            rule="实名制：会员的姓名、证件号码和手机号码应真实有效",
            remedy="请改正后重新提交，没有错误的行不会单独登记。",
            field="people",
        )
    ring = keyring()
    Recruit.objects.bulk_create(
        [
            Recruit(
                preparation=preparation,
                name=who.name,
                sex=who.sex,
                document=who.document_number,
                document_index=ring.blind_index(who.document_number, context=DOCUMENT),
                document_mask=mask_id(who.document_number),
                mobile=who.mobile,
                mobile_mask=mask_mobile(who.mobile),
            )
            for who in found
        ]
    )
    note(recruited={"label": "登记会员", "after": f"{len(found)} 人"})
    preparation.version += 1
    preparation.save(update_fields=["version"])
    return preparation


def _identity(line: str, today: date) -> Identity:
    parts = re.split(r"[\s,，、;；\t]+", line.strip())
    if len(parts) != 3:
        raise Refusal("应为“姓名 身份证号码 手机号码”，中间用空格隔开。")
    name, number, mobile = parts
    return Identity.checked(name=name, document_number=number, mobile=mobile, today=today)


@action("preparations.drop", "移除登记的会员", permissions.CARRY_PREPARATION)
def drop(preparation: Preparation, *, by: Actor, recruit_id: int, reason: str = "") -> Preparation:
    """Take somebody off the list of recruits again."""
    _require_preparing(preparation)
    found = preparation.recruits.filter(pk=recruit_id).first()
    if found is None:
        raise Refusal("名单中没有这个人。", field="recruit_id")
    note(dropped={"label": "移除", "before": str(found)})
    found.delete()
    preparation.version += 1
    preparation.save(update_fields=["version"])
    return preparation


def _require_preparing(preparation: Preparation) -> None:
    if preparation.state != PreparationState.PREPARING:
        raise Conflict(
            f"这份建会申请目前是“{preparation.get_state_display()}”，不能登记会员。",
            rule=rules.APPROVAL_RULE,
            remedy="上级工会批复同意筹备之后，才可以登记会员和召开大会。",
            code="state",
        )
