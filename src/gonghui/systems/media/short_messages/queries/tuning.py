"""What can be tuned: dated parameters of the province and settings of the platform."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from gonghui.kernel.codes.parameters import Parameter
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.security.outgoing import Party
from gonghui.systems.media.short_messages.rules.quiet import Quiet

QUIET_FROM = Parameter("sms.quiet_from", "短信静默时段开始", "时", int)
QUIET_TO = Parameter("sms.quiet_to", "短信静默时段结束", "时", int)

DEDUP_MINUTES = Setting(
    "short_messages.dedup_minutes",
    "短信去重窗口",
    int,
    10,
    "同一号码、同一内容在这段时间里只发一次。",
    unit="分钟",
    minimum=0,
    maximum=1440,
)
VALID_HOURS = Setting(
    "short_messages.valid_hours",
    "短信有效期",
    int,
    24,
    "超过这段时间没有发出的不再发；运营商也只在这段时间里投递。验证码固定为 30 分钟。",
    unit="小时",
    minimum=1,
    maximum=72,
)
QUERY_MINUTES = Setting(
    "short_messages.query_minutes",
    "没有回执时的查询间隔",
    int,
    30,
    "已提交的短信过这段时间没有回执，就向运营商查询一次。",
    unit="分钟",
    minimum=1,
    maximum=1440,
)
KEPT_DAYS = Setting(
    "short_messages.kept_days",
    "短信内容保留天数",
    int,
    180,
    "办结后过这些天忘记短信内容，只留记录；验证码办结即忘。",
    unit="天",
    minimum=1,
    maximum=1095,
)
MOST_PEOPLE = Setting(
    "short_messages.most_people",
    "一次群发最多人数",
    int,
    200_000,
    "超过的请分批发送。",
    unit="人",
    minimum=100,
    maximum=2_000_000,
)
_HOST = getattr(settings, "SIMULATED_CARRIERS", {})
SMPP_ADDRESS = Setting(
    "short_messages.smpp_address",
    "短信中心地址（SMPP）",
    str,
    _HOST.get("smpp", ""),
    "主机名和端口，如 smsc.example.cn:2775；通道自己没有写地址时用它。",
    maximum=200,
)
CMPP_ADDRESS = Setting(
    "short_messages.cmpp_address",
    "互联网短信网关地址（CMPP）",
    str,
    _HOST.get("cmpp", ""),
    "主机名和端口，如 ismg.example.cn:7890；通道自己没有写地址时用它。",
    maximum=200,
)
MEDIA_ADDRESS = Setting(
    "short_messages.media_address",
    "多媒体消息网关地址",
    str,
    (settings.SIMULATORS and f"{settings.SIMULATORS}/simulators/media") or "",
    "彩信、WAP 推送等经此发出，以 https:// 开头。",
    maximum=200,
)
SIMULATED = Setting(
    "short_messages.simulated",
    "短信通道由模拟的运营商应答",
    bool,
    bool(settings.SIMULATORS),
    "演示时短信不发往手机，在模拟短信中心的页面上查看。",
    dangerous=True,
)
SMSC = Party(
    "smsc", "短信中心（SMPP）", SMPP_ADDRESS, simulated=SIMULATED, help="提交短信、收回执和来信"
)
ISMG = Party(
    "ismg", "短信网关（CMPP）", CMPP_ADDRESS, simulated=SIMULATED, help="提交短信、收回执和来信"
)
MMSC = Party(
    "mmsc",
    "多媒体消息网关",
    MEDIA_ADDRESS,
    simulated=SIMULATED,
    help="提交彩信、WAP 推送和应用下载",
)
PARTIES = {"smpp": SMSC, "cmpp2": ISMG, "cmpp3": ISMG, "gateway": MMSC}
CODE_VALID = timedelta(minutes=30)
FIRST_ALARM = timedelta(minutes=10)
"""A person answers an alarming text within this time; the to-do shows it."""


def quiet_on(at: datetime) -> Quiet:
    """The quiet hours in force on a moment's local day."""
    day = timezone.localtime(at).date()
    return Quiet(QUIET_FROM.on(day), QUIET_TO.on(day))


def is_quiet(at: datetime) -> bool:
    """Whether nothing but urgent messages may leave now."""
    return quiet_on(at).holds(timezone.localtime(at))


def open_after(wanted: datetime, *, exempt: bool) -> datetime:
    """When a message wanted at a moment may leave."""
    if exempt:
        return wanted
    return quiet_on(wanted).next_open(timezone.localtime(wanted))


def valid_for(category: str) -> timedelta:
    """How long after its time a message is still worth sending."""
    return CODE_VALID if category == "code" else timedelta(hours=VALID_HOURS.value())
