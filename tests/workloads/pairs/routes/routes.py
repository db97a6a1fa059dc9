#!/usr/bin/python3
"""Plans the round of a delivery van: the nearest stop next, then improved by turning sections."""

import itertools
import math
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "serve/python"))

from serve import options, serve  # noqa: E402

STOPS = 24
DEPOTS = 64


def make_depots():
    source = random.Random(1)
    return [[(source.uniform(0, 100), source.uniform(0, 100)) for _ in range(STOPS)]
            for _ in range(DEPOTS)]


def distance(one, other):
    return math.hypot(one[0] - other[0], one[1] - other[1])


def nearest_first(stops):
    left = list(stops[1:])
    tour = [stops[0]]
    while left:
        last = tour[-1]
        following = min(left, key=lambda stop: distance(last, stop))
        left.remove(following)
        tour.append(following)
    return tour


def turn_sections(tour):
    """One pass of 2-opt; the saved distance."""
    saved = 0.0
    for i in range(1, len(tour) - 2):
        for j in range(i + 1, len(tour) - 1):
            before, first, last, after = tour[i - 1], tour[i], tour[j], tour[j + 1]
            gain = (distance(before, first) + distance(last, after)
                    - distance(before, last) - distance(first, after))
            if gain > 1e-9:
                tour[i:j + 1] = reversed(tour[i:j + 1])
                saved += gain
    return saved


def plan(stops):
    tour = nearest_first(stops)
    while turn_sections(tour) > 0.5:
        pass
    return sum(distance(one, other) for one, other in zip(tour, tour[1:]))


def main():
    depots = make_depots()
    turn = itertools.cycle(range(DEPOTS))
    serve(options(), lambda _: f"{plan(depots[next(turn)]):.3f}\n".encode())


if __name__ == "__main__":
    main()
