import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as current
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from gonghui.kernel.base.errors import Conflict, Forbidden, Missing, Refusal
from gonghui.kernel.files import jobs, uploads, views
from gonghui.kernel.files.models import StoredFile, Upload

from .conftest import PDF_BYTES

CONTENT = PDF_BYTES.replace(b"trailer", b"%" + b"x" * 3000 + b"\ntrailer")


def begun(purpose) -> Upload:
    return uploads.begin(purpose=purpose, name="章程.pdf", size=len(CONTENT), user_id=7)


@pytest.mark.django_db(transaction=True)
def test_in_pieces(anything):
    upload = begun(anything)
    assert uploads.append(upload, 0, CONTENT[:1000]) == 1000
    assert uploads.append(upload, 0, CONTENT[:1000]) == 1000
    with pytest.raises(Conflict, match="已收到 1000 字节"):
        uploads.append(upload, 2000, CONTENT[2000:])
    with pytest.raises(Conflict, match="只收到 1000 字节"):
        uploads.finish(upload)
    uploads.append(upload, 1000, CONTENT[1000:])
    file = uploads.finish(upload)
    assert (file.size, file.uploaded_by_id) == (len(CONTENT), 7)
    assert not uploads.part_path(upload).exists()
    assert uploads.finish(upload) == file
    assert uploads.received(Upload.objects.get()) == len(CONTENT)


@pytest.mark.django_db
def test_no_more_than_announced(anything):
    upload = begun(anything)
    with pytest.raises(Refusal, match="不符"):
        uploads.append(upload, 0, CONTENT + b"x")
    with pytest.raises(Refusal, match="最大"):
        uploads.begin(purpose=anything, name="a.pdf", size=6_000_000, user_id=7)


@pytest.mark.django_db
def test_of_the_user_only(anything):
    upload = begun(anything)
    assert uploads.find(upload.key, user_id=7) == upload
    with pytest.raises(Missing):
        uploads.find(upload.key, user_id=8)


SENDER = """
import sys, time
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.MEDIA_ROOT = sys.argv[2]
django.setup()
from gonghui.kernel.files import uploads
from gonghui.kernel.files.models import Upload
upload = Upload.objects.get()
content = sys.stdin.buffer.read()
for offset in range(0, len(content), 100):
    uploads.append(upload, offset, content[offset : offset + 100])
    print(offset, flush=True)
    time.sleep(0.02)
"""


@pytest.mark.django_db(transaction=True)
def test_killed_server_loses_nothing_acknowledged(anything):
    upload = begun(anything)
    server = subprocess.Popen(
        [sys.executable, "-c", SENDER, connection.settings_dict["NAME"], current.MEDIA_ROOT],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    server.stdin.write(CONTENT)
    server.stdin.close()
    for _piece in range(8):
        acknowledged = int(server.stdout.readline()) + 100
    server.send_signal(signal.SIGKILL)
    server.wait()
    arrived = uploads.received(upload)
    assert acknowledged <= arrived < len(CONTENT)
    uploads.append(upload, arrived, CONTENT[arrived:])
    assert uploads.finish(upload).size == len(CONTENT)


def ask(view, method, body=b"", user_id=7, headers=None, **kwargs):
    request = getattr(RequestFactory(), method)(
        "/", body, content_type="application/octet-stream", headers=headers
    )
    request.actor = SimpleNamespace(user_id=user_id)
    return view(request, **kwargs)


@pytest.mark.django_db(transaction=True)
def test_over_http(anything):
    asked = json.dumps({"purpose": "any", "name": "a.pdf", "size": len(CONTENT)})
    with pytest.raises(Forbidden):
        ask(views.begin_upload, "post", asked, user_id=None)
    with pytest.raises(Refusal, match="不完整"):
        ask(views.begin_upload, "post", "[]")
    key = json.loads(ask(views.begin_upload, "post", asked).content)["key"]
    for offset in (0, 1500):
        answer = ask(
            views.continue_upload,
            "patch",
            CONTENT[offset : offset + 1500],
            headers={"Upload-Offset": str(offset)},
            key=key,
        )
    assert json.loads(answer.content)["received"] == 3000
    ask(
        views.continue_upload,
        "patch",
        CONTENT[3000:],
        headers={"Upload-Offset": "3000"},
        key=key,
    )
    answer = json.loads(ask(views.finish_upload, "post", key=key).content)
    assert answer["key"] == str(StoredFile.objects.get().key)


@pytest.mark.django_db
def test_unfinished_uploads_are_cleared(anything):
    upload = begun(anything)
    assert jobs.clear_uploads(timezone.now() - timedelta(days=7)) == 0
    assert jobs.clear_uploads(timezone.now() + timedelta(hours=1)) == 1
    assert not uploads.part_path(upload).exists()
