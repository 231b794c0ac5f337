"""A01 实名制数据普查和网上入会活动."""

from gonghui.activities.census.actions import kinds  # noqa: F401
from gonghui.activities.census.permissions import VIEW_CENSUS, VIEW_WISHES
from gonghui.activities.census.queries import datasets  # noqa: F401
from gonghui.activities.census.resources.campaign import CAMPAIGNS, QUOTAS
from gonghui.activities.census.resources.wishes import WISHES
from gonghui.kernel.resource.declaration import Interface, Page, Served, System
from gonghui.kernel.resource.services import (
    A_MEMBER,
    VOICE,
    Guide,
    Level,
    Service,
)
from gonghui.kernel.resource.services import MEMBERS as FOR_MEMBERS
from gonghui.systems.mobilization.membership.public import DUPLICATES, JOINS, MEMBERS

BOARDS = Page("普查看板", "census-boards", VIEW_CENSUS)
STATS = Page("心愿统计", "wish-stats", VIEW_WISHES)
HALL = Page("点菜单", "wishes", icon="bulb", help="点您想要的服务，支持别人的心愿")

WISHING = Service(
    "wish",
    "点菜单",
    (VOICE,),
    Guide(
        "说出您想要的服务，支持别人的心愿；支持多的先答复，开出的服务在这里公布。",
        time_limit="工会在规定的工作日内公开答复",
        handled_by="您所在的工会或其上级工会",
        result="采纳的心愿办成服务，不采纳的说明理由",
        counter=("会员号，窗口可代为登记",),
    ),
    who=FOR_MEMBERS,
    conditions=(A_MEMBER,),
    start=HALL,
    level=Level.MEMBER,
    targets=("census.wish",),
    keywords=("心愿", "需求", "建议", "托管班"),
    icon="bulb",
    help="点您想要的服务，支持别人的心愿",
)

SYSTEM = System(
    code="A01",
    name="实名制数据普查和网上入会活动",
    owner="基层工作部",
    chapter="专项活动",
    functions={
        "A01/1": Served(CAMPAIGNS, "工会组织和会员数据信息采集"),
        "A01/2": Served(JOINS, "网上申请入会，进度可查"),
        "A01/3": Served(QUOTAS, "会员实名制管理：实名登记进度和资料完整率"),
        "A01/5": Served(HALL, "职工点菜单"),
        "A01/6": Served(WISHES, "线上线下一体服务：网上提出和线下登记一并办理"),
        "A01/p1": Served(BOARDS, "普查看板：任务、完成率、逾期、趋势、排名"),
        "A01/p2": Served(
            MEMBERS, "会员名册导入：按字典逐格校验，退回问题行，改好再传不重复", False
        ),
        "A01/p3": Served(JOINS, "手机上存草稿接着填，扫单位二维码带出工会"),
        "A01/p4": Served(WISHES, "心愿的支持、答复和开出的服务"),
        "A01/p5": Served(DUPLICATES, "跨单位疑似重复人员"),
    },
    resources=(CAMPAIGNS, QUOTAS, WISHES),
    menu=(BOARDS, CAMPAIGNS, QUOTAS, WISHES, STATS),
    hall=(HALL,),
    services=(WISHING,),
    uses=("C1.1",),
    interfaces=(Interface("api/v1/census/{campaign_id}/{union_id}/trend/", "普查进展趋势"),),
    publishes=("cn.gonghui.census", "cn.gonghui.wish"),
    open_functions={"A01/4": "手机网页已可办理；微信公众号的菜单、自动回复和关注者管理尚未接入"},
)
