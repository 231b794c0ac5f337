"""Rule parameters are changed by the province only, with document and reason, and dated."""

from datetime import date

import pytest
from django.test import Client

from gonghui.kernel.access.models import DatedParameter
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.codes.writing import load
from gonghui.site.parameters import read, shown

ASKED = {
    "value": "12",
    "valid_from": "2026-12-01",
    "source_doc": "皖工办〔2026〕40号",
    "reason": "省总工会新规定",
}


@pytest.fixture
def row(world):
    load()
    return DatedParameter.objects.unscoped("t").get(
        key="membership.approval_workdays", valid_to=None
    )


def client_of(world, role, union):
    client = Client()
    client.force_login(world.user("某人", (role, union)))
    return client


def test_the_province_changes_a_value_from_a_day_on(world, row, as_application):
    client = client_of(world, APPROVER, world.province)
    page = client.post(f"/w/parameters/{row.pk}/change/", ASKED)
    assert page.status_code == 302, page.content.decode()[-2000:]
    rows = DatedParameter.objects.unscoped("t").filter(key=row.key).order_by("valid_from")
    assert [item.value for item in rows][-1] == 12
    assert rows.get(pk=row.pk).valid_to == date(2026, 12, 1)
    entry = Entry.objects.get(action="parameters.set")
    assert entry.reason == ASKED["reason"]
    assert entry.changes["value"]["after"] == "12"


@pytest.mark.parametrize("lacking", ["source_doc", "reason", "valid_from"])
def test_document_reason_and_day_are_asked_for(world, row, lacking):
    client = client_of(world, APPROVER, world.province)
    page = client.post(f"/w/parameters/{row.pk}/change/", {**ASKED, lacking: ""})
    assert page.status_code == 422
    assert DatedParameter.objects.unscoped("t").filter(key=row.key).count() == 1


@pytest.mark.parametrize("value", ["十二", "1.5", "true", "{}", "null", '"12"', "1，2", "不限"])
def test_a_value_of_another_kind_is_refused(world, row, value):
    client = client_of(world, APPROVER, world.province)
    page = client.post(f"/w/parameters/{row.pk}/change/", {**ASKED, "value": value})
    assert page.status_code == 422
    assert "请填写整数。" in page.content.decode()


def test_cities_and_handlers_see_but_do_not_change(world, row, as_application):
    for role, union in ((APPROVER, world.hefei), (HANDLER, world.province)):
        client = client_of(world, role, union)
        assert client.get("/w/parameters/").status_code == 200
        assert client.post(f"/w/parameters/{row.pk}/change/", ASKED).status_code == 403
    assert DatedParameter.objects.unscoped("t").filter(key=row.key).count() == 1


@pytest.fixture
def table(world):
    load()
    rows = DatedParameter.objects.unscoped("t")
    return rows.get(key="election.committee_sizes", valid_to=None)


def test_a_table_is_read_as_it_is_shown(world, table):
    words = shown(table.value)
    assert words.endswith("10001、不限、29、37") and "；25、201、3、7；" in words
    assert read(words, table.value) == table.value


def test_a_table_is_changed_row_by_row(world, table, as_application):
    client = client_of(world, APPROVER, world.province)
    asked = {**ASKED, "value": "0，25，1，3；25，不限，3，9"}
    page = client.post(f"/w/parameters/{table.pk}/change/", asked)
    assert page.status_code == 302, page.content.decode()[-2000:]
    rows = DatedParameter.objects.unscoped("t").filter(key=table.key, valid_to=None)
    assert rows.get().value == [[0, 25, 1, 3], [25, None, 3, 9]]


@pytest.mark.parametrize(
    "value",
    [
        *("0，25，1", "零，25，1，3", "；", "0，25，1，3；25，3"),
        *('0，25，1，"3"', "0，25，1，3.5", "不限，25，1，3", "0，25，1，true"),
    ],
)
def test_a_row_that_lacks_something_is_refused(world, table, value):
    client = client_of(world, APPROVER, world.province)
    page = client.post(f"/w/parameters/{table.pk}/change/", {**ASKED, "value": value})
    assert page.status_code == 422
    assert "请填写整数，每行 4 个。" in page.content.decode()


def test_a_plain_list_takes_whole_numbers_alone(world, as_application):
    load()
    client = client_of(world, APPROVER, world.province)
    rows = DatedParameter.objects.unscoped("t").filter(key="term.reminder_months", valid_to=None)
    for value in ("6，不限", "6，{}", "，", "六"):
        page = client.post(f"/w/parameters/{rows.get().pk}/change/", {**ASKED, "value": value})
        assert page.status_code == 422, value
    page = client.post(f"/w/parameters/{rows.get().pk}/change/", {**ASKED, "value": "9、6、3"})
    assert page.status_code == 302
    assert rows.get().value == [9, 6, 3]


def test_the_form_begins_with_what_holds(world, table, as_application):
    client = client_of(world, APPROVER, world.province)
    page = client.get(f"/w/parameters/{table.pk}/change/").content.decode()
    assert 'value="0、25、1、3；25、201、3、7；201、1001、7、15；' in page
