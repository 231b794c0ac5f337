"""C1.1 全省工会基层组织和会员管理系统: founding unions and their elections."""

from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.systems.mobilization.founding.actions import kinds  # noqa: F401
from gonghui.systems.mobilization.founding.permissions import REQUEST_PREPARATION
from gonghui.systems.mobilization.founding.resources.elections import ELECTIONS
from gonghui.systems.mobilization.founding.resources.matters import MATTERS
from gonghui.systems.mobilization.founding.resources.preparations import PREPARATIONS

FOUND = Page(
    "组建工会",
    "hall-founding",
    REQUEST_PREPARATION,
    icon="building",
    help="单位还没有工会，由职工提出",
)

SYSTEM = System(
    code="C1.1",
    name="全省工会基层组织和会员管理系统",
    part="建会和选举",
    owner="基层工作部（牵头）、权益保障部",
    chapter="动员组织",
    functions={
        "C1.1/1": Served(PREPARATIONS, "基层工会组建报备：申请、批复、成立"),
        "C1.1/4": Served(ELECTIONS, "建会各环节：筹备、登记会员、大会、选举、报批、任期"),
    },
    resources=(PREPARATIONS, ELECTIONS, MATTERS),
    menu=(PREPARATIONS, ELECTIONS, MATTERS),
    hall=(FOUND,),
    publishes=("cn.gonghui.founding",),
    subscribes=("cn.gonghui.users",),
)
