from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from gonghui.kernel.audit.entries import SystemActor, digest, entry, record, record_many, timeline
from gonghui.kernel.audit.models import Entry, Pending


def make(**given) -> dict:
    return {
        "action": "membership.application.approve",
        "action_name": "批准入会",
        "actor": SystemActor(user_id=7, name="张敏", union_id=12, ip="10.1.2.3", channel="web"),
        "target_type": "membership.application",
        "target_id": 31,
        **given,
    }


@pytest.mark.django_db
def test_digest_survives_the_way_through_the_database():
    changes = {
        "quota": {"label": "名额", "before": 1.0, "after": Decimal("2.50")},
        "day": {"label": "日期", "before": None, "after": date(2026, 7, 1)},
        "name": {"label": "姓名", "before": "㛃\x00\ud800", "after": "阿·䶮"},
        "big": {"label": "数", "before": 1e16, "after": 0.1},
    }
    written = record(**make(changes=changes, reason="a\x00b"))
    read = Entry.objects.get(pk=written.pk)
    assert digest(read) == bytes(read.digest) == written.digest
    assert read.changes["name"]["before"] == "㛃?"
    assert read.reason == "ab"


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["actor_name", "target_id", "reason", "channel", "at"])
def test_digest_covers(field):
    written = record(**make())
    value = written.recorded_at.replace(year=2020) if field == "at" else "x"
    setattr(written, field, value)
    assert digest(written) != written.digest


@pytest.mark.django_db
def test_one_insert_and_one_place_in_the_queue(django_assert_num_queries):
    with django_assert_num_queries(1):
        written = record(**make())
    assert list(Pending.objects.values_list("entry_id", flat=True)) == [written.pk]


@pytest.mark.django_db
def test_many_and_timeline():
    record_many([entry(**make(target_id=number % 2)) for number in range(6)])
    shown = list(timeline("membership.application", 1, limit=2))
    assert len(shown) == 2
    assert shown[0].pk > shown[1].pk
    assert [
        row.pk < shown[1].pk for row in timeline("membership.application", 1, before=shown[1].pk)
    ] == [True]
    assert Pending.objects.count() == 6


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_name = '别人'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_batch",
        "UPDATE audit_seal SET position = 0",
        "TRUNCATE audit_entry",
    ],
)
def test_records_are_append_only(statement):
    record(**make())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL gonghui.may_empty = off")
        with pytest.raises(DatabaseError, match="只增不改"), transaction.atomic():
            cursor.execute(statement)
