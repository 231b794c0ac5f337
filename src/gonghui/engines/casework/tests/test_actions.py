"""A case from the first word to the rating; every refusal on the way."""

from __future__ import annotations

import pytest

from gonghui.engines.casework.actions import after, intake, replies, work
from gonghui.engines.casework.models import Answer, Case, Phase
from gonghui.engines.casework.testing import complaint

pytestmark = pytest.mark.django_db


def answered(kind, world, staff, **said):
    got = complaint(kind, world.province, **said)
    case = work.accept(got.case, by=staff["province"], category="pay", summary="反映拖欠工资")
    case = work.route(case, by=staff["province"], to=world.shushan)
    case = work.take(case, by=staff["shushan"])
    replies.draft(case, by=staff["shushan"], text="已督促单位补发。", outcome="solved")
    case = replies.submit(case, by=staff["shushan"])
    case = replies.review(case, by=staff["shushan_chief"], send=True)
    got.intake.refresh_from_db()
    return case, got


def test_a_case_goes_from_the_first_word_to_the_rating(kind, world, staff):
    case, got = answered(kind, world, staff)
    assert case.phase == Phase.REPLIED and case.union_id == world.shushan.pk
    assert Answer.objects.get(intake=got.intake).text.reveal() == "已督促单位补发。"
    thread = intake.by_code(got.code)
    after.rate(thread, by=intake.CODE_HOLDER, score=5, resolved=True)
    case = Case.objects.unscoped("test").get(pk=case.pk)
    assert case.phase == Phase.CLOSED and case.score == 5
