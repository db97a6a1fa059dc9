"""Rows of `line` for programs that answer no requests."""

import base64
import os
import random

import procfs
from accuracy.checks import at_least, close_to, holds
from accuracy.row import Rows
from cgroups import Cgroup
from processes import find_program

ROWS = Rows()

_MIB = 1 << 20
_COMPRESS_BYTES = 900 * _MIB  # gzip -9 needs a minute for them
_SORT_BYTES = 900 * _MIB
_SORT_LIMIT_BYTES = 128 * _MIB
_SLOW_READ_BPS = 12 * _MIB


def _text_file(lab, size):
    """Lines in random order, on disk and not in the page cache."""
    path = lab.processes.folder / "input.txt"
    source = random.Random(1)
    with open(path, "wb") as file:
        while file.tell() < size:
            file.write(base64.encodebytes(source.randbytes(_MIB)))
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return path


def _thread_view(answer):
    view = answer.load["view"]
    return holds("view", view, "threads", view == "threads")


@ROWS.add("batch-compress", "gzip compressing a file", says=("cpu: *",))
def _compress(lab):
    path = _text_file(lab, _COMPRESS_BYTES)
    gzip = lab.processes.start([find_program("gzip"), "-9", "-c", path])
    lab.warm_up()
    answer = lab.attach(gzip)
    return answer, [
        _thread_view(answer),
        close_to("CPU cores", answer.load["cpu_cores"], answer.cpu_cores_from_proc, relative=0.1),
    ]


@ROWS.add("batch-sort", "sort of a file larger than its memory limit, on a slow disk",
          says=("io: disk", "memory: *"))
def _sort(lab):
    memory, disk = Cgroup("memory", "sort"), Cgroup("io", "sort")
    for group in (memory, disk):
        lab.processes.on_exit(group.remove)
    memory.limit_memory(_SORT_LIMIT_BYTES)
    disk.limit_io(lab.processes.folder, read_bps=_SLOW_READ_BPS)
    path = _text_file(lab, _SORT_BYTES)
    sort = lab.processes.start(
        [find_program("sort"), "--parallel=1", "-S", "48M", "-T", lab.processes.folder, path, "-o",
         lab.processes.folder / "sorted.txt"],
        cgroups=[memory, disk], environment={"LC_ALL": "C"})
    lab.warm_up()
    with procfs.StateSampler(sort.pid) as states:
        answer = lab.attach(sort)
    return answer, [
        _thread_view(answer),
        at_least("(waits for disk or memory, by /proc)", states.share("D"), 0.5),
        close_to("CPU cores", answer.load["cpu_cores"], answer.cpu_cores_from_proc, relative=0.15,
                 absolute=0.03),
    ]
