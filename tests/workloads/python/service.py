#!/usr/bin/python3
"""A threaded HTTP service, one thread per connection. A request costs:

/work   --work rounds of pure Python
/zlib   compressing --zlib-kib KiB in zlib, which lets other threads run meanwhile
/hello  a fixed text
"""

import argparse
import json
import os
import random
import signal
import sys
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CATALOGUE = [{"name": f"item-{i * 7919 % 1009}", "price": i * 31 % 97} for i in range(40)]


def work(rounds):
    total = 0
    for _ in range(rounds):
        for item in sorted(CATALOGUE, key=lambda entry: entry["price"]):
            for letter in item["name"]:
                total = (total * 31 + ord(letter)) % 1000003
    return f"{total}\n".encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave in one write, when handle_one_request flushes

    def do_GET(self):
        body = self.server.answers.get(self.path, lambda: b"hello\n")()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # clients may leave at any time
            super().handle_error(request, client_address)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--work", type=int, default=10)
    parser.add_argument("--zlib-kib", type=int, default=64)
    return parser.parse_args()


def end(*_):
    os._exit(0)


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGALRM, end)
    signal.signal(signal.SIGTERM, end)
    signal.alarm(arguments.seconds)
    text = json.dumps(random.Random(1).choices(CATALOGUE, k=arguments.zlib_kib * 26)).encode()
    server = Server(("127.0.0.1", arguments.port), Handler)
    server.answers = {
        "/work": lambda: work(arguments.work),
        "/zlib": lambda: f"{len(zlib.compress(text, 6))}\n".encode(),
    }
    print("ready", server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
