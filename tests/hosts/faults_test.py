"""What goes wrong on hosts: boundscope is killed, its target vanishes, disks are full, time jumps. Whatever happens,
nothing stays attached, and there is an answer or a message that says why there is none."""
import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import common
from common import Program, Run, attach, busy, eventually, holds_probes, is_confined

ENGINE = "setInterval(() => { for (let i = 0; i < 2e5; i++) JSON.stringify({a: [i]}); }, 5)"


def in_the_kernel():
    """All programs and links that there are, as {("prog", 17), ...}."""
    tool = shutil.which("bpftool", path=os.environ["PATH"] + ":/usr/sbin")
    found = set()
    for kind in ("prog", "link"):
        shown = subprocess.run([tool, "-j", kind, "show"], capture_output=True, text=True, check=True).stdout
        found |= {(kind, row["id"]) for row in json.loads(shown)}
    return found


def changed_code(pid):
    """Places where the code of a process differs from the files that it was mapped from: probes."""
    changed = 0
    with open(f"/proc/{pid}/mem", "rb") as memory, open(f"/proc/{pid}/maps") as maps:
        for line in maps:
            fields = line.split()
            if "x" not in fields[1] or len(fields) < 6 or not fields[5].startswith("/"):
                continue
            begin, end = (int(text, 16) for text in fields[0].split("-"))
            with open(fields[5], "rb") as file:
                file.seek(int(fields[2], 16))
                on_disk = file.read(end - begin)
            memory.seek(begin)
            mapped = memory.read(len(on_disk))
            if mapped != on_disk:
                changed += sum(a != b for a, b in zip(mapped, on_disk))
    return changed


class Killed(unittest.TestCase):
    def test_at_any_moment_nothing_stays_attached(self):
        def attached(held):
            # A clock on each CPU is there from the beginning; the others come with the target.
            return len([kind for kind, _ in held if kind == "link"]) > os.cpu_count() + 6

        with busy() as target:
            begin = time.monotonic()
            with attach(target.pid, seconds=30) as run:
                self.assertTrue(eventually(lambda: attached(holds_probes(run.pid)), 30), "nothing is ever attached")
                whole = time.monotonic() - begin
            # Before it loads, while it loads, attaches, measures; the last one with everything attached.
            for part in (0.3, 0.7, 0.9, 1.1, None):
                with attach(target.pid, seconds=30) as run:
                    end = time.monotonic() + whole * (part or 0) * random.uniform(0.9, 1.1)
                    held = set()
                    while time.monotonic() < end or (part is None and not attached(held)):
                        held |= holds_probes(run.pid)
                        time.sleep(0.01)
                    os.kill(run.pid, signal.SIGSTOP)
                    held |= holds_probes(run.pid)
                    run.kill()
                self.assertTrue(eventually(lambda: not held & in_the_kernel()),
                                f"killed after {part} of the way: {held}")

    @unittest.skipUnless(shutil.which("node"), "no node here")
    def test_the_code_of_the_target_is_as_it_was(self):
        with Program("node", "-e", ENGINE) as target:
            self.assertTrue(eventually(lambda: pathlib.Path(f"/proc/{target.pid}/maps").read_text().count("x") > 3))
            before = changed_code(target.pid)
            with attach(target.pid, seconds=90) as run:
                probed = eventually(lambda: changed_code(target.pid) > before, 60, pause=0.2)
                run.kill()
            self.assertTrue(eventually(lambda: changed_code(target.pid) == before))
            self.assertTrue(probed, "the stops of the runtime were not probed: the test is blind")


class Targets(unittest.TestCase):
    def answered(self, run):
        run.finish()
        self.assertEqual(run.status, 0, run.err)
        answer = run.answer()
        self.assertLessEqual(answer["load"]["cpu_cores"], os.cpu_count() * 1.05)
        return answer

    def test_a_thousand_forks_a_second(self):
        with Program(common.programs / "storm", "60") as target:
            answer = self.answered(attach(target.pid, seconds=2))
        self.assertIn(target.pid, answer["target"]["pids"])

    def test_the_target_becomes_another_program_and_dies(self):
        # It waits for its turn: to attach takes its time on a busy machine.
        script = "import os, sys, time\nsys.stdin.readline()\nt = time.monotonic() + 0.7\nwhile time.monotonic() < t: sum(range(1000))\n" \
                 "os.execvp('timeout', ['timeout', '0.7', 'sh', '-c', 'while :; do :; done'])"
        with Program(sys.executable, "-c", script, stdin=subprocess.PIPE) as target:
            run = attach(target.pid, seconds=60)
            self.assertTrue(eventually(lambda: is_confined(run.pid)))
            target.process.stdin.write(b"go\n")
            target.process.stdin.flush()
            answer = self.answered(run)
        self.assertLess(answer["window"]["duration_s"], 50)

    def test_a_target_that_is_killed_at_once(self):
        for delay in (0.0, 0.1, 0.2, 0.3):
            with busy() as target, attach(target.pid, seconds=20) as run:
                eventually(lambda: is_confined(run.pid))
                time.sleep(delay)
                target.kill()
                run.finish(timeout=30)
                self.assertIn(run.status, (0, 1))
                self.assertTrue(run.out if run.status == 0 else "ended" in run.err or "not exist" in run.err or
                                "gone" in run.err, run.err)

    def test_among_many_that_compute_it_ends_in_time(self):
        with contextlib.ExitStack() as all_of_them:
            targets = [all_of_them.enter_context(Program("sh", "-c", "while :; do :; done"))
                       for _ in range(3 * os.cpu_count())]
            run = attach(targets[0].pid, seconds=2)
            self.assertTrue(eventually(lambda: is_confined(run.pid), 60))
            confined = time.monotonic()
            self.answered(run)
            took = time.monotonic() - confined
        print(f"  2 s among {len(targets)} that compute took {took:.1f} s", file=sys.stderr)
        self.assertLess(took, 12)

    def test_two_instances_at_once(self):
        with busy() as target:
            first, second = (attach(target.pid, seconds=2) for _ in range(2))
            for answer in (self.answered(first), self.answered(second)):
                self.assertGreater(answer["load"]["cpu_cores"], 0)


# Makes one call after the other, each to another address; its table of peers holds 4096.
CALLS = """
import socket, sys
port, number = int(sys.argv[1]), 0
while True:
    number = number % 60000 + 1
    with socket.create_connection((f"127.1.{number >> 8}.{number & 255}", port)) as upstream:
        upstream.sendall(b"?")
        upstream.recv(1)
"""


# More processes than boundscope tells apart; the last ones compute.
CROWD = """
import ctypes, os, signal, time
libc = ctypes.CDLL(None)
def child(work):
    if os.fork() == 0:
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        while True: work()
for _ in range(2100): child(signal.pause)
for _ in range(2): child(lambda: None)
print(flush=True)
signal.pause()
"""
# More listening sockets than fit.
LISTENERS = """
import resource, socket, time
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
kept = [socket.create_server(("127.0.0.1", 0)) for _ in range(1500)]
print(flush=True)
while True: time.sleep(0.01)
"""


class Maps(unittest.TestCase):
    def test_processes_beyond_the_last_slot_are_counted_together(self):
        answer = self.answer_about(CROWD, "processes_full")
        self.assertGreater(answer["load"]["cpu_cores"], 0.1)  # of those that have no slot of their own

    def test_ports_beyond_the_last_listener_are_counted_as_lost(self):
        self.answer_about(LISTENERS, "listeners_full")

    def answer_about(self, script, loss):
        with Program(common.PYTHON, "-c", script, stdout=subprocess.PIPE) as target:
            target.process.stdout.readline()
            run = attach(target.pid, "--budget", "100", seconds=3).finish()
        self.assertEqual(run.status, 0, run.err)
        answer = run.answer()
        self.assertGreater(answer["cost"]["lost"], 0)
        told = [caveat["text"] for caveat in answer["caveats"] if caveat["code"] == "records_lost"]
        self.assertIn(loss, str(told))
        return answer

    def test_a_full_map_costs_names_and_the_answer_says_so(self):
        answered = []
        with socket.create_server(("", 0), backlog=256) as listener:
            threading.Thread(target=self.answer_all, args=(listener, answered), daemon=True).start()
            with Program(common.PYTHON, "-c", CALLS, str(listener.getsockname()[1])) as target:
                run = attach(target.pid, "--budget", "100", seconds=120)
                self.assertTrue(eventually(lambda: is_confined(run.pid)))
                begin = len(answered)
                self.assertTrue(eventually(lambda: len(answered) > begin + 7000, 110, pause=0.1))
                os.kill(run.pid, signal.SIGINT)
                run.finish()
        self.assertEqual(run.status, 0, run.err)
        answer = run.answer()
        self.assertGreater(answer["cost"]["lost"], 0)
        self.assertIn("records_lost", [caveat["code"] for caveat in answer["caveats"]])

    @staticmethod
    def answer_all(listener, answered):
        with contextlib.suppress(OSError):  # closed at the end of the test
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1)
                    connection.sendall(b"!")
                answered.append(None)


class Disks(unittest.TestCase):
    def test_a_full_disk_ends_a_recording_with_its_reason_and_no_answer_is_lost(self):
        with tempfile.TemporaryDirectory() as folder, busy() as target:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], check=True)
            try:
                with self.assertRaises(OSError), open(f"{folder}/filler", "wb", buffering=0) as filler:
                    while True:
                        filler.write(bytes(4096))
                runs = [Run(command, "-p", str(target.pid), "-d", "2", "-o", f"{folder}/{command}.rec")
                        for command in ("record", "attach")]
                for run in runs:
                    run.finish()
                    self.assertEqual(run.status, 1)
                    self.assertIn("No space left on device", run.err)
                self.assertIn("CPU cores", runs[1].out)
            finally:
                subprocess.run(["umount", folder], check=True)


class Time(unittest.TestCase):
    def test_a_pause_of_boundscope_is_no_time_of_the_target(self):
        with busy() as target, attach(target.pid, seconds=4) as run:
            self.assertTrue(eventually(lambda: is_confined(run.pid)))
            time.sleep(0.7)
            os.kill(run.pid, signal.SIGSTOP)
            time.sleep(1.5)
            os.kill(run.pid, signal.SIGCONT)
            run.finish()
            self.assertEqual(run.status, 0, run.err)
            load = run.answer()["load"]
            self.assertLess(load["cpu_cores"], 1.1)
            self.assertLessEqual(load["busiest_thread_share"], 1.05)

    @unittest.skipUnless(os.path.exists("/proc/self/ns/time"), "this kernel has no time namespaces")
    def test_clocks_of_a_time_namespace_are_not_those_of_the_probes(self):
        for offset in ("86400", "-10"):
            with busy() as target:
                before = ("unshare", "--time", "--monotonic", offset, "--boottime", offset)
                run = attach(target.pid, seconds=1, before=before).finish()
                self.assertEqual(run.status, 0, run.err)
                load = run.answer()["load"]
                self.assertGreater(load["cpu_cores"], 0)
                self.assertLess(load["cpu_cores"], 1.1)


if __name__ == "__main__":
    common.main()
