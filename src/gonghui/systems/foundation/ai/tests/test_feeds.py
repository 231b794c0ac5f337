"""Feeds as strangers write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.foundation.ai.rules.feeds import (
    LONGEST_MARKUP,
    Rule,
    bare,
    parse,
    relevance,
)

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
RSS = """<?xml version="1.0"?><rss version="2.0"><channel><item>
<title>某地&lt;b&gt;工会&lt;/b&gt;上门 讨薪</title><link>https://news.example.org/1</link><description><![CDATA[<p>帮<script>x()</script>
十二名农民工拿到工资</p>]]></description><pubDate>Sun, 22 Nov 2026 08:00:00 +0800</pubDate></item>
<item><title></title></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>职代会开了</title>
<link href="javascript:alert(1)"/><updated>2027-01-01T00:00:00Z</updated></entry></feed>"""
JSON = """{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"骑手入会",
"url":"https://news.example.org/2","content_text":"三百名骑手扫码入会",
"date_published":"2026-11-20T10:00:00+08:00"}]}"""


def test_rss_without_markup():
    (found,) = parse(RSS.encode(), NOW)
    assert found.title == "某地 工会 上门 讨薪" and "<" not in found.summary
    assert "x()" not in found.summary and found.published_at.hour == 8


def test_atom_with_bad_link_and_future():
    (found,) = parse(ATOM.encode(), NOW)
    assert found.link == "" and found.published_at == NOW


def test_json_feed():
    (found,) = parse(JSON.encode(), NOW)
    assert found.title == "骑手入会" and found.link.endswith("/2")


def test_same_words_are_one_piece():
    one, other = parse(RSS.encode(), NOW)[0], parse(RSS.replace("/1<", "/9<").encode(), NOW)[0]
    assert one.key == other.key


@pytest.mark.parametrize(
    "body",
    [
        b"<html><body>no</body></html>",
        b"{}",
        b"",
        b"\xff\xfe\x00",
        b'<!DOCTYPE r [<!ENTITY a "b">]><rss><item><title>&a;</title></item></rss>',
        b'{"items": 7}',
        b'{"items": {"a": 1}}',
        pytest.param(b'{"items":' + b"[" * 100_000, id="deep"),
    ],
)
def test_no_feed(body):
    with pytest.raises(Refusal):
        parse(body, NOW)


def piece(**facts):
    return parse(json.dumps({"items": [{"title": "某地工会上门讨薪", **facts}]}).encode(), NOW)[0]


@pytest.mark.parametrize(
    "day",
    [
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "昨天",
    ],
)
def test_a_date_that_cannot_be_is_now(day):
    assert piece(date_published=day).published_at == NOW


@pytest.mark.parametrize("link", ["https://a.cn/\x00", "https://a.cn/\ud800", "file:///etc/passwd"])
def test_a_link_no_table_can_hold_is_left_out(link):
    assert piece(url=link).link == ""


@pytest.mark.parametrize("part", ["<script ", "<", "<style><script>"])
def test_markup_that_never_ends_is_read_once(part):
    """Read anew from each beginning, it would take hours."""
    assert len(bare(f"帮忙讨薪{part * 300_000}")) <= LONGEST_MARKUP
    assert bare("<script>a</script>帮<style>b</style >忙<b title='1'>讨</b>薪") == "帮 忙 讨 薪"


@pytest.mark.parametrize(
    ("rule", "hit"),
    [
        (Rule("", all_words=("欠薪", "工地")), True),
        (Rule("", all_words=("欠薪", "学校")), False),
        (Rule("", any_words=("学校", "工地")), True),
        (Rule("", label="pay"), True),
        (Rule("", label="women"), False),
        (Rule("", place="合肥"), True),
        (Rule("", place="芜湖"), False),
        (Rule(""), False),
    ],
)
def test_alert_rules(rule, hit):
    assert rule.hits("合肥一工地欠薪", "pay", "合肥") is hit


def test_words_of_a_rule_may_be_written_otherwise():
    assert Rule("", all_words=("ＰＬＣ", "農民工")).hits("plc培训农民工免费", "skills", "")


def test_relevance_is_bounded():
    assert relevance("工会职工农民工劳动者骑手欠薪", "pay", 1.0) == 100
    assert relevance("今日油价", "other", 0.9) == 0
