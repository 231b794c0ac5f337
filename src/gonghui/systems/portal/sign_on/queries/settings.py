"""What administrators may tune of single sign-on."""

from __future__ import annotations

from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.security.limits import Limit

ISSUER = Setting(
    "sign_on.issuer",
    "统一登录对外地址",
    str,
    "",
    "外部应用登记的签发方地址，如 https://sso.example.org.cn；留空时按访问的网址。",
    maximum=200,
    pattern=r"(https?://[A-Za-z0-9.\-]+(:\d{1,5})?)?",
    dangerous=True,
)
ACCESS_MINUTES = Setting(
    "sign_on.access_minutes",
    "访问令牌有效期",
    int,
    10,
    "外部应用读取用户信息的令牌多久失效；越短越安全。",
    unit="分钟",
    minimum=1,
    maximum=60,
)
REFRESH_HOURS = Setting(
    "sign_on.refresh_hours",
    "单点登录最长时限",
    int,
    168,
    "外部应用一次登录后最长可以续用多久；到期须重新登录。",
    unit="小时",
    minimum=1,
    maximum=2160,
)
CODE_SECONDS = Setting(
    "sign_on.code_seconds",
    "授权码有效期",
    int,
    60,
    "外部应用用授权码换取令牌的时限。",
    unit="秒",
    minimum=10,
    maximum=600,
)
DEVICE_MINUTES = Setting(
    "sign_on.device_minutes",
    "设备码有效期",
    int,
    10,
    "设备上显示的代码多久内须由本人确认。",
    unit="分钟",
    minimum=2,
    maximum=30,
)
TICKET_SECONDS = Setting(
    "sign_on.ticket_seconds",
    "CAS 票据有效期",
    int,
    20,
    "旧系统核验票据的时限。",
    unit="秒",
    minimum=10,
    maximum=60,
)
FORMER_SECRET_HOURS = Setting(
    "sign_on.former_secret_hours",
    "原密钥保留时间",
    int,
    24,
    "更换密钥时选择保留原密钥的，原密钥再可用多久。",
    unit="小时",
    minimum=1,
    maximum=168,
)
KEY_DAYS = Setting(
    "sign_on.key_days",
    "签名密钥更换周期",
    int,
    90,
    "签名密钥使用多少天后自动更换。",
    unit="天",
    minimum=7,
    maximum=400,
)
KEY_OVERLAP_HOURS = Setting(
    "sign_on.key_overlap_hours",
    "停用密钥公布时间",
    int,
    48,
    "更换后原密钥的公钥再公布多久，供核验已签发的令牌。",
    unit="小时",
    minimum=1,
    maximum=720,
)
REVIEW_MONTHS = Setting(
    "sign_on.review_months",
    "外部应用复核周期",
    int,
    12,
    "每隔几个月复核一次外部应用是否仍需接入。",
    unit="个月",
    minimum=1,
    maximum=36,
)
REVIEW_GRACE_DAYS = Setting(
    "sign_on.review_grace_days",
    "逾期未复核暂停天数",
    int,
    60,
    "复核逾期超过多少天，应用自动暂停。",
    unit="天",
    minimum=7,
    maximum=365,
)
SECRET_FAILURES = Setting(
    "sign_on.secret_failures",
    "外部应用认证失败次数上限",
    int,
    20,
    "同一应用从同一地址认证失败多少次后暂停受理。",
    unit="次",
    minimum=3,
    maximum=1000,
)
GUESSES = Setting(
    "sign_on.device_guesses",
    "设备代码输错次数上限",
    int,
    5,
    "同一用户或同一地址输错多少次设备代码后锁定。",
    unit="次",
    minimum=3,
    maximum=20,
)
DEVICE_REQUESTS = Setting(
    "sign_on.device_requests",
    "设备登录申请次数上限",
    int,
    60,
    "同一地址在锁定时间内最多申请多少个设备代码。",
    unit="次",
    minimum=5,
    maximum=10000,
)
LOCK_MINUTES = Setting(
    "sign_on.lock_minutes",
    "单点登录锁定时间",
    int,
    10,
    "超过次数上限后锁定多久。",
    unit="分钟",
    minimum=1,
    maximum=1440,
)

CLIENT_LIMIT = Limit("sign_on.client", "应用认证", SECRET_FAILURES, LOCK_MINUTES)
GUESS_LIMIT = Limit("sign_on.guess", "设备代码核对", GUESSES, LOCK_MINUTES)
DEVICE_LIMIT = Limit("sign_on.device", "设备登录申请", DEVICE_REQUESTS, LOCK_MINUTES)
