"""Alternating pairs: every measurement with a tool attached has its own one without, taken just
before, so that slow drifts of the host cancel."""

import dataclasses
import pathlib
import statistics

from processes import Failure, wait_until

_ATTACH_TIMEOUT_S = 15


@dataclasses.dataclass
class Pair:
    without: float
    attached: float

    @property
    def difference(self):
        return self.attached - self.without

    @property
    def ratio(self):
        return self.attached / self.without


@dataclasses.dataclass
class Spread:
    """Median with quartiles."""

    median: float
    low: float
    high: float

    def format(self, pattern):
        return f"{self.median:{pattern}} [{self.low:{pattern}}..{self.high:{pattern}}]"


def spread(values):
    values = list(values)
    if len(values) < 2:
        return Spread(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


@dataclasses.dataclass
class Goal:
    text: str
    met: bool


def holds_a_probe(pid):
    """Whether a process has a BPF program attached: one of its descriptors is a link."""
    for info in pathlib.Path(f"/proc/{pid}/fdinfo").glob("*"):
        try:
            if "link_type:" in info.read_text():
                return True
        except OSError:  # closed meanwhile
            continue
    return False


def wait_until_attached(tool):
    wait_until(lambda: tool.process.poll() is not None or holds_a_probe(tool.pid),
               f"{tool.name} attaching", _ATTACH_TIMEOUT_S)
    if tool.process.poll() is not None:
        raise Failure(f"{tool.name} ended at once: {tool.log.read_text()[-300:]}")
