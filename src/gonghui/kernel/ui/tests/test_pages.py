"""Pages as the server writes them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.ui import gallery, shell
from gonghui.kernel.ui.components import Column, Row, Table, pill
from gonghui.kernel.ui.context import shell as shell_context
from gonghui.kernel.ui.icons import NAMES

UI = Path(__file__).resolve().parents[1]
TEMPLATES = sorted((UI / "templates").rglob("*.html"))
PAGE_LIMIT = 60_000


class Elements(HTMLParser):
    """Tags with their attributes, and the text a person reads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        if tag in ("script", "style"):
            self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.text.append(data)

    def with_id(self, identifier: str) -> dict[str, str]:
        return next(attrs for _, attrs in self.tags if attrs.get("id") == identifier)


def page(name: str) -> str:
    response = Client().get(f"/ui/gallery/{name}/")
    assert response.status_code == gallery.PAGES[name][2]
    return response.content.decode()


@pytest.mark.parametrize("name", sorted(gallery.PAGES))
def test_nothing_inline_and_nothing_from_another_host(name: str) -> None:
    for tag, attrs in Elements(page(name)).tags:
        assert tag != "style"
        assert "style" not in attrs, (tag, attrs)
        assert not [key for key in attrs if key.startswith("on")], (tag, attrs)
        if tag == "script":
            assert attrs.get("src", "").startswith("/static/")
        for key in ("src", "href", "action"):
            assert not re.match(r"(https?:)?//|javascript:", attrs.get(key, "")), attrs


@pytest.mark.parametrize("name", sorted(gallery.PAGES))
def test_a_page_stays_small(name: str) -> None:
    assert len(page(name).encode()) < PAGE_LIMIT


@pytest.mark.parametrize("name", sorted(gallery.PAGES))
def test_no_english_is_left_on_a_page(name: str) -> None:
    elements = Elements(page(name))
    spoken = [
        attrs[key]
        for _, attrs in elements.tags
        for key in ("aria-label", "placeholder", "title", "alt")
        if key in attrs
    ]
    allowed = {"PDF", "MB", "GB", "xlsx", "E", "X", "Esc"}
    for text in [*elements.text, *spoken]:
        words = set(re.findall(r"[A-Za-z]{2,}", text)) - allowed
        assert not words, text.strip()


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_templates_say_everything_in_chinese(file: Path) -> None:
    source = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", file.read_text(), flags=re.S)
    source = re.sub(r"{[%{#].*?[%}#]}", " ", source, flags=re.S)
    for text in re.findall(r">([^<>]+)<", source):
        assert not re.search(r"[A-Za-z]{2,}", text), (file.name, text.strip())


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.stem)
def test_icons_named_in_templates_are_in_the_sprite(file: Path) -> None:
    used = set(re.findall(r"{%\s*icon \"([^\"]+)\"", file.read_text()))
    assert used <= NAMES


def test_the_sprite_holds_exactly_the_named_icons() -> None:
    sprite = (UI / "static/ui/vendor/icons.svg").read_text()
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == NAMES


def test_an_icon_that_is_not_there_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template('{% load ui %}{% icon "no-such" %}').render(Context())


def test_vendored_files_are_the_recorded_ones() -> None:
    import hashlib

    vendor = UI / "static/ui/vendor"
    recorded = re.findall(
        r"^\| (\S+) \|.*`([0-9a-f]{64})`", (vendor / "VENDORED.md").read_text(), re.M
    )
    assert {name for name, _ in recorded} == {
        file.name for file in vendor.iterdir() if file.suffix in (".css", ".js", ".svg")
    }
    for name, digest in recorded:
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == digest, name


def test_errors_are_tied_to_their_fields() -> None:
    html = page("form")
    elements = Elements(html)
    number = elements.with_id("id_number")
    assert number["aria-invalid"] == "true"
    assert number["aria-describedby"].split() == ["id_number_helptext", "id_number_error"]
    assert "id_number_error" in {attrs.get("id") for _, attrs in elements.tags}
    assert {"href": "#id_number"} in [attrs for tag, attrs in elements.tags if tag == "a"]
    assert "依据：GB 11643-1999《公民身份号码》" in html
    assert "请选择就业形式" in html
    assert 'value="许若兰"' in html
    kind = elements.with_id("id_kind")
    assert kind["aria-describedby"] == "id_kind_error"


def test_every_input_has_a_label() -> None:
    elements = Elements(page("form"))
    labelled = {attrs["for"] for tag, attrs in elements.tags if tag == "label" and "for" in attrs}
    for tag, attrs in elements.tags:
        if tag in ("select", "textarea") or (tag == "input" and attrs.get("type") != "hidden"):
            assert attrs.get("id") in labelled or attrs.get("aria-label"), attrs


class Grouped(forms.Form):
    groups = [("甲", ["b"], "说明")]
    a = forms.CharField(label="第一")
    b = forms.CharField(label="第二")
    c = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> None:
        raise ValidationError("不能提交。", params={"rule": "《章程》"})


def test_fields_outside_groups_are_not_lost() -> None:
    html = Template("{% load ui %}{% ui_errors form %}{% ui_fields form %}").render(
        Context({"form": Grouped({"a": "1", "b": "2", "c": "3"})})
    )
    assert html.index("甲") < html.index("第二") < html.index("第一")
    assert html.count('name="a"') == html.count('name="b"') == html.count('name="c"') == 1
    assert "不能提交。" in html
    assert "依据：《章程》" in html


def test_typed_text_is_escaped() -> None:
    table = Table("名册", [Column("姓名", "title")], [Row('"><b>', ["<script>"], url='/"x')])
    assert "<script>" not in table.body
    assert '"><b>' not in table.body
    assert "&lt;script&gt;" in table.body
    assert pill("<b>").startswith('<span class="pill pill-idle">&lt;b&gt;')


def test_a_row_with_a_missing_cell_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        Table("名册", [Column("姓名"), Column("状态")], [Row("1", ["许若兰"])]).body  # noqa: B018


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "409", "500"])
def test_error_pages_need_no_request(code: str) -> None:
    html = render_to_string(f"{code}.html")
    for word in ("原因", "怎么办", "回到首页"):
        assert word in html


def test_the_shell_asks_only_when_read_and_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "_providers", {})
    monkeypatch.setattr(shell, "_menus", {})
    monkeypatch.setattr(shell, "_drawn", {})
    asked: list[str] = []
    shell.register_todo_count(lambda request: asked.append("todo") or 3)
    shell.register_todo_count(lambda request: 4)
    shell.register_menu(
        lambda request: [shell.MenuGroup("权益", [shell.MenuItem("帮扶", "/a", 2)])]
    )
    shell.register_person(lambda request: None)
    request = RequestFactory().get("/")
    request.actor = Actor(user_id=7)
    made = shell_context(request)["shell"]
    assert asked == []
    assert made.todo_count == 7
    assert made.todo_count == 7
    assert asked == ["todo"]
    assert made.menu[0].count == 2
    assert made.person is None
    assert made.posts == []


def test_preferences_come_from_cookies_and_nonsense_is_ignored() -> None:
    request = RequestFactory().get("/")
    request.COOKIES.update({"ui_text": "large", "ui_theme": '"><script>'})
    made = shell_context(request)["shell"]
    assert (made.text_size, made.theme) == ("large", "light")


@pytest.mark.parametrize(
    ("source", "value", "shown"),
    [
        ("{{ v|capped }}", 10_000, "10,000"),
        ("{{ v|capped }}", 10_001, "10,000+"),
        ("{{ v|grouped }}", 1234567, "1,234,567"),
        ("{{ v|amount }}", "1256.8", "¥1,256.80"),
        ("{{ v|amount }}", None, ""),
        ("{{ v|day }}", gallery.date(2026, 3, 2), "2026年3月2日"),
    ],
)
def test_figures_and_days(source: str, value: object, shown: str) -> None:
    assert Template("{% load ui %}" + source).render(Context({"v": value})) == shown
