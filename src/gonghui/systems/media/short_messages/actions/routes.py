"""Routes: set up, tuned, taken out of use by an administrator of the platform."""

from __future__ import annotations

import re
from decimal import Decimal

from django.db import IntegrityError, transaction

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.org.models import Union
from gonghui.systems.media.short_messages.models import Route
from gonghui.systems.media.short_messages.models.routes import Health, Protocol
from gonghui.systems.media.short_messages.permissions import EDIT_ROUTES

ACCOUNT_MOST: dict[str, int] = {Protocol.CMPP2: 6, Protocol.CMPP3: 6, Protocol.SMPP: 15}
ADDRESS = re.compile(r"[A-Za-z0-9.\-]+:\d{1,5}|\[[0-9A-Fa-f:]+\]:\d{1,5}")


@action("short-routes.open", "设置短信通道", EDIT_ROUTES, creates=True)
def open_route(
    union: Union,
    *,
    by: Actor,
    code: str,
    name: str,
    protocol: str,
    number: str,
    carriers: list[str],
    payloads: list[str],
    price: Decimal,
    rank: int = 5,
    address: str = "",
    encrypted: bool = False,
    account: str = "",
    secret: str = "",
    service: str = "",
    window: int = 32,
    rate: int = 200,
) -> Route:
    """A connection to a carrier. price: yuan a part."""
    if not re.fullmatch(r"[a-z0-9-]{2,20}", code):
        raise Refusal("代号用小写字母、数字和短横，2 至 20 个。", field="code", code="code")
    made = Route(
        code=code,
        name=name.strip(),
        protocol=protocol,
        number=_number(number),
        carriers=carriers,
        payloads=payloads,
        price=_price(price),
        rank=rank,
        address=_address(address, protocol),
        encrypted=encrypted,
        account=_ascii(account, ACCOUNT_MOST.get(protocol, 21), "account", "账号"),
        service=_ascii(service, 10, "service", "业务代码"),
        window=_between(window, 1, 1000, "window", "窗口"),
        rate=_between(rate, 1, 5000, "rate", "每秒上限"),
    )
    if secret:
        made.secret = secret
    made.place_at(union)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Conflict(f"代号“{code}”已经使用。", field="code", code="twice") from error
    return made


@action("short-routes.tune", "调整短信通道", EDIT_ROUTES)
def tune(
    route: Route,
    *,
    by: Actor,
    price: Decimal,
    rank: int,
    rate: int,
    window: int,
    carriers: list[str],
    address: str = "",
    secret: str = "",
    reason: str,
) -> Route:
    """Change order, price, pace or address; open links take it up within a minute."""
    route.price, route.rank = _price(price), rank
    route.rate = _between(rate, 1, 5000, "rate", "每秒上限")
    route.window = _between(window, 1, 1000, "window", "窗口")
    route.carriers = carriers
    route.address = _address(address, route.protocol)
    if secret:
        route.secret = secret
    route.version += 1
    route.save()
    return route


@action("short-routes.close", "停用短信通道", EDIT_ROUTES)
def close(route: Route, *, by: Actor, reason: str) -> Route:
    """Nothing leaves by it any more; others carry on."""
    if not route.enabled:
        raise Conflict("通道已经停用。", code="closed")
    route.enabled = False
    route.version += 1
    route.save()
    return route


@action("short-routes.use", "启用短信通道", EDIT_ROUTES)
def use(route: Route, *, by: Actor) -> Route:
    """Use it, or try a resting one at once."""
    if route.enabled and route.closed_until is None:
        raise Conflict("通道正在使用。", code="in_use")
    route.enabled = True
    route.failures, route.closed_until, route.health = 0, None, Health.DOWN
    route.version += 1
    route.save()
    return route


def _price(yuan: Decimal) -> int:
    found = int(Decimal(yuan) * 1000)
    if not 0 <= found <= 100_000:
        raise Refusal("单价应在 0 到 100 元之间。", field="price", code="price")
    return found


def _number(text: str) -> str:
    if not re.fullmatch(r"\d{3,20}", text.strip()):
        raise Refusal("接入号是 3 至 20 位数字。", field="number", code="number")
    return text.strip()


def _ascii(text: str, most: int, field: str, title: str) -> str:
    """What stands in a field of the protocol: letters, digits and signs of ASCII."""
    text = text.strip()
    if not re.fullmatch(rf"[!-~]{{0,{most}}}", text):
        raise Refusal(
            f"{title}由字母、数字和半角符号组成，这种协议最多 {most} 个。", field=field, code=field
        )
    return text


def _address(text: str, protocol: str) -> str:
    text = text.strip()
    wanted = r"https?://\S+" if protocol == Protocol.GATEWAY else ADDRESS
    if text and not re.fullmatch(wanted, text):
        raise Refusal(
            "地址写法不正确。",
            remedy="短信通道写“主机名:端口”，多媒体网关写网址。",
            field="address",
            code="address",
        )
    return text


def _between(value: int, low: int, high: int, field: str, title: str) -> int:
    if not low <= value <= high:
        raise Refusal(f"{title}应在 {low} 到 {high} 之间。", field=field, code=field)
    return value
