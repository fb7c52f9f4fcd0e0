"""A small store that speaks as much S3 as we use, on loopback, and holds to what S3 promises.

After the Amazon S3 API reference (PutObject, GetObject, ListObjectsV2, multipart uploads) and the
user guide's "conditional writes": If-None-Match: * on an object that is there, and If-Match with
another ETag, answer 412 PreconditionFailed; If-Match on nothing answers 404.
"""

import hashlib
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

ACCESS_KEY = "AKIAMARKERKEYID00000"
SECRET_KEY = "marker/secret+0123456789abcdef0123456789"
BUCKET = "spines"

Fault = Callable[[str, str], str | float | None]
"""Method and key -> a status, "reset", "short" for half a body, seconds to wait, or None."""


@dataclass
class Bucket:
    """What the store holds, and how it behaves."""

    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    fault: Fault = lambda _method, _key: None
    honours_conditions: bool = True
    page: int = 3
    """Objects in one answer to LIST: small, so that whoever takes the first page only is found."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    def wrote(self) -> list[str]:
        """Return the keys that were written, in order."""
        return [key for method, key in self.requests if method == "PUT"]

    def environment(self) -> dict[str, str]:
        """Return what a client needs to come here."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_ALLOW_HTTP": "true",
        }


@lru_cache(maxsize=256)
def e_tag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'


@contextmanager
def serving() -> Iterator[Bucket]:
    """Serve an empty bucket while the block lasts."""
    bucket = Bucket()
    handler = type("Handler", (_Handler,), {"bucket": bucket})
    server = _Server(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    bucket.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that left."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet: a client would be told of the second 40 ms later
    bucket: Bucket

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._begin():
            return
        if "uploadId" in self.query:
            number = int(self.query["partNumber"][0])
            with self.bucket.lock:
                self.bucket.uploads[self.query["uploadId"][0]][number] = content
            self._answer(200, headers={"ETag": e_tag(content)})
            return
        with self.bucket.lock:
            refusal = self._refusal()
            if refusal is None:
                self.bucket.objects[self.key] = content
        if refusal is not None:
            self._refuse(*refusal)
        else:
            self._answer(200, headers={"ETag": e_tag(content)})

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if not self._begin():
            return
        if "delete" in self.query:
            gone = re.findall("<Key>(.*?)</Key>", asked)
            with self.bucket.lock:
                for key in gone:
                    self.bucket.objects.pop(unescape(key), None)
            told = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in gone)
            self._answer(200, _xml("DeleteResult", told))
            return
        if "uploads" in self.query:
            name = secrets.token_hex(8)
            self.bucket.uploads[name] = {}
            self._answer(200, _xml("InitiateMultipartUploadResult", f"<UploadId>{name}</UploadId>"))
            return
        parts = self.bucket.uploads.pop(self.query["uploadId"][0])
        content = b"".join(parts[number] for number in sorted(parts))
        with self.bucket.lock:
            self.bucket.objects[self.key] = content
        tag = escape(e_tag(content))
        self._answer(200, _xml("CompleteMultipartUploadResult", f"<ETag>{tag}</ETag>"))

    def do_GET(self) -> None:
        if not self._begin():
            return
        if "list-type" in self.query:
            self._list()
            return
        content = self.bucket.objects.get(self.key)
        if content is None:
            self._refuse(404, "NoSuchKey")
        else:
            self._answer(200, content, headers=_described(content))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        if self._begin():
            with self.bucket.lock:
                if "uploadId" in self.query:
                    self.bucket.uploads.pop(self.query["uploadId"][0], None)
                else:
                    self.bucket.objects.pop(self.key, None)
            self._answer(204)

    def _begin(self) -> bool:
        """Take a request apart; tell whether it is to be answered as it should be."""
        parts = urlsplit(self.path)
        self.query = parse_qs(parts.query, keep_blank_values=True)
        bucket, _, self.key = unquote(parts.path.lstrip("/")).partition("/")
        self.bucket.requests.append((self.command, self.key))
        self.short = False
        if bucket != BUCKET:
            self._refuse(404, "NoSuchBucket")
            return False
        if f"Credential={ACCESS_KEY}/" not in self.headers.get("Authorization", ""):
            self._refuse(403, "InvalidAccessKeyId")
            return False
        fault = self.bucket.fault(self.command, self.key)
        if isinstance(fault, float):
            time.sleep(fault)
        elif fault == "reset":
            self.close_connection = True
            self.connection.close()
            return False
        elif fault == "short":
            self.short = True
        elif fault is not None:
            self._refuse(int(fault), "SlowDown" if fault == "503" else "AccessDenied")
            return False
        return True

    def _refusal(self) -> tuple[int, str] | None:
        """Return how a conditional write is refused, None when it is not."""
        there = self.bucket.objects.get(self.key)
        wanted = self.headers.get("If-Match")
        if not self.bucket.honours_conditions:
            return None
        if self.headers.get("If-None-Match") == "*" and there is not None:
            return 412, "PreconditionFailed"
        if wanted is not None and there is None:
            return 404, "NoSuchKey"
        if wanted is not None and there is not None and wanted != e_tag(there):
            return 412, "PreconditionFailed"
        return None

    def _list(self) -> None:
        prefix, after = self.query["prefix"][0], self.query.get("continuation-token", [""])[0]
        names = sorted(key for key in self.bucket.objects if key.startswith(prefix) and key > after)
        shown, more = names[: self.bucket.page], len(names) > self.bucket.page
        rows = "".join(map(self._row, shown))
        last = escape(shown[-1]) if more else ""
        token = f"<NextContinuationToken>{last}</NextContinuationToken>" * more
        told = f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}"
        self._answer(200, _xml("ListBucketResult", told))

    def _row(self, key: str) -> str:
        content = self.bucket.objects[key]
        return (
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size>"
            f"<LastModified>2026-01-01T00:00:00.000Z</LastModified>"
            f"<ETag>{escape(e_tag(content))}</ETag></Contents>"
        )

    def _refuse(self, status: int, code: str) -> None:
        """Refuse as S3 does, which quotes who asked and what was signed."""
        signed = f"<AWSAccessKeyId>{ACCESS_KEY}</AWSAccessKeyId><StringToSign>{SECRET_KEY}"
        body = _xml("Error", f"<Code>{code}</Code>{signed}</StringToSign>")
        self._answer(status, body)

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body[: len(body) // 2] if self.short else body)
        self.close_connection = self.close_connection or self.short


def _described(content: bytes) -> dict[str, str]:
    return {"ETag": e_tag(content), "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}


def _xml(name: str, content: str) -> bytes:
    return f'<?xml version="1.0"?><{name}>{content}</{name}>'.encode()
