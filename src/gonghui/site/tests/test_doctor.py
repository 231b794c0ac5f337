"""Every fault the doctor knows, seeded; and silence where there is none."""

import io
import os
import re
import socket
from contextlib import redirect_stdout

import psycopg
import pytest

from gonghui.kernel.base.sealing import Keyring
from gonghui.site import doctor, environment
from gonghui.site.doctor import database, machine, records
from gonghui.site.doctor.findings import ERROR, WARNING

# One worker runs all of these: they share what takes seconds to make.
pytestmark = pytest.mark.xdist_group("site.doctor")


def _levels(findings) -> list[str]:
    return [finding.level for finding in findings]


def _text(findings) -> str:
    return "\n".join(f"{finding.what} → {finding.mend}" for finding in findings)


@pytest.fixture
def var(tmp_path, monkeypatch):
    monkeypatch.setenv("GONGHUI_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("GONGHUI_KEYS", raising=False)
    return tmp_path / "var"


def test_an_old_python_is_an_error():
    assert _levels(machine.python_version((3, 10, 4))) == [ERROR]
    assert _levels(machine.python_version()) == []


def test_a_library_of_another_version_is_named(tmp_path):
    lock = tmp_path / "requirements.txt"
    lock.write_text("django==1.0 \\\n    --hash=sha256:00\nno-such-library==2.0 \\\n")
    text = _text(machine.packages(lock))
    assert "django 应为 1.0" in text
    assert "no-such-library 应为 2.0，实为 未安装" in text


@pytest.mark.parametrize(("gigabytes", "expected"), [(1, [ERROR]), (5, [WARNING]), (50, [])])
def test_little_disk(var, gigabytes, expected):
    assert _levels(machine.disk(gigabytes * 2**30)) == expected


@pytest.mark.parametrize(("gigabytes", "expected"), [(0.5, [ERROR]), (2, [WARNING]), (8, [])])
def test_little_memory(gigabytes, expected):
    assert _levels(machine.memory(int(gigabytes * 2**30))) == expected


def test_open_secrets_and_lost_keys(var):
    environment.secret("secret-key")
    assert "不能使用" in _text(machine.secrets())
    Keyring.generate(var / "secrets/keys")
    assert _levels(machine.secrets()) == []
    (var / "secrets/secret-key").chmod(0o644)
    assert "chmod 600" in _text(machine.secrets())
    (var / "secrets/keys/seal-1.key").chmod(0o640)
    assert len(_levels(machine.secrets())) == 3


def test_a_taken_port(var, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        assert _levels(machine.port()) == [WARNING]
    assert _levels(machine.port()) == []


def test_missing_browser_and_fonts_are_only_noted(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("GONGHUI_CHROMIUM", raising=False)
    assert _levels(machine.test_tools()) == ["note"]


@pytest.fixture(scope="module")
def empty(new_database) -> str:
    return new_database()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda url: re.sub(r":[^:@/]*@", ":wrong@", url), "口令不对"),
        (lambda url: url.rsplit("/", 1)[0] + "/no_such_database", "没有名为 no_such_database"),
        (lambda url: url.split("@")[0] + "@127.0.0.1:1/any", "没有运行，或端口不对"),
        (lambda url: url.split("@")[0] + "@no-such-host.invalid:1/any", "主机名不存在"),
        (lambda _url: "mysql://x", "写法不对"),
    ],
)
def test_a_database_out_of_reach_is_explained(empty, change, said):
    connection, findings = database.connect(change(empty))
    assert connection is None
    assert said in _text(findings)
    assert findings[0].mend


@pytest.fixture
def connected(empty):
    connection, findings = database.connect(empty)
    assert findings == []
    yield connection
    connection.close()


def test_a_database_that_does_not_know_chinese(new_database, connected):
    assert _levels(database.language(connected)) == []
    url = new_database("TEMPLATE template0 LC_CTYPE 'C' LC_COLLATE 'C'")
    assert "不认识汉字" in _text(database.language(database.connect(url)[0]))
    url = new_database("TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'")
    assert "编码是 SQL_ASCII" in _text(database.language(database.connect(url)[0]))


def test_a_server_that_may_lose_what_it_acknowledged(connected):
    if connected.execute("SHOW fsync").fetchone() == ("off",):
        assert "fsync 是 off" in _text(database.safety(connected))


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.5, []), (5, [WARNING]), (-5, [WARNING]), (120, [ERROR])]
)
def test_clocks_that_differ(seconds, expected):
    assert _levels(database.skew(seconds)) == expected


def test_an_owner_without_rights(empty, connected):
    connected.execute("DROP ROLE IF EXISTS site_poor")
    connected.execute("CREATE ROLE site_poor")
    connected.execute("REVOKE TEMP ON DATABASE " + connected.info.dbname + " FROM PUBLIC")
    connected.execute("SET ROLE site_poor")
    text = _text(database.owner_rights(connected))
    assert "不能在 public 中建表" in text
    assert "不能建立临时表" in text
    connected.execute("RESET ROLE")
    connected.execute("DROP ROLE site_poor")
    assert _levels(database.owner_rights(connected)) == []


def test_an_old_server():
    class Old:
        class info:
            server_version = 140012

    assert "PostgreSQL 14 太旧" in _text(database.server_version(Old))


def test_a_missing_extension(connected, monkeypatch):
    assert _levels(database.extensions(connected)) == []
    monkeypatch.setattr(database, "EXTENSIONS", ("btree_gist", "no_such_extension"))
    assert "no_such_extension" in _text(database.extensions(connected))


def test_a_forgotten_transaction(empty, connected, monkeypatch):
    monkeypatch.setattr(database, "IDLE_MINUTES", 0)
    assert _levels(database.idle_transactions(connected)) == []
    with psycopg.connect(empty) as forgotten:
        forgotten.execute("SELECT 1")
        assert f"连接 {forgotten.info.backend_pid}" in _text(database.idle_transactions(connected))


@pytest.fixture(scope="module")
def migrated(new_database, gonghui) -> str:
    url = new_database()
    done = gonghui(url, "migrate", "-v0")
    assert done.returncode == 0, done.stderr
    return url


@pytest.fixture
def platform(migrated):
    """A connection to a migrated database; what a test changes is rolled back."""
    with psycopg.connect(migrated) as connection:
        yield connection
        connection.rollback()


def test_faults_of_the_application_role(platform):
    assert _levels(database.app_role(platform)) == []
    platform.execute("REVOKE SELECT ON bus_inbox FROM gonghui_app")
    assert "不能读取：bus_inbox" in _text(database.app_role(platform))
    platform.execute("GRANT UPDATE ON audit_seal TO gonghui_app")
    assert "能修改审计表 audit_seal" in _text(database.app_role(platform))
    platform.execute("ALTER TABLE bus_inbox OWNER TO gonghui_app")
    assert "是这些表的所有者" in _text(database.app_role(platform))
    platform.execute("ALTER ROLE gonghui_app BYPASSRLS")
    assert "绕过行级安全" in _text(database.app_role(platform))


def test_no_application_role(connected, monkeypatch):
    monkeypatch.setattr(database, "APP", "no_such_role")
    assert "没有应用角色" in _text(database.app_role(connected))


def test_jobs_that_stand_still(platform):
    assert _levels(records.stalled_jobs(platform)) == []
    job = "INSERT INTO procrastinate_jobs (queue_name, task_name, status{0}) VALUES ('q', 't', {1})"
    platform.execute(job.format("", "'doing'"))
    assert "停在执行中" in _text(records.stalled_jobs(platform))
    platform.execute(job.format(", scheduled_at", "'todo', now() - interval '1 hour'"))
    assert "等待超过" in _text(records.stalled_jobs(platform))
    platform.execute(job.format("", "'failed'"))
    assert "执行失败" in _text(records.stalled_jobs(platform))


def test_audit_entries_nobody_seals(platform):
    assert _levels(records.audit_backlog(platform)) == []
    platform.execute(
        "INSERT INTO audit_entry (at, recorded_at, actor_name, ip, channel, action, action_name,"
        " target_type, target_id, target_label, org_path, changes, reason, request_id, digest)"
        " VALUES (now(), now() - interval '1 hour', '', '', 'web', 'a', 'a', 't', '1', '', '',"
        " '{}', '', '', '')"
    )
    assert "1 条审计记录超过" in _text(records.audit_backlog(platform))


def test_events_nobody_could_handle(platform):
    platform.execute(
        "INSERT INTO bus_outbox (event, type, source, subject, time, org_path, data, attempts,"
        " next_attempt_at, last_error, dead_at)"
        " VALUES (gen_random_uuid(), 't', 's', '', now(), '', '{}', 9, now(), '', now())"
    )
    assert "1 条业务消息" in _text(records.dead_events(platform))


def test_values_of_settings_that_no_longer_fit(platform):
    assert _levels(records.settings_values(platform)) == []
    platform.execute(
        "INSERT INTO config_value (setting, value, changed_at)"
        " VALUES ('no.longer', '1', now()), ('configuration.stale_seconds', '1', now())"
    )
    text = _text(records.settings_values(platform))
    assert "不再声明" in text
    assert "不能小于 15" in text


def test_the_whole_examination(migrated, gonghui):
    good = gonghui(migrated, "doctor")
    with psycopg.connect(migrated, autocommit=True) as connection:
        changed = connection.execute(
            "DELETE FROM django_migrations WHERE app = 'bus' RETURNING app, name, applied"
        ).fetchall()
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('bus', '9999_new', now())"
        )
        bad = gonghui(migrated, "doctor")
        connection.execute("DELETE FROM django_migrations WHERE name = '9999_new'")
        for row in changed:
            connection.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row
            )
    assert "✓ 数据库结构" in good.stdout, good.stdout + good.stderr
    assert bad.returncode == 1
    assert "缺少" in bad.stdout
    assert "bus.9999_new" in bad.stdout
    assert "Traceback" not in bad.stderr


def test_an_embedded_database_not_made_yet_is_no_fault(var, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(machine, "CHECKS", ())
    shown = io.StringIO()
    with redirect_stdout(shown):
        assert doctor.examine() == 0
    assert "make run 会建立它" in shown.getvalue()
    assert os.listdir(var / "postgres") == []
