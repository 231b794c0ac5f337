"""Text messages (短信): queued in the caller's transaction, sent by the provider in use.

A system that knows carriers registers itself as a provider (短信由谁发出); the setting chooses it.
The provider here hands each message to one HTTP gateway by a job: every message carries a key of
its own, so one sent again after a time-out reaches the phone once. Numbers and texts are sealed;
the text is forgotten when it is on its way.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.masking import mask_mobile
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity.accounts import mobile_of
from gonghui.kernel.identity.models import User
from gonghui.kernel.jobs.registry import defer, job
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.models import TextMessage
from gonghui.kernel.notify.templates import Filled
from gonghui.kernel.security import outgoing

MOBILE = "notify_text.mobile"
TEXT = "notify_text.text"
TOO_LATE = timedelta(minutes=30)
"""A text message that could not be sent for so long is given up: a code has long expired."""
SIGN = "【安徽工会】"

ADDRESS = Setting(
    "sms.address",
    "短信网关地址",
    str,
    (settings.SIMULATORS and f"{settings.SIMULATORS}/simulators/sms") or "",
    "短信服务商接口的地址，以 https:// 开头。",
    maximum=200,
)
TOKEN = Setting(
    "sms.token",
    "短信网关令牌",
    str,
    "",
    "短信服务商给的访问令牌，加密保存，不再显示。",
    maximum=200,
    secret=True,
)
SIMULATED = Setting(
    "sms.simulated",
    "短信由模拟网关收取",
    bool,
    bool(settings.SIMULATORS),
    "演示时短信不发往手机，在模拟网关的页面上查看。",
    dangerous=True,
)
PARTY = outgoing.Party(
    "sms", "短信服务商", ADDRESS, simulated=SIMULATED, help="发送短信验证码和通知"
)


@dataclass(frozen=True)
class Provider:
    """Who has text messages sent.

    queue: takes mobile, text and what it is for, in the caller's transaction. ready: whether it
    can send at all.
    """

    code: str
    title: str
    queue: Callable[[str, str, str], None]
    ready: Callable[[], bool]


GATEWAY = "gateway"
_titles: dict[str, str] = {GATEWAY: "短信网关（HTTP 接口）"}
_providers: dict[str, Provider] = {}
PROVIDER = Setting(
    "sms.provider",
    "短信由谁发出",
    str,
    GATEWAY,
    "验证码和通知短信交给哪一处发送；选短信系统时按它的通道、预算和静默时段发出。",
    choices=_titles,
)


def register(provider: Provider) -> None:
    """Add a provider the setting may choose; raises ValueError for a code in use."""
    if provider.code in _titles:
        raise ValueError(f"provider of text messages {provider.code!r} is registered twice")
    _titles[provider.code] = provider.title
    _providers[provider.code] = provider


def ready() -> bool:
    """Whether the provider in use can send."""
    provider = _providers.get(PROVIDER.value())
    return provider.ready() if provider else bool(ADDRESS.value())


class CarrierTrouble(Exception):
    """The carrier did not take a message. final: sending it again would not help."""

    def __init__(self, what: str, *, final: bool = False) -> None:
        super().__init__(what)
        self.final = final


class SmsCarrier(Protocol):
    """A way to have a text message sent."""

    def send(self, mobile: str, text: str, key: str) -> str:
        """Hand a message over and return the carrier's number for it; CarrierTrouble else.

        The same key again must not send a second message.
        """
        ...


class HttpCarrier:
    """POST <address>/messages with {"mobile", "text"}, `Idempotency-Key` and a bearer token.

    2xx answers {"id": ...}; 4xx is final, 429 and 5xx are not.
    """

    def send(self, mobile: str, text: str, key: str) -> str:
        headers = {"Idempotency-Key": key}
        if token := TOKEN.value():
            headers["Authorization"] = f"Bearer {token}"
        try:
            answer = outgoing.request(
                "POST",
                PARTY.url("messages"),
                party=PARTY,
                timeout=8,
                json={"mobile": mobile, "text": text},
                headers=headers,
            )
        except Refusal as refusal:
            raise CarrierTrouble(refusal.message) from refusal
        if answer.is_success:
            try:
                return str(answer.json()["id"])[:64]
            except (ValueError, KeyError, TypeError) as error:
                raise CarrierTrouble("短信服务商的应答无法识别") from error
        final = 400 <= answer.status_code < 500 and answer.status_code != 429
        raise CarrierTrouble(f"短信服务商应答 {answer.status_code}", final=final)


CARRIER: SmsCarrier = HttpCarrier()


def queue(mobile: str, text: str, purpose: str) -> None:
    """Have a text message sent by the provider in use, in the caller's transaction."""
    provider = _providers.get(PROVIDER.value())
    if provider is not None:
        provider.queue(mobile, text, purpose)
        return
    with transaction.atomic():
        made = TextMessage.objects.create(
            key=uuid.uuid4().hex,
            purpose=purpose,
            mobile_sealed=keyring().seal(mobile, context=MOBILE),
            mobile_mask=mask_mobile(mobile),
            text_sealed=keyring().seal(text, context=TEXT),
        )
        defer(send, pk=made.pk)


@job("notify.sms", "发送短信", retry=4)
def send(pk: int) -> None:
    """Hand one message to the carrier; raises while trying again may help."""
    message = TextMessage.objects.filter(pk=pk, state=TextMessage.State.QUEUED).first()
    if message is None or message.text_sealed is None or message.mobile_sealed is None:
        return
    if timezone.now() - message.created_at > TOO_LATE:
        _settle(message, TextMessage.State.FAILED, fault="超过 30 分钟没有发出")
        return
    mobile = keyring().open(bytes(message.mobile_sealed), context=MOBILE)
    text = keyring().open(bytes(message.text_sealed), context=TEXT)
    try:
        carrier_id = CARRIER.send(mobile, text, message.key)
    except CarrierTrouble as trouble:
        if trouble.final:
            _settle(message, TextMessage.State.FAILED, fault=str(trouble))
            return
        TextMessage.objects.filter(pk=pk).update(tries=message.tries + 1, fault=str(trouble)[:200])
        raise
    _settle(message, TextMessage.State.SENT, carrier_id=carrier_id)


def _settle(
    message: TextMessage, state: TextMessage.State, *, carrier_id: str = "", fault: str = ""
) -> None:
    message.state = state
    message.tries += 1
    message.carrier_id = carrier_id
    message.fault = fault[:200]
    message.text_sealed = None
    message.settled_at = timezone.now()
    message.save(
        update_fields=["state", "tries", "carrier_id", "fault", "text_sealed", "settled_at"]
    )


class Sms:
    """The SMS channel of messages: for users with a proved number; named by the sender."""

    code = "sms"
    title = "短信"

    def deliver(
        self, message: Filled, recipients: Sequence[Recipient], *, key: str, org_path: str
    ) -> None:
        """Queue the title and body to every recipient whose number is known."""
        ids = [to.user_id for to in recipients if to.user_id is not None]
        people = [to.person_id for to in recipients if to.person_id is not None]
        users = User.objects.filter(is_active=True, mobile_verified_at__isnull=False)
        found = [*users.filter(pk__in=ids), *users.filter(person_id__in=people)]
        for user in {user.pk: user for user in found}.values():
            queue(mobile_of(user), f"{SIGN}{message.title}。{message.body}", message.template.code)


SMS = Sms()
