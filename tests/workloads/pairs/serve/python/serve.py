"""The HTTP part of the Python services: threads, keep-alive, the standard library."""

import argparse
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave in one write

    def _answer(self, body):
        answer = self.server.handle_body(body)
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self):
        self._answer(b"")

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # clients may leave at any time
            super().handle_error(request, client_address)


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--upstream-port", type=int, default=0)
    return parser.parse_args()


def _end(*_):
    os._exit(0)


def serve(given, handle_body):
    """Answers each request with handle_body(its body)."""
    signal.signal(signal.SIGALRM, _end)
    signal.signal(signal.SIGTERM, _end)
    signal.alarm(given.seconds)
    server = _Server(("127.0.0.1", given.port), _Handler)
    server.handle_body = handle_body
    print("ready", server.server_address[1], flush=True)
    server.serve_forever()
