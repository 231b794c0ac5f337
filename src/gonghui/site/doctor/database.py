"""Checks of the database server and the database, on a plain psycopg connection as its owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
from psycopg.conninfo import conninfo_to_dict

from gonghui.site.doctor.findings import ERROR, NOTE, WARNING, Finding
from gonghui.site.roles import APP, APPEND_ONLY

OLDEST_SERVER = 15
WORST_SKEW, TOLERABLE_SKEW = 60.0, 2.0
IDLE_MINUTES = 10
EXTENSIONS = ("btree_gist",)

Connection = psycopg.Connection[tuple]

# What the server or libpq says, and what it means. The first that fits is taken.
REFUSALS = (
    (
        "password authentication failed",
        "数据库用户名或口令不对。",
        "核对 DATABASE_URL 中的用户名和口令。",
    ),
    (
        "no password supplied",
        "连接数据库需要口令，DATABASE_URL 里没有。",
        "在 DATABASE_URL 中写上口令。",
    ),
    (
        "no pg_hba.conf entry",
        "数据库不允许这台机器连接。",
        "请数据库管理员在 pg_hba.conf 中加入这台机器。",
    ),
    ("too many clients", "数据库连接已满。", "增大 max_connections，或减少网页进程和连接池。"),
    (
        "remaining connection slots",
        "数据库连接已满。",
        "增大 max_connections，或减少网页进程和连接池。",
    ),
    ("starting up", "数据库正在启动。", "稍候再试。"),
    ("shutting down", "数据库正在停止。", "重新启动数据库。"),
    ("in recovery mode", "数据库正在崩溃恢复。", "稍候再试。"),
    ("could not translate host name", "数据库的主机名不存在。", "核对 DATABASE_URL 中的主机名。"),
    ("Name or service not known", "数据库的主机名不存在。", "核对 DATABASE_URL 中的主机名。"),
    (
        "Connection refused",
        "数据库没有运行，或端口不对。",
        "启动数据库，核对 DATABASE_URL 中的主机和端口。",
    ),
    ("timeout", "连接数据库超时。", "检查网络和防火墙，核对 DATABASE_URL 中的主机和端口。"),
    ("No such file or directory", "本机没有运行 PostgreSQL。", "启动数据库，核对 DATABASE_URL。"),
)


def connect(url: str) -> tuple[Connection | None, list[Finding]]:
    """A connection, or why there is none."""
    try:
        # The encoding is asked for, because a database may have one that cannot carry the question.
        opened = psycopg.connect(url, connect_timeout=5, autocommit=True, client_encoding="UTF8")
        return opened, []
    except psycopg.ProgrammingError as trouble:
        return None, [
            Finding(
                ERROR,
                f"DATABASE_URL 写法不对：{trouble}",
                "写成 postgresql://用户:口令@主机:端口/数据库",
            )
        ]
    except psycopg.OperationalError as trouble:
        return None, [_explained(str(trouble).strip(), url)]


def _explained(said: str, url: str) -> Finding:
    name = conninfo_to_dict(url).get("dbname", "")
    if "does not exist" in said and "database" in said:
        return Finding(
            ERROR,
            f"没有名为 {name} 的数据库。",
            f"请数据库管理员执行：CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' "
            "LC_CTYPE 'C.UTF-8' LC_COLLATE 'C';",
        )
    for words, what, mend in REFUSALS:
        if words.lower() in said.lower():
            return Finding(ERROR, f"{what}（{said.splitlines()[-1]}）", mend)
    return Finding(ERROR, f"连不上数据库：{said}", "核对 DATABASE_URL。")


def server_version(connection: Connection) -> Iterator[Finding]:
    """PostgreSQL 15 or newer."""
    major = connection.info.server_version // 10000
    if major < OLDEST_SERVER:
        yield Finding(ERROR, f"PostgreSQL {major} 太旧，需要 15 以上。", "升级数据库。")


def language(connection: Connection) -> Iterator[Finding]:
    """UTF8, and a character type that knows Chinese."""
    encoding, ctype, letters = _row(
        connection,
        "SELECT pg_encoding_to_char(encoding), datctype, '工' ~ '^[[:alpha:]]$'"
        " FROM pg_database WHERE datname = current_database()",
    )
    name = connection.info.dbname
    rebuild = (
        "备份后重建数据库："
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_CTYPE 'C.UTF-8';"
    )
    if encoding != "UTF8":
        yield Finding(ERROR, f"数据库编码是 {encoding}，应为 UTF8。", rebuild)
    if ctype in {"C", "POSIX"} or not letters:
        yield Finding(
            ERROR,
            f"数据库的字符分类（lc_ctype）是 {ctype}，不认识汉字，中文检索会查不到任何结果。",
            rebuild,
        )


def safety(connection: Connection) -> Iterator[Finding]:
    """The server keeps what it acknowledged."""
    for name, loss in (
        ("fsync", "断电会损坏整个数据库"),
        ("full_page_writes", "断电可能损坏数据页"),
    ):
        if _row(connection, f"SHOW {name}")[0] == "off":
            yield Finding(
                ERROR, f"数据库参数 {name} 是 off，{loss}。", f"设置 {name} = on 并重启。"
            )


def clock(connection: Connection) -> Iterator[Finding]:
    """The server's clock and ours agree."""
    theirs = _row(connection, "SELECT clock_timestamp()")[0]
    yield from skew((theirs - datetime.now(UTC)).total_seconds())


def skew(seconds: float) -> Iterator[Finding]:
    """Judge how far the database's clock is ahead of ours."""
    if abs(seconds) > TOLERABLE_SKEW:
        ahead = "快" if seconds > 0 else "慢"
        yield Finding(
            ERROR if abs(seconds) > WORST_SKEW else WARNING,
            f"数据库的时钟比本机{ahead} {abs(seconds):.0f} 秒，期限和审计时间会不准。",
            "两台机器都启用时间同步（timedatectl set-ntp true）。",
        )


def owner_rights(connection: Connection) -> Iterator[Finding]:
    """The user of DATABASE_URL can change tables."""
    user, may_create, may_temp = _row(
        connection,
        "SELECT current_user, has_schema_privilege('public', 'CREATE'),"
        " has_database_privilege(current_database(), 'TEMP')",
    )
    if not may_create:
        yield Finding(
            ERROR,
            f"数据库用户 {user} 不能在 public 中建表，无法更新数据库结构。",
            f"请数据库管理员执行：GRANT CREATE ON SCHEMA public TO {user};",
        )
    if not may_temp:
        yield Finding(
            ERROR,
            f"数据库用户 {user} 不能建立临时表，无法导入。",
            f"请数据库管理员执行：GRANT TEMP ON DATABASE {connection.info.dbname} TO {user};",
        )


def extensions(connection: Connection) -> Iterator[Finding]:
    """The extensions of the tables are there to be created."""
    missing = [
        name
        for name in EXTENSIONS
        if not connection.execute(
            "SELECT 1 FROM pg_available_extensions WHERE name = %s", [name]
        ).fetchone()
    ]
    if missing:
        yield Finding(
            ERROR,
            f"数据库服务器没有扩展 {'、'.join(missing)}。",
            "在数据库服务器上安装 postgresql-contrib。",
        )


def app_role(connection: Connection) -> Iterator[Finding]:
    """The application's role exists, binds, and may do its work and no more."""
    mend = "运行 gonghui migrate。"
    found = connection.execute(
        "SELECT rolsuper OR rolbypassrls, pg_has_role(current_user, oid, 'MEMBER')"
        " FROM pg_roles WHERE rolname = %s",
        [APP],
    ).fetchone()
    if found is None:
        yield Finding(ERROR, f"没有应用角色 {APP}。", mend)
        return
    bypasses, member = found
    if bypasses:
        yield Finding(
            ERROR,
            f"应用角色 {APP} 能绕过行级安全。",
            f"请数据库管理员执行：ALTER ROLE {APP} NOSUPERUSER NOBYPASSRLS;",
        )
    if not member:
        user = connection.info.user
        yield Finding(
            ERROR,
            f"数据库用户 {user} 不能切换为应用角色 {APP}。",
            f"请数据库管理员执行：GRANT {APP} TO {user};",
        )
    else:
        yield from _taken_on_connecting(connection)
    closed = _names(
        connection,
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND NOT has_table_privilege(%s, format('%%I.%%I', schemaname, tablename), 'SELECT')",
    )
    if closed:
        yield Finding(ERROR, f"应用角色不能读取：{'、'.join(closed)}。", mend)
    owned = _names(
        connection,
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = %s",
    )
    if owned:
        yield Finding(
            ERROR,
            f"应用角色是这些表的所有者，行级安全对它无效：{'、'.join(owned)}。",
            f"请数据库管理员执行：REASSIGN OWNED BY {APP} TO {connection.info.user};",
        )
    for table in APPEND_ONLY:
        loose = connection.execute(
            "SELECT has_table_privilege(%s, to_regclass(%s), 'UPDATE')"
            " OR has_table_privilege(%s, to_regclass(%s), 'DELETE')",
            [APP, table, APP, table],
        ).fetchone()
        if loose and loose[0]:
            yield Finding(ERROR, f"应用角色能修改审计表 {table}。", mend)


def _taken_on_connecting(connection: Connection) -> Iterator[Finding]:
    with psycopg.connect(
        connection.info.dsn, password=connection.info.password, options=f"-c role={APP}"
    ) as asking:
        works_as = _row(asking, "SELECT current_user")[0]
    if works_as != APP:
        yield Finding(
            ERROR,
            f"连接时要求的应用角色没有生效，实际以 {works_as} 工作，行级安全对它无效。",
            "连接池（如 PgBouncer）须按会话分配连接，并转交启动参数 options。",
        )


def idle_transactions(connection: Connection) -> Iterator[Finding]:
    """No transaction of ours was left open: it stops vacuum and may hold locks."""
    rows = connection.execute(
        "SELECT pid, usename FROM pg_stat_activity WHERE datname = current_database()"
        " AND state LIKE 'idle in transaction%%'"
        " AND state_change < now() - make_interval(mins => %s)",
        [IDLE_MINUTES],
    ).fetchall()
    for pid, user in rows:
        yield Finding(
            WARNING,
            f"连接 {pid}（{user}）的事务已空闲超过 {IDLE_MINUTES} 分钟，会妨碍清理并占住锁。",
            f"确认后执行：SELECT pg_terminate_backend({pid});",
        )


def connections_left(connection: Connection) -> Iterator[Finding]:
    """Connections the server still has room for."""
    limit, used = _row(
        connection,
        "SELECT current_setting('max_connections')::int,"
        " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')",
    )
    if used > 0.9 * limit:
        yield Finding(
            WARNING,
            f"数据库 {limit} 个连接已用 {used} 个。",
            "增大 max_connections，或减少网页进程和连接池。",
        )
    elif limit < 50:
        yield Finding(NOTE, f"数据库最多 {limit} 个连接。", "多个网页进程时建议 100 以上。")


def _row(connection: Connection, query: str) -> tuple:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row


def _names(connection: Connection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query, [APP]).fetchall()]


CHECKS: tuple[tuple[str, Callable[[Connection], Iterator[Finding]]], ...] = (
    ("数据库版本", server_version),
    ("数据库文字", language),
    ("数据库安全参数", safety),
    ("数据库时钟", clock),
    ("数据库用户权限", owner_rights),
    ("数据库扩展", extensions),
    ("应用角色", app_role),
    ("数据库连接数", connections_left),
    ("未结束的事务", idle_transactions),
)
