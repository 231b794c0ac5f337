"""The SMS carrier and WeChat over real HTTP, well and failing."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import clear_url_caches, include, path

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config import memory
from gonghui.kernel.identity import wechat
from gonghui.kernel.identity.models import User, WeChatBinding
from gonghui.kernel.notify import sms
from gonghui.kernel.notify.models import TextMessage
from gonghui.site import urls
from gonghui.site.simulators import sms as carrier
from gonghui.site.simulators import wechat as open_platform
from gonghui.site.simulators.keeping import state

urlpatterns = [
    *urls.urlpatterns,
    path("simulators/", include("gonghui.site.simulators.sms")),
    path("simulators/", include("gonghui.site.simulators.wechat")),
]
PASSWORD = "Zhulin-88-shan"


@pytest.fixture
def served(live_server, settings, monkeypatch, tmp_path):
    """The simulators on a port of their own, and the settings that lead there."""
    settings.ROOT_URLCONF = __name__
    clear_url_caches()
    monkeypatch.setenv("GONGHUI_VAR", str(tmp_path))
    settings.OUTGOING_PRIVATE = (urlsplit(live_server.url).netloc,)
    values = {
        "sms.address": f"{live_server.url}/simulators/sms",
        "wechat.app_id": "simulated",
        "wechat.address": f"{live_server.url}/simulators/wechat",
        "wechat.authorize_address": f"{live_server.url}/simulators/wechat",
    }
    real = memory.look_up
    monkeypatch.setattr(
        memory, "look_up", lambda code, path: values[code] if code in values else real(code, path)
    )
    yield live_server.url
    clear_url_caches()


def become(name: str, mood: str) -> None:
    fresh = carrier.FRESH if name == "sms" else open_platform.FRESH
    with state(name, fresh) as known:
        known["mood"] = mood


def delivered() -> list[str]:
    with state("sms", carrier.FRESH) as known:
        return [item["text"] for item in known["messages"]]


@pytest.mark.django_db(transaction=True)
def test_texts_arrive_once_whatever_the_carrier_does(served):
    sms.queue("13812345678", "第一条", "code")
    sms.send(pk=TextMessage.objects.latest("pk").pk)
    assert delivered() == ["第一条"]
    # Taken, but answered with an error: sent again under the same key, delivered once.
    become("sms", "forgetful")
    sms.queue("13812345678", "第二条", "code")
    row = TextMessage.objects.latest("pk")
    with pytest.raises(sms.CarrierTrouble):
        sms.send(pk=row.pk)
    sms.send(pk=row.pk)
    row.refresh_from_db()
    assert (row.state, row.tries) == ("sent", 2) and delivered().count("第二条") == 1
    become("sms", "broken")
    sms.queue("13812345678", "第三条", "code")
    row = TextMessage.objects.latest("pk")
    with pytest.raises(sms.CarrierTrouble):
        sms.send(pk=row.pk)
    row.refresh_from_db()
    assert row.state == "queued" and "500" in row.fault
    become("sms", "refusing")
    sms.send(pk=row.pk)
    row.refresh_from_db()
    assert row.state == "failed" and row.text_sealed is None


def through_wechat(client: Client, start: str, who: str = "a"):
    """Go to WeChat's page, scan as somebody, come back."""
    away = client.get(start)["Location"].partition("#")[0]
    asked = parse_qs(urlsplit(away).query)
    assert asked["response_type"] == ["code"] and asked["scope"] == ["snsapi_login"]
    phone = Client()
    query = urlsplit(away).query
    scanned = phone.get(f"/simulators/wechat/connect/scan?{query}&who={who}")
    return client.get(urlsplit(scanned["Location"])._replace(scheme="", netloc="").geturl())


@pytest.mark.django_db(transaction=True)
def test_wechat_binds_signs_in_and_is_unbound(served):
    user = User.objects.create_user("linan", PASSWORD, display_name="林安")
    stranger = Client()
    page = through_wechat(stranger, "/signin/wechat/")
    assert page.status_code == 403 and "还没有绑定账号" in page.content.decode()
    client = Client()
    client.force_login(user)
    assert through_wechat(client, "/account/wechat/?do=bind").status_code == 302
    assert WeChatBinding.objects.get().openid == "simulated-openid-a"
    back = Client()
    answer = through_wechat(back, "/signin/wechat/?next=/account/records/")
    assert answer["Location"] == "/account/records/"
    assert back.get("/account/").status_code == 200
    other = Client()
    other.force_login(User.objects.create_user("other", PASSWORD, display_name="外人"))
    assert through_wechat(other, "/account/wechat/?do=bind").status_code == 409
    client.post("/account/wechat/")
    assert not WeChatBinding.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mood", ["broken", "expired", "wrong_state", "lying"])
def test_what_wechat_does_not_confirm_signs_nobody_in(served, mood):
    user = User.objects.create_user("linan", PASSWORD, display_name="林安")
    wechat.bind(user, "simulated-openid-a", "")
    become("wechat", mood)
    client = Client()
    assert through_wechat(client, "/signin/wechat/").status_code == 422
    assert client.get("/account/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_a_code_or_state_used_before_is_refused(served):
    user = User.objects.create_user("linan", PASSWORD, display_name="林安")
    wechat.bind(user, "simulated-openid-a", "")
    become("wechat", "reused")
    assert through_wechat(Client(), "/signin/wechat/").status_code == 302
    assert through_wechat(Client(), "/signin/wechat/").status_code == 422
    become("wechat", "well")
    client = Client()
    assert client.get("/signin/wechat/back/?code=x&state=y").status_code == 422
    with state("wechat", open_platform.FRESH) as known:
        last = known["last"]
    with pytest.raises(Refusal):
        wechat.exchange(last)


@pytest.mark.django_db
def test_the_simulator_sends_nobody_elsewhere(settings):
    settings.ROOT_URLCONF = __name__
    clear_url_caches()
    page = Client().get(
        "/simulators/wechat/connect/qrconnect?redirect_uri=https://evil.example/&state=1"
    )
    assert page.status_code == 404
    clear_url_caches()


def test_simulators_are_served_only_where_asked_for(settings):
    served = any("simulators" in str(item.pattern) for item in urls.urlpatterns)
    assert served == bool(settings.SIMULATORS)
