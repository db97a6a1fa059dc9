"""Rights: what is enough, what each is for, and what is given up before the target is looked at."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import common
from common import AS_NOBODY, CAPABILITIES, NOBODY, Run, attach, busy, eventually, is_confined, keep_only, status_of

NAMED = [name for name in CAPABILITIES if name != "sys_admin"]
PRIVILEGES = pathlib.Path(__file__).resolve().parents[2] / "docs/privileges.md"
# What goes on without it, and under which name the answer says so (docs/privileges.md).
DEGRADED = {"dac_read_search": "files of other users", "checkpoint_restore": "replaced files"}
REFUSED = {"bpf": "CAP_BPF", "perfmon": "CAP_PERFMON", "sys_ptrace": "CAP_SYS_PTRACE"}


def caveats(answer):
    return {caveat["text"] for caveat in answer["caveats"] if caveat["code"] == "capability"}


def mask_of(names):
    return sum(1 << CAPABILITIES[name] for name in names)


class Privileges(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.target = busy(user=NOBODY)

    @classmethod
    def tearDownClass(cls):
        cls.target.kill()

    def run_without(self, missing):
        return attach(self.target.pid, preexec_fn=lambda: keep_only([n for n in NAMED if n not in missing]))

    def test_the_named_capabilities_are_enough_and_each_is_missed(self):
        whole = self.run_without([])
        lacking = {name: self.run_without([name]) for name in NAMED}
        whole.finish()
        self.assertEqual(whole.status, 0, whole.err)
        self.assertTrue(any("CAP_SYS_ADMIN" in text for text in caveats(whole.answer())), whole.out)
        for name, run in lacking.items():
            run.finish()
            with self.subTest(without=name):
                if name in REFUSED:
                    self.assertEqual(run.status, 1)
                    self.assertIn(REFUSED[name], run.err)
                    self.assertEqual(run.out, "")
                    continue
                self.assertEqual(run.status, 0, run.err)
                texts = caveats(run.answer())
                if name in DEGRADED:
                    self.assertTrue(any("CAP_" + name.upper() in text and DEGRADED[name] in text for text in texts),
                                    texts)

    def test_the_capabilities_of_the_program_file_do_for_any_user(self):
        """As docs/privileges.md gives them to it; the target is another user's."""
        line = re.search(r"setcap (\S+=ep)", PRIVILEGES.read_text()).group(1)
        with tempfile.TemporaryDirectory() as folder, busy() as target:
            program = common.copy_for_everybody(folder)
            subprocess.run([shutil.which("setcap", path="/usr/sbin:/sbin:/usr/bin"), line, program], check=True)
            run = attach(target.pid, seconds=2, before=AS_NOBODY, program=program).finish()
        self.assertEqual(run.status, 0, run.err)
        answer = run.answer()
        self.assertEqual(answer["target"]["runtime"], "cpython")
        self.assertGreater(answer["cost"]["samples"], 0)
        self.assertTrue({"interpreter", "builtin"} & {row["owner"] for row in answer["cpu_time"]}, answer["cpu_time"])
        self.assertFalse([text for text in caveats(answer) if "CAP_SYS_ADMIN" not in text], caveats(answer))

    def test_rights_are_given_up_before_the_target_is_looked_at(self):
        with attach(self.target.pid, seconds=3) as run:
            self.assertTrue(eventually(lambda: is_confined(run.pid)))
            status = status_of(run.pid)
            self.assertEqual(status["NoNewPrivs"], "1")
            for kind in ("CapEff", "CapPrm"):
                self.assertEqual(int(status[kind], 16) & ~mask_of(CAPABILITIES), 0, f"{kind}: {status[kind]}")
            self.assertEqual(int(status["CapInh"], 16), 0)
            run.finish()
            self.assertEqual(run.status, 0, run.err)

    def test_report_reads_a_recording_without_any_rights(self):
        with tempfile.TemporaryDirectory() as folder:
            recording = pathlib.Path(folder) / "a.rec"
            made = Run("record", "-p", str(self.target.pid), "-d", "1", "-o", recording).finish()
            self.assertEqual(made.status, 0, made.err)
            with Run("report", "-", stdin=subprocess.PIPE) as run:
                self.assertTrue(eventually(lambda: is_confined(run.pid)))
                status = status_of(run.pid)
                self.assertEqual(int(status["CapEff"], 16), 0)
                self.assertEqual(status["NoNewPrivs"], "1")
                run.process.stdin.write(recording.read_bytes())
                run.finish()
                self.assertEqual(run.status, 0, run.err)
                self.assertIn("CPU cores", run.out)
            answer = pathlib.Path(folder) / "answer.json"
            answer.write_text("x" * 100_000)
            to_file = Run("report", recording, "--format", "json", "-o", answer).finish()
            self.assertEqual(to_file.status, 0, to_file.err)
            self.assertTrue(answer.read_text().rstrip().endswith("}"))

    def test_a_command_is_still_stopped_at_the_end(self):
        run = Run("attach", "-d", "1", "--format", "json", "--", "sh", "-c", "echo $$ >&2; exec sleep 1000").finish()
        self.assertEqual(run.status, 0, run.err)
        pid = int(run.err.split()[0])
        self.assertTrue(eventually(lambda: not os.path.exists(f"/proc/{pid}")))


if __name__ == "__main__":
    common.main()
