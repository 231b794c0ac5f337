"""A system that takes users and rights from Hefei (a simulator), and one that sends its own in."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from gonghui.site.demo import cast
from gonghui.site.demo.stage import acting, days_ago, living_on, union_named
from gonghui.systems.foundation.users.actions import provisioning as actions

PORTAL = "/simulators/scim/v2"


def connect() -> None:
    """Registered by the city's system administrator, approved by its security administrator."""
    hefei = union_named(cast.HEFEI)
    system, security = acting("hefei-xitong"), acting("hefei-anquan")
    with living_on(days_ago(40)):
        source = actions.register_source(
            hefei,
            by=system,
            name="市总工会人事系统",
            keeper="组织部",
            roles=["handler", "viewer"],
            note="干部入职、调动和离任时同步账号",
        )
        token = actions.issue(
            source, by=system, valid_to=timezone.localdate() + timedelta(days=180)
        )
    with living_on(days_ago(39)):
        actions.approve_token(token, by=security, answer="范围和角色符合需要")
    # A second one that waits for approval.
    actions.issue(source, by=system, valid_to=timezone.localdate() + timedelta(days=300))
    # Approved today: simulators keep nothing from before the platform was started.
    portal = actions.register_target(
        hefei,
        by=system,
        name="市总工会门户网站",
        keeper="宣教部",
        address=PORTAL,
        secret="demo",
        attributes=["union", "post", "roles"],
        note="门户后台按本平台的权限分配栏目",
    )
    actions.approve_target(portal, by=security, answer="只推送必需内容")
