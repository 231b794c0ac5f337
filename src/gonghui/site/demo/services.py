"""Systems, sites and interfaces of cities and counties in the register, in every state."""

from __future__ import annotations

from datetime import date

from gonghui.kernel.access.actor import Actor, Held
from gonghui.kernel.access.roles import SYSTEM_ADMIN
from gonghui.kernel.org.models import Union
from gonghui.site.demo import cast
from gonghui.site.demo.stage import days_ago, living_on, union_named
from gonghui.systems.foundation.services.actions import register as actions
from gonghui.systems.foundation.services.actions.findings import refresh
from gonghui.systems.foundation.services.jobs.confirming import ask_for_confirmation
from gonghui.systems.foundation.services.models import Service

CITY = {
    "合肥市职工服务网": (
        cast.HEFEI,
        "site",
        "职工办事和政策发布",
        "https://fuwu.hefei.example.cn/",
    ),
    "合肥市职工服务网后台": (cast.HEFEI, "system", "职工服务网的内容和办件管理", ""),
    "合肥市困难职工帮扶管理软件": (cast.HEFEI, "system", "帮扶档案、慰问和助学发放", ""),
    "合肥市工会办公系统": (
        cast.HEFEI,
        "system",
        "公文、会议和值班",
        "https://oa.hefei.example.cn/",
    ),
    "蜀山区工会驿站预约小程序": (cast.SHUSHAN, "system", "户外劳动者驿站查找和预约", ""),
    "庐阳区职工书屋借阅系统": (cast.LUYANG, "system", "职工书屋图书借还", ""),
    "芜湖市总工会门户网站": (
        "340200",
        "site",
        "工会新闻和信息公开",
        "https://www.wuhu.example.cn/",
    ),
    "芜湖市工会会员服务卡系统": ("340200", "system", "会员卡发放和优惠商户管理", ""),
    "镜湖区工会活动报名系统": (cast.JINGHU, "system", "文体活动报名和签到", ""),
    "滁州市职工技能竞赛平台": ("341100", "system", "竞赛报名、赛程和成绩", ""),
    "马鞍山市工会法律援助平台": ("340500", "system", "法律援助申请和指派", ""),
}
SUPPLIERS = ("安徽徽云信息技术有限公司", "合肥江淮软件有限公司", "芜湖长江数字科技有限公司")
LONG_AGO, LAST_YEAR = 820, 400


def register_systems() -> None:
    """A dozen systems: registered, waiting, returned, overdue, retired, needed by others."""
    made = {name: _one(name, number) for number, name in enumerate(CITY)}
    _interface(made)
    _needs(made)
    _waiting()
    _ended(made)
    ask_for_confirmation()
    refresh(union_named(cast.PROVINCE))


def _administrator(union: Union, name: str) -> Actor:
    """A system administrator of a union, as the register knows one; made for the demo only."""
    held = Held(SYSTEM_ADMIN.code, union.path, union.pk, union.name)
    return Actor(
        name=name, union_id=union.pk, union_name=union.name, grants=(held,), request_id="demo"
    )


def _one(name: str, number: int) -> Service:
    place, kind, purpose, address = CITY[name]
    union = union_named(place)
    keeper = _administrator(union, f"{union.name}系统管理员")
    reviewer = _administrator(union.parent or union, f"{union.parent or union}系统管理员")
    ago = LONG_AGO if number % 4 == 3 else LAST_YEAR if number % 4 == 2 else 150
    with living_on(days_ago(ago), 10):
        found = actions.register(
            union,
            by=keeper,
            name=name,
            kind=kind,
            purpose=purpose,
            department="网络工作部" if union.kind == "20" else "办公室",
            post="系统管理岗",
            phone=f"0551-6{number:07d}",
            address=address,
            edition=f"V{1 + number % 3}.{number % 5}",
            supplier=SUPPLIERS[number % len(SUPPLIERS)],
            live_on=date(2018 + number % 6, 1 + number % 12, 10),
            sure=True,
        )
    with living_on(days_ago(ago - 3), 15):
        found = actions.approve(found, by=reviewer)
        graded = "3" if kind == "site" else "2"
        found = actions.guard(
            found,
            by=keeper,
            contract_no=f"HT-{2018 + number % 6}-{number + 11:03d}",
            grade=graded,
            filing_no=f"34{number:02d}0001-{number + 101:05d}",
        )
    return found


def _interface(made: dict[str, Service]) -> None:
    union = union_named(cast.HEFEI)
    keeper = _administrator(union, "合肥市总工会系统管理员")
    with living_on(days_ago(90), 9):
        found = actions.register(
            union,
            by=keeper,
            name="合肥市办件进度查询接口",
            kind="interface",
            purpose="供各县区查询职工办件进度",
            department="网络工作部",
            post="接口管理岗",
            protocol="HTTPS JSON",
            part_of=made["合肥市职工服务网后台"],
            sure=True,
        )
    with living_on(days_ago(88), 9):
        actions.approve(found, by=_administrator(union_named(cast.PROVINCE), "省总系统管理员"))


def _needs(made: dict[str, Service]) -> None:
    """Who cannot do without whom."""
    for name, means, system, target in (
        ("合肥市职工服务网", "interface", "", "合肥市职工服务网后台"),
        ("合肥市职工服务网后台", "interface", "C1.1", ""),
        ("合肥市职工服务网后台", "sign_on", "D08", ""),
        ("合肥市困难职工帮扶管理软件", "file", "C1.1", ""),
        ("合肥市工会办公系统", "sign_on", "D08", ""),
        ("蜀山区工会驿站预约小程序", "interface", "", "合肥市职工服务网后台"),
        ("庐阳区职工书屋借阅系统", "interface", "", "合肥市职工服务网后台"),
        ("芜湖市工会会员服务卡系统", "file", "C1.1", ""),
        ("镜湖区工会活动报名系统", "interface", "", "芜湖市工会会员服务卡系统"),
        ("滁州市职工技能竞赛平台", "interface", "C1.1", ""),
    ):
        service = made[name]
        keeper = _administrator(service.union, f"{service.union.name}系统管理员")
        actions.link(
            service, by=keeper, means=means, system=system, target=made[target] if target else None
        )


def _waiting() -> None:
    """One waits for its review, one was returned."""
    union = union_named("340500")
    keeper = _administrator(union, "马鞍山市总工会系统管理员")
    for name, kind, address in (
        ("马鞍山市职工心理关爱小程序", "system", ""),
        ("马鞍山市总工会网站", "site", "https://www.mas.example.cn/"),
    ):
        found = actions.register(
            union,
            by=keeper,
            name=name,
            kind=kind,
            purpose="面向职工的线上服务",
            department="办公室",
            post="系统管理岗",
            address=address,
            stage="trial",
            sure=True,
        )
        if kind == "site":
            actions.send_back(
                found,
                by=_administrator(union_named(cast.PROVINCE), "省总系统管理员"),
                reason="用途写得过于笼统，请写明提供哪些服务。",
            )


def _ended(made: dict[str, Service]) -> None:
    service = made["马鞍山市工会法律援助平台"]
    service.refresh_from_db()
    actions.retire(
        service,
        by=_administrator(service.union, "马鞍山市总工会系统管理员"),
        stage="retired",
        on=days_ago(20),
        reason="并入全省职工法律服务系统。",
    )
