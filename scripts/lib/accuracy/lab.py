"""One experiment: services, load, boundscope in the middle."""

import json
import os
import subprocess
import time

import procfs
from accuracy.answer import Answer
from overhead.pairs import wait_until_attached
from processes import Failure, Processes, tail
from services import Load, Services, capacity_rps

_WARM_UP_S = 2
_SLACK_S = 60  # what boundscope may take beyond its duration before we call it hung


class Lab:
    def __init__(self, build, seconds, realtime=False):
        self._realtime = realtime
        self.seconds = seconds
        self.build = build
        self.disturbance = 0.0  # CPUs that others used on this host while boundscope measured
        # Where saturation is the point, the load generator must not take the service's CPU.
        cpus = sorted(os.sched_getaffinity(0))
        self.service_cpus, self.load_cpus = {cpus[0]}, {cpus[-1]}

    def __enter__(self):
        self.processes = Processes(self._realtime).__enter__()
        self.services = Services(self.processes, self.build)
        return self

    def __exit__(self, *exception):
        return self.processes.__exit__(*exception)

    def load(self, port, *arguments, cpus=None):
        """Starts the load and lets the service warm up."""
        load = Load(self.processes, self.build, port, *arguments, cpus=cpus)
        self.warm_up()
        return load

    def warm_up(self):
        time.sleep(_WARM_UP_S)

    def load_at(self, utilisation, port, *arguments):
        """Open loop at a share of the service's capacity, which is measured first."""
        capacity = capacity_rps(self.processes, self.build, port, *arguments, "--connections", 8)
        return self.load(port, *arguments, "--connections", 64, "--rate",
                         f"{utilisation * capacity:.1f}")

    def attach(self, service, *selector, when_attached=None):
        """Attaches by pid, or by what `selector` says; the answer, and CPU use by /proc.
        `when_attached` is called as soon as boundscope has probes."""
        selector = selector or ("--pid", service.pid)
        usage_before, began = self._usage(service), time.time()
        boundscope = self.processes.start(
            [self.build.boundscope, "attach", *selector, "--format", "json", "--duration",
             self.seconds], stdout=subprocess.PIPE)
        if when_attached:
            wait_until_attached(boundscope)
            when_attached()
        try:
            output, _ = boundscope.process.communicate(timeout=self.seconds + _SLACK_S)
        except subprocess.TimeoutExpired as error:
            raise Failure("boundscope did not end") from error
        ended = time.time()
        cores, ours, host = (
            (after - before) / (ended - began)
            for before, after in zip(usage_before, self._usage(service)))
        self.disturbance = max(0.0, host - ours)
        if boundscope.process.returncode != 0:
            raise Failure(
                f"boundscope exited with {boundscope.process.returncode}: {tail(boundscope.log)}")
        return Answer(json.loads(output), began, ended, cores)

    @staticmethod
    def _usage(service):
        """CPU seconds so far of the service, of all we started, of the host."""
        return (procfs.cpu_seconds(service.pid), procfs.cpu_seconds(os.getpid()),
                procfs.busy_seconds())
