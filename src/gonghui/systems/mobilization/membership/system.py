"""C1.1 全省工会基层组织和会员管理系统."""

from gonghui.kernel.notify.calendar import register_calendar
from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.systems.mobilization.membership.actions import kinds  # noqa: F401
from gonghui.systems.mobilization.membership.permissions import (
    APPLY_TRANSFER,
    CHANGE_FACTS,
    DECIDE_JOIN,
    OWN_CARD,
    VIEW_JOINS,
    VIEW_ORGANISERS,
    VIEW_TERMS,
    VIEW_UNIONS,
)
from gonghui.systems.mobilization.membership.queries import datasets  # noqa: F401
from gonghui.systems.mobilization.membership.queries.terms import on_calendar
from gonghui.systems.mobilization.membership.resources.changes import CHANGES
from gonghui.systems.mobilization.membership.resources.corrections import CORRECTIONS
from gonghui.systems.mobilization.membership.resources.joining import JOINS, POOL
from gonghui.systems.mobilization.membership.resources.members import MEMBERS
from gonghui.systems.mobilization.membership.resources.merging import DUPLICATES
from gonghui.systems.mobilization.membership.resources.organisers import ORGANISERS
from gonghui.systems.mobilization.membership.resources.terms import TERMS
from gonghui.systems.mobilization.membership.resources.transfers import TRANSFERS
from gonghui.systems.mobilization.membership.resources.unions import OFFICERS, UNIONS

JOIN = Page("申请入会", "join", icon="user-plus", help="本人在手机上申请")
JOIN_PROGRESS = Page("入会进度", "join-progress", icon="search", help="凭受理编号查询")
JOIN_PENDING = Page("待审批入会申请", "join-pending", DECIDE_JOIN)
JOIN_CODES = Page("入会二维码", "join-codes", VIEW_JOINS)
UNION_TREE = Page("组织树", "union-tree", VIEW_UNIONS)
UNION_REPORT = Page("组织与会员统计", "union-report", VIEW_UNIONS)
TERM_CALENDAR = Page("换届日历", "term-calendar", VIEW_TERMS)
ORGANISER_FIGURES = Page("工作者统计", "organiser-statistics", VIEW_ORGANISERS)
OWN_MEMBERSHIP = Page(
    "我的会籍", "hall-membership", OWN_CARD, icon="id-badge-2", help="状态、会员号和经历"
)
OWN_MEMBER_CARD = Page("会员卡", "hall-card", OWN_CARD, icon="qrcode", help="出示会员码")
TRANSFER = Page(
    "转会", "hall-transfer", APPLY_TRANSFER, icon="transfer", help="换了单位，会籍跟着走"
)
CORRECT = Page("更新信息", "hall-facts", CHANGE_FACTS, icon="edit", help="手机号码、学历等")

SYSTEM = System(
    code="C1.1",
    name="全省工会基层组织和会员管理系统",
    owner="基层工作部（牵头）、权益保障部",
    chapter="动员组织",
    functions={
        "C1.1/2": Served(CHANGES, "基层工会基本信息更新：一般信息即时更新，关键信息经上级审批"),
        "C1.1/3": Served(JOINS, "入会申请的审核与批复"),
        "C1.1/6": Served(
            CHANGES,
            "工会统一社会信用代码的登记、校验和变更；法人登记赋码、注销即写回，不一致即提醒",
        ),
        "C1.1/7": Served(UNIONS, "全省工会法人信息"),
        "C1.1/8": Served(MEMBERS, "全省基层组织和会员实名制数据库"),
        "C1.1/9": Served(ORGANISERS, "社会化工会工作者实名制管理"),
        "C1.1/p1": Served(UNION_TREE, "按生效日期的组织树，可查任一天"),
        "C1.1/p2": Served(TRANSFERS, "会籍变动和转会，超期提级"),
        "C1.1/p3": Served(POOL, "周转池：没有固定单位的职工按行业和居住地分派"),
        "C1.1/p4": Served(OWN_MEMBER_CARD, "电子会员卡和核验；导入、重复人员合并见各自列表"),
        "C1.1/p5": Served(TERM_CALENDAR, "换届日历和届满提醒"),
    },
    resources=(
        MEMBERS,
        UNIONS,
        JOINS,
        POOL,
        TRANSFERS,
        DUPLICATES,
        CORRECTIONS,
        OFFICERS,
        CHANGES,
        TERMS,
        ORGANISERS,
    ),
    menu=(
        MEMBERS,
        UNIONS,
        JOINS,
        JOIN_PENDING,
        POOL,
        JOIN_CODES,
        TRANSFERS,
        DUPLICATES,
        CORRECTIONS,
        UNION_TREE,
        UNION_REPORT,
        CHANGES,
        TERM_CALENDAR,
        TERMS,
        ORGANISERS,
        ORGANISER_FIGURES,
    ),
    publishes=("cn.gonghui.membership", "cn.gonghui.union"),
    hall=(JOIN, JOIN_PROGRESS, OWN_MEMBERSHIP, OWN_MEMBER_CARD, TRANSFER, CORRECT),
)

register_calendar("terms", "届满", on_calendar)
