"""Mirrors of data sets on this machine: honest ones, and such as give what they should not."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class Mirror:
    """A server of files, each of which can be given in a wrong way.

    Attributes
    ----------
    files : dict of str to bytes
        What is given, by name.
    manner : str
        "honest"; "cut": half of what is announced, and the end; "stuck": half, and then nothing
        until the server ends; "endless": the file, and more for as long as it is taken.
    asked : list of str
        The files asked for so far.
    encodings : set of str or None
        The encodings that would have been taken.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files, self.manner = dict(files), "honest"
        self.asked: list[str] = []
        self.encodings: set[str | None] = set()
        self.half_given = threading.Event()
        self.ended = threading.Event()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror._give(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Mirror:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _give(self, request: BaseHTTPRequestHandler) -> None:
        name = request.path.lstrip("/")
        self.asked.append(name)
        self.encodings.add(request.headers.get("Accept-Encoding"))
        if name not in self.files:
            request.send_error(404)
            return
        data = self.files[name]
        request.send_response(200)
        if self.manner != "endless":
            request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        try:
            if self.manner in ("cut", "stuck"):
                request.wfile.write(data[: len(data) // 2])
                request.wfile.flush()
                self.half_given.set()
                if self.manner == "stuck":
                    self.ended.wait()
                return
            request.wfile.write(data)
            while self.manner == "endless" and not self.ended.is_set():
                request.wfile.write(bytes(1 << 16))
        except ConnectionError:
            # Whoever asked has had enough.
            pass
