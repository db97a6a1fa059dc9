"""The target does with boundscope what it does without it: signals, interruptions, timeouts, futexes, sockets,
children, and its own code; and nearly as quickly. The program counts them and prints what has to be the same."""
import subprocess
import time
import unittest

import common
from common import Program, attach, eventually, is_attached


class Unharmed(unittest.TestCase):
    def outcome(self, watched):
        with Program(common.programs / "unharmed", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
            self.assertEqual(program.process.stdout.readline(), b"ready\n")
            # Everything is attached all the time.
            run = attach(program.pid, "--budget", "100", "-F", "999", seconds=30) if watched else None
            if run:
                self.assertTrue(eventually(lambda: is_attached(run.pid)))
                time.sleep(0.3)
            out, _ = program.process.communicate(b"\n", timeout=60)
            self.assertEqual(program.process.returncode, 0)
            if run:
                run.finish()
                self.assertEqual(run.status, 0, run.err)
                # It was watched indeed: it made some 3000 exchanges with itself.
                self.assertGreater(run.answer()["cost"]["switches_per_s"], 100)
        lines = out.decode().splitlines()
        same = dict(line.split() for line in lines if not line.startswith("# "))
        return same, dict(line[2:].split() for line in lines if line.startswith("# "))

    def test_what_the_program_counts_is_the_same(self):
        (alone, times_alone), (watched, times_watched) = self.outcome(False), self.outcome(True)
        self.assertEqual(alone, watched)
        # Far beyond noise: two threads that take turns, for which everything hangs on being woken.
        turn_ns, watched_turn_ns = (int(times["median_turn_ns"]) for times in (times_alone, times_watched))
        self.assertLess(watched_turn_ns, 5 * turn_ns + 50_000)
        for name, value in (("signals", "2000"), ("interrupted_reads", "200"), ("futex_ETIMEDOUT", "150"),
                            ("bytes", "4501500"), ("TracerPid", "0"), ("recv_EAGAIN", "50")):
            self.assertEqual(alone.get(name), value, name)


if __name__ == "__main__":
    common.main()
