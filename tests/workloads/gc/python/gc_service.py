#!/usr/bin/python3
"""An allocating, threaded HTTP service that knows what its collector did (../README.md)."""

import argparse
import array
import gc
import json
import os
import platform
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEPT_ONE_IN = 64  # of the records that a request makes, so many replace one that was kept


class Record:
    """Refers to itself through its parts, so that only the collector frees it; about 1 KiB."""

    def __init__(self, number):
        self.name = f"record-{number}"
        self.parts = [{"owner": self, "key": number + part} for part in range(3)]


class Ring:
    def __init__(self, size):
        self._records = [Record(number) for number in range(size)]
        self._made = 0

    def work(self, count):
        total = 0
        for number in range(count):
            record = Record(number)
            total += record.parts[0]["key"]
            if number % KEPT_ONE_IN == 0:
                self._made += 1
                self._records[self._made * 7919 % len(self._records)] = record
        return total


class Meter:
    """Collections so far. The arrays are none of the collector's objects."""

    def __init__(self):
        self._pauses = array.array("q")  # begin and length in turn
        self._cpu_ns = 0
        self._began_ns = self._began_cpu_ns = 0
        gc.callbacks.append(self._on_gc)

    def _on_gc(self, phase, _):
        if phase == "start":
            self._began_cpu_ns = time.thread_time_ns()
            self._began_ns = time.monotonic_ns()
        else:
            now_ns = time.monotonic_ns()
            self._cpu_ns += time.thread_time_ns() - self._began_cpu_ns
            self._pauses.append(self._began_ns)
            self._pauses.append(now_ns - self._began_ns)

    def take(self):
        """What was seen since it was last asked."""
        seen, self._pauses = self._pauses, array.array("q")
        pauses = [(seen[i] / 1e9, seen[i + 1] / 1e9) for i in range(0, len(seen), 2)]
        return {"pauses": pauses, "gc_cpu_s": self._cpu_ns / 1e9,
                "version": platform.python_version()}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave in one write, when handle_one_request flushes

    def do_GET(self):
        if self.path == "/gc":
            text = json.dumps(self.server.meter.take())
        else:
            text = f"{self.server.ring.work(self.server.garbage)}\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

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
    parser.add_argument("--live-mb", type=int, default=32)
    parser.add_argument("--garbage-kb", type=int, default=64)
    return parser.parse_args()


def end(*_):
    os._exit(0)


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGALRM, end)
    signal.signal(signal.SIGTERM, end)
    signal.alarm(arguments.seconds)
    server = Server(("127.0.0.1", arguments.port), Handler)
    server.ring, server.garbage = Ring(arguments.live_mb * 1024), arguments.garbage_kb
    server.meter = Meter()
    print("ready", server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
