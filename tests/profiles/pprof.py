"""`go tool pprof`, which decodes the profile and prints what it has."""
import collections
import re
import shutil
import subprocess

from check import Skip, harmless, require, same_leaves, same_sum

_SAMPLE = re.compile(r"^\s*(\d+)\s+(\d+)\s+(\d+):((?: \d+)+) $")
_LABELS = re.compile(r"(\w+):\[(.*?)\](?= \w+:\[|$)")
# The empty parentheses: a name that pprof shortens has its whole length there.
_LOCATION = re.compile(r"^\s*(\d+): 0x[0-9a-f]+ (?:M=\d+ )?(.*) :0 s=0\(\)$")


class Consumer:
    formats = ("pprof",)

    def __init__(self, _work):
        if not shutil.which("go"):
            raise Skip("there is no go")

    def check(self, profile, expected):
        samples, names = _read(_run("-raw", profile))
        on_cpu = [one for one in samples if one.samples]
        same_sum(sum(one.samples for one in samples), expected.samples, 0, "the sum of the samples")
        same_sum(sum(one.cpu_ns for one in samples), expected.cpu_ns(expected.samples), len(on_cpu), "the CPU time")
        same_sum(sum(one.off_cpu_ns for one in samples), expected.off_cpu_ns, len(samples), "the time off the CPU")
        leaves = collections.Counter()
        for one in on_cpu:
            leaves[names[one.locations[0]]] += one.samples
            require("owner" in one.labels, "every sample has an owner", one.labels)
        same_leaves(leaves, expected.samples_by_leaf, 0, "samples by function")
        harmless([*names.values(), *(label for one in samples for label in one.labels.values())])
        self._check_table(profile, expected)

    @staticmethod
    def _check_table(profile, expected):
        """As a person asks for it."""
        table = _run("-top", profile, "-sample_index=samples", "-nodecount=0", "-nodefraction=0")
        if not expected.samples:
            return
        found = re.search(r"Total samples = (\d+)", table)
        require(found and int(found[1]) == expected.samples, "-top knows the sum of the samples", table)


class _Sample:
    def __init__(self, match):
        self.samples, self.cpu_ns, self.off_cpu_ns = (int(match[i]) for i in (1, 2, 3))
        self.locations = match[4].split()
        self.labels = {}


def _run(what, profile, *options):
    result = subprocess.run(["go", "tool", "pprof", what, *options, str(profile)], capture_output=True, text=True,
                            check=False)
    require(result.returncode == 0, "go tool pprof reads it", result.stderr)
    return result.stdout


def _read(raw):
    head, _, rest = raw.partition("\nLocations\n")
    samples = []
    for line in head.splitlines():
        match = _SAMPLE.match(line)
        if match:
            samples.append(_Sample(match))
        elif samples and line.startswith("                "):
            samples[-1].labels.update(_LABELS.findall(line.strip()))
    locations = rest.partition("\nMappings\n")[0].splitlines()
    names = {}
    for line in filter(None, locations):
        match = _LOCATION.match(line)
        require(match, "a location has a whole name", line)
        names[match[1]] = match[2]
    return samples, names
