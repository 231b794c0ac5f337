"""Eleven people, four channels, one case, eleven answers; the unit complained of learns no name.

It is looked for by six ways (page, API, export, search, audit, notification) as everybody the unit
has: its cadre with every role of the business, somebody with a second post at the very desks, its
auditor, its member. The database is asked as the role row-level security binds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from gonghui.engines.casework import jobs
from gonghui.engines.casework.actions import (
    after,
    clocks,
    collective,
    intake,
    replies,
    revealing,
    supervising,
    work,
)
from gonghui.engines.casework.models import Answer, Case, CaseEvent, Intake, Part
from gonghui.engines.casework.queries import cases, desk
from gonghui.kernel.access.actor import ANONYMOUS
from gonghui.kernel.access.roles import APPROVER, AUDITOR, HANDLER, VIEWER
from gonghui.kernel.audit import exporting
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify import replies as texts
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.resource.declaration import RESOURCES
from gonghui.systems.rights.feedback.actions import channels
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE
from gonghui.systems.rights.feedback.queries import hotline as queries

pytestmark = pytest.mark.django_db
NAMES = [f"{surname}小满" for surname in "闻人慕容东方欧阳司徒令"]
MOBILES = [f"138055177{place:02d}" for place in range(11)]
STORY = "从三月起不发夜班津贴，车间主任让我们去找厂长，厂长不见人"
CHANNELS = ("web", "phone", "counter", "sms")
ENDLESS = ("/events", "/signout/", "/sso/logout", "/sso/logout/confirm/", "/cas/logout")
"""Addresses that stream for ever, or end the session."""


def anywhere(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Every address of the platform that needs nothing to be known."""
    for item in patterns:
        path = before + str(item.pattern)
        if isinstance(item, URLResolver):
            yield from anywhere(item.url_patterns, path)
        elif isinstance(item, URLPattern) and not set("<(^$") & set(path):
            yield path


@dataclass
class Affair:
    """What was done: who said what, the one case, what the unit was asked."""

    got: list[intake.Received]
    case: Case
    part: Part
    since: Any


@dataclass
class Seeker:
    """Somebody of the unit at a browser."""

    who: Any
    client: Client

    def read(self, address: str, **posted: str) -> str:
        answer = self.client.post(address, posted) if posted else self.client.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        location = answer.headers.get("Location", "")
        return content.decode("utf-8", "replace") + location

    def names(self, address: str, **posted: str) -> set[str]:
        """Names, telephone numbers and words of the complainants on a page."""
        text = self.read(address, **posted)
        return {secret for secret in (*NAMES, *MOBILES, STORY[:10]) if secret in text}


@pytest.fixture
def members(world) -> list[Any]:
    """The complainants who are members of the unit: its register has their names as ever."""
    return [world.member(world.factory, name).person for name in NAMES[:7]]


@pytest.fixture
def seekers(world) -> dict[str, Seeker]:
    def of(name: str, *grants: Any, person: Any = None) -> Seeker:
        actor = world.actor(name, *grants, person=person)
        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id))
        return Seeker(actor, client)

    unit, roles = world.factory, (HANDLER, APPROVER, VIEWER)
    desks = (world.factory, world.shushan, world.province)
    return {
        "cadre": of("单位干部", *((role, unit) for role in roles)),
        "both": of("兼任干部", *((role, place) for role in roles for place in desks)),
        "auditor": of("单位审计", (AUDITOR, unit)),
        "member": of("单位会员", person=world.member(unit, "旁观者").person),
    }


def handed_in(hotline, members: list[Any]) -> list[intake.Received]:
    """Eleven complaints; two without a name, three to be kept from the desk as well."""
    world, made = hotline.world, []
    for place, name in enumerate(NAMES):
        channel = CHANNELS[place % 4]
        secrecy = "anonymous" if place in (4, 8) else "confidential" if place > 8 else "named"
        person = members[place] if place < len(members) else None
        if channel == "sms":
            reply = texts.Reply(
                f"m{place}", MOBILES[place], f"我是{name}，{STORY}", "12351", timezone.now()
            )
            number = channels.take_text(reply).reference
            row = Intake.objects.unscoped("test").select_related("case").get(number=number)
            made.append(intake.Received(row.case, row))
            continue
        said = intake.Said(
            title=f"{name}反映夜班津贴",
            text=f"我是{name}，电话{MOBILES[place]}，{STORY}。",
            channel=channel,
            secrecy=secrecy,
            name=name,
            mobile=MOBILES[place],
            respondent=world.factory if place == 1 else None,
            respondent_name=world.factory.name,
            details={"性质": "投诉"},
        )
        if channel != "web":
            made.append(intake.register(HOTLINE, world.province, said, by=hotline.agent))
            continue
        by = world.actor(name, person=person) if person and secrecy != "anonymous" else ANONYMOUS
        made.append(intake.submit(HOTLINE, world.province, said, by=by))
    return made


def worked(hotline, members: list[Any]) -> Affair:
    """Taken in, joined, sent to the county, the unit asked, extended, urged, answered, rated."""
    world, since = hotline.world, timezone.now()
    county = world.actor("区经办", (HANDLER, world.shushan))
    chief = world.actor("区审批", (APPROVER, world.shushan))
    got = handed_in(hotline, members)
    for item in got:
        work.accept(item.case, by=hotline.agent, category="pay", summary="反映不发夜班津贴")
    lead, others = got[1].case, [item.case.pk for item in got if item is not got[1]]
    case = collective.join(lead, by=hotline.agent, others=others, title="夜班津贴")
    case = work.route(case, by=hotline.agent, to=world.shushan)
    case = work.take(case, by=county)
    part = work.ask_part(
        case, by=county, union=world.factory, task="请说明夜班津贴发放情况", role="respondent"
    )
    clocks.ask_extension(case, by=county, days=2, reason="需要核实考勤记录")
    clocks.decide_extension(case, by=chief, grant=True, opinion="同意")
    supervising.urge(case, by=hotline.chief, text="请抓紧核实")
    intake.ask(got[0].intake, by=county, text="请补充上夜班的日期")
    work.answer_part(part, by=world.actor("单位人事", (HANDLER, world.factory)), text="下月补发")
    revealing.reveal(case, by=county, reason="电话核实夜班日期")
    replies.draft(case, by=county, text="单位将于下月补发。", outcome="solved")
    case = replies.submit(case, by=county)
    case = replies.review(case, by=chief, send=True)
    after.call_back(got[1].intake, by=county, reached=True, score=4, words=f"{NAMES[1]}满意")
    after.rate(got[3].intake, by=intake.CODE_HOLDER, score=5, words=f"{NAMES[3]}谢谢")
    jobs.lights()
    raise_wall(Scope.everything())
    return Affair(got, Case.objects.unscoped("test").get(pk=case.pk), part, since)


def known_addresses(affair: Affair) -> list[str]:
    """Every page that has to do with the affair, for whoever knows its numbers."""
    numbers = {item.intake.number for item in affair.got}
    found = [reverse("casework:part", args=[affair.part.pk])]
    for number in numbers:
        found += [
            reverse("casework:case", args=[number]),
            reverse("casework:thread", args=[number]),
            reverse("feedback:petition", args=[number]),
            *(
                reverse("casework:do", args=[number, verb]) + f"?intake={affair.got[0].intake.pk}"
                for verb in ("accept", "draft", "review", "ask", "call_back")
            ),
        ]
    for item in affair.got:
        row = item.case.matter.pk
        found += [f"/w/hotline/{row}/", f"/api/v1/hotline/{row}/"]
    return found


def asked_for(affair: Affair) -> list[str]:
    """What somebody of the unit might type into a search."""
    numbers = [item.intake.number for item in affair.got[:3]]
    return [*NAMES[:3], NAMES[9], MOBILES[1], MOBILES[3], STORY[:8], "夜班津贴", *numbers]


def everywhere() -> list[str]:
    """The addresses to look at, without those that stream for ever or end the session."""
    found = {f"/{path}" for path in anywhere(get_resolver().url_patterns)}
    return sorted(found - {*ENDLESS})


def by_any_address(
    seekers: dict[str, Seeker], before: dict[str, dict[str, set[str]]]
) -> Iterator[str]:
    """Every address there is: what was not there before the affair."""
    for path, earlier in before.items():
        for key, known in earlier.items():
            if new := seekers[key].names(path) - known:
                yield f"page or API {path} ({key}): {new}"


def by_page_and_interface(affair: Affair, seekers: dict[str, Seeker]) -> Iterator[str]:
    """Every address that has to do with the affair, and the asking for names itself."""
    for path in known_addresses(affair):
        for key, seeker in seekers.items():
            if found := seeker.names(path):
                yield f"page or API {path} ({key}): {found}"
    for key, seeker in seekers.items():
        if found := seeker.names(reveal_address(affair), reason="想知道是谁反映的"):
            yield f"reveal ({key}): {found}"


def reveal_address(affair: Affair) -> str:
    return reverse("casework:reveal", args=[affair.case.number])


def by_export(affair: Affair, seekers: dict[str, Seeker]) -> Iterator[str]:
    """Every list that can be taken out; of the case not even its number."""
    given = {"kind": "csv", "purpose": "核对来件情况"}
    for resource in RESOURCES.values():
        if resource.export is None or resource.code == "memberships":
            continue
        for key in ("cadre", "both"):
            if found := seekers[key].names(f"/w/{resource.code}/export/", **given):
                yield f"export {resource.code} ({key}): {found}"
    taken = seekers["both"].read("/w/hotline/export/", **given)
    if "编号" not in taken:
        yield f"nothing was exported: {taken[-300:]}"
    if affair.case.number in taken:
        yield "the case about the own unit is exported"


def by_search(affair: Affair, seekers: dict[str, Seeker]) -> Iterator[str]:
    """No word, number or name finds the case."""
    searches = ["/search/", "/search/suggest/", reverse("casework:desk")]
    searches += [f"/w/{code}/" for code in ("hotline", "petitions", "appeals", "calls", "asked")]
    marks = {item.intake.number for item in affair.got} | {reverse("casework:desk") + "cases/"}
    for words in asked_for(affair):
        for address in searches:
            for key in ("cadre", "both"):
                text = seekers[key].read(f"{address}?{urlencode({'q': words})}")
                if found := {mark for mark in marks - {words} if mark in text}:
                    yield f"search {address} {words} ({key}): {found}"
    who = seekers["both"].who
    if queries.caller(MOBILES[1], who).intakes or desk.find("夜班津贴", who, [HOTLINE]):
        yield "the desk's search finds the case about the own unit"


def by_audit(affair: Affair) -> Iterator[str]:
    """What the audit keeps of the affair, and an auditor carries out of the platform."""
    raise_wall(Scope.everything())
    kept = [line.decode() for line in exporting.lines(since=affair.since)]
    if not any('"hotline.join"' in line for line in kept):
        yield "nothing was audited"
    for line in kept:
        if json.loads(line)["action"].startswith(("hotline", "calls", "casework")):
            yield from said(line, "audit")


def by_notice(affair: Affair) -> Iterator[str]:
    """To-dos, messages, events that leave the platform, the history others read."""
    raise_wall(Scope.everything())
    told = [
        *Todo.objects.filter(created__gte=affair.since).values_list("title", "link"),
        *Message.objects.filter(created__gte=affair.since).values_list("title", "body", "link"),
        *((json.dumps(event.data, ensure_ascii=False),) for event in Outbox.objects.all()),
        *CaseEvent.objects.values_list("title", "text", "by_name"),
    ]
    if not any("被反映单位说明" in row[0] for row in told):
        yield "the unit was not notified"
    for row in told:
        yield from said("".join(row), "notification")


def said(text: str, way: str) -> Iterator[str]:
    if found := [item for item in (*NAMES, *MOBILES, STORY[:10]) if item in text]:
        yield f"{way} {text[:200]}: {found}"


def check_answers(affair: Affair) -> None:
    """One case, eleven answers, and each reads their own alone."""
    assert {item.intake.channel for item in affair.got} == set(CHANNELS)
    assert affair.case.intakes_count == 11 and affair.case.collective
    answers = Answer.objects.filter(reply__case=affair.case)
    assert answers.count() == 11
    assert {answer.intake_id for answer in answers} == {item.intake.pk for item in affair.got}
    for item, name in zip(affair.got, NAMES, strict=True):
        thread = cases.thread(item.intake)
        assert len(thread.answers) == 1 and thread.intake.number == item.intake.number
        told = thread.text + "".join(f"{event.title}{event.text}" for event in thread.events)
        assert not any(other in told for other in NAMES if other != name)


@contextmanager
def bound() -> Iterator[None]:
    """Ask as the application does, bound by row-level security."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE gonghui_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    raise_wall(Scope.everything())


def check_seekers(seekers: dict[str, Seeker]) -> None:
    """Nobody was signed out on the way: what they do not see, they do not see signed in."""
    for key in ("cadre", "both"):
        assert "来件办理" in seekers[key].read(reverse("casework:desk")), key
    assert seekers["both"].client.get("/w/hotline/export/").status_code == 200


WAYS = {
    "page": by_page_and_interface,
    "export": by_export,
    "search": by_search,
    "audit": lambda affair, seekers: by_audit(affair),
    "notification": lambda affair, seekers: by_notice(affair),
}


def test_eleven_people_have_one_case_and_eleven_answers_and_no_way_names_them(
    hotline, members, seekers
):
    affair = worked(hotline, members)
    check_answers(affair)
    county = Client()
    county.force_login(User.objects.get(display_name="区经办"))
    with bound():
        faults = [fault for way in WAYS.values() for fault in way(affair, seekers)]
        assert not faults, "\n".join(faults)
        check_seekers(seekers)
        # The same looking finds the names where they may be seen: at the desk, on a reason.
        reason = "电话核实夜班日期"
        shown = Seeker(None, county).names(reveal_address(affair), reason=reason)
    assert shown >= {name for place, name in enumerate(NAMES) if CHANNELS[place % 4] == "phone"}


def test_no_address_of_the_platform_names_them(hotline, members, seekers):
    addresses = everywhere()
    assert len(addresses) > 150 and {"/w/hotline/", "/api/v1/calls/"} <= set(addresses)
    with bound():
        before = {
            path: {key: seekers[key].names(path) for key in ("cadre", "both")} for path in addresses
        }
    worked(hotline, members)
    with bound():
        faults = list(by_any_address(seekers, before))
        assert not faults, "\n".join(faults)
        check_seekers(seekers)
