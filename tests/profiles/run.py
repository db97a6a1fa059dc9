#!/usr/bin/env python3
"""Opens profiles of boundscope with the programs they are made for and compares what those see with the recording.

    run.py CONSUMER --boundscope PROGRAM --work FOLDER [--live]

CONSUMER is pprof, flamegraph, speedscope or all. The recordings are those of tests/golden and one made up of hard
names; with --live, one of a small Python program, made now (root). Exit status 77: the consumer cannot be had here.
"""
import argparse
import importlib
import os
import pathlib
import subprocess
import sys

import hard_recording
from check import Failure, Skip, require
from expected import Expected

CONSUMERS = ("pprof", "flamegraph", "speedscope")
GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
# Pure Python, a native library and short waits, by turns.
WORKLOAD = """
import time, zlib
end = time.monotonic() + 60
while time.monotonic() < end:
    zlib.compress(bytes(i * i % 251 for i in range(20000)), 9)
    time.sleep(0.0001)
"""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("consumer", choices=(*CONSUMERS, "all"))
    parser.add_argument("--boundscope", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--live", action="store_true")
    return parser.parse_args()


def made_up_recordings(work):
    yield from sorted(GOLDEN.glob("*/recording.jsonl"))
    hard = work / "hard.jsonl"
    hard_recording.write(hard)
    yield hard


def live_recording(boundscope, work):
    if os.geteuid() != 0 or not pathlib.Path("/sys/kernel/btf/vmlinux").exists():
        raise Skip("a live recording needs root and BTF")
    path = work / "live.jsonl"
    result = subprocess.run([str(boundscope), "record", "--duration", "3", "-o", str(path), "--", sys.executable, "-c",
                             WORKLOAD], capture_output=True, text=True, check=False)
    require(result.returncode == 0, "boundscope records a Python program", result.stderr)
    require(Expected(path).samples > 0, "a program that computes is sampled")
    return path


def check(consumer, boundscope, work, recording):
    expected = Expected(recording)
    name = recording.stem if recording.stem != "recording" else recording.parent.name
    for profile_format in consumer.formats:
        profile = work / f"{name}.{profile_format}"
        subprocess.run([str(boundscope), "report", str(recording), "--format", profile_format, "-o", str(profile)],
                       check=True)
        try:
            consumer.check(profile, expected)
        except Failure as failure:
            raise Failure(f"{profile}: {failure}") from failure
        print(f"{name}: {profile_format}: {expected.samples} samples", flush=True)


def run(arguments):
    work = arguments.work / arguments.consumer
    work.mkdir(parents=True, exist_ok=True)
    names = CONSUMERS if arguments.consumer == "all" else (arguments.consumer,)
    # Downloads are shared, profiles are not.
    consumers = [importlib.import_module(name).Consumer(arguments.work) for name in names]
    recordings = ([live_recording(arguments.boundscope, work)] if arguments.live
                  else list(made_up_recordings(work)))
    for recording in recordings:
        for consumer in consumers:
            check(consumer, arguments.boundscope, work, recording)


def main():
    try:
        run(parse_arguments())
    except Skip as skip:
        print(skip)
        return 77
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
