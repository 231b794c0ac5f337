"""Timestamps (时间戳) of an outside service by RFC 3161: the seam; without an address, none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from asn1crypto import tsp
from django.db import connections
from pyhanko.sign.timestamps import TimeStamper

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.security import outgoing

ADDRESS = Setting(
    "documents.timestamp_url",
    "时间戳服务地址",
    str,
    "",
    "可信时间戳服务的地址（RFC 3161）。留空则签章只带平台自己的时间。",
    maximum=300,
    dangerous=True,
)
SERVICE = outgoing.Party("timestamp", "时间戳服务", ADDRESS, help="签章时证明签章时间")
SECONDS = 10


class OutsideTimeStamper(TimeStamper):
    """Asks the service through the guard of outgoing calls."""

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        # The guard works with the database, which Django refuses beside a running event loop.
        return await asyncio.to_thread(_ask, req)


def _ask(req: tsp.TimeStampReq) -> tsp.TimeStampResp:
    try:
        answer = outgoing.request(
            "POST",
            SERVICE.url(),
            party=SERVICE,
            timeout=SECONDS,
            content=req.dump(),
            headers={"Content-Type": "application/timestamp-query"},
        )
    finally:
        connections.close_all()
    if answer.status_code != 200:
        raise OSError(f"the timestamp service answered {answer.status_code}")
    return tsp.TimeStampResp.load(answer.content)


Maker = Callable[[], TimeStamper | None]


def _configured() -> TimeStamper | None:
    return OutsideTimeStamper() if ADDRESS.value().strip() else None


_maker: Maker = _configured


def use_maker(maker: Maker | None) -> None:
    """Take timestamps from elsewhere in this process; None for the configured service."""
    global _maker  # noqa: PLW0603
    _maker = maker or _configured


def timestamper() -> TimeStamper | None:
    """Where the next signature's timestamp comes from; None for no timestamp."""
    return _maker()


def unavailable() -> Refusal:
    """What a caller is told when the service is named but does not serve."""
    return Refusal(
        "时间戳服务没有正常应答，暂时不能签章。",
        remedy="请稍后重试；长时间不恢复时由系统管理员检查时间戳服务地址。",
        code="timestamp",
    )
