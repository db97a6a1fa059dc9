"""Which owners of `cpu_time[]` each section of a mix belongs to.

A group compares the sum of some sections with the sum of some owners. Together the groups of a
runtime take every section and every owner but `unknown`, so that nothing can hide. Where the
evidence from outside cannot, or need not, tell two owners apart (a loop in compiled Java from an
intrinsic), they are in one group. An owner pattern is OWNER or OWNER/DETAIL; the first group with a
pattern that fits takes the part.

Kernel time is not a section: the system calls of that section are also the language's way to make
them, and other sections fault pages in. The truth is the kernel's own account (`stime`).
"""

import dataclasses
import fnmatch

_ROUNDING = 1e-6

@dataclasses.dataclass(frozen=True)
class Group:
    name: str
    sections: tuple[str, ...]  # empty: what the other groups leave
    owners: tuple[str, ...]


# The language at work: whatever a rewrite replaces, and the memory it allocates. Takes the
# language section, the way into system calls, and the scheduling of the mix itself.
def _own(*owners):
    return Group("own code", (), owners)


_ZLIB = Group("zlib", ("zlib",), ("native_library/libz*", "native_library/zlib*"))
_HASH = Group("hash", ("hash",), ("native_library/libcrypto*", "native_library/OpenSSL*"))
_KERNEL = Group("kernel", ("kernel",), ("kernel",))
_GC = Group("gc", ("gc",), ("gc",))
_LIBC = ("native_library/libc", "native_library/libm", "native_library/libstdc*",
         "native_library/[[]vdso]")

_REGEX = Group("regex", ("regex",), ("builtin/re", "builtin/*regex*"))
# Decoding JSON fills lists and dictionaries and reads numbers and strings: the same C code that
# the containers section calls.
_BUILTINS = Group("json and containers", ("json", "containers"), ("builtin",))
_INTERPRETED = ("interpreter", "application", "runtime", "allocator", "jit_compiler", *_LIBC)

CPYTHON = RUBY = (_ZLIB, _HASH, _KERNEL, _GC, _REGEX, _BUILTINS, _own(*_INTERPRETED))
# PCRE is a library that runs machine code of its own making. PHP 8.2's collector has no clock, so
# that it shares a group with the language.
PHP = (
    _ZLIB, _HASH, _KERNEL,
    Group("regex", ("regex",), (*_REGEX.owners, "builtin/*pcre*", "native_library/*pcre*")),
    _BUILTINS,
    _own("gc", *_INTERPRETED),
)
# V8 compiles regular expressions to machine code beside the application's: without a perf map
# nobody can tell them apart. Threads but the main one collect and compile.
NODE = (
    _ZLIB, _HASH, _KERNEL,
    Group("gc and compiler", ("gc", "background"), ("gc", "jit_compiler")),
    _own("application", "interpreter", "runtime", "allocator", *_REGEX.owners, *_LIBC),
    _BUILTINS,
)
# SHA-256 is a stub, machine code that the virtual machine generates; java.util.regex is compiled
# as the application is. Allocation is a few instructions of compiled code.
JVM = (
    _ZLIB, _KERNEL,
    Group("gc", ("gc threads",), ("gc",)),
    Group("compiler", ("compiler threads",), ("jit_compiler",)),
    _own("application", "interpreter", "runtime", "allocator", "builtin", *_LIBC),
)
JVM_THREADS = {"gc threads": ("GC Thread", "G1 "), "compiler threads": ("C1 Comp", "C2 Comp")}
# All but the collector is Go, which a rewrite replaces: a package of the standard library is no
# native one, though it may be assembly. Stacks are whole, so that packages are told apart.
GO = (
    _KERNEL,
    Group("zlib", ("zlib",), ("application/compression", "builtin/compression")),
    Group("hash", ("hash",), ("application/cryptography", "builtin/cryptography")),
    Group("json", ("json",), ("application/*json*", "builtin/*json*")),
    Group("regex", ("regex",), ("application/regexp", "builtin/regexp")),
    Group("alloc and gc", ("alloc", "background"), ("gc", "allocator")),
    _own("application", "builtin", "runtime", "native_library/[[]vdso]"),
)
# JSON and regular expressions are templates: the program's own code.
NATIVE = (
    _ZLIB, _HASH, _KERNEL,
    Group("alloc", ("alloc",), ("allocator",)),
    _own("application", "runtime", *_LIBC),
)


def parts_of(cpu_time):
    """{"OWNER/DETAIL": share}; "OWNER/" is what no detail names."""
    parts = {}
    for row in cpu_time:
        rest = row["share"]
        for detail in row["detail"]:
            parts[f"{row['owner']}/{detail['name']}"] = detail["share"]
            rest -= detail["share"]
        if rest > _ROUNDING:
            parts[f"{row['owner']}/"] = rest
    return parts


def _fits(part, pattern):
    return fnmatch.fnmatchcase(part, pattern if "/" in pattern else f"{pattern}/*")


def measured(groups, parts):
    """(share by group, what no group takes)."""
    shares, rest = {group.name: 0.0 for group in groups}, {}
    for part, share in parts.items():
        for group in groups:
            if any(_fits(part, pattern) for pattern in group.owners):
                shares[group.name] += share
                break
        else:
            rest[part] = share
    return shares, rest


def known(groups, sections):
    """Share by group, from those of the sections; a mix need not have each."""
    shares = {group.name: sum(sections.get(name, 0.0) for name in group.sections)
              for group in groups if group.sections}
    for group in groups:
        if not group.sections:
            shares[group.name] = 1 - sum(shares.values())
    return {group.name: shares[group.name] for group in groups}
