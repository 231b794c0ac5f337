"""A target for the tests: the simulated outside system behind a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from gonghui.kernel.org.models import Union
from gonghui.systems.foundation.users.models import Target, TargetState

# The outside system stands above the systems, so it is reached by name.
simulated = import_module("gonghui.site.simulators.scim")
Mood = simulated.Mood


@contextmanager
def serving() -> Iterator[tuple[Any, str]]:
    """The outside system and the address of its SCIM interface."""
    outside = simulated.Outside()

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            asked = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            place = asked.path.removeprefix("/v2/")
            query = dict(parse_qsl(asked.query))
            found = outside.answer(self.command, place, query, self.headers, body)
            content = json.dumps(found.document).encode() if found.document else b""
            try:
                self.send_response(found.status)
                self.send_header("Content-Type", "application/scim+json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                return

        do_GET = do_POST = do_PUT = do_DELETE = do

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield outside, f"http://127.0.0.1:{server.server_port}/v2"
    finally:
        server.shutdown()
        server.server_close()


def target(union: Union, address: str = "https://hr.example.cn/scim/v2", **facts: Any) -> Target:
    made = Target(
        **{
            "name": "门户网站",
            "keeper": "网络工作部",
            "address": address,
            "secret": "s3cret",
            "attributes": ["union", "post", "roles"],
            "state": TargetState.ON,
            "asked_by": "测试",
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made
