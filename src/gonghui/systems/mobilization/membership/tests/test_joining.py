"""Applications to join on the database: submitting, deciding, routing, appealing."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from gonghui.kernel.access.actor import ANONYMOUS
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.identifiers import resident_id_check_character, synthetic_resident_id
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.codes.parameters import EXPELLED_NEEDS_SUPERIOR
from gonghui.kernel.notify.models import Message, TimelineLine, Todo
from gonghui.kernel.org.models import UnionKind
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.models import Membership
from gonghui.kernel.testing import world as worlds
from gonghui.kernel.testing.parameters import parameter_set
from gonghui.systems.mobilization.membership.actions import joining as actions
from gonghui.systems.mobilization.membership.jobs.joining import escalate_overdue, remind
from gonghui.systems.mobilization.membership.models import JoinApplication
from gonghui.systems.mobilization.membership.queries import joining as queries

REASON = "证件号码与证件不符"


def valid(first17: str) -> str:
    return first17 + resident_id_check_character(first17)


def wrong_check(first17: str) -> str:
    return first17 + ("1" if valid(first17)[-1] != "1" else "2")


@pytest.fixture
def who(world):
    """The fields of an applicant nobody knows yet."""

    def made(name="许若兰", **fields):
        identity = world.identity(name, sex="2")
        return {
            "name": name,
            "document_number": identity.document_number,
            "mobile": identity.mobile,
            **fields,
        }

    return made


@pytest.fixture
def apply(world, who):
    def made(union=None, **fields):
        values = {**who(), **fields}
        return actions.submit(union or world.factory, by=ANONYMOUS, agreed=True, **values)

    return made


@pytest.fixture
def approver(world):
    return world.actor("王审", (APPROVER, world.factory))


def todos():
    return list(Todo.objects.filter(done_at=None).values_list("kind", "union_id"))


# Submitting


def test_submitting_gives_a_receipt_a_term_and_a_todo(world, apply, as_application):
    application = apply()
    today = timezone.localdate()
    assert application.receipt.startswith(f"RH{today:%Y%m%d}-000001-")
    assert application.state == "submitted"
    assert application.due_on == add_workdays(today, 10)
    assert todos() == [("join.decide", world.factory.pk)]
    assert apply().receipt.startswith(f"RH{today:%Y%m%d}-000002-")
    assert (application.sex, application.born_on.year) == ("2", 1990)
    assert Outbox.objects.filter(type="cn.gonghui.membership.applied").count() == 2


def test_numbers_are_sealed_and_never_in_the_audit(world, who, as_application):
    fields = who()
    application = actions.submit(world.factory, by=ANONYMOUS, agreed=True, **fields)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_to_json(a)::text FROM membership_joinapplication a WHERE id = %s",
            [application.pk],
        )
        row = cursor.fetchone()[0]
    entry = Entry.objects.get(action="join-applications.submit")
    for text in (row, str(entry.changes), entry.target_label):
        assert fields["document_number"] not in text
        assert fields["mobile"] not in text
    assert fields["name"] not in str(entry.changes) + entry.target_label
    again = JoinApplication.objects.unscoped("test").get(pk=application.pk)
    assert again.document.reveal() == fields["document_number"]


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        (
            {"document_number": wrong_check("34010419900517001")},
            "resident_id.check",
            "document_number",
        ),
        ({"document_number": valid("34010419900230001")}, "resident_id.day", "document_number"),
        ({"document_number": valid("34010420200501001")}, "under_age", "document_number"),
        ({"document_number": valid("99010419900517001")}, "document.kind", "document_number"),
        ({"name": "3"}, "name.length", "name"),
        ({"name": "许若兰1"}, "name.characters", "name"),
        ({"mobile": "12345678901"}, "mobile.segment", "mobile"),
        ({"mobile": ""}, "refused", "mobile"),
        (
            {"document_kind": "passport", "document_number": "E12345678"},
            "born_on_missing",
            "born_on",
        ),
        ({"education": "ZZ"}, "refused", "education"),
    ],
)
def test_what_is_wrong_is_refused_by_its_rule(world, who, fields, code, field):
    with pytest.raises(Refusal) as caught:
        actions.submit(world.factory, by=ANONYMOUS, agreed=True, **{**who(), **fields})
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.rule
    assert not JoinApplication.objects.unscoped("test").exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"document_number": valid("34082319900517001")},  # 枞阳 before 2016
        {"document_number": valid("34260119900517001")},  # 巢湖 before 2011
        {
            "document_kind": "hk_macao_residence",
            "document_number": valid("81000019900517001"),
        },
        {"document_kind": "taiwan_residence", "document_number": valid("83000019900517001")},
        {"name": "㛃文静"},
        {"name": "䶮少华"},
        {"name": "阿依古丽·买买提"},
        {"name": "阿依古丽•买买提"},
        {
            "document_kind": "passport",
            "document_number": "E12345678",
            "born_on": date(1990, 1, 1),
            "sex": "1",
        },
    ],
)
def test_old_counties_permits_and_rare_names_are_accepted(world, who, fields, as_application):
    application = actions.submit(world.factory, by=ANONYMOUS, agreed=True, **{**who(), **fields})
    assert application.pk
    if "·" in fields.get("name", "") or "•" in fields.get("name", ""):
        assert application.name == "阿依古丽·买买提"


def test_without_the_pledge_nothing_is_taken(world, who):
    with pytest.raises(Refusal) as caught:
        actions.submit(world.factory, by=ANONYMOUS, agreed=False, **who())
    assert caught.value.code == "not_agreed"


def test_a_member_elsewhere_is_offered_a_transfer_and_no_union_is_named(world, who, as_application):
    member = world.member(world.mill, "许若兰")
    number = persons.reveal(member.person)["document_number"]
    fields = who(document_number=number)
    with pytest.raises(Refusal) as caught:
        actions.submit(world.factory, by=ANONYMOUS, agreed=True, **fields)
    assert caught.value.code == "already_member"
    assert "转会" in caught.value.remedy
    assert world.mill.name not in str(caught.value)
    local = world.actor("王办", (HANDLER, world.factory))
    with pytest.raises(Refusal) as caught:
        actions.submit_for(world.factory, by=local, agreed=True, **fields)
    assert world.mill.name not in str(caught.value)
    own = world.actor("许若兰", person=member.person)
    with pytest.raises(Refusal) as caught:
        actions.submit(world.factory, by=own, agreed=True, **fields)
    assert world.mill.name in str(caught.value)


def test_another_name_on_the_number_is_refused_before_anything_is_told(world, who):
    member = world.member(world.mill, "赵芳芳")
    number = persons.reveal(member.person)["document_number"]
    with pytest.raises(Refusal) as caught:
        actions.submit(world.factory, by=ANONYMOUS, agreed=True, **who(document_number=number))
    assert caught.value.code == "name_differs"
    assert "赵芳芳" not in str(caught.value)


def test_a_deceased_person_is_refused(world, who):
    member = world.member(world.mill, "许若兰")
    memberships.change_status(member, "deceased", on=date(2026, 1, 5), cause="70")
    number = persons.reveal(member.person)["document_number"]
    with pytest.raises(Refusal) as caught:
        actions.submit(world.factory, by=ANONYMOUS, agreed=True, **who(document_number=number))
    assert caught.value.code == "deceased"


def test_one_open_application_in_the_province(world, apply, who, as_application):
    fields = who()
    first = actions.submit(world.factory, by=ANONYMOUS, agreed=True, **fields)
    with pytest.raises(Refusal) as caught:
        actions.submit(world.mill, by=ANONYMOUS, agreed=True, **fields)
    assert caught.value.code == "open_application"
    actions.withdraw(first, by=ANONYMOUS, proof=actions.proof_for(first))
    assert actions.submit(world.mill, by=ANONYMOUS, agreed=True, **fields).pk


@pytest.mark.parametrize("key", ["jinggang", "hefei", "railway", "province"])
def test_unions_without_members_of_their_own_are_refused(world, who, key):
    with pytest.raises(Refusal) as caught:
        actions.submit(getattr(world, key), by=ANONYMOUS, agreed=True, **who())
    assert caught.value.code == "union_kind"


# Deciding


def test_approval_makes_a_member_and_tells_who_and_when(world, apply, approver, as_application):
    application = actions.approve(apply(education="20"), by=approver)
    membership = Membership.objects.unscoped("test").get(pk=application.membership_id)
    assert membership.union_id == world.factory.pk
    assert membership.joined_on == timezone.localdate()
    assert membership.person.education == "20"
    assert application.state == "approved"
    assert todos() == []
    message = Message.objects.get(recipient_person_id=membership.person_id)
    assert membership.number in message.body
    with pytest.raises(Conflict) as caught:
        actions.approve(application, by=world.actor("李审", (APPROVER, world.shushan)))
    assert "王审" in caught.value.message
    assert "同意" in caught.value.message


def test_the_timeline_says_once_that_it_was_submitted(world, apply, approver, as_application):
    raise_wall(Scope.everything())
    known = world.person(world.factory, "许若兰")
    number = persons.reveal(known)["document_number"]
    raise_wall(ANONYMOUS.wall())
    actions.approve(apply(document_number=number), by=approver)
    actions.approve(apply(name="何为"), by=approver)
    raise_wall(Scope.everything())
    told = {}
    for line in TimelineLine.objects.order_by("id"):
        told.setdefault(line.person_id, []).append(line.title)
    assert list(told.values()) == [["已提交", "已批准"]] * 2


def test_superiors_may_approve_and_strangers_may_not(world, apply, as_application):
    for key, role in (("luyang", APPROVER), ("shop", APPROVER), ("factory", HANDLER)):
        actor = world.actor("某", (role, getattr(world, key)))
        with pytest.raises(Forbidden):
            actions.approve(apply(), by=actor)
    superior = world.actor("上级", (APPROVER, world.hefei))
    assert actions.approve(apply(), by=superior).state == "approved"
    assert Membership.objects.unscoped("test").count() == 1


def test_nobody_approves_their_own_application(world, who, as_application):
    member = world.member(world.factory, "许若兰")
    memberships.change_status(member, "withdrawn", on=date(2025, 1, 5), cause="51")
    number = persons.reveal(member.person)["document_number"]
    application = actions.submit(
        world.factory, by=ANONYMOUS, agreed=True, **who(document_number=number)
    )
    own = world.actor("许若兰", (APPROVER, world.factory), person=member.person)
    JoinApplication.objects.unscoped("test").filter(pk=application.pk).update(person=None)
    for verb in (actions.approve, actions.reject, actions.return_):
        kwargs = {} if verb is actions.approve else {"reason": REASON}
        with pytest.raises(Forbidden) as caught:
            verb(application, by=own, **kwargs)
        assert caught.value.code == "own_application"
    application.refresh_from_db()
    assert application.state == "submitted"


def test_who_entered_an_application_does_not_decide_it(world, who):
    both = world.actor("王办", (HANDLER, world.factory), (APPROVER, world.factory))
    application = actions.submit_for(world.factory, by=both, agreed=True, **who())
    assert application.channel == "counter"
    with pytest.raises(Forbidden) as caught:
        actions.approve(application, by=both)
    assert caught.value.code == "entered_by_self"
    other = world.actor("李审", (APPROVER, world.factory))
    assert actions.approve(application, by=other).state == "approved"


def test_a_former_member_of_another_county_joins_again_with_the_same_number(
    world, who, approver, as_application
):
    member = world.member(world.mill, "许若兰")
    memberships.change_status(member, "withdrawn", on=date(2025, 1, 5), cause="51")
    number = persons.reveal(member.person)["document_number"]
    application = actions.submit(
        world.factory, by=ANONYMOUS, agreed=True, **who(document_number=number)
    )
    assert application.former == "withdrawn"
    approved = actions.approve(application, by=approver)
    again = Membership.objects.unscoped("test").get(pk=approved.membership_id)
    assert (again.number, again.union_id, again.cause) == (
        member.number,
        world.factory.pk,
        "13",
    )


def test_an_expelled_person_is_admitted_by_a_superior_only(world, who, approver):
    member = world.member(world.factory, "许若兰")
    memberships.change_status(member, "expelled", on=date(2025, 1, 5), cause="60")
    number = persons.reveal(member.person)["document_number"]
    application = actions.submit(
        world.factory, by=ANONYMOUS, agreed=True, **who(document_number=number)
    )
    assert todos() == [("join.decide.superior", world.jinggang.pk)]
    with pytest.raises(Forbidden) as caught:
        actions.approve(application, by=approver)
    assert caught.value.code == "superior_only"
    with parameter_set(EXPELLED_NEEDS_SUPERIOR, False), transaction.atomic():
        assert actions.approve(application, by=approver).state == "approved"
        transaction.set_rollback(True)
    superior = world.actor("镇", (APPROVER, world.jinggang))
    assert actions.approve(application, by=superior).state == "approved"


def test_returned_and_mended(world, who, approver, as_application):
    fields = who()
    application = actions.submit(world.factory, by=ANONYMOUS, agreed=True, **fields)
    application = actions.return_(application, by=approver, reason=REASON, faulty_fields=["mobile"])
    assert (application.state, application.faulty_fields, todos()) == ("returned", ["mobile"], [])
    with pytest.raises(Conflict):
        actions.approve(application, by=approver)
    with pytest.raises(Forbidden):
        actions.resubmit(application, by=ANONYMOUS, agreed=True, **fields)
    with pytest.raises(Forbidden):
        actions.resubmit(application, by=ANONYMOUS, agreed=True, proof="x", **fields)
    fields["mobile"] = "13912345678"
    application = actions.resubmit(
        application, by=ANONYMOUS, agreed=True, proof=actions.proof_for(application), **fields
    )
    assert (application.state, application.mobile.reveal()) == ("submitted", "13912345678")
    assert todos() == [("join.decide", world.factory.pk)]
    assert actions.approve(application, by=approver).state == "approved"


def test_a_reason_is_asked_for(world, apply, approver):
    for verb in (actions.reject, actions.return_):
        with pytest.raises(Refusal) as caught:
            verb(apply(), by=approver, reason=" 不 ")
        assert caught.value.code == "reason_missing"


def test_rejected_then_appealed_to_the_superior_once(world, apply, approver, as_application):
    application = actions.reject(apply(), by=approver, reason=REASON)
    proof = actions.proof_for(application)
    with pytest.raises(Forbidden):
        actions.appeal(application, by=ANONYMOUS, proof="", reason="我在这里工作")
    application = actions.appeal(application, by=ANONYMOUS, proof=proof, reason="我在这里工作")
    assert todos() == [("join.decide.superior", world.jinggang.pk)]
    with pytest.raises(Forbidden):
        actions.approve(application, by=world.actor("李审", (APPROVER, world.factory)))
    superior = world.actor("镇", (APPROVER, world.jinggang))
    application = actions.reject(application, by=superior, reason=REASON)
    with pytest.raises(Refusal) as caught:
        actions.appeal(application, by=ANONYMOUS, proof=proof, reason="我在这里工作")
    assert caught.value.code == "appealed_before"


def test_a_proof_of_another_application_opens_nothing(world, apply):
    mine, other = apply(), apply()
    with pytest.raises(Forbidden):
        actions.withdraw(other, by=ANONYMOUS, proof=actions.proof_for(mine))


def test_several_at_once_report_each(world, apply, approver):
    good, gone = apply(), apply()
    actions.withdraw(gone, by=ANONYMOUS, proof=actions.proof_for(gone))
    results = actions.decide_each([good, gone], by=approver)
    assert [bool(why) for _, why in results] == [False, True]
    assert Membership.objects.unscoped("test").count() == 1


# The pool


@pytest.fixture
def pooled(world, apply):
    return apply(world.shushan, trade="03")


def test_without_an_employer_it_waits_in_the_pool_of_the_county(world, pooled, as_application):
    assert (pooled.state, pooled.from_pool) == ("pooled", True)
    assert pooled.due_on == add_workdays(timezone.localdate(), 5)
    assert todos() == [("join.route", world.shushan.pk)]
    assert queries.suggestion_for(pooled).name == world.shop.name


def test_the_city_union_of_the_trade_is_proposed(world, pooled):
    world.found("transport", "合肥市邮政快递产业工会", UnionKind.INDUSTRY, "hefei", "340100")
    world.found("couriers", "合肥市快递行业工会联合会", UnionKind.FEDERATION, "transport", "340100")
    found = queries.suggestion_for(pooled)
    assert (found.union_id, "产业工会" in found.reason) == (world.couriers.pk, True)


def test_routed_by_the_county_then_decided_by_the_union(world, pooled, as_application):
    county = world.actor("县办", (HANDLER, world.shushan))
    application = actions.route(pooled, by=county, union=world.shop)
    assert (application.union_id, application.state) == (world.shop.pk, "submitted")
    assert todos() == [("join.decide", world.shop.pk)]
    with pytest.raises(Conflict):
        actions.route(application, by=county, union=world.shop)
    shop = world.actor("商审", (APPROVER, world.shop))
    assert actions.approve(application, by=shop).state == "approved"


def test_routing_is_for_handlers_of_the_county_and_within_the_city(world, pooled):
    for role, key in ((HANDLER, "luyang"), (APPROVER, "shushan"), (VIEWER, "hefei")):
        with pytest.raises(Forbidden):
            actions.route(
                pooled, by=world.actor("某", (role, getattr(world, key))), union=world.shop
            )
    county = world.actor("县办", (HANDLER, world.shushan))
    with pytest.raises(Refusal) as caught:
        actions.route(pooled, by=county, union=world.mill)
    assert caught.value.code == "other_city"
    with pytest.raises(Refusal) as caught:
        actions.route(pooled, by=county, union=world.jinggang)
    assert caught.value.code == "union_kind"


def test_sent_on_to_another_county(world, pooled):
    county = world.actor("县办", (HANDLER, world.shushan))
    with pytest.raises(Refusal):
        actions.forward(pooled, by=county, union=world.shop, reason="在那里工作")
    application = actions.forward(pooled, by=county, union=world.jinghu, reason="在那里工作")
    assert (application.union_id, application.state) == (world.jinghu.pk, "pooled")
    assert todos() == [("join.route", world.jinghu.pk)]
    with pytest.raises(Forbidden):
        actions.route(application, by=county, union=world.shop)


def test_applications_in_the_pool_cannot_be_approved(world, pooled):
    with pytest.raises(Conflict):
        actions.approve(pooled, by=world.actor("县审", (APPROVER, world.shushan)))


# Terms


def late(application, days=1):
    JoinApplication.objects.unscoped("test").filter(pk=application.pk).update(
        due_on=timezone.localdate() - timedelta(days=days)
    )


def test_past_its_term_the_superior_may_decide_too(world, apply, approver, as_application):
    application = apply()
    today = timezone.localdate()
    assert escalate_overdue(today) == 0
    late(application)
    assert escalate_overdue(today) == 1
    assert escalate_overdue(today) == 0
    application.refresh_from_db()
    assert application.escalated_to_id == world.jinggang.pk
    assert application.due_on == add_workdays(today, 10)
    assert sorted(todos()) == [
        ("join.decide", world.factory.pk),
        ("join.decide.superior", world.jinggang.pk),
    ]
    late(application)
    assert escalate_overdue(today) == 1
    application.refresh_from_db()
    assert application.escalated_to_id == world.shushan.pk
    assert actions.approve(application, by=approver).state == "approved"
    assert todos() == []


def test_reminders_go_to_the_approvers_of_the_union_once(world, apply):
    user = world.user("王审", (APPROVER, world.factory))
    world.user("县审", (APPROVER, world.shushan))
    ended = world.user("前审", (APPROVER, world.factory))
    Grant.objects.unscoped("test").filter(user=ended).update(ended_at=timezone.now())
    application = apply()
    today = timezone.localdate()
    assert remind(today) == 0
    JoinApplication.objects.unscoped("test").filter(pk=application.pk).update(due_on=today)
    assert remind(today) == 1
    remind(today)
    sent = Message.objects.filter(template="join.due").values_list("recipient_user_id", flat=True)
    assert list(sent) == [user.pk]


# Looks alike


def test_findings_show_who_else_it_may_be(world, who):
    earlier = world.member(world.mill, "许若兰")
    mobile = persons.reveal(earlier.person)["mobile"]
    twin = world.person(world.factory_b, "许若兰")
    fields = who(document_number=synthetic_resident_id(world.rng, "340103", twin.born_on, "2"))
    application = actions.submit(
        world.factory, by=ANONYMOUS, agreed=True, **{**fields, "mobile": mobile}
    )
    titles = {item.title for item in queries.findings(application)}
    assert titles == {"手机号码相同", "姓名和出生日期相同、证件号码不同"}
    assert twin.name == application.name


# Two at once


@pytest.mark.django_db(transaction=True)
def test_two_approve_at_once_and_the_second_is_told_who_was_first():
    with transaction.atomic():
        world = worlds.build()
        fields = {"name": "许若兰", "mobile": "13912345678"}
        fields["document_number"] = world.identity().document_number
        application = actions.submit(world.factory, by=ANONYMOUS, agreed=True, **fields)
        actors = [world.actor(name, (APPROVER, world.factory)) for name in ("王审", "李审")]
    barrier, results = threading.Barrier(2), []

    def decide(actor):
        try:
            barrier.wait()
            actions.approve(application, by=actor)
            results.append("won")
        except Conflict as refusal:
            results.append(refusal.message)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=decide, args=(actor,)) for actor in actors]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert results.count("won") == 1
    told = next(result for result in results if result != "won")
    application.refresh_from_db()
    assert application.decided_by_name in told
    assert "同意" in told
    assert Membership.objects.unscoped("test").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_submit_the_same_person_at_once_and_one_is_taken():
    with transaction.atomic():
        world = worlds.build()
        number = synthetic_resident_id(world.rng, "340104", date(1990, 5, 17), "2")
    fields = {"name": "许若兰", "mobile": "13912345678", "document_number": number}
    barrier, results = threading.Barrier(2), []

    def send(union):
        try:
            barrier.wait()
            actions.submit(union, by=ANONYMOUS, agreed=True, **fields)
            results.append("taken")
        except Refusal as refusal:
            results.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=(u,)) for u in (world.factory, world.mill)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(results) == ["open_application", "taken"]
