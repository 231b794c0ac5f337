"""C1.1 全省工会基层组织和会员管理系统."""

from gonghui.kernel.resource.declaration import Served, System
from gonghui.systems.mobilization.membership.resources.joining import JOINS, POOL
from gonghui.systems.mobilization.membership.resources.members import MEMBERS
from gonghui.systems.mobilization.membership.resources.transfers import TRANSFERS
from gonghui.systems.mobilization.membership.resources.unions import UNIONS

SYSTEM = System(
    code="C1.1",
    name="全省工会基层组织和会员管理系统",
    owner="基层工作部（牵头）、权益保障部",
    chapter="动员组织",
    functions={
        "C1.1/8": Served(MEMBERS, "全省基层组织和会员实名制数据库"),
        "C1.1/p2": Served(TRANSFERS, "会籍变动和转会，超期提级"),
    },
    resources=(MEMBERS, UNIONS, JOINS, POOL, TRANSFERS),
    menu=(MEMBERS, UNIONS, JOINS, POOL, TRANSFERS),
)
