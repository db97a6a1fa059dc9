"""What a program for another architecture is built and run with: Debian's packages of that architecture,
unpacked into a cache. Nothing is installed on this host."""

import pathlib
import shutil
import subprocess

from build_folder import SOURCE
from processes import Failure, find_program
from vm.archive import Archive, cache_folder

_SUITE = "bookworm"
# Beside the libraries that the project is built with.
_OTHERS = ("libc6-dev", "libstdc++-12-dev", "libssl-dev", "busybox-static", "redis-server",
           "python3-minimal")


def get(architecture):
    """The folder, from the cache or freshly made; raises Missing with the reason."""
    folder = cache_folder("sysroot") / architecture
    wanted = " ".join(sorted({*_libraries(), *_OTHERS}))
    complete = folder / "complete"
    if not complete.exists() or complete.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _fill(folder, architecture, wanted.split())
        complete.write_text(wanted)
    return folder


def _libraries():
    """The packages of `scripts/setup build` that are linked or included, not run."""
    listed = subprocess.run([SOURCE / "scripts/setup", "--print", "build"], capture_output=True,
                            text=True, check=True).stdout.split()
    return [name for name in listed if name.endswith("-dev")]


def _fill(folder, architecture, packages):
    # As on an installed system, where those of / are links; packages still name both.
    for name in ("bin", "sbin", "lib", "lib64"):
        (folder / "usr" / name).mkdir(parents=True)
        (folder / name).symlink_to(pathlib.PurePath("usr") / name)
    with Archive(_SUITE, architecture, folder) as archive:
        archive.apt("apt-get", "install", "-qq", "--download-only", *packages)
        for package in sorted(archive.packages.glob("*.deb")):
            with subprocess.Popen([find_program("dpkg-deb"), "--fsys-tarfile", package],
                                  stdout=subprocess.PIPE) as unpacked:
                done = subprocess.run(["tar", "-x", "--keep-directory-symlink", "--no-same-owner",
                                       "--exclude=./usr/share/doc", "-C", folder],
                                      stdin=unpacked.stdout, capture_output=True, text=True,
                                      check=False)
            if done.returncode != 0 or unpacked.returncode != 0:
                raise Failure(f"{package.name} could not be unpacked: {done.stderr.strip()[-300:]}")
