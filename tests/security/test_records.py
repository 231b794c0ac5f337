"""Every resource: records of others, extra fields, texts that carry code, parameters that do."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.utils.html import escape

from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.exchange.workbook import harmless
from gonghui.kernel.resource import lists as reading
from gonghui.kernel.resource.declaration import RESOURCES
from gonghui.kernel.resource.forms import ActionForm
from tests.invariants.makers import makers
from tests.security.ground import addresses, fill, lists, records, somebody, text_of

pytestmark = pytest.mark.django_db

PAYLOAD = "=\"'><b x>"
"""Breaks out of an attribute, opens an element, begins a formula and ends a string of SQL."""
OPENED = "<b x>"
NAMED = {"/feedback/at/1/": "a poster's code leads there, and the poster names its union"}
SQL = ("' OR '1'='1", "1) OR 1=1--", "%\\", "\x00", "'; SELECT pg_sleep(9)--", "²", "9" * 30)


# Records of others


def test_exports_and_lists_hold_nothing_of_another_county(world):
    """IDOR by list: search, filters and exports of the neighbour never reach the record."""
    made = records(world, world.factory)
    client = somebody(world, world.jinghu)
    leaked = []
    for code, (resource, record) in made.items():
        if resource.view.open or resource.view.public:
            continue
        for path in (f"/api/v1/{code}/?limit=200", f"/api/v1/{code}/?limit=200&q={record}"):
            answer = client.get(path)
            if answer.status_code == 200 and record.pk in [
                item["id"] for item in answer.json()["items"]
            ]:
                leaked.append(path)
        if client.get(f"/w/{code}/?under={world.factory.pk}").status_code == 200 and any(
            type(item).__name__ == "Under" for item in resource.filters
        ):
            leaked.append(f"{code}?under")
        if resource.export:
            answer = client.post(f"/w/{code}/export/", {"purpose": "核对名单", "kind": "csv"})
            if answer.status_code == 200 and world.factory.name in text_of(answer):
                leaked.append(f"{code} export")
    assert not leaked


def test_pages_with_a_number_show_nothing_of_another_county(world):
    """IDOR by number: every address with a number, asked for by the neighbour."""
    made = records(world, world.factory)
    # Names the neighbour knows from the tree are no secret; what only the record holds is.
    secret = "绝密标记甲"
    for _resource, record in made.values():
        fill(record, secret)
    world.factory.refresh_from_db()
    client = somebody(world, world.jinghu)
    numbers = {record.pk for _resource, record in made.values()}
    leaked = []
    for address in addresses():
        kinds = dict(address.converters)
        # The generated addresses of records are asked for one by one in tests/invariants.
        if "int" not in kinds.values() or set(address.route.split("/")[:3]) & set(made):
            continue
        for number in numbers:
            response = client.get(address.path.replace("/1/", f"/{number}/"))
            shown = response.status_code == 200 and secret in text_of(response)
            if shown and address.path not in NAMED:
                leaked.append((address.path, number))
    assert not leaked


def test_a_worker_sees_no_record_of_another_person(world):
    """IDOR between workers: their own permission opens their own records alone."""
    made = records(world, world.factory)
    client = Client()
    client.force_login(world.user("他人", person=world.person(world.factory)))
    opened = []
    for code, (resource, record) in made.items():
        if resource.view.open or resource.view.public:
            continue
        for path in (f"/w/{code}/{record.pk}/", f"/api/v1/{code}/{record.pk}/"):
            if client.get(path).status_code != 403:
                opened.append(path)
        for step in resource.steps:
            for base in ("w", "api/v1"):
                path = f"/{base}/{code}/{record.pk}/{step.slug}/"
                if client.post(path, {}).status_code != 403:
                    opened.append(path)
    assert not opened


# Extra fields

SEIZED = {
    "id": 987654,
    "pk": 987654,
    "org_path": "1.",
    "city_id": 1,
    "county_id": 1,
    "user_id": 1,
    "person_id": 1,
    "by": 1,
    "by_id": 1,
    "created_by": 1,
    "is_superuser": True,
    "is_staff": True,
    "state": "approved",
    "status": "active",
    "permission": "x",
    "subject": 1,
    "record": 1,
}


def all_steps() -> list[tuple[str, Any]]:
    return [
        (code, step)
        for code, resource in RESOURCES.items()
        if code in makers()
        for step in (*resource.steps, *resource.creates)
    ]


def test_forms_hand_on_their_own_fields_alone(world):
    """Mass assignment: what a form did not declare never becomes an argument of the action."""
    handed = []
    made = records(world, world.factory)
    actor = world.actor("某人", (HANDLER, world.province))
    for code, step in all_steps():
        if step.form is None or code not in made:
            continue
        form = step.form(
            {key: str(value) for key, value in SEIZED.items()}, actor=actor, record=made[code][1]
        )
        form.is_valid()
        declared = set(form.fields)
        extra = set(SEIZED) & set(getattr(form, "cleaned_data", {})) - declared
        handed += [(code, step.slug, name) for name in extra]
        inner = {"id", "pk", "org_path", "city_id", "county_id", "by", "is_superuser"} & declared
        handed += [(code, step.slug, name) for name in inner]
    assert not handed


def test_no_form_is_drawn_from_a_model():
    def kinds(form: type) -> list[type]:
        return [found for child in form.__subclasses__() for found in (child, *kinds(child))]

    ours = [form for form in kinds(forms.ModelForm) if form.__module__.startswith("gonghui.")]
    # A field added to a model must not appear in a form by itself.
    assert not [form for form in ours if issubclass(form, ActionForm)]


def test_the_interface_refuses_fields_it_does_not_know(world):
    made = records(world, world.factory)
    client = somebody(world, world.province)
    taken = []
    for code, (resource, record) in made.items():
        paths = [f"/api/v1/{code}/{record.pk}/{step.slug}/" for step in resource.steps]
        paths += [f"/api/v1/{code}/new/{step.slug}/" for step in resource.creates]
        for path in paths:
            answer = client.post(path, SEIZED, "application/json")
            if answer.status_code not in {403, 409, 422}:
                taken.append((path, answer.status_code))
    assert not taken


# Texts that carry code


def test_stored_texts_are_drawn_as_texts(world):
    """Stored XSS and formulas: every free text of every record, on every page and export."""
    made = records(world, world.factory)
    filled = {code: fill(record, PAYLOAD) for code, (_resource, record) in made.items()}
    assert sum(map(len, filled.values())) > len(made)
    fill(world.factory, PAYLOAD)
    client = somebody(world, world.province)
    opened, formulas = [], []
    for code, (resource, record) in made.items():
        paths = [f"/w/{code}/", f"/w/{code}/{record.pk}/"]
        paths += [f"/w/{code}/{record.pk}/{step.slug}/" for step in resource.steps]
        for path in paths:
            response = client.get(path)
            if response.status_code >= 500:
                opened.append((path, response.status_code))
            if OPENED in text_of(response):
                opened.append((path, "drawn as markup"))
        if resource.export:
            answer = client.post(f"/w/{code}/export/", {"purpose": "核对名单", "kind": "csv"})
            if answer.status_code == 200:
                cells = [cell for row in csv.reader(io.StringIO(text_of(answer))) for cell in row]
                formulas += [(code, cell) for cell in cells if is_formula(cell)]
    for path in ("/desk/", "/todo/", "/search/?q=华阳", "/hall/", "/messages/"):
        if OPENED in text_of(client.get(path)):
            opened.append((path, "drawn as markup"))
    assert not opened
    assert not formulas


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would run a cell; a plain number may have a sign."""
    if not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return False
    return not cell[1:].replace(".", "").replace("-", "").isdigit()


@pytest.mark.parametrize("start", ["=1+1", "+1+1", "-1+cmd", "@SUM(1)", "\t=1", "\r=1"])
def test_every_beginning_of_a_formula_is_made_harmless(start):
    assert is_formula(start)
    assert not is_formula(harmless(start))


def test_what_is_typed_into_a_list_comes_back_as_text(world):
    """Reflected XSS and SQL injection: every parameter of every list."""
    client = somebody(world, world.province)
    wrong = []
    for path, names in lists():
        for name in names:
            response = client.get(path, {name: PAYLOAD})
            if response.status_code >= 500 or OPENED in text_of(response):
                wrong.append((path, name, response.status_code))
    for path in ("/search/", "/pick/unions/", "/signin/", "/ui/gallery/"):
        for name in ("q", "next", "error", "message"):
            response = client.get(path, {name: PAYLOAD})
            if OPENED in text_of(response):
                wrong.append((path, name))
    assert not wrong


def test_texts_sent_to_a_step_come_back_as_texts(world):
    """Reflected XSS by form: the page that shows the mistakes of what was posted."""
    made = records(world, world.factory)
    client = somebody(world, world.factory)
    wrong = []
    for code, step in all_steps():
        if step.form is None or code not in made:
            continue
        creating = step in RESOURCES[code].creates
        path = f"/w/{code}/{'new' if creating else made[code][1].pk}/{step.slug}/"
        posted = dict.fromkeys(step.form.base_fields, PAYLOAD)
        # One field too few, so that nothing is done and the form is drawn again.
        required = [name for name, item in step.form.base_fields.items() if item.required]
        if not required:
            continue
        posted[required[-1]] = ""
        response = client.post(path, posted)
        if response.status_code >= 500 or OPENED in text_of(response):
            wrong.append((path, response.status_code))
    assert not wrong


def test_parameters_never_become_part_of_a_query(world):
    """SQL injection: texts that would widen, break or delay a query do none of it."""
    client = somebody(world, world.jinghu)
    records(world, world.factory)
    wrong = []
    for code, resource in RESOURCES.items():
        if resource.view.open or resource.view.public:
            continue
        path = f"/api/v1/{code}/"
        before = client.get(path).json().get("items", [])
        for number, payload in enumerate(SQL):
            # Each text in another parameter, so that all meet all over the resources.
            for name in ("q", ["sort", "after", "under", "columns"][number % 4]):
                answer = client.get(path, {name: payload})
                if answer.status_code >= 500:
                    wrong.append((path, name, payload, answer.status_code))
                # The interface refuses by its description what reaches the query of a page.
                page = client.get(f"/w/{code}/", {name: payload}) if name != "q" else answer
                if page.status_code >= 500:
                    wrong.append((page.request["PATH_INFO"], name, payload, page.status_code))
                if answer.status_code == 200:
                    more = [item for item in answer.json()["items"] if item not in before]
                    wrong += [(path, name, payload, item["id"]) for item in more]
    assert not wrong


def test_doubled_parameters_are_read_once(world):
    """Parameter pollution: the value that is checked is the value that is used."""
    made = records(world, world.factory)
    client = somebody(world, world.jinghu)
    inside, outside = world.jinghu.pk, world.factory.pk
    for code, (resource, record) in made.items():
        if resource.view.open or resource.view.public:
            continue
        for pair in ((inside, outside), (outside, inside)):
            answer = client.get(f"/api/v1/{code}/?under={pair[0]}&under={pair[1]}&sort=id&sort=x")
            assert answer.status_code < 500
            if answer.status_code == 200:
                assert record.pk not in [item["id"] for item in answer.json()["items"]]


def test_forged_places_in_a_list_stay_inside_it(world):
    """Cursors are places, not rights: forged ones page through what may be seen anyway."""
    made = records(world, world.factory)
    client = somebody(world, world.jinghu)
    forged = [
        reading.write_cursor((10**9, 10**9)),
        reading.write_cursor(("2999-01-01", 0)),
        reading.write_cursor((None, 0)),
        reading.write_cursor(({"a": 1}, 1)),
        reading.write_cursor((1, 10**30)),
        reading.write_cursor((1, -(10**30))),
        reading.write_cursor((1, "1; DROP TABLE x")),
        "e30",
        "bnVsbA",
        "WzFd",
        "=" * 50,
        "A" * 5000,
        "名",
    ]
    wrong = []
    for place, (code, (resource, record)) in enumerate(made.items()):
        # Each list a third of them, so that every one meets many lists.
        for number, token in list(enumerate(forged))[place % 3 :: 3]:
            name = ("after", "before")[number % 2]
            for path in (f"/api/v1/{code}/", f"/w/{code}/")[: 1 + (number % 5 == 0)]:
                answer = client.get(path, {name: token})
                if answer.status_code >= 500:
                    wrong.append((path, token, answer.status_code))
                elif answer.status_code == 200 and path.startswith("/api"):
                    held = [item["id"] for item in answer.json()["items"]]
                    if record.pk in held and not (resource.view.open or resource.view.public):
                        wrong.append((path, token, "another county"))
    assert not wrong


# Each check sees its own sown fault.


def test_fill_reaches_texts_and_the_search_for_markup_sees_them(world):
    member = world.member(world.factory)
    assert "name" in fill(member.person, PAYLOAD)
    member.person.refresh_from_db()
    assert member.person.name == PAYLOAD
    assert OPENED in f"<td>{member.person.name}</td>"
    assert OPENED not in f"<td>{escape(member.person.name)}</td>"
    assert is_formula(PAYLOAD)


def test_a_painter_that_trusts_a_text_is_seen(world, monkeypatch):
    from dataclasses import replace

    from django.utils.safestring import mark_safe

    resource = RESOURCES["unions"]
    trusting = tuple(
        replace(column, paint=mark_safe) if column.kind == "title" else column
        for column in resource.columns
    )
    monkeypatch.setattr(resource, "columns", trusting)
    fill(makers()["unions"](world, world.factory), PAYLOAD)
    assert OPENED in text_of(somebody(world, world.province).get("/w/unions/"))


def test_a_list_that_forgets_its_scope_is_seen(world, monkeypatch):
    made = records(world, world.factory)
    monkeypatch.setattr(
        reading, "scoped", lambda resource, actor: resource.base().unscoped("a sown fault")
    )
    client = somebody(world, world.jinghu)
    found = client.get("/api/v1/memberships/?limit=200").json()["items"]
    assert made["memberships"][1].pk in [item["id"] for item in found]


def test_a_form_that_hands_on_everything_is_seen(world):
    class Greedy(ActionForm):
        def clean(self):
            return {**self.cleaned_data, **self.data}

    form = Greedy({"org_path": "1."}, actor=world.actor("某人"))
    assert form.is_valid()
    assert set(form.cleaned_data) - set(form.fields) == {"org_path"}
