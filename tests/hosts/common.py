"""What the tests of hosts share: programs that are started and never outlive the test, and boundscope run as a user
runs it. Exit status 77: this host cannot run the test, and the output says why."""
import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

# The one that every user may run.
PYTHON = "/usr/bin/python3" if os.access("/usr/bin/python3", os.X_OK) else sys.executable
BUSY = "import time\nwhile True:\n  sum(i * i for i in range(2000))\n  time.sleep(0.002)\n"
PR_SET_PDEATHSIG, PR_CAPBSET_DROP = 1, 24
libc = ctypes.CDLL(None, use_errno=True)

NOBODY = 65534
AS_NOBODY = ("setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups")

# Numbers of the capabilities that docs/privileges.md names.
CAPABILITIES = {"dac_read_search": 2, "sys_ptrace": 19, "sys_admin": 21, "syslog": 34, "perfmon": 38, "bpf": 39,
                "checkpoint_restore": 40}
LAST_CAPABILITY = 63

boundscope = None  # path of the program, set by main()
programs = None    # folder of the programs that the tests need


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def keep_only(names):
    """For a child before exec: root with no capabilities but these, for good."""
    die_with_parent()
    kept = {CAPABILITIES[name] for name in names}
    for number in range(LAST_CAPABILITY + 1):
        if number not in kept:
            libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)


class Program:
    """A child that is killed with the test at the latest."""

    def __init__(self, *command, **options):
        options.setdefault("stdout", subprocess.DEVNULL)
        options.setdefault("stderr", subprocess.DEVNULL)
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("preexec_fn", die_with_parent)
        self.process = subprocess.Popen([str(part) for part in command], **options)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def busy(**options):
    return Program(PYTHON, "-c", BUSY, **options)


class Run(Program):
    """boundscope (or `program`, a copy of it), started; finish() waits for it."""

    def __init__(self, *arguments, **options):
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        program = options.pop("program", boundscope)
        super().__init__(*options.pop("before", ()), program, *arguments, **options)

    def finish(self, timeout=60):
        self.out, self.err = (text.decode(errors="replace") for text in self.process.communicate(timeout=timeout))
        self.status = self.process.returncode
        return self

    def answer(self):
        return json.loads(self.out)


def copy_for_everybody(folder):
    """boundscope where any user may execute it."""
    pathlib.Path(folder).chmod(0o755)
    return shutil.copy(boundscope, folder)


def attach(pid, *more, seconds=1, **options):
    return Run("attach", "-p", str(pid), "-d", str(seconds), "--format", "json", *more, **options)


def status_of(pid):
    fields = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        fields[name] = value.strip()
    return fields


def eventually(condition, seconds=60, pause=0.01):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return bool(condition())


def is_confined(pid):
    """Is the filter of system calls in force? From then on the target is being looked at."""
    try:
        return status_of(pid).get("Seccomp") == "2"
    except OSError:
        return False


def holds_probes(pid):
    """Programs and links of the kernel that a process holds, as {("prog", 17), ...}."""
    held = set()
    try:
        for entry in os.scandir(f"/proc/{pid}/fdinfo"):
            for line in pathlib.Path(entry.path).read_text().splitlines():
                name, _, value = line.partition(":")
                if name in ("prog_id", "link_id"):
                    held.add((name.removesuffix("_id"), int(value)))
    except OSError:
        pass
    return held


def is_attached(pid):
    """Does it hold links to probes? From then on the target is being looked at."""
    return any(kind == "link" for kind, _ in holds_probes(pid))


def main():
    global boundscope, programs
    boundscope, programs = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
    if os.geteuid() != 0:
        print("skipped: attaching BPF programs needs root")
        sys.exit(77)
    if not os.access("/sys/kernel/btf/vmlinux", os.R_OK):
        print("skipped: this kernel has no type information (/sys/kernel/btf/vmlinux)")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2, warnings="ignore")
