#!/usr/bin/python3
"""Burns CPU time in sections of known shares and says what each has used (../README.md).

Own: `language`, the interpreter at work. zlib and hash are native libraries called from it, json
and regex the C modules _json and _sre, containers what list, dict and str do in C. `gc` is the
collector alone, measured by gc.callbacks and taken out of the section it ran in.
"""

import argparse
import gc
import json
import sys
import time

import sections

_SLICE_S = 0.004
_REPORT_S = 1.0


class Meter:
    """Thread CPU time by section."""

    def __init__(self, names):
        self.spent = dict.fromkeys([*names, "gc"], 0.0)
        self._gc_began = 0.0
        self._gc_in_slice = 0.0
        self._last = time.thread_time()
        gc.callbacks.append(self._on_gc)

    def _on_gc(self, phase, _):
        if phase == "start":
            self._gc_began = time.thread_time()
        else:
            self._gc_in_slice += time.thread_time() - self._gc_began

    def lap(self, section):
        """Books what was used since the last lap."""
        now = time.thread_time()
        self.spent[section] += now - self._last - self._gc_in_slice
        self.spent["gc"] += self._gc_in_slice
        self._last, self._gc_in_slice = now, 0.0


def parse_shares(text):
    shares = {name: float(share) for name, share in (part.split("=") for part in text.split(","))}
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items() if share > 0}


def report(meter):
    line = {"at": time.time(), "cpu_s": time.process_time(), "sections": meter.spent}
    print(json.dumps(line), flush=True)


def burn(work, shares, seconds):
    """The section that is furthest behind its share gets the next slice."""
    meter = Meter(shares)
    scheduled = dict.fromkeys(shares, 0.0)
    end = time.monotonic() + seconds
    next_report = 0.0
    while (now := time.monotonic()) < end:
        if now >= next_report:
            report(meter)
            next_report = now + _REPORT_S
        total = sum(scheduled.values())
        section = max(shares, key=lambda name: shares[name] * total - scheduled[name])
        began = time.thread_time()
        while time.thread_time() - began < _SLICE_S:
            work[section]()
        scheduled[section] += time.thread_time() - began
        meter.lap(section)
    report(meter)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--shares", default="language=1", help="NAME=WEIGHT,...")
    options = parser.parse_args()
    work = sections.all_sections()
    shares = parse_shares(options.shares)
    if unknown := set(shares) - set(work):
        sys.exit(f"no such section: {', '.join(sorted(unknown))}")
    burn(work, shares, options.seconds)


if __name__ == "__main__":
    main()
