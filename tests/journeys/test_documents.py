"""Somebody outside checks a document: types its code, or shows the PDF, whole and altered."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from playwright.sync_api import FilePayload, expect

from gonghui.kernel.documents.content import Official
from gonghui.kernel.documents.rendering import render
from gonghui.kernel.documents.signing import sign
from tests.journeys.visitor import WIDTHS, Visitor

WIDE = [width for width, _height in WIDTHS]


@pytest.mark.parametrize("width", WIDE)
def test_a_stranger_checks_a_code(visit: Callable[..., Visitor], width: int) -> None:
    stranger = visit(width=width)
    page = stranger.go("/check/")
    stranger.look("enter")
    page.get_by_label("核验码").fill("ABCD-EFGH-2345-6789")
    page.get_by_role("button", name="核验", exact=True).click()
    # What was typed stays, with the reason beside it.
    expect(page.get_by_role("link", name="核验码写错了")).to_be_visible()
    expect(page.get_by_label("核验码")).to_have_value("ABCD-EFGH-2345-6789")
    stranger.look("mistyped")
    # Well formed, but never issued.
    stranger.expected.add(404)
    page.get_by_label("核验码").fill("2222-2222-2222-2222")
    page.get_by_role("button", name="核验", exact=True).click()
    expect(page.get_by_role("heading", name="没有这个核验码")).to_be_visible()
    stranger.look("unknown")


@pytest.fixture(scope="module")
def paper(test_keyring: object) -> bytes:
    """A document another authority signed: whole, but not of this platform."""
    pdf = render(Official(("安徽省总工会",), "通知", ("一件。",), date=date(2026, 3, 2)))
    # Signing runs an event loop of its own, which the browser's thread has no place for.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(sign, pdf).result()


@pytest.mark.parametrize("width", WIDE)
def test_a_stranger_shows_a_file(visit: Callable[..., Visitor], paper: bytes, width: int) -> None:
    stranger = visit(width=width)
    page = stranger.go("/check/")
    stranger.expected.add(422)
    page.get_by_role("button", name="上传核验").click()
    expect(page.get_by_role("link", name="文件：")).to_be_visible()
    stranger.look("nothing")
    altered = bytearray(paper)
    altered[altered.index(b"stream") + 40] ^= 1
    answers = (
        ("foreign", paper, "文件不是平台制发的原件"),
        ("altered", bytes(altered), "文件在签章以后被改动过"),
        ("nonsense", b"%PDF-1.7 nonsense", "文件已损坏或不是 PDF"),
    )
    for name, content, words in answers:
        file = FilePayload(name="文件.pdf", mimeType="application/pdf", buffer=content)
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="上传核验").click()
        expect(page.get_by_role("heading", name="核验没有通过")).to_be_visible()
        expect(page.get_by_text(words)).to_be_visible()
        stranger.look(name)
