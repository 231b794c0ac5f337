"""`gonghui users`: accounts and grants from the shell, as one user may handle them.

`first` is the way in for a new installation: it makes the first administrators of the province
and works only while fewer than two security administrators are in office.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from gonghui.kernel.access import granting
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.access.commanding import commanding
from gonghui.kernel.access.roles import (
    AUDITOR,
    GRANTABLE,
    ROLES,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
)
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.foundation.users.actions import grants, staff
from gonghui.systems.foundation.users.models import Proposal, Staff, StaffSource
from gonghui.systems.foundation.users.permissions import EXPLAIN, VIEW_STAFF
from gonghui.systems.foundation.users.queries import rights
from gonghui.systems.foundation.users.queries import staff as queries

NAMING = "who acts names the union; the action checks the place"
ENOUGH = 2


class Command(BaseCommand):
    help = (
        "用户和授权：open 开通，grant 授权，revoke 收回，list 列出，why 权限推演，first 首批管理员"
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, title="操作")

        def command(name: str, text: str) -> argparse.ArgumentParser:
            made = commands.add_parser(name, help=text)
            made.add_argument("--as", dest="by", required=True, help="以哪个用户的权限办理")
            return made

        opening = command("open", "开通账号")
        opening.add_argument("username", help="用户名")
        opening.add_argument("--name", required=True, help="姓名")
        opening.add_argument("--union", required=True, help="所属工会：全称或编号")
        opening.add_argument("--title", default="", help="职务")
        giving = command("grant", "授予权限")
        giving.add_argument("username", help="用户名")
        giving.add_argument("--role", required=True, choices=[role.code for role in GRANTABLE])
        giving.add_argument("--union", required=True, help="授权的工会：全称或编号")
        giving.add_argument("--until", type=date.fromisoformat, help="截止日期，如 2026-12-31")
        giving.add_argument("--reason", required=True, help="授权依据")
        taking = command("revoke", "收回权限")
        taking.add_argument("grant", type=int, help="授权编号，见 list")
        taking.add_argument("--reason", required=True, help="理由")
        listing = command("list", "列出管理范围内的用户")
        listing.add_argument("--union", default="", help="只列这个工会及其下级")
        why = command("why", "这名用户能做什么、依据哪项授权")
        why.add_argument("username", help="用户名")
        first = commands.add_parser("first", help="首批省级管理员；在任安全管理员少于两人时才可用")
        first.add_argument("role", choices=["system_admin", "security_admin", "auditor"])
        first.add_argument("username", help="用户名")
        first.add_argument("--name", required=True, help="姓名")

    def handle(self, *args: Any, command: str, **options: Any) -> None:
        work: Callable[[dict[str, Any]], None] = getattr(self, f"_{command}")
        try:
            with transaction.atomic():
                work(options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    @staticmethod
    def _by(options: dict[str, Any]) -> Actor:
        actor = commanding(options["by"])
        raise_wall(actor.wall())
        return actor

    def _open(self, options: dict[str, Any]) -> None:
        by = self._by(options)
        made = staff.open_user(
            _union(options["union"]),
            by=by,
            username=options["username"],
            name=options["name"],
            title=options["title"],
            source=StaffSource.COMMAND,
        )
        self.stdout.write(f"已开通 {made.user.username}，激活地址：{made.invitation}")

    def _grant(self, options: dict[str, Any]) -> None:
        by = self._by(options)
        made = grants.give(
            _union(options["union"]),
            by=by,
            user=_staff(options["username"], by).user_id,
            role=options["role"],
            until=options["until"],
            reason=options["reason"],
        )
        waits = isinstance(made, Proposal)
        self.stdout.write(
            "已提请，等待另一名安全管理员确认。" if waits else f"已授权，编号 {made.pk}。"
        )

    def _revoke(self, options: dict[str, Any]) -> None:
        by = self._by(options)
        rows = granting.Grant.objects.within(by.scope(granting.GRANTING))
        found = rows.filter(pk=options["grant"]).first()
        if found is None:
            raise Missing("没有这项授权，或者不在您的管理范围内。")
        grants.revoke(found, by=by, reason=options["reason"])
        self.stdout.write("已收回。")

    def _list(self, options: dict[str, Any]) -> None:
        by = self._by(options)
        by.require(VIEW_STAFF)
        scope = by.scope(VIEW_STAFF)
        rows = Staff.objects.within(scope).select_related("user", "union").order_by("org_path")
        if options["union"]:
            union = _union(options["union"])
            by.require(VIEW_STAFF, union.path)
            rows = rows.filter(org_path__startswith=union.path)
        for item in rows.iterator(chunk_size=500):
            self.stdout.write(
                f"{item.user.username}  {item.name}  {item.union.name}  "
                f"{item.user.get_status_display()}"
            )

    def _why(self, options: dict[str, Any]) -> None:
        by = self._by(options)
        by.require(EXPLAIN)
        found = _staff(options["username"], by)
        by.require(EXPLAIN, found.org_path)
        held = rights.holdings_of(found.user, timezone.localdate())
        for name, lines in rights.explain(found.user, held, held).systems:
            for line in lines:
                for way in line.ways:
                    until = f"，至 {way.until}" if way.until else ""
                    self.stdout.write(
                        f"{name}  {line.permission.title}  {way.union_name}及下级  "
                        f"{way.title}（编号 {way.grant_id}，{way.giver}授予{until}）"
                    )

    def _first(self, options: dict[str, Any]) -> None:
        raise_wall(Scope.everything())
        root = Union.objects.unscoped(NAMING).filter(parent=None).first()
        if root is None:
            raise Missing("还没有省总工会，不能设立管理员。", remedy="请先建立工会组织。")
        officers = granting.in_force(
            granting.Grant.objects.unscoped(NAMING), timezone.localdate()
        ).filter(union=root, role=SECURITY_ADMIN.code)
        if officers.exclude(user__status__in=granting.SHUT).count() >= ENOUGH:
            raise Refusal(
                "省级安全管理员已有两人在任。",
                rule=granting.TWO_PEOPLE,
                remedy="请由他们在平台上办理。",
            )
        by = platform("机器负责人（首批管理员）", "cli")
        made = staff.open_user(
            root,
            by=by,
            username=options["username"],
            name=options["name"],
            title=ROLES[options["role"]].title,
            source=StaffSource.COMMAND,
        )
        granting.grant(
            made.user,
            {role.code: role for role in (SYSTEM_ADMIN, SECURITY_ADMIN, AUDITOR)}[options["role"]],
            root,
            on=timezone.localdate(),
            by=by,
            reason="首批管理员",
        )
        self.stdout.write(f"已设立，激活地址：{made.invitation}")


def _union(named: str) -> Union:
    rows = Union.objects.unscoped(NAMING).filter(status=UnionStatus.ACTIVE)
    found = list(rows.filter(pk=int(named)) if named.isdecimal() else rows.filter(name=named)[:2])
    if len(found) != 1:
        raise Refusal(
            f"{'没有' if not found else '不止一个'}名为或编号为“{named}”的工会。",
            remedy="请写工会全称；有重名时写编号。",
        )
    return found[0]


def _staff(username: str, by: Actor) -> Staff:
    found = queries.named(by, username)
    if found is None:
        raise Missing(f"在您的管理范围内没有用户“{username}”。")
    return found
