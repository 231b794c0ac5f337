"""The first receipt stands: as the role the application works as, by any statement it may send."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.testing import complaint
from gonghui.kernel.org.scoping import Scope, raise_wall

pytestmark = pytest.mark.django_db
STATEMENTS = (
    "UPDATE casework_case SET received_at = now()",
    "UPDATE casework_case SET received_at = received_at - interval '1 second'",
    "UPDATE casework_intake SET received_at = now()",
    "UPDATE casework_intake SET recorded_at = now() - interval '1 day'",
    "UPDATE casework_intake SET number = 'SY9'",
    "UPDATE casework_intake SET channel = 'letter'",
    "DELETE FROM casework_intake",
    "DELETE FROM casework_case",
    "TRUNCATE casework_intake CASCADE",
    "SET LOCAL gonghui.may_empty = 'on'; TRUNCATE casework_intake CASCADE",
    "SET LOCAL gonghui.may_empty = 'on'; DELETE FROM casework_intake",
    "ALTER TABLE casework_case DISABLE TRIGGER ALL",
    "ALTER TABLE casework_intake DISABLE TRIGGER casework_intake_first_receipt",
    "DROP TRIGGER casework_case_first_receipt ON casework_case",
    "CREATE OR REPLACE FUNCTION casework_keep_first_receipt() RETURNS trigger"
    " LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "SET LOCAL session_replication_role = 'replica'; UPDATE casework_case SET received_at = now()",
    "RESET ROLE; SET ROLE gonghui_app; UPDATE casework_case SET received_at = now()",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_application_cannot_change_a_first_receipt(kind, world, as_application, statement):
    raise_wall(Scope.everything())
    got = complaint(kind, world.province)
    raise_wall(Scope.everything())
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    raise_wall(Scope.everything())
    assert Case.objects.unscoped("test").get().received_at == got.case.received_at
    row = Intake.objects.unscoped("test").get()
    assert (row.received_at, row.number) == (got.intake.received_at, got.intake.number)


def test_no_code_path_changes_it_either(kind, world, as_application):
    """Saving a whole row with another time, as any careless action would, is refused."""
    raise_wall(Scope.everything())
    got = complaint(kind, world.province)
    raise_wall(Scope.everything())
    for row in (got.case, got.intake):
        row.received_at = row.received_at.replace(year=2020)
        with pytest.raises(DatabaseError, match="first receipts"), transaction.atomic():
            row.save()
