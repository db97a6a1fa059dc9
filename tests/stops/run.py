#!/usr/bin/env python3
"""Collections of processes that fork, execute something else, or end in the middle of a stop.

    run.py --boundscope PROGRAM --work FOLDER [CASE...]

Counts have to be exact: the programs collect a known number of times, when everything is attached. Exit status 77: it
cannot run here.
"""
import argparse
import contextlib
import json
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PYTHON = "/usr/bin/python3"  # Debian's has probes of its own
DURATION_S = 120  # at most: a measurement is ended when all has happened
PATIENCE_S = 60

# Files tell when to go on: nothing here depends on how busy the host is.
_COMMON = """
import gc, os, sys, time
def wait_for(name):
    while not os.path.exists(os.path.join(sys.argv[1], name)): time.sleep(0.02)
def tell(name): open(os.path.join(sys.argv[1], name), "w").close()
gc.disable()
"""

# Workers that are there before anything is attached, and one that is born later.
WORKERS = _COMMON + """
def worker(name, count):
    if os.fork() == 0:
        wait_for(name)
        for _ in range(count): gc.collect()
        tell(f"{name}-{os.getpid()}-done")
        time.sleep(100)
        os._exit(0)
for _ in range(6): worker("early", 20)
print("ready", flush=True)
wait_for("fork")
worker("late", 30)
time.sleep(100)
"""

# Nothing but stops: wherever it is killed, it is in one.
LONG_STOPS = _COMMON + """
kept = [[[]] for _ in range(1000000)]
print("ready", flush=True)
while True: gc.collect()
"""

# One runtime, then another program; what the first one did is known.
EXECUTES = _COMMON + """
print("ready", flush=True)
wait_for("collect")
for _ in range(40): gc.collect()
tell("done")
wait_for("execute")
os.execv("/usr/bin/perl", ["perl", "-e", "my $n = 0; $n += 1 while (1)"])
"""

# Executes while a collection of its own is under way: a finaliser is run inside.
EXECUTES_INSIDE = _COMMON + """
class Last:
    def __del__(self): os.execv("/usr/bin/perl", ["perl", "-e", "my $n = 0; $n += 1 while (1)"])
print("ready", flush=True)
wait_for("execute")
last = Last()
last.itself = last
del last
gc.collect()
"""


class Failed(Exception):
    pass


def require(condition, claim, *seen):
    if not condition:
        raise Failed(f"{claim}: {' '.join(map(str, seen))}")


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        require(time.monotonic() < deadline, f"it takes less than {PATIENCE_S} s until", what)
        time.sleep(0.05)


class Program:
    def __init__(self, text):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boundscope-stops-"))
        self.process = subprocess.Popen([PYTHON, "-c", text, str(self.folder)], stdout=subprocess.PIPE,
                                        start_new_session=True)

    def __enter__(self):
        readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
        require(readable and self.process.stdout.readline() == b"ready\n", "the program gets ready")
        return self

    def __exit__(self, *_):
        # Its own session: the workers, too.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder)

    def tell(self, name):
        (self.folder / name).touch()

    def wait_for(self, pattern, count=1):
        wait_until(lambda: len(list(self.folder.glob(pattern))) == count, pattern)


class Measurement:
    """boundscope, measuring a program."""

    def __init__(self, options, program):
        self._options, self._recording = options, options.work / "stops.jsonl"
        self._recording.unlink(missing_ok=True)
        self._tool = subprocess.Popen([options.boundscope, "record", "--pid", str(program.process.pid), "--duration",
                                       str(DURATION_S), "--budget", "100", "-o", self._recording],
                                      stderr=subprocess.PIPE)

    def windows(self):
        if not self._recording.exists():
            return []
        # In one piece: it is being written, and a line that goes on later would come in two.
        whole = self._recording.read_text(encoding="utf-8").rpartition("\n")[0]
        lines = [json.loads(line) for line in whole.split("\n") if line]
        return [line for line in lines if line["kind"] == "window"]

    def rows(self):
        return [row for window in self.windows() for row in window.get("gc", [])]

    def wait_for_probes(self, count):
        """Until so many processes are probed, each for a whole window."""
        wait_until(lambda: len({row["pid"] for row in self.rows() if row.get("probes")}) >= count,
                   f"{count} processes are probed")
        self.wait_for_windows(1)

    def wait_for_windows(self, count):
        before = len(self.windows())
        wait_until(lambda: len(self.windows()) >= before + count or self._tool.poll() is not None, "the next window")

    def end(self):
        if self._tool.poll() is None:
            self.wait_for_windows(2)
            self._tool.send_signal(signal.SIGINT)
        _, errors = self._tool.communicate(timeout=PATIENCE_S)
        require(self._tool.returncode == 0, "boundscope answers", errors.decode())
        answer = subprocess.run([self._options.boundscope, "report", self._recording, "--format", "json"], check=True,
                                stdout=subprocess.PIPE).stdout
        # A row is read a little after the end of its window; in sum that makes no difference.
        measured_ns = sum(window["duration_ns"] for window in self.windows())
        stopped_ns = max(self.sums("stopped_ns").values(), default=0)
        require(stopped_ns <= 1.02 * measured_ns + 1e9, "no stop is longer than the measurement", stopped_ns)
        return json.loads(answer)

    def sums(self, name):
        """{pid: sum} of what probes saw, without those that saw nothing"""
        seen = {}
        for row in self.rows():
            if row.get(name):
                seen[row["pid"]] = seen.get(row["pid"], 0) + row[name]
        return seen


def workers(options):
    with Program(WORKERS) as program:
        measured = Measurement(options, program)
        measured.wait_for_probes(7)
        program.tell("fork")
        measured.wait_for_probes(8)
        program.tell("early")
        program.tell("late")
        program.wait_for("*-done", 7)
        measured.end()
    counts = sorted(measured.sums("stops").values())
    require(counts == [20] * 6 + [30], "all collections of all workers are counted", counts)


def killed(options):
    with Program(LONG_STOPS) as program:
        measured = Measurement(options, program)
        measured.wait_for_probes(1)
        measured.wait_for_windows(8)
        program.process.kill()
        program.process.wait()
        answer = measured.end()
    share = answer["gc"]["pause_share"]
    require(share is not None and 0.5 < share <= 1.02, "a program that only collects is stopped", share)
    codes = [caveat["code"] for caveat in answer["caveats"]]
    require("target_exited" in codes, "the answer says that the target ended", codes)


def executes(options):
    with Program(EXECUTES) as program:
        measured = Measurement(options, program)
        measured.wait_for_probes(1)
        program.tell("collect")
        program.wait_for("done")
        measured.wait_for_windows(2)
        program.tell("execute")
        measured.wait_for_windows(8)
        measured.end()
    require(measured.sums("stops") == {program.process.pid: 40}, "what was collected before is counted", measured.sums("stops"))


def executes_inside(options):
    with Program(EXECUTES_INSIDE) as program:
        measured = Measurement(options, program)
        measured.wait_for_probes(1)
        program.tell("execute")
        measured.wait_for_windows(10)
        measured.end()
    last = measured.windows()[-1].get("gc", [])
    require(sum(row.get("stopped_ns", 0) for row in last) == 0,
            "the next program is not stopped by what the last one began", last)


CASES = {case.__name__: case for case in (workers, killed, executes, executes_inside)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--boundscope", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("cases", nargs="*", choices=[*CASES, []], metavar="CASE")
    options = parser.parse_args()
    if os.geteuid() != 0 or not pathlib.Path("/sys/kernel/btf/vmlinux").exists():
        print("stops are probed with root and BTF")
        return 77
    if not pathlib.Path(PYTHON).exists():
        print(f"{PYTHON} is not installed")
        return 77
    status = 0
    for name in options.cases or CASES:
        try:
            CASES[name](options)
            print(f"ok      {name}", flush=True)
        except Failed as failed:
            print(f"FAILED  {name}: {failed}", flush=True)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
