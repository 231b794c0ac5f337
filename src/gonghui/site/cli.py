"""`gonghui`: the platform's one command-line tool.

Commands that a package brings are Django management commands of the same name (`audit`, `import`,
`seed-scale` …); this tool prepares the environment and the database for them and passes the rest
of the line through. Exit codes: 0 done, 1 refused or found faults, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from typing import NoReturn

from gonghui.site import environment

# Management commands of the packages, with what they do. The hyphen is for the person typing.
PASSED_ON = {
    "import": "导入表格（xlsx、csv）",
    "export": "导出数据",
    "seed-scale": "生成全省规模的测试数据",
    "audit": "审计记录：audit verify 校验是否被篡改，audit export 由审计管理员导出",
    "users": "用户和授权：users open、grant、revoke、list、why，均以 --as 指明的用户办理",
    "migrate": "更新数据库结构、应用角色和代码表",
}
AS_OWNER = {"seed-scale"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of `gonghui`."""
    from gonghui.kernel.base.errors import Refusal
    from gonghui.site.database import DatabaseTrouble
    from gonghui.site.keys import KeysMissing
    from gonghui.site.runner.sole import AlreadyRunning

    try:
        return _main(list(sys.argv[1:] if arguments is None else arguments))
    except (AlreadyRunning, DatabaseTrouble, KeysMissing, Refusal) as trouble:
        print(trouble, file=sys.stderr)
        return 1


def _main(arguments: list[str]) -> int:
    if arguments and arguments[0] == "manage":
        return _manage(arguments[1:])
    if arguments[:1] == ["migrate"]:
        return _migrate(arguments)
    if arguments and arguments[0] in PASSED_ON:
        return _manage([arguments[0].replace("-", "_"), *arguments[1:]], arguments[0] in AS_OWNER)
    options = _parser().parse_args(arguments)
    return options.act(options)


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage, actions, groups, prefix=None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """argparse that speaks Chinese where a person meets it."""

    def __init__(self, **given) -> None:
        super().__init__(**given, add_help=False, formatter_class=_Formatter)
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示帮助")

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"命令写得不对：{message}\n查看用法：{self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="gonghui", description="网上工会平台命令行工具")
    commands = parser.add_subparsers(title="命令", metavar="命令", required=True)

    def command(name: str, text: str, act) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(act=act)
        return made

    run = command("run", "启动平台（数据库、网页、实时消息、后台任务）", _run)
    run.add_argument("--port", type=int, help="网页端口，默认 8000 或环境变量 PORT")
    run.add_argument(
        "--demo",
        action=argparse.BooleanOptionalAction,
        help="是否装入演示数据；默认只在自带数据库中装入",
    )
    demo = command("demo", "装入演示数据（可重复执行）", _demo)
    demo.add_argument("--quiet", action="store_true", help="不列出演示账号")
    command("doctor", "检查这台机器和数据库有什么问题、怎样解决", _doctor)
    command("check", "检查代码、数据库结构、审计记录、配置和会员统计是否一致", _check)
    backup = command("backup", "备份数据库和文件", _backup)
    backup.add_argument("file", help="备份文件，例如 backup.tar")
    backup.add_argument(
        "--with-keys", action="store_true", help="连同加密密钥一起备份（需要设置口令）"
    )
    restore = command("restore", "把备份恢复到空数据库", _restore)
    restore.add_argument("file", help="备份文件")
    restore.add_argument("--with-keys", action="store_true", help="同时恢复备份中的加密密钥")
    for name, text in PASSED_ON.items():
        command(name, text, None)
    command("manage", "执行 Django 管理命令", None)
    return parser


def _run(options: argparse.Namespace) -> int:
    from gonghui.site.runner.serve import run

    return run(options.port, options.demo)


def _demo(options: argparse.Namespace) -> int:
    with _platform():
        from gonghui.site import demo

        demo.load()
        if not options.quiet:
            for sign_in in demo.SIGN_INS:
                print("  ".join(str(part) for part in sign_in))
    return 0


def _doctor(_options: argparse.Namespace) -> int:
    from gonghui.site.doctor import examine

    return examine()


def _check(_options: argparse.Namespace) -> int:
    failed = 0
    with _platform():
        for arguments in (
            ["check", "--database", "default"],
            ["makemigrations", "--check", "--dry-run"],
            ["migrate", "--check"],
            ["audit", "verify"],
            ["check_settings"],
            ["check_counts"],
        ):
            print("gonghui", " ".join(arguments), flush=True)
            failed |= _execute(arguments)
    return failed


def _migrate(arguments: list[str]) -> int:
    with _platform(as_owner=True):
        code = _execute(arguments)
        if code or {"--check", "--plan", "-h", "--help"} & set(arguments):
            return code
        # The code tables and rule parameters belong to this version as its tables do.
        return _execute(["load_codes"])


def _backup(options: argparse.Namespace) -> int:
    with _platform(as_owner=True):
        from gonghui.site.backup import command

        return command(options.file, with_keys=options.with_keys)


def _restore(options: argparse.Namespace) -> int:
    with _platform(as_owner=True, new_keys=False):
        from gonghui.site.restore import command

        return command(options.file, with_keys=options.with_keys)


def _manage(arguments: list[str], as_owner: bool = False) -> int:
    with _platform(as_owner):
        return _execute(arguments)


def _execute(arguments: list[str]) -> int:
    """A management command; its exit code."""
    from django.core.management import ManagementUtility

    try:
        ManagementUtility(["gonghui", *arguments]).execute()
    except SystemExit as leaving:
        if isinstance(leaving.code, str):
            print(leaving.code, file=sys.stderr)
            return 1
        return leaving.code or 0
    return 0


@contextlib.contextmanager
def _platform(as_owner: bool = False, new_keys: bool = True) -> Iterator[None]:
    """Django, set up on a database that answers: the embedded one is started for us if need be.

    new_keys: whether an empty database may get sealing keys of its own.
    """
    import django

    from gonghui.site import keys

    if as_owner:
        os.environ["GONGHUI_DB_ROLE"] = "owner"
    environment.prepare()
    with _database():
        if as_owner and new_keys:
            keys.ensure(os.environ["DATABASE_URL"])
        django.setup()
        yield


@contextlib.contextmanager
def _database() -> Iterator[None]:
    if not environment.is_embedded():
        yield
        return
    from gonghui.site.database import embedded
    from gonghui.site.runner.serve import point_at
    from gonghui.site.runner.sole import sole_run

    cluster = embedded()
    with contextlib.ExitStack() as stack:
        if cluster.server() is None:
            stack.enter_context(sole_run(environment.var() / "run"))
            stack.enter_context(cluster.running(environment.var() / "log" / "database.log"))
        point_at(cluster)
        yield


if __name__ == "__main__":
    sys.exit(main())
