"""Finding a user by name in a form."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.granting import GRANTING
from gonghui.kernel.access.roles import Permission
from gonghui.systems.foundation.users.models import Post, PostState, Staff
from gonghui.systems.foundation.users.permissions import EXPLAIN, FILL_POSTS, VIEW_STAFF

OFFERED = 12
ASKING = {item.code: item for item in (VIEW_STAFF, FILL_POSTS, GRANTING, EXPLAIN)}
"""For which work a user may be looked for."""
IN_BRACKETS = re.compile(r"（([^（）]+)）$")


def label_of(staff: Staff) -> str:
    """How a user stands in a form: the name, and the user name that is theirs alone."""
    return f"{staff.name}（{staff.user.username}）"


def pick_staff(request: HttpRequest) -> HttpResponse:
    """Users in office in the actor's range whose name or user name begins so, for a form field."""
    permission = ASKING.get(request.GET.get("permission", ""), VIEW_STAFF)
    request.actor.require(permission)
    text = request.GET.get("q", "").strip()[:60]
    rows = Staff.objects.within(request.actor.scope(permission)).filter(left_on=None)
    rows = rows.filter(name__startswith=text) | rows.filter(user__username__startswith=text)
    found = rows.select_related("user", "union").order_by("name", "id")[:OFFERED]
    html = "".join(
        format_html(
            '<li role="option" data-id="{}" data-name="{}">{}<small> {}</small></li>',
            staff.user_id,
            label_of(staff),
            label_of(staff),
            staff.union.name,
        )
        for staff in found
    )
    return HttpResponse(html or '<li class="none">没有找到</li>')


class StaffField(forms.CharField):
    """A user found by typing the name; its text is resolved by `staff_named` with the actor."""

    def __init__(self, *, permission: Permission = VIEW_STAFF, **kwargs: Any) -> None:
        self.permission = permission
        widget = forms.TextInput(
            attrs={
                "data-pick": f"/pick/staff/?permission={permission.code}",
                "autocomplete": "off",
                "placeholder": "输入姓名查找",
            }
        )
        kwargs.setdefault("widget", widget)
        super().__init__(**kwargs)


def staff_named(text: str, actor: Actor, permission: Permission) -> Staff:
    """The user of a picked label, a user name or a user id, in the actor's range."""
    rows = Staff.objects.within(actor.scope(permission)).select_related("user", "union")
    inside = IN_BRACKETS.search(text)
    found = list(rows.filter(user__username=inside[1] if inside else text)[:1])
    if not found and text.isdecimal():
        found = list(rows.filter(user_id=int(text))[:1])
    if not found:
        same = list(rows.filter(name=text)[:2])
        found = same if len(same) == 1 else []
    if not found:
        raise ValidationError("没有找到这个用户，请从列出的姓名中选择。", code="unknown_user")
    return found[0]


def pick_posts(request: HttpRequest) -> HttpResponse:
    """Open posts in the actor's range by the name of the post or its union, vacant ones."""
    request.actor.require(FILL_POSTS)
    text = request.GET.get("q", "").strip()[:60]
    rows = Post.objects.within(request.actor.scope(FILL_POSTS)).filter(
        state=PostState.OPEN, holders__lt=F("headcount")
    )
    rows = rows.filter(title__contains=text) | rows.filter(union__name__contains=text)
    found = rows.select_related("union").order_by("org_path", "title")[:OFFERED]
    html = "".join(
        format_html(
            '<li role="option" data-id="{}" data-name="{} {}">{} {}</li>',
            post.pk,
            post.union.name,
            post.title,
            post.union.name,
            post.title,
        )
        for post in found
    )
    return HttpResponse(html or '<li class="none">没有找到</li>')
