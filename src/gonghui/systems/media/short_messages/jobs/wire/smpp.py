"""SMPP 3.4 by smpplib: one bind_transceiver, texts cut by our own rules."""

from __future__ import annotations

import contextlib
import select
import struct
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from smpplib import client, consts, exceptions, smpp

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
from gonghui.systems.media.short_messages.models import Route
from gonghui.systems.media.short_messages.queries.tuning import SMSC
from gonghui.systems.media.short_messages.rules import matching, segments, states
from gonghui.systems.media.short_messages.rules.segments import Alphabet
from gonghui.systems.media.short_messages.rules.states import Part

SECONDS = 10
MOST_AT_ONCE = 200
LONGEST = 70_000
"""Octets of a PDU: 64 KB of user data in its optional field, and the rest."""
UNFIT = "通道的账号、业务代码或接入号不合协议"
CODING = {Alphabet.GSM7: 0, Alphabet.UCS2: 8}
_LOST = (exceptions.ConnectionError, OSError, EOFError)
_BROKEN = (
    exceptions.PDUError,
    exceptions.UnknownCommandError,
    struct.error,
    KeyError,
    AttributeError,
    TypeError,
    ValueError,
)


class Guarded(client.Client):
    """smpplib's client on a connection made by the guard of outgoing calls."""

    def __init__(self, route: Route) -> None:
        super().__init__("", 0, timeout=SECONDS, allow_unknown_opt_params=True)
        self._route = route

    def connect(self) -> None:
        address = self._route.address or SMSC.url()
        self._socket = outgoing.connect(
            address, party=SMSC, timeout=SECONDS, encrypted=self._route.encrypted
        )
        self.state = consts.SMPP_CLIENT_STATE_OPEN

    @property
    def socket(self) -> Any:
        return self._socket

    def _recv_exact(self, exact_size: int) -> bytes:
        """The other side says how much follows; what no PDU can have is not waited for."""
        if exact_size > LONGEST:
            raise exceptions.PDUError(f"a PDU of {exact_size} octets")
        received: bytes = super()._recv_exact(exact_size)
        return received

    def drop(self) -> None:
        """Disconnect without a word."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
        self._socket = None
        self.state = consts.SMPP_CLIENT_STATE_CLOSED


class SmppWire:
    """See seam.Wire."""

    repeatable = False

    def __init__(self, route: Route) -> None:
        self.route = route
        self.client = Guarded(route)
        self._asked: dict[int, str] = {}

    def open(self) -> None:
        try:
            self.client.connect()
            self.client.bind_transceiver(
                system_id=self.route.account,
                password=self.route.secret.reveal() if self.route.secret else "",
                system_type="",
            )
        except Refusal as refusal:
            raise LinkLost(refusal.message) from refusal
        except exceptions.PDUError as error:
            self.client.drop()
            raise LinkLost(f"短信中心拒绝登录（{_code(error)}）") from error
        except (*_LOST, *_BROKEN) as error:
            self.client.drop()
            raise LinkLost("短信中心没有接受登录") from error

    def submit(self, ready: Ready) -> None:
        pdu = smpp.make_pdu(
            "submit_sm",
            client=self.client,
            service_type=self.route.service[:5],
            source_addr_ton=0,
            source_addr_npi=1,
            source_addr=self.route.number,
            dest_addr_ton=1,
            dest_addr_npi=1,
            destination_addr=f"86{ready.mobile}",
            esm_class=0x40 if ready.headed else 0,
            protocol_id=0,
            priority_flag=_priority(ready.rank),
            registered_delivery=1,
            validity_period=relative(ready.expires_at - timezone.now()),
            data_coding=CODING[ready.alphabet],
            short_message=ready.octets,
            user_message_reference=ready.reference,
        )
        pdu.sequence = ready.sequence
        self._send(pdu)

    def read(self, seconds: float) -> list[Event]:
        found: list[Event] = []
        wait = seconds
        try:
            while len(found) < MOST_AT_ONCE and self._readable(wait):
                wait = 0.0
                event = self._event(self._next())
                if event is not None:
                    found.append(event)
        except LinkLost as why:
            if not found:
                raise
            found.append(Gone(str(why)))
        return found

    def _readable(self, seconds: float) -> bool:
        socket = self.client.socket
        if socket is None:
            raise LinkLost("连接已断开")
        if getattr(socket, "pending", lambda: 0)():
            return True
        try:
            return bool(select.select([socket], [], [], seconds)[0])
        except (OSError, ValueError) as error:
            raise LinkLost("连接已断开") from error

    def _next(self) -> Any:
        try:
            return self.client.read_pdu()
        except _LOST as error:
            raise LinkLost("连接已断开") from error
        except _BROKEN as error:
            raise LinkLost("短信中心发来无法识别的报文") from error

    def _event(self, pdu: Any) -> Event | None:
        """What a PDU tells; requests of the other side are answered here."""
        if pdu.command == "submit_sm_resp":
            part = states.of_answer(pdu.status, states.SMPP_LATER)
            return Answered(pdu.sequence, part, _text(pdu.message_id), pdu.status, _word(pdu))
        if pdu.command == "generic_nack":
            return Answered(pdu.sequence, Part.REFUSED, "", pdu.status, "NACK")
        if pdu.command == "deliver_sm":
            return _delivered(pdu)
        if pdu.command == "query_sm_resp":
            asked = self._asked.pop(pdu.sequence, "")
            if pdu.status or not asked:
                return None
            return Reported(Report(asked, states.state_word(pdu.message_state or 7)), 0)
        if pdu.command == "enquire_link":
            self._answer("enquire_link_resp", pdu.sequence)
        elif pdu.command == "unbind":
            self._answer("unbind_resp", pdu.sequence)
            raise LinkLost("短信中心要求断开")
        return None

    def acknowledge(self, tickets: Sequence[int]) -> None:
        for ticket in tickets:
            if ticket:
                self._answer("deliver_sm_resp", ticket)

    def query(self, carrier_id: str) -> None:
        pdu = smpp.make_pdu(
            "query_sm",
            client=self.client,
            message_id=carrier_id,
            source_addr_ton=0,
            source_addr_npi=1,
            source_addr=self.route.number,
        )
        self._asked[pdu.sequence] = carrier_id
        self._send(pdu)

    def keep_alive(self) -> None:
        self._send(smpp.make_pdu("enquire_link", client=self.client))

    def _answer(self, command: str, sequence: int) -> None:
        pdu = smpp.make_pdu(command, client=self.client)
        pdu.sequence = sequence
        self._send(pdu)

    def _send(self, pdu: Any) -> None:
        if self.client.socket is None:
            raise LinkLost("连接已断开")
        try:
            self.client.send_pdu(pdu)
        except (*_LOST, exceptions.PDUError) as error:
            raise LinkLost("连接已断开") from error
        except ValueError as error:
            raise LinkLost(UNFIT) from error

    def close(self) -> None:
        if self.client.socket is not None:
            with contextlib.suppress(LinkLost, *_LOST, *_BROKEN):
                self._send(smpp.make_pdu("unbind", client=self.client))
        self.client.drop()


def _delivered(pdu: Any) -> Event:
    content = pdu.short_message or getattr(pdu, "message_payload", None) or b""
    phone = plain_number(_text(pdu.source_addr))
    if (pdu.esm_class or 0) & 0x3C == 0x04:
        return _report(pdu, content, phone) or Junk(pdu.sequence)
    header = None
    if (pdu.esm_class or 0) & 0x40:
        header, content = segments.read_header(content)
    text = read_text(content, pdu.data_coding or 0)
    number = _text(pdu.destination_addr)
    if not phone:
        return Junk(pdu.sequence)
    return Came(Arrived(phone, number, text, header=header), pdu.sequence)


def _report(pdu: Any, content: bytes, phone: str) -> Reported | None:
    said = matching.read_receipt(content.decode("latin-1"))
    carrier_id = _text(getattr(pdu, "receipted_message_id", None)) or said.get("id", "")
    state = getattr(pdu, "message_state", None)
    word = said.get("stat") or (states.state_word(state) if state else "")
    if not carrier_id or not word:
        return None
    at = matching.receipt_day(said.get("submit date", ""))
    report = Report(
        carrier_id,
        word.upper(),
        phone,
        getattr(pdu, "user_message_reference", None),
        _aware(at),
    )
    return Reported(report, pdu.sequence)


def read_text(octets: bytes, coding: int) -> str:
    """Incoming user data by its data coding (SMPP 3.4 section 5.2.19)."""
    if coding == 8:
        return segments.decode(octets, Alphabet.UCS2)
    if coding in {3, 4}:
        return octets.decode("latin-1")
    if coding in {15, 5}:
        return octets.decode("gbk", "replace")
    return segments.decode(octets, Alphabet.GSM7)


def plain_number(number: str) -> str:
    """A mainland mobile number without its country code; others as they are."""
    digits = number.strip().lstrip("+")
    if len(digits) == 13 and digits.startswith("86"):
        return digits[2:]
    return digits


def relative(left: timedelta) -> str:
    """A relative time of SMPP 3.4 section 7.1.1: 000000HHMM00000R with days."""
    minutes = max(int(left.total_seconds() // 60), 1)
    days, minutes = divmod(minutes, 24 * 60)
    return f"0000{min(days, 30):02d}{minutes // 60:02d}{minutes % 60:02d}00000R"


def _priority(rank: int) -> int:
    return 3 if rank <= 0 else 2 if rank == 1 else 1 if rank <= 3 else 0


def _aware(at: datetime | None) -> datetime | None:
    return timezone.make_aware(at) if at is not None else None


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.split(b"\0", 1)[0].decode("latin-1")
    return value or ""


def _word(pdu: Any) -> str:
    return f"{pdu.status:#06x}" if pdu.status else ""


def _code(error: exceptions.PDUError) -> str:
    return f"{error.args[1]:#06x}" if len(error.args) > 1 else "?"
