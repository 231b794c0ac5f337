"""The three administrators (三员) are apart: by declaration, by page, API and command, by wall."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from gonghui.kernel.access.actions import ACTIONS
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import (
    ADMINISTRATORS,
    AUDITOR,
    HANDLER,
    PERMISSIONS,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
)
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.scoping import raise_wall
from gonghui.kernel.people.models import Membership, Person
from gonghui.kernel.resource.declaration import RESOURCES
from gonghui.kernel.testing.world import TODAY
from tests.invariants.makers import makers

CODES = {role.code for role in ADMINISTRATORS}
SHARED = {
    "staff.view": "accounts and rights are two sides of one user",
    "posts.view": "one sets posts up, the other what they carry",
    "separation.view": "each may check that the three are apart",
    "provisioning.view": "one runs the connection, the other sees which rights went out",
    "provisioning.export": "the same, on paper",
    "settings.view": "who decides on a dangerous change reads what it changes",
    "services.view": "the register of systems holds no personal data",
    "service-findings.view": "differences between declared and observed concern all three",
    "plan.view": "the plan is open to every cadre",
    "components.view": "samples, parameters and users of parts: no data of anybody",
    "charts.view": "each sees what the datasets of the own permissions give",
    "applications.view": "who may sign on where is configuration, right and evidence",
    "signing-keys.view": "fingerprints of public keys",
    "sign-ons.view": "sign-ins: to end them, and to audit them",
    "sign-ins.view": "sign-ins: to end them, and to audit them",
}
"""What more than one of the three may look at, and why; review every line."""
SHARED_WRITES = {
    "settings.approve": "a dangerous change takes a second administrator, whichever",
    "todos.hand_over": "one's own to-dos",
}
PERSONAL = {"person", "person_id", "document_mask", "mobile_mask", "born_on"}
OF_ACCOUNTS = {"staff", "staff-changes", "tenures", "grants", "proposals", "delegations"}
"""Lists of the platform's own users, which administrators are there to look after."""


def of(permission) -> set[str]:
    return {role.code for role in permission.roles} & CODES


@pytest.mark.parametrize("permission", PERMISSIONS.values(), ids=str)
def test_no_permission_joins_an_administrator_with_another(permission):
    """What one administrator may do, no other may, nor a role of the business."""
    mine = of(permission)
    if permission.code in SHARED or permission.code in SHARED_WRITES or not mine:
        return
    others = {role.code for role in permission.roles} - mine
    if len(mine) > 1 or (others and AUDITOR.code in mine):
        pytest.fail(f"{permission.code} is shared by {sorted(mine | others)}")


def test_what_is_shared_is_only_looking():
    writes = {found.permission.code for found in ACTIONS.values()}
    assert not set(SHARED) & writes


def test_the_auditor_does_nothing_and_only_the_auditor_reads_the_log():
    for found in ACTIONS.values():
        if found.permission.code != "todos.hand_over":
            assert AUDITOR not in found.permission.roles, found.code
    for code in ("audit.view", "audit.export"):
        assert PERMISSIONS[code].roles == (AUDITOR,)
    for resource in RESOURCES.values():
        if issubclass(resource.model, Entry):
            assert resource.view.roles == (AUDITOR,)
            assert not resource.steps
            assert not resource.creates


def test_nobody_changes_the_log_by_an_action():
    for resource in RESOURCES.values():
        if issubclass(resource.model, Entry):
            assert resource.imports is None
            assert resource.reveal is None


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda item: item.code)
def test_no_list_an_administrator_opens_holds_personal_data_of_members(resource):
    """Neither sealed columns, nor a person behind the rows, nor a look at the plain."""
    if not of(resource.view) or resource.code in OF_ACCOUNTS:
        return
    assert resource.reveal is None, f"{resource.code} reveals"
    assert getattr(resource.model, "scope_person", None) is None, resource.code
    named = {part for column in resource.columns for part in column.source.split("__")}
    assert not named & PERSONAL, (resource.code, named & PERSONAL)
    points = {
        field.name
        for field in resource.model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model in {Person, Membership}
    }
    assert not points, (resource.code, points)


@pytest.fixture
def three(world) -> dict[str, User]:
    """The three of the province, and a handler to be looked at."""
    found = {role.code: world.user(role.title, (role, world.province)) for role in ADMINISTRATORS}
    found["handler"] = world.user("经办", (HANDLER, world.factory))
    return found


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(CODES))
def test_behind_the_wall_an_administrator_sees_nobody(world, three, role, as_application):
    """The database itself gives no row of people, whatever the page forgot."""
    world.member(world.factory)
    raise_wall(actor_of(three[role], TODAY).wall())
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'")
        tables = [name for (name,) in cursor.fetchall()]
        assert {"people_person", "people_membership"} <= set(tables)
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,), table


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted(CODES))
def test_pages_and_api_open_what_the_role_has_and_nothing_else(world, three, role):
    client = client_of(three[role])
    made = makers()
    for resource in RESOURCES.values():
        if resource.view.open or resource.view.public:
            continue
        allowed = role in {item.code for item in resource.view.roles}
        expected = 200 if allowed else 403
        for path in (f"/w/{resource.code}/", f"/api/v1/{resource.code}/"):
            assert client.get(path).status_code == expected, (role, path)
        if not allowed and resource.code in {"memberships", "audit-entries", "staff", "grants"}:
            pk = made[resource.code](world, world.factory).pk
            for path in (f"/w/{resource.code}/{pk}/", f"/api/v1/{resource.code}/{pk}/"):
                assert client.get(path).status_code == 403, (role, path)
            if resource.export:
                assert client.get(f"/w/{resource.code}/export/").status_code == 403


@pytest.mark.django_db
def test_the_auditor_cannot_manage_users_by_page_or_api(world, three):
    client = client_of(three[AUDITOR.code])
    one = makers()["staff"](world, world.factory)
    before = User.objects.count(), Grant.objects.unscoped("test").count()
    tries = [
        ("/staff/new/open/", {"union": world.factory.pk, "name": "李娜", "username": "lina"}),
        (f"/staff/{one.pk}/suspend/", {"reason": "测试"}),
        (f"/staff/{one.pk}/close/", {"reason": "测试"}),
        ("/grants/new/give/", {"user": one.user_id, "role": "handler", "union": world.factory.pk}),
        ("/posts/new/create/", {"union": world.factory.pk, "title": "岗", "headcount": 1}),
    ]
    for path, data in tries:
        assert client.post(f"/w{path}", data).status_code == 403, path
        answer = client.post(f"/api/v1{path}", data, content_type="application/json")
        assert answer.status_code == 403, path
    assert (User.objects.count(), Grant.objects.unscoped("test").count()) == before


@pytest.mark.django_db
def test_the_system_administrator_cannot_grant_nor_the_security_administrator_open(world, three):
    one = makers()["staff"](world, world.factory)
    give = {"user": one.user_id, "role": "handler", "union": world.factory.pk, "reason": "测试"}
    opening = {"union": world.factory.pk, "name": "李娜", "username": "lina"}
    system, security = (client_of(three[role.code]) for role in (SYSTEM_ADMIN, SECURITY_ADMIN))
    assert system.post("/w/grants/new/give/", give).status_code == 403
    assert security.post("/w/staff/new/open/", opening).status_code == 403
    assert security.post(f"/w/staff/{one.pk}/suspend/", {"reason": "测试"}).status_code == 403
    assert system.post(f"/w/staff/{one.pk}/reset/", {"reason": "测试"}).status_code == 403


@pytest.mark.django_db
def test_the_history_beside_a_record_is_no_way_into_the_log(world, three):
    """A record page of an administrator tells nothing the log alone knows."""
    one = makers()["staff"](world, world.factory)
    system = actor_of(three[SYSTEM_ADMIN.code], TODAY)
    from gonghui.systems.foundation.users.actions import staff as actions

    actions.suspend(one, by=system, reason="只写在日志里的理由")
    page = client_of(three[SYSTEM_ADMIN.code]).get(f"/w/staff/{one.pk}/")
    assert page.status_code == 200
    assert "只写在日志里的理由" not in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET reason = ''", "DELETE FROM audit_entry"]
)
def test_the_application_cannot_alter_the_log(world, as_application, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
class TestCommands:
    """`--as` does no more than that user may do."""

    def refused(self, *arguments: str) -> str:
        with pytest.raises(CommandError) as refusal:
            call_command(*arguments, stdout=StringIO())
        return str(refusal.value)

    def test_every_command_that_reads_or_writes_asks_for_a_user(self, tmp_path):
        for arguments in (
            ("audit", "export", str(tmp_path / "a")),
            ("export", "memberships", str(tmp_path / "a.csv"), "--purpose", "测试用途"),
            ("import", "members", str(tmp_path / "a.csv"), "--union", "1"),
            ("users", "list"),
        ):
            assert "--as" in self.refused(*arguments)

    @pytest.mark.parametrize("role", [SYSTEM_ADMIN, SECURITY_ADMIN], ids=lambda role: role.code)
    def test_the_log_is_the_auditors(self, world, three, tmp_path, role):
        name = three[role.code].username
        file = str(tmp_path / "log.jsonl")
        assert "权限" in self.refused("audit", "export", file, "--as", name)
        file = str(tmp_path / "log.csv")
        asked = ("export", "audit-entries", file, "--as", name, "--purpose", "测试用途")
        assert "权限" in self.refused(*asked)
        assert not list(tmp_path.iterdir())

    def test_the_auditor_exports_it_and_that_is_in_the_log(self, world, three, tmp_path):
        auditor = three[AUDITOR.code]
        call_command("audit", "export", str(tmp_path / "a"), "--as", auditor.username)
        entry = Entry.objects.get(action="audit.export")
        assert (entry.actor_id, entry.channel) == (auditor.pk, "cli")

    @pytest.mark.parametrize("role", sorted(CODES))
    def test_no_administrator_exports_members(self, world, three, tmp_path, role):
        file = str(tmp_path / "m.csv")
        asked = ("export", "memberships", file, "--as", three[role].username)
        assert "权限" in self.refused(*asked, "--purpose", "测试用途")

    def test_users_as_the_role_allows(self, world, three):
        system, security, auditor = (
            three[role.code].username for role in (SYSTEM_ADMIN, SECURITY_ADMIN, AUDITOR)
        )
        opening = ("users", "open", "lina", "--name", "李娜", "--union", world.shushan.name)
        for name in (security, auditor):
            assert "权限" in self.refused(*opening, "--as", name)
        call_command(*opening, "--as", system, stdout=StringIO())
        giving = ("users", "grant", "lina", "--role", "viewer", "--union", world.shushan.name)
        giving = (*giving, "--reason", "检查")
        for name in (system, auditor):
            assert self.refused(*giving, "--as", name)
        call_command(*giving, "--as", security, stdout=StringIO())
        grant = Grant.objects.unscoped("test").get(user__username="lina")
        entry = Entry.objects.get(target_type="access.grant", target_id=str(grant.pk))
        assert (entry.channel, entry.actor_id) == ("cli", three[SECURITY_ADMIN.code].pk)
        told = StringIO()
        call_command("users", "why", "lina", "--as", security, stdout=told)
        assert "查阅人" in told.getvalue()
        assert "权限" in self.refused("users", "list", "--as", auditor)
        call_command(
            "users", "revoke", str(grant.pk), "--reason", "结束", "--as", security, stdout=told
        )
        grant.refresh_from_db()
        assert grant.ended_at is not None

    def test_the_first_administrators_and_no_more(self, world):
        for number, role in enumerate(["security_admin", "security_admin"]):
            call_command(
                "users", "first", role, f"first-{number}", "--name", "李娜", stdout=StringIO()
            )
        refused = self.refused("users", "first", "auditor", "first-9", "--name", "李娜")
        assert "已有两人在任" in refused
        assert Entry.objects.filter(action="grants.granted", channel="cli").count() == 2
