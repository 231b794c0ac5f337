"""The import of members: who is admitted, updated, refused, and where."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import connection

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base import identifiers, masking, names, sealing
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.exchange import batches, pipeline, workbook
from gonghui.kernel.exchange.models import ImportBatch, ImportRow
from gonghui.kernel.exchange.profiles import profile_of
from gonghui.kernel.org import tree
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.models import Membership, Person
from gonghui.kernel.testing.world import TODAY, World
from gonghui.systems.mobilization.membership import importing

TITLES = [column.title for column in importing.COLUMNS]
FACTORY = "安徽华阳机械有限公司工会"


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.VAR = tmp_path / "var"
    yield


def number(serial: int, born: date = date(1990, 3, 7)) -> str:
    rng = random.Random(serial)
    day = born + timedelta(days=serial)
    return identifiers.synthetic_resident_id(rng, "340104", day, identifiers.Sex.FEMALE)


def row(serial: int, name: str = "李晓明", union: str = "", **cells: str) -> list[str]:
    known = {"name": name, "number": number(serial), "union": union, **cells}
    return [known.get(column.key, "") for column in importing.COLUMNS]


def imported(world: World, union: str, *rows: list[str], by: Actor | None = None) -> ImportBatch:
    text = "".join(",".join(cells) + "\r\n" for cells in [TITLES, *rows])
    batch = batches.receive(
        [text.encode()],
        filename="会员.csv",
        profile=importing.MEMBERS_IMPORT,
        union=getattr(world, union),
        by=by or world.actor("经办", (HANDLER, getattr(world, union))),
    )
    return pipeline.run(batch.pk)


def counts(batch: ImportBatch) -> tuple[int, ...]:
    return batch.good, batch.unchanged, batch.bad, batch.duplicate


def reasons(batch: ImportBatch) -> list[str]:
    found = ImportRow.objects.filter(batch=batch).order_by("number")
    return [problem["reason"] for kept in found for problem in kept.problems]


def member(serial: int) -> Membership:
    person = persons.by_document(number(serial))
    assert person is not None
    found = persons.membership_of(person)
    assert found is not None
    return found


def people() -> int:
    return Person.objects.unscoped("test").count()


class TestAdmission:
    def test_a_new_person_becomes_a_member_with_everything_derived(self, world: World) -> None:
        cells = {"mobile": "138 1234 5678", "joined_on": "2020/3/2", "nationality": "回族"}
        batch = imported(world, "factory", row(1, "㛃䶮", **cells))
        assert counts(batch) == (1, 0, 0, 0)
        found = member(1)
        person = found.person
        assert (found.union, found.org_path) == (world.factory, world.factory.path)
        assert (found.city_id, found.county_id) == (world.hefei.pk, world.shushan.pk)
        assert (found.status, found.cause, found.batch_id) == ("active", "import", batch.pk)
        assert (found.joined_on, found.since) == (date(2020, 3, 2), date(2020, 3, 2))
        assert (found.name, found.name_tail, found.sex) == ("㛃䶮", "䶮", "2")
        assert found.industry == world.factory.industry
        assert (person.born_on, person.nationality) == (date(1990, 3, 8), "03")
        assert person.document_mask == masking.mask_id(number(1))
        assert person.mobile_mask == masking.mask_mobile("13812345678")
        assert persons.reveal(person) == {"document_number": number(1), "mobile": "13812345678"}
        assert (person.union_id, person.org_path) == (world.factory.pk, world.factory.path)

    def test_the_same_person_entered_by_hand_is_stored_alike(self, world: World) -> None:
        imported(world, "factory", row(1, joined_on="2020-03-02"))
        by_file = member(1)
        identity = persons.Identity.checked(name="李晓明", document_number=number(2), today=TODAY)
        by_hand = memberships.admit(
            persons.register(identity, world.factory),
            world.factory,
            on=date(2020, 3, 2),
            cause="import",
            batch_id=by_file.batch_id,
        )
        own = {"id", "person_id", "number"}
        for one, other in ((by_file, by_hand), (by_file.person, by_hand.person)):
            for column in one._meta.concrete_fields:
                skipped = own | {"document_sealed", "document_index", "document_mask", "born_on"}
                if column.attname not in skipped | {"created_at"}:
                    assert getattr(one, column.attname) == getattr(other, column.attname), column

    def test_dates_default_to_the_day_of_import(self, world: World) -> None:
        imported(world, "factory", row(1))
        assert member(1).joined_on == pipeline.timezone.localdate()

    def test_permits_of_hong_kong_and_abolished_counties(self, world: World) -> None:
        cells = row(1)
        for place, region in enumerate(("810000", "830000", "340823", "342601")):
            first17 = f"{region}19900307{place:03d}"
            cells[1] = first17 + identifiers.resident_id_check_character(first17)
            assert counts(imported(world, "factory", cells)) == (1, 0, 0, 0)
        kinds = Person.objects.unscoped("test").values_list("document_kind", flat=True)
        assert sorted(kinds) == [
            "hk_macao_residence", "resident_id", "resident_id", "taiwan_residence",
        ]  # fmt: skip

    def test_a_person_on_file_without_membership_is_admitted(self, world: World) -> None:
        identity = persons.Identity.checked(name="李晓明", document_number=number(1), today=TODAY)
        person = persons.register(identity, world.mill)
        assert counts(imported(world, "factory", row(1, mobile="13812345678"))) == (1, 0, 0, 0)
        person.refresh_from_db()
        assert (person.union_id, person.org_path) == (world.factory.pk, world.factory.path)
        assert member(1).person_id == person.pk
        assert person.mobile_mask == "138****5678"

    def test_one_event_and_no_event_each(self, world: World) -> None:
        batch = imported(world, "factory", *(row(n) for n in range(5)))
        (event,) = Outbox.objects.filter(type="cn.gonghui.membership.imported")
        assert (event.subject, event.data) == (f"batch/{batch.pk}", {"admitted": 5})


class TestPlace:
    def test_rows_go_to_the_unions_they_name(self, world: World) -> None:
        batch = imported(
            world, "hefei", row(1, union=FACTORY), row(2, union="合肥井岗商贸联合工会")
        )
        assert counts(batch) == (2, 0, 0, 0)
        assert (member(1).union, member(2).union) == (world.factory, world.shop)

    def test_by_credit_code(self, world: World) -> None:
        code = identifiers.synthetic_uscc(random.Random(1), "340104")
        type(world.factory).objects.unscoped("test").filter(pk=world.factory.pk).update(uscc=code)
        assert counts(imported(world, "hefei", row(1, union=code))) == (1, 0, 0, 0)

    def test_unions_elsewhere_unknown_or_namesakes(self, world: World) -> None:
        world.found("twin", FACTORY, "80", "luyang", "340103")
        batch = imported(
            world,
            "hefei",
            row(1, union="芜湖镜湖纺织厂工会"),
            row(2, union="没有的工会"),
            row(3, union=FACTORY),
            row(4, union="合肥市蜀山区总工会"),
        )
        assert counts(batch) == (0, 0, 4, 0)
        assert ["没有名为" in reason for reason in reasons(batch)] == [True, True, False, True]
        assert "多个" in reasons(batch)[2]
        assert people() == 0

    def test_a_county_keeps_no_members_itself(self, world: World) -> None:
        batch = imported(world, "shushan", row(1), row(2, union=FACTORY))
        assert counts(batch) == (1, 0, 1, 1)
        assert "没有填写" in reasons(batch)[0]

    def test_a_union_closed_since_the_start_of_the_run(self, world: World) -> None:
        context = pipeline.context_of(
            ImportBatch(
                org_path=world.factory.path, union_id=world.factory.pk, started_by_name="经办"
            ),
            importing.MEMBERS_IMPORT,
        )
        tree.close(world.factory, on=TODAY, today=TODAY, members=0)
        frame = pl.DataFrame(
            {column.key: [None] for column in importing.COLUMNS}
            | {"row": [2], "name": ["李晓明"], "number": [number(1)]},
            schema_overrides={"mobile": pl.String, "union": pl.Int64, "joined_on": pl.Date},
        )
        from gonghui.kernel.exchange import staging

        with connection.cursor() as cursor:
            rows = importing.prepare(frame, context)
            encoded = staging.encoded(rows, importing.STAGING)
            staging.stage(cursor, importing.STAGING, encoded)
            result = importing.merge(cursor, staging.TABLE, context)
        assert [problem.column for problem in result.problems] == ["union"]
        assert people() == 0


class TestKnown:
    def test_the_same_file_again_changes_nothing(self, world: World) -> None:
        rows = [row(n, mobile="13812345678") for n in range(5)]
        imported(world, "factory", *rows)
        before = list(Person.objects.unscoped("test").order_by("pk").values())
        assert counts(imported(world, "factory", *rows)) == (0, 5, 0, 0)
        assert list(Person.objects.unscoped("test").order_by("pk").values()) == before
        assert Membership.objects.unscoped("test").count() == 5

    def test_changed_facts_are_written_and_audited(self, world: World) -> None:
        imported(world, "factory", row(1, mobile="13812345678", education="大学本科教育"), row(2))
        batch = imported(world, "factory", row(1, mobile="13912345678", nationality="汉族"), row(2))
        assert counts(batch) == (1, 1, 0, 0)
        person = member(1).person
        assert persons.reveal(person)["mobile"] == "13912345678"
        assert (person.nationality, person.education, person.version) == ("01", "20", 2)
        (found,) = Entry.objects.filter(action="memberships.import")
        assert found.changes == {
            "mobile": {"label": "手机号码", "before": "138****5678", "after": "139****5678"},
            "nationality": {"label": "民族", "before": "", "after": "01"},
        }
        assert "李晓明" not in found.target_label

    def test_members_of_another_union_come_back(self, world: World) -> None:
        imported(world, "mill", row(1))
        batch = imported(world, "factory", row(1), row(2))
        assert counts(batch) == (1, 0, 1, 1)
        assert reasons(batch) == ["该证件号码已是“芜湖镜湖纺织厂工会”的在册会员，请走转会。"]
        assert member(1).union == world.mill

    def test_another_name_under_a_known_number(self, world: World) -> None:
        imported(world, "factory", row(1, "李晓明"))
        batch = imported(world, "factory", row(1, "李小明"))
        assert counts(batch) == (0, 0, 1, 1)
        assert "另一个姓名" in reasons(batch)[0]
        assert member(1).name == "李晓明"

    @pytest.mark.parametrize(
        ("status", "label"), [("withdrawn", "退会"), ("expelled", "除名"), ("deceased", "已故")]
    )
    def test_those_who_left_do_not_come_back_by_file(
        self, world: World, status: str, label: str
    ) -> None:
        imported(world, "factory", row(1, joined_on="2020-01-01"))
        memberships.change_status(member(1), status, on=TODAY, cause="x")
        batch = imported(world, "factory", row(1))
        assert counts(batch) == (0, 0, 1, 1)
        assert label in reasons(batch)[0]
        assert member(1).status == status

    def test_people_indexed_under_the_former_key_are_known(
        self, world: World, test_keyring: sealing.Keyring
    ) -> None:
        imported(world, "factory", row(1))
        newer = sealing.Keyring(
            test_keyring._seal_keys, {**test_keyring._index_keys, 2: b"k" * sealing.INDEX_KEY_SIZE}
        )
        before = sealing.use_keyring(newer)
        try:
            assert counts(imported(world, "factory", row(1))) == (0, 1, 0, 0)
        finally:
            sealing.use_keyring(before)
        assert people() == 1

    def test_a_merged_record_is_not_the_person(self, world: World) -> None:
        imported(world, "factory", row(1), row(2))
        kept, gone = member(1), member(2)
        Membership.objects.unscoped("test").filter(pk=gone.pk).update(status="merged")
        Person.objects.unscoped("test").filter(pk=gone.person_id).update(merged_into=kept.person)
        assert counts(imported(world, "factory", row(2))) == (1, 0, 0, 0)


class TestRules:
    def test_under_sixteen_wrong_check_and_impossible_day(self, world: World) -> None:
        young, wrong, day = row(1), row(2), row(3)
        young[1] = number(0, born=date(2015, 1, 1))
        wrong[1] = wrong[1][:17] + ("1" if wrong[1][17] != "1" else "2")
        first17 = "34010419900230001"
        day[1] = first17 + identifiers.resident_id_check_character(first17)
        batch = imported(world, "factory", young, wrong, day)
        assert counts(batch) == (0, 0, 3, 0)
        kept = ImportRow.objects.filter(batch=batch).order_by("number")
        problems = [found.problems[0] for found in kept]
        assert "未满 16 周岁" in problems[0]["reason"]
        assert "第十五条" in problems[0]["rule"]
        assert "校验码" in problems[1]["reason"]
        assert "不存在" in problems[2]["reason"]
        assert "GB 11643" in problems[2]["rule"]

    def test_the_profile_is_known_and_its_template_can_be_written(self, tmp_path: Path) -> None:
        profile = profile_of("members")
        workbook.write_template(tmp_path / "t.xlsx", profile)

    def test_masks_and_tails_agree_with_the_kernel(self, world: World) -> None:
        imported(world, "factory", row(1, "阿依古丽·买买提", mobile="+86-13812345678"))
        found = member(1)
        assert found.name_tail == names.name_tail(found.name)

    @pytest.mark.usefixtures("as_application")
    def test_as_the_application_role(self, world: World) -> None:
        imported(world, "mill", row(1))
        batch = imported(world, "factory", row(1), row(2))
        assert counts(batch) == (1, 0, 1, 1)
        raise_wall(Scope.everything())
        assert Membership.objects.unscoped("test").count() == 2
