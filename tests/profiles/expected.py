"""What a profile of a recording has to say, computed from the recording's own lines and not by boundscope."""
import collections
import json
import re
import unicodedata


class Expected:
    def __init__(self, path):
        self.samples = 0
        self.frequency_hz = 0
        self.samples_by_leaf = collections.Counter()  # by the name that is shown
        self._leaves = []  # of each stack
        self._waited = collections.defaultdict(_Waited)  # by process and class
        frames = []
        for text in path.read_text(errors="surrogateescape").splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                break  # cut off in the middle
            if line["kind"] == "header":
                self.frequency_hz = line["frequency_hz"]
            elif line["kind"] == "frame":
                frames.append(shown(line))
            elif line["kind"] == "stack":
                self._leaves.append(frames[line["frames"][0]] if line["frames"] else "[unknown]")
            elif line["kind"] == "window":
                self._add(line)

    def _add(self, window):
        for process in window.get("processes", []):
            for wait_class, blocked_ns in process.get("blocked_ns", {}).items():
                self._waited[process["pid"], wait_class].total_ns += blocked_ns
        for wait in window.get("waits", []):
            self._waited[wait["pid"], wait["wait_class"]].ended_ns += wait.get("blocked_ns", 0)
        for wait in window.get("wait_stacks", []):
            stacks = self._waited[wait["pid"], wait["wait_class"]].stacks_ns
            stacks[wait.get("comm", ""), wait.get("stack", 0)] += wait.get("blocked_ns", 0)
        for sample in window.get("samples", []):
            self.samples += sample["count"]
            self.samples_by_leaf[self._leaves[sample.get("stack", 0)]] += sample["count"]

    @property
    def off_cpu_ns(self):
        return sum(waited.best_ns() for waited in self._waited.values())

    def cpu_ns(self, samples):
        return samples * 1e9 / self.frequency_hz


class _Waited:
    """The waits of one class in one process."""

    def __init__(self):
        self.total_ns = 0
        self.ended_ns = 0
        self.stacks_ns = collections.Counter()

    def best_ns(self):
        """docs/profiles.md: the exact time; where it was read just before the only wait ended, what the wait says."""
        return self.total_ns or self.ended_ns or sum(max(ns, 1) for ns in self.stacks_ns.values())


def shown(frame):
    """The name by which docs/profiles.md promises to show a frame."""
    module = frame.get("module", "")
    if frame.get("symbol"):
        return visible(frame["symbol"])
    if module in ("", "[jit]"):
        return module or "[unknown]"
    offset = f"+{frame['offset']:#x}" if frame.get("offset") else ""
    return f"[unknown in {visible(module.strip('[]'))}{offset}]"


def folded(name):
    """The same in a folded stack, where semicolons separate frames and numbers at the end are values."""
    return re.sub(r" ([0-9.]+)$", r"\\x20\1", name).replace(";", ":")


def visible(name):
    return "".join(_escape(character) if is_treacherous(character) else character for character in name)


def is_treacherous(character):
    """Controls, direction marks, invisible characters and line separators."""
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs")


def _escape(character):
    return f"\\x{ord(character):02x}" if ord(character) < 0x80 else f"\\u{ord(character):04x}"
