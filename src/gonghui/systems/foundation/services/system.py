"""D09 系统服务管理子系统, and the plan tracker of T."""

from gonghui.kernel.resource.declaration import Interface, Page, Served, System
from gonghui.systems.foundation.services.actions import register as actions
from gonghui.systems.foundation.services.permissions import VIEW_PLAN, VIEW_SERVICES
from gonghui.systems.foundation.services.queries import datasets  # noqa: F401
from gonghui.systems.foundation.services.resources.findings import FINDINGS
from gonghui.systems.foundation.services.resources.register import SERVICES

HOME = Page("系统总目录", "services-home", VIEW_SERVICES)
INTERFACES = Page("接口目录", "services-interfaces", VIEW_SERVICES)
SOFTWARE = Page("应用软件关系图", "graph-software", VIEW_SERVICES)
SYSTEMS = Page("系统关联关系图", "graph-systems", VIEW_SERVICES)
DATA = Page("数据关联应用图", "graph-data", VIEW_SERVICES)
CALLS = Page("接口调用逻辑图", "graph-calls", VIEW_SERVICES)
ARCHITECTURE = Page("架构视图", "architecture", VIEW_SERVICES)
PLAN = Page("计划落实", "plan", VIEW_PLAN)
FUNCTIONS = Page("逐项功能", "plan-functions", VIEW_PLAN)
MATRIX = Page("部门分工", "plan-matrix", VIEW_PLAN)
USAGE = Page("使用情况", "plan-usage", VIEW_PLAN)

SYSTEM = System(
    code="D09",
    name="系统服务管理子系统",
    owner="网络工作部",
    chapter="基础软件",
    functions={
        "D09/1": Served(SERVICES, "各地系统、接口、网站的统一登记；平台自己的由清单得出"),
        "D09/2": Served(ARCHITECTURE, "按实际设置画出的分层、进程、数据库、文件和程序库"),
        "D09/3": Served(SOFTWARE, "应用软件关系图：取自源代码的引用"),
        "D09/4": Served(SYSTEMS, "系统关联关系图：清单、登记和实际观察"),
        "D09/5": Served(DATA, "数据关联应用图：取自数据模型"),
        "D09/6": Served(CALLS, "接口调用逻辑图：最近七天的调用"),
        "D09/7": Served(HOME, "一处进入全部系统、接口、关系图和待处理的问题"),
        "D09/p1": Served(FINDINGS, "登记与实际逐项比对，未声明的调用报警"),
        "D09/p2": Served(actions.retire, "停用和退役之前先看影响；合同、定级、接替系统"),
        "D09/p3": Served(SERVICES.creates[0], "各地登记、上级审核、每年确认"),
    },
    resources=(SERVICES, FINDINGS),
    menu=(HOME, SERVICES, INTERFACES, SOFTWARE, SYSTEMS, DATA, CALLS, ARCHITECTURE, FINDINGS),
    interfaces=(
        Interface("api/v1/graphs/{code}/", "关系图数据"),
        Interface("api/v1/plan/", "计划落实情况", public=True),
    ),
    publishes=("cn.gonghui.services",),
    outside=(actions.REGISTERED,),
)

WITH = "随 {} 实现"
TARGETS = System(
    code="T",
    name="梯次目标与跨系统要求",
    owner="省总工会",
    chapter="计划落实",
    functions={
        "T/25": Served(PLAN, "手机可用比例按功能逐项计算，对照 90% 目标"),
        "T/27": Served(MATRIX, "部门牵头、参与分工表"),
        "T/28": Served(USAGE, "按功能、按单位统计使用次数"),
        "T/p1": Served(FUNCTIONS, "每项功能对应页面、牵头部门、状态和手机可用"),
    },
    open_functions={
        "T/1": WITH.format("B1.2 工会数据采集管理"),
        "T/2": WITH.format("B4 工会门户网站群"),
        "T/4": WITH.format("B3.2 工会微信管理子系统"),
        "T/5": WITH.format("B5.0 工会协同办公平台"),
        "T/6": WITH.format("B6 工会视频会议系统"),
        "T/7": WITH.format("B8.1 网络安全管理系统"),
        "T/8": WITH.format("D10 网上工作协同管理中心"),
        "T/9": WITH.format("F04 信息化项目管理子系统"),
        "T/10": WITH.format("B7 工会普惠服务"),
        "T/11": WITH.format("B3.1.1 媒体探查系统"),
        "T/14": WITH.format("B5.0 工会协同办公平台"),
        "T/15": WITH.format("B6 工会视频会议系统"),
        "T/16": WITH.format("B8.1 网络安全管理系统"),
        "T/17": WITH.format("B7 工会普惠服务"),
        "T/18": WITH.format("B1.1.1 元数据管理系统"),
        "T/19": WITH.format("B1.1 数据交换共享平台"),
        "T/20": WITH.format("B1.4 决策分析系统"),
        "T/22": WITH.format("B8.1 网络安全管理系统"),
        "T/26": WITH.format("F04 信息化项目管理子系统"),
        "T/29": WITH.format("B1.3 工会统计分析系统"),
        "T/p2": WITH.format("B1.1.1 元数据管理系统"),
        "T/p3": WITH.format("D07 配置管理子系统和 D08 统一用户管理子系统"),
        "T/p4": WITH.format("B1.3 工会统计分析系统"),
    },
    menu=(PLAN, FUNCTIONS, MATRIX, USAGE),
)
