"""Pictures, WAP pushes and applications to a gateway over HTTP, each under its key.

POST <address>/messages {"key", "mobile", "payload", "text", "link", "number", "files": [{"type",
"content" (base64)}]} with `Idempotency-Key`: 2xx answers {"id"}; 4xx refuses, 429 and 5xx put off.
GET <address>/messages/<id> answers {"state"} by the words of delivery reports.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.storing import open_stored
from gonghui.kernel.security import outgoing
from gonghui.systems.media.short_messages.actions.carrying import Ready, Report
from gonghui.systems.media.short_messages.jobs.wire.seam import (
    Answered,
    Event,
    LinkLost,
    Reported,
)
from gonghui.systems.media.short_messages.models import Route
from gonghui.systems.media.short_messages.queries.tuning import MMSC
from gonghui.systems.media.short_messages.rules.states import Part

SECONDS = 8


class GatewayWire:
    """See seam.Wire. The gateway knows a key it has seen, so nothing is unknown for long."""

    repeatable = True

    def __init__(self, route: Route) -> None:
        self.route = route
        self._events: list[Event] = []

    def open(self) -> None:
        self._call("GET", "health")

    def submit(self, ready: Ready) -> None:
        try:
            files = [_file(ready.picture)] if ready.picture else []
        except (StoredFile.DoesNotExist, OSError, Refusal):
            self._events.append(Answered(ready.sequence, Part.REFUSED, "", 0, "图片已不在"))
            return
        answer = self._call(
            "POST",
            "messages",
            json={
                "key": ready.key,
                "mobile": ready.mobile,
                "payload": ready.payload,
                "text": ready.text,
                "link": ready.link,
                "number": self.route.number,
                "files": files,
            },
            headers={"Idempotency-Key": ready.key, **self._token()},
        )
        status = answer.status_code
        if answer.is_success:
            try:
                number = str(answer.json()["id"]).replace("\0", "")[:64]
            except (ValueError, KeyError, TypeError) as error:
                raise LinkLost("多媒体网关的应答无法识别") from error
            self._events.append(Answered(ready.sequence, Part.ACCEPTED, number))
            return
        later = status == 429 or status >= 500
        part = Part.PUT_OFF if later else Part.REFUSED
        self._events.append(Answered(ready.sequence, part, "", status, str(status)))

    def read(self, seconds: float) -> list[Event]:
        if not self._events:
            # The gateway speaks only when asked; without the pause a link would never rest.
            time.sleep(seconds)
        found, self._events = self._events, []
        return found

    def acknowledge(self, tickets: Sequence[int]) -> None:
        """Nothing of the gateway's is acknowledged."""

    def query(self, carrier_id: str) -> None:
        answer = self._call("GET", f"messages/{carrier_id}", headers=self._token())
        if answer.is_success:
            try:
                word = str(answer.json()["state"]).replace("\0", "")
            except (ValueError, KeyError, TypeError):
                return
            self._events.append(Reported(Report(carrier_id, word[:16]), 0))

    def keep_alive(self) -> None:
        self._call("GET", "health")

    def close(self) -> None:
        self._events = []

    def _token(self) -> dict[str, str]:
        return (
            {"Authorization": f"Bearer {self.route.secret.reveal()}"} if self.route.secret else {}
        )

    def _call(self, method: str, path: str, **passed: Any) -> Any:
        base = self.route.address or MMSC.url()
        try:
            return outgoing.request(
                method, f"{base.rstrip('/')}/{path}", party=MMSC, timeout=SECONDS, **passed
            )
        except Refusal as refusal:
            raise LinkLost(refusal.message) from refusal


def _file(key: UUID) -> dict[str, str]:
    """A stored file as the gateway takes it; StoredFile.DoesNotExist, OSError, Refusal."""
    file = StoredFile.objects.get(key=key)
    with open_stored(file) as opened:
        content = base64.b64encode(opened.read()).decode("ascii")
    return {"type": file.media_type, "content": content}
