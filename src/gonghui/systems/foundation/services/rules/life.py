"""The life of a registered system: stages, the yearly confirmation, its address."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import urlsplit

from gonghui.kernel.base.errors import Refusal

PLANNED, BUILDING, TRIAL = "planned", "building", "trial"
RUNNING, SUSPENDED, RETIRED = "running", "suspended", "retired"
TRANSITIONS = {
    PLANNED: (BUILDING, TRIAL, RUNNING, RETIRED),
    BUILDING: (TRIAL, RUNNING, SUSPENDED, RETIRED),
    TRIAL: (RUNNING, BUILDING, SUSPENDED, RETIRED),
    RUNNING: (SUSPENDED, RETIRED),
    SUSPENDED: (RUNNING, RETIRED),
    RETIRED: (),
}
TITLES = {
    PLANNED: "规划",
    BUILDING: "在建",
    TRIAL: "试运行",
    RUNNING: "运行",
    SUSPENDED: "停用",
    RETIRED: "退役",
}
STOPPING = (SUSPENDED, RETIRED)
LIFE_RULE = "信息系统生命周期：规划、在建、试运行、运行、停用、退役，退役后不再恢复"

CURRENT, DUE, OVERDUE, UNVERIFIED = "current", "due", "overdue", "unverified"
YEARLY = "登记的系统每年由责任单位确认一次"

FILING_RULE = "《信息安全等级保护管理办法》第十五条：第二级以上信息系统应当备案"
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9-]{1,63})*", re.I)
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
# What names of systems end or begin with without telling them apart.
PLAIN_WORDS = re.compile(r"信息|管理|服务|系统|平台|网站|网$|工会|[（）()“”\s]")


def check_stage(now: str, to: str, *, dependants: int = 0, successor: bool = False) -> None:
    """Refuse a step of life that is not allowed, or an end that others would fall over."""
    if to not in TRANSITIONS[now]:
        allowed = "、".join(TITLES[item] for item in TRANSITIONS[now]) or "没有可转的状态"
        raise Refusal(
            f"不能从“{TITLES[now]}”转为“{TITLES[to]}”。",
            rule=LIFE_RULE,
            remedy=f"现在可以转为：{allowed}。",
            field="stage",
        )
    if to == RETIRED and dependants and not successor:
        raise Refusal(
            f"还有 {dependants} 个系统依赖它，退役后它们会受影响。",
            rule="仍被依赖的系统退役，须指定接替系统",
            remedy="请填写接替的系统，或先由这些系统改为不再依赖它。",
            field="successor",
        )


def next_due(confirmed_on: date, days: int) -> date:
    """The day by which a system confirmed on a day is to be confirmed again."""
    return confirmed_on + timedelta(days=days)


def standing(due_on: date, today: date, *, notice: int, grace: int) -> str:
    """How a confirmation stands: asked for `notice` days before, doubted `grace` days after."""
    if today > due_on + timedelta(days=grace):
        return UNVERIFIED
    if today > due_on:
        return OVERDUE
    if today >= due_on - timedelta(days=notice):
        return DUE
    return CURRENT


def check_address(address: str) -> str:
    """An address of a site or interface, trimmed; nothing is called."""
    text = address.strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _bad_address("写法不正确") from None
    if parts.scheme not in {"http", "https"}:
        raise _bad_address("应以 http:// 或 https:// 开头")
    if parts.username or parts.password or "@" in parts.netloc:
        raise _bad_address("不能带用户名或密码")
    host = parts.hostname or ""
    if not (HOST.fullmatch(host) or re.fullmatch(r"[0-9a-f:.]+", host)) or port == 0:
        raise _bad_address("主机名写法不正确")
    if re.search(r"[\s<>\"'\\]", text) or len(text) > 300:
        raise _bad_address("含有不允许的字符或过长")
    return text


def _bad_address(why: str) -> Refusal:
    return Refusal(f"访问地址{why}。", remedy="例如 https://www.example.cn/。", field="address")


def check_contact(text: str) -> str:
    """A contact is a post and an office number: the register holds no personal data."""
    found = text.strip()
    if MOBILE.search(found):
        raise Refusal(
            "联系方式里不能填写个人手机号码。",
            rule="系统登记不收集个人信息",
            remedy="请填写办公电话。",
            field="phone",
        )
    return found


def check_grade(grade: str, filing_no: str) -> None:
    """A graded system of level two and above names its filing."""
    if grade in {"2", "3", "4"} and not filing_no.strip():
        raise Refusal(
            "等级保护第二级以上的系统应填写备案编号。",
            rule=FILING_RULE,
            remedy="尚未备案的，等级先选“未定级”，备案后再登记。",
            field="filing_no",
        )


def alike(name: str) -> str:
    """What of a system's name tells it from others."""
    return PLAIN_WORDS.sub("", name).lower() or name.strip().lower()


def host_of(address: str) -> str:
    """Host and port of an address, for finding the same site registered twice."""
    return urlsplit(address).netloc.lower().removeprefix("www.")
