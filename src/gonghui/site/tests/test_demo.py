"""The demo: loading it again changes nothing, everybody can sign in, and its figures are true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from gonghui.activities.census.models import CensusDay
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import check_document, parse_mobile
from gonghui.kernel.identity.models import User
from gonghui.kernel.metrics import members as metrics
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import Membership, Person
from gonghui.site import demo
from gonghui.site.demo import cast, stages
from gonghui.site.demo.stage import acting, last_july, living_on, union_named
from gonghui.systems.mobilization.membership.models import JoinApplication, Transfer, UnionTerm
from gonghui.systems.portal.desk.queries.todos import my_todos

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[list[str]]:
    """The demo, loaded once for all tests of this file; each test's own changes roll back."""
    from django.conf import settings
    from django.db import transaction

    folder: Path = tmp_path_factory.mktemp("demo")
    before = settings.VAR, settings.MEDIA_ROOT
    settings.VAR, settings.MEDIA_ROOT = folder / "var", folder / "files"
    said: list[str] = []
    with django_db_blocker.unblock():
        block = transaction.atomic()
        block.__enter__()
        try:
            with connection.cursor() as cursor:
                # As the platform runs: the role row-level security binds.
                cursor.execute("SET ROLE gonghui_app")
            demo.load(said.append)
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")
            raise_wall(Scope.everything())
            yield said
        finally:
            transaction.set_rollback(True)
            block.__exit__(None, None, None)
            settings.VAR, settings.MEDIA_ROOT = before


def counts() -> dict[str, int]:
    """Rows of every table."""
    with connection.cursor() as cursor:
        found = {}
        for model in apps.get_models():
            cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
            found[model._meta.label] = cursor.fetchone()[0]
    return found


def test_loading_again_changes_nothing(loaded: list[str]) -> None:
    before = counts()
    said: list[str] = []
    demo.load(said.append)
    assert said == []
    assert counts() == before
    assert loaded


def test_a_load_that_was_killed_goes_on(loaded: list[str]) -> None:
    Transfer.objects.unscoped("test").all().delete()
    said: list[str] = []
    demo.load(said.append)
    assert len(said) == 2
    assert "转会" in said[0]
    assert Transfer.objects.unscoped("test").count() > 10


@pytest.mark.parametrize("account", cast.ACCOUNTS, ids=lambda account: account.username)
def test_every_account_signs_in_and_sees_its_first_page(
    loaded: list[str], account: cast.Account
) -> None:
    client = Client()
    answer = client.post(
        "/signin/", {"username": account.username, "password": cast.PASSWORD}, follow=True
    )
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == ("/desk/" if account.roles else "/hall/")
    assert account.name in answer.content.decode()


def test_sign_ins_are_those_of_the_cast(loaded: list[str]) -> None:
    names = {name for _, name, _, _ in demo.SIGN_INS}
    assert names == {account.username for account in cast.ACCOUNTS if account.listed}
    assert all(password == cast.PASSWORD and hint for _, _, password, hint in demo.SIGN_INS)


@pytest.mark.parametrize(
    "username",
    [
        account.username
        for account in cast.ACCOUNTS
        if account.listed and account.roles and account.roles != ("auditor",)
    ],
)
def test_every_cadre_has_something_to_do(loaded: list[str], username: str) -> None:
    todos = my_todos(acting(username))
    assert todos.exists()


def test_no_to_do_leads_nowhere(loaded: list[str]) -> None:
    client = Client()
    for account in cast.ACCOUNTS:
        if not account.roles:
            continue
        client.force_login(User.objects.get(username=account.username))
        for todo in my_todos(acting(account.username)):
            assert client.get(todo.link).status_code == 200, (account.username, todo.link)


def test_the_audit_is_whole(loaded: list[str]) -> None:
    out = StringIO()
    call_command("audit", "verify", stdout=out)
    assert "未发现问题" in out.getvalue()


def test_kept_counts_are_true(loaded: list[str]) -> None:
    assert metrics.differences() == []


def test_people_are_made_up_but_valid(loaded: list[str]) -> None:
    rows = Person.objects.unscoped("test")
    assert 3500 < Membership.objects.unscoped("test").count() < 4500
    assert rows.filter(name__contains="·").exists()
    kinds = set(rows.values_list("document_kind", flat=True))
    assert kinds >= {"resident_id", "hk_macao_residence", "taiwan_residence"}
    today = timezone.localdate()
    for person in rows:
        plain = persons.reveal(person)
        check_document(person.document_kind, plain["document_number"], on=today)
        if plain["mobile"]:
            assert parse_mobile(plain["mobile"]).startswith("164")


def test_nobody_joined_before_the_union_or_in_the_future(loaded: list[str]) -> None:
    rows = Membership.objects.unscoped("test")
    assert not rows.filter(joined_on__gt=timezone.localdate()).exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM people_membershippast p JOIN org_union u ON u.id = p.union_id"
            " WHERE p.valid_from < u.founded_on OR p.valid_to < p.valid_from"
        )
        assert cursor.fetchone() == (0,)


def test_business_stands_at_every_stage(loaded: list[str]) -> None:
    joins = set(JoinApplication.objects.unscoped("test").values_list("state", flat=True))
    assert joins == {
        "pooled",
        "submitted",
        "returned",
        "appealed",
        "approved",
        "rejected",
        "withdrawn",
    }
    moves = Transfer.objects.unscoped("test")
    assert set(moves.values_list("state", flat=True)) == {
        "requested",
        "released",
        "accepted",
        "refused",
        "withdrawn",
    }
    assert set(moves.values_list("lateness", flat=True)) == {"in_term", "escalated", "overdue"}
    today = timezone.localdate()
    seen = {str(term.urgency(today)) for term in UnionTerm.objects.unscoped("test")}
    assert seen == {"overdue_long", "overdue", "delayed", "one", "three", "six", "later"}
    assert CensusDay.objects.unscoped("test").count() > 500


def test_members_of_the_merged_union_follow(loaded: list[str]) -> None:
    gone, into = union_named(cast.MERGED), union_named(cast.FIRM)
    assert (gone.status, gone.ended_on, gone.successor_id) == ("merged", last_july(), into.pk)
    rows = Membership.objects.unscoped("test")
    assert not rows.filter(union=gone).exists()
    assert rows.filter(past__union=gone, union=into).count() > 15


def test_unions_of_somebody_else_are_left_alone(loaded: list[str]) -> None:
    User.objects.filter(username=cast.ACCOUNTS[0].username).update(username="other")
    before = counts()
    with pytest.raises(Refusal, match="其他数据"):
        demo.load(lambda line: None)
    assert counts() == before


def test_the_clock_goes_on_after_a_day_lived_in_the_past(loaded: list[str]) -> None:
    day = timezone.localdate() - timedelta(days=40)
    with pytest.raises(RuntimeError), living_on(day):
        assert timezone.localdate() == day
        raise RuntimeError
    assert timezone.localdate() > day


def test_every_stage_knows_that_it_is_done(loaded: list[str]) -> None:
    assert all(stage.done() for stage in stages.STAGES)
    assert Todo.objects.filter(done_at=None).count() > 40
    assert Union.objects.unscoped("test").count() > 400
