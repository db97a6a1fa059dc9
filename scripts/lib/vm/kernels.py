"""Debian's kernels, fetched as packages and unpacked into a cache; nothing is installed.

apt does the fetching and checks the signatures, with a state folder of its own, so that the host's
package lists stay as they are. The archive is the host's own, or BOUNDSCOPE_DEBIAN_MIRROR and
BOUNDSCOPE_DEBIAN_SECURITY_MIRROR.
"""

import dataclasses
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import tarfile

from processes import Missing

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_FETCH_TIMEOUT_S = 120
# What the disk of the machine needs; the cloud kernels have everything else built in.
_MODULES = ("virtio_blk", "virtio_pci")

# The release of Debian that has kernels of this series.
_SUITES = {"5.10": "bullseye", "6.1": "bookworm", "6.12": "trixie"}
SERIES = tuple(_SUITES)


@dataclasses.dataclass
class Kernel:
    series: str
    release: str
    image: pathlib.Path
    modules: list[pathlib.Path]  # in the order in which they have to be loaded


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "boundscope" / "kernels"


def get(series):
    """A kernel of the series, from the cache or freshly fetched; raises Missing with the reason."""
    folder = cache_folder() / series
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _unpack(_fetch(series, folder), folder)
        (folder / "complete").touch()
    image = next(folder.glob("vmlinuz-*"))
    return Kernel(series, image.name.removeprefix("vmlinuz-"), image, _in_load_order(folder))


def _archives():
    """Addresses of the archive and of its security updates."""
    main = os.environ.get("BOUNDSCOPE_DEBIAN_MIRROR")
    security = os.environ.get("BOUNDSCOPE_DEBIAN_SECURITY_MIRROR")
    if main:
        return main, security
    try:
        listed = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)",
             "Created-By: Packages", "Origin: Debian"],
            capture_output=True, text=True, check=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):
        listed = []
    for line in filter(None, listed):
        uri, suite = line.split()
        if suite.endswith("-security"):
            security = security or uri
        elif main is None:
            main = uri
    if not main:
        raise Missing("this host does not know an archive of Debian: set BOUNDSCOPE_DEBIAN_MIRROR")
    return main, security


def _apt_environment(series, folder):
    suite = _SUITES[series]
    main, security = _archives()
    sources = f"deb [signed-by={_KEYRING}] {main} {suite} main\n"
    if security:
        sources += f"deb [signed-by={_KEYRING}] {security} {suite}-security main\n"
    apt = folder / "apt"
    (apt / "state/lists/partial").mkdir(parents=True)
    (apt / "cache/archives/partial").mkdir(parents=True)
    (apt / "sources.list").write_text(sources)
    (apt / "apt.conf").write_text(
        f'Dir::State "{apt}/state";\nDir::State::status "/dev/null";\nDir::Cache "{apt}/cache";\n'
        f'Dir::Etc::sourcelist "{apt}/sources.list";\nDir::Etc::sourceparts "/dev/null";\n'
        'APT::Architecture "amd64";\nAPT::Architectures "amd64";\nAPT::Sandbox::User "root";\n'
        'Acquire::Languages "none";\n')
    return {**os.environ, "APT_CONFIG": str(apt / "apt.conf")}


def _apt(words, environment, folder):
    try:
        return subprocess.run(words, env=environment, cwd=folder, capture_output=True, text=True,
                              check=True, timeout=_FETCH_TIMEOUT_S).stdout
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip()[-300:]
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = str(error)
    raise Missing(f"{' '.join(words)}: {reason}")


def _newest_first(names):
    return sorted(names, reverse=True,
                  key=lambda name: [int(number) for number in re.findall(r"\d+", name)])


def _fetch(series, folder):
    """Path of the package of the newest kernel that the archive really has."""
    environment = _apt_environment(series, folder)
    _apt(["apt-get", "update", "-qq"], environment, folder)
    pattern = re.compile(rf"linux-image-{re.escape(series)}[.][\d.+~debu-]*-cloud-amd64")
    names = _apt(["apt-cache", "pkgnames", f"linux-image-{series}"], environment, folder).split()
    names = [name for name in names if pattern.fullmatch(name)]
    lack = Missing(f"the archive has no kernel {series}")
    for name in _newest_first(names)[:4]:
        try:  # one that was superseded may still be listed
            _apt(["apt-get", "download", "-qq", name], environment, folder)
            package = next(folder.glob("*.deb"))
            shutil.rmtree(folder / "apt")
            return package
        except Missing as error:
            lack = error
    raise lack


def _unpack(package, folder):
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package],
                          stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            for member in archive:
                name = pathlib.PurePath(member.name).name
                if member.isfile() and (name.startswith("vmlinuz-") or _is_for_the_disk(name)):
                    data = archive.extractfile(member).read()
                    if name.endswith(".xz"):
                        name, data = name.removesuffix(".xz"), lzma.decompress(data)
                    (folder / name).write_bytes(data)
    if process.returncode != 0:
        raise Missing(f"{package} cannot be unpacked")
    package.unlink()


def _is_for_the_disk(name):
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
