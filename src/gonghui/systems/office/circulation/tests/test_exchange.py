"""To and from the national federation: down, slow, lying, repeating – each document once."""

import json
import threading
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module

import pytest
from django.conf import settings
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.testing.settings import setting_set
from gonghui.systems.office.circulation.actions import exchanging, incoming, national, papers
from gonghui.systems.office.circulation.models import Exchange, Incoming
from gonghui.systems.office.circulation.rules import exchange
from gonghui.systems.office.circulation.tests import makers
from gonghui.systems.office.circulation.tests.test_issuing import PDF

pytestmark = pytest.mark.django_db
# The outside system stands above the systems, so it is reached by name.
simulated = import_module("gonghui.site.simulators.national")


@contextmanager
def serving():
    outside = simulated.Outside()

    class Handler(BaseHTTPRequestHandler):
        def do(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = outside.answer(self.command, self.path.strip("/"), body)
            content = json.dumps(found.document, ensure_ascii=False).encode()
            try:
                self.send_response(found.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                return

        do_GET = do_POST = do

        def log_message(self, *args):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield outside, f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def above(tmp_path, monkeypatch):
    """The simulator behind a real socket, and the settings that lead to it."""
    monkeypatch.setenv("GONGHUI_VAR", str(tmp_path))
    monkeypatch.setattr(simulated, "SLOW", 0.01)
    monkeypatch.setattr(simulated, "SILENCE", 1.0)
    monkeypatch.setattr(national, "TIMEOUT", 0.5)
    monkeypatch.setattr(exchanging, "PAUSE", timedelta(0))
    with serving() as (outside, host):
        monkeypatch.setattr(settings, "OUTGOING_PRIVATE", (host,))
        with (
            setting_set(national.ADDRESS, f"http://{host}"),
            setting_set(national.SIMULATED, True),
        ):
            yield outside


@pytest.fixture
def clerk(world):
    return world.actor("省经办", (HANDLER, world.province))


@pytest.fixture
def document(world, clerk):
    taken = makers.number(world, world.province)
    found = makers.outgoing(
        world,
        world.province,
        number=taken,
        number_text=taken.text,
        state="sealed",
        signed_at=timezone.now(),
    )
    found.paper = papers.keep_made(PDF, "件.pdf", papers.PAPER, found, by=clerk)
    found.save()
    return found


def row(**facts):
    return Exchange.objects.unscoped("test").get(**facts)


def test_sent_up_once_with_a_receipt(above, document, clerk):
    sent = exchanging.send_up(document, by=clerk)
    assert sent.state == "issued" and row().state == "waiting"
    with pytest.raises(Conflict):
        exchanging.send_up(document, by=clerk)
    assert exchanging.run_next() and not exchanging.run_next()
    assert (row().state, row().receipt) == ("done", "QZ-000001")
    with above.state() as known:
        assert [kept["title"] for kept in known["taken"].values()] == [document.title]


@pytest.mark.parametrize(
    "mood",
    ["down", "silent", "slow", "forgetful", "garbled", "forged", "swapped", "ghost"],
)
def test_nothing_untrue_is_believed_and_the_queue_drains_by_itself(above, document, clerk, mood):
    exchanging.send_up(document, by=clerk)
    above.become(mood)
    exchanging.run_next()
    if mood != "slow":
        assert row().state == "waiting" and row().receipt == "" and row().said
    above.become("well")
    while row().state == "waiting":
        assert exchanging.run_next()
    with above.state() as known:
        assert len(known["taken"]) == 1
        assert [kept["receipt"]["receipt"] for kept in known["taken"].values()] == [row().receipt]


def test_declined_is_told_and_may_be_sent_anew(above, document, clerk):
    exchanging.send_up(document, by=clerk)
    above.become("declining")
    exchanging.run_next()
    assert row().state == "rejected" and "补充附件" in row().said
    assert Todo.objects.filter(kind=exchanging.DECLINED, done_at=None).count() == 1
    above.become("well")
    exchanging.send_up(document, by=clerk)
    exchanging.run_next()
    assert row(state="done").key.endswith("-2")


def test_only_the_province_sends_up(world, above, office):
    taken = makers.number(world, world.hefei)
    city = makers.outgoing(world, world.hefei, number=taken, number_text=taken.text, state="sealed")
    with pytest.raises(Refusal) as refused:
        exchanging.send_up(city, by=office.drafter)
    assert refused.value.code == "not_province"
    with pytest.raises(Forbidden):
        exchanging.send_up(city, by=world.actor("邻市", (APPROVER, world.wuhu)))


def issued(above, **facts):
    given = {
        "title": "关于报送工作信息的通知",
        "number": "总工办发〔2026〕41号",
        "file": PDF,
        "day": date(2026, 11, 20),
        **facts,
    }
    return above.issue(**given)


def incoming_rows():
    return Incoming.objects.unscoped("test").order_by("id")


def test_what_comes_is_registered_once_and_acknowledged(world, above):
    id = issued(above)
    assert exchanging.receive_all() == 1
    found = incoming_rows().get()
    assert (found.union_id, found.number) == (world.province.pk, "总工办发〔2026〕41号")
    assert found.scan is not None and found.state == "registered"
    above.become("doubling")
    assert exchanging.receive_all() == 0
    above.become("well")
    while exchanging.run_next():
        pass
    assert row().state == "done"
    with above.state() as known:
        assert set(known["acknowledged"][id]) == {row().receipt}
    assert incoming_rows().count() == 1


def test_the_same_number_with_another_file_is_not_taken(world, above):
    issued(above)
    exchanging.receive_all()
    above.become("altered")
    assert exchanging.receive_all() == 0
    assert "内容不同" in row().said and incoming_rows().count() == 1


def test_forged_changed_and_classified_ones_are_not_registered(world, above):
    issued(above)
    above.become("forged")
    assert exchanging.receive_all() == 0
    assert row().state == "rejected" and "签名" in row().said
    above.become("well")
    assert exchanging.receive_all() == 1 and row().state == "waiting"
    issued(above, title="机密★ 某件", number="总工密〔2026〕1号")
    assert exchanging.receive_all() == 0
    kept = row(state="rejected")
    assert "机密" not in kept.title + kept.said and kept.number == ""
    assert incoming_rows().count() == 1


def test_one_registered_by_hand_before_is_not_registered_again(world, above, clerk):
    first = incoming.register(
        world.province,
        by=clerk,
        organ="中华全国总工会办公厅",
        number="总工办发[2026]041号",
        title="关于报送工作信息的通知",
    )
    issued(above)
    assert exchanging.receive_all() == 1
    assert incoming_rows().get() == first and row().incoming_id == first.pk


def test_the_acknowledgement_waits_while_they_are_down(world, above):
    id = issued(above)
    exchanging.receive_all()
    above.become("down")
    exchanging.run_next()
    assert exchanging.receive_all() == 0 and row().state == "waiting"
    above.become("well")
    exchanging.run_next()
    with above.state() as known:
        assert known["acknowledged"][id] == [row().receipt]


def test_another_county_sees_nothing_of_it(world, above, document, clerk, client_of):
    exchanging.send_up(document, by=clerk)
    found = row()
    stranger = client_of(world.actor("外人", (APPROVER, world.jinghu)))
    for path in (f"/w/exchanges/{found.pk}/", f"/api/v1/exchanges/{found.pk}/"):
        assert stranger.get(path).status_code == 403
        assert client_of(clerk).get(path).status_code == 200


def test_a_message_changed_on_the_way_has_another_signature():
    message = exchange.signed({"id": "1", "title": "甲"}, "k")
    assert exchange.opened(message, "k") == {"id": "1", "title": "甲"}
    for other in ({**message, "title": "乙"}, {**message, "signature": ""}, [message], None):
        with pytest.raises(Refusal):
            exchange.opened(other, "k")
    with pytest.raises(Refusal):
        exchange.opened(message, "another")
