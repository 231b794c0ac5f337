"""Segments, quiet hours, commands, words, routing, billing, templates, payloads, states."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.media.short_messages.rules import (
    billing,
    carriers,
    categories,
    commands,
    crisis,
    filtering,
    matching,
    payloads,
    quiet,
    routing,
    segments,
    states,
    wording,
)
from gonghui.systems.media.short_messages.rules.segments import Alphabet, Header
from gonghui.systems.media.short_messages.rules.states import Part, Whole

AT = datetime(2026, 11, 20, 9, 30)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=600)
GSM = st.text(st.sampled_from("abcXYZ 0189@£$é{}[]~|€^\\\n"), max_size=1400)


# Segments


@pytest.mark.parametrize(
    ("text", "count", "left"),
    [
        ("工" * 70, 1, 0),
        ("工" * 71, 2, 63),
        ("工" * 134, 2, 0),
        ("工" * 135, 3, 66),
        ("a" * 160, 1, 0),
        ("a" * 161, 2, 145),
        ("a" * 306, 2, 0),
        ("a" * 307, 3, 152),
        ("€" * 80, 1, 0),
        ("€" * 81, 2, 153 - 10),
        ("", 1, 160),
        ("😀" * 35, 1, 0),
        ("😀" * 36, 2, 67 - 6),
    ],
)
def test_counts_at_the_edges(text, count, left):
    found = segments.cut(text)
    assert (found.count, found.left) == (count, left)


@given(TEXTS | GSM)
@settings(max_examples=300)
def test_parts_join_to_the_text_and_each_fits(text):
    try:
        found = segments.cut(text)
    except Refusal:
        assert len(text) > 600 or any(ord(sign) > 0xFFFF for sign in text) or len(text) > 300
        return
    assert "".join(found.parts) == text
    room = segments.WHOLE if found.count == 1 else segments.PART
    for part in found.parts:
        units = sum(segments.units_of(sign, found.alphabet) for sign in part)
        assert units <= room[found.alphabet]
        octets = segments.encode(part, found.alphabet)
        assert segments.decode(octets, found.alphabet) == part
        assert len(octets) + (6 if found.count > 1 else 0) <= (
            140 if found.alphabet is Alphabet.UCS2 else 160
        )


@given(TEXTS, st.integers(0, 255))
def test_what_goes_out_reads_back_with_its_header(text, reference):
    try:
        parts = segments.wire_parts(text, reference)
    except Refusal:
        return
    alphabet = segments.cut(text).alphabet
    read = []
    for place, (octets, headed) in enumerate(parts, start=1):
        header, rest = segments.read_header(octets) if headed else (None, octets)
        assert header == (Header(reference, len(parts), place) if headed else None)
        read.append(segments.decode(rest, alphabet))
    assert "".join(read) == text


@given(st.binary(max_size=160))
def test_no_incoming_header_breaks_the_reader(octets):
    header, rest = segments.read_header(octets)
    assert octets.endswith(rest)
    assert header is None or 1 <= header.number <= header.total


def test_sixteen_bit_references_are_read():
    assert segments.read_header(b"\x06\x08\x04\x12\x34\x02\x01ab") == (Header(0x1234, 2, 1), b"ab")


def test_a_text_beyond_ten_parts_is_refused():
    with pytest.raises(Refusal, match="内容太长"):
        segments.cut("工" * 671)


# Quiet hours

NIGHT = quiet.Quiet(22, 8)


@pytest.mark.parametrize(
    ("at", "then"),
    [
        (datetime(2026, 11, 20, 21, 59), datetime(2026, 11, 20, 21, 59)),
        (datetime(2026, 11, 20, 22, 0), datetime(2026, 11, 21, 8, 0)),
        (datetime(2026, 12, 31, 23, 0), datetime(2027, 1, 1, 8, 0)),
        (datetime(2026, 11, 21, 7, 59), datetime(2026, 11, 21, 8, 0)),
        (datetime(2026, 11, 21, 8, 0), datetime(2026, 11, 21, 8, 0)),
    ],
)
def test_the_night_ends_at_eight(at, then):
    assert NIGHT.next_open(at) == then


@given(
    st.integers(0, 23), st.integers(0, 23), st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))
)
def test_the_next_open_moment_is_open_and_at_most_a_day_off(start, end, at):
    found = quiet.Quiet(start, end)
    then = found.next_open(at)
    assert at <= then <= at + timedelta(days=1)
    assert not found.holds(then)
    assert quiet.send_after(at, found, exempt=True) == at


# Replies, words, crisis


@pytest.mark.parametrize("said", ["TD", "td", " ｔｄ。", "T", "退订", "【退订】", "回复TD退订"])
@pytest.mark.parametrize("sign", ["", "；", "…", "\u200b", "👍"])
def test_refusals_are_understood_with_any_sign_behind(said, sign):
    assert commands.command_of(said + sign) is commands.Command.REFUSE


@pytest.mark.parametrize(
    "said", ["T D", "退 订", "TD退订", "回复 T", "退订：TD", "请退订！", "退訂"]
)
def test_refusals_are_understood(said):
    assert commands.command_of(said) is commands.Command.REFUSE


@pytest.mark.parametrize("said", ["我要退订单位的体检吗", "特大暴雨", "Tiger", "", "1"])
def test_sentences_are_no_refusals(said):
    assert commands.command_of(said) is commands.Command.NONE


def test_a_reply_sent_again_by_the_carrier_is_one():
    assert commands.is_repeat(AT, True, AT + timedelta(seconds=60))
    assert not commands.is_repeat(AT, True, AT + timedelta(minutes=5))
    assert commands.is_repeat(AT, False, AT + timedelta(hours=3))
    assert not commands.is_repeat(None, False, AT)


def test_words_are_found_through_width_blanks_and_variants():
    words = [
        filtering.Word("赌博", "stop", ("du bo",)),
        filtering.Word("投票", "look"),
    ]
    assert [hit.word for hit in filtering.hits("快来 赌 、博", words)] == ["赌博"]
    assert filtering.hits("ＤＵＢＯ网站", words)[0].form == "du bo"
    assert filtering.stopped(filtering.hits("请投票", words)) == []
    assert filtering.hits("读书活动", words) == []


def test_words_of_danger_are_found_however_they_are_spaced():
    assert crisis.found("我 真的 不想 活 了") == "不想活"
    assert not crisis.found("请问怎么办会员卡")
    assert segments.cut(crisis.ANSWER).count <= 2


# Carriers and routing


def way(number, rank=1, price="0.04", **facts):
    served = facts.pop("carriers", ("mobile", "unicom"))
    return routing.Way(number, frozenset(served), frozenset({"sms"}), rank, Decimal(price), **facts)


@pytest.mark.parametrize(
    ("mobile", "carrier"),
    [
        ("13800000000", "mobile"),
        ("13490000000", "telecom"),
        ("17000000000", "telecom"),
        ("17040000000", "unicom"),
        ("17050000000", "mobile"),
        ("19900000000", "telecom"),
        ("19200000000", "broadnet"),
        ("12300000000", "unknown"),
    ],
)
def test_prefixes(mobile, carrier):
    assert carriers.carrier_of(mobile) == carrier


def test_rank_comes_before_price_and_resting_routes_are_left_out():
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    dear, cheap = way(1, 1, "0.05"), way(2, 1, "0.03")
    first = way(3, 0, "0.09", closed_until=now + timedelta(seconds=1))
    assert routing.best([dear, cheap, first], "mobile", "sms", now) == cheap
    assert routing.best([dear, cheap, first], "mobile", "sms", now + timedelta(seconds=1)) == first
    assert routing.best([dear, cheap], "mobile", "sms", now, tried={2}) == dear
    assert routing.best([dear], "telecom", "sms", now) is None
    assert routing.best([dear], "unknown", "sms", now) == dear
    assert routing.best([dear], "mobile", "mms", now) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 99)), min_size=1, max_size=8))
def test_the_best_route_is_never_behind_another(pairs):
    ways = [way(n, rank, str(price)) for n, (rank, price) in enumerate(pairs)]
    found = routing.best(ways, "mobile", "sms", AT)
    assert all((found.rank, found.price) <= (other.rank, other.price) for other in ways)


def test_a_route_rests_longer_and_longer():
    failures, until = 0, None
    for _ in range(4):
        failures, until = routing.after_failure(failures, AT)
        assert until is None
    failures, until = routing.after_failure(failures, AT)
    assert until == AT + timedelta(seconds=30)
    for _ in range(20):
        failures, until = routing.after_failure(failures, AT)
    assert until == AT + routing.LONGEST_PAUSE


# Billing


@given(st.lists(st.tuples(st.integers(1, 200), st.integers(0, 10_000)), max_size=12))
def test_a_bill_is_the_sum_of_its_lines(pairs):
    lines = [billing.Used(f"r{n}", price, parts) for n, (price, parts) in enumerate(pairs)]
    assert billing.total(lines) == sum(price * parts for price, parts in pairs)


def test_money_and_months():
    assert billing.in_words(40) == "0.04 元"
    assert billing.in_words(1_234_565) == "1,234.565 元"
    assert billing.next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert billing.fits(100, 60, 40) and not billing.fits(100, 60, 41)
    assert billing.nearly_used(100, 80, 80) and not billing.nearly_used(0, 0, 80)
    assert billing.compare({"a": 3, "b": 2}, {"a": 3, "c": 1}) == [
        billing.Difference("b", 2, 0),
        billing.Difference("c", 0, 1),
    ]


# Templates, consent


def test_variables_are_filled_and_cannot_smuggle_a_signature():
    body = wording.check_body("{姓名}您好，{活动}将于{时间}举行。")
    assert wording.variables(body) == ["姓名", "活动", "时间"]
    text = wording.fill(body, {"姓名": "张三", "活动": "【银行】读书会\n", "时间": "明天"})
    assert "【" not in text and "\n" not in text
    assert wording.signed("安徽工会", text, refusable=True).endswith("回T退订")
    with pytest.raises(Refusal, match="变量“时间”没有值"):
        wording.fill(body, {"姓名": "张三", "活动": "x"})


@pytest.mark.parametrize("body", ["", "{姓名", "你好}", "【安徽工会】您好", "{" + "长" * 21 + "}"])
def test_bad_bodies_are_refused(body):
    with pytest.raises(Refusal):
        wording.check_body(body)


@pytest.mark.parametrize("text", ["工", "工" * 21, "工会!", ""])
def test_bad_signatures_are_refused(text):
    with pytest.raises(Refusal):
        wording.check_signature(text)


@pytest.mark.parametrize(
    ("category", "refused", "consented", "may"),
    [
        ("emergency", True, False, True),
        ("code", True, False, True),
        ("notice", False, False, True),
        ("notice", True, False, False),
        ("promotion", False, False, False),
        ("promotion", False, True, True),
        ("promotion", True, True, False),
    ],
)
def test_who_may_be_sent_what(category, refused, consented, may):
    assert categories.may_receive(category, refused, consented) is may


def test_a_batch_cannot_push_in_before_its_category():
    assert categories.rank("care", 0) == 7
    assert categories.rank("notice", 9) == 9


# Payloads


def test_payloads_hold_to_their_sizes():
    photo = payloads.Item("image/jpeg", 200 * 1024)
    payloads.check("mms", "慰问", [photo])
    payloads.check("wap", "读书活动", [], "https://example.cn/a")
    for code, text, items, link in (
        ("mms", "慰问", [photo, photo], ""),
        ("mms", "慰问", [payloads.Item("video/mp4", 1)], ""),
        ("sms", "您好", [photo], ""),
        ("wap", "读书", [], ""),
        ("sms", "读书", [], "https://example.cn"),
        ("wap", "读书", [], "ftp://example.cn"),
        ("j2me", "书", [payloads.Item("text/vnd.sun.j2me.app-descriptor", 3000)], "http://a.cn"),
        ("telex", "", [], ""),
    ):
        with pytest.raises(Refusal):
            payloads.check(code, text, items, link)


# States


def test_late_and_repeated_news_change_nothing():
    assert not states.may_become(Part.DELIVERED, Part.UNDELIVERED)
    assert not states.may_become(Part.DELIVERED, Part.DELIVERED)
    assert states.may_become(Part.UNDELIVERED, Part.DELIVERED)
    assert states.may_become(Part.RECORDED, Part.DELIVERED)
    assert not states.may_become(Part.REFUSED, Part.ACCEPTED)


@given(st.lists(st.sampled_from(list(Part)), min_size=1, max_size=10))
def test_an_unknown_part_is_never_hidden(found):
    whole = states.of_parts(found, len(found))
    assert (whole is Whole.UNKNOWN) == (Part.UNKNOWN in found)
    assert (whole is Whole.DELIVERED) == (set(found) == {Part.DELIVERED})


@given(st.permutations([Part.ACCEPTED, Part.DELIVERED]))
def test_news_in_any_order_ends_the_same(order):
    now = Part.RECORDED
    for news in order:
        if states.may_become(now, news):
            now = news
    assert now is Part.DELIVERED


def test_receipts_and_answers():
    assert states.of_receipt("DELIVRD") is Part.DELIVERED
    assert states.of_receipt("MK:0001") is Part.UNDELIVERED
    assert states.of_receipt("ENROUTE") is None
    assert states.of_answer(0, states.SMPP_LATER) is Part.ACCEPTED
    assert states.of_answer(0x58, states.SMPP_LATER) is Part.PUT_OFF
    assert states.of_answer(0x0B, states.SMPP_LATER) is Part.REFUSED


def test_a_receipt_finds_its_part_or_nobody():
    opens = [
        matching.Open(1, 7, AT),
        matching.Open(2, 8, AT + timedelta(minutes=1)),
        matching.Open(3, 9, AT - timedelta(hours=2)),
    ]
    assert matching.unnumbered(opens, 8, None) == 2
    assert matching.unnumbered(opens, 5, None) is None
    assert matching.unnumbered(opens, None, None) is None
    assert matching.unnumbered(opens, None, AT) is None
    assert matching.unnumbered(opens, None, AT - timedelta(hours=2)) == 3
    assert "255" in matching.numbers("ff") and "ff" in matching.numbers("255")


def test_a_number_means_the_newest_part_of_its_phone_and_period():
    named = [
        matching.Named(1, AT - timedelta(days=1), True),
        matching.Named(2, AT, False),
        matching.Named(3, AT + timedelta(hours=1), True),
    ]
    assert matching.numbered(named, AT + timedelta(hours=2), exact=True) == 3
    assert matching.numbered(named, AT, exact=True) == 1
    assert matching.numbered(named, AT + timedelta(days=6, hours=2), exact=False) == 3
    assert matching.numbered(named, AT + timedelta(days=8), exact=True) is None
    assert matching.numbered(named[1:2], AT, exact=True) is None
    unsaid = [matching.Named(1, AT, None)]
    assert matching.numbered(unsaid, AT, exact=True) == 1
    assert matching.numbered(unsaid, AT, exact=False) is None


def test_a_receipt_may_name_our_own_number():
    assert matching.is_phone("13800000000")
    assert not any(map(matching.is_phone, ("", "12351", "1065755512351", "1380000000a")))


def test_receipts_are_told_in_words():
    assert states.receipt_title("delivrd ") == "送达"
    assert states.receipt_title("MK:0001") == "MK:0001"
    known = {states.state_word(number) for number in range(1, 9)}
    assert known <= set(states.RECEIPT_TITLES)


def test_the_text_of_a_receipt():
    said = (
        "id:0123 sub:001 dlvrd:001 submit date:2611200930 done date:2611200931"
        " stat:DELIVRD err:000 text:id:999 stat:FAKE"
    )
    found = matching.read_receipt(said)
    assert (found["id"], found["stat"], found["submit date"]) == ("0123", "DELIVRD", "2611200930")
    assert matching.receipt_day(found["submit date"]) == datetime(2026, 11, 20, 9, 30)
    assert matching.receipt_day("x") is None
    assert matching.receipt_day("") is None
    assert matching.read_receipt("id:7\0 stat:DELIVRD\0")["id"] == "7"
    assert matching.read_receipt("id:7 stat:DELIVRD\0")["stat"] == "DELIVRD"
