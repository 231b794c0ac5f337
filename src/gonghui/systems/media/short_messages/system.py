"""B3.1.3 12351短信系统."""

from gonghui.kernel.resource.declaration import Page, Served, System
from gonghui.systems.media.short_messages.actions import (
    batches,
    kinds,  # noqa: F401
    messages,
)
from gonghui.systems.media.short_messages.permissions import VIEW, VIEW_AUDIENCES
from gonghui.systems.media.short_messages.resources.incoming import REPLIES
from gonghui.systems.media.short_messages.resources.money import BILLS, BUDGETS
from gonghui.systems.media.short_messages.resources.people import AUDIENCES, BLACKLIST, CONSENTS
from gonghui.systems.media.short_messages.resources.routes import ROUTES
from gonghui.systems.media.short_messages.resources.sending import BATCHES, MESSAGES
from gonghui.systems.media.short_messages.resources.wording import (
    KEYWORDS,
    SIGNATURES,
    TEMPLATES,
)

DESK = Page("短信工作台", "short-desk", VIEW, icon="message")
STATISTICS = Page("短信统计", "short-statistics", VIEW)
HEADCOUNT = Page("查人数", "short-audience", VIEW_AUDIENCES)
CARRIER = "真实通道待运营商提供接入号、账号和口令，现在由模拟的短信中心应答"

SYSTEM = System(
    code="B3.1.3",
    name="12351短信系统",
    owner="办公室",
    chapter="八项建设",
    functions={
        "B3.1.3/1": Served(
            MESSAGES,
            "对内对外快速发送：SMPP 3.4、CMPP 2.0/3.0，一条通道每秒约一百条",
            partial=CARRIER,
        ),
        "B3.1.3/2": Served(
            batches.write,
            "短信、彩信、WAP 推送、J2ME 和 BREW 五种形式，各有大小限制",
            partial="彩信等早期形式经模拟的网关发出，真实网关待运营商开通",
        ),
        "B3.1.3/3": Served(BLACKLIST, "黑名单：除验证码和紧急通知外不再发送"),
        "B3.1.3/4": Served(KEYWORDS, "关键词：禁止发送、须人工审核，识别变体"),
        "B3.1.3/5": Served(BILLS, "按接受的条数和通道单价计费，每条只计一次"),
        "B3.1.3/6": Served(batches.write, "定时发送，到点自动发出"),
        "B3.1.3/7": Served(batches.write, "八类短信六级优先，紧急通知最先"),
        "B3.1.3/8": Served(BATCHES, "群发：名单、审核、进度、撤回"),
        "B3.1.3/9": Served(messages.resend, "未送达自动换通道，未确认由人决定重发"),
        "B3.1.3/10": Served(ROUTES, "按运营商号段、次序、价格和状况选通道，故障自动切换"),
        "B3.1.3/11": Served(REPLIES, "来信转办、退订、危急情形立即到人"),
        "B3.1.3/p1": Served(TEMPLATES, "模板变量、审核、试发，发送前实时计算条数"),
        "B3.1.3/p2": Served(MESSAGES, "状态报告、换通道重试、去重窗口、22 时至 8 时静默"),
        "B3.1.3/p3": Served(AUDIENCES, "TD、T、退订自动登记，同意台账，名单筛选先看人数"),
        "B3.1.3/p4": Served(BUDGETS, "部门按月封顶，每月账单与运营商对账"),
    },
    resources=(
        BATCHES,
        MESSAGES,
        REPLIES,
        TEMPLATES,
        SIGNATURES,
        AUDIENCES,
        CONSENTS,
        BLACKLIST,
        KEYWORDS,
        ROUTES,
        BUDGETS,
        BILLS,
    ),
    menu=(
        DESK,
        BATCHES,
        MESSAGES,
        REPLIES,
        HEADCOUNT,
        AUDIENCES,
        TEMPLATES,
        SIGNATURES,
        CONSENTS,
        BLACKLIST,
        KEYWORDS,
        ROUTES,
        BUDGETS,
        BILLS,
        STATISTICS,
    ),
    publishes=("cn.gonghui.short-message",),
    outside=("smsc", "ismg", "mmsc"),
)
