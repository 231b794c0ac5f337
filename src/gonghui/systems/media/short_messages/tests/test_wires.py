"""Wires against octets as they come: what came before a loss is told, no length is believed."""

from __future__ import annotations

import socket
import struct
from typing import Any

import pytest
from smpplib import consts

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.media.short_messages.actions import routes
from gonghui.systems.media.short_messages.jobs.wire import gateway
from gonghui.systems.media.short_messages.jobs.wire.cmpp import CmppWire
from gonghui.systems.media.short_messages.jobs.wire.seam import (
    Answered,
    Gone,
    Junk,
    LinkLost,
    Reported,
)
from gonghui.systems.media.short_messages.jobs.wire.smpp import UNFIT, SmppWire
from gonghui.systems.media.short_messages.models import Route
from gonghui.systems.media.short_messages.rules import cmpp
from gonghui.systems.media.short_messages.rules.states import Part


@pytest.fixture
def line():
    """Our end and the carrier's."""
    ours, theirs = socket.socketpair()
    ours.settimeout(2)
    yield ours, theirs
    for end in (ours, theirs):
        end.close()


def smpp_wire(end: socket.socket) -> SmppWire:
    wire = SmppWire(Route(protocol="smpp", number="12351"))
    wire.client._socket = end
    wire.client.state = consts.SMPP_CLIENT_STATE_BOUND_TRX
    return wire


def cmpp_wire(end: socket.socket) -> CmppWire:
    wire = CmppWire(Route(protocol="cmpp2", number="12351", account="901234"))
    wire._socket = end
    return wire


def pdu(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body


def packet(command: int, sequence: int, **fields: Any) -> bytes:
    return cmpp.pack(cmpp.Packet(command, sequence, fields), cmpp.V20)


SUBMIT_RESP = pdu(0x80000004, 7, b"2a\0")


@pytest.mark.parametrize(
    "behind", [b"", pdu(0x6, 1), b"\0\0\0\x05hello", b"\xff\xff\xff\xff", pdu(0x99, 1)]
)
def test_smpp_answers_before_a_loss_are_told(line, behind):
    ours, theirs = line
    theirs.sendall(SUBMIT_RESP + behind)
    theirs.shutdown(socket.SHUT_WR)
    found = smpp_wire(ours).read(1)
    assert found[0] == Answered(7, Part.ACCEPTED, "2a", 0, "")
    assert isinstance(found[1], Gone) and found[1].words


def test_smpp_without_anything_before_it_a_loss_is_raised(line):
    ours, theirs = line
    theirs.close()
    with pytest.raises(LinkLost):
        smpp_wire(ours).read(1)


def test_smpp_a_length_no_pdu_has_is_not_waited_for(line):
    ours, theirs = line
    theirs.sendall(struct.pack(">I", 0xFFFFFFFF) + b"x" * 1000)
    with pytest.raises(LinkLost, match="无法识别"):
        smpp_wire(ours).read(1)


@pytest.mark.parametrize("behind", [packet(cmpp.TERMINATE, 1), b"\xff" * 12])
def test_cmpp_answers_before_a_loss_are_told(line, behind):
    ours, theirs = line
    theirs.sendall(packet(cmpp.SUBMIT_RESP, 7, msg_id=42, result=0) + behind)
    found = cmpp_wire(ours).read(1)
    assert found[0] == Answered(7, Part.ACCEPTED, "42", 0, "")
    assert isinstance(found[1], Gone) and found[1].words


def test_cmpp_a_report_before_a_loss_is_told(line):
    ours, theirs = line
    report = cmpp.Report(42, "DELIVRD", "2611200930", "2611200931", "13800000000", 1)
    octets = report.octets(cmpp.V20)
    theirs.sendall(
        packet(cmpp.DELIVER, 3, registered_delivery=1, msg_content=octets)
        + packet(cmpp.TERMINATE, 4)
    )
    first, last = cmpp_wire(ours).read(1)
    assert isinstance(first, Reported) and isinstance(last, Gone)
    assert first.report.carrier_id == "42"


def test_cmpp_a_text_of_nobody_is_nothing(line):
    ours, theirs = line
    theirs.sendall(packet(cmpp.DELIVER, 3, msg_fmt=8, msg_content="你好".encode("utf-16-be")))
    assert cmpp_wire(ours).read(1) == [Junk(3)]


def test_an_empty_read_of_the_gateway_waits_once(monkeypatch):
    pauses: list[float] = []
    monkeypatch.setattr(gateway.time, "sleep", pauses.append)
    assert gateway.GatewayWire(Route(protocol="gateway")).read(0.2) == []
    assert pauses == [0.2]


def test_a_route_the_protocol_cannot_write_says_so(line):
    ours, _ = line
    wire = cmpp_wire(ours)
    with pytest.raises(LinkLost, match=UNFIT):
        wire._send(cmpp.CONNECT, {"source_addr": "too-long"})
    with pytest.raises(LinkLost, match=UNFIT):
        wire._send(cmpp.SUBMIT, {"service_id": "工会"}, 1)


@pytest.mark.parametrize(
    ("text", "most"), [("工会", 10), ("a b", 10), ("9012345", 6), ("a" * 11, 10)]
)
def test_words_of_a_route_fit_its_protocol(text, most):
    with pytest.raises(Refusal, match="半角"):
        routes._ascii(text, most, "service", "业务代码")
    assert routes._ascii(" 901234 ", 6, "account", "账号") == "901234"


def test_a_receipt_without_a_submit_time_names_none(line):
    ours, theirs = line
    text = b"id:7\0 stat:DELIVRD\0"
    body = (
        b"\0\x01\x018613800000000\0\0\x0112351\0"
        + bytes((4, 0, 0))
        + b"\0\0"
        + bytes((0, 0, 0, 0, len(text)))
        + text
    )
    theirs.sendall(pdu(0x5, 9, body))
    (found,) = smpp_wire(ours).read(1)
    assert isinstance(found, Reported)
    report = found.report
    assert (report.carrier_id, report.word, report.submitted_at) == ("7", "DELIVRD", None)
