"""`scripts/accuracy line`: the whole line, from a live service to an answer, on real services.

Each row starts a service, loads it on loopback, attaches boundscope in the middle and compares the
answer with what is known independently: how the service was built, what the client's sockets saw,
what /proc and the cgroup counted.
"""

from accuracy.checks import at_least, close_to, contains
from accuracy.row import Rows
from cgroups import Cgroup

ROWS = Rows()


def _latency(answer, load, relative=0.10, absolute_ms=0.04):
    _, mean_ms = load.between(answer.began, answer.ended)
    return close_to("latency ms", answer.load["latency_mean_ms"], mean_ms, relative, absolute_ms)


def _rate(answer, load):
    """Roughly: a saturated service is slower in the windows that boundscope observes."""
    rps, _ = load.between(answer.began, answer.ended)
    return close_to("requests/s", answer.load["requests_per_s"], rps, relative=0.20, absolute=1)


def _cores(answer):
    return close_to("CPU cores", answer.load["cpu_cores"], answer.cpu_cores_from_proc,
                    relative=0.15, absolute=0.05)


def _redis(lab, connections, service_cpus=None, load_cpus=None):
    redis = lab.services.redis(cpus=service_cpus)
    load = lab.load(redis.port, "--protocol", "resp", "--connections", connections, cpus=load_cpus)
    answer = lab.attach(redis, "--port", redis.port)
    return answer, [_latency(answer, load), _rate(answer, load), _cores(answer)]


@ROWS.add("redis-c1", "redis-server, one client", says=("cpu: kernel", "cpu: single-thread"))
def _redis_one_client(lab):
    return _redis(lab, 1)


@ROWS.add("redis-c50", "redis-server, 50 clients", says=("cpu: kernel", "cpu: single-thread"),
          ci=True)
def _redis_saturated(lab):
    return _redis(lab, 50, lab.service_cpus, lab.load_cpus)


@ROWS.add("nginx-static", "nginx, small file, saturated", says=("cpu: kernel",))
def _nginx_static(lab):
    nginx = lab.services.nginx_static(cpus=lab.service_cpus)
    load = lab.load(nginx.port, "--path", "/small.html", "--connections", 32, cpus=lab.load_cpus)
    answer = lab.attach(nginx, "--port", nginx.port)
    return answer, [_latency(answer, load), _cores(answer)]


@ROWS.add("nginx-proxy", "nginx before an upstream of 50 ms", says=("io: upstream",), ci=True)
def _nginx_proxy(lab):
    upstream = lab.services.workload("slow_upstream", "--delay-ms", 50)
    nginx = lab.services.nginx_proxy(upstream.port)
    load = lab.load(nginx.port, "--connections", 16)
    answer = lab.attach(nginx, "--port", nginx.port)
    return answer, [
        at_least("upstream share", answer.share("upstream"), 0.95),
        close_to("upstream ms", answer.milliseconds("upstream"), 50, relative=0.03),
        contains("upstream peer", answer.details("upstream"), f":{upstream.port}"),
        _latency(answer, load, relative=0.03),
    ]


@ROWS.add("go-upstream", "Go net/http calling an upstream of 20 ms", says=("io: upstream",))
def _go_upstream(lab):
    upstream = lab.services.workload("slow_upstream", "--delay-ms", 20)
    service = lab.services.workload("go_service", "--upstream-port", upstream.port)
    load = lab.load(service.port, "--path", "/relay", "--connections", 16)
    answer = lab.attach(service)
    return answer, [
        _latency(answer, load, relative=0.03),
        contains("upstream peer", answer.details("upstream"), f":{upstream.port}"),
    ]


@ROWS.add("go-compute", "Go computing at 70 % of capacity", says=("cpu: language",), ci=True)
def _go_compute(lab):
    service = lab.services.workload("go_service", "--work", 100)
    lab.load_at(0.7, service.port, "--path", "/compute")
    answer = lab.attach(service)
    # Its latency is that of the slices, in which the service is slower; queues make much of that
    # (docs/overhead.md).
    return answer, [_cores(answer)]


@ROWS.add("node-redis", "Node calling redis through a delay of 5 ms", says=("io: upstream",))
def _node_redis(lab):
    redis = lab.services.redis()
    proxy = lab.services.workload("delay_proxy", "--upstream-port", redis.port, "--delay-ms", 5)
    service = lab.services.node("--redis-port", proxy.port)
    load = lab.load(service.port, "--path", "/redis", "--connections", 4, "--think-ms", 5)
    answer = lab.attach(service)
    return answer, [_latency(answer, load)]


@ROWS.add("node-compute", "Node computing, its loop saturated", says=("cpu: single-thread",),
          ci=True)
def _node_compute(lab):
    service = lab.services.node("--work", 100)
    load = lab.load(service.port, "--path", "/compute", "--connections", 8)
    answer = lab.attach(service)
    return answer, [
        at_least("busiest thread", answer.load["busiest_thread_share"], 0.9),
        _latency(answer, load),
    ]


@ROWS.add("python-work", "threaded Python, pure Python work, 8 clients",
          says=("cpu: single-thread",), ci=True)
def _python_work(lab):
    service = lab.services.python("--work", 50)
    load = lab.load(service.port, "--path", "/work", "--connections", 8)
    answer = lab.attach(service)
    return answer, [_latency(answer, load), _cores(answer)]


@ROWS.add("mutex", "threads of one service fighting over a mutex", says=("contention: lock",),
          ci=True)
def _mutex(lab):
    service = lab.services.workload("thread_service", "--mode", "mutex", "--locked-work", 100)
    load = lab.load(service.port, "--connections", 8)
    answer = lab.attach(service)
    return answer, [at_least("lock share", answer.share("lock"), 0.5), _latency(answer, load)]


@ROWS.add("pool", "8 workers waiting 50 ms upstream, 64 clients", says=("contention: pool",),
          ci=True)
def _pool(lab):
    upstream = lab.services.workload("slow_upstream", "--delay-ms", 50)
    service = lab.services.workload("pool_service", "--workers", 8, "--upstream-port",
                                    upstream.port)
    load = lab.load(service.port, "--connections", 64)
    answer = lab.attach(service)
    return answer, [  # 64 clients / 8 workers: a request takes 400 ms, 50 of them upstream
        close_to("upstream share", answer.share("upstream"), 8 / 64, absolute=0.04),
        _latency(answer, load, relative=0.05),
    ]


@ROWS.add("idle-parked", "200 parked threads, no load", says=("idle",), ci=True)
def _idle_parked(lab):
    service = lab.services.workload("thread_service", "--parked", 200)
    lab.warm_up()
    return lab.attach(service), []


@ROWS.add("idle-1rps", "one request a second", says=("idle",))
def _idle_one_request(lab):
    service = lab.services.workload("thread_service", "--mode", "compute", "--parked", 20)
    lab.load(service.port, "--connections", 1, "--think-ms", 1000)
    answer = lab.attach(service)
    return answer, [at_least("idle share", answer.load["idle_share"], 0.95)]


@ROWS.add("idle-longpoll", "a background long poll, no load", says=("idle",))
def _idle_long_poll(lab):
    service = lab.services.workload("thread_service", "--mode", "longpoll", "--parked", 20)
    lab.load(service.port, "--connections", 1)
    return lab.attach(service), []


@ROWS.add("quota", "a CPU quota of half a core", says=("cpu: starved",))
def _quota(lab):
    group = Cgroup("cpu", "quota")
    lab.processes.on_exit(group.remove)
    group.limit_cpu(0.5)
    # One thread on one CPU with one request always in flight: the share of request time is the
    # share of wall time, which cpu.stat counts.
    service = lab.services.workload("pool_service", "--workers", 1, "--work", 100, cgroups=[group],
                                    cpus=lab.service_cpus)
    lab.load(service.port, "--connections", 1)
    before = group.throttled_s()
    answer = lab.attach(service)
    known = (group.throttled_s() - before) / answer.seconds
    return answer, [close_to("throttled share", answer.share("throttled"), known, absolute=0.05)]

