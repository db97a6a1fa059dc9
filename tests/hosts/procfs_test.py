"""--backend procfs: without BPF and without rights, and it says no more than it can know."""
import socket
import subprocess
import tempfile
import threading
import unittest

import common
from common import AS_NOBODY, Program, attach

# Says when it runs: until then it is what starts it, setpriv as root.
LOOP = "print(flush=True)\nwhile True: pass"
# Answers each byte after 3 ms of work; the caller waits for the answer, and 5 ms more.
SERVER = """
import socket, time
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
peer, _ = listener.accept()
while peer.recv(1):
    end = time.perf_counter() + 0.003
    while time.perf_counter() < end: pass
    peer.sendall(b"!")
"""
NO_RIGHTS = (*AS_NOBODY, "--no-new-privs")


def computing(*before):
    target = Program(*before, common.PYTHON, "-c", LOOP, stdout=subprocess.PIPE)
    target.process.stdout.readline()
    return target


def by_polling(pid, *more, **options):
    return attach(pid, "--backend", "procfs", *more, **options).finish()


class WithoutBpf(unittest.TestCase):
    def answered(self, run):
        self.assertEqual(run.status, 0, run.err)
        answer = run.answer()
        self.assertIsNone(answer["load"]["requests_per_s"])
        self.assertEqual(answer["request_time"], [])
        self.assertEqual(answer["cpu_time"], [])
        self.assertIn("capability", [caveat["code"] for caveat in answer["caveats"]])
        return answer

    def test_a_program_that_computes_is_bound_by_the_cpu(self):
        with computing() as target:
            answer = self.answered(by_polling(target.pid, seconds=3))
        verdict = answer["verdict"]
        self.assertEqual(verdict["bound"], "cpu")
        self.assertIn(verdict["cause"], (None, "starved"))  # the latter where others take the CPUs of this host
        if verdict["cause"] is None:
            self.assertIn("takes CPU samples", verdict["summary"])
        self.assertGreater(answer["load"]["cpu_cores"], 0.1)

    def test_a_service_whose_requests_are_not_seen_gets_no_verdict(self):
        with Program(common.PYTHON, "-c", SERVER, stdout=subprocess.PIPE) as target:
            port = int(target.process.stdout.readline())
            with socket.create_connection(("127.0.0.1", port)) as client:
                over = threading.Event()
                caller = threading.Thread(target=self.call, args=(client, over))
                caller.start()
                try:
                    answer = self.answered(by_polling(target.pid, seconds=3))
                finally:
                    over.set()
                    caller.join()
        self.assertEqual(answer["verdict"]["bound"], "inconclusive")
        self.assertGreater(answer["load"]["cpu_cores"], 0.05)

    @staticmethod
    def call(client, over):
        while not over.wait(0.005):
            client.sendall(b"?")
            client.recv(1)

    def test_nobody_may_look_at_his_own_programs(self):
        with tempfile.TemporaryDirectory() as folder:
            program = common.copy_for_everybody(folder)
            with computing(*NO_RIGHTS) as target:
                run = by_polling(target.pid, seconds=2, before=NO_RIGHTS, program=program)
        self.assertEqual(run.status, 0, run.err)
        self.assertEqual(run.answer()["verdict"]["bound"], "cpu")


if __name__ == "__main__":
    common.main()
