"""The application's database role: what it may and may not, and that every process takes it."""

import os
import subprocess
import sys

import pytest
from django.db import DatabaseError, connection, transaction

from gonghui.site import environment, roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_app():
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {roles.APP}")
        yield cursor
        cursor.execute("RESET ROLE")


@pytest.mark.parametrize("table", roles.APPEND_ONLY)
@pytest.mark.parametrize("attempt", ["UPDATE {} SET {} = {}", "DELETE FROM {0}", "TRUNCATE {0}"])
def test_the_audit_is_closed_to_change(as_app, table, attempt):
    column = "entry_id" if table == "audit_seal" else "id"
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        as_app.execute(attempt.format(table, column, column))


def test_ordinary_rows_are_open_and_tables_are_not(as_app):
    as_app.execute("UPDATE bus_inbox SET subscriber = subscriber")
    as_app.execute("DELETE FROM bus_inbox")
    for statement in (
        "DROP TABLE bus_inbox",
        "ALTER TABLE bus_inbox DISABLE TRIGGER ALL",
        "CREATE TABLE mine (id int)",
        "DELETE FROM django_migrations",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            as_app.execute(statement)


def test_tables_made_later_are_open_too():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE made_later (id int)")
        cursor.execute("SELECT has_table_privilege(%s, 'made_later', 'INSERT')", [roles.APP])
        assert cursor.fetchone() == (True,)


def test_the_role_binds(as_app):
    as_app.execute(
        "SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = %s", [roles.APP]
    )
    assert as_app.fetchone() == (False, False, False)


WHO = """
import django; django.setup()
from django.db import connection
seen = []
for _ in range(2):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        seen.append(cursor.fetchone()[0])
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT current_user")
        seen.append(cursor.fetchone()[0])
    connection.close()
print(*seen, bool(connection.pool))
"""


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"GONGHUI_PROCESS": "web"}, "gonghui_app gonghui_app gonghui_app gonghui_app True"),
        ({}, "gonghui_app gonghui_app gonghui_app gonghui_app False"),
    ],
)
def test_every_process_works_as_the_role_pooled_or_not(variables, expected, django_db_setup):
    done = subprocess.run(
        [sys.executable, "-c", WHO],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "gonghui.site.settings",
            "GONGHUI_SECRET_KEY": "x",
            "GONGHUI_DB_ROLE": "",
            "PYTHONPATH": str(environment.root() / "src"),
        }
        | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == expected, done.stderr
