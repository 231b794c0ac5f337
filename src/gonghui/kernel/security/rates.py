"""How often somebody may ask (访问频率), counted by each process and exchanged between all.

A request costs no query. Once every RATE_EXCHANGE_SECONDS (Django setting, 1 by default; None:
never) the first request to come hands over what this process counted and learns the sums, in one
statement. Between two exchanges the processes do not know of each other, so a limit can be passed
by what the other processes take in that second, and by no more. While the database does not
answer, each process holds to the limit by itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.security.events import Happening, Kind, remember
from gonghui.kernel.security.models import SecurityEvent, Severity

RULE = "GB/T 22239-2019 8.1.3.3 入侵防范"
MINUTE = 60
MOST_KEYS = 200_000
SLOWED_MINUTES = 10
SLOWED_SHARE = 10
"""Who scans may ask for a tenth of what others may."""


class TooOften(Refusal):
    """More requests in this minute than are taken; retry_after: seconds until the next one."""

    status = 429
    retry_after = MINUTE


@dataclass(frozen=True)
class Rate:
    """So many requests a minute for one person or one address; 0 takes any number."""

    code: str
    title: str
    limit: Setting


def _rate(code: str, title: str, default: int, what: str) -> Rate:
    setting = Setting(
        f"security.rate_{code}",
        f"每分钟次数：{title}",
        int,
        default,
        f"{what}超过后请稍候再试，0 表示不限。",
        unit="次",
        minimum=0,
        maximum=100_000,
    )
    return Rate(code, title, setting)


ADDRESS = _rate(
    "address", "同一地址", 3000, "一个网络地址每分钟可以访问的次数；整个单位可能共用一个出口地址。"
)
UNSAFE_ADDRESS = _rate(
    "unsafe_address", "同一地址提交", 600, "一个网络地址每分钟可以提交（办理、登录）的次数。"
)
UNSAFE = _rate("unsafe", "提交", 120, "一个人每分钟可以提交（保存、办理）的次数。")
SEARCH = _rate("search", "搜索", 120, "一个人每分钟可以搜索和输入联想的次数。")
EXPORT = _rate("export", "导出", 10, "一个人每分钟可以导出和下载名单的次数。")
API = _rate("api", "接口", 600, "一个人或一个接入程序每分钟可以调用接口的次数。")

SCAN_REFUSALS = Setting(
    "security.scan_refusals",
    "疑似扫描的起点",
    int,
    60,
    "一个人或一个地址每分钟被拒绝或找不到页面的次数达到它，记为疑似扫描并放慢。0 表示不判断。",
    unit="次",
    minimum=0,
    maximum=10_000,
)


class Counts:
    """Hits by key in the running minute: what this process has not handed over, and the sums."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._minute = 0
        self._own: dict[str, int] = {}
        self._sums: dict[str, int] = {}
        self._due = 0.0

    def add(self, key: str) -> int:
        """Count a hit; how many there were this minute, as far as this process knows."""
        with self._lock:
            self._turn()
            if key in self._own or len(self._own) < MOST_KEYS:
                self._own[key] = self._own.get(key, 0) + 1
            return self._own.get(key, 0) + self._sums.get(key, 0)

    def _turn(self) -> None:
        minute = int(self.clock()) // MINUTE
        if minute != self._minute:
            self._minute, self._own, self._sums = minute, {}, {}

    def left(self) -> int:
        """Seconds until the next minute begins."""
        return MINUTE - int(self.clock()) % MINUTE

    def exchange(self) -> None:
        """Hand over and learn the sums, if that is due."""
        seconds = getattr(settings, "RATE_EXCHANGE_SECONDS", 1)
        if seconds is None:
            return
        with self._lock:
            now = self.clock()
            if now < self._due:
                return
            self._due = now + seconds
            self._turn()
            minute, own, self._own = self._minute, self._own, {}
        if not own:
            return
        try:
            sums = _hand_over(minute, own)
        except DatabaseError:
            sums = {key: self._sums.get(key, 0) + hits for key, hits in own.items()}
        with self._lock:
            if minute == self._minute:
                self._sums.update(sums)

    def clear(self) -> None:
        """Forget everything, as a new process does."""
        with self._lock:
            self._own, self._sums, self._due = {}, {}, 0.0


def _hand_over(minute: int, own: dict[str, int]) -> dict[str, int]:
    """Add hits to those of the other processes; the sums by key."""
    with transaction.atomic(), connection.cursor() as cursor:
        # In one order everywhere, so that two processes never wait for each other.
        cursor.execute(
            "INSERT INTO security_ratecount AS known (key, minute, hits)"
            " SELECT minute || ':' || key, minute, hits"
            " FROM unnest(%s::text[], %s::int[]) AS mine (key, hits), (SELECT %s::int AS minute) m"
            " ORDER BY key"
            " ON CONFLICT (key) DO UPDATE SET hits = known.hits + excluded.hits"
            " RETURNING key, hits",
            [list(own), list(own.values()), minute],
        )
        return {key.partition(":")[2]: hits for key, hits in cursor.fetchall()}


COUNTS = Counts()
_slowed: dict[str, float] = {}


def admit(rates: tuple[Rate, ...], who: str, **told: Any) -> None:
    """Count one request of somebody under each rate; TooOften when one is passed.

    who: "u12" for a user, "a10.0.0.8" for an address (`address_key`). told: what a security
    event says besides: user_id, name, ip.
    """
    share = SLOWED_SHARE if is_slowed(who) else 1
    for rate in rates:
        limit = rate.limit.value()
        if not limit:
            continue
        limit = max(1, limit // share)
        hits = COUNTS.add(f"{rate.code}:{who}")
        if hits > limit:
            if COUNTS.add(f"told:{rate.code}:{who}") == 1:
                remember(
                    Happening(
                        Kind.RATE_LIMITED,
                        Severity.WARNING,
                        subject=rate.title,
                        facts={"rate": rate.code, "limit": limit},
                        **told,
                    )
                )
            wait = COUNTS.left()
            refusal = TooOften(
                f"{rate.title}过于频繁，每分钟最多 {limit} 次。",
                rule=RULE,
                remedy=f"请在 {wait} 秒后再试。",
                code="too_often",
            )
            refusal.retry_after = wait
            raise refusal


def refused(who: str, **told: Any) -> int:
    """Count an answer that was refused or not found; slow down who gets too many.

    Returns how many there were in this minute.
    """
    hits = COUNTS.add(f"refused:{who}")
    limit = SCAN_REFUSALS.value()
    if limit and hits >= limit and not is_slowed(who):
        if len(_slowed) > MOST_KEYS:
            _slowed.clear()
        _slowed[who] = COUNTS.clock() + SLOWED_MINUTES * MINUTE
        since = timezone.now() - timedelta(minutes=SLOWED_MINUTES)
        # Every process notices by itself; one of them tells.
        if not SecurityEvent.objects.filter(kind=Kind.SCAN, at__gte=since, subject=who).exists():
            remember(
                Happening(
                    Kind.SCAN,
                    Severity.SERIOUS,
                    subject=who,
                    facts={"refusals": hits, "minutes_slowed": SLOWED_MINUTES},
                    **told,
                )
            )
    return hits


def is_slowed(who: str) -> bool:
    """Whether somebody was found scanning a short while ago."""
    until = _slowed.get(who)
    return until is not None and COUNTS.clock() < until


def address_key(ip: str) -> str:
    """The key of an address; of IPv6 the network of 64 bits, which one subscriber has."""
    try:
        found = ip_address(ip)
    except ValueError:
        return "a?"
    if found.version == 6:
        return f"a{ip_network((int(found), 64), strict=False).network_address}"
    return f"a{found}"


def forget() -> None:
    """Forget all counts and who was slowed, as a new process does."""
    COUNTS.clear()
    _slowed.clear()
