#!/usr/bin/python3
"""Takes a batch of orders as JSON, adds up each customer's, answers with JSON."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "serve/python"))

from serve import options, serve  # noqa: E402


def summarise(orders):
    customers = {}
    for order in orders:
        summary = customers.setdefault(
            order["customer"], {"orders": 0, "total": 0.0, "items": []})
        summary["orders"] += 1
        for item in order["items"]:
            summary["total"] += item["price"] * item["count"]
            summary["items"].append(item["article"])
    return customers


def handle(body):
    batch = json.loads(body)
    answer = {"batch": batch["batch"], "customers": summarise(batch["orders"])}
    return json.dumps(answer).encode()


if __name__ == "__main__":
    serve(options(), handle)
