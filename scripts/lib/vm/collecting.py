"""Collects garbage again and again, for the machine under test; the number of collections a second is known."""

import gc
import time

gc.disable()
kept = [[] for _ in range(20_000)]
while True:
    gc.collect()
    time.sleep(0.1)
