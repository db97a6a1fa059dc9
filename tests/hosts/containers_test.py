"""Targets in containers, and boundscope in one: namespaces made by unshare, a root folder of their own, and cgroups
that are named as container runtimes name them."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import common
from common import Program, Run, attach, busy, eventually

CGROUPS = pathlib.Path("/sys/fs/cgroup")
ID = "b0d5c09e" + os.urandom(28).hex()
OWN_NAMESPACES = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child", "--mount", "--net",
                  "--ipc", "--uts", "--cgroup", "--mount-proc")
SERVER = """
import socket, threading, sys
listener = socket.create_server(("127.0.0.1", 18977))
def serve():
    while True:
        peer, _ = listener.accept()
        while peer.recv(100): peer.sendall(b"x")
threading.Thread(target=serve, daemon=True).start()
client = socket.create_connection(("127.0.0.1", 18977))
while True:
    client.sendall(b"y"); client.recv(100)
"""


def libraries_of(program):
    listed = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    return [word for line in listed.splitlines() for word in line.split() if word.startswith("/")]


def make_root(folder, *programs):
    """A root folder that holds the programs, by their names, and what they are linked with."""
    for program in programs:
        shutil.copy(program, folder / pathlib.Path(program).name)
        for library in libraries_of(program):
            place = folder / library.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                shutil.copy(library, place)
    for name in ("proc", "sys", "tmp", "dev"):
        (folder / name).mkdir(exist_ok=True)


def descendants(pid):
    found = []
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, path.read_text().split()):
            found += [child, *descendants(child)]
    return found


def innermost(pid, name):
    """The process called so below pid, once it is there."""
    def find():
        for child in descendants(pid):
            try:
                if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == name:
                    return child
            except OSError:
                pass
        return None
    eventually(find)
    return find()


class FromTheHost(unittest.TestCase):
    def test_into_a_container_with_its_own_root_and_every_namespace(self):
        with tempfile.TemporaryDirectory() as folder:
            make_root(pathlib.Path(folder), common.programs / "turns")
            # The way in: a root that the host's paths do not know.
            with Program(*OWN_NAMESPACES, "--root", folder, "/turns") as container:
                target = innermost(container.pid, "turns")
                self.assertTrue(target)
                run = Run("attach", "-p", str(target), "-d", "2", "-F", "499", "--format", "folded").finish()
                self.assertEqual(run.status, 0, run.err)
                self.assertIn("take_turns", run.out, "no names from a file that only the container sees")

    def test_a_port_of_another_network_namespace(self):
        with Program("unshare", "--net", "--fork", "--kill-child", "sh", "-c",
                     'ip link set lo up 2>/dev/null || ifconfig lo up; exec "$0" -c "$1"', sys.executable, SERVER):
            run = None
            def served():
                nonlocal run
                run = Run("attach", "--port", "18977", "-d", "1", "--format", "json").finish()
                return run.status == 0
            self.assertTrue(eventually(served), run.err)
            load = run.answer()["load"]
            self.assertEqual(load["view"], "requests")
            self.assertGreater(load["requests"], 100)

    def container_in(self, folder, *command):
        folder.mkdir(parents=True)
        self.addCleanup(lambda: eventually(lambda: self.removed(folder)))
        program = Program(*command)
        self.addCleanup(program.kill)
        (folder / "cgroup.procs").write_text(str(program.pid))
        return program

    def removed(self, folder):
        try:
            folder.rmdir()
        except OSError:
            return not folder.exists()
        return True

    def test_by_the_names_that_runtimes_give(self):
        mounts = [CGROUPS] if (CGROUPS / "cgroup.controllers").exists() else \
            [CGROUPS / name for name in ("unified", "cpu") if (CGROUPS / name / "cgroup.procs").exists()]
        if not mounts:
            self.skipTest("no cgroup file system here")
        names = ["docker-{}.scope", "cri-containerd-{}.scope", "libpod-{}.scope", "crio-{}.scope", "docker/{}",
                 "kubepods/burstable/pod1b2c3d4e-5f60-4718-9a0b-c1d2e3f40516/{}"]
        runs = []
        for number, name in enumerate(names):
            identity = f"{number}{ID[1:]}"
            mount = mounts[number % len(mounts)]
            for parent in reversed(pathlib.PurePath(name).parents[:-1]):
                if not (mount / parent).exists():
                    self.addCleanup(self.removed, mount / parent)
            program = self.container_in(mount / name.format(identity), sys.executable, "-c", common.BUSY)
            asked = identity if number % 2 else "docker://" + identity[:16]
            runs.append((name, program, Run("attach", "--container", asked, "-d", "1", "--format", "json")))
        for name, program, run in runs:
            with self.subTest(name=name):
                run.finish()
                self.assertEqual(run.status, 0, run.err)
                self.assertEqual(run.answer()["target"]["pids"], [program.pid])


class FromASidecar(unittest.TestCase):
    def test_with_the_host_s_pids_and_another_root(self):
        with tempfile.TemporaryDirectory() as folder, busy() as target:
            make_root(pathlib.Path(folder), common.boundscope)
            prepare = 'mount --rbind /sys "$0/sys" && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
            run = Program("unshare", "--mount", "--net", "--ipc", "--uts", "sh", "-c", prepare, folder,
                          f"/{common.boundscope.name}", "attach", "-p", target.pid, "-d", "1", "--format", "json",
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            out, err = run.process.communicate(timeout=60)
            self.assertEqual(run.process.returncode, 0, err.decode())
            answer = json.loads(out)
            self.assertEqual(answer["target"]["pids"], [target.pid])
            self.assertEqual(answer["target"]["runtime"], "cpython")
            self.assertGreater(answer["load"]["cpu_cores"], 0)


if __name__ == "__main__":
    common.main()
