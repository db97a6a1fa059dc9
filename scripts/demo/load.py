"""Light load: CONNECTIONS clients that ask again as soon as they are answered, for SECONDS.

    load.py PORT CONNECTIONS SECONDS      prints what the clients saw
"""
import http.client
import sys
import threading
import time

PORT, CONNECTIONS, SECONDS = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
end = time.monotonic() + SECONDS
latencies = []


def client():
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    while time.monotonic() < end:
        begin = time.monotonic()
        connection.request("GET", "/quotes")
        connection.getresponse().read()
        latencies.append(time.monotonic() - begin)
    connection.close()


threads = [threading.Thread(target=client) for _ in range(CONNECTIONS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
mean_ms = 1000 * sum(latencies) / max(1, len(latencies))
print(f"{len(latencies)} requests, mean latency {mean_ms:.1f} ms as the clients saw it")
