"""C1.1 全省工会基层组织和会员管理系统."""

from gonghui.kernel.notify.calendar import register_calendar
from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.kernel.resource.services import (
    A_MEMBER,
    ENTERING,
    NOT_A_MEMBER,
    OF_WORKING_AGE,
    OUTSIDERS,
    PAPERS,
    Condition,
    Guide,
    Level,
    Material,
    Service,
)
from gonghui.kernel.resource.services import MEMBERS as FOR_MEMBERS
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

JOIN_COUNTER = Page("代职工录入入会申请", "resource:join-applications:create", args=("enter",))

TRADE_UNION_LAW = "《中华人民共和国工会法》第三条"
CHARTER = "《中国工会章程》第一条至第三条"
SERVICES = (
    Service(
        "joining",
        "申请入会",
        (ENTERING,),
        Guide(
            "在手机上申请加入单位的工会；没有固定单位的，由县区总工会分派到就近的工会。",
            time_limit="10 个工作日内批复，逾期由上级工会办理",
            handled_by="您单位的工会；没有固定单位的，所在县（市、区）总工会",
            result="批准后即为会员，会员号终身不变，可在手机上出示会员卡",
            steps=("选单位", "填姓名、证件和手机", "核对提交", "工会审批", "开通账号，领会员卡"),
            counter=("本人身份证件原件", "签字的入会申请书（窗口有样表）"),
            basis=(TRADE_UNION_LAW, CHARTER),
            complaint="对不予批准的决定，可以在进度页面向上级工会申诉",
        ),
        who=OUTSIDERS,
        conditions=(
            NOT_A_MEMBER,
            OF_WORKING_AGE,
            Condition("以工资收入为主要生活来源，或与用人单位建立劳动关系", rule=CHARTER),
        ),
        start=JOIN,
        counter=JOIN_COUNTER,
        targets=("membership.joinapplication",),
        raises=Level.MEMBER,
        keywords=("加入工会", "入会", "新会员", "快递", "外卖", "扫码入会"),
        icon="user-plus",
        help="本人在手机上申请，三分钟",
    ),
    Service(
        "join-progress",
        "查入会进度",
        (ENTERING,),
        Guide(
            "凭受理编号、证件号码和手机号码的末四位，查入会申请办到哪一步，补正、撤回或申诉。",
            time_limit="当时显示",
            handled_by="您申请的工会",
            counter=("受理编号",),
        ),
        who=OUTSIDERS,
        start=JOIN_PROGRESS,
        keywords=("进度", "受理编号", "补正"),
        icon="search",
        help="凭受理编号查询",
    ),
    Service(
        "transfer",
        "转会",
        (ENTERING,),
        Guide(
            "换了工作单位，会籍跟着走，会员号不变。",
            time_limit="转出、接收各有期限，逾期提级由上级工会代办",
            handled_by="原工会同意转出，新工会接收",
            result="会籍转到新单位的工会，接收前会籍保留在原工会",
            counter=("本人身份证件原件", "新单位的全称"),
            basis=(CHARTER,),
        ),
        who=FOR_MEMBERS,
        conditions=(A_MEMBER,),
        start=TRANSFER,
        level=Level.MEMBER,
        targets=("membership.transfer",),
        keywords=("换单位", "换工作", "调动", "会籍转移"),
        icon="transfer",
        help="换了单位，会籍跟着走",
    ),
    Service(
        "correction",
        "更正信息",
        (PAPERS,),
        Guide(
            "姓名、证件号码等关键信息有误或有变的，凭证明材料申请更正；手机、学历等自己随时改。",
            time_limit="审批期限见受理后的页面，一般信息当时生效",
            handled_by="您会籍所在的工会",
            counter=("本人身份证件原件", "户口簿或更名证明原件"),
        ),
        who=FOR_MEMBERS,
        conditions=(A_MEMBER,),
        materials=(
            Material("identity-proof", "证明材料", "户口簿、身份证或更名证明的照片或扫描件"),
        ),
        start=CORRECT,
        level=Level.MEMBER,
        targets=("membership.correction",),
        keywords=("改名", "改手机号", "证件号码错了", "信息变更"),
        icon="pencil",
        help="姓名、证件、手机有变",
    ),
    Service(
        "member-card",
        "会员卡",
        (ENTERING, PAPERS),
        Guide(
            "出示会员码，或打印纸质会员卡；别人扫码只看到状态和隐去的姓名。",
            time_limit="当时出示",
            handled_by="平台自动办理",
            counter=("本人身份证件原件，窗口可代为打印",),
        ),
        who=FOR_MEMBERS,
        conditions=(A_MEMBER,),
        start=OWN_MEMBER_CARD,
        level=Level.MEMBER,
        keywords=("会员码", "电子会员卡", "纸质会员卡", "会员号"),
        icon="qrcode",
        help="出示会员码",
    ),
)

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
    services=SERVICES,
    hall=(JOIN, JOIN_PROGRESS, OWN_MEMBERSHIP, OWN_MEMBER_CARD, TRANSFER, CORRECT),
)

register_calendar("terms", "届满", on_calendar)
