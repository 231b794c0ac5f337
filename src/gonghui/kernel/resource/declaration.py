"""The words in which a system declares its resources, and the register of what was declared.

A Resource declares only what truly repeats; everything else is ordinary Django. Functions,
permissions and actions are passed as objects; field names are verified by `manage.py check`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import models
from django.db.models import QuerySet
from django.urls import reverse

from gonghui.kernel.access.actions import Action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.resource.services import Service


@dataclass(frozen=True)
class Column:
    """One column of a list, export and API.

    source: field path read by .values_list(). kind: title, text, date, datetime, number, code
    (with table), choice (with choices), state (choice drawn as a pill), flag. shown: in the list
    before the person chooses columns. paint: value -> str or safe markup, for what kinds cannot
    say. tones: value -> pill tone for kind state.
    """

    source: str
    title: str
    kind: str = "text"
    table: str = ""
    choices: type[models.TextChoices] | None = None
    tones: dict[str, str] = field(default_factory=dict)
    shown: bool = True
    paint: Callable[[Any], Any] | None = None

    @property
    def name(self) -> str:
        return self.source.replace("__", ".")


@dataclass(frozen=True)
class Choice:
    """A filter on one value of a field: of a TextChoices class or of a code table."""

    name: str
    title: str
    choices: type[models.TextChoices] | None = None
    table: str = ""
    default: str = ""


@dataclass(frozen=True)
class Days:
    """A filter on a date field, from day to day, both inclusive."""

    name: str
    title: str


@dataclass(frozen=True)
class Under:
    """A filter on one union and all below it, within the actor's own scope."""

    name: str = "under"
    title: str = "工会"


@dataclass(frozen=True)
class Custom:
    """A filter of its own: `narrow(rows, value)`, with the (value, label) pairs it offers."""

    name: str
    title: str
    options: Callable[[Actor], Sequence[tuple[str, str]]]
    narrow: Callable[[QuerySet, str], QuerySet]
    default: str = ""


Filter = Choice | Days | Under | Custom


@dataclass(frozen=True)
class Sort:
    """An order a list may have; `field` is never null. The id breaks ties the same way."""

    field: str
    title: str
    descending: bool = True

    @property
    def key(self) -> str:
        return f"-{self.field}" if self.descending else self.field


@dataclass(frozen=True)
class Facts:
    """A titled group of facts of a record: (label, value of the record or a function of it)."""

    title: str
    items: tuple[tuple[str, str | Callable[[Any], Any]], ...]


@dataclass(frozen=True)
class Section:
    """A part of a record's page: `build(record, actor)` gives the template's context.

    The template is drawn below the facts; a build that answers None leaves the section out.
    """

    title: str
    template: str
    build: Callable[[Any, Actor], dict[str, Any] | None]


@dataclass(frozen=True)
class Step:
    """An action offered on a record (or, with `creates`, on a list) as a button and a page.

    shown: (record, actor) -> whether to offer it; the action itself still decides. form: asks
    for the action's keyword arguments; its class takes `actor` and `record`. help: said above
    the form. tone: primary, plain or danger. done: what the person is told, given the result.
    slug: last part of the URL.
    """

    action: Action
    slug: str
    title: str
    form: type[forms.Form] | None = None
    shown: Callable[[Any, Actor], bool] = lambda record, actor: True
    help: str = ""
    tone: str = "plain"
    done: Callable[[Any], str] | str = "已办理。"
    undo: str = ""


@dataclass
class Resource:
    """A model with its faces: list, record, steps, export, import, API.

    code: plural, in URLs and permissions. view: who may see it where. rows: narrows the base
    queryset. seen: (rows, actor) -> those of the rows within scope this actor may read, where the
    place alone does not decide. search: (rows, text, scope) -> rows. creates: steps that make a
    new record, their subject being a union of the actor's. reveal: the action that shows personal
    data in plain, with a reason. related: select_related for records.
    """

    code: str
    title: str
    model: type[models.Model]
    view: Permission
    columns: tuple[Column, ...]
    unit: str = "条"
    filters: tuple[Filter, ...] = ()
    sorts: tuple[Sort, ...] = (Sort("id", "登记先后"),)
    search: Callable[[QuerySet, str, Any], QuerySet] | None = None
    search_hint: str = ""
    rows: Callable[[QuerySet], QuerySet] | None = None
    seen: Callable[[QuerySet, Actor], QuerySet] | None = None
    facts: tuple[Facts, ...] = ()
    sections: tuple[Section, ...] = ()
    timeline: Callable[[Any, Actor], Iterable[Any]] | None = None
    creates: tuple[Step, ...] = ()
    steps: tuple[Step, ...] = ()
    export: Permission | None = None
    imports: Any = None
    reveal: Action | None = None
    related: tuple[str, ...] = ()
    empty: str = "还没有记录。"

    def __post_init__(self) -> None:
        if self.code in RESOURCES:
            raise ValueError(f"resource {self.code} is declared twice")
        RESOURCES[self.code] = self

    def step(self, slug: str) -> Step:
        for step in (*self.steps, *self.creates):
            if step.slug == slug:
                return step
        raise Refusal(f"没有名为“{slug}”的办理环节。", code="missing")

    def base(self) -> Any:
        rows = self.model._default_manager.all()
        return self.rows(rows) if self.rows else rows


RESOURCES: dict[str, Resource] = {}
"""Every resource of this installation, by code."""


@dataclass(frozen=True)
class Page:
    """A page of a system's own that serves functions or stands in the menu.

    icon and help: how its tile looks in the service hall. args: of its address.
    """

    title: str
    url_name: str
    permission: Permission | None = None
    icon: str = "apps"
    help: str = ""
    args: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Its address; NoReverseMatch while its system is not installed."""
        return reverse(self.url_name, args=self.args)


@dataclass(frozen=True)
class Served:
    """How one catalogue function is met: the object that serves it, and whether on a phone.

    partial: what is still missing, in Chinese; empty when the function is whole.
    """

    by: Resource | Step | Page | Action | Callable[..., Any]
    title: str
    mobile: bool = True
    partial: str = ""


@dataclass(frozen=True)
class Interface:
    """An interface of a system beside the API of its resources.

    path: address from the root, or the beginning all its addresses share ("scim/v2/").
    standard: the published protocol it follows, with its own description; empty for an answer
    in JSON to a GET, which then stands in our OpenAPI document. public: asked without signing in.
    """

    path: str
    title: str
    standard: str = ""
    public: bool = False


@dataclass
class System:
    """The manifest of one system of the plan.

    code: catalogue id. functions: catalogue function id -> Served. chapter and menu: where and
    as what it stands in the workbench menu. hall: pages offered to workers in the service hall.
    services: what workers can have done there, with guide, conditions and the way to apply.
    uses: codes of the systems it calls. publishes, subscribes: event types, or the beginning they
    share. outside: codes of the outside parties it calls. stage: where it is in its life.
    part: where several packages serve one system, what a package after the first adds (建会); its
    manifest has the same code and is joined to the first one's in SYSTEMS.
    """

    code: str
    name: str
    owner: str
    chapter: str
    functions: dict[str, Served]
    resources: tuple[Resource, ...] = ()
    menu: tuple[Resource | Page, ...] = ()
    hall: tuple[Page, ...] = ()
    services: tuple[Service, ...] = ()
    uses: tuple[str, ...] = ()
    open_functions: dict[str, str] = field(default_factory=dict)
    interfaces: tuple[Interface, ...] = ()
    publishes: tuple[str, ...] = ()
    subscribes: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    stage: str = "运行"
    part: str = ""

    def __post_init__(self) -> None:
        for service in self.services:
            if service.code in services():
                raise ValueError(f"service {service.code} is declared twice")
        whole = SYSTEMS.get(self.code)
        if whole is None and not self.part:
            SYSTEMS[self.code] = self
        elif whole is None:
            raise ValueError(
                f"{self.part} is declared before {self.code}, the system it is part of"
            )
        elif not self.part:
            raise ValueError(f"system {self.code} is declared twice")
        else:
            whole._join(self)

    def _join(self, other: System) -> None:
        """Serve what another package of this system serves as well; it keeps its own manifest."""
        if (other.name, other.chapter) != (self.name, self.chapter):
            raise ValueError(f"{other.part} names {self.code} otherwise than its first package")
        twice = {*self.functions, *self.open_functions} & {*other.functions, *other.open_functions}
        if twice:
            raise ValueError(f"{self.code}: {sorted(twice)} stand in two packages")
        self.functions.update(other.functions)
        self.open_functions.update(other.open_functions)
        for name in ("resources", "menu", "hall", "services", "interfaces"):
            setattr(self, name, (*getattr(self, name), *getattr(other, name)))
        for name in ("uses", "publishes", "subscribes", "outside"):
            setattr(self, name, tuple(dict.fromkeys((*getattr(self, name), *getattr(other, name)))))


SYSTEMS: dict[str, System] = {}
"""Every system of this installation, by catalogue id, whole."""


def services() -> dict[str, tuple[System, Service]]:
    """Every service of this installation with its system, by code, in the order of systems."""
    return {item.code: (system, item) for system in SYSTEMS.values() for item in system.services}
