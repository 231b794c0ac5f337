"""Whose hall is shown (省、市、县大厅), and what it inherits from the halls above."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from gonghui.kernel.config.declaring import Level, Setting
from gonghui.kernel.org.models import Union, UnionKind, UnionStatus
from gonghui.kernel.ui.branding import HALL_NOTICE, HOTLINE
from gonghui.systems.service.hall.models import Piece
from gonghui.systems.service.hall.models.places import PieceKind, PieceState
from gonghui.systems.service.hall.rules import pieces as rules

LOCAL = (Level.PLATFORM, Level.CITY, Level.COUNTY)
CONTACT = Setting(
    "hall.contact",
    "职工服务中心",
    str,
    "",
    "职工服务中心（帮扶中心）的地址和电话，显示在服务大厅首页下方和每项服务的办事指南里。",
    levels=LOCAL,
    maximum=200,
)
HOURS = Setting(
    "hall.hours",
    "窗口办理时间",
    str,
    "工作日 9:00—12:00，13:30—17:00",
    "职工服务中心窗口的办理时间，显示在办事指南里。",
    levels=LOCAL,
    maximum=100,
)
ORDER = Setting(
    "hall.order",
    "服务先后",
    str,
    "",
    "排在前面的服务编码，用逗号分开，如 joining,wish。不写的按各系统的顺序排在后面。",
    levels=LOCAL,
    maximum=600,
    pattern=r"([a-z0-9-]+([,，] ?[a-z0-9-]+)*)?",
)
PUBLIC = "the halls of the province, its cities and counties are public"
SHOWN = "published content of a hall is public"
KINDS = (UnionKind.PROVINCE, UnionKind.CITY, UnionKind.COUNTY, UnionKind.INDUSTRY)


@dataclass(frozen=True)
class Place:
    """One hall: the province's, a city's, an industry's or a county's."""

    union_id: int
    name: str
    path: str
    is_top: bool

    @cached_property
    def hotline(self) -> str:
        return HOTLINE.value(self.path)

    @property
    def notice(self) -> str:
        """The standing notice, with the hotline."""
        return f"{HALL_NOTICE.value(self.path)}遇到困难可拨打 {self.hotline}。"

    @property
    def contact(self) -> str:
        return CONTACT.value(self.path)

    @property
    def hours(self) -> str:
        return HOURS.value(self.path)

    @property
    def order(self) -> list[str]:
        """Codes of the services this hall puts first."""
        return [word.strip() for word in ORDER.value(self.path).replace("，", ",").split(",")]

    @property
    def short(self) -> str:
        return self.name.replace("总工会", "") or self.name


def place_at(path: str) -> Place | None:
    """The nearest hall at or above a union's path."""
    ids = [int(part) for part in path.split(".") if part]
    rows = Union.objects.unscoped(PUBLIC).filter(pk__in=ids, kind__in=KINDS)
    found = rows.order_by("-path").first()
    return _place(found) if found is not None else None


def place_named(pk: int) -> Place | None:
    """The hall of a union; None for one that has none."""
    rows = Union.objects.unscoped(PUBLIC).filter(pk=pk, kind__in=KINDS, status=UnionStatus.ACTIVE)
    found = rows.first()
    return _place(found) if found is not None else None


def top() -> Place | None:
    """The province's hall."""
    found = (
        Union.objects.unscoped(PUBLIC)
        .filter(kind=UnionKind.PROVINCE, status=UnionStatus.ACTIVE)
        .first()
    )
    return _place(found) if found is not None else None


def all_places() -> list[tuple[Place, list[Place]]]:
    """Cities and industries of the province, each with its counties."""
    rows = Union.objects.unscoped(PUBLIC).filter(kind__in=KINDS, status=UnionStatus.ACTIVE)
    found = [(union, _place(union)) for union in rows.order_by("path")]
    cities = [
        (union.pk, place)
        for union, place in found
        if union.kind in {UnionKind.CITY, UnionKind.INDUSTRY}
    ]
    return [
        (place, [below for union, below in found if union.parent_id == pk]) for pk, place in cities
    ]


def centre_of(path: str) -> Union | None:
    """The union whose service centre serves a path: the nearest hall's, else the province's."""
    place = (place_at(path) if path else None) or top()
    return union_of(place) if place is not None else None


def union_of(place: Place) -> Union:
    return Union.objects.unscoped(PUBLIC).get(pk=place.union_id)


def _place(union: Union) -> Place:
    return Place(union.pk, union.name, union.path, union.kind == UnionKind.PROVINCE)


def pieces(place: Place, today: date) -> tuple[list[Piece], list[Piece]]:
    """Banners and notices of a hall on a day: its own first, then those it inherits."""
    rows = Piece.objects.unscoped(SHOWN).filter(
        org_path__in=rules.lines_above(place.path),
        state=PieceState.PUBLISHED,
        starts_on__lte=today,
        ends_on__gte=today,
    )
    found = sorted(
        rows.select_related("union"), key=lambda item: (-len(item.org_path), item.rank, -item.pk)
    )
    banners = [item for item in found if item.kind == PieceKind.BANNER]
    return banners[:3], [item for item in found if item.kind == PieceKind.NOTICE][:6]
