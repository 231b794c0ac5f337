"""What surrounds a page: menus (菜单), counts, posts (岗位) and the person signed in.

Nothing here queries. Other packages register callables of `request`; each is called at most once
per request, and only when a template asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import cached_property

if TYPE_CHECKING:
    from django.http import HttpRequest

TEXT_SIZES = ("normal", "large")
THEMES = ("light", "dark")


@dataclass
class MenuItem:
    """One line of the menu.

    count: open to-dos behind it, 0 shows none. icon: a name of the sprite. go: the letter that
    follows `g` on the keyboard.
    """

    title: str
    url: str
    count: int = 0
    icon: str = ""
    active: bool = False
    go: str = ""


@dataclass
class MenuGroup:
    """One chapter of the plan with its systems."""

    title: str
    items: list[MenuItem] = field(default_factory=list)
    icon: str = "folder"

    @property
    def count(self) -> int:
        """Open to-dos of all items."""
        return sum(item.count for item in self.items)

    @property
    def active(self) -> bool:
        """Whether the page shown belongs to this group."""
        return any(item.active for item in self.items)


@dataclass
class Post:
    """A post (岗位) the person may work as; switching is a POST to `url`."""

    title: str
    union: str
    url: str = ""
    active: bool = False


@dataclass
class Person:
    """The person signed in, as the top bar shows them. id only keys drafts kept in the browser."""

    name: str
    id: str = ""
    role: str = ""
    links: list[MenuItem] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """The last character of the name, for the round mark."""
        return self.name[-1:]


_providers: dict[str, list[Callable[[HttpRequest], Any]]] = {}


def _register(kind: str, provider: Callable[[HttpRequest], Any]) -> None:
    providers = _providers.setdefault(kind, [])
    if provider not in providers:
        providers.append(provider)


def register_menu(provider: Callable[[HttpRequest], Iterable[MenuGroup]]) -> None:
    """Add groups to the workbench menu; groups appear in the order of registration."""
    _register("menu", provider)


def register_top(provider: Callable[[HttpRequest], Iterable[MenuItem]]) -> None:
    """Add places above the chapters: 工作台, 待办, 消息."""
    _register("top", provider)


def register_hall(provider: Callable[[HttpRequest], Iterable[MenuItem]]) -> None:
    """Add places to the bottom bar of the service hall: 首页, 办事, 消息, 我的."""
    _register("hall", provider)


def register_todo_count(provider: Callable[[HttpRequest], int]) -> None:
    """Add to the number of open to-dos; several providers are summed."""
    _register("todo", provider)


def register_message_count(provider: Callable[[HttpRequest], int]) -> None:
    """Add to the number of unread messages; several providers are summed."""
    _register("message", provider)


def register_posts(provider: Callable[[HttpRequest], Iterable[Post]]) -> None:
    """Add posts to the switch in the top bar."""
    _register("post", provider)


def register_person(provider: Callable[[HttpRequest], Person | None]) -> None:
    """Say who is signed in; the first answer that is not None counts."""
    _register("person", provider)


class Shell:
    """What layouts read as `shell`; every list and count is computed on first use."""

    search_url = "/search/"
    home_url = "/desk/"
    todo_url = "/todo/"
    message_url = "/messages/"
    signin_url = "/signin/"
    signout_url = "/signout/"

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        for name in ("search", "home", "todo", "message", "signin", "signout"):
            configured = getattr(settings, "UI_URLS", {}).get(name)
            if configured:
                setattr(self, f"{name}_url", configured)

    def _each(self, kind: str) -> Iterable[Any]:
        return (provider(self._request) for provider in _providers.get(kind, ()))

    @property
    def site_name(self) -> str:
        """Name of the platform."""
        return getattr(settings, "SITE_NAME", "网上工会")

    @property
    def site_owner(self) -> str:
        """Name of the federation that runs it."""
        return getattr(settings, "SITE_OWNER", "安徽省总工会")

    @property
    def path(self) -> str:
        """Path of the page, to come back to after signing in."""
        return self._request.get_full_path()

    @property
    def text_size(self) -> str:
        """`normal` or `large`, from the cookie the switch sets."""
        size = self._request.COOKIES.get("ui_text", "")
        return size if size in TEXT_SIZES else TEXT_SIZES[0]

    @property
    def theme(self) -> str:
        """`light` or `dark`, from the cookie the switch sets."""
        theme = self._request.COOKIES.get("ui_theme", "")
        return theme if theme in THEMES else THEMES[0]

    @cached_property
    def menu(self) -> list[MenuGroup]:
        """Chapters with the systems this person may use."""
        return [group for groups in self._each("menu") for group in groups]

    @cached_property
    def top(self) -> list[MenuItem]:
        """Places above the chapters."""
        return [item for items in self._each("top") for item in items]

    @cached_property
    def hall(self) -> list[MenuItem]:
        """Places of the service hall."""
        return [item for items in self._each("hall") for item in items]

    @cached_property
    def todo_count(self) -> int:
        """Open to-dos."""
        return sum(self._each("todo"))

    @cached_property
    def message_count(self) -> int:
        """Unread messages."""
        return sum(self._each("message"))

    @cached_property
    def posts(self) -> list[Post]:
        """Posts of the person, the active one marked."""
        return [post for posts in self._each("post") for post in posts]

    @cached_property
    def post(self) -> Post | None:
        """The active post, if any."""
        return next((post for post in self.posts if post.active), None)

    @cached_property
    def person(self) -> Person | None:
        """The person signed in, None when nobody is."""
        return next((person for person in self._each("person") if person is not None), None)
