"""Limits of frequency, scans, what is told as a security event, and that nobody can unsay it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gonghui.kernel.access.roles import AUDITOR, SECURITY_ADMIN, SYSTEM_ADMIN, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.security import edge, jobs, rates, watching
from gonghui.kernel.security.events import FACTS, Happening, Kind, record
from gonghui.kernel.security.models import EventReview, RateCount, SecurityEvent
from gonghui.kernel.testing.settings import setting_set
from gonghui.site import guarding
from tests.security.ground import records, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    """As if the process had just begun; the minute stands still."""
    rates.forget()
    rates.COUNTS.clock = lambda: 1_800_000_030.0
    yield
    rates.COUNTS.clock = time.time
    rates.forget()


@pytest.fixture
def limited(settings):
    settings.RATE_LIMITS = True


def kinds() -> list[str]:
    """Kinds of events so far, besides those of signing in."""
    told = SecurityEvent.objects.exclude(kind__in=("signed_in", "new_device"))
    return list(told.order_by("pk").values_list("kind", flat=True))


# Frequency


def test_a_person_who_submits_too_often_is_told_when_to_come_back(world, limited):
    client = somebody(world, world.factory)
    with setting_set(rates.UNSAFE.limit, 3):
        codes = [client.post("/w/draft/x/", {"a": "b"}).status_code for _ in range(5)]
        page = client.post("/w/draft/x/", {"a": "b"})
    assert codes == [200, 200, 200, 429, 429]
    assert page["Retry-After"] == "30"
    assert "过于频繁" in page.content.decode()
    assert kinds() == ["rate_limited"]
    assert client.get("/desk/").status_code == 200


def test_programs_are_told_in_json(world, limited):
    client = somebody(world, world.factory)
    with setting_set(rates.API.limit, 1):
        client.get("/api/v1/memberships/")
        answer = client.get("/api/v1/memberships/")
    assert (answer.status_code, answer.json()["type"]) == (429, "urn:gonghui:too_often")


def test_one_address_has_a_limit_of_its_own(limited):
    with setting_set(rates.ADDRESS.limit, 2):
        codes = [Client().get("/signin/", REMOTE_ADDR="10.1.1.1").status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        assert Client().get("/signin/", REMOTE_ADDR="10.1.1.2").status_code == 200


def test_addresses_of_one_subscriber_count_together():
    assert rates.address_key("2001:db8::1") == rates.address_key("2001:db8::ffff")
    assert rates.address_key("2001:db8::1") != rates.address_key("2001:db8:0:1::1")
    assert rates.address_key("nonsense") == "a?"


def test_the_minute_over_the_count_begins_anew():
    counts = rates.Counts(clock=lambda: 59.0)
    assert [counts.add("k"), counts.add("k")] == [1, 2]
    counts.clock = lambda: 60.0
    assert counts.add("k") == 1


def test_two_processes_learn_of_each_other(settings):
    settings.RATE_EXCHANGE_SECONDS = 0
    here, there = (rates.Counts(clock=lambda: 1_800_000_030.0) for _ in range(2))
    for _ in range(5):
        here.add("api:u1")
    here.exchange()
    there.add("api:u1")
    there.exchange()
    assert there.add("api:u1") == 7
    assert RateCount.objects.get().hits == 6


def test_counting_costs_no_query(world, limited, settings):
    client = somebody(world, world.factory)
    client.get("/w/memberships/")
    with CaptureQueriesContext(connection) as with_limits:
        client.get("/w/memberships/")
    settings.RATE_LIMITS = False
    with CaptureQueriesContext(connection) as without:
        client.get("/w/memberships/")
    assert len(with_limits) == len(without)


def test_an_exchange_is_one_statement_and_survives_a_lost_database(settings, monkeypatch):
    settings.RATE_EXCHANGE_SECONDS = 0
    counts = rates.Counts(clock=lambda: 1_800_000_030.0)
    counts.add("a:u1")
    counts.add("b:u1")
    with CaptureQueriesContext(connection) as captured:
        counts.exchange()
    assert sum("security_ratecount" in query["sql"] for query in captured) == 1
    monkeypatch.setattr(rates, "_hand_over", lambda *_: (_ for _ in ()).throw(DatabaseError()))
    counts.add("a:u1")
    counts.exchange()
    assert counts.add("a:u1") == 3


def test_who_scans_is_noticed_and_slowed(world, limited):
    client = somebody(world, world.factory)
    with setting_set(rates.SCAN_REFUSALS, 5), setting_set(rates.ADDRESS.limit, 0):
        for number in range(6):
            client.get(f"/nothing/{number}/")
        assert kinds() == ["scan"]
        user = client.session["_auth_user_id"]
        assert rates.is_slowed(f"u{user}")
        with setting_set(rates.SEARCH.limit, 10):
            codes = [client.get("/pick/unions/?q=x").status_code for _ in range(2)]
    assert codes == [200, 429]
    rates.COUNTS.clock = lambda: 1_800_000_030.0 + 700
    assert not rates.is_slowed(f"u{user}")


# Events


def test_a_denied_person_is_recorded_once_a_minute(world):
    made = records(world, world.factory)
    client = somebody(world, world.jinghu)
    pk = made["memberships"][1].pk
    for _ in range(3):
        assert client.get(f"/w/memberships/{pk}/").status_code == 403
    # Makers of records may have met refusals of their own.
    event = SecurityEvent.objects.get(kind="denied", user_id=client.session["_auth_user_id"])
    assert event.subject == "/w/memberships/<int:pk>/"
    assert event.facts == {"method": "GET", "code": "forbidden", "pk": str(pk)}
    assert event.org_path == world.jinghu.path


def test_refusals_without_a_sign_in_count_only_when_repeated(world):
    client = Client()
    for _ in range(guarding.ANONYMOUS_REFUSALS - 1):
        client.get("/api/v1/memberships/")
    assert kinds() == []
    client.get("/api/v1/memberships/")
    client.get("/api/v1/memberships/")
    assert kinds() == ["denied"]


NAME, NUMBER, PHONE = "欧阳不存在", "340104199005170017", "19912345678"


def test_events_hold_no_personal_data(world):
    """What people type and look up never becomes a fact: only patterns, numbers and codes."""
    member = world.member(world.factory, NAME)
    client = somebody(world, world.jinghu)
    for path in (
        f"/w/memberships/{member.pk}/",
        f"/w/memberships/?q={NAME}&under={world.factory.pk}",
        f"/api/v1/memberships/{member.pk}/?document={NUMBER}",
        f"/w/memberships/{member.pk}/transfer/?mobile={PHONE}",
        f"/nothing/{NAME}/{NUMBER}/",
    ):
        client.get(path)
    client.post(f"/w/memberships/{member.pk}/reveal/", {"reason": f"查 {NUMBER} {PHONE}"})
    kept = str(list(SecurityEvent.objects.values("subject", "facts")))
    assert SecurityEvent.objects.exists()
    for secret in (NAME, NUMBER, PHONE):
        assert secret not in kept
    words = {name for event in SecurityEvent.objects.all() for name in event.facts}
    assert words <= set(FACTS)


def test_large_and_nightly_exports_are_told():
    day, night = (datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in (2, 18))

    def told(rows: int, at: datetime) -> int:
        before = SecurityEvent.objects.count()
        watching.exported(title="会员", rows=rows, user_id=1, name="甲", ip="", path="", at=at)
        return SecurityEvent.objects.count() - before

    assert [told(10, day), told(10_000, day), told(1, night)] == [0, 1, 1]
    with setting_set(watching.NIGHT_TO, 22):
        assert told(1, night) == 0


def test_tampering_with_the_audit_becomes_an_event(world):
    client = somebody(world, world.province)
    client.post("/w/draft/x/", {"a": "b"})
    records(world, world.factory)
    jobs.check_audit()
    assert "tampering" not in kinds()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_append_only")
        Entry.objects.update(actor_name="别人")
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_append_only")
    jobs.check_audit()
    assert kinds().count("tampering") == 1


@pytest.mark.parametrize("statement", ["UPDATE {} SET name = 'x'", "DELETE FROM {}"])
def test_events_are_only_added_to(statement):
    record(Happening(Kind.SCAN, subject="x"))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("security_securityevent"))
    assert SecurityEvent.objects.filter(name="").count() == 1


def test_the_application_may_forget_only_what_is_past_its_term(as_application):
    record(Happening(Kind.SCAN, subject="x"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT security_forget(6)")
        assert cursor.fetchone() == (0,)
    for sql in ("SELECT security_forget(5)", "DELETE FROM security_securityevent"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_old_events_go_with_their_term():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO security_securityevent (kind, severity, at, name, ip, subject, org_path,"
            " facts) VALUES ('scan', 'info', %s, '', '', '', '', '{}')",
            [timezone.now() - timedelta(days=1000)],
        )
        cursor.execute("SELECT security_forget(24)")
        assert cursor.fetchone() == (1,)


def test_counters_past_their_minute_are_cleared():
    RateCount.objects.create(key="1:x", minute=1, hits=1)
    jobs.clear_counters()
    assert not RateCount.objects.exists()


# Pages


@pytest.mark.parametrize("role", [SYSTEM_ADMIN, AUDITOR, VIEWER])
def test_only_the_security_administrator_sees_events(world, role):
    client = Client()
    client.force_login(world.user("某人", (role, world.province)))
    for path in ("/security/", "/w/security-events/", "/api/v1/security-events/"):
        assert client.get(path).status_code == 403


def test_an_event_is_handled_and_stays_as_it_was(world):
    record(Happening(Kind.DENIED, "warning", name="某人", subject="/w/"))
    event = SecurityEvent.objects.get(kind="denied")
    client = Client()
    client.force_login(world.user("安全员", (SECURITY_ADMIN, world.province)))
    assert client.get("/w/security-events/?handled=no").content.decode().count("未处理") >= 2
    page = f"/w/security-events/{event.pk}/handle/"
    assert client.post(page, {"verdict": "confirmed"}).status_code == 422
    answer = client.post(page, {"verdict": "false_alarm", "reason": "本人误点，已电话核实"})
    assert answer.status_code == 302
    review = EventReview.objects.get()
    assert (review.verdict, review.by_name) == ("false_alarm", "安全员")
    entry = Entry.objects.get(action="security.handle")
    assert entry.changes["verdict"]["after"] == "误报"
    shown = client.get(f"/w/security-events/{event.pk}/").content.decode()
    assert "本人误点" in shown
    assert client.get("/security/").status_code == 200
    assert "误报" in client.get("/w/security-events/?handled=false_alarm").content.decode()


def test_a_county_sees_events_of_its_own_tree_alone(world):
    record(Happening(Kind.DENIED, subject="甲", org_path=world.factory.path))
    record(Happening(Kind.DENIED, subject="乙", org_path=world.mill.path))
    record(Happening(Kind.DENIED, subject="丙"))
    seen = {}
    for union in (world.shushan, world.province):
        client = Client()
        client.force_login(world.user("安全员", (SECURITY_ADMIN, union)))
        items = client.get("/api/v1/security-events/?kind=denied").json()["items"]
        seen[union.name] = sorted(item["subject"] for item in items)
    assert seen == {world.shushan.name: ["甲"], world.province.name: ["丙", "乙", "甲"]}


# The edge


def asked(**meta: str) -> HttpRequest:
    request = HttpRequest()
    request.method = "GET"
    request.META = {"REMOTE_ADDR": "10.0.0.1", **meta}
    edge.settle_address(request)
    return request


def test_the_caller_behind_our_proxies_is_found(settings):
    settings.TRUSTED_PROXIES = ("10.0.0.0/24",)
    seen = asked(HTTP_X_FORWARDED_FOR="6.6.6.6, 114.1.1.1, 10.0.0.7").META["REMOTE_ADDR"]
    assert seen == "114.1.1.1"
    assert asked(HTTP_X_FORWARDED_FOR="nonsense").META["REMOTE_ADDR"] == "10.0.0.1"


def test_forwarding_headers_of_others_are_dropped(settings):
    settings.TRUSTED_PROXIES = ("10.0.0.9",)
    request = asked(HTTP_X_FORWARDED_FOR="1.1.1.1", HTTP_X_FORWARDED_PROTO="https")
    assert request.META == {"REMOTE_ADDR": "10.0.0.1"}
    settings.TRUSTED_PROXIES = ()
    assert asked(HTTP_X_FORWARDED_FOR="1.1.1.1").META["REMOTE_ADDR"] == "10.0.0.1"


def test_too_large_a_request_is_refused_unread(world):
    client = somebody(world, world.factory)
    answer = client.generic("POST", "/w/draft/x/", b"", CONTENT_LENGTH=str(200 * 1024 * 1024))
    assert answer.status_code == 413
    assert "Permissions-Policy" in answer
    assert client.generic("POST", "/api/v1/x/", b"", CONTENT_LENGTH="x1").status_code == 413


def test_cookies_over_tls_belong_to_this_host_alone():
    import os
    import subprocess
    import sys

    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from gonghui.site.settings import base as b;"
            "print(b.SESSION_COOKIE_NAME, b.CSRF_COOKIE_NAME, b.SESSION_COOKIE_SECURE,"
            " b.CSRF_COOKIE_SECURE, b.SECURE_HSTS_SECONDS, b.SECURE_HSTS_INCLUDE_SUBDOMAINS,"
            " b.SECURE_SSL_REDIRECT, b.SESSION_COOKIE_HTTPONLY, b.SESSION_COOKIE_SAMESITE)",
        ],
        env={**os.environ, "GONGHUI_HTTPS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert told == [
        *("__Host-session", "__Host-csrf", "True", "True", "31536000", "True", "True", "True"),
        "Lax",
    ]


def test_a_session_ends_for_good(world):
    """A cookie taken before signing out opens nothing afterwards; signing in changes it."""
    client = Client()
    client.get("/signin/")
    user = world.user("某人", (VIEWER, world.factory))
    client.force_login(user)
    taken = client.cookies["sessionid"].value
    thief = Client()
    thief.cookies["sessionid"] = taken
    assert thief.get("/desk/").status_code == 200
    client.post("/signout/")
    assert thief.get("/desk/").status_code in {302, 403}


def test_a_session_given_beforehand_is_not_the_one_that_opens(world):
    """Fixation: the value known before the sign-in is worth nothing after it."""
    fixed = Client()
    fixed.get("/signin/")
    session = fixed.session
    session["planted"] = True
    session.save()
    known = session.session_key
    fixed.cookies["sessionid"] = known
    user = world.user("某人", (VIEWER, world.factory))
    fixed.login(username=user.username, password="word") or fixed.force_login(user)
    assert fixed.cookies["sessionid"].value != known


def test_the_error_of_a_wrong_host_is_not_an_error_of_ours():
    with pytest.raises(DisallowedHost):
        request = HttpRequest()
        request.META = {"HTTP_HOST": "evil.example", "SERVER_PORT": "80"}
        request.get_host()
