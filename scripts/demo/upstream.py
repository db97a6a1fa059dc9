"""A slow upstream: answers each request after DELAY_MS, the way a partner's API does.

    upstream.py DELAY_MS LIFETIME_S      prints its port, serves, and ends by itself after LIFETIME_S
"""
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DELAY_S = float(sys.argv[1]) / 1000
LIFETIME_S = float(sys.argv[2])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        time.sleep(DELAY_S)
        body = b'{"rate": 1.0842}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Timer(LIFETIME_S, server.shutdown).start()
print(server.server_port, flush=True)
server.serve_forever()
