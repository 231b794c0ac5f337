"""Eleven people over four channels, one case, eleven answers; the unit never sees a name."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gonghui.engines.casework.actions import collective, intake, replies, revealing, work
from gonghui.engines.casework.models import (
    Answer,
    Case,
    CaseEvent,
    Fingerprint,
    Intake,
    Phase,
    Secrecy,
)
from gonghui.engines.casework.queries import cases, desk
from gonghui.engines.casework.rules.confidentiality import HIDDEN, NOBODY, Relation
from gonghui.engines.casework.testing import complaint
from gonghui.kernel.access.models import Unmasking
from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.notify import timeline
from gonghui.kernel.notify.models import Message, TimelineLine, Todo
from gonghui.kernel.org.scoping import Scope, raise_wall

pytestmark = pytest.mark.django_db
TEXT = "华阳机械从三月起不发加班工资，每天加班到晚上九点，找厂长也不给答复，已经四个月了"
CHANNELS = ["web", "phone", "sms", "letter"]
SURNAMES = "赵钱孙李周吴郑王冯陈褚"
NAMES = [f"{surname}小满" for surname in SURNAMES]


def refused(code, run, *args, **given):
    with pytest.raises(Refusal) as found, transaction.atomic():
        run(*args, **given)
    assert found.value.code == code, found.value


@pytest.fixture
def eleven(kind, world, staff):
    """Eleven complaints about the factory's union; three confidential, two without a name."""
    made = []
    for number, name in enumerate(NAMES):
        secrecy = "anonymous" if number > 8 else "confidential" if number > 5 else "named"
        channel = CHANNELS[number % 4]
        person = None
        by = None
        if channel == "web" and secrecy != "anonymous":
            person = world.person(world.factory, name)
            by = world.actor(name, person=person)
        made.append(
            complaint(
                kind,
                world.province,
                by=by,
                title="华阳机械拖欠加班工资",
                text=f"我是{name}，{TEXT}",
                name=name,
                mobile=f"138055100{number:02d}",
                channel=channel,
                secrecy=secrecy,
                respondent=world.factory,
            )
        )
    return made


@pytest.fixture
def joined(kind, world, staff, eleven):
    by = staff["province"]
    for got in eleven:
        work.accept(got.case, by=by, category="pay", summary="反映华阳机械拖欠加班工资")
    lead = eleven[0].case
    case = collective.join(
        lead, by=by, others=[got.case.pk for got in eleven[1:]], title="华阳机械加班工资"
    )
    case = work.route(case, by=by, to=world.shushan)
    case = work.take(case, by=staff["shushan"])
    task = "请说明三月以来加班工资发放情况"
    part = work.ask_part(
        case, by=staff["shushan"], union=world.factory, task=task, role="respondent"
    )
    work.answer_part(part, by=staff["factory"], text="资金困难，七月补发")
    replies.draft(
        case,
        by=staff["shushan"],
        text="已责令单位七月底前补发。",
        outcome="solved",
        own={eleven[2].intake.pk: "您的加班时间按考勤核定为八十小时。"},
    )
    case = replies.submit(case, by=staff["shushan"])
    case = replies.review(case, by=staff["shushan_chief"], send=True)
    return case, part


def test_eleven_complaints_one_case_eleven_answers(joined, eleven):
    case, _ = joined
    assert case.intakes_count == 11 and case.collective and case.secrecy == Secrecy.ANONYMOUS
    rows = Case.objects.unscoped("test")
    assert rows.filter(phase=Phase.MERGED, merged_into=case).count() == 10
    assert Answer.objects.count() == 11
    assert {answer.intake_id for answer in Answer.objects.all()} == {
        got.intake.pk for got in eleven
    }
    words = {answer.intake_id: answer.text.reveal() for answer in Answer.objects.all()}
    assert "八十小时" in words[eleven[2].intake.pk]
    assert sum("八十小时" in text for text in words.values()) == 1
    for got in eleven:
        thread = cases.thread(got.intake)
        assert thread.intake.received_at == got.intake.received_at
        assert [answer.intake_id for answer in thread.answers] == [got.intake.pk]
        others = set(NAMES) - {NAMES[eleven.index(got)]}
        shown = thread.text + "".join(line.text for line in thread.events)
        assert not any(name in shown for name in others)


def test_likeness_finds_the_ten_others(kind, world, staff, eleven):
    far = complaint(kind, world.province, title="疗休养", text="咨询职工疗休养怎么报名参加")
    found = {item.case_id: item for item in cases.alike(eleven[0].case)}
    assert set(found) == {got.case.pk for got in eleven[1:]}
    assert far.case.pk not in found
    assert not cases.alike(far.case)


def everything_written():
    """All text the platform keeps in plain, table by table, of what the unit might come upon."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type IN"
            " ('text', 'character varying', 'jsonb', 'ARRAY')"
        )
        columns = cursor.fetchall()
        for table, column in columns:
            cursor.execute(f'SELECT string_agg("{column}"::text, chr(10)) FROM "{table}"')
            yield f"{table}.{column}", cursor.fetchone()[0] or ""


def test_names_stand_nowhere_in_plain_but_in_the_registers_of_people(joined):
    own = {"people_person.name", "identity_user.display_name", "identity_user.username"}
    for place, text in everything_written():
        if place in own:
            continue
        assert not any(name in text for name in NAMES), place
        assert "138055100" not in text, place
        assert "四个月" not in text, place


def test_what_the_unit_sees(joined, world, staff, kind):
    case, part = joined
    accused = staff["factory"]
    assert cases.relation(case, accused) is Relation.RESPONDENT
    refused("forbidden", cases.get, case.number, accused)
    refused("forbidden", cases.face, case, accused)
    assert not desk.queue(accused, [kind]).rows and not any(desk.counts(accused, [kind]).values())
    assert not desk.find("加班", accused, [kind]) and not desk.find(case.number, accused, [kind])
    assert not desk.by_mobile("13805510000", accused, [kind])
    refused("forbidden", revealing.reveal, case, by=accused, reason="想知道是谁")
    assert cases.part(part.pk, accused) == part and not cases.disclosed_names(part)
    for name in NAMES:
        assert name not in f"{part.task}{part.case.title}{part.case.summary}"
    seen = Todo.objects.filter(union_id=world.factory.pk).values_list("title", "link")
    assert seen and not any(name in f"{row}" for name in NAMES for row in seen)
    path = world.factory.path
    for entry in Entry.objects.filter(org_path__startswith=path):
        told = json.dumps([entry.target_label, entry.changes, entry.reason], ensure_ascii=False)
        assert not any(name in told for name in NAMES)
    for entry in Entry.objects.filter(target_type__startswith="casework"):
        assert entry.actor_name not in NAMES
    for event in Outbox.objects.filter(type__startswith="cn.gonghui.casework"):
        assert not any(name in json.dumps(event.data, ensure_ascii=False) for name in NAMES)


def test_a_second_post_at_the_desk_does_not_help(joined, world, kind):
    case, _ = joined
    both = world.actor("两边任职", (HANDLER, world.shushan), (HANDLER, world.factory))
    refused("forbidden", cases.get, case.number, both)
    assert not desk.queue(both, [kind], lane="callback").rows
    assert not desk.find("加班", both, [kind])
    refused("interest", revealing.reveal, case, by=both, reason="办案需要核实")


def test_the_desk_sees_by_level_of_secrecy(joined, staff, eleven):
    case, _ = joined
    face = cases.face(case, staff["shushan"])
    shown = {person.intake.pk: person for person in face.people}
    assert shown[eleven[0].intake.pk].name == "赵**"
    assert shown[eleven[7].intake.pk].name == HIDDEN == shown[eleven[7].intake.pk].mobile
    assert shown[eleven[10].intake.pk].name == NOBODY
    for person, name in zip(face.people, NAMES, strict=True):
        if person.intake.secrecy != "anonymous":
            assert name not in person.text
    refused("forbidden", cases.face, case, staff["jinghu"])


def test_looking_needs_a_reason_and_is_kept(joined, staff, world):
    case, _ = joined
    refused("reason", revealing.reveal, case, by=staff["shushan"], reason="看")
    refused("forbidden", revealing.reveal, case, by=staff["jinghu"], reason="想看一看")
    shown = revealing.reveal(case, by=staff["shushan"], reason="电话核实加班时间")
    assert [item.name for item in shown] == NAMES[:9]
    entry = Entry.objects.get(action="tellers.reveal")
    assert entry.reason == "电话核实加班时间" and "9 人" in json.dumps(
        entry.changes, ensure_ascii=False
    )
    kept = Unmasking.objects.filter(user_id=staff["shushan"].user_id)
    assert kept.count() == sum(item.person_id is not None for item in shown) > 0


def test_anonymous_ones_are_known_by_a_code_alone(kind, world):
    person = world.person(world.factory, "无名氏")
    worker = world.actor("无名氏", person=person)
    got = complaint(
        kind, world.province, by=worker, channel="web", secrecy="anonymous", name="无名氏"
    )
    row = Intake.objects.unscoped("test").get(pk=got.intake.pk)
    assert (row.person_id, row.name, row.mobile, row.recorded_by_id) == (None,) * 4
    assert not TimelineLine.objects.exists() and not Message.objects.exists()
    entry = Entry.objects.get(action="tellers.submit")
    assert (entry.actor_id, entry.actor_name, entry.actor_union_id, entry.ip) == (
        None,
        "来件人",
        None,
        "",
    )
    assert intake.by_code(got.code).pk == row.pk


def test_a_case_is_lifted_above_the_unit_it_is_about(kind, world, staff):
    got = complaint(kind, world.shushan, respondent=world.shushan)
    assert got.case.union_id == world.hefei.pk
    got = complaint(kind, world.province)
    case = work.accept(got.case, by=staff["province"], category="pay")
    case = work.route(case, by=staff["province"], to=world.shushan)
    case = work.take(case, by=staff["shushan"])
    case = work.name_respondent(case, by=staff["shushan"], union=world.shushan)
    assert case.union_id == world.hefei.pk and case.handler_id is None
    assert case.phase == Phase.ROUTED
    refused("forbidden", work.take, case, by=staff["shushan"])
    row = Intake.objects.unscoped("test").get(case=case)
    assert row.org_path == world.hefei.path
    refused("to_respondent", work.route, case, by=staff["hefei"], to=world.shushan)
    refused("to_respondent", work.route, case, by=staff["hefei"], to=world.factory)
    case = work.take(case, by=staff["hefei"])
    refused(
        "to_respondent",
        work.ask_part,
        case,
        by=staff["hefei"],
        union=world.factory,
        task="协助核实",
    )
    refused("no_superior", work.name_respondent, case, by=staff["hefei"], union=world.province)


def test_joint_units_do_not_turn_into_the_unit_complained_of(kind, world, staff):
    got = complaint(kind, world.province)
    case = work.accept(got.case, by=staff["province"], category="pay")
    case = work.take(case, by=staff["province"])
    part = work.ask_part(case, by=staff["province"], union=world.jinghu, task="请协助")
    work.disclose(part, by=staff["province_chief"], reason="需要联系核实")
    work.name_respondent(case, by=staff["province"], union=world.wuhu)
    part.refresh_from_db()
    assert part.state == "cancelled" and not part.disclosed
    refused("to_respondent", work.disclose, part, by=staff["province_chief"], reason="再次联系")


def test_confidential_ones_are_never_disclosed(kind, world, staff):
    got = complaint(kind, world.province, secrecy="confidential")
    case = work.accept(got.case, by=staff["province"], category="pay")
    case = work.take(case, by=staff["province"])
    part = work.ask_part(case, by=staff["province"], union=world.jinghu, task="请协助")
    refused("confidential", work.disclose, part, by=staff["province_chief"], reason="需要联系")


def test_the_wall_holds_in_the_database(joined, staff, world, as_application):
    case, _ = joined
    rows = Intake.objects.unscoped("test").filter(case=case)
    raise_wall(staff["factory"].wall())
    assert rows.count() == 0
    raise_wall(staff["shushan"].wall())
    assert rows.count() == 11
    raise_wall(staff["jinghu"].wall())
    assert rows.count() == 0


def test_a_timeline_is_read_by_its_person_alone(joined, staff, eleven, world, as_application):
    one = next(got.intake for got in eleven if got.intake.person_id)
    raise_wall(staff["province"].wall())
    assert not timeline.lines(one.person_id)
    raise_wall(world_person(one.person_id))
    assert timeline.lines(one.person_id).exists()


def world_person(person_id):
    from gonghui.kernel.org.scoping import Scope

    return Scope(person_id=person_id)


def test_joining_is_refused(kind, world, staff, eleven):
    by = staff["province"]
    one, two, three = eleven[0].case, eleven[1].case, eleven[2].case
    refused("alone", collective.join, one, by=by, others=[one.pk])
    refused("missing", collective.join, one, by=by, others=[999_999])
    refused("leak", collective.join, one, by=by, others=[two.pk], title="钱小满等人")
    refused("forbidden", collective.join, one, by=staff["shushan"], others=[two.pk])
    other = complaint(kind, world.province, respondent=world.mill)
    refused("respondents", collective.join, one, by=by, others=[other.case.pk])
    work.decline(three, by=by, reason="不属于受理范围")
    refused("settled", collective.join, one, by=by, others=[three.pk])


def test_what_was_merged_is_kept_from_the_unit_as_well(kind, world, staff):
    by = staff["province"]
    both = world.actor("兼任", (HANDLER, world.province), (HANDLER, world.wuhu))
    first = complaint(kind, world.province, respondent=world.wuhu)
    others = [complaint(kind, world.province) for _ in range(2)]
    collective.join(first.case, by=by, others=[got.case.pk for got in others])
    lead = complaint(kind, world.province)
    later = complaint(kind, world.province)
    case = collective.join(lead.case, by=by, others=[later.case.pk])
    assert {row.pk for row in desk.find("加班", both, [kind])} == {lead.case.pk, later.case.pk}
    work.name_respondent(case, by=by, union=world.wuhu)
    assert not desk.find("加班", both, [kind])
    assert len(desk.find("加班", by, [kind])) == 5


def test_one_leaves_a_collective_case(kind, world, staff, eleven):
    by = staff["province"]
    for got in eleven[:3]:
        work.accept(got.case, by=by, category="pay")
    case = collective.join(eleven[0].case, by=by, others=[got.case.pk for got in eleven[1:3]])
    assert case.intakes_count == 3
    refused("missing", collective.split, case, by=by, intake_id=eleven[5].intake.pk)
    made = collective.split(case, by=by, intake_id=eleven[2].intake.pk)
    row = Intake.objects.unscoped("test").get(pk=eleven[2].intake.pk)
    assert row.case_id == made.pk and row.number == eleven[2].intake.number
    assert row.received_at == made.received_at == eleven[2].intake.received_at
    assert Fingerprint.objects.get(intake=row).case_id == made.pk
    case = Case.objects.unscoped("test").get(pk=case.pk)
    assert case.intakes_count == 2 and made.due_on == case.due_on
    case = work.take(case, by=by)
    collective.split(case, by=by, intake_id=eleven[1].intake.pk)
    case = Case.objects.unscoped("test").get(pk=case.pk)
    refused("last", collective.split, case, by=by, intake_id=eleven[0].intake.pk)


def test_the_clock_of_the_whole_counts_from_the_first_complaint(kind, world, staff):
    from datetime import timedelta

    early = timezone.now() - timedelta(days=10)
    new = complaint(kind, world.province, respondent=world.factory)
    old = complaint(
        kind, world.province, channel="letter", received_at=early, respondent=world.factory
    )
    due = old.case.due_on
    case = collective.join(new.case, by=staff["province"], others=[old.case.pk])
    assert case.due_on == due
    assert case.received_at == new.case.received_at


def test_history_for_complainants_holds_public_lines_only(joined, eleven):
    case, _ = joined
    public = [event.title for event in cases.thread(eleven[0].intake).events]
    assert "并案办理" not in public and "已答复" in public
    assert CaseEvent.objects.filter(case=case, title="并案办理", public=False).exists()


def test_a_reviewer_of_another_county_is_refused(joined, staff):
    case, _ = joined
    refused("forbidden", replies.review, case, by=staff["wuhu_chief"], send=True)


def test_materials_are_read_by_who_reads_the_text(kind, world, staff):
    import io

    from gonghui.engines.casework.actions import materials
    from gonghui.kernel.files.access import may_read
    from gonghui.kernel.files.storing import store

    person = world.person(world.factory, "温如玉")
    worker = world.actor("温如玉", person=person)
    file = store(
        io.BytesIO(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"),
        purpose=materials.MATERIALS,
        name="温如玉的工资条.pdf",
        uploaded_by_id=worker.user_id,
    )
    got = complaint(
        kind,
        world.province,
        by=worker,
        channel="web",
        secrecy="confidential",
        respondent=world.factory,
        files=(file.key,),
        details={"工种": "车工", "说明": "温如玉本人"},
    )
    kept = materials.of(got.intake)[0]
    assert kept.name == "材料1.pdf" and kept.uploaded_by_id is None
    assert may_read(staff["province"], kept) and may_read(worker, kept)
    assert not may_read(staff["factory"], kept) and not may_read(staff["jinghu"], kept)
    shown = cases.face(got.case, staff["province"]).people[0].details
    assert shown == {"工种": "车工", "说明": "〔隐去〕本人"}
    assert cases.thread(got.intake).details["说明"] == "温如玉本人"


def test_a_ready_list_names_columns_of_the_case_alone(kind):
    from gonghui.engines.casework import listing
    from gonghui.engines.casework.models import Case as Table

    own = {column.name for column in Table._meta.get_fields()}
    for prefix in ("", "case__"):
        for column in listing.columns(kind, prefix):
            first = column.source.removeprefix(prefix).split("__")[0]
            assert first in own and first != "intakes"


def test_a_title_that_names_its_writer_is_not_taken_over(kind, world):
    person = world.person(world.mill, "司徒明")
    worker = world.actor("司徒明", person=person)
    words = {"by": worker, "channel": "web", "name": "", "mobile": ""}
    got = complaint(kind, world.province, title="司徒明被欠薪", **words)
    assert "司徒明" not in got.case.title
    row = Intake.objects.unscoped("test").get(pk=got.intake.pk)
    assert row.name.reveal() == "司徒明" and row.mobile.reveal().startswith("199")
    safe = complaint(kind, world.province, title="食堂卫生差", **words)
    assert safe.case.title == "食堂卫生差"


def test_merged_records_take_their_complaints_along(kind, world, staff, as_application):
    from datetime import timedelta

    from gonghui.kernel.people import merging
    from gonghui.kernel.people.models import Person

    raise_wall(Scope.everything())
    kept, gone = (world.member(world.factory, "甲一").person for _ in range(2))
    worker = world.actor("甲一", person=gone)
    got = complaint(kind, world.province, by=worker, channel="web", secrecy="confidential")
    lines = TimelineLine.objects.filter(person_id=gone.pk).count()
    raise_wall(staff["factory"].wall())
    rows = Person.objects.unscoped("test")
    merged = merging.merge(
        rows.get(pk=kept.pk),
        rows.get(pk=gone.pk),
        on=timezone.localdate(),
        at=timezone.now(),
        undo_days=30,
        by_id=1,
        reason="同一人",
        place=world.factory,
    )
    raise_wall(Scope.everything())
    assert Intake.objects.unscoped("test").get(pk=got.intake.pk).person_id == kept.pk
    assert TimelineLine.objects.filter(person_id=kept.pk).count() == lines > 0
    raise_wall(staff["factory"].wall())
    merging.undo(merged, by_id=1, at=timezone.now() + timedelta(minutes=1))
    raise_wall(Scope.everything())
    assert Intake.objects.unscoped("test").get(pk=got.intake.pk).person_id == gone.pk
