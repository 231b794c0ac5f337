"""The limits on guessing at sign-in, shared by all processes through the database."""

from __future__ import annotations

from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity.models import User
from gonghui.kernel.security.limits import Limit, release


def _limit(code: str, title: str, failures: int, minutes: int, most: int = 100) -> Limit:
    key = code.replace("-", "_")
    return Limit(
        code,
        title,
        Setting(
            f"identity.limit_{key}_failures",
            f"{title}：允许的失败次数",
            int,
            failures,
            "在规定时间内失败这么多次后锁定。",
            unit="次",
            minimum=1,
            maximum=most,
        ),
        Setting(
            f"identity.limit_{key}_minutes",
            f"{title}：计数和锁定时长",
            int,
            minutes,
            "失败次数在这段时间内累计，达到上限后锁定同样长的时间。",
            unit="分钟",
            minimum=1,
            maximum=1440,
        ),
    )


PASSWORD = _limit("password", "密码登录", 5, 15)
ADDRESS = _limit("sign-in-ip", "本网络地址登录", 60, 15, 1000)
SMS_TRY = _limit("sms-try", "短信验证码验证", 5, 15)
SMS_SEND = _limit("sms-send", "本号码短信发送", 5, 60)
SMS_SEND_ADDRESS = _limit("sms-send-ip", "本网络地址短信发送", 30, 60, 1000)
TOTP = _limit("totp", "动态口令验证", 5, 15)
RECOVERY = _limit("recovery", "恢复码验证", 5, 30)
PASSKEY = _limit("passkey", "通行密钥验证", 10, 15)
QR = _limit("qr", "扫码登录", 10, 15)
STEP_UP = _limit("step-up", "再次验证身份", 5, 15)
BINDING = _limit("binding", "本人身份核对", 5, 60)
BINDING_ADDRESS = _limit("binding-ip", "本网络地址身份核对", 30, 60, 1000)
WECHAT = _limit("wechat", "微信登录", 20, 15)


def release_all(user: User) -> None:
    """Forget what failed on an account: by the administrator, or after a proof by another way."""
    release(PASSWORD, user.username)
    for limit in (TOTP, RECOVERY, PASSKEY, STEP_UP):
        release(limit, str(user.pk))
    if user.mobile_index:
        release(SMS_TRY, bytes(user.mobile_index).hex())
