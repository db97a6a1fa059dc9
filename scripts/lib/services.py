"""The services under test: Debian's with configurations of ours, and those of tests/workloads."""

import json
import pathlib
import signal
import socket
import subprocess
import time

from build_folder import SOURCE
from processes import Failure, Missing, find_program, run, stop, tail, wait_until

WORKLOAD_SOURCES = SOURCE / "tests/workloads"
_LIFETIME_S = 900  # of a workload, should everything else fail to end it
_POSTGRES_USER = "postgres"

_NGINX_CONFIGURATION = """
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  {http}
  server {{
    listen 127.0.0.1:{port}{listen};
    {server}
  }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def _wait_for_port(service, port):
    wait_until(lambda: _listens(port) or service.process.poll() is not None,
               f"{service.name} listening")
    if service.process.poll() is not None:
        raise Failure(f"{service.name} ended at once: {tail(service.log)}")
    service.port = port
    return service


class Services:
    """Starts services; `processes` owns them."""

    def __init__(self, processes, build):
        self._processes = processes
        self._build = build

    def workload(self, name, *arguments, **options):
        program = self._build.workloads / name
        if not program.exists():
            raise Missing(f"{name} was not built (its compiler was not found)")
        return self._processes.start_ready(
            [program, *arguments, "--seconds", _LIFETIME_S], **options)

    def node(self, *arguments, **options):
        return self._processes.start_ready(
            [find_program("node"), WORKLOAD_SOURCES / "node/service.js", *arguments,
             "--seconds", _LIFETIME_S], **options)

    def python(self, *arguments, **options):
        return self._processes.start_ready(
            ["/usr/bin/python3", WORKLOAD_SOURCES / "python/service.py", *arguments,
             "--seconds", _LIFETIME_S], **options)

    def redis(self, cpus=None):
        port = free_port()
        server = self._processes.start(
            [find_program("redis-server"), "--port", port, "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", self._processes.folder], cpus=cpus)
        _wait_for_port(server, port)
        run([find_program("redis-cli"), "-p", port, "set", "key", "value"])
        return server

    def redis_commands(self, server):
        """Commands it processed so far."""
        statistics = run([find_program("redis-cli"), "-p", server.port, "info", "stats"])
        for line in statistics.splitlines():
            if line.startswith("total_commands_processed:"):
                return int(line.split(":")[1])
        raise Failure("redis-cli info has no total_commands_processed")

    def nginx(self, server, http="", listen="", workers=1, cpus=None):
        """nginx with `server` inside its server block."""
        program = find_program("nginx")
        port = free_port()
        configuration = self._processes.folder / f"nginx-{port}.conf"
        configuration.write_text(_NGINX_CONFIGURATION.format(
            folder=self._processes.folder, port=port, server=server, http=http, listen=listen,
            workers=workers))
        service = self._processes.start(
            [program, "-c", configuration, "-p", self._processes.folder], cpus=cpus)
        return _wait_for_port(service, port)

    def nginx_static(self, cpus=None):
        page = self._processes.folder / "small.html"
        page.write_text("hello\n" * 20)
        page.chmod(0o644)
        return self.nginx(f"root {self._processes.folder};", cpus=cpus)

    def nginx_proxy(self, upstream_port, listen=""):
        upstream = f"upstream slow {{ server 127.0.0.1:{upstream_port}; keepalive 256; }}"
        return self.nginx('location / { proxy_pass http://slow; proxy_http_version 1.1;'
                          ' proxy_set_header Connection ""; }', http=upstream, listen=listen)

    def postgres(self, settings=(), cgroups=()):
        """A PostgreSQL cluster of its own, filled by pgbench."""
        programs = _postgres_programs()
        port = free_port()
        data = self._processes.folder / "postgres"
        data.mkdir()
        run(["chown", _POSTGRES_USER, data])
        run(["setpriv", "--reuid", _POSTGRES_USER, "--regid", _POSTGRES_USER, "--init-groups",
             programs / "initdb", "-D", data / "data", "-A", "trust", "-N"], cwd=data)
        options = [f"-cport={port}", "-clisten_addresses=127.0.0.1",
                   f"-cunix_socket_directories={data}", "-cautovacuum=off", *settings]
        server = self._processes.start(
            [programs / "postgres", "-D", data / "data", *options], user=_POSTGRES_USER,
            cgroups=cgroups, stop_signal=signal.SIGQUIT)
        _wait_for_port(server, port)
        ready = [programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-q"]
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, "PostgreSQL ready")
        run([programs / "pgbench", *_pgbench_target(port), "-i", "-s", "5", "-q"])
        return server

    def pgbench(self, server, *arguments):
        """Runs pgbench until it is stopped."""
        return self._processes.start(
            [_postgres_programs() / "pgbench", *_pgbench_target(server.port), "-T", _LIFETIME_S,
             "-n", *arguments])


def _pgbench_target(port):
    return ["-h", "127.0.0.1", "-p", port, "-U", _POSTGRES_USER, _POSTGRES_USER]


def _postgres_programs():
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        raise Missing("PostgreSQL is not installed")
    return found[-1].parent


class Load:
    """Our load generator, running until finish()."""

    def __init__(self, processes, build, port, *arguments, cpus=None):
        self._service = processes.start(
            [build.workloads / "load", "--port", port, "--seconds", _LIFETIME_S, *arguments],
            stdout=subprocess.PIPE, cpus=cpus)
        self.result = None

    def finish(self):
        """Stops it; what it measured (tests/workloads/cpp/latency_log.h)."""
        if self.result is None:
            process = self._service.process
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=20)
            if not output:
                raise Failure(f"the load generator failed: {tail(self._service.log)}")
            self.result = json.loads(output)
            stop(process)
        return self.result

    def between(self, began, ended):
        """(requests/s, mean ms to the first byte) over the whole seconds within [began, ended]."""
        seconds = [second for second in self.finish()["seconds"]
                   if second["second"] >= began and second["second"] + 1 <= ended]
        requests = sum(second["requests"] for second in seconds)
        if requests == 0:
            raise Failure("the load generator got no answers meanwhile")
        mean_ms = sum(second["requests"] * second["first_byte_mean_ms"] for second in seconds)
        return requests / len(seconds), mean_ms / requests


def capacity_rps(processes, build, port, *arguments, seconds=3):
    """Requests per second that a service answers in a closed loop."""
    load = Load(processes, build, port, *arguments)
    time.sleep(seconds)
    return load.finish()["rps"]
