"""C1.1 全省工会基层组织和会员管理系统."""

from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.systems.mobilization.membership.permissions import DECIDE_JOIN, VIEW_JOINS
from gonghui.systems.mobilization.membership.resources.joining import JOINS, POOL
from gonghui.systems.mobilization.membership.resources.members import MEMBERS
from gonghui.systems.mobilization.membership.resources.merging import DUPLICATES
from gonghui.systems.mobilization.membership.resources.transfers import TRANSFERS
from gonghui.systems.mobilization.membership.resources.unions import UNIONS

JOIN = Page("申请入会", "join", icon="user-plus", help="本人在手机上申请")
JOIN_PROGRESS = Page("入会进度", "join-progress", icon="search", help="凭受理编号查询")
JOIN_PENDING = Page("待审批入会申请", "join-pending", DECIDE_JOIN)
JOIN_CODES = Page("入会二维码", "join-codes", VIEW_JOINS)

SYSTEM = System(
    code="C1.1",
    name="全省工会基层组织和会员管理系统",
    owner="基层工作部（牵头）、权益保障部",
    chapter="动员组织",
    functions={
        "C1.1/3": Served(JOINS, "入会申请的审核与批复"),
        "C1.1/p3": Served(POOL, "周转池：没有固定单位的职工按行业和居住地分派"),
        "C1.1/8": Served(MEMBERS, "全省基层组织和会员实名制数据库"),
        "C1.1/p2": Served(TRANSFERS, "会籍变动和转会，超期提级"),
    },
    resources=(MEMBERS, UNIONS, JOINS, POOL, TRANSFERS, DUPLICATES),
    menu=(MEMBERS, UNIONS, JOINS, JOIN_PENDING, POOL, JOIN_CODES, TRANSFERS, DUPLICATES),
    hall=(JOIN, JOIN_PROGRESS),
)
