"""Services (服务事项): what a system offers to workers in the service hall, declared beside it.

    JOINING = Service(
        "joining", "申请入会", events=(JOINING_EVENT,), who=OUTSIDERS, start=JOIN,
        guide=Guide("…", time_limit="10 个工作日内答复", handled_by="您单位的工会"),
        conditions=(NOT_A_MEMBER, Condition("以工资收入为主要生活来源")),
    )

The hall knows no service by name: it matches, explains, takes applications and follows matters
by what is said here. Nothing here asks the database; systems' own checks and hooks may.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.forms import BaseForm

    from gonghui.kernel.access.actor import Actor
    from gonghui.kernel.org.models import Union
    from gonghui.kernel.resource.declaration import Page


class Audience(StrEnum):
    """Whom a service is for."""

    GUEST = "guest"
    OUTSIDER = "outsider"
    MEMBER = "member"


AUDIENCE_WORDS = {
    Audience.GUEST: "未登录也能办",
    Audience.OUTSIDER: "未入会职工",
    Audience.MEMBER: "工会会员",
}
EVERYBODY = frozenset(Audience)
WORKERS = frozenset({Audience.OUTSIDER, Audience.MEMBER})
MEMBERS = frozenset({Audience.MEMBER})
OUTSIDERS = frozenset({Audience.GUEST, Audience.OUTSIDER})


class Level(IntEnum):
    """How well somebody is known (实名等级)."""

    GUEST = 0
    ACCOUNT = 1
    PHONE = 2
    IDENTITY = 3
    MEMBER = 4


LEVEL_WORDS = {
    Level.GUEST: "未登录",
    Level.ACCOUNT: "已登录，未实名",
    Level.PHONE: "手机号已验证",
    Level.IDENTITY: "已实名",
    Level.MEMBER: "工会会员",
}


@dataclass(frozen=True)
class LifeEvent:
    """What happened to somebody, as the hall's tiles say it. words: how else people put it."""

    code: str
    title: str
    icon: str
    words: tuple[str, ...] = ()


ENTERING = LifeEvent("join", "入会转会", "user-plus", ("加入工会", "换工作", "转会", "会员卡"))
HARDSHIP = LifeEvent("hardship", "遇到困难", "heart-handshake", ("困难", "救助", "生病", "帮扶"))
JUSTICE = LifeEvent("justice", "讨说法", "scale", ("欠薪", "维权", "投诉", "仲裁", "工伤"))
LEARNING = LifeEvent("learning", "学技能", "school", ("培训", "学历", "技能", "竞赛"))
ILLNESS = LifeEvent("illness", "看病理赔", "stethoscope", ("住院", "互助", "理赔", "体检"))
REST = LifeEvent("rest", "疗休养", "mood-smile", ("疗养", "休养", "旅游", "活动"))
WORK = LifeEvent("work", "找工作", "briefcase", ("求职", "招聘", "就业", "失业"))
VOICE = LifeEvent("voice", "提建议", "bulb", ("心愿", "意见", "提案", "点菜单"))
UNION = LifeEvent("union", "建会办会", "building-community", ("建会", "选举", "职代会", "法人"))
PAPERS = LifeEvent("papers", "我的证件信息", "id-badge-2", ("会员卡", "更名", "证书", "授权"))
EVENTS = (
    ENTERING,
    HARDSHIP,
    JUSTICE,
    LEARNING,
    ILLNESS,
    REST,
    WORK,
    VOICE,
    UNION,
    PAPERS,
)
"""The tiles of the hall in their usual order; a service may bring an event of its own."""


@dataclass(frozen=True)
class Known:
    """What the platform knows of whoever asks, for pre-checks and to fill in forms.

    member: the value of their membership's status, empty without one. name, mobile: masked.
    on_file: codes of materials they keep with us. region: six digits, of the union they are in.
    """

    today: date
    level: Level = Level.GUEST
    person_id: int | None = None
    name: str = ""
    mobile: str = ""
    sex: str = ""
    born_on: date | None = None
    employment: str = ""
    household: str = ""
    education: str = ""
    member: str = ""
    number: str = ""
    joined_on: date | None = None
    union_id: int | None = None
    union_name: str = ""
    union_path: str = ""
    region: str = ""
    on_file: frozenset[str] = frozenset()

    @property
    def is_member(self) -> bool:
        """Member of a union now, or with membership kept."""
        return self.member in {"active", "retained"}

    @property
    def audience(self) -> Audience:
        if self.is_member:
            return Audience.MEMBER
        return Audience.GUEST if self.level is Level.GUEST else Audience.OUTSIDER

    @property
    def age(self) -> int | None:
        """Full years today."""
        if self.born_on is None:
            return None
        had = (self.today.month, self.today.day) >= (self.born_on.month, self.born_on.day)
        return self.today.year - self.born_on.year - (not had)


@dataclass(frozen=True)
class Verdict:
    """Whether a condition is met; None where what is known cannot tell. because: in Chinese."""

    met: bool | None
    because: str


@dataclass(frozen=True)
class Condition:
    """One condition of a service, in words, and how it is pre-checked.

    check: Known -> Verdict; without one the person judges it themselves. rule: its source.
    """

    text: str
    check: Callable[[Known], Verdict] | None = None
    rule: str = ""

    def judge(self, known: Known) -> Verdict:
        if self.check is None:
            return Verdict(None, "请您自己核对")
        return self.check(known)


def _is_member(known: Known) -> Verdict:
    if known.level is Level.GUEST:
        return Verdict(None, "登录后自动核对")
    if known.is_member:
        return Verdict(True, f"您已是{known.union_name}的会员：符合")
    if known.level < Level.IDENTITY:
        return Verdict(None, "绑定本人身份后自动核对")
    return Verdict(False, "您还不是工会会员：不符合")


def _is_outsider(known: Known) -> Verdict:
    if known.is_member:
        return Verdict(False, f"您已是{known.union_name}的会员：不用再申请")
    if known.level < Level.IDENTITY:
        return Verdict(None, "填写证件号码后自动核对")
    return Verdict(True, "您还没有加入工会：符合")


def _is_adult(known: Known) -> Verdict:
    if known.age is None:
        return Verdict(None, "填写证件号码后自动核对")
    if known.age >= WORKING_AGE:
        return Verdict(True, f"您今年 {known.age} 岁：符合")
    return Verdict(False, f"您今年 {known.age} 岁：不到 {WORKING_AGE} 岁，不符合")


WORKING_AGE = 16
LABOUR_LAW = "《中华人民共和国劳动法》第十五条"
A_MEMBER = Condition("您是工会会员", _is_member)
NOT_A_MEMBER = Condition("您还没有加入工会", _is_outsider)
OF_WORKING_AGE = Condition(f"年满 {WORKING_AGE} 周岁", _is_adult, LABOUR_LAW)


@dataclass(frozen=True)
class Material:
    """A paper a service asks for.

    purpose: code of the file purpose it is taken under. reusable: may be kept for next time.
    months: how long a kept one counts. photo: taken with the camera in place.
    """

    code: str
    title: str
    help: str = ""
    required: bool = True
    purpose: str = "hall.material"
    reusable: bool = True
    months: int = 12
    photo: bool = True


@dataclass(frozen=True)
class Guide:
    """The guide (办事指南) of a service.

    counter: what a counter needs, line by line. basis: the rules it rests on. complaint: where
    to complain; empty: the hotline of the place.
    """

    summary: str
    time_limit: str
    handled_by: str
    result: str = ""
    fee: str = "免费"
    steps: tuple[str, ...] = ()
    counter: tuple[str, ...] = ("本人身份证件原件",)
    basis: tuple[str, ...] = ()
    complaint: str = ""


@dataclass(frozen=True)
class Screen:
    """One group of questions on one screen.

    form: an ordinary form class without files. shown: answers so far -> whether it is asked.
    fill: what is known -> initial answers, so that nothing is asked twice.
    """

    code: str
    title: str
    form: type[BaseForm]
    shown: Callable[[Mapping[str, Any]], bool] = lambda answers: True
    fill: Callable[[Known], Mapping[str, Any]] = lambda known: {}


@dataclass(frozen=True)
class Handed:
    """A whole application as the hall hands it to the system.

    answers: cleaned values of all screens. files: material code -> keys of stored files, owned
    by the hall's record. known: of whom it is for. channel: web, counter or proxy.
    """

    answers: Mapping[str, Any]
    files: Mapping[str, Sequence[str]]
    known: Known
    union: Union
    channel: str = "web"


@dataclass(frozen=True)
class Receipt:
    """What the system answers: its number, the record made, what happens next and by when."""

    number: str
    target_type: str
    target_id: object
    next: str
    due_on: date | None = None
    link: str = ""


@dataclass(frozen=True)
class Application:
    """How the hall asks for an application itself, screen by screen.

    submit: (handed, actor) -> Receipt, in the hall's transaction; runs the system's own action.
    desk: known -> union it is handed in at; None: the union of the person, else of the place.
    proxied: whether somebody else may hand it in with the person's consent.
    """

    screens: tuple[Screen, ...]
    submit: Callable[[Handed, Actor], Receipt]
    desk: Callable[[Known], Union | None] | None = None
    proxied: bool = True


@dataclass(frozen=True)
class Words:
    """What a person says with a verb: text, a score of 1 to 5, keys of uploaded files."""

    text: str = ""
    score: int | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verb:
    """Something the person can do with a matter of theirs: 补充材料, 撤回, 申诉, 评价.

    offered: (target id, actor) -> whether now. run: (target id, actor, words) does it by the
    system's own action, which decides. link: target id -> the system's own page instead.
    asks: which of text, score, files it takes. role: what it is to the hall.
    """

    role: str
    title: str
    offered: Callable[[str, Actor], bool]
    run: Callable[[str, Actor, Words], object] | None = None
    link: Callable[[str], str] | None = None
    asks: tuple[str, ...] = ("text",)
    help: str = ""

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"{self.role!r} is nothing a matter can be asked for")
        if (self.run is None) == (self.link is None):
            raise ValueError(f"{self.title}: a verb either runs here or leads to a page")


ROLES = ("supplement", "withdraw", "appeal", "rate", "urge")


@dataclass(frozen=True)
class Service:
    """One service of the hall.

    start: the system's own page, or apply: the hall asks. level: how well the person must be
    known. materials: the guide names them; the hall takes them only with `apply`. targets: target
    types of its lines on the timeline; names: how those name the service beside its title.
    counter: the page where a cadre takes it in for somebody, when the hall does not ask itself.
    raises: the level somebody has once it is done. keywords: how people look for it. private:
    nobody but the desk may learn that the person asked, not even their own union.
    """

    code: str
    title: str
    events: tuple[LifeEvent, ...]
    guide: Guide
    who: frozenset[Audience] = EVERYBODY
    conditions: tuple[Condition, ...] = ()
    materials: tuple[Material, ...] = ()
    start: Page | None = None
    apply: Application | None = None
    counter: Page | None = None
    level: Level = Level.GUEST
    verbs: tuple[Verb, ...] = ()
    targets: tuple[str, ...] = ()
    raises: Level | None = None
    keywords: tuple[str, ...] = ()
    icon: str = "apps"
    help: str = ""
    names: tuple[str, ...] = ()
    private: bool = False

    def __post_init__(self) -> None:
        if (self.start is None) == (self.apply is None):
            raise ValueError(f"service {self.code}: either a page of its own or an application")
        if not self.events:
            raise ValueError(f"service {self.code} stands under no life event")

    def has(self, target_type: str, name: str) -> bool:
        """Whether a line of the timeline, of a target type and a service's name, is its matter."""
        return target_type in self.targets and name in {self.title, *self.names}
