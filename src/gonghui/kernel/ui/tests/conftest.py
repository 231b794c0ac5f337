"""The interface alone: no database, no other package's middleware."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route

HOST = "http://testserver"
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'"
KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@pytest.fixture(autouse=True)
def alone(settings: object) -> None:
    """Serve the gallery with nothing around it."""
    settings.ROOT_URLCONF = "gonghui.kernel.ui.tests.urls"
    settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def answer(route: Route, client: Client) -> None:
    """Answer a request of the browser without a server."""
    request = route.request
    address = urlsplit(request.url)
    if f"{address.scheme}://{address.netloc}" != HOST:
        route.abort()
    elif address.path.startswith("/static/"):
        file = finders.find(address.path.removeprefix("/static/"))
        if file:
            route.fulfill(path=file, content_type=KINDS[Path(file).suffix])
        else:
            route.fulfill(status=404)
    else:
        cookies = request.all_headers().get("cookie", "")
        response = client.generic(
            request.method,
            address.path,
            request.post_data_buffer or b"",
            content_type=request.headers.get("content-type", ""),
            HTTP_COOKIE=cookies,
        )
        route.fulfill(
            status=response.status_code,
            body=response.content,
            headers={"content-type": response["content-type"], "content-security-policy": POLICY},
        )


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a gallery page: visit("list", width=360, text="large", theme="dark", policy=True).

    The page carries `faults`: what the console reported, policy violations included.
    """
    contexts: list[BrowserContext] = []

    def open_page(
        name: str,
        width: int = 1440,
        text: str = "normal",
        theme: str = "light",
        policy: bool = True,
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, locale="zh-CN", bypass_csp=not policy
        )
        contexts.append(context)
        context.add_cookies(
            [
                {"name": "ui_text", "value": text, "url": HOST},
                {"name": "ui_theme", "value": theme, "url": HOST},
            ]
        )
        client = Client()
        context.route("**/*", lambda route: answer(route, client))
        page = context.new_page()
        page.faults = []
        page.on(
            "console",
            lambda message: message.type == "error" and page.faults.append(message.text),
        )
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(f"{HOST}/ui/gallery/{name}/")
        page.evaluate("document.fonts.ready.then(() => true)")
        return page

    yield open_page
    for context in contexts:
        context.close()
