"""Feeds as strangers write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.foundation.ai.rules.feeds import Rule, parse, relevance

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
    ],
)
def test_no_feed(body):
    with pytest.raises(Refusal):
        parse(body, NOW)


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


def test_relevance_is_bounded():
    assert relevance("工会职工农民工劳动者骑手欠薪", "pay", 1.0) == 100
    assert relevance("今日油价", "other", 0.9) == 0
