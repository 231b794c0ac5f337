"""CMPP 2.0 and 3.0 over our own codec."""

from __future__ import annotations

import contextlib
import select
import socket as sockets
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.security import outgoing
from gonghui.systems.media.short_messages.actions.carrying import Ready, Report
from gonghui.systems.media.short_messages.actions.receiving import Arrived
from gonghui.systems.media.short_messages.jobs.wire.seam import (
    Answered,
    Came,
    Event,
    Gone,
    Junk,
    LinkLost,
    Reported,
)
from gonghui.systems.media.short_messages.jobs.wire.smpp import UNFIT, plain_number
from gonghui.systems.media.short_messages.models import Route
from gonghui.systems.media.short_messages.models.routes import Protocol
from gonghui.systems.media.short_messages.queries.tuning import ISMG
from gonghui.systems.media.short_messages.rules import cmpp, matching, segments, states
from gonghui.systems.media.short_messages.rules.segments import Alphabet

SECONDS = 10
MOST_AT_ONCE = 200
FORMAT = {Alphabet.GSM7: cmpp.ASCII, Alphabet.UCS2: cmpp.UCS2}
REFUSED_LOGIN = {1: "消息结构错", 2: "非法源地址", 3: "认证错", 4: "版本太高"}


class CmppWire:
    """See seam.Wire."""

    repeatable = False

    def __init__(self, route: Route) -> None:
        self.route = route
        self.version = cmpp.V30 if route.protocol == Protocol.CMPP3 else cmpp.V20
        self._socket: sockets.socket | None = None
        self._stream = cmpp.Stream(self.version)
        self._came: deque[cmpp.Packet] = deque()
        self._tickets: dict[int, tuple[int, int]] = {}
        # Our own packets that are no submits count from the top, submits by their ids from 1.
        self._sequence = 0xFFFFFFFF

    def open(self) -> None:
        try:
            self._socket = outgoing.connect(
                self.route.address or ISMG.url(),
                party=ISMG,
                timeout=SECONDS,
                encrypted=self.route.encrypted,
            )
        except Refusal as refusal:
            raise LinkLost(refusal.message) from refusal
        secret = self.route.secret.reveal() if self.route.secret else ""
        stamp = cmpp.stamp(timezone.localtime(timezone.now()))
        proof = cmpp.authenticator(self.route.account, secret, stamp)
        self._send(
            cmpp.CONNECT,
            {
                "source_addr": self.route.account,
                "authenticator_source": proof,
                "version": self.version,
                "timestamp": stamp,
            },
        )
        answer = self._wait_for(cmpp.CONNECT_RESP)
        if answer["status"]:
            words = REFUSED_LOGIN.get(answer["status"], str(answer["status"]))
            self.close()
            raise LinkLost(f"短信网关拒绝登录（{words}）")
        wanted = cmpp.ismg_authenticator(0, proof, secret, self.version)
        if answer["authenticator_ismg"] not in {wanted, bytes(16)}:
            self.close()
            raise LinkLost("短信网关的身份核对不符")

    def _wait_for(self, command: int) -> cmpp.Packet:
        for _ in range(SECONDS):
            self._receive(1.0)
            for packet in list(self._came):
                if packet.command == command:
                    self._came.remove(packet)
                    return packet
        raise LinkLost("短信网关没有应答登录")

    def submit(self, ready: Ready) -> None:
        fields: dict[str, Any] = {
            "pk_total": ready.total,
            "pk_number": ready.number,
            "registered_delivery": 1,
            "msg_level": 9 - min(ready.rank, 9),
            "service_id": self.route.service,
            "fee_user_type": 2,
            "tp_udhi": int(ready.headed),
            "msg_fmt": FORMAT[ready.alphabet],
            "msg_src": self.route.account[:6],
            "fee_type": "01",
            "fee_code": "0",
            "valid_time": absolute(ready.expires_at),
            "src_id": self.route.number,
            "dest_terminal_id": [ready.mobile],
            "msg_content": _content(ready),
        }
        self._send(cmpp.SUBMIT, fields, ready.sequence)

    def read(self, seconds: float) -> list[Event]:
        found: list[Event] = []
        lost: LinkLost | None = None
        if not self._came:
            try:
                self._receive(seconds)
            except LinkLost as why:
                lost = why
        try:
            while self._came and len(found) < MOST_AT_ONCE:
                event = self._event(self._came.popleft())
                if event is not None:
                    found.append(event)
        except LinkLost as why:
            lost = why
        if lost is None:
            return found
        if not found:
            raise lost
        return [*found, Gone(str(lost))]

    def _receive(self, seconds: float) -> None:
        socket = self._socket
        if socket is None:
            raise LinkLost("连接已断开")
        try:
            waiting = getattr(socket, "pending", lambda: 0)()
            if not waiting and not select.select([socket], [], [], seconds)[0]:
                return
            octets = socket.recv(65536)
        except (OSError, ValueError) as error:
            raise LinkLost("连接已断开") from error
        if not octets:
            raise LinkLost("连接已断开")
        try:
            self._came += self._stream.feed(octets)
        except cmpp.Malformed as error:
            raise LinkLost("短信网关发来无法识别的报文") from error

    def _event(self, packet: cmpp.Packet) -> Event | None:
        if packet.command == cmpp.SUBMIT_RESP:
            part = states.of_answer(packet["result"], states.CMPP_LATER)
            number = str(packet["msg_id"]) if packet["msg_id"] else ""
            words = str(packet["result"]) if packet["result"] else ""
            return Answered(packet.sequence, part, number, packet["result"], words)
        if packet.command == cmpp.DELIVER:
            self._tickets[packet.sequence] = (packet["msg_id"], 0)
            return self._delivered(packet)
        if packet.command == cmpp.ACTIVE_TEST:
            self._send(cmpp.ACTIVE_TEST_RESP, {}, packet.sequence)
        elif packet.command == cmpp.TERMINATE:
            self._send(cmpp.TERMINATE_RESP, {}, packet.sequence)
            raise LinkLost("短信网关要求断开")
        return None

    def _delivered(self, packet: cmpp.Packet) -> Event:
        content = packet["msg_content"]
        if packet["registered_delivery"]:
            try:
                found = cmpp.Report.read(content, self.version)
            except cmpp.Malformed:
                return Junk(packet.sequence)
            at = matching.receipt_day(found.submit_time)
            report = Report(
                str(found.msg_id),
                found.stat,
                plain_number(found.dest_terminal_id),
                None,
                timezone.make_aware(at) if at is not None else None,
            )
            return Reported(report, packet.sequence)
        header = None
        if packet["tp_udhi"]:
            header, content = segments.read_header(content)
        text = _read_text(content, packet["msg_fmt"])
        phone = plain_number(packet["src_terminal_id"])
        if not phone:
            return Junk(packet.sequence)
        arrived = Arrived(phone, packet["dest_id"], text, str(packet["msg_id"]), header)
        return Came(arrived, packet.sequence)

    def acknowledge(self, tickets: Sequence[int]) -> None:
        for ticket in tickets:
            number, result = self._tickets.pop(ticket, (0, 0))
            self._send(cmpp.DELIVER_RESP, {"msg_id": number, "result": result}, ticket)

    def query(self, carrier_id: str) -> None:
        """CMPP has no question about one message, only about a day's counts; reports are waited
        for."""

    def keep_alive(self) -> None:
        self._send(cmpp.ACTIVE_TEST, {})

    def _send(self, command: int, fields: dict[str, Any], sequence: int | None = None) -> None:
        if self._socket is None:
            raise LinkLost("连接已断开")
        if sequence is None:
            sequence = self._sequence
            self._sequence -= 1
        try:
            self._socket.sendall(cmpp.pack(cmpp.Packet(command, sequence, fields), self.version))
        except ValueError as error:
            raise LinkLost(UNFIT) from error
        except OSError as error:
            raise LinkLost("连接已断开") from error

    def close(self) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(LinkLost):
            self._send(cmpp.TERMINATE, {})
        with contextlib.suppress(OSError):
            self._socket.close()
        self._socket = None


def _content(ready: Ready) -> bytes:
    """The octets as CMPP has them: format 0 is ASCII, not the alphabet of GSM.

    Signatures are Chinese, so a message without them has plain letters and digits.
    """
    if ready.alphabet is Alphabet.UCS2:
        return ready.octets
    head = ready.octets[:6] if ready.headed else b""
    text = segments.decode(ready.octets[len(head) :], Alphabet.GSM7)
    return head + text.encode("ascii", "replace")


def absolute(at: datetime) -> str:
    """A time as both protocols write it, eight hours before Greenwich in quarters: …032+."""
    return timezone.localtime(at).strftime("%y%m%d%H%M%S") + "032+"


def _read_text(octets: bytes, form: int) -> str:
    if form == cmpp.UCS2:
        return segments.decode(octets, Alphabet.UCS2)
    if form == cmpp.GBK:
        return octets.decode("gbk", "replace")
    return octets.decode("ascii", "replace")
