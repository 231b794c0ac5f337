"""CMPP: every packet of both versions comes back as it went, wrong octets never pass."""

import contextlib
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.systems.media.short_messages.rules import cmpp

VERSIONS = st.sampled_from([cmpp.V20, cmpp.V30])
ASCII = st.characters(min_codepoint=33, max_codepoint=126)


@st.composite
def packets(draw):
    version = draw(VERSIONS)
    command = draw(st.sampled_from(sorted(cmpp.NAMES)))
    fields = {}
    for name, kind, width in cmpp.layout(command, version):
        if name in {"destusr_tl", "msg_length"}:
            continue
        if kind == "int":
            fields[name] = draw(st.integers(0, 256**width - 1))
        elif kind == "text":
            fields[name] = draw(st.text(ASCII, max_size=width))
        elif kind == "bytes":
            fields[name] = draw(st.binary(min_size=width, max_size=width))
        elif kind == "list":
            fields[name] = draw(st.lists(st.text(ASCII, min_size=1, max_size=width), max_size=5))
        else:
            fields[name] = draw(st.binary(max_size=140))
    return version, cmpp.Packet(command, draw(st.integers(0, 2**32 - 1)), fields)


@given(packets())
def test_packets_come_back_as_they_went(made):
    version, packet = made
    back = cmpp.unpack(cmpp.pack(packet, version), version)
    assert (back.command, back.sequence) == (packet.command, packet.sequence)
    assert {name: back[name] for name in packet.fields} == packet.fields


@given(st.lists(packets(), max_size=4), st.integers(1, 40))
def test_a_stream_cut_anywhere_gives_the_same_packets(made, size):
    for version in (cmpp.V20, cmpp.V30):
        own = [packet for found, packet in made if found == version]
        octets = b"".join(cmpp.pack(packet, version) for packet in own)
        stream, got = cmpp.Stream(version), []
        for at in range(0, len(octets), size):
            got += stream.feed(octets[at : at + size])
        assert [item.sequence for item in got] == [item.sequence for item in own]


@given(st.binary(max_size=300), VERSIONS)
def test_noise_is_malformed_or_a_packet_and_nothing_else(octets, version):
    with contextlib.suppress(cmpp.Malformed):
        cmpp.unpack(octets, version)


@given(packets(), st.integers(1, 30))
def test_a_cut_packet_never_passes(made, less):
    version, packet = made
    octets = cmpp.pack(packet, version)
    with pytest.raises(cmpp.Malformed):
        cmpp.unpack(octets[: max(0, len(octets) - less)], version)


@given(
    VERSIONS,
    st.integers(0, 2**64 - 1),
    st.sampled_from(["DELIVRD", "UNDELIV", "EXPIRED", "MK:0001"]),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.integers(0, 2**32 - 1),
)
def test_reports_come_back(version, number, stat, phone, sequence):
    made = cmpp.Report(number, stat, "2611200930", "2611200931", phone, sequence)
    assert cmpp.Report.read(made.octets(version), version) == made


def test_the_login_is_the_standards_digest():
    # MD5("901234" + 9 zeros + "1234" + "0824093000"), computed with another tool.
    said = cmpp.authenticator("901234", "1234", 824093000)
    from hashlib import md5

    assert said == md5(b"901234" + bytes(9) + b"1234" + b"0824093000").digest()
    assert cmpp.stamp(datetime(2026, 8, 24, 9, 30)) == 824093000
    assert cmpp.ismg_authenticator(0, said, "1234", cmpp.V20) != cmpp.ismg_authenticator(
        0, said, "1234", cmpp.V30
    )


def test_sizes_of_the_standard():
    def size(command, version, **fields):
        return len(cmpp.pack(cmpp.Packet(command, 1, fields), version))

    assert size(cmpp.CONNECT, cmpp.V20) == 39
    assert size(cmpp.CONNECT_RESP, cmpp.V20) == 30
    assert size(cmpp.CONNECT_RESP, cmpp.V30) == 33
    assert size(cmpp.SUBMIT, cmpp.V20, dest_terminal_id=["13800000000"]) == 12 + 126 + 21
    assert size(cmpp.SUBMIT, cmpp.V30, dest_terminal_id=["13800000000"]) == 12 + 151 + 32
    assert size(cmpp.DELIVER, cmpp.V20) == 12 + 73
    assert size(cmpp.DELIVER, cmpp.V30) == 12 + 97
    assert size(cmpp.SUBMIT_RESP, cmpp.V20) == 21
    assert size(cmpp.SUBMIT_RESP, cmpp.V30) == 24


def test_what_does_not_fit_is_refused():
    for fields in ({"src_id": "1" * 22}, {"msg_content": b"x" * 256}, {"msg_fmt": 256}):
        with pytest.raises(ValueError):
            cmpp.pack(cmpp.Packet(cmpp.SUBMIT, 1, fields), cmpp.V20)
    with pytest.raises(cmpp.Malformed):
        list(cmpp.Stream(cmpp.V20).feed(b"\x00\x01\x00\x00" + b"\0" * 20))
    assert cmpp.msg_id(datetime(2026, 11, 20, 9, 30), 1, 1) < 2**64
