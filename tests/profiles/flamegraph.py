"""flamegraph.pl, as Debian ships it with Devel::NYTProf: folded stacks become a picture."""
import collections
import os
import pathlib
import re
import subprocess
import xml.etree.ElementTree as ElementTree

from check import Skip, harmless, require, same_sum
from expected import folded

_PROGRAM = pathlib.Path("/usr/share/perl5/Devel/NYTProf/flamegraph.pl")
_TITLE = re.compile(r"^(.*) \(([\d,]+) us, [\d.]+%\)$", re.DOTALL)


class Consumer:
    formats = ("folded",)

    def __init__(self, _work):
        if not _PROGRAM.exists():
            raise Skip(f"there is no {_PROGRAM} (libdevel-nytprof-perl)")

    def check(self, profile, expected):
        if not expected.samples:
            require(profile.read_text() == "", "no samples, no stacks")
            return
        picture = subprocess.run(["perl", str(_PROGRAM), "--minwidth", "0", "--countname", "us", str(profile)],
                                 capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"})
        require(picture.returncode == 0 and not picture.stderr, "flamegraph.pl reads it", picture.stderr.decode())
        frames = _frames(picture.stdout)
        wanted_us = expected.cpu_ns(expected.samples) / 1000
        same_sum(sum(frames["all"]), wanted_us, len(profile.read_text().splitlines()), "the CPU time")
        for name, samples in expected.samples_by_leaf.items():
            title = _title(folded(name))
            found = sum(frames[title]) + sum(frames[title + "_[k]"])
            require(found >= expected.cpu_ns(samples) / 1000 - len(expected.samples_by_leaf),
                    "a function is as wide as its samples", name, found)
        harmless(frames)


def _title(name):
    """flamegraph.pl takes the angle brackets out of names."""
    return name.replace("<", "(").replace(">", ")")


def _frames(svg):
    """Widths in microseconds by name. A name that broke out of its attribute would be no XML, or another element."""
    root = ElementTree.fromstring(svg)
    frames = collections.defaultdict(list)
    for title in root.iter("{http://www.w3.org/2000/svg}title"):
        match = _TITLE.match(title.text)
        require(match, "a frame has one value", title.text)
        frames[match[1]].append(int(match[2].replace(",", "")))
    scripts = list(root.iter("{http://www.w3.org/2000/svg}script"))
    require(len(scripts) == 1, "the only script is flamegraph.pl's own", len(scripts))
    return frames
