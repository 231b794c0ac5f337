"""C1.1 全省工会基层组织和会员管理系统: staff congresses and publicity of factory affairs."""

from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.kernel.resource.services import (
    A_MEMBER,
    MEMBERS,
    UNION,
    VOICE,
    Guide,
    Level,
    Service,
)
from gonghui.systems.mobilization.staff_congress.permissions import READ_PUBLICITY
from gonghui.systems.mobilization.staff_congress.resources import (
    CONGRESSES,
    PROPOSALS,
    PUBLICITY,
    SESSIONS,
)

HALL = Page("民主管理", "hall-staff", READ_PUBLICITY, icon="users", help="看厂务公开，提提案和意见")

DEMOCRACY = Service(
    "staff-democracy",
    "民主管理",
    (VOICE, UNION),
    Guide(
        "看单位的厂务公开，向职代会提提案，对公开的内容提意见。",
        time_limit="提案由职代会审查立案，办理情况在页面公布",
        handled_by="您单位的工会和职工代表大会",
        basis=("《中华人民共和国工会法》第三十六条",),
    ),
    who=MEMBERS,
    conditions=(A_MEMBER,),
    start=HALL,
    level=Level.MEMBER,
    keywords=("厂务公开", "职代会", "提案"),
    icon="users",
    help="看厂务公开，提提案和意见",
)

SYSTEM = System(
    code="C1.1",
    name="全省工会基层组织和会员管理系统",
    part="职代会和厂务公开",
    owner="基层工作部（牵头）、权益保障部",
    chapter="动员组织",
    functions={
        "C1.1/5": Served(CONGRESSES, "职代会：代表、会议、议程、签到、表决、决议"),
        "C1.1/p6": Served(HALL, "职工在手机上提提案、看厂务公开、提意见"),
    },
    resources=(CONGRESSES, SESSIONS, PROPOSALS, PUBLICITY),
    menu=(CONGRESSES, SESSIONS, PROPOSALS, PUBLICITY),
    hall=(HALL,),
    services=(DEMOCRACY,),
    publishes=("cn.gonghui.staff_congress",),
)
