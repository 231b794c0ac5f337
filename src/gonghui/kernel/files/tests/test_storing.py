import hashlib
import io
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import RequestFactory
from django.utils import timezone
from PIL import Image

from gonghui.kernel.base.digests import sm3
from gonghui.kernel.base.errors import Conflict, Forbidden, Missing, Refusal
from gonghui.kernel.files import images, jobs, types, views
from gonghui.kernel.files.access import register_owner
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.purposes import Purpose, register_purpose
from gonghui.kernel.files.storing import attach, files_of, release, store
from gonghui.kernel.files.types import DOCX, JPEG, OFD, PDF, PNG, TEXT, WEBP, XLSX, ZIP, sniff

from .conftest import PDF_BYTES, archive, office, picture

SOUND = [
    (PDF_BYTES, PDF),
    (picture(), JPEG),
    (picture("PNG"), PNG),
    (picture("WEBP"), WEBP),
    (office("xl/workbook.xml"), XLSX),
    (office("word/document.xml"), DOCX),
    (archive({"OFD.xml": b"<OFD/>"}), OFD),
    (archive({"a.txt": b"x"}), ZIP),
    ("姓名,手机\n张敏,138".encode(), TEXT),
    ("姓名,手机\n张敏,138".encode("gb18030"), TEXT),
    (b"\xef\xbb\xbf" + "姓名".encode() * 3000, TEXT),
    (("a" + "名" * 3000).encode("gb18030"), TEXT),
]


@pytest.mark.parametrize(("content", "kind"), SOUND)
def test_sniffed(content, kind):
    assert sniff(io.BytesIO(content), len(content)) is kind


def bomb() -> bytes:
    return archive({f"{number}.txt": bytes(30_000_000) for number in range(4)})


HOSTILE = {
    "picture and archive": (lambda: picture() + archive({"a": b"b"}), "polyglot"),
    "pdf and archive": (lambda: PDF_BYTES + archive({"a": b"b"}), "polyglot"),
    "archive behind something": (
        lambda: b"PK\x03\x04junk" + archive({"a": b"b"}, before=b"MZ" * 20),
        "polyglot",
    ),
    "pdf inside a picture": (lambda: picture(comment=b"%PDF-1.4"), "polyglot"),
    "script inside a picture": (lambda: picture(comment=b"<script>alert(1)"), "polyglot"),
    "bomb": (bomb, "bomb"),
    "too many entries": (lambda: archive({str(n): b"" for n in range(10_001)}), "bomb"),
    "macro": (
        lambda: office("xl/workbook.xml", **{"xl/vbaProject.bin": b"x"}),
        "macro",
    ),
    "path upwards": (lambda: archive({"../a": b"x"}), "unsafe_path"),
    "broken archive": (lambda: archive({"a": b"x"})[:-8], "broken"),
    "web page": (lambda: b"  <!DOCTYPE html><p>x", "markup"),
    "old office": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "old_office"),
    "program": (lambda: b"MZ\x90\x00\x03", "unknown_type"),
    "utf-16": (lambda: "姓名".encode("utf-16"), "encoding"),
    "unknown office": (lambda: office("ppt/presentation.xml"), "unknown_type"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_refused(case):
    make, code = HOSTILE[case]
    content = make()
    with pytest.raises(Refusal) as refused:
        sniff(io.BytesIO(content), len(content))
    assert refused.value.code == code


def put(content, name, purpose, user=7, **given) -> StoredFile:
    return store(io.BytesIO(content), purpose=purpose, name=name, uploaded_by_id=user, **given)


@pytest.mark.django_db
def test_stored_under_its_hash_once(anything):
    one = put(PDF_BYTES, "C:\\资料\\章程\u202e.PDF", anything)
    other = put(PDF_BYTES, "另一个.pdf", anything)
    assert (one.name, one.extension, one.size) == ("章程.PDF", "pdf", len(PDF_BYTES))
    assert one.sha256 == hashlib.sha256(PDF_BYTES).hexdigest()
    assert one.sm3 == sm3(PDF_BYTES).hex()
    assert one.path == other.path == f"files/{one.sha256[:2]}/{one.sha256}"
    assert one.key != other.key
    with default_storage.open(one.path) as stored:
        assert stored.read() == PDF_BYTES


@pytest.mark.django_db
def test_half_written_content_is_written_again(anything):
    one = put(PDF_BYTES, "a.pdf", anything)
    with open(default_storage.path(one.path), "wb") as file:
        file.write(PDF_BYTES[:5])
    other = put(PDF_BYTES, "a.pdf", anything)
    assert default_storage.size(other.path) == len(PDF_BYTES)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (PDF_BYTES, "a.jpg", "mismatch"),
        (picture("PNG"), "a.jpg", "mismatch"),
        (PDF_BYTES, "a.exe", "type"),
        (PDF_BYTES, "章程", "name"),
        (b"", "a.pdf", "empty"),
        (PDF_BYTES + bytes(6_000_000), "a.pdf", "too_big"),
        (picture()[:200], "a.jpg", "broken"),
    ],
)
def test_not_stored(anything, content, name, code):
    with pytest.raises(Refusal) as refused:
        put(content, name, anything)
    assert refused.value.code == code
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_a_purpose_takes_only_its_types():
    photo = register_purpose(Purpose("photo", "证件照", (JPEG,), 1_000_000))
    with pytest.raises(Refusal, match=r"“证件照”不接收 .pdf 文件。请上传.jpg、.jpeg。"):
        put(PDF_BYTES, "a.pdf", photo)
    with pytest.raises(ValueError, match="twice"):
        register_purpose(Purpose("photo", "别的", (PDF,), 1))


@pytest.mark.django_db
def test_pictures_lose_their_metadata_and_stand_upright(anything):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "家庭住址"
    file = put(picture(exif=exif, comment=b"secret"), "a.jpg", anything)
    with default_storage.open(file.path) as stored:
        content = stored.read()
    with Image.open(io.BytesIO(content)) as drawn:
        assert drawn.size == (40, 60)
        assert not drawn.getexif()
    assert b"secret" not in content
    with default_storage.open(file.thumbnail_path) as stored, Image.open(stored) as small:
        assert small.format == "JPEG"


@pytest.mark.django_db
def test_thumbnails_are_small_and_flat(anything):
    out = io.BytesIO()
    Image.new("RGBA", (1000, 500), (0, 0, 0, 0)).save(out, "PNG")
    file = put(out.getvalue(), "a.png", anything)
    with default_storage.open(file.thumbnail_path) as stored, Image.open(stored) as small:
        assert small.size == (320, 160)
        assert small.getpixel((5, 5)) == (255, 255, 255)


def test_pixel_limit(monkeypatch):
    monkeypatch.setattr(images, "MOST_PIXELS", 1000)
    with pytest.raises(Refusal) as refused:
        images.redrawn(io.BytesIO(picture()), types.JPEG)
    assert refused.value.code == "too_many_pixels"


@pytest.mark.django_db
def test_attached_by_its_uploader_only(anything):
    file = put(PDF_BYTES, "a.pdf", anything)
    owner = {"owner_kind": "membership.application", "owner_id": 3}
    with pytest.raises(Missing):
        attach(file.key, user_id=8, **owner)
    for _again in range(2):
        attach(file.key, user_id=7, org_path="1.2.", **owner)
    assert [found.key for found in files_of("membership.application", 3)] == [file.key]
    with pytest.raises(Conflict):
        attach(file.key, user_id=7, owner_kind="x", owner_id=4)


def ask(view, key, user_id):
    request = RequestFactory().get("/")
    request.actor = SimpleNamespace(user_id=user_id)
    return view(request, key=key)


@pytest.mark.django_db
def test_download_asks_the_owner(anything):
    file = put(PDF_BYTES, "章程.pdf", anything, owner_kind="t.case", owner_id=3)
    with pytest.raises(Forbidden):
        ask(views.download, file.key, 7)
    register_owner("t.case", lambda actor, file: actor.user_id == 5 and file.owner_id == 3)
    with pytest.raises(Forbidden):
        ask(views.download, file.key, 7)
    with pytest.raises(Missing):
        ask(views.download, uuid4(), 5)
    response = ask(views.download, file.key, 5)
    assert b"".join(response.streaming_content) == PDF_BYTES
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    with pytest.raises(Missing, match="缩略图"):
        ask(views.thumbnail, file.key, 5)


@pytest.mark.django_db
def test_without_an_owner_only_the_uploader_reads(anything):
    file = put(picture(), "a.jpg", anything)
    assert ask(views.thumbnail, file.key, 7)["Content-Type"] == "image/jpeg"
    for other in (8, None):
        with pytest.raises(Forbidden):
            ask(views.download, file.key, other)


@pytest.mark.django_db
def test_infected_files_are_kept_back(anything):
    file = put(PDF_BYTES, "a.pdf", anything)
    StoredFile.objects.update(scan=StoredFile.Scan.INFECTED)
    with pytest.raises(Refusal, match="病毒"):
        ask(views.download, file.key, 7)


@pytest.mark.django_db
def test_left_overs_are_cleared(anything):
    kept = put(PDF_BYTES, "a.pdf", anything, owner_kind="t", owner_id=1)
    put(PDF_BYTES, "b.pdf", anything)
    lost = put(picture(), "a.jpg", anything)
    released = put(PDF_BYTES + b"\n", "c.pdf", anything, owner_kind="t", owner_id=1)
    release(released)
    jobs.clear()
    assert StoredFile.objects.count() == 4
    StoredFile.objects.update(at=timezone.now() - timedelta(days=2))
    StoredFile.objects.filter(owner_kind="", at__lt=timezone.now()).delete()
    assert jobs.clear_contents(timezone.now() - timedelta(days=1)) == 0
    assert jobs.clear_contents(timezone.now() + timedelta(hours=1)) == 3
    assert default_storage.exists(kept.path)
    assert not default_storage.exists(lost.path)
    assert not default_storage.exists(lost.thumbnail_path)
