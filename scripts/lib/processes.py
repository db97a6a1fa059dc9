"""Processes that a script starts, and that end with it whatever happens.

Everything is started through a Processes object used as a context manager: leaving it, also by an
exception or Ctrl-C, ends what was started, newest first, by pid. Children additionally get SIGTERM
from the kernel should the script itself be killed.
"""

import contextlib
import ctypes
import dataclasses
import os
import pathlib
import pwd
import select
import shutil
import signal
import subprocess
import tempfile
import time

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_NICE = -10


class Failure(Exception):
    """Something the script needs did not work; the message says what."""


class Missing(Exception):
    """This host lacks something; the message says what and why it matters."""


@dataclasses.dataclass
class Service:
    """A running process; `port` is where it listens, if it told."""

    name: str
    process: subprocess.Popen
    port: int = 0
    log: pathlib.Path | None = None

    @property
    def pid(self):
        return self.process.pid


def end_on_signals():
    """Turns SIGTERM and SIGINT into exceptions, so that context managers clean up. SIGINT too: a
    shell may have started us with it ignored."""

    def raise_exit(*_):
        raise SystemExit(143)

    signal.signal(signal.SIGTERM, raise_exit)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def find_program(name):
    """Path of a program, also where Debian hides daemons from users; raises Missing."""
    search = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
    found = shutil.which(name, path=search)
    if not found:
        raise Missing(f"{name} is not installed")
    return found


class Processes:
    def __init__(self, realtime=False):
        """`realtime`: all that is started comes before everything else on this host. On a host that
        others keep busy, a service waits for them longer than it works, whatever its niceness."""
        self._stack = contextlib.ExitStack()
        self._realtime = realtime

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="boundscope-"))
        self.folder.chmod(0o755)
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        return self

    def __exit__(self, *exception):
        return self._stack.__exit__(*exception)

    def on_exit(self, function, *arguments):
        self._stack.callback(function, *arguments)

    def start(self, command, *, user=None, cgroups=(), cpus=None, environment=None,
              stdout=subprocess.DEVNULL, stop_signal=signal.SIGTERM):
        """Starts a command in a session of its own; its stderr goes to a log in our folder."""
        command = [str(word) for word in command]
        name = os.path.basename(command[0])
        log = self.folder / f"{name}-{time.monotonic_ns()}.log"
        with open(log, "wb") as errors:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=errors,
                env={**os.environ, **(environment or {})}, start_new_session=True,
                cwd=self.folder, preexec_fn=lambda: _prepare_child(user, cgroups, cpus, self._realtime))
        self._stack.callback(stop, process, stop_signal)
        return Service(name, process, log=log)

    def start_ready(self, command, timeout_s=10, **options):
        """Starts one of our workloads and waits for its line "ready PORT"."""
        service = self.start(command, stdout=subprocess.PIPE, **options)
        readable, _, _ = select.select([service.process.stdout], [], [], timeout_s)
        line = service.process.stdout.readline().decode().split() if readable else []
        if len(line) != 2 or line[0] != "ready":
            raise Failure(f"{service.name} did not get ready: {tail(service.log)}")
        service.port = int(line[1])
        return service

    def stop(self, service, stop_signal=signal.SIGTERM):
        """Ends one service before the others."""
        stop(service.process, stop_signal)


def _raise_priority():
    """Others who share the host disturb a measurement less. Scheduler groups may stand above
    processes, so both get it; where we may not, we measure as it is."""
    with contextlib.suppress(OSError):
        os.nice(_NICE)
        pathlib.Path("/proc/self/autogroup").write_text(str(_NICE))


def _prepare_child(user, cgroups, cpus, realtime):
    _raise_priority()
    if realtime:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    for group in cgroups:
        group.add(os.getpid())
    if cpus is not None:
        os.sched_setaffinity(0, cpus)
    if user is not None:
        entry = pwd.getpwnam(user)
        os.initgroups(user, entry.pw_gid)
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def stop(process, stop_signal=signal.SIGTERM, timeout_s=5):
    """Ends a process we started; by SIGKILL if it does not listen."""
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout:
        process.stdout.close()


def run(command, **options):
    """Runs a command to its end and returns its output; raises Failure with its last words."""
    command = [str(word) for word in command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}: {done.stderr.strip()[-300:] or done.returncode}")
    return done.stdout


def wait_until(condition, what, timeout_s=15):
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"{what} did not happen within {timeout_s} s")
        time.sleep(0.05)


def tail(path, size=300):
    return path.read_text(errors="replace").strip()[-size:] or "(it said nothing)"
