"""C1.1 全省工会基层组织和会员管理系统: founding unions and their elections."""

from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.kernel.resource.services import UNION, WORKERS, Condition, Guide, Level, Service
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

FOUNDING = Service(
    "founding",
    "组建工会",
    (UNION,),
    Guide(
        "单位还没有工会的，由职工提出；上级工会同意后成立筹备组，发展会员，召开成立大会。",
        time_limit="上级工会在规定的工作日内批复，成立大会的期限写在批复里",
        handled_by="所在乡镇（街道）、产业或县级工会",
        result="工会成立，可以申请法人资格登记",
        steps=("提出申请", "上级同意筹备", "登记会员", "召开成立大会", "上级批复"),
        counter=("筹备组负责人身份证件原件", "单位名称和职工人数"),
        basis=("《中华人民共和国工会法》第十一条",),
    ),
    who=WORKERS,
    conditions=(Condition("单位还没有工会", rule="一个单位只建立一个工会"),),
    start=FOUND,
    level=Level.IDENTITY,
    targets=("founding.preparation",),
    keywords=("建会", "成立工会", "筹备组"),
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
    services=(FOUNDING,),
    publishes=("cn.gonghui.founding",),
    subscribes=("cn.gonghui.users",),
)
