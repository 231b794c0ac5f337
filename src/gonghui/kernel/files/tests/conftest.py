import io
import zipfile

import pytest
from PIL import Image

from gonghui.kernel.files import access, purposes
from gonghui.kernel.files.purposes import Purpose
from gonghui.kernel.files.types import DOCX, JPEG, PDF, PNG, TEXT, WEBP, XLSX, ZIP

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"


@pytest.fixture(autouse=True)
def own_ground(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    monkeypatch.setattr(access, "_owners", {})
    monkeypatch.setattr(purposes, "_purposes", {})


@pytest.fixture
def anything():
    kinds = (PDF, JPEG, PNG, WEBP, XLSX, DOCX, ZIP, TEXT)
    return purposes.register_purpose(Purpose("any", "附件", kinds, 5_000_000))


def picture(format="JPEG", size=(60, 40), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, format, **options)
    return out.getvalue()


def archive(entries: dict[str, bytes], before=b"") -> bytes:
    out = io.BytesIO()
    out.write(before)
    with zipfile.ZipFile(out, "a" if before else "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


def office(part: str, **more: bytes) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", part: b"<x/>", **more})
