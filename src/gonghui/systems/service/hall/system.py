"""B2 职工服务平台（网上“职工之家”）, and the targets of T it meets."""

from gonghui.kernel.resource.declaration import Interface, Page, Served, System
from gonghui.systems.service.hall.permissions import COUNTER, OWN, VIEW_SERVICES
from gonghui.systems.service.hall.resources.bookings import BOOKINGS
from gonghui.systems.service.hall.resources.bookings import SERVICE as APPOINTMENT
from gonghui.systems.service.hall.resources.handed import HANDED, RATINGS
from gonghui.systems.service.hall.resources.pieces import PIECES

HOME = Page("职工服务大厅", "hall")
SERVICES = Page("办事", "hall-services")
MESSAGES = Page("消息", "hall-messages")
MATTERS = Page("我的办事", "hall-matters", OWN, "list-check", "全部事项和进度")
MATERIALS = Page("我的材料", "hall-materials", OWN, "folder", "已存的材料和使用记录")
PROXIES = Page("代办授权", "hall-proxies", OWN, "users", "请人代办，或为家人代办")
EASE = Page("大字版和无障碍", "hall-ease")
PLACES = Page("各地服务大厅", "hall-places")
AT_COUNTER = Page("窗口受理", "counter", COUNTER)
CATALOGUE = Page("服务事项清单", "hall-catalogue", VIEW_SERVICES)

SYSTEM = System(
    code="B2",
    name="职工服务平台（网上“职工之家”）",
    owner="网络工作部",
    chapter="八项建设",
    functions={
        "B2/1": Served(HOME, "网上办理工会业务：各系统的服务在一个大厅申请、跟踪、评价"),
        "B2/2": Served(MESSAGES, "与职工互动：消息、补充材料、评价、申诉，各件事一条时间线"),
        "B2/3": Served(
            PLACES,
            "网上“职工之家”：省、市、县各有大厅，内容逐级继承，服务按十类应用和人生事件编排",
        ),
        "B2/p1": Served(SERVICES, "一个账号、实名等级，按人生事件编排的服务目录"),
        "B2/p2": Served(MATTERS, "我的办事：各系统一条时间线，补充、撤回、申诉、评价"),
        "B2/p3": Served(SERVICES, "办事指南：条件、材料、时限、收费、办理层级、投诉渠道"),
        "B2/p4": Served(EASE, "大字版和无障碍；经本人同意的代办"),
        "B2/p5": Served(MATERIALS, "材料一次上传，经同意再用，每次使用留有记录"),
    },
    resources=(HANDED, BOOKINGS, RATINGS, PIECES),
    menu=(AT_COUNTER, BOOKINGS, HANDED, CATALOGUE, RATINGS, PIECES),
    services=(APPOINTMENT,),
    hall=(MATTERS, MATERIALS, PROXIES),
    interfaces=(
        Interface(
            "manifest.webmanifest",
            "安装到手机桌面的清单",
            "W3C Web Application Manifest",
            public=True,
        ),
    ),
    publishes=("cn.gonghui.hall",),
)

TARGETS = System(
    code="T",
    name="梯次目标与跨系统要求",
    part="职工服务平台",
    owner="省总工会",
    chapter="计划落实",
    functions={
        "T/3": Served(PLACES, "市级职工服务网：各市大厅同一规范，自己的横幅、通知、次序和联系方式"),
        "T/12": Served(HOME, "省级职工服务网"),
        "T/13": Served(HOME, "移动工会平台：以会员服务为核心，集服务、咨询、互动于手机"),
        "T/21": Served(HANDED, "职工服务网升级：移动办理，大厅受理与各系统办公数据同一份"),
        "T/23": Served(
            AT_COUNTER, "线上线下一体化：窗口、上门与网上同一服务、同一编号、同一时间线，网上预约"
        ),
        "T/24": Served(CATALOGUE, "办公、服务同一平台：每项服务的网上入口、窗口入口和受理量"),
        "T/p5": Served(HOME, "职工一个首页、干部一个首页，手机上到达每项功能"),
    },
)
