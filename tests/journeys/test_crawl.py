"""Every page a role reaches from its menu answers, is Chinese, fits a phone, is accessible."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest

from gonghui.site.demo.cast import ACCOUNTS
from tests.journeys.visitor import Visitor

LISTED = [account for account in ACCOUNTS if account.listed]
PAGES = 150
ALIKE = 2
"""Pages of one shape (addresses that differ in numbers only) worth opening."""
RENDERED = 6
SKIPPED = re.compile(
    r"^/(static|files|api|events|signout|simulators|ui/gallery)\b|/import/template/|/errors/$"
)
# Words a Chinese reader meets in any form: kinds of files, standards, what keys are called.
ALLOWED = {
    *[
        "CSV",
        "XLSX",
        "xlsx",
        "csv",
        "PDF",
        "OFD",
        "DOCX",
        "docx",
        "JPG",
        "PNG",
        "Excel",
        "WPS",
        "ZIP",
        "UTF",
        "GBK",
        "MB",
        "KB",
    ],
    *[
        "GB",
        "GM",
        "SM",
        "PIN",
        "QR",
        "ID",
        "API",
        "IP",
        "APP",
        "VIP",
        "KTV",
        "AI",
        "Ctrl",
        "Esc",
        "Tab",
        "Enter",
        "Home",
        "End",
    ],
    *["https", "http", "www"],
    # Proper names: protocols, browsers and systems, and the simulator's own AppID.
    *["CAS", "OIDC", "SCIM", "SMPP", "CMPP", "HTTP", "WAP", "BREW", "Chrome", "Linux", "simulated"],
    # What an administrator is told to type.
    *["make", "install"],
    # What one texts to be left alone, and how filtered words are spelt to slip past.
    *["TD", "bo", "dan", "du", "shua"],
    # User names of the demo, and the account at its simulated carriers.
    *["huiyuan", "zhigong", "gonghui"],
}
WORD = re.compile(r"(?<![\w@./:#-])[A-Za-z]{2,}(?![\w@/:#-]|\.\w)")
HIDDEN = {"script", "style", "template", "noscript", "svg", "kbd", "code", "textarea"}


class Reading(HTMLParser):
    """The links and the visible words of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.words: list[str] = []
        self._hidden: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HIDDEN:
            self._hidden.append(tag)
        known = dict(attrs)
        # Links of a template are completed by the page's script before they are shown.
        if tag == "a" and known.get("href") and "template" not in self._hidden:
            self.links.append(known["href"] or "")
        for name in ("title", "placeholder", "aria-label", "alt"):
            if not self._hidden and known.get(name):
                self.words.append(known[name] or "")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.words.append(data.strip())

    def english(self) -> list[str]:
        """Words of the page that are not Chinese and not allowed."""
        found = (word for text in self.words for word in WORD.findall(text))
        return sorted({word for word in found if word not in ALLOWED})


def shape(url: str) -> str:
    """An address without the numbers that tell records apart."""
    parts = urlsplit(url)
    keys = ",".join(sorted({key for key, _ in parse_qsl(parts.query, keep_blank_values=True)}))
    return f"{re.sub(r'[0-9a-f-]{32,}|[A-Za-z0-9_-]{20,}|[0-9]+', '#', parts.path)}?{keys}"


def crawl(visitor: Visitor, start: str) -> Iterator[tuple[str, int, Reading]]:
    """Breadth first over the links of pages: address, status and what stands there."""
    waiting, seen = deque([start]), {start}
    shapes: Counter[str] = Counter()
    count = 0
    while waiting and count < PAGES:
        path = waiting.popleft()
        answer = visitor.context.request.get(urljoin(visitor.address, path))
        count += 1
        kind = answer.headers.get("content-type", "")
        reading = Reading(answer.text() if "html" in kind else "")
        yield path, answer.status, reading
        for link in reading.links:
            parts = urlsplit(urljoin(urljoin(visitor.address, path), link))
            found = parts._replace(scheme="", netloc="", fragment="").geturl()
            if parts.netloc != urlsplit(visitor.address).netloc or SKIPPED.search(parts.path):
                continue
            # The plan names the page of every function, also of those the reader may not open.
            if path.startswith("/plan/") and not parts.path.startswith("/plan/"):
                continue
            if found in seen or shapes[shape(found)] >= ALIKE:
                continue
            seen.add(found)
            shapes[shape(found)] += 1
            waiting.append(found)


@pytest.mark.parametrize("account", LISTED, ids=lambda account: account.username)
def test_every_page_of_a_role(visit: Callable[..., Visitor], account) -> None:
    visitor = visit(account.username, width=360)
    wrong: list[str] = []
    one_of_each: dict[str, str] = {}
    for path, status, reading in crawl(visitor, "/"):
        if status >= 400:
            wrong.append(f"{status} {path}")
            continue
        if english := reading.english():
            wrong.append(f"{path} 有英文：{english}")
        if reading.words:
            one_of_each.setdefault(shape(path), path)
    assert len(one_of_each) > 5, one_of_each
    for path in _sample(list(one_of_each.values())):
        visitor.go(path)
        visitor.check_width()
        visitor.check_axe()
    assert not wrong, "\n".join(wrong)


def _sample(paths: list[str]) -> list[str]:
    """Some pages, spread evenly over all of them."""
    step = max(1, len(paths) // RENDERED)
    return paths[::step][:RENDERED]
