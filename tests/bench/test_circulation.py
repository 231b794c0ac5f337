"""A document to every union below in batches, beside one INSERT … SELECT of the same rows."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.office.circulation.actions import dispatching, issuing
from gonghui.systems.office.circulation.models import Number, Outgoing, Series

pytestmark = pytest.mark.django_db
FLOOR = [
    """
    INSERT INTO circulation_delivery (union_id, org_path, city_id, county_id, document_id,
        sender_id, copy, state, sent_at, due_on, received_by, recall_reason, urged, version)
    SELECT id, path, city_id, county_id, %(document)s, %(sender)s, false, 'sent', now(),
        current_date, '', '', 0, 1
    FROM org_union WHERE status = 'active' AND path > %(path)s AND path < %(end)s
    """,
    """
    INSERT INTO notify_todo (kind, title, link, org_path, union_id, permission, target_type,
        target_id, due_at, created)
    SELECT 'floor', %(title)s, '/w/deliveries/' || id || '/', org_path, union_id,
        'deliveries.receive', 'bench.delivery', id::text, now(), now()
    FROM circulation_delivery WHERE document_id = %(document)s
    """,
]


class Undone(Exception):
    """Takes back what was measured."""


def sealed(province: Union) -> Outgoing:
    """A document of the province ready to go out."""
    series = Series(prefix="测工发")
    series.place_at(province)
    series.save()
    now = timezone.now()
    number = Number(
        series=series, year=now.year, serial=1, text="测工发1号", title="测试", taken_at=now
    )
    number.place_at(province)
    number.save()
    user = User.objects.create_user("bench-drafter", "word", display_name="测试")
    document = Outgoing(
        kind="notice",
        title="关于测量分发的通知",
        body="正文",
        series=series,
        number=number,
        number_text=number.text,
        state="sealed",
        drafter=user,
        drafted_at=now - timedelta(days=1),
        signed_at=now,
    )
    document.place_at(province)
    document.save()
    return document


def measure(province: Union) -> tuple[int, float, float, float]:
    """How many unions, seconds of the first batch, of all, and of the floor; nothing stays."""
    found: list[float] = []
    try:
        with transaction.atomic():
            raise_wall(Scope.everything())
            document = sealed(province)
            began = time.perf_counter()
            issuing.distribute(document, by=platform("测量"), group="all")
            found.append(time.perf_counter() - began)
            while dispatching.run_next():
                pass
            found.append(time.perf_counter() - began)
            count = document.deliveries.unscoped("bench").count()
            raise Undone
    except Undone:
        pass
    try:
        with transaction.atomic():
            raise_wall(Scope.everything())
            values: dict[str, Any] = {
                "document": sealed(province).pk,
                "sender": province.pk,
                "path": province.path,
                "end": province.path[:-1] + "/",
                "title": "签收来文：关于测量分发的通知",
            }
            began = time.perf_counter()
            with connection.cursor() as cursor:
                for statement in FLOOR:
                    cursor.execute(statement, values)
            found.append(time.perf_counter() - began)
            raise Undone
    except Undone:
        pass
    first, whole, floor = found
    return count, first, whole, floor


def test_a_document_to_every_union(report: Any) -> None:
    rows = Union.objects.unscoped("bench")
    province = rows.filter(kind=UnionKind.PROVINCE).order_by("id")[0]
    count, first, whole, floor = measure(province)
    report.add(f"distribution to {count:,} unions, all batches", whole, floor, "–", "s")
    report.note("distribution: the action and its first batch", first, "≤ 2", "s")
