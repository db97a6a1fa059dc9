"""The architectures whose machines can be emulated, and what is different about them."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Platform:
    architecture: str  # as Debian calls it
    machine: str  # as uname does
    emulator: tuple[str, ...]  # with the options that its machines need
    console: str  # of the kernel
    results: str  # device in the machine that what is sent to `results_options` comes from
    results_options: tuple[str, ...]  # {} is a file's path
    strip: str


PLATFORMS = {
    "amd64": Platform(
        "amd64", "x86_64", ("qemu-system-x86_64", "-cpu", "max"), "ttyS0", "/dev/ttyS1",
        ("-serial", "file:{}"), "strip"),
    # Its board has one serial line.
    "arm64": Platform(
        "arm64", "aarch64", ("qemu-system-aarch64", "-machine", "virt", "-cpu", "max,pauth-impdef=on"),
        "ttyAMA0", "/dev/vport0p1",
        ("-device", "virtio-serial-pci", "-chardev", "file,id=results,path={}",
         "-device", "virtserialport,chardev=results"), "aarch64-linux-gnu-strip"),
}
