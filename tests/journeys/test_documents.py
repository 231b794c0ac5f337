"""Somebody outside checks a document: types its code, is told what it stands for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.visitor import WIDTHS, Visitor


@pytest.mark.parametrize("width", [width for width, _height in WIDTHS])
def test_a_stranger_checks_a_code(visit: Callable[..., Visitor], width: int) -> None:
    stranger = visit(width=width)
    page = stranger.go("/check/")
    stranger.look("enter")
    page.get_by_label("核验码").fill("ABCD-EFGH-2345-6789")
    page.get_by_role("button", name="核验").click()
    # What was typed stays, with the reason beside it.
    expect(page.get_by_text("核验码写错了")).to_be_visible()
    expect(page.get_by_label("核验码")).to_have_value("ABCD-EFGH-2345-6789")
    stranger.look("mistyped")
    # Well formed, but never issued.
    stranger.expected.add(404)
    page.get_by_label("核验码").fill("2222-2222-2222-2222")
    page.get_by_role("button", name="核验").click()
    expect(page.get_by_role("heading", name="没有这个核验码")).to_be_visible()
    stranger.look("unknown")
