"""A control group of our own under one resource limit, v1 or v2, whichever the host has."""

import errno
import os
import pathlib
import time

from processes import Failure, Missing

ROOT = pathlib.Path("/sys/fs/cgroup")
_NAMES = {"cpu": "cpu", "memory": "memory", "io": "blkio"}  # v2 name: v1 name


class Cgroup:
    """One controller, one folder. remove() when its processes are gone."""

    def __init__(self, controller, name):
        self.controller = controller
        v1 = ROOT / _NAMES[controller]
        self.is_v1 = (v1 / "cgroup.procs").exists()
        parent = v1 if self.is_v1 else _v2_parent(controller)
        self.path = parent / f"boundscope-{name}-{os.getpid()}"
        try:
            self.path.mkdir()
        except OSError as error:
            raise Missing(f"cannot make a {controller} cgroup: {error.strerror}") from error

    def add(self, pid):
        (self.path / "cgroup.procs").write_text(str(pid))

    def remove(self, timeout_s=5):
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                self.path.rmdir()
                return
            except OSError as error:  # a process that is just ending still counts
                if error.errno != errno.EBUSY or time.monotonic() > deadline:
                    raise Failure(f"cannot remove {self.path}: {error.strerror}") from error
            time.sleep(0.05)

    def _write(self, name, value):
        try:
            (self.path / name).write_text(value)
        except OSError as error:
            raise Missing(f"cannot set {name} to {value}: {error.strerror}") from error

    def limit_cpu(self, cores, period_us=100_000):
        quota = int(cores * period_us)
        if self.is_v1:
            self._write("cpu.cfs_period_us", str(period_us))
            self._write("cpu.cfs_quota_us", str(quota))
        else:
            self._write("cpu.max", f"{quota} {period_us}")

    def limit_memory(self, size):
        self._write("memory.limit_in_bytes" if self.is_v1 else "memory.max", str(size))

    def forbid_swap(self):
        """To be called once memory is limited. Where a kernel does not account swap there is no limit to set."""
        limit = self.path / ("memory.memsw.limit_in_bytes" if self.is_v1 else "memory.swap.max")
        if limit.exists():
            limit.write_text((self.path / "memory.limit_in_bytes").read_text() if self.is_v1 else "0")

    def memory_hits(self):
        """Allocations that met the limit so far."""
        if self.is_v1:
            return int((self.path / "memory.failcnt").read_text())
        return self._value("memory.events", "max")

    def oom_kills(self):
        """Processes of it that the kernel killed for want of memory so far."""
        return self._value("memory.oom_control" if self.is_v1 else "memory.events", "oom_kill")

    def refaults(self):
        """Pages that came back after their eviction so far."""
        names = ("workingset_refault_file", "workingset_refault_anon")
        return sum(self._value("memory.stat", name) for name in names)

    def memory_used(self):
        name = "memory.usage_in_bytes" if self.is_v1 else "memory.current"
        return int((self.path / name).read_text())

    def _value(self, file, name):
        for line in (self.path / file).read_text().splitlines():
            if line.split()[0] == name:
                return int(line.split()[1])
        raise Missing(f"{file} has no {name} on this host")

    def limit_io(self, path, *, read_bps=None, write_iops=None):
        """Limits I/O to the device that holds `path`."""
        device = os.stat(path).st_dev
        number = f"{os.major(device)}:{os.minor(device)}"
        limits = (("read_bps", "rbps", read_bps), ("write_iops", "wiops", write_iops))
        for v1_name, v2_name, value in limits:
            if value is None:
                continue
            if self.is_v1:
                self._write(f"blkio.throttle.{v1_name}_device", f"{number} {value}")
            else:
                self._write("io.max", f"{number} {v2_name}={value}")

    def throttled_s(self):
        """Seconds its processes were kept from a CPU by the quota."""
        words = (self.path / "cpu.stat").read_text().split()
        values = dict(zip(words[::2], map(int, words[1::2])))
        return values["throttled_time"] / 1e9 if self.is_v1 else values["throttled_usec"] / 1e6


def _v2_parent(controller):
    available = ROOT / "cgroup.controllers"
    if not available.exists() or controller not in available.read_text().split():
        raise Missing(f"no cgroup controller '{controller}' on this host")
    enabled = ROOT / "cgroup.subtree_control"
    if controller not in enabled.read_text().split():
        enabled.write_text(f"+{controller}")
    return ROOT
