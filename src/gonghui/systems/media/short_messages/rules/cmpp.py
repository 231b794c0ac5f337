"""CMPP 2.0 and 3.0, the protocol of China Mobile's gateways (ISMG): packets to octets and back.

中国移动通信互联网短信网关接口协议 V2.0 (2002) and V3.0 (2003). All integers are big endian,
texts are padded with zeros to their width. Header: Total_Length 4, Command_Id 4, Sequence_Id 4. The
versions differ in the width of status (1 and 4) and of numbers and reserve fields of SUBMIT and
DELIVER.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5
from typing import Any

V20, V30 = 0x20, 0x30
HEADER = struct.Struct(">III")
LONGEST = 4096

CONNECT, CONNECT_RESP = 0x00000001, 0x80000001
TERMINATE, TERMINATE_RESP = 0x00000002, 0x80000002
SUBMIT, SUBMIT_RESP = 0x00000004, 0x80000004
DELIVER, DELIVER_RESP = 0x00000005, 0x80000005
QUERY, QUERY_RESP = 0x00000006, 0x80000006
ACTIVE_TEST, ACTIVE_TEST_RESP = 0x00000008, 0x80000008
NAMES = {
    CONNECT: "CMPP_CONNECT",
    CONNECT_RESP: "CMPP_CONNECT_RESP",
    TERMINATE: "CMPP_TERMINATE",
    TERMINATE_RESP: "CMPP_TERMINATE_RESP",
    SUBMIT: "CMPP_SUBMIT",
    SUBMIT_RESP: "CMPP_SUBMIT_RESP",
    DELIVER: "CMPP_DELIVER",
    DELIVER_RESP: "CMPP_DELIVER_RESP",
    QUERY: "CMPP_QUERY",
    QUERY_RESP: "CMPP_QUERY_RESP",
    ACTIVE_TEST: "CMPP_ACTIVE_TEST",
    ACTIVE_TEST_RESP: "CMPP_ACTIVE_TEST_RESP",
}
UCS2, ASCII, GBK = 8, 0, 15


class Malformed(ValueError):
    """Octets that are no packet of this protocol."""


@dataclass(frozen=True)
class Packet:
    """One packet: its command, sequence and fields by the names of the standard, in snake case."""

    command: int
    sequence: int
    fields: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]


# A field: name, kind, width. Kinds: int, text (ASCII, zeros cut), bytes (as they are),
# list (destination numbers of `width` octets, their count stands in `destusr_tl`),
# body (octets whose count stands in `msg_length`).
Layout = list[tuple[str, str, int]]


def _connect(version: int) -> Layout:
    return [
        ("source_addr", "text", 6),
        ("authenticator_source", "bytes", 16),
        ("version", "int", 1),
        ("timestamp", "int", 4),
    ]


def _connect_resp(version: int) -> Layout:
    return [
        ("status", "int", 4 if version >= V30 else 1),
        ("authenticator_ismg", "bytes", 16),
        ("version", "int", 1),
    ]


def _submit(version: int) -> Layout:
    wide = version >= V30
    number = 32 if wide else 21
    return [
        ("msg_id", "int", 8),
        ("pk_total", "int", 1),
        ("pk_number", "int", 1),
        ("registered_delivery", "int", 1),
        ("msg_level", "int", 1),
        ("service_id", "text", 10),
        ("fee_user_type", "int", 1),
        ("fee_terminal_id", "text", number),
        *([("fee_terminal_type", "int", 1)] if wide else []),
        ("tp_pid", "int", 1),
        ("tp_udhi", "int", 1),
        ("msg_fmt", "int", 1),
        ("msg_src", "text", 6),
        ("fee_type", "text", 2),
        ("fee_code", "text", 6),
        ("valid_time", "text", 17),
        ("at_time", "text", 17),
        ("src_id", "text", 21),
        ("destusr_tl", "int", 1),
        ("dest_terminal_id", "list", number),
        *([("dest_terminal_type", "int", 1)] if wide else []),
        ("msg_length", "int", 1),
        ("msg_content", "body", 0),
        ("link_id" if wide else "reserve", "text", 20 if wide else 8),
    ]


def _submit_resp(version: int) -> Layout:
    return [("msg_id", "int", 8), ("result", "int", 4 if version >= V30 else 1)]


def _deliver(version: int) -> Layout:
    wide = version >= V30
    return [
        ("msg_id", "int", 8),
        ("dest_id", "text", 21),
        ("service_id", "text", 10),
        ("tp_pid", "int", 1),
        ("tp_udhi", "int", 1),
        ("msg_fmt", "int", 1),
        ("src_terminal_id", "text", 32 if wide else 21),
        *([("src_terminal_type", "int", 1)] if wide else []),
        ("registered_delivery", "int", 1),
        ("msg_length", "int", 1),
        ("msg_content", "body", 0),
        ("link_id" if wide else "reserved", "text", 20 if wide else 8),
    ]


def _query(version: int) -> Layout:
    return [
        ("time", "text", 8),
        ("query_type", "int", 1),
        ("query_code", "text", 10),
        ("reserve", "text", 8),
    ]


def _query_resp(version: int) -> Layout:
    counts = ("mt_tl_msg", "mt_tl_usr", "mt_scs", "mt_wt", "mt_fl", "mo_scs", "mo_wt", "mo_fl")
    return [
        ("time", "text", 8),
        ("query_type", "int", 1),
        ("query_code", "text", 10),
        *((name, "int", 4) for name in counts),
    ]


_LAYOUTS = {
    CONNECT: _connect,
    CONNECT_RESP: _connect_resp,
    TERMINATE: lambda version: [],
    TERMINATE_RESP: lambda version: [],
    SUBMIT: _submit,
    SUBMIT_RESP: _submit_resp,
    DELIVER: _deliver,
    DELIVER_RESP: _submit_resp,
    QUERY: _query,
    QUERY_RESP: _query_resp,
    ACTIVE_TEST: lambda version: [],
    ACTIVE_TEST_RESP: lambda version: [("reserved", "int", 1)],
}


def layout(command: int, version: int) -> Layout:
    """The fields of a command in their order; Malformed for one the protocol lacks."""
    try:
        return _LAYOUTS[command](version)
    except KeyError:
        raise Malformed(f"no command {command:#010x}") from None


def pack(packet: Packet, version: int) -> bytes:
    """A packet as octets; fields left out are 0 or empty.

    Raises ValueError for a text or number that does not fit its field.
    """
    given = dict(packet.fields)
    if "msg_content" in given:
        given["msg_length"] = len(given["msg_content"])
    if "dest_terminal_id" in given:
        given["destusr_tl"] = len(given["dest_terminal_id"])
    body = b"".join(
        _write(name, kind, width, given.get(name))
        for name, kind, width in layout(packet.command, version)
    )
    return HEADER.pack(HEADER.size + len(body), packet.command, packet.sequence) + body


def _write(name: str, kind: str, width: int, value: Any) -> bytes:
    if kind == "int":
        number = int(value or 0)
        if not 0 <= number < 256**width:
            raise ValueError(f"{name} {number} does not fit {width} octets")
        return number.to_bytes(width, "big")
    if kind == "text":
        return _padded(name, (value or "").encode("ascii"), width)
    if kind == "bytes":
        return _padded(name, bytes(value or b""), width)
    if kind == "list":
        return b"".join(_padded(name, each.encode("ascii"), width) for each in value or ())
    content = bytes(value or b"")
    if len(content) > 255:
        raise ValueError(f"{name} has {len(content)} octets, at most 255")
    return content


def _padded(name: str, value: bytes, width: int) -> bytes:
    if len(value) > width:
        raise ValueError(f"{name} has {len(value)} octets, at most {width}")
    return value.ljust(width, b"\0")


def unpack(octets: bytes, version: int) -> Packet:
    """The packet of exactly these octets; Malformed else."""
    if len(octets) < HEADER.size:
        raise Malformed("shorter than a header")
    length, command, sequence = HEADER.unpack_from(octets)
    if length != len(octets):
        raise Malformed(f"says {length} octets, has {len(octets)}")
    at = HEADER.size
    found: dict[str, Any] = {}
    for name, kind, width in layout(command, version):
        size = width
        if kind == "list":
            size = width * found["destusr_tl"]
        elif kind == "body":
            size = found["msg_length"]
        raw = octets[at : at + size]
        if len(raw) != size:
            raise Malformed(f"{NAMES[command]} ends inside {name}")
        at += size
        found[name] = _read(kind, raw, found)
    if at != len(octets):
        raise Malformed(f"{NAMES[command]} has {len(octets) - at} octets too many")
    return Packet(command, sequence, found)


def _read(kind: str, raw: bytes, before: dict[str, Any]) -> Any:
    if kind == "int":
        return int.from_bytes(raw, "big")
    if kind == "text":
        return raw.split(b"\0", 1)[0].decode("ascii", "replace")
    if kind == "list":
        count = before["destusr_tl"]
        size = len(raw) // count if count else 0
        pieces = [raw[n * size : (n + 1) * size] for n in range(count)]
        return [piece.split(b"\0", 1)[0].decode("ascii", "replace") for piece in pieces]
    return raw


class Stream:
    """Octets as they arrive, given back as whole packets."""

    def __init__(self, version: int) -> None:
        self.version = version
        self._kept = bytearray()

    def feed(self, octets: bytes) -> Iterator[Packet]:
        """The packets now whole; Malformed ends the link, for nothing after it can be found."""
        self._kept += octets
        while len(self._kept) >= HEADER.size:
            length = int.from_bytes(self._kept[:4], "big")
            if not HEADER.size <= length <= LONGEST:
                raise Malformed(f"a packet of {length} octets")
            if len(self._kept) < length:
                return
            whole = bytes(self._kept[:length])
            del self._kept[:length]
            yield unpack(whole, self.version)


def stamp(at: datetime) -> int:
    """MMDDHHMMSS as the number CONNECT carries."""
    return int(at.strftime("%m%d%H%M%S"))


def authenticator(source: str, secret: str, timestamp: int) -> bytes:
    """AuthenticatorSource: MD5 of source, nine zeros, secret and the ten digits of the time."""
    said = source.encode() + b"\0" * 9 + secret.encode() + f"{timestamp:010d}".encode()
    return md5(said, usedforsecurity=False).digest()


def ismg_authenticator(status: int, source: bytes, secret: str, version: int) -> bytes:
    """AuthenticatorISMG: MD5 of the status as it is sent, AuthenticatorSource and the secret."""
    width = 4 if version >= V30 else 1
    said = status.to_bytes(width, "big") + source + secret.encode()
    return md5(said, usedforsecurity=False).digest()


@dataclass(frozen=True)
class Report:
    """A delivery report, the content of a DELIVER with Registered_Delivery 1.

    submit_time, done_time: YYMMDDHHMM.
    """

    msg_id: int
    stat: str
    submit_time: str
    done_time: str
    dest_terminal_id: str
    smsc_sequence: int

    def octets(self, version: int) -> bytes:
        """As it stands in Msg_Content."""
        number = 32 if version >= V30 else 21
        return (
            self.msg_id.to_bytes(8, "big")
            + _padded("stat", self.stat.encode(), 7)
            + _padded("submit_time", self.submit_time.encode(), 10)
            + _padded("done_time", self.done_time.encode(), 10)
            + _padded("dest_terminal_id", self.dest_terminal_id.encode(), number)
            + self.smsc_sequence.to_bytes(4, "big")
        )

    @classmethod
    def read(cls, octets: bytes, version: int) -> Report:
        """From Msg_Content; Malformed for another length than the version's."""
        number = 32 if version >= V30 else 21
        if len(octets) != 8 + 7 + 10 + 10 + number + 4:
            raise Malformed(f"a report of {len(octets)} octets")

        def words(start: int, end: int) -> str:
            return octets[start:end].split(b"\0", 1)[0].decode("ascii", "replace")

        return cls(
            int.from_bytes(octets[:8], "big"),
            words(8, 15),
            words(15, 25),
            words(25, 35),
            words(35, 35 + number),
            int.from_bytes(octets[35 + number :], "big"),
        )


def msg_id(at: datetime, gateway: int, sequence: int) -> int:
    """Msg_Id: month 4 bits, day 5, hour 5, minute 6, second 6, gateway 22, sequence 16."""
    found = 0
    for value, bits in (
        (at.month, 4),
        (at.day, 5),
        (at.hour, 5),
        (at.minute, 6),
        (at.second, 6),
        (gateway, 22),
        (sequence % 65536, 16),
    ):
        if value >> bits:
            raise ValueError(f"{value} has more than {bits} bits")
        found = found << bits | value
    return found
