"""A person with a browser: goes to pages, and sees what no page may do."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import axe_playwright_python
from playwright.sync_api import BrowserContext, Page, Request, Response

from gonghui.site.demo.cast import PASSWORD
from gonghui.site.environment import root

SHOTS = root() / "artifacts" / "journeys"
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
WIDTHS = ((1440, 900), (360, 780))
RUN_AXE = (
    "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map("
    "v => v.id + '：' + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' ┃ ')))"
)
OUTSIDE = """[...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 4)
    .map(e => e.tagName + '.' + e.className)"""


class Visitor:
    """One browser context with one page. `faults` collects what happened against the rules."""

    def __init__(
        self, context: BrowserContext, address: str, story: str, cookies: dict[str, list]
    ) -> None:
        self.context = context
        self.address = address
        self.story = re.sub(r"[^\w-]+", "-", story)
        self.faults: list[str] = []
        self.expected: set[int] = set()
        self.shots = 0
        self._cookies = cookies
        self.page: Page = context.new_page()
        self.page.on("request", self._asked)
        self.page.on("response", self._answered)
        self.page.on("console", self._said)
        self.page.on(
            "pageerror", lambda error: self.faults.append(f"{self.page.url}：{error.message}")
        )

    def _asked(self, request: Request) -> None:
        if request.url.startswith(("data:", "blob:", "about:")):
            return
        if urlsplit(request.url).hostname != urlsplit(self.address).hostname:
            self.faults.append(f"{self.page.url} asks another host: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.status} {response.request.method} {response.url}")

    def _said(self, message) -> None:
        # An answer of 4xx is reported in the console too; `_answered` has judged it.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"{self.page.url} console: {message.text}")

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """Sign in by the form, or with the cookies of having done so."""
        if username in self._cookies:
            self.context.add_cookies(self._cookies[username])
            return
        self.go("/signin/")
        self.page.get_by_label("用户名").fill(username)
        self.page.get_by_label("密码", exact=True).fill(password)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(lambda url: "/signin/" not in url)
        self._cookies[username] = self.context.cookies()

    def go(self, path: str, status: int = 200) -> Page:
        """Open an address of the platform and expect this answer."""
        self.expected.add(status)
        answer = self.page.goto(urljoin(self.address, path))
        assert answer is not None and answer.status == status, (answer and answer.status, path)
        return self.page

    def begin(self, step: str) -> Page:
        """Open a step of the record shown, from its button or the menu of further steps."""
        link = self.page.locator(f"main a[href$='/{step}/']").first
        link.wait_for(state="attached")
        if not link.is_visible():
            self.page.locator(f"main details:has(a[href$='/{step}/']) > summary").first.click()
        link.click()
        self.page.wait_for_url(f"**/{step}/**")
        return self.page

    def confirm(self) -> Page:
        """Send the form of the page by its main button."""
        self.page.locator("main form button.btn-primary").last.click()
        self.page.wait_for_load_state()
        return self.page

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    def look(self, name: str = "") -> None:
        """Judge the page at both widths, keep a picture of each, and come back to the width."""
        before = self.page.viewport_size
        self.shots += 1
        for width, height in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": height})
            self.check_width()
            self.check_axe()
            self._shoot(name, width)
        if before:
            self.page.set_viewport_size(before)

    def check_width(self) -> None:
        """The page never scrolls sideways."""
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            width = self.page.viewport_size["width"] if self.page.viewport_size else 0
            parts = self.page.evaluate(OUTSIDE)
            self.faults.append(f"{self.page.url} at {width}px is {wide}px too wide: {parts}")

    def check_axe(self) -> None:
        """No violation of the accessibility rules axe knows."""
        # Read into the page over the debugging protocol, which the content policy does not bind.
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(AXE.read_text("utf-8"))
        for violation in self.page.evaluate(RUN_AXE):
            self.faults.append(f"{self.page.url} axe {violation}")

    def _shoot(self, name: str, width: int) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        label = f"{self.story}-{self.shots:02d}-{name or 'page'}-{width}.png"
        # Hiding the caret leaves empty style attributes, which a refreshed part may not copy.
        self.page.screenshot(path=SHOTS / label, full_page=True, caret="initial")
