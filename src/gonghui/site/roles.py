"""The database role the application works as: not the owner, so row-level security binds it.

The platform signs in with the owner's `DATABASE_URL` and asks for this role while connecting
(`-c role=` in settings). It may read and write rows, not change tables, and only add to the audit
and to security events.
"""

from __future__ import annotations

from django.db import DatabaseError, connection, transaction
from psycopg import errors

from gonghui.kernel.base.errors import Refusal

APP = "gonghui_app"
RIGHTS = {"TABLES": "SELECT, INSERT, UPDATE, DELETE", "SEQUENCES": "USAGE, SELECT"}
APPEND_ONLY = ("audit_entry", "audit_batch", "audit_seal", "security_securityevent")


def create() -> None:
    """Make the role and let the owner become it. Tables made from now on are open to it.

    Raises Refusal when the owner may not create roles and nobody has made it.
    """
    try:
        with transaction.atomic():
            # Roles belong to the whole server: another database may be migrated at this moment.
            if not _value("SELECT count(*) FROM pg_roles WHERE rolname = %s", [APP]):
                _run(
                    "DO $$ BEGIN CREATE ROLE {app} NOLOGIN NOINHERIT NOBYPASSRLS;"
                    " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
                )
            if not _value("SELECT pg_has_role(current_user, %s, 'MEMBER')", [APP]):
                _run("GRANT {app} TO CURRENT_USER")
            _run("GRANT USAGE ON SCHEMA public TO {app}")
            for kind, rights in RIGHTS.items():
                _run(
                    f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {kind} TO {{app}}"
                )
    except DatabaseError as trouble:
        if not isinstance(trouble.__cause__, errors.InsufficientPrivilege):
            raise
        user = connection.settings_dict["USER"]
        raise Refusal(
            f"数据库用户 {user} 无权建立角色 {APP}。",
            remedy=f"请数据库管理员执行：CREATE ROLE {APP} NOLOGIN; GRANT {APP} TO {user};",
        ) from trouble


@transaction.atomic
def grant() -> None:
    """Open what is there now to the role; the audit only for reading and adding."""
    for kind, rights in RIGHTS.items():
        _run(f"GRANT {rights} ON ALL {kind} IN SCHEMA public TO {{app}}")
    present = set(connection.introspection.table_names())
    for table in APPEND_ONLY:
        if table in present:
            _run("REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {app}", table)
    # Which migrations have run is the owner's to say.
    _run("REVOKE INSERT, UPDATE, DELETE ON {table} FROM {app}", "django_migrations")


def _run(statement: str, table: str = "") -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(statement.format(app=quote(APP), table=quote(table)))


def _value(query: str, values: list[str]) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]
