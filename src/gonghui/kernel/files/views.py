"""Addresses of files: download, thumbnail, and uploads in pieces."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, JsonResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.files import uploads
from gonghui.kernel.files.access import readable
from gonghui.kernel.files.models import StoredFile, Upload
from gonghui.kernel.files.purposes import purpose_of
from gonghui.kernel.files.storing import open_stored


@require_GET
def download(request: HttpRequest, key: UUID) -> FileResponse:
    """The file as an attachment, never shown inside a page of ours."""
    file = readable(key, request.actor)  # type: ignore[attr-defined]
    response = FileResponse(
        open_stored(file), as_attachment=True, filename=file.name, content_type=file.media_type
    )
    return _guarded(response)


@require_GET
def thumbnail(request: HttpRequest, key: UUID) -> FileResponse:
    """The small JPEG of a picture, for showing in lists."""
    file = readable(key, request.actor)  # type: ignore[attr-defined]
    if not file.thumbnail_path:
        raise Missing("这个文件没有缩略图。", code="thumbnail")
    opened = default_storage.open(file.thumbnail_path)
    return _guarded(FileResponse(opened, content_type="image/jpeg"))


def _guarded(response: FileResponse) -> FileResponse:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@require_POST
def begin_upload(request: HttpRequest) -> JsonResponse:
    """JSON {purpose, name, size} → {key, received, piece}."""
    user_id = _user_id(request)
    try:
        asked = json.loads(request.body)
        purpose, name, size = str(asked["purpose"]), str(asked["name"]), int(asked["size"])
    except (ValueError, KeyError, TypeError):
        raise Refusal("上传请求不完整。", remedy="请刷新页面后重试。", code="request") from None
    upload = uploads.begin(purpose=purpose_of(purpose), name=name, size=size, user_id=user_id)
    return JsonResponse(_state(upload), status=201)


@require_http_methods(["GET", "PATCH"])
def continue_upload(request: HttpRequest, key: UUID) -> JsonResponse:
    """GET: how much has arrived. PATCH: the body is written at the Upload-Offset header."""
    upload = uploads.find(key, user_id=_user_id(request))
    if request.method == "PATCH":
        offset = request.headers.get("Upload-Offset", "")
        if not offset.isdecimal():
            raise Refusal("缺少断点位置。", remedy="请刷新页面后重试。", code="request")
        uploads.append(upload, int(offset), _piece(request))
    return JsonResponse(_state(upload))


@require_POST
def finish_upload(request: HttpRequest, key: UUID) -> JsonResponse:
    """Turn a complete upload into a file → {key, name, size, media_type}."""
    file = uploads.finish(uploads.find(key, user_id=_user_id(request)))
    return JsonResponse(_described(file), status=201)


def _user_id(request: HttpRequest) -> int:
    user_id = request.actor.user_id  # type: ignore[attr-defined]
    if user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    return user_id


def _piece(request: HttpRequest) -> bytes:
    # Read from the stream: request.body has Django's own, smaller limit.
    return request.read(uploads.LARGEST_PIECE + 1)


def _state(upload: Upload) -> dict[str, Any]:
    return {
        "key": str(upload.key),
        "received": uploads.received(upload),
        "size": upload.size,
        "piece": uploads.LARGEST_PIECE,
    }


def _described(file: StoredFile) -> dict[str, Any]:
    return {
        "key": str(file.key),
        "name": file.name,
        "size": file.size,
        "media_type": file.media_type,
        "thumbnail": bool(file.thumbnail_path),
    }
