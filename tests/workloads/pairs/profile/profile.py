#!/usr/bin/python3
"""Recommends articles: asks a store for a customer, then compares that customer with others."""

import http.client
import itertools
import math
import pathlib
import random
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "serve/python"))

from serve import options, serve  # noqa: E402

CUSTOMERS = 100
TASTES = 24
RECOMMENDED = 5

_connections = threading.local()


def make_customers():
    source = random.Random(1)
    return [[source.random() for _ in range(TASTES)] for _ in range(CUSTOMERS)]


def ask_store(port, number):
    if not hasattr(_connections, "store"):
        _connections.store = http.client.HTTPConnection("127.0.0.1", port)
    _connections.store.request("GET", f"/customers/{number}")
    return _connections.store.getresponse().read()


def similarity(one, other):
    product = sum(a * b for a, b in zip(one, other))
    return product / math.sqrt(sum(a * a for a in one) * sum(b * b for b in other))


def recommend(customers, number):
    mine = customers[number]
    others = [(similarity(mine, other), index)
              for index, other in enumerate(customers) if index != number]
    return [index for _, index in sorted(others, reverse=True)[:RECOMMENDED]]


def main():
    given = options()
    customers = make_customers()
    turn = itertools.cycle(range(CUSTOMERS))

    def handle(_):
        number = next(turn)
        known = len(ask_store(given.upstream_port, number))
        return f"{known} {recommend(customers, number)}\n".encode()

    serve(given, handle)


if __name__ == "__main__":
    main()
