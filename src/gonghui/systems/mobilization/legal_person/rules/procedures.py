"""The six procedures: who registers, what may follow what, which materials, which terms.

Sources: 《基层工会法人登记管理办法》（总工办发〔2020〕20号）; 《工会基层组织选举工作条例》
(delay). The lists of materials follow the guide of the provincial union; a period no document
names is a dated parameter marked provisional.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.workdays import add_workdays, workdays_between

MEASURE = "《基层工会法人登记管理办法》（总工办发〔2020〕20号）"
TERRITORIAL = f"{MEASURE}第六条、第七条：县级以上工会按组织关系属地登记"
CHANGE_RULE = f"{MEASURE}：登记事项变更的，应当自变更之日起三十日内申请变更登记"
TERM_RULE = f"{MEASURE}第二十六条：证书有效期与工会委员会任期一致，为三年至五年"
RENEWAL_RULE = f"{MEASURE}第二十七条：证书有效期满前三十日内申请换证"
DELAY_RULE = "《工会基层组织选举工作条例》：延期换届须经上一级工会批准，一般不超过半年"
ONCE_RULE = "材料不齐全或不符合要求的，登记机关应当一次性告知需要补正的全部内容"
APPEAL_RULE = "对不予登记的决定不服的，可以向登记机关的上一级工会申请复核一次"
TWO_RULE = "审查和核准由两人分别办理"

NEW, CHANGE, ELECTION = "new", "change", "election"
DELAY, REISSUE, CANCEL = "delay", "reissue", "cancel"
PROCEDURES: Mapping[str, str] = {
    NEW: "新办登记",
    CHANGE: "变更登记",
    ELECTION: "换届换证",
    DELAY: "延期换届",
    REISSUE: "补（换）领证书",
    CANCEL: "注销登记",
}

DRAFT, SUBMITTED, SUPPLEMENT, EXAMINING = "draft", "submitted", "supplement", "examining"
EXAMINED, CODING, CERTIFYING, DONE = "examined", "coding", "certifying", "done"
REFUSED, APPEALED, UNACCEPTED = "refused", "appealed", "unaccepted"
WITHDRAWN, LAPSED = "withdrawn", "lapsed"

OPEN = (DRAFT, SUBMITTED, SUPPLEMENT, EXAMINING, EXAMINED, CODING, CERTIFYING, APPEALED)
"""States in which a union may have only one application."""

ALLOWED: Mapping[str, frozenset[str]] = {
    "edit": frozenset({DRAFT, SUPPLEMENT}),
    "submit": frozenset({DRAFT}),
    "accept": frozenset({SUBMITTED}),
    "unaccept": frozenset({SUBMITTED}),
    "supplement": frozenset({SUBMITTED, EXAMINING}),
    "answer": frozenset({SUPPLEMENT}),
    "lapse": frozenset({SUPPLEMENT}),
    "compare": frozenset({EXAMINING}),
    "examine": frozenset({EXAMINING}),
    "back": frozenset({EXAMINED}),
    "approve": frozenset({EXAMINED}),
    "refuse": frozenset({EXAMINED}),
    "appeal": frozenset({REFUSED}),
    "judge": frozenset({APPEALED}),
    "withdraw": frozenset({DRAFT, SUBMITTED, SUPPLEMENT, EXAMINING}),
    "certify": frozenset({CERTIFYING}),
}
VERBS = {
    "edit": "修改",
    "submit": "提交",
    "accept": "受理",
    "unaccept": "不予受理",
    "supplement": "通知补正",
    "answer": "补正",
    "lapse": "按未补正办结",
    "compare": "比对核实",
    "examine": "审查",
    "back": "退回审查",
    "approve": "核准",
    "refuse": "不予登记",
    "appeal": "申请复核",
    "judge": "复核",
    "withdraw": "撤回",
    "certify": "制证",
}


def check_state(verb: str, state: str, words: str) -> None:
    """Conflict unless an application in this state may be so handled; words: the state's name."""
    if state not in ALLOWED[verb]:
        raise Conflict(
            f"这份申请目前是“{words}”，不能{VERBS[verb]}。",
            remedy="请刷新页面，按它现在的状态办理。",
            code="state",
        )


@dataclass(frozen=True)
class Material:
    """A document an application brings; an optional one may be asked for by a case (`missing`)."""

    code: str
    title: str
    required: bool = True
    help: str = ""


_FORM = Material("form", "登记申请表", help="按平台填写内容打印，加盖工会印章后扫描。")
_IDENTITY = Material("identity", "法定代表人身份证件", help="正反两面。")
_RESULT = Material("result", "选举结果的批复", help="上一级工会批准选举结果的文件。")
_OLD = Material("old", "原《工会法人资格证书》正本、副本")

MATERIALS: Mapping[str, tuple[Material, ...]] = {
    NEW: (
        _FORM,
        Material("founding", "成立工会的批复", help="上一级工会同意成立并批准选举结果的文件。"),
        _IDENTITY,
        Material("residence", "住所使用证明", help="产权证明、租赁合同或所在单位出具的证明。"),
        Material("funds", "经费来源证明", help="经费收缴关系和开户或代管的证明。"),
        Material("unit", "所在单位的登记证照", False, "联合基层工会可以不提供。"),
        Material("other", "其他材料", False),
    ),
    CHANGE: (
        _FORM,
        Material("basis", "变更事项的依据", help="更名、迁址的文件，或更换法定代表人的批复。"),
        Material("identity", "新任法定代表人身份证件", False, "变更法定代表人的必须提供。"),
        Material("residence", "新住所使用证明", False, "变更住所的必须提供。"),
        _OLD,
        Material("other", "其他材料", False),
    ),
    ELECTION: (
        _FORM,
        _RESULT,
        _IDENTITY,
        _OLD,
        Material("other", "其他材料", False),
    ),
    DELAY: (
        Material("request", "延期换届的请示"),
        Material("consent", "上一级工会同意延期换届的批复"),
        _OLD,
        Material("other", "其他材料", False),
    ),
    REISSUE: (
        _FORM,
        Material(
            "statement", "遗失声明或损毁的证书", help="遗失的附已公告的声明，损毁的交回原证。"
        ),
        Material("other", "其他材料", False),
    ),
    CANCEL: (
        _FORM,
        Material("dissolve", "同意撤销或合并的批复"),
        Material("settlement", "财产清算和经费、资产移交的说明"),
        _OLD,
        Material("other", "其他材料", False),
    ),
}


_CONTACT = ("经办", ("contact_name", "contact_phone"))
ASKED: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    NEW: (
        ("工会", ("name", "residence", "funds", "founded_on", "founded_document")),
        (
            "法定代表人和任期",
            ("representative_name", "representative_id", "happened_on", "term_years"),
        ),
        ("逾期说明", ("late_reason",)),
        _CONTACT,
    ),
    CHANGE: (
        (
            "变更后的登记事项",
            ("name", "residence", "representative_name", "representative_id", "funds"),
        ),
        ("依据", ("happened_on", "basis", "reason", "late_reason")),
        _CONTACT,
    ),
    ELECTION: (
        ("换届", ("happened_on", "term_years", "basis", "late_reason")),
        ("法定代表人", ("representative_name", "representative_id")),
        _CONTACT,
    ),
    DELAY: (("延期", ("delayed_to", "basis", "reason")), _CONTACT),
    REISSUE: (("补（换）领", ("reason",)), _CONTACT),
    CANCEL: (("注销", ("basis", "reason")), _CONTACT),
}
"""The facts each procedure asks for, in groups as its form shows them; no others are taken."""


def asked(procedure: str) -> frozenset[str]:
    """The facts a procedure asks for."""
    return frozenset(field for _, names in ASKED[procedure] for field in names)


CATALOGUE: Mapping[str, Material] = {
    item.code: item for items in reversed(list(MATERIALS.values())) for item in items
}
"""Every material by its code."""


def listed(procedure: str, needed: Collection[str]) -> list[Material]:
    """The list of a procedure, required as `needed` says; what it adds comes last."""
    own = [replace(item, required=item.code in needed) for item in MATERIALS[procedure]]
    known = {item.code for item in own}
    added = (CATALOGUE[code] for code in needed if code not in known)
    return [*own, *(replace(item, required=True) for item in added)]


def material_of(procedure: str, code: str, needed: Collection[str] = ()) -> Material:
    """The material of a procedure by its code; Refusal for one it does not ask for."""
    found = next((item for item in listed(procedure, needed) if item.code == code), None)
    if found is None:
        raise Refusal(
            f"{PROCEDURES[procedure]}不收这种材料。", rule=MEASURE, field="code", code="material"
        )
    return found


def missing(procedure: str, brought: Collection[str], needed: Collection[str]) -> list[Material]:
    """Materials still lacking of those needed, by code."""
    return [
        item for item in listed(procedure, needed) if item.required and item.code not in brought
    ]


def check_materials(procedure: str, brought: Collection[str], needed: Collection[str]) -> None:
    """Refusal that names every material still lacking."""
    lacking = missing(procedure, brought, needed)
    if lacking:
        raise Refusal(
            f"还缺少材料：{'、'.join(item.title for item in lacking)}。",
            rule=f"{MEASURE}及本省登记指南中{PROCEDURES[procedure]}的材料清单",
            remedy="请先上传这些材料再提交。",
            code="materials",
        )


def is_late(procedure: str, since: date | None, applied: date, days: int) -> bool:
    """Whether an application comes after its term of calendar days (起算次日).

    since: the founding, the change, or the last day of the certificate a re-election renews.
    """
    terms = (NEW, CHANGE, ELECTION)
    return procedure in terms and since is not None and (applied - since).days > days


def check_day(happened: date | None, today: date, field: str) -> date:
    """The day something happened; Refusal when it is missing or lies ahead."""
    if happened is None:
        raise Refusal("请填写日期。", field=field)
    if happened > today:
        raise Refusal("日期不能晚于今天。", field=field)
    return happened


def add_months(day: date, months: int) -> date:
    """The corresponding day some months on, the last of a shorter month (民法典 article 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def valid_to(elected_on: date, years: int, allowed: Collection[int]) -> date:
    """The last day of a certificate; Refusal for a term that is not allowed."""
    if years not in allowed:
        raise Refusal(
            f"任期应为 {'、'.join(str(item) for item in sorted(allowed))} 年。",
            rule=TERM_RULE,
            field="term_years",
            code="term",
        )
    return add_months(elected_on, 12 * years)


def check_delay(expires: date, wanted: date | None, *, delayed_before: bool, months: int) -> date:
    """The day a term is delayed to; Refusal for a second time or beyond the months allowed."""
    if delayed_before:
        raise Refusal(
            "本届已经办理过一次延期换届，不能再次延期。",
            rule=DELAY_RULE,
            remedy="请尽快组织换届，办理换届换证。",
            code="delayed_before",
        )
    latest = add_months(expires, months)
    if wanted is None or not expires < wanted <= latest:
        raise Refusal(
            f"延期应在 {expires:%Y-%m-%d} 之后，最迟 {latest:%Y-%m-%d}（不超过 {months} 个月）。",
            rule=DELAY_RULE,
            field="delayed_to",
            code="delay",
        )
    return wanted


@dataclass(frozen=True)
class Clock:
    """A term in workdays that can stand still.

    due: last day while it runs. left: workdays that remained when it was stopped, else None.
    """

    due: date | None
    left: int | None = None


def started(day: date, workdays: int) -> Clock:
    """A term that begins the day after."""
    return Clock(add_workdays(day, workdays))


def stopped(clock: Clock, day: date) -> Clock:
    """The clock stands from this day on; a day over the term remains over it (left is negative)."""
    if clock.due is None or clock.left is not None:
        return clock
    return Clock(clock.due, workdays_between(day, clock.due))


def resumed(clock: Clock, day: date) -> Clock:
    """The clock runs again with what was left when it was stopped."""
    if clock.left is None:
        return clock
    return Clock(add_workdays(day, clock.left))


def check_reason(text: str, what: str) -> str:
    """A reason in words, at least four characters."""
    found = text.strip()
    if len(found) < 4:
        raise Refusal(f"请写明{what}，至少 4 个字。", field="reason", code="reason")
    return found
