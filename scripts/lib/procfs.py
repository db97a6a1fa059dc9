"""What /proc says about processes, independent of boundscope."""

import collections
import os
import pathlib
import threading
import time

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def _stat_fields(pid):
    """Fields of /proc/PID/stat from the third on (state); None if it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text[text.rindex(")") + 2:].split()


def process_tree(root):
    """Pids of a process and its descendants."""
    children = collections.defaultdict(list)
    for name in os.listdir("/proc"):
        if name.isdigit() and (fields := _stat_fields(name)):
            children[int(fields[1])].append(int(name))
    tree, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        tree.append(pid)
        waiting.extend(children[pid])
    return tree


def cpu_seconds(root):
    """CPU time used by a process tree so far."""
    ticks = 0
    for pid in process_tree(root):
        if fields := _stat_fields(pid):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS_PER_S


def cpu_clock_seconds(pid):
    """CPU time of one process and all its threads, in nanoseconds' resolution: /proc counts ticks.
    The clock's number is made as clock_getcpuclockid(3) makes it."""
    scheduler_clock = 2
    return time.clock_gettime((~pid << 3) | scheduler_clock)


def rss_bytes(pid):
    """Resident memory of one process now."""
    resident = pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(resident) * os.sysconf("SC_PAGE_SIZE")


def busy_seconds():
    """CPU time the whole host has used so far, what the hypervisor took included."""
    words = pathlib.Path("/proc/stat").read_text().splitlines()[0].split()
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, words[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS_PER_S


def peak_rss_bytes(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return None


class StateSampler:
    """Samples the state letter of one thread (R runs, D waits for disk or memory, S sleeps)."""

    def __init__(self, pid, interval_s=0.005):
        self._pid = pid
        self._interval_s = interval_s
        self._counts = collections.Counter()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.is_set() and (fields := _stat_fields(self._pid)):
            self._counts[fields[0]] += 1
            time.sleep(self._interval_s)

    def share(self, state):
        total = sum(self._counts.values())
        return self._counts[state] / total if total else 0.0
