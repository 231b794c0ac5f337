"""Calls to other hosts: where they may go, and that what was checked is what is called."""

import gzip
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import httpx
import pytest

from gonghui.kernel.security import outgoing
from gonghui.kernel.security.models import SecurityEvent

pytestmark = pytest.mark.django_db


class Service(BaseHTTPRequestHandler):
    """A service of one's own network."""

    def do_GET(self):
        self.server.seen.append((self.headers["Host"], self.path))
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", self.path.partition("to=")[2])
            self.end_headers()
            return
        body = b"x" * 5000 if self.path == "/large" else b"there"
        self.send_response(200)
        if self.path == "/packed":
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def service(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.OUTGOING_PRIVATE = (f"127.0.0.1:{server.server_port}",)
    server.base = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()


def resolving(monkeypatch, *answers):
    """Make the name service give these addresses, one lookup after the other."""
    left = list(answers)
    asked = []
    known = socket.getaddrinfo

    def answer(host, port, *args, **kwargs):
        if host[0].isdigit():
            return known(host, port, *args, **kwargs)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (left.pop(0), port))]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", answer)
    return asked


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("file:///etc/passwd", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("gopher://example.com/", "scheme"),
        ("//example.com/", "scheme"),
        ("https:///x", "scheme"),
        ("http://example.com/", "plain"),
        ("https://user:pass@example.com/", "userinfo"),
        ("https://example.com@10.0.0.1/", "userinfo"),
        ("https://2130706433/", "host"),
        ("https://0177.0.0.1/", "address"),
        ("https://0x7f.0.0.1/", "host"),
        ("https://0x7f000001/", "host"),
        ("https://127.1/", "host"),
        ("https://127.0.0.1/", "private"),
        ("https://0.0.0.0/", "private"),
        ("https://10.1.2.3/", "private"),
        ("https://172.16.0.1/", "private"),
        ("https://192.168.1.1/", "private"),
        ("https://100.64.0.1/", "private"),
        ("https://169.254.169.254/latest/meta-data/", "private"),
        ("https://224.0.0.1/", "private"),
        ("https://255.255.255.255/", "private"),
        ("https://[::1]/", "private"),
        ("https://[::]/", "private"),
        ("https://[fe80::1]/", "private"),
        ("https://[fd00::1]/", "private"),
        ("https://[fd00:ec2::254]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://[::ffff:10.0.0.1]/", "private"),
        ("https://[64:ff9b::7f00:1]/", "private"),
        ("https://[2002:7f00:1::]/", "private"),
        ("https://localhost/", "private"),
    ],
)
def test_refused_addresses(url, code):
    with pytest.raises(outgoing.Refused) as refused:
        outgoing.request("GET", url, party="probe")
    assert refused.value.code == code
    event = SecurityEvent.objects.get(kind="outgoing_refused")
    assert (event.subject, event.facts["why"]) == ("probe", code)
    assert "pass" not in str(event.facts)


def test_addresses_of_the_open_network_are_public():
    for address in ("114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8"):
        assert outgoing.is_public(ip_address(address)), address


def test_metadata_and_link_local_stay_closed_even_when_listed(settings):
    settings.OUTGOING_PRIVATE = ("169.254.169.254:80", "0.0.0.0:80", "224.0.0.1:80")
    for host in ("169.254.169.254", "0.0.0.0", "224.0.0.1"):
        with pytest.raises(outgoing.Refused):
            outgoing.request("GET", f"http://{host}/", party="probe")


def test_a_listed_service_is_called(service):
    answer = outgoing.request("GET", service.base + "/x", party="probe", params={"q": "1"})
    assert (answer.status_code, answer.text) == (200, "there")
    assert service.seen == [(service.base.removeprefix("http://"), "/x?q=1")]


def test_only_the_listed_port(service, settings):
    settings.OUTGOING_PRIVATE = ("127.0.0.1:1",)
    with pytest.raises(outgoing.Refused):
        outgoing.request("GET", service.base, party="probe")
    settings.OUTGOING_PRIVATE = ("127.0.0.1:*",)
    assert outgoing.request("GET", service.base, party="probe").is_success


def test_a_name_is_resolved_once_and_called_where_it_was_checked(service, settings, monkeypatch):
    port = service.server_port
    settings.OUTGOING_PRIVATE = (f"inner.example:{port}",)
    asked = resolving(monkeypatch, "127.0.0.1", "10.9.9.9")
    answer = outgoing.request("GET", f"http://inner.example:{port}/", party="probe")
    assert answer.text == "there"
    # One question; the second answer, which points elsewhere, is never asked for.
    assert asked == ["inner.example"]
    assert service.seen == [(f"inner.example:{port}", "/")]


def test_a_public_name_pointing_inward_is_refused(monkeypatch):
    resolving(monkeypatch, "10.0.0.8")
    with pytest.raises(outgoing.Refused):
        outgoing.request("GET", "https://partner.example/", party="probe")


def test_tls_is_asked_for_by_name(monkeypatch):
    resolving(monkeypatch, "203.0.114.9")
    seen = {}

    def send(self, request, **_):
        seen.update(
            host=request.url.host,
            name=request.headers["host"],
            sni=request.extensions["sni_hostname"],
        )
        raise httpx.ConnectError("nobody")

    monkeypatch.setattr(httpx.Client, "send", send)
    with pytest.raises(outgoing.Unreachable):
        outgoing.request("GET", "https://partner.example/", party="probe")
    assert seen == {"host": "203.0.114.9", "name": "partner.example", "sni": "partner.example"}


def test_redirects_stay_on_the_host(service):
    plain = outgoing.request("GET", f"{service.base}/away?to=/x", party="probe")
    assert plain.status_code == 302
    followed = outgoing.request("GET", f"{service.base}/away?to=/x", party="probe", follow=True)
    assert (followed.status_code, service.seen[-1][1]) == (200, "/x")
    for target in ("https://10.0.0.1/", "https://example.com/", "file:///etc/passwd"):
        with pytest.raises(outgoing.Refused):
            outgoing.request("GET", f"{service.base}/away?to={target}", party="probe", follow=True)
    with pytest.raises(outgoing.Refused):
        loop = f"{service.base}/away?to=/away?to=/away?to=/away?to=/away?to=/x"
        outgoing.request("GET", loop, party="probe", follow=True)


def test_size_and_packing_are_bounded(service):
    with pytest.raises(outgoing.Refused) as refused:
        outgoing.request("GET", f"{service.base}/large", party="probe", max_bytes=1000)
    assert refused.value.code == "too_large"
    with pytest.raises(outgoing.Refused) as refused:
        outgoing.request("GET", f"{service.base}/packed", party="probe")
    assert refused.value.code == "packed"


def test_proxies_of_the_environment_are_not_used(service, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert outgoing.request("GET", service.base, party="probe").is_success


def test_nobody_there_is_a_refusal_of_its_own(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.OUTGOING_PRIVATE = (f"127.0.0.1:{port}",)
    with pytest.raises(outgoing.Unreachable):
        outgoing.request("GET", f"http://127.0.0.1:{port}/", party="probe", timeout=2)


def test_arguments_that_would_open_the_guard_are_not_taken():
    for name in ("verify", "follow_redirects", "extensions", "proxy"):
        with pytest.raises(TypeError):
            outgoing.request("GET", "https://example.com/", party="probe", **{name: False})


def test_the_usual_port_of_a_scheme_is_a_port(monkeypatch):
    opened = []
    monkeypatch.setattr(outgoing, "_open", lambda target, *_: opened.append(outgoing._port(target)))
    outgoing.connect("8.8.8.8:443", party="test", encrypted=True)
    assert opened == [443]
    with pytest.raises(outgoing.Refused, match="缺少端口"):
        outgoing.connect("8.8.8.8", party="test", encrypted=True)
