"""What a user is told about the safety of their own account, from security events."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.subscribers import subscriber
from gonghui.kernel.notify.channels import IN_APP, Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.sms import SMS
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.security.events import Kind
from gonghui.kernel.security.models import SecurityEvent

SAFETY = Category("safety", "账号安全", may_mute=False)
NEW_DEVICE = Template(
    "safety.new_device",
    "账号在新设备上登录",
    "{when}，您的账号在{place}的{device}上登录。如非本人操作，请立即结束该会话并修改密码。",
    SAFETY,
    "/account/sessions/",
)
CHANGED = Template(
    "safety.changed",
    "登录凭证有变动：{what}",
    "{when}，您的账号办理了“{what}”。如非本人操作，请立即修改密码并联系所在工会。",
    SAFETY,
    "/account/",
)


@subscriber(f"cn.gonghui.security.{Kind.NEW_DEVICE}", name="notify.new_device")
def tell_new_device(event: Outbox) -> None:
    found = SecurityEvent.objects.filter(pk=event.subject).first()
    if found is None or found.user_id is None:
        return
    send(
        [Recipient(user_id=found.user_id)],
        NEW_DEVICE,
        {
            "when": when(found),
            "place": found.facts.get("place", "未知网络"),
            "device": found.subject,
        },
        channels=[IN_APP],
        key=f"safety:{found.pk}",
    )


@subscriber(f"cn.gonghui.security.{Kind.CREDENTIAL_CHANGED}", name="notify.credentials")
def tell_changed(event: Outbox) -> None:
    found = SecurityEvent.objects.filter(pk=event.subject).first()
    if found is None or found.user_id is None:
        return
    context = {"when": when(found), "what": found.subject}
    to = [Recipient(user_id=found.user_id)]
    send(to, CHANGED, context, channels=[IN_APP, SMS], key=f"safety:{found.pk}")


def when(event: SecurityEvent) -> str:
    at = timezone.localtime(event.at)
    return f"{at.month}月{at.day}日 {at:%H:%M}"
