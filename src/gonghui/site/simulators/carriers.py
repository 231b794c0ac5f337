"""A short message centre (模拟): SMPP 3.4 and CMPP 2.0/3.0; it fails and lies as it is told.

It throttles, delays, cuts lines and mixes up receipts too. Its SMPP is written here, apart from the
library that calls it; its CMPP shares our codec.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gonghui.systems.media.short_messages.rules import cmpp, segments
from gonghui.systems.media.short_messages.rules.segments import Alphabet

MOODS = {
    "well": "正常",
    "refusing": "拒绝登录",
    "failing": "拒收：每条都应答错误",
    "throttling": "限流：每三条收一条",
    "delaying": "缓慢：3 秒后应答",
    "cutting": "断线：收下一条就断开，不应答",
    "reordering": "乱序：先回执后应答，次序打乱",
    "doubling": "重复：每个回执送三次",
    "silent": "没有回执",
    "undelivering": "未送达：回执都是 UNDELIV",
    "lying": "说假话：回执编号换一种写法，先说未送达再说送达",
    "garbling": "胡言：发来无法识别的报文",
}
KEPT = 200
GATEWAY = 990101
BINDS = {0x1, 0x2, 0x9}
SUBMIT, SUBMIT_RESP = 0x4, 0x80000004
DELIVER, DELIVER_RESP = 0x5, 0x80000005
QUERY, QUERY_RESP = 0x3, 0x80000003
UNBIND, UNBIND_RESP = 0x6, 0x80000006
ENQUIRE, ENQUIRE_RESP = 0x15, 0x80000015
NACK = 0x80000000
REJECTED, THROTTLED, BAD_PASSWORD, NO_SUCH = 0x45, 0x58, 0x0E, 0x67
DELIVERED_STATE = 2


@dataclass
class Taken:
    """A message the centre took."""

    id: str
    protocol: str
    mobile: str
    number: str
    text: str
    headed: bool
    reference: int | None
    at: datetime
    state: str = "ENROUTE"


@dataclass
class Center:
    """What the centre knows; shared by its connections.

    receipt_after: seconds until a receipt. echo: whether it repeats our own reference in receipts.
    """

    mood: str = "well"
    account: str = "gonghui"
    secret: str = "sim12345"
    receipt_after: float = 0.0
    echo: bool = True
    seed: int = 12351
    taken: deque[Taken] = field(default_factory=lambda: deque(maxlen=100_000))
    count: int = 0
    told: Callable[[Taken], None] | None = None

    def __post_init__(self) -> None:
        self.by_id: dict[str, Taken] = {}
        self.rng = random.Random(self.seed)
        self.numbers = itertools.count(1)
        self.links: list[Any] = []

    def take(self, made: Taken) -> None:
        self.taken.append(made)
        self.by_id[made.id] = made
        self.count += 1
        if self.told:
            self.told(made)

    def words(self, octets: bytes, headed: bool, alphabet: Alphabet | None) -> str:
        """The text of user data; ASCII without an alphabet."""
        if headed:
            _, octets = segments.read_header(octets)
        return segments.decode(octets, alphabet) if alphabet else octets.decode("ascii", "replace")


class Cut(Exception):
    """The centre cuts the line."""


class Line:
    """A connection from outside, of either protocol."""

    protocol = ""

    def __init__(
        self, center: Center, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.center, self.reader, self.writer = center, reader, writer
        self.sequence = itertools.count(1)
        self.bound = False
        self.later: list[asyncio.Task] = []
        self.held: list[Callable[[], None]] = []

    async def serve(self) -> None:
        """Talk until either side ends."""
        self.center.links.append(self)
        try:
            await self.talk()
        except (Cut, asyncio.CancelledError, asyncio.IncompleteReadError):
            pass
        except (ConnectionError, struct.error, ValueError):
            pass
        finally:
            for task in self.later:
                task.cancel()
            with contextlib.suppress(ValueError):
                self.center.links.remove(self)
            self.writer.close()

    async def talk(self) -> None:
        raise NotImplementedError

    def send_reply(self, mobile: str, text: str) -> None:
        """A text of a person to our number."""
        raise NotImplementedError

    def cut(self) -> None:
        """Drop the line without a word."""
        self.writer.transport.abort()

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something later on this line."""

        async def wait() -> None:
            await asyncio.sleep(seconds)
            with contextlib.suppress(ConnectionError, RuntimeError):
                do()

        self.later.append(asyncio.ensure_future(wait()))
        if len(self.later) > 1000:
            self.later = [task for task in self.later if not task.done()]

    def settle(self, made: Taken, answer: Callable[[], None]) -> None:
        """Answer a submit that was taken and report on it, in the order of the mood."""
        mood, delay = self.center.mood, self.center.receipt_after
        if mood == "cutting":
            self.cut()
            raise Cut
        if mood == "delaying":
            self.after(3.0, answer)
            self.after(3.0 + delay, lambda: self.report(made, "DELIVRD"))
            return
        if mood == "reordering":
            self._mix(made, answer)
            return
        answer()
        if mood == "silent":
            return
        words = {"undelivering": ["UNDELIV"], "lying": ["UNDELIV", "DELIVRD"]}.get(
            mood, ["DELIVRD"]
        )
        times = 3 if mood == "doubling" else 1
        for place, word in enumerate(words):
            for again in range(times):
                self.after(
                    delay + 0.05 * (place + again), lambda word=word: self.report(made, word)
                )

    def _mix(self, made: Taken, answer: Callable[[], None]) -> None:
        """Hold up to twenty pairs, then let all of them go in any order."""
        self.held += [lambda: self.report(made, "DELIVRD"), answer]

        def release() -> None:
            held, self.held = self.held, []
            self.center.rng.shuffle(held)
            for do in held:
                do()

        if len(self.held) >= 40:
            release()
        elif len(self.held) == 2:
            self.after(0.2, release)

    def report(self, made: Taken, word: str) -> None:
        raise NotImplementedError


def _number_out(center: Center, made: Taken) -> str:
    """The number as receipts write it: when lying, decimal for the hexadecimal of the answer."""
    return str(int(made.id, 16)) if center.mood == "lying" else made.id


class SmppLine(Line):
    """SMPP 3.4."""

    protocol = "smpp"

    async def talk(self) -> None:
        while True:
            head = await self.reader.readexactly(16)
            length, command, _, sequence = struct.unpack(">IIII", head)
            if not 16 <= length <= 70_000:
                raise Cut
            body = await self.reader.readexactly(length - 16)
            self.handle(command, sequence, body)
            await self.writer.drain()

    def write(self, command: int, status: int, sequence: int, body: bytes = b"") -> None:
        self.writer.write(struct.pack(">IIII", 16 + len(body), command, status, sequence) + body)

    def handle(self, command: int, sequence: int, body: bytes) -> None:
        if command in BINDS:
            self._bind(command, sequence, body)
        elif command == ENQUIRE:
            self.write(ENQUIRE_RESP, 0, sequence)
        elif command == UNBIND:
            self.write(UNBIND_RESP, 0, sequence)
            raise Cut
        elif command == SUBMIT and self.bound:
            self._submit(sequence, body)
        elif command == QUERY and self.bound:
            self._query(sequence, body)
        elif command in {DELIVER_RESP, ENQUIRE_RESP}:
            pass
        else:
            self.write(NACK, 3, sequence)

    def _bind(self, command: int, sequence: int, body: bytes) -> None:
        account, secret = (part.decode("latin-1") for part in body.split(b"\0")[:2])
        good = (account, secret) == (self.center.account, self.center.secret)
        if not good or self.center.mood == "refusing":
            self.write(command | 0x80000000, BAD_PASSWORD, sequence, b"SIM\0")
            raise Cut
        self.bound = True
        self.write(command | 0x80000000, 0, sequence, b"SIM\0")

    def _submit(self, sequence: int, body: bytes) -> None:
        found = read_submit(body)
        mood = self.center.mood
        if mood == "garbling":
            self.writer.write(b"\x00\x00\x00\x05hello")
            raise Cut
        if mood == "failing":
            self.write(SUBMIT_RESP, REJECTED, sequence)
            return
        number = next(self.center.numbers)
        if mood == "throttling" and number % 3:
            self.write(SUBMIT_RESP, THROTTLED, sequence)
            return
        headed = bool(found["esm_class"] & 0x40)
        made = Taken(
            f"{number:08x}",
            self.protocol,
            found["destination"].removeprefix("86"),
            found["source"],
            self.center.words(
                found["octets"], headed, Alphabet.UCS2 if found["coding"] == 8 else Alphabet.GSM7
            ),
            headed,
            found["reference"],
            datetime.now(),
        )
        self.center.take(made)
        self.settle(made, lambda: self.write(SUBMIT_RESP, 0, sequence, made.id.encode() + b"\0"))

    def _query(self, sequence: int, body: bytes) -> None:
        number = body.split(b"\0", 1)[0].decode("latin-1")
        made = self.center.by_id.get(number)
        if made is None:
            self.write(QUERY_RESP, NO_SUCH, sequence)
            return
        state = bytes((DELIVERED_STATE, 0))
        self.write(QUERY_RESP, 0, sequence, number.encode() + b"\0" + b"\0" + state)

    def report(self, made: Taken, word: str) -> None:
        made.state = word
        stamp = f"{made.at:%y%m%d%H%M}"
        text = (
            f"id:{_number_out(self.center, made)} sub:001 dlvrd:001 submit date:{stamp} "
            f"done date:{datetime.now():%y%m%d%H%M} stat:{word} err:000 text:"
        )
        extra = b""
        if self.center.echo and made.reference is not None:
            extra = struct.pack(">HHH", 0x0204, 2, made.reference)
        self._deliver(made.mobile, made.number, text.encode(), 0x04, 0, extra)

    def send_reply(self, mobile: str, text: str) -> None:
        octets = text.encode("utf-16-be")
        if len(octets) <= 140:
            self._deliver(mobile, "12351", octets, 0, 8)
            return
        pieces = [octets[at : at + 134] for at in range(0, len(octets), 134)]
        reference = next(self.sequence) % 256
        for place, piece in enumerate(pieces, start=1):
            head = bytes((5, 0, 3, reference, len(pieces), place))
            self._deliver(mobile, "12351", head + piece, 0x40, 8)

    def _deliver(
        self, source: str, target: str, octets: bytes, esm: int, coding: int, extra: bytes = b""
    ) -> None:
        body = (
            b"\0\x01\x01"
            + f"86{source}".encode()
            + b"\0\0\x01"
            + target.encode()
            + b"\0"
            + bytes((esm, 0, 0))
            + b"\0\0"
            + bytes((0, 0, coding, 0, len(octets)))
            + octets
            + extra
        )
        self.write(DELIVER, 0, next(self.sequence), body)


def read_submit(body: bytes) -> dict[str, Any]:
    """The fields of a submit_sm this centre looks at."""
    at = 0

    def words() -> str:
        nonlocal at
        end = body.index(0, at)
        found, at = body[at:end].decode("latin-1"), end + 1
        return found

    def number() -> int:
        nonlocal at
        at += 1
        return body[at - 1]

    words()
    number(), number()
    source = words()
    number(), number()
    destination = words()
    esm_class = number()
    number(), number()
    words(), words()
    number(), number()
    coding = number()
    number()
    size = number()
    octets = body[at : at + size]
    at += size
    reference = None
    while at + 4 <= len(body):
        tag, length = struct.unpack_from(">HH", body, at)
        if tag == 0x0204 and length == 2:
            reference = struct.unpack_from(">H", body, at + 4)[0]
        at += 4 + length
    return {
        "source": source,
        "destination": destination,
        "esm_class": esm_class,
        "coding": coding,
        "octets": octets,
        "reference": reference,
    }


class CmppLine(Line):
    """CMPP; the version is the one CONNECT asks for."""

    protocol = "cmpp"
    version = cmpp.V20

    async def talk(self) -> None:
        while True:
            head = await self.reader.readexactly(4)
            length = int.from_bytes(head, "big")
            if not 12 <= length <= cmpp.LONGEST:
                raise Cut
            octets = head + await self.reader.readexactly(length - 4)
            # CONNECT is the same in both versions.
            self.handle(cmpp.unpack(octets, self.version))
            await self.writer.drain()

    def write(self, command: int, sequence: int, **fields: Any) -> None:
        self.writer.write(cmpp.pack(cmpp.Packet(command, sequence, fields), self.version))

    def handle(self, packet: cmpp.Packet) -> None:
        if packet.command == cmpp.CONNECT:
            self._connect(packet)
        elif packet.command == cmpp.ACTIVE_TEST:
            self.write(cmpp.ACTIVE_TEST_RESP, packet.sequence)
        elif packet.command == cmpp.TERMINATE:
            self.write(cmpp.TERMINATE_RESP, packet.sequence)
            raise Cut
        elif packet.command == cmpp.SUBMIT and self.bound:
            self._submit(packet)

    def _connect(self, packet: cmpp.Packet) -> None:
        center = self.center
        self.version = cmpp.V30 if packet["version"] >= cmpp.V30 else cmpp.V20
        proof = cmpp.authenticator(packet["source_addr"], center.secret, packet["timestamp"])
        good = proof == packet["authenticator_source"] and center.mood != "refusing"
        status = 0 if good else 3
        self.write(
            cmpp.CONNECT_RESP,
            packet.sequence,
            status=status,
            authenticator_ismg=cmpp.ismg_authenticator(status, proof, center.secret, self.version),
            version=self.version,
        )
        if not good:
            raise Cut
        self.bound = True

    def _submit(self, packet: cmpp.Packet) -> None:
        mood = self.center.mood
        if mood == "garbling":
            self.writer.write(b"\xff\xff\xff\xff")
            raise Cut
        if mood == "failing":
            self.write(cmpp.SUBMIT_RESP, packet.sequence, msg_id=0, result=9)
            return
        number = next(self.center.numbers)
        if mood == "throttling" and number % 3:
            self.write(cmpp.SUBMIT_RESP, packet.sequence, msg_id=0, result=8)
            return
        msg_id = cmpp.msg_id(datetime.now(), GATEWAY, number)
        headed = bool(packet["tp_udhi"])
        made = Taken(
            f"{msg_id:x}",
            self.protocol,
            packet["dest_terminal_id"][0],
            packet["src_id"],
            self.center.words(
                packet["msg_content"],
                headed,
                Alphabet.UCS2 if packet["msg_fmt"] == cmpp.UCS2 else None,
            ),
            headed,
            None,
            datetime.now(),
        )
        self.center.take(made)
        self.settle(
            made,
            lambda: self.write(cmpp.SUBMIT_RESP, packet.sequence, msg_id=msg_id, result=0),
        )

    def report(self, made: Taken, word: str) -> None:
        made.state = word
        found = cmpp.Report(
            int(made.id, 16),
            word,
            f"{made.at:%y%m%d%H%M}",
            f"{datetime.now():%y%m%d%H%M}",
            made.mobile,
            int(made.id, 16) % 2**32,
        )
        self._deliver(made.mobile, made.number, found.octets(self.version), 1, 0)

    def send_reply(self, mobile: str, text: str) -> None:
        octets = text.encode("utf-16-be")
        if len(octets) <= 140:
            self._deliver(mobile, "12351", octets, 0, cmpp.UCS2)
            return
        pieces = [octets[at : at + 134] for at in range(0, len(octets), 134)]
        reference = next(self.sequence) % 256
        for place, piece in enumerate(pieces, start=1):
            head = bytes((5, 0, 3, reference, len(pieces), place))
            self._deliver(mobile, "12351", head + piece, 0, cmpp.UCS2, headed=1)

    def _deliver(
        self, source: str, target: str, octets: bytes, report: int, form: int, headed: int = 0
    ) -> None:
        sequence = next(self.sequence)
        self.write(
            cmpp.DELIVER,
            sequence,
            msg_id=cmpp.msg_id(datetime.now(), GATEWAY, sequence),
            dest_id=target,
            src_terminal_id=source,
            registered_delivery=report,
            msg_fmt=form,
            tp_udhi=headed,
            msg_content=octets,
        )


class Served:
    """A centre listening in a thread of its own; ports are chosen where 0 is given."""

    def __init__(self, center: Center, smpp: int = 0, cmpp: int = 0, host: str = "127.0.0.1"):
        self.center, self.host = center, host
        self.ports = {"smpp": smpp, "cmpp": cmpp}
        self._ready, self._loop = threading.Event(), asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True, name="carriers")

    def __enter__(self) -> Served:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *ignored: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._ready.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _listen(self) -> None:
        for name, kind in (("smpp", SmppLine), ("cmpp", CmppLine)):

            async def serve(reader: Any, writer: Any, kind: type[Line] = kind) -> None:
                await kind(self.center, reader, writer).serve()

            server = await asyncio.start_server(serve, self.host, self.ports[name])
            self.ports[name] = server.sockets[0].getsockname()[1]

    def address(self, protocol: str) -> str:
        """host:port of a protocol."""
        return f"{self.host}:{self.ports[protocol]}"

    def do(self, act: Callable[[], None]) -> None:
        """Have something done in the centre's own thread."""
        self._loop.call_soon_threadsafe(act)

    def cut_all(self) -> None:
        """Drop every line."""
        self.do(lambda: [line.cut() for line in list(self.center.links)] and None)

    def reply(self, mobile: str, text: str, protocol: str = "") -> None:
        """Somebody writes to our number, over the first line of a protocol."""

        def act() -> None:
            lines = [
                line for line in self.center.links if line.bound and protocol in {"", line.protocol}
            ]
            if lines:
                lines[0].send_reply(mobile, text)

        self.do(act)
