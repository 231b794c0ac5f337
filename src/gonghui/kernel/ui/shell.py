"""What surrounds a page: menus (菜单), counts, posts (岗位) and the person signed in.

Nothing here queries. Other packages register callables of `request`; each is called at most once
per request, and only when a template asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.ui.branding import HOTLINE, SITE_NAME, SITE_OWNER

if TYPE_CHECKING:
    from django.http import HttpRequest

TEXT_SIZES = ("normal", "large")
THEMES = ("light", "dark")
CONTRASTS = ("normal", "high")
MOTIONS = ("normal", "less")


@dataclass
class MenuItem:
    """One line of the menu.

    count: open to-dos behind it, 0 shows none. icon: a name of the sprite. go: the letter that
    follows `g` on the keyboard. live: `todo` or `message` shows that count of the frame, which
    is kept up to date while the page is open.
    """

    title: str
    url: str
    count: int = 0
    icon: str = ""
    active: bool = False
    go: str = ""
    live: str = ""


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


@dataclass(frozen=True)
class Star:
    """The mark by which a person follows (关注) the record shown; `url` takes a POST."""

    url: str
    on: bool = False


_providers: dict[str, list[Callable[[HttpRequest], Any]]] = {}
_menus: dict[frozenset[str], tuple[MenuGroup, ...]] = {}
_drawn: dict[tuple, SafeString] = {}
DRAWN_MOST = 3000
"""Parts of the frame kept drawn, some kilobytes each; then they are begun anew."""
_TOKEN = "0-token-of-the-request-0"


def _register(kind: str, provider: Callable[[HttpRequest], Any]) -> None:
    providers = _providers.setdefault(kind, [])
    if provider not in providers:
        providers.append(provider)
    _menus.clear()
    _drawn.clear()


def roles_of(actor: Actor) -> frozenset[str]:
    """The roles an actor holds anywhere: what the menu depends on."""
    return frozenset(grant.role for grant in actor.grants)


def menu_of(actor: Actor) -> tuple[MenuGroup, ...]:
    """The menu of everybody with the actor's roles, none of its items active; kept by roles."""
    roles = roles_of(actor)
    found = _menus.get(roles)
    if found is None:
        asking: Any = SimpleNamespace(actor=actor, path="")
        groups: dict[str, MenuGroup] = {}
        for provider in _providers.get("menu", ()):
            for group in provider(asking):
                # Two providers may add to one chapter.
                kept = groups.setdefault(group.title, MenuGroup(group.title, [], group.icon))
                kept.items.extend(group.items)
        found = _menus[roles] = tuple(groups.values())
    return found


def register_menu(provider: Callable[[HttpRequest], Iterable[MenuGroup]]) -> None:
    """Add groups to the workbench menu; groups appear in the order of registration.

    What a provider answers may depend on the actor's roles and on nothing else: it is asked once
    for each set of roles, with a request that has an `actor` alone.
    """
    _register("menu", provider)


def register_external(provider: Callable[[HttpRequest], Iterable[tuple[str, str, str]]]) -> None:
    """Add systems outside the platform that open by single sign-on: (title, url, icon)."""
    _register("external", provider)


def register_star(provider: Callable[[HttpRequest], Star | None]) -> None:
    """Say whether the record shown can be followed; the first answer that is not None counts."""
    _register("star", provider)


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
    suggest_url = "/search/suggest/"
    live_url = "/desk/counts/"
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
        return SITE_NAME.value()

    @property
    def site_owner(self) -> str:
        """Name of the federation that runs it."""
        return SITE_OWNER.value()

    @property
    def hotline(self) -> str:
        """The number workers can call, where the person is."""
        grants = getattr(getattr(self._request, "actor", None), "grants", ())
        return HOTLINE.value(grants[0].path if grants else "")

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

    @property
    def contrast(self) -> str:
        """`normal` or `high`, from the cookie of the barrier-free mode."""
        contrast = self._request.COOKIES.get("ui_contrast", "")
        return contrast if contrast in CONTRASTS else CONTRASTS[0]

    @property
    def motion(self) -> str:
        """`normal` or `less`, from the cookie of the barrier-free mode."""
        motion = self._request.COOKIES.get("ui_motion", "")
        return motion if motion in MOTIONS else MOTIONS[0]

    @cached_property
    def menu(self) -> list[MenuGroup]:
        """Chapters with the systems this person may use, the place shown marked."""
        actor = getattr(self._request, "actor", None)
        if actor is None or not actor.signed_in:
            return []
        groups = menu_of(actor)
        here = self._here(groups)
        if not here:
            return list(groups)
        return [
            replace(
                group,
                items=[
                    replace(item, active=True) if item.url == here else item for item in group.items
                ],
            )
            for group in groups
        ]

    def _here(self, groups: Iterable[MenuGroup]) -> str:
        """The address of the menu's place the page belongs to: the longest one it begins with."""
        path = self._request.path
        fitting = [
            item.url
            for group in groups
            for item in group.items
            if path.startswith(item.url.split("?")[0])
        ]
        return max(fitting, key=len, default="")

    @cached_property
    def side(self) -> SafeString:
        """The menu drawn; kept, for it is the same for everybody with the same roles."""
        actor = getattr(self._request, "actor", None)
        if actor is None or not actor.signed_in:
            return SafeString("")
        key = ("side", roles_of(actor), self._here(menu_of(actor)))
        return self._kept(key, "ui/c/menu.html", {"groups": self.menu})

    @cached_property
    def bar(self) -> SafeString:
        """The top bar drawn."""
        return self._framed("ui/c/bar.html")

    @cached_property
    def first(self) -> SafeString:
        """The places above the chapters, drawn."""
        return self._framed("ui/c/places.html")

    @cached_property
    def bottom(self) -> SafeString:
        """The bottom bar drawn."""
        return self._framed("ui/c/bottom.html")

    def _framed(self, template: str) -> SafeString:
        """A part of the frame, kept for whoever sees the same; its tokens are put in each time."""
        key = (template, self.text_size, self.theme, *self._seen)
        drawn = self._kept(key, template, {"shell": self, "csrf_token": _TOKEN})
        return SafeString(drawn.replace(_TOKEN, get_token(self._request)))

    @cached_property
    def _seen(self) -> tuple:
        """Everything the parts of the frame show."""
        person, path = self.person, self._request.path
        return (
            self.home_url,
            self.todo_count,
            self.message_count,
            person and (person.id, person.name, person.role),
            tuple((link.title, link.url) for link in person.links) if person else (),
            tuple((post.title, post.union, post.url, post.active) for post in self.posts),
            tuple((item.title, item.url, item.count, item.active) for item in self.top),
            path
            if path in (self.home_url, self.todo_url, self.search_url, self.message_url)
            else "",
        )

    def _kept(self, key: tuple, template: str, context: dict[str, Any]) -> SafeString:
        drawn = _drawn.get(key)
        if drawn is None:
            if len(_drawn) >= DRAWN_MOST:
                _drawn.clear()
            drawn = _drawn[key] = render_to_string(
                template, {**context, "path": self._request.path}
            )
        return drawn

    @cached_property
    def external(self) -> list[tuple[str, str, str]]:
        """Systems outside that open by single sign-on."""
        return [entry for entries in self._each("external") for entry in entries]

    @cached_property
    def star(self) -> Star | None:
        """The mark on the record shown."""
        return next((star for star in self._each("star") if star is not None), None)

    @property
    def events_url(self) -> str:
        """Where open pages listen; empty where nobody serves it."""
        signed_in = self.person is not None
        return getattr(settings, "EVENTS_URL", "") if signed_in else ""

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
