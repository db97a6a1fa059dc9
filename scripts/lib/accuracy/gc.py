"""`scripts/accuracy gc`: pauses, heap and CPU time of collectors, against the runtimes' accounts.

Each row starts a service that allocates (tests/workloads/gc), warms it up, attaches boundscope and
loads the service in the middle of the measurement, so that what boundscope saw and what the runtime
logged are the same collections. gc_checks.Bounds says how near it has to be, and here what less can
be had of a runtime from outside.
"""

from accuracy import gc_truth
from accuracy.gc_checks import Bounds, checks
from accuracy.gc_service import GcService, built, measure, newer_java, warm_up
from accuracy.row import Rows
from accuracy.runtimes import Root, program
from build_folder import SOURCE
from processes import find_program

ROWS = Rows()

_SOURCES = SOURCE / "tests/workloads/gc"
_BUSY = ("cpu: *", "memory: gc")
_LOAD = ("--connections", 3, "--think-ms", 3)
_FULL_LOAD = ("--connections", 4)
_ONE_CLIENT = ("--connections", 1, "--think-ms", 1)
_SIZES = ("--live-mb", 64, "--garbage-kb", 1024)
_SMALL_SIZES = ("--live-mb", 16, "--garbage-kb", 512)  # for interpreters

# Its own clocks tell.
_GO = Bounds()
# ZGC's and Shenandoah's stops are short, and what lives they do not publish.
_CONCURRENT = Bounds(pause_s=31e-6, live_is_hidden=True)
# Workers collect and compile, and what collecting takes from malloc is the allocator's. The heap's
# size is nowhere that can be found.
_NODE = Bounds(pause_s=60e-6, live_is_hidden=True, apart=("jit_compiler", "allocator"))
# The callback that measures takes time, too; what it frees is the allocator's.
_PYTHON = Bounds(total_relative=0.055, pause_s=3e-6, apart=("allocator",))
# Its probes tell slices of collections, not which collection they belong to.
_RUBY = Bounds(cycles_are_hidden=True)
_PHP = Bounds(apart=("allocator",))
# Erlang's processes collect one by one, so that there is no stop of the program; a collection that
# is handed over to another thread may count twice.
_BEAM = Bounds(pauses_relative=0.05, total_relative=0.05, stops_are_none=True)


def _compare(lab, service, bounds=Bounds(), load=_LOAD):
    warm_up(lab, service, load)
    answer, truth, cpu_s = measure(lab, service, load)
    return answer, checks(answer, truth, cpu_s, bounds)


def go_service(lab, name="gc_go", sizes=_SIZES):
    return GcService(lab, [built(lab, name), *sizes], gc_truth.go,
                     environment={"GODEBUG": "gctrace=1"})


def jvm_service(lab, collector, java=None, heap_mb=256, sizes=_SIZES, options=()):
    built(lab, "java/GcService.class")
    log = lab.processes.folder / "gc-jvm.log"
    command = [java or find_program("java"), f"-XX:+Use{collector}GC", f"-Xmx{heap_mb}m", *options,
               "-Dsun.net.httpserver.nodelay=true",
               f"-Xlog:safepoint=info,gc=info:file={log}:timenanos,tags:filecount=0",
               "-cp", lab.build.workloads / "gc/java", "GcService", *sizes]
    return GcService(lab, command, gc_truth.jvm, gc_log=log)


def _node_service(lab, program):
    return GcService(lab, [program, "--trace-gc", _SOURCES / "node/gc_service.js", *_SIZES],
                     gc_truth.node)


def python_service(lab, garbage_kb=64):
    return GcService(lab, ["/usr/bin/python3", "-B", _SOURCES / "python/gc_service.py",
                           "--live-mb", 16, "--garbage-kb", garbage_kb], gc_truth.cpython)


# At full load nothing marks on idle processors; with processors to spare most is marked there, and
# is not counted.
@ROWS.add("go", "Go", says=_BUSY, ci=True)
def _go(lab):
    return _compare(lab, go_service(lab), _GO, _FULL_LOAD)


@ROWS.add("go-stripped", "Go, stripped", says=_BUSY)
def _go_stripped(lab):
    return _compare(lab, go_service(lab, "gc_go_stripped"), _GO, _FULL_LOAD)


@ROWS.add("go-spare", "Go, with processors to spare", says=_BUSY)
def _go_spare(lab):
    return _compare(lab, go_service(lab), _GO)


@ROWS.add("go-newer", "Go of another version", says=_BUSY)
def _go_newer(lab):
    return _compare(lab, go_service(lab, "gc_go_newer"), _GO, _FULL_LOAD)


@ROWS.add("go-newer-stripped", "Go of another version, stripped", says=_BUSY)
def _go_newer_stripped(lab):
    return _compare(lab, go_service(lab, "gc_go_newer_stripped"), _GO, _FULL_LOAD)


@ROWS.add("go-newer-spare", "Go of another version, with processors to spare", says=_BUSY)
def _go_newer_spare(lab):
    return _compare(lab, go_service(lab, "gc_go_newer"), _GO)


@ROWS.add("jvm-serial", "OpenJDK, Serial", says=_BUSY)
def _jvm_serial(lab):
    return _compare(lab, jvm_service(lab, "Serial"))


@ROWS.add("jvm-parallel", "OpenJDK, Parallel", says=_BUSY)
def _jvm_parallel(lab):
    return _compare(lab, jvm_service(lab, "Parallel"))


@ROWS.add("jvm-g1", "OpenJDK, G1", says=_BUSY, ci=True)
def _jvm_g1(lab):
    return _compare(lab, jvm_service(lab, "G1"))


@ROWS.add("jvm-z", "OpenJDK, ZGC", says=_BUSY)
def _jvm_z(lab):
    return _compare(lab, jvm_service(lab, "Z", heap_mb=512), _CONCURRENT)


@ROWS.add("jvm-shenandoah", "OpenJDK, Shenandoah", says=_BUSY)
def _jvm_shenandoah(lab):
    return _compare(lab, jvm_service(lab, "Shenandoah", heap_mb=512), _CONCURRENT)


@ROWS.add("jvm-newer-g1", "a newer JDK, G1", says=_BUSY)
def _jvm_newer_g1(lab):
    return _compare(lab, jvm_service(lab, "G1", newer_java()))


@ROWS.add("jvm-newer-z", "a newer JDK, ZGC", says=_BUSY)
def _jvm_newer_z(lab):
    return _compare(lab, jvm_service(lab, "Z", newer_java(), heap_mb=512), _CONCURRENT)


# Its files are in a root folder of its own, where the user has no name and so no shared counters.
@ROWS.add("jvm-root-g1", "OpenJDK of Debian 13 in a container-like root, G1", says=_BUSY)
def _jvm_root(lab):
    built(lab, "java/GcService.class")
    root = Root(lab, "jdk")
    log_inside, log = root.outside("gc-jvm.log")
    command = root.command(root.find("usr/lib/jvm/*/bin/java"), "-XX:+UseG1GC", "-Xmx256m",
                           "-Dsun.net.httpserver.nodelay=true",
                           f"-Xlog:safepoint=info,gc=info:file={log_inside}:timenanos,tags:"
                           "filecount=0",
                           "-cp", root.bring(lab.build.workloads / "gc/java"), "GcService", *_SIZES)
    return _compare(lab, GcService(lab, command, gc_truth.jvm, gc_log=log))


@ROWS.add("node", "Node", says=_BUSY)
def _node(lab):
    return _compare(lab, _node_service(lab, find_program("node")), _NODE)


@ROWS.add("node-newer", "Node of another version", says=_BUSY)
def _node_newer(lab):
    return _compare(lab, _node_service(lab, program("node", "BOUNDSCOPE_NEWER_NODE", "bin/node")),
                    _NODE)


@ROWS.add("python", "Debian's CPython", says=_BUSY, ci=True)
def _python(lab):
    return _compare(lab, python_service(lab), _PYTHON, _ONE_CLIENT)


@ROWS.add("python-busy", "Debian's CPython, some 2000 collections a second", says=_BUSY)
def _python_busy(lab):
    return _compare(lab, python_service(lab, garbage_kb=512), _PYTHON, _ONE_CLIENT)


@ROWS.add("ruby", "Debian's Ruby", says=_BUSY)
def _ruby(lab):
    return _compare(lab, GcService(lab, [find_program("ruby"), _SOURCES / "ruby/gc_service.rb",
                                         *_SMALL_SIZES], gc_truth.ruby), _RUBY)


def _php_service(lab, *options):
    return GcService(lab, [find_program("php"), _SOURCES / "php/gc_service.php", *_SMALL_SIZES,
                           *options], gc_truth.php)


@ROWS.add("php", "Debian's PHP, collecting when it wants", says=_BUSY)
def _php(lab):
    return _compare(lab, _php_service(lab), _PHP)


@ROWS.add("php-explicit", "Debian's PHP, collecting between requests", says=_BUSY)
def _php_explicit(lab):
    return _compare(lab, _php_service(lab, "--explicit", 1), _PHP)


@ROWS.add("beam", "Debian's Erlang", says=_BUSY)
def _beam(lab):
    built(lab, "erlang/gc_service.beam")
    command = [find_program("erl"), "-noinput", "-pa", lab.build.workloads / "gc/erlang", "-eval",
               "gc_service:main(init:get_plain_arguments())", "-extra", "--live-mb", 4,
               "--garbage-kb", 1024]
    return _compare(lab, GcService(lab, command, gc_truth.beam), _BEAM)
