"""Computes with small numbers, for ever."""

print("ready", flush=True)
value = 0
while True:
    value = (value * 3 + 1) % 1000003
