"""The issuing platform for the tests: the simulator behind a real socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any

# The outside system stands above the systems, so it is reached by name.
simulated = import_module("gonghui.site.simulators.uscc")


@contextmanager
def serving() -> Iterator[tuple[Any, str]]:
    """The platform and its address."""
    outside = simulated.Outside()

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = outside.answer(self.command, self.path.strip("/"), self.headers, body)
            content = json.dumps(found.document, ensure_ascii=False).encode()
            try:
                self.send_response(found.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                return

        do_GET = do_POST = do

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield outside, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
