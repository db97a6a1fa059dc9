"""The service under the lens: quotes a price, and asks an upstream for the rate at each request.

    service.py UPSTREAM_PORT LIFETIME_S      prints its port, serves, and ends by itself after LIFETIME_S
"""
import http.client
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

UPSTREAM_PORT = int(sys.argv[1])
LIFETIME_S = float(sys.argv[2])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.upstream = http.client.HTTPConnection("127.0.0.1", UPSTREAM_PORT)

    def finish(self):
        self.upstream.close()
        super().finish()

    def do_GET(self):
        self.upstream.request("GET", "/rate")
        rate = json.loads(self.upstream.getresponse().read())["rate"]
        quotes = [{"item": item, "price": round(item * rate, 2)} for item in range(200)]
        body = json.dumps(quotes).encode()
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
