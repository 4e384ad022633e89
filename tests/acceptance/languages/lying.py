"""A wrong mock: every list of receipts has an undocumented status. It writes a file when it listens at 8096."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from receiptkit.generation import Generator

GENERATOR = Generator()
PAGE = next(iter(GENERATOR.at(GENERATOR.world("group-sms"), "end").get_pages())).body
PAGE["delivery_receipts"][0]["status"] = "sennt"


class Handler(BaseHTTPRequestHandler):
    """Answers everything with the page."""

    def do_GET(self) -> None:
        body = json.dumps(PAGE).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


with ThreadingHTTPServer(("127.0.0.1", 8096), Handler) as server:
    Path(sys.argv[1]).write_text(json.dumps(PAGE["delivery_receipts"][0]))
    server.serve_forever()
