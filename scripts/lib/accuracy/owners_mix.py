"""Runs a mix generator (tests/workloads/mix) and says what its CPU time was spent on."""

import json
import os
import pathlib

from processes import Failure, tail, wait_until

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_LIFETIME_SLACK_S = 90  # a mix ends by itself, should we not end it


class Mix:
    """A running generator; `shares` are the weights of its sections."""

    def __init__(self, lab, command, shares):
        self._output = lab.processes.folder / "mix.jsonl"
        words = ",".join(f"{name}={weight}" for name, weight in shares.items())
        with open(self._output, "wb") as output:
            self.service = lab.processes.start(
                [*command, "--seconds", lab.seconds + _LIFETIME_SLACK_S, "--shares", words],
                stdout=output)
        wait_until(lambda: self._lines() or self.service.process.poll() is not None,
                   f"a first line of {command[0]}")
        if not self._lines():
            raise Failure(f"{command[0]} ended at once: {tail(self.service.log)}")

    @property
    def pid(self):
        return self.service.pid

    def _lines(self):
        text = self._output.read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def shares_between(self, began, ended):
        """Share of the process's CPU time by section, over a window of wall-clock time."""
        wait_until(lambda: self._lines()[-1]["at"] >= ended, "the last line of the mix")
        lines = self._lines()
        before, after = _at(lines, began), _at(lines, ended)
        used = {name: after[name] - before[name] for name in after}
        total = used.pop("cpu_s")
        return {name: seconds / total for name, seconds in used.items()}


def _at(lines, moment):
    """The cumulative times at a moment, between the two lines around it."""
    for before, after in zip(lines, lines[1:]):
        if before["at"] <= moment <= after["at"]:
            break
    else:
        raise Failure("the mix did not run all the time")
    part = (moment - before["at"]) / (after["at"] - before["at"])
    first, second = ({"cpu_s": line["cpu_s"], **line["sections"]} for line in (before, after))
    return {name: first[name] + part * (second[name] - first[name]) for name in first}


class ThreadTimes:
    """CPU time of a process's threads by the kernel's accounts, since this was made."""

    def __init__(self, pid):
        self._main = str(pid)
        self._tasks = pathlib.Path(f"/proc/{pid}/task")
        self._process = pathlib.Path(f"/proc/{pid}/stat")
        self._began = self._read()

    def _read(self):
        user, system = _times(self._process.read_text())[1:]
        threads = {}
        for task in self._tasks.iterdir():
            try:
                threads[task.name] = _times((task / "stat").read_text())
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended meanwhile
        return user, system, threads

    def shares(self, thread_kinds):
        """Parts of the CPU time since the begin: "kernel", "background" (threads but the main one,
        in user space), and by `thread_kinds`, {kind: prefixes of thread names}, also in user
        space."""
        user_before, system_before, before = self._began
        user, system, threads = self._read()
        total = user - user_before + system - system_before
        by_task = {task: (name, now - (before[task][1] if task in before else 0))
                   for task, (name, now, _) in threads.items()}
        shares = {"kernel": (system - system_before) / total,
                  "background": sum(used for task, (_, used) in by_task.items()
                                    if task != self._main) / total}
        for kind, prefixes in thread_kinds.items():
            shares[kind] = sum(used for name, used in by_task.values()
                               if name.startswith(prefixes)) / total
        return shares


def _times(stat):
    """(name, user seconds, system seconds) of a line of /proc/PID/stat."""
    fields = stat[stat.rindex(")") + 2:].split()
    name = stat[stat.index("(") + 1:stat.rindex(")")]
    return name, int(fields[11]) / _TICKS_PER_S, int(fields[12]) / _TICKS_PER_S
