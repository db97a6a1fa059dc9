"""Looks up keys in random order in a dict of millions, for ever."""

import random

SIZE = 3_000_000
source = random.Random(1)
values = {number * 7919: number for number in range(SIZE)}
keys = list(values)
source.shuffle(keys)
print("ready", flush=True)
total = 0
while True:
    for key in keys:
        total += values[key]
