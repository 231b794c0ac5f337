"""One record of each resource of C4.5, for the generated suite and the tests here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gonghui.engines.casework import testing
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE, PETITIONS
from gonghui.systems.rights.feedback.models import (
    Appeal,
    Asked,
    Call,
    Consultation,
    Matter,
    Petition,
    Provision,
    Script,
    Shift,
    Survey,
    SurveyQuestion,
)

AT = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = date(2026, 11, 20)


def _placed(row: Any, union: Union) -> Any:
    row.place_at(union)
    with everywhere():
        row.save()
    return row


def matter(world: World, union: Union, **facts: Any) -> Matter:
    got = testing.complaint(HOTLINE, union, **facts)
    with everywhere():
        return Matter.objects.unscoped("a maker").get(case=got.case)


def petition(world: World, union: Union, **facts: Any) -> Petition:
    got = testing.complaint(PETITIONS, union, **facts)
    with everywhere():
        return Petition.objects.unscoped("a maker").get(case=got.case)


def appeal(world: World, union: Union, **facts: Any) -> Appeal:
    owner = facts.pop("petition", None) or petition(world, union)
    made = Appeal(
        **{
            "petition": owner,
            "stage": "review",
            "intake_id": 1,
            "asked_on": DAY,
            "due_on": date(2026, 12, 21),
            "words": "不服答复。",
            **facts,
        }
    )
    return _placed(made, union)


def call(world: World, union: Union, **facts: Any) -> Call:
    count = Call.objects.unscoped("a maker").count()
    made = Call(**{"key": f"C{count + 1}", "rang_at": AT, "number": "13805510000", **facts})
    return _placed(made, union)


def clerk(world: World) -> User:
    found = User.objects.filter(display_name="话务员").first()
    return found or world.user("话务员")


def shift(world: World, union: Union, **facts: Any) -> Shift:
    made = Shift(
        **{
            "user": clerk(world),
            "user_name": "话务员",
            "seat": "801",
            "starts_at": AT,
            "ends_at": AT.replace(hour=18),
            **facts,
        }
    )
    return _placed(made, union)


def script(world: World, union: Union, **facts: Any) -> Script:
    made = Script(
        **{
            "title": "欠薪来电",
            "topic": "pay",
            "opening": "您好，12351。",
            "questions": "哪个单位\n拖欠多久",
            **facts,
        }
    )
    return _placed(made, union)


def asked(world: World, union: Union, **facts: Any) -> Asked:
    made = Asked(**{"question": "年休假怎么算", "state": "handed", "at": AT, **facts})
    return _placed(made, union)


def consultation(world: World, union: Union, **facts: Any) -> Consultation:
    made = _placed(
        Consultation(
            **{
                "title": "职工疗休养办法（征求意见稿）",
                "intro": "规范疗休养。",
                "closes_on": date(2099, 1, 1),
                "author_name": "起草人",
                **facts,
            }
        ),
        union,
    )
    Provision.objects.create(consultation=made, place=1, mark="第一条", text="为了规范。")
    return made


def survey(world: World, union: Union, **facts: Any) -> Survey:
    made = _placed(
        Survey(
            **{
                "title": "工会服务满意度",
                "closes_on": date(2099, 1, 1),
                "author_name": "起草人",
                **facts,
            }
        ),
        union,
    )
    SurveyQuestion.objects.create(survey=made, place=1, kind="scale", title="满意吗")
    return made


MAKERS = {
    "hotline": matter,
    "petitions": petition,
    "appeals": appeal,
    "calls": call,
    "shifts": shift,
    "scripts": script,
    "asked": asked,
    "consultations": consultation,
    "surveys": survey,
}
