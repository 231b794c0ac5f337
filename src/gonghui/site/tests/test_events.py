"""The event stream: who gets what, and that a lost database connection is made again."""

import asyncio
import os

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import RequestFactory

from gonghui.kernel.identity.models import User
from gonghui.site import asgi, views

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 15


@pytest.fixture
def address(monkeypatch) -> str:
    facts = connection.settings_dict
    url = (
        f"postgresql://{facts['USER']}:{facts['PASSWORD']}@{facts['HOST']}:{facts['PORT']}"
        f"/{facts['NAME']}"
    )
    monkeypatch.setitem(os.environ, "DATABASE_URL", url)
    monkeypatch.setattr(asgi, "switchboard", asgi.Switchboard())
    return url


def _signed_in(name: str) -> tuple[User, str]:
    user = User.objects.create_user(name, "password", display_name=name)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return user, f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


class Page:
    """A browser's page on the stream."""

    def __init__(self, cookie: str = "", **headers: str) -> None:
        self.sent: list[dict] = []
        self.left = asyncio.Event()
        given = {"cookie": cookie, "host": "localhost:8001", **headers}
        scope = {
            "type": "http",
            "path": "/events",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }
        self.task = asyncio.create_task(asgi.application(scope, self._receive, self._send))

    async def _receive(self) -> dict:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict) -> None:
        self.sent.append(message)

    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent).decode()

    async def until(self, words: str, times: int = 1) -> None:
        async def look() -> None:
            while self.text().count(words) < times:
                await asyncio.sleep(0.02)

        await asyncio.wait_for(look(), PATIENCE)

    async def close(self) -> None:
        self.left.set()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def _stop_listening() -> None:
    asgi.switchboard._listening.cancel()
    await asyncio.gather(asgi.switchboard._listening, return_exceptions=True)


def _notify(url: str, *payloads: str) -> None:
    with psycopg.connect(url, autocommit=True) as notifier:
        for payload in payloads:
            notifier.execute("SELECT pg_notify('gonghui_events', %s)", [payload])


def test_only_the_audience_is_told(address):
    (first, first_cookie), (second, second_cookie) = _signed_in("first"), _signed_in("second")

    async def story() -> None:
        mine, theirs = Page(first_cookie), Page(second_cookie)
        await mine.until("event: refetch")
        await theirs.until("event: refetch")
        await asyncio.wait_for(asgi.switchboard.connected.wait(), PATIENCE)
        await asyncio.to_thread(
            _notify, address, f"messages user:{first.pk}", f"todos user:{second.pk}", "news *"
        )
        await mine.until("event: news")
        await theirs.until("event: news")
        assert "event: messages\ndata:\n\n" in mine.text()
        assert "todos" not in mine.text()
        assert "messages" not in theirs.text()
        await mine.close()
        await theirs.close()
        assert asgi.switchboard.streams == set()
        await _stop_listening()

    asyncio.run(story())


def test_a_lost_connection_is_made_again_and_pages_fetch_anew(address):
    user, cookie = _signed_in("first")

    async def story() -> None:
        page = Page(cookie)
        await page.until("event: refetch")
        await asyncio.wait_for(asgi.switchboard.connected.wait(), PATIENCE)
        before = page.text().count("event: refetch")
        with psycopg.connect(address, autocommit=True) as owner:
            owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'gonghui realtime' AND datname = current_database()"
            )
        await page.until("event: refetch", before + 1)
        await asyncio.to_thread(_notify, address, f"messages user:{user.pk}")
        await page.until("event: messages")
        await page.close()
        await _stop_listening()

    asyncio.run(story())


@pytest.mark.parametrize("cookie", ["", f"{settings.SESSION_COOKIE_NAME}=forged", "%%%;=;"])
def test_nobody_without_a_session_is_served(address, cookie):
    async def story() -> Page:
        page = Page(cookie)
        await asyncio.wait_for(page.task, PATIENCE)
        await _stop_listening()
        return page

    page = asyncio.run(story())
    assert page.sent[0]["status"] == 204
    assert page.text() == ""


def test_only_pages_of_this_host_may_read(address):
    async def story(origin: str) -> dict:
        page = Page(origin=origin)
        await asyncio.wait_for(page.task, PATIENCE)
        await _stop_listening()
        return dict(page.sent[0]["headers"])

    shared = asyncio.run(story("http://localhost:8000"))
    assert shared[b"access-control-allow-origin"] == b"http://localhost:8000"
    foreign = asyncio.run(story("http://elsewhere.example"))
    assert b"access-control-allow-origin" not in foreign


def test_a_payload_cannot_write_lines_of_its_own():
    board = asgi.Switchboard()
    stream = asgi.Stream(frozenset({"user:1"}))
    board.streams.add(stream)
    board.hand_on("messages\ndata:x user:1")
    board.hand_on("messages user:2")
    # The outbox tells the number of its latest row, a bare number, on the same channel.
    board.hand_on("123")
    assert stream.topics.empty()


def test_a_page_that_does_not_read_is_told_to_fetch_everything():
    async def story() -> None:
        stream = asgi.Stream(frozenset({"user:1"}))
        for number in range(asgi.WAITING_EVENTS + 1):
            stream.tell(f"topic{number}")
        assert stream.topics.get_nowait() == "refetch"
        assert stream.topics.empty()

    asyncio.run(story())


def test_the_web_process_shows_the_way(monkeypatch):
    monkeypatch.setitem(os.environ, "GONGHUI_EVENTS_PORT", "8001")
    answer = views.events(RequestFactory().get("/events", headers={"host": "localhost:8000"}))
    assert (answer.status_code, answer["Location"]) == (307, "http://localhost:8001/events")
