"""A server on this machine with a temper, and small files for it to serve."""

import hashlib
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from kx.data.files.files import DataFile


class Server:
    """A server on this machine that answers its requests with ``answers``, one after the other.

    The last one answers all that follow. An answer is a function of the handler.
    """

    def __init__(self, content):
        self.content = content
        self.answers = [whole]
        self.ranges = []
        self.released = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                at = min(len(server.ranges), len(server.answers) - 1)
                server.ranges.append(self.headers.get("Range"))
                server.answers[at](self, server)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/numbers.npz"


def data_file(name, content, url="https://example.invalid/numbers.npz", digest=""):
    return DataFile(
        name=name,
        url=url,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        sample=lambda: {"x": np.zeros(3)},
        content=digest,
    )


def npz_bytes(**arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def send(handler, status, body, length=None, **headers):
    handler.send_response(status)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def whole(handler, server):
    send(handler, 200, server.content, len(server.content))


def first_half(handler, server):
    """Promise all, then hang up in the middle."""
    send(handler, 200, server.content[: len(server.content) // 2], len(server.content))


def rest(handler, server):
    start = int(handler.headers["Range"].removeprefix("bytes=").removesuffix("-"))
    body = server.content[start:]
    at = f"bytes {start}-{len(server.content) - 1}/{len(server.content)}"
    send(handler, 206, body, len(body), Content_Range=at)


def stall(handler, server):
    """Say nothing until the test is over."""
    server.released.wait(60)


def status(code):
    return lambda handler, server: send(handler, code, b"", 0)


def body(content, *, announced=True):
    return lambda handler, server: send(handler, 200, content, len(content) if announced else None)
