"""Pictures and pushes over the HTTP gateway: with their file, once, whatever it says."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from gonghui.systems.media.short_messages.actions import batches, expanding, messages, upkeep
from gonghui.systems.media.short_messages.jobs.wire.choosing import wire_of
from gonghui.systems.media.short_messages.models import Message, Route, Submit
from gonghui.systems.media.short_messages.rules import billing
from gonghui.systems.media.short_messages.tests import makers

pytestmark = pytest.mark.django_db


class Gateway(ThreadingHTTPServer):
    """Takes a key once. mood: well, busy (429), forgetful (takes and answers 500), refusing."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mood = "well"
        self.taken: dict[str, dict] = {}

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_GET(self) -> None:
        self._say(200, {"state": "DELIVRD"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        key = self.headers["Idempotency-Key"]
        if self.server.mood in {"busy", "refusing"}:
            self._say(429 if self.server.mood == "busy" else 400, {})
            return
        self.server.taken.setdefault(key, body)
        number = f"mm{list(self.server.taken).index(key)}"
        self._say(500 if self.server.mood == "forgetful" else 200, {"id": number})

    def _say(self, status: int, found: dict) -> None:
        text = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words: object) -> None:
        """Quiet."""


@pytest.fixture
def gateway(settings):
    served = Gateway()
    threading.Thread(target=served.serve_forever, daemon=True).start()
    settings.OUTGOING_PRIVATE = (served.address,)
    yield served
    served.shutdown()
    served.server_close()


def route_to(office, gateway, **facts):
    return makers.route(
        office.world,
        office.union,
        **{
            "code": "media",
            "protocol": "gateway",
            "address": f"http://{gateway.address}",
            "payloads": ["mms", "wap"],
            "price": 300,
            **facts,
        },
    )


def queued(office, **facts):
    return makers.message(office.world, office.union, **{"payload": "wap", **facts})


def state():
    return Message.objects.unscoped("test").order_by("id").last().state


def again():
    Message.objects.unscoped("test").filter(state="waiting").update(send_after=timezone.now())


def picture():
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(made, "PNG")
    return SimpleUploadedFile("喜报.png", made.getvalue(), "image/png")


def test_a_picture_goes_with_its_file_and_is_billed_once(office, gateway, carry):
    route = route_to(office, gateway)
    batch = batches.write(
        office.union,
        by=office.writer,
        title="喜报",
        category="emergency",
        signature=office.signature,
        budget=office.budget,
        text="喜报见图。",
        payload="mms",
        picture=picture(),
        numbers=makers.MOBILE,
    )
    batches.submit(batch, by=office.writer)
    batches.decide(batch, by=office.approver, grant=True)
    while expanding.expand(batch.pk):
        pass
    carry(route, lambda: state() == "sent")
    (taken,) = gateway.taken.values()
    (file,) = taken["files"]
    assert (taken["payload"], file["type"]) == ("mms", "image/png")
    assert Image.open(io.BytesIO(base64.b64decode(file["content"]))).size == (40, 30)
    Submit.objects.update(recorded_at=timezone.now() - timedelta(hours=1))
    carry(route, lambda: state() == "delivered", 8)
    assert state() == "delivered"
    assert Submit.objects.filter(state__in=billing.BILLED).count() == 1


def test_a_picture_sent_again_keeps_its_file(office):
    made = queued(office, payload="mms", state="failed", picture=uuid4())
    assert messages.resend(made, by=office.writer, reason="没有收到").picture == made.picture


def test_taken_without_saying_so_it_is_asked_again_under_the_same_key(office, gateway, carry):
    route = route_to(office, gateway)
    other = route_to(office, gateway, code="media-2", rank=9)
    queued(office)
    gateway.mood = "forgetful"
    carry(route, lambda: state() == "waiting" and Submit.objects.exists(), 4)
    again()
    carry(other, lambda: False, 1)
    assert Submit.objects.count() == 1, "another gateway does not know the key"
    gateway.mood = "well"
    carry(route, lambda: state() == "sent")
    assert (state(), len(gateway.taken)) == ("sent", 1)
    assert Submit.objects.filter(state__in=billing.BILLED).count() == 1


def test_what_a_gateway_perhaps_has_is_unknown_at_its_end(office, gateway, carry):
    route = route_to(office, gateway)
    made = queued(office)
    gateway.mood = "forgetful"
    carry(route, lambda: state() == "waiting" and Submit.objects.exists(), 4)
    Message.objects.unscoped("test").update(expires_at=timezone.now())
    upkeep.expire()
    assert state() == "unknown"
    Message.objects.unscoped("test").update(expires_at=timezone.now() - timedelta(hours=3))
    upkeep.leave_unconfirmed()
    made.refresh_from_db()
    assert (made.state, "没有说明" in made.fault) == ("unconfirmed", True)


def test_a_busy_gateway_took_nothing_and_the_next_one_may(office, gateway, carry):
    route = route_to(office, gateway, rank=1)
    queued(office)
    gateway.mood = "busy"
    carry(route, lambda: state() == "waiting" and Submit.objects.exists(), 4)
    made = Message.objects.unscoped("test").get()
    assert (made.route_id, gateway.taken) == (None, {})
    Message.objects.unscoped("test").update(expires_at=timezone.now())
    upkeep.expire()
    assert state() == "failed"


def test_refused_by_one_gateway_it_takes_the_next(office, gateway, carry):
    first = route_to(office, gateway, rank=1)
    second = route_to(office, gateway, code="media-2", rank=2)
    queued(office)
    gateway.mood = "refusing"
    carry(first, lambda: state() == "waiting" and Submit.objects.exists(), 4)
    gateway.mood = "well"
    carry(second, lambda: state() == "sent")
    assert (state(), len(gateway.taken)) == ("sent", 1)


def test_an_idle_link_rests(office, gateway):
    """A link reads until the platform stops: what does not wait takes a core."""
    route_to(office, gateway)
    wire = wire_of(Route.objects.unscoped("test").get(code="media"))
    began = time.process_time(), time.monotonic()
    wire.read(0.2)
    assert time.monotonic() - began[1] >= 0.2
    assert time.process_time() - began[0] < 0.1
