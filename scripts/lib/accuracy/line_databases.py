"""Rows of `line` with PostgreSQL."""

from accuracy.checks import at_least
from accuracy.row import Rows
from cgroups import Cgroup

ROWS = Rows()

_SLOW_WRITES_PER_S = 150


@ROWS.add("pg-select", "PostgreSQL, pgbench select-only in cache", says=("cpu: *",))
def _select(lab):
    server = lab.services.postgres()
    lab.services.pgbench(server, "-S", "-c", 4)
    lab.warm_up()
    return lab.attach(server), []


@ROWS.add("pg-write", "PostgreSQL, pgbench writing with fsync to slow storage", says=("io: disk",))
def _write(lab):
    # Direct, synchronous log writes: cgroup v1 throttles only what a process submits itself, and
    # the page cache would hide the rest.
    settings = ["-cwal_sync_method=open_datasync", "-cwal_level=minimal", "-cmax_wal_senders=0"]
    group = Cgroup("io", "slow-disk")
    lab.processes.on_exit(group.remove)
    server = lab.services.postgres(settings, cgroups=[group])
    group.limit_io(lab.processes.folder, write_iops=_SLOW_WRITES_PER_S)
    lab.services.pgbench(server, "-N", "-c", 4)
    lab.warm_up()
    answer = lab.attach(server)
    # One session writes the log, the others wait for its lock: both are the disk's doing.
    disk, lock = answer.share("disk"), answer.share("lock")
    return answer, [at_least("disk and lock share", None if disk is None else disk + lock, 0.8),
                    at_least("disk share", disk, 0.1)]
