"""Debian's kernels, fetched as packages and unpacked into a cache."""

import dataclasses
import lzma
import pathlib
import re
import shutil
import subprocess
import tarfile

from processes import Missing
from vm.archive import Archive, cache_folder

# What the disk of the machine and its line for results need; the cloud kernels have everything else
# built in.
_MODULES = ("virtio_blk", "virtio_pci", "virtio_console")

_TRIES = 10

# The release of Debian that has kernels of this series.
_SUITES = {"5.10": "bullseye", "6.1": "bookworm", "6.12": "trixie"}
SERIES = tuple(_SUITES)


@dataclasses.dataclass
class Kernel:
    series: str
    release: str
    image: pathlib.Path
    modules: list[pathlib.Path]  # in the order in which they have to be loaded


def get(series, architecture):
    """A kernel of the series, from the cache or freshly fetched; raises Missing with the reason."""
    folder = cache_folder("kernels") / f"{series}-{architecture}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _unpack(_fetch(series, architecture, folder), folder)
        (folder / "complete").touch()
    image = next(folder.glob("vmlinuz-*"))
    return Kernel(series, image.name.removeprefix("vmlinuz-"), image, _in_load_order(folder))


def _newest_first(names):
    return sorted(names, reverse=True,
                  key=lambda name: [int(number) for number in re.findall(r"\d+", name)])


def _fetch(series, architecture, folder):
    """Path of the package of the newest kernel that the archive really has."""
    pattern = re.compile(rf"linux-image-{re.escape(series)}[.][\d.+~debu-]*-cloud-{architecture}")
    lack = Missing(f"the archive has no kernel {series}")
    with Archive(_SUITES[series], architecture, folder) as archive:
        names = archive.apt("apt-cache", "pkgnames", f"linux-image-{series}").split()
        names = [name for name in names if pattern.fullmatch(name)]
        for name in _newest_first(names)[:_TRIES]:
            try:  # one that was superseded may still be listed
                archive.apt("apt-get", "download", "-qq", name)
                return next(folder.glob("*.deb"))
            except Missing as error:
                lack = error
    raise lack


def _unpack(package, folder):
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package],
                          stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            for member in archive:
                name = pathlib.PurePath(member.name).name
                if member.isfile() and (name.startswith("vmlinuz-") or _is_needed(name)):
                    data = archive.extractfile(member).read()
                    if name.endswith(".xz"):
                        name, data = name.removesuffix(".xz"), lzma.decompress(data)
                    (folder / name).write_bytes(data)
    if process.returncode != 0:
        raise Missing(f"{package} cannot be unpacked")
    package.unlink()


def _is_needed(name):
    return name.startswith("virtio") and ".ko" in name


def _in_load_order(folder):
    order = []

    def visit(name):
        path = folder / f"{name}.ko"
        if path in order or not path.exists():
            return  # built in
        depends = re.search(rb"\0depends=([^\0]*)\0", path.read_bytes())
        for dependency in filter(None, depends.group(1).decode().split(",") if depends else ()):
            visit(dependency.replace("-", "_"))
        order.append(path)

    for name in _MODULES:
        visit(name)
    return order
