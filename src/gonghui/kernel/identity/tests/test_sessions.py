import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.identity import accounts, limiting, qr, sessions
from gonghui.kernel.identity.models import QrSignIn, Session
from gonghui.kernel.identity.tests.conftest import is_in, sign_in
from gonghui.kernel.security.limits import failures

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended():
    """What callbacks were told."""
    found = []

    def note(user_id, sid):
        found.append((user_id, sid))

    sessions.on_ended(note)
    yield found
    sessions._callbacks.remove(note)


def signed_in():
    client = Client()
    assert sign_in(client).status_code == 302
    assert is_in(client)
    return client, client.session[sessions.KEY]["sid"]


def test_list_and_ending_one_and_others(user, ended):
    here, mine = signed_in()
    there, theirs = signed_in()
    third, _ = signed_in()
    page = here.get("/account/sessions/").content.decode()
    assert page.count("结束") >= 2 and "当前登录" in page
    here.post("/account/sessions/", {"sid": theirs})
    assert not is_in(there) and is_in(third)
    here.post("/account/sessions/", {"do": "others"})
    assert not is_in(third) and is_in(here)
    assert (user.pk, theirs) in ended and len(ended) == 2
    here.post("/account/sessions/", {"sid": mine})
    assert is_in(here)


def test_nobody_ends_the_session_of_another(user, ended):
    from gonghui.kernel.identity.models import User

    User.objects.create_user("other", "Zhulin-88-shan", display_name="外人")
    _, sid = signed_in()
    stranger = Client()
    sign_in(stranger, username="other")
    stranger.post("/account/sessions/", {"sid": sid})
    assert ended == [] and Session.objects.get(sid=sid).ended_at is None


def test_sid_stays_when_the_key_rotates(user):
    client, sid = signed_in()
    key = client.session.session_key
    client.post("/account/verify/", {"step_up": "password", "step_up_password": "Zhulin-88-shan"})
    assert client.session.session_key != key
    assert client.session[sessions.KEY]["sid"] == sid
    assert Session.objects.get(sid=sid).session_key == client.session.session_key
    assert sessions.end_session(sid, why="administrator") and not is_in(client)
    assert not sessions.end_session(sid, why="administrator")


def test_idle_and_absolute_limits(user, later, ended):
    idle, _ = signed_in()
    later(days=3)
    assert is_in(idle)
    later(days=8)
    assert not is_in(idle)
    busy, sid = signed_in()
    for _ in range(8):
        later(days=4)
        last = is_in(busy)
    assert not last
    assert Session.objects.get(sid=sid).ended_why == "longest"
    assert len(ended) == 2


def test_sweep_ends_what_nobody_uses(user, later, ended):
    _, sid = signed_in()
    assert sessions.end_expired(timezone.now()) == 0
    later(days=31)
    assert sessions.end_expired(timezone.now()) == 1
    assert ended == [(user.pk, sid)]


def test_closing_an_account_ends_its_sessions(user, ended):
    client, sid = signed_in()
    accounts.suspend(user)
    assert not is_in(client) and ended == [(user.pk, sid)]


def test_signing_in_as_somebody_else_ends_the_former_session(user, ended):
    from gonghui.kernel.identity.models import User

    User.objects.create_user("other", "Zhulin-88-shan", display_name="外人")
    client, sid = signed_in()
    sign_in(client, username="other")
    assert ended == [(user.pk, sid)]


def scanned(desktop):
    page = desktop.get("/signin/qr/?next=/account/records/")
    assert page.status_code == 200
    return desktop.session["qr"][0]


def test_qr_sign_in(user):
    desktop, (phone, _) = Client(), signed_in()
    token = scanned(desktop)
    assert "等待" in desktop.get("/signin/qr/state/").content.decode()
    assert phone.get(f"/signin/scan/{token}/").status_code == 200
    assert "已扫描" in desktop.get("/signin/qr/state/").content.decode()
    phone.post(f"/signin/scan/{token}/", {"do": "confirm"})
    answer = desktop.get("/signin/qr/state/")
    assert answer.status_code == 204 and answer["HX-Redirect"] == "/account/records/"
    assert is_in(desktop)
    assert desktop.get("/signin/qr/state/").status_code == 200


def test_a_qr_code_serves_only_the_browser_that_asked_and_once(user, later):
    desktop, thief, (phone, _) = Client(), Client(), signed_in()
    token = scanned(desktop)
    scanned(thief)
    phone.get(f"/signin/scan/{token}/")
    phone.post(f"/signin/scan/{token}/", {"do": "confirm"})
    thief.get("/signin/qr/state/")
    assert not is_in(thief)
    desktop.get("/signin/qr/state/")
    assert phone.get(f"/signin/scan/{token}/").status_code == 404
    assert QrSignIn.objects.filter(state="used").count() == 1
    token = scanned(desktop)
    later(minutes=3)
    assert phone.get(f"/signin/scan/{token}/").status_code == 404


def test_confirming_without_scanning_and_refusing(user):
    desktop, (phone, _) = Client(), signed_in()
    token = scanned(desktop)
    assert phone.post(f"/signin/scan/{token}/", {"do": "confirm"}).status_code == 422
    phone.get(f"/signin/scan/{token}/")
    phone.post(f"/signin/scan/{token}/", {"do": "refuse"})
    assert "已拒绝" in desktop.get("/signin/qr/state/").content.decode()


def test_guessing_qr_tokens_is_locked(user):
    desktop, (phone, _) = Client(), signed_in()
    token = scanned(desktop)
    for n in range(10):
        assert phone.get(f"/signin/scan/guess{n}/").status_code == 404
    assert failures(limiting.QR, str(user.pk)) == 10
    assert phone.get(f"/signin/scan/{token}/").status_code == 429
    assert qr.forget_old(timezone.now()) == 0
