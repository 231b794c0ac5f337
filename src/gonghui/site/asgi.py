"""The realtime process: one stream of server-sent events for each page that is open.

Whoever changes something does, in the same transaction,
`SELECT pg_notify('gonghui_events', 'messages user:12')`: a topic and an audience, `user:ID`,
`person:ID` or `*`. Pages of that audience get `event: messages` and fetch for themselves what they
may see, so nothing about anybody travels here. A stream opens with `event: refetch`, because
whatever happened while it was closed is unknown.

Served by `granian --interface asginl gonghui.site.asgi:application`. One LISTEN connection for the
whole process.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import django
import psycopg
from asgiref.sync import sync_to_async

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gonghui.site.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from gonghui.site.streams import HEARTBEAT_SECONDS, STREAM_SECONDS  # noqa: E402

CHANNEL = "gonghui_events"
EVERYBODY = "*"
WAITING_EVENTS = 100
LONGEST_DELAY = 10.0

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(eq=False)
class Stream:
    """An open page: the audiences it belongs to and the topics it has not been told yet."""

    audiences: frozenset[str]
    topics: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(WAITING_EVENTS))

    def tell(self, topic: str) -> None:
        """Queue a topic; a page too slow to read is told to fetch everything."""
        if self.topics.full():
            while not self.topics.empty():
                self.topics.get_nowait()
            topic = "refetch"
        self.topics.put_nowait(topic)


class Switchboard:
    """Hands what the database notifies to the streams it is for."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()
        self.connected = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    def ensure_listening(self) -> None:
        """Start to listen with the first request; the loop does not run earlier."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        delay = 0.2
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    os.environ["DATABASE_URL"],
                    autocommit=True,
                    keepalives_idle=30,
                    application_name="gonghui realtime",
                ) as connected:
                    await connected.execute(f"LISTEN {CHANNEL}")
                    self.connected.set()
                    self.hand_on("refetch *")
                    delay = 0.2
                    async for notice in connected.notifies():
                        self.hand_on(notice.payload)
            except psycopg.Error:
                self.connected.clear()
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_DELAY)

    def hand_on(self, payload: str) -> None:
        """Tell the streams of a payload's audience its topic."""
        topic, _, audience = payload.partition(" ")
        if not topic.replace("-", "").replace("_", "").replace(":", "").isalnum():
            return
        for stream in self.streams:
            if audience == EVERYBODY or audience in stream.audiences:
                stream.tell(topic)


switchboard = Switchboard()


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application: /events and /healthz."""
    if scope["type"] != "http":
        return
    switchboard.ensure_listening()
    headers = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
    path = scope["path"]
    if path == "/healthz":
        well = switchboard.connected.is_set()
        await _answer(send, 200 if well else 503, "ok" if well else "no database")
    elif path != "/events":
        await _answer(send, 404, "没有这个地址")
    else:
        shared = _sharing(headers)
        audiences = await sync_to_async(_audiences)(headers.get("cookie", ""))
        if audiences is None:
            # 204 ends EventSource for good: a page that is not signed in must not keep asking.
            await _answer(send, 204, "", shared)
        else:
            await _stream(receive, send, Stream(audiences), shared)


async def _stream(receive: Receive, send: Send, stream: Stream, shared: list) -> None:
    kind = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
    # Proxies such as nginx would otherwise collect the stream.
    kind.append((b"x-accel-buffering", b"no"))
    await send({"type": "http.response.start", "status": 200, "headers": kind + shared})
    left = asyncio.create_task(_until_left(receive))
    switchboard.streams.add(stream)
    try:
        await _write(send, "retry: 3000\nevent: refetch\ndata:\n\n")
        ends = asyncio.get_running_loop().time() + STREAM_SECONDS.value()
        while not left.done() and asyncio.get_running_loop().time() < ends:
            try:
                topic = await asyncio.wait_for(stream.topics.get(), HEARTBEAT_SECONDS.value())
            except TimeoutError:
                await _write(send, ": \n\n")
            else:
                await _write(send, f"event: {topic}\ndata:\n\n")
        await send({"type": "http.response.body", "body": b""})
    finally:
        switchboard.streams.discard(stream)
        left.cancel()


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _write(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _answer(send: Send, status: int, text: str, shared: list | None = None) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *(shared or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})


def _sharing(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Let a page of this very host read the stream, whatever port it was served on."""
    origin = headers.get("origin", "")
    ours = urlsplit(f"//{headers.get('host', '')}").hostname
    if not origin or urlsplit(origin).hostname != ours:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


def _audiences(cookies: str) -> frozenset[str] | None:
    """Whom the cookies' session belongs to; None when nobody is signed in."""
    cookie = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    if cookie is None:
        return None
    try:
        store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        user = get_user(SimpleNamespace(session=store(cookie.value)))  # type: ignore[arg-type]
        if not user.is_authenticated:
            return None
        audiences = {f"user:{user.pk}"}
        if person := getattr(user, "person_id", None):
            audiences.add(f"person:{person}")
        return frozenset(audiences)
    finally:
        connection.close()
