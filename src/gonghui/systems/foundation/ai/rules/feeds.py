"""Reading feeds: RSS 2.0, Atom (RFC 4287), JSON Feed 1.1, whatever stands in them.

Texts come from strangers: markup is taken out, lengths are bounded, links must be http(s), and
XML with a document type or entities is refused.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from gonghui.engines.language.rules.folding import plain
from gonghui.kernel.base.errors import Refusal

ATOM = "{http://www.w3.org/2005/Atom}"
MOST = 200
LONGEST_TITLE, LONGEST_SUMMARY = 200, 2_000
LONGEST_MARKUP = 50_000
"""Signs of an entry that are read, markup included."""
SCRIPT = re.compile(r"<(script|style)\b(?:(?!<\1\b).)*?</\1\s*>", flags=re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^<>]{0,2000}>")
"""Neither reads on past the next beginning, so that a text of beginnings is read once."""
CHINA = timezone(timedelta(hours=8))
FUTURE = timedelta(days=1)
EARLIEST = datetime(1990, 1, 1, tzinfo=CHINA)
"""What says it is older has a date nobody set."""


@dataclass(frozen=True)
class Piece:
    """One entry of a feed."""

    title: str
    link: str
    summary: str
    published_at: datetime

    @property
    def key(self) -> str:
        """The same for the same words, wherever they stand."""
        letters = "".join(sign for sign in self.title.lower() if sign.isalnum())
        if len(letters) < 8:
            letters += self.link
        return hashlib.sha256(letters.encode()).hexdigest()


def parse(body: bytes, now: datetime) -> list[Piece]:
    """The entries of a feed, at most 200; Refusal for anything that is no feed."""
    text = body.lstrip()
    try:
        found = _json(json.loads(text)) if text[:1] == b"{" else _xml(text)
    except (
        ValueError,
        ParseError,
        DefusedXmlException,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        raise Refusal(
            "这个地址给出的不是 RSS、Atom 或 JSON Feed。",
            remedy="请核对地址；网页地址不是订阅地址。",
            code="feed.form",
        ) from None
    pieces = [_piece(*item, now) for item in found]
    return [piece for piece in pieces if piece.title]


def _json(content: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (
            str(item.get("title") or item.get("content_text") or "")[:400],
            str(item.get("url") or item.get("external_url") or ""),
            str(item.get("summary") or item.get("content_text") or item.get("content_html") or ""),
            str(item.get("date_published") or item.get("date_modified") or ""),
        )
        for item in content["items"][:MOST]
    ]


def _xml(text: bytes) -> list[tuple[str, str, str, str]]:
    root = fromstring(text, forbid_dtd=True)
    if root.tag == f"{ATOM}feed":
        return [_atom(entry) for entry in islice(root.iter(f"{ATOM}entry"), MOST)]
    if root.tag.rpartition("}")[2].lower() in {"rss", "rdf"}:
        items = (item for item in root.iter() if item.tag.rpartition("}")[2] == "item")
        return [_rss(item) for item in islice(items, MOST)]
    raise ValueError("no feed")


def _atom(entry: Element) -> tuple[str, str, str, str]:
    links = [
        link.get("href", "")
        for link in entry.findall(f"{ATOM}link")
        if link.get("rel", "alternate") == "alternate"
    ]
    return (
        _text(entry, f"{ATOM}title"),
        links[0] if links else "",
        _text(entry, f"{ATOM}summary") or _text(entry, f"{ATOM}content"),
        _text(entry, f"{ATOM}published") or _text(entry, f"{ATOM}updated"),
    )


def _rss(item: Element) -> tuple[str, str, str, str]:
    values = {child.tag.rpartition("}")[2]: "".join(child.itertext()) for child in item}
    return (
        values.get("title", ""),
        values.get("link", "") or values.get("guid", ""),
        values.get("description", "") or values.get("encoded", ""),
        values.get("pubDate", "") or values.get("date", ""),
    )


def _text(entry: Element, tag: str) -> str:
    found = entry.find(tag)
    return "".join(found.itertext()) if found is not None else ""


def _piece(title: str, link: str, summary: str, published: str, now: datetime) -> Piece:
    link = link.strip()
    return Piece(
        bare(title)[:LONGEST_TITLE],
        link[:500] if link.isprintable() and re.match(r"https?://[^\s]+$", link) else "",
        bare(summary)[:LONGEST_SUMMARY],
        _moment(published.strip(), now),
    )


def bare(text: str) -> str:
    """A text without markup and with single blanks."""
    text = SCRIPT.sub(" ", text[:LONGEST_MARKUP])
    text = html.unescape(TAG.sub(" ", text))
    text = TAG.sub(" ", text)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _moment(text: str, now: datetime) -> datetime:
    """When an entry says it was published; now where it says nothing that can be true."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
        except (ValueError, TypeError, OverflowError):
            continue
        if found.tzinfo is None:
            found = found.replace(tzinfo=CHINA)
        return found if EARLIEST <= found <= now + FUTURE else now
    return now


@dataclass(frozen=True)
class Rule:
    """An alert rule as plain values."""

    title: str
    all_words: Sequence[str] = ()
    any_words: Sequence[str] = ()
    label: str = ""
    place: str = ""

    def hits(self, text: str, label: str, place: str) -> bool:
        """Whether a folded text, its label and its place are what the rule waits for."""
        if not (self.all_words or self.any_words or self.label or self.place):
            return False
        if self.label and label != self.label:
            return False
        if self.place and self.place not in place and self.place not in text:
            return False
        if any(plain(word) not in text for word in self.all_words):
            return False
        return not self.any_words or any(plain(word) in text for word in self.any_words)


UNION_WORDS = (
    ("工会", 40),
    ("职工", 20),
    ("农民工", 20),
    ("劳动者", 20),
    ("骑手", 20),
    ("劳模", 20),
    ("欠薪", 25),
    ("集体协商", 25),
    ("职代会", 25),
    ("劳动关系", 20),
)


def relevance(text: str, label: str, share: float) -> int:
    """How far a text concerns the union, 0 to 100: its words, and a label that is not 其他."""
    points = sum(weight for word, weight in UNION_WORDS if word in text)
    if label != "other":
        points += round(40 * share)
    return min(100, points)
