"""Users and rights: records of the accounts, posts, a delegation, a grant that ends, a review."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.identity.models import Status, User
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, union_named, years_before
from gonghui.systems.foundation.users.actions import grants, posts, reviews, staff
from gonghui.systems.foundation.users.models import Post, ReviewItem, Staff

SYSTEM, SECURITY = "hefei-xitong", "hefei-anquan"
CLERK = "shushan-zuzhi"
OFFICERS = (
    (CLERK, "佘明远", "组织部", "干事"),
    ("shushan-quanyi", "裴小满", "权益保障部", "干事"),
)


def settle() -> None:
    """What the two administrators of users find on their pages."""
    _records()
    _posts()
    _officers()
    _lend()
    _ask()
    _review()


def _records() -> None:
    """The record of every account that works for a union."""
    opened = years_before(timezone.localdate(), 2)
    for account in cast.ACCOUNTS:
        if not account.roles:
            continue
        user = User.objects.get(username=account.username)
        record = Staff(user=user, name=user.display_name, title="干部", opened_on=opened)
        record.place_at(union_named(account.union))
        record.save()
    User.objects.filter(username__in=[a.username for a in cast.ACCOUNTS]).update(
        last_login=timezone.now() - timedelta(days=1)
    )


def _posts() -> None:
    province = union_named(cast.PROVINCE)
    with living_on(days_ago(60), 10):
        for kind, title, roles in (
            ("30", "组织部干事", ["handler"]),
            ("20", "网络工作部部长", ["approver", "viewer"]),
        ):
            made = posts.create_template(
                province, by=acting("anhui-xitong"), kind=kind, title=title, headcount=2
            )
            posts.set_template_roles(
                made, by=acting("anhui-anquan"), roles=roles, reason="皖工办〔2026〕12号"
            )
            made.refresh_from_db()
            posts.apply_template(made, by=acting("anhui-xitong"))


def _officers() -> None:
    shushan, today = union_named(cast.SHUSHAN), timezone.localdate()
    post = Post.objects.unscoped(DEMO).get(union=shushan, title="组织部干事")
    password = make_password(cast.PASSWORD)
    for number, (username, name, department, title) in enumerate(OFFICERS):
        with living_on(days_ago(40 - number), 10):
            made = staff.open_user(
                shushan,
                by=acting(SYSTEM),
                username=username,
                name=name,
                department=department,
                title=title,
                number=f"SS{number + 17:03d}",
            )
            User.objects.filter(pk=made.user_id).update(
                password=password, status=Status.ACTIVE, is_active=True, last_login=timezone.now()
            )
            posts.appoint(
                post,
                by=acting(SYSTEM),
                staff=made.pk,
                from_on=timezone.localdate(),
                until_on=today + timedelta(days=20) if number else None,
                document="蜀工干〔2026〕5号",
            )
            post.refresh_from_db()
    with living_on(days_ago(300), 10):
        staff.open_user(
            union_named(cast.HEFEI),
            by=acting(SYSTEM),
            username="hefei-jiediao",
            name="司马青",
            title="借调人员",
        )
    clerk = User.objects.get(username=CLERK)
    with living_on(days_ago(12), 15):
        grants.give(
            union_named(cast.LUYANG),
            by=acting(SECURITY),
            user=clerk.pk,
            role="viewer",
            until=today + timedelta(days=5),
            reason="交叉检查会员实名制数据",
            document="合工办〔2026〕31号",
        )


def _lend() -> None:
    taker = User.objects.get(username=CLERK)
    with living_on(days_ago(2), 16):
        today = timezone.localdate()
        grants.delegate(
            union_named(cast.SHUSHAN),
            by=acting("shushan-quzong"),
            taker=taker.pk,
            roles=["approver"],
            from_on=today,
            until_on=today + timedelta(days=12),
            reason="赴外地参加工会干部培训",
        )


def _ask() -> None:
    """A proposal that waits for the second administrator, a change that waits to be checked."""
    member = Staff.objects.unscoped(DEMO).get(user__username=CLERK)
    staff.ask_change(member, by=acting(CLERK), department="组织部", title="副主任科员")
    with living_on(days_ago(3), 11):
        made = staff.open_user(
            union_named(cast.PROVINCE),
            by=acting("anhui-xitong"),
            username="anhui-shenji-b",
            name="闵思源",
            title="审计员（备岗）",
        )
        grants.give(
            union_named(cast.PROVINCE),
            by=acting("anhui-anquan"),
            user=made.user_id,
            role="auditor",
            reason="审计管理员设备岗",
        )


def _review() -> None:
    with living_on(days_ago(6), 9):
        review = reviews.open_review(union_named(cast.PROVINCE), by=platform("授权复核"))
    with living_on(days_ago(4), 14):
        rows = ReviewItem.objects.unscoped(DEMO).filter(review=review).select_related("union")
        below = rows.filter(org_path__startswith=union_named(cast.SHUSHAN).path)
        for item in list(below.exclude(user_name="佘明远").order_by("pk")[:3]):
            reviews.confirm(item, by=acting(SECURITY), note="岗位未变")
