#!/bin/sh
# Init of the emulated machine. Each step's output goes to a line of its own between two markers; what is
# made of it is decided outside (checks.py). The machine switches itself off at the end.
#
# Written for busybox. /vm.env holds SECONDS_EACH, RESULTS, BOUNDSCOPE, WORKLOADS, TESTS, UNITS.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root LANG=C
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tracefs tracefs /sys/kernel/tracing
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /dev/shm && mount -t tmpfs tmpfs /dev/shm
ip link set lo up 2>/dev/null || ifconfig lo 127.0.0.1 up
for module in /modules/*.ko; do [ -e "$module" ] && insmod "$module"; done
mount -t ext4 /dev/vda /disk
. /vm.env
stty -F "$RESULTS" raw -echo 2>/dev/null
exec 3>"$RESULTS"
export BOUNDSCOPE TESTS

# step NAME SECONDS COMMAND...: runs it, at most for that long.
step() {
  local name=$1 limit=$2 status=0
  shift 2
  echo "@@ begin $name" >&3
  timeout -k 2 "$limit" "$@" >&3 2>/tmp/errors </dev/null || status=$?
  [ "$status" = 0 ] || tail -c 1500 /tmp/errors >&3
  printf '\n@@ end %s %s\n' "$name" "$status" >&3
}

# start COMMAND...: a workload in the background; its first line is "ready PORT". Sets `port`.
started=
start() {
  : >/tmp/ready
  "$@" >/tmp/ready 2>>/tmp/service.log &
  started="$! $started"
  local _
  for _ in $(seq 100); do
    port=$(sed -n 's/^ready \([0-9]*\)$/\1/p' /tmp/ready)
    [ -n "$port" ] && return
    sleep 0.1
  done
  echo "$1 did not get ready" >>/tmp/errors
}
stop_all() {
  local pid
  for pid in $started; do kill "$pid" 2>/dev/null; done
  for pid in $started; do wait "$pid" 2>/dev/null; done
  started=
}
load() {
  "$WORKLOADS/load" --port "$@" --seconds "$((SECONDS_EACH + 60))" >/dev/null 2>&1 &
  started="$! $started"
  sleep 1
}
measure() {
  local name=$1
  shift
  # The machine is emulated: what our probes cost there says nothing, so that no budget holds them back. Stacks
  # take long to walk there: fewer samples.
  step "$name" "$((SECONDS_EACH + 60))" \
    "$BOUNDSCOPE" attach "$@" -d "$SECONDS_EACH" -F 29 --budget 100 --format json
}
attach() {
  measure "$@"
  stop_all
}

step kernel 5 uname -r
step doctor 20 "$BOUNDSCOPE" doctor
step container 20 unshare -f -p -m --mount-proc "$BOUNDSCOPE" doctor

if [ -x "$UNITS/unit_target" ]; then step units 300 "$UNITS/unit_target"; fi

step waits 90 sh /record_waits

step hotplug 60 sh /hotplug
step clock 60 sh /clock
step suspend 60 sh /suspend
step crowd 90 sh /crowd threads 9000
step sockets 90 sh /crowd sockets 18000

redis-server --port 6379 --bind 127.0.0.1 --save '' --dir /tmp >/dev/null 2>&1 &
started="$! $started"
sleep 2
load 6379 --protocol resp --connections 50
measure redis_kprobes --port 6379 --backend kprobes
attach redis --port 6379

start "$WORKLOADS/slow_upstream" --delay-ms 50
start "$WORKLOADS/pool_service" --workers 8 --upstream-port "$port"
load "$port" --connections 8
measure upstream_kprobes --port "$port" --backend kprobes
attach upstream --port "$port"

# Many, so that they wait for the lock much longer than for the emulator's CPUs.
start "$WORKLOADS/thread_service" --mode mutex --work 5 --locked-work 100
load "$port" --connections 24
attach lock --port "$port"

dd if=/dev/zero of=/disk/data bs=1M count=32 2>/dev/null && sync
start "$WORKLOADS/thread_service" --mode read --file /disk/data
load "$port" --connections 4
attach disk --port "$port"

# At the limit of a cgroup (v2) that its file does not fit into.
box=/sys/fs/cgroup/box
mkdir $box && echo +memory >/sys/fs/cgroup/cgroup.subtree_control && echo 16M >$box/memory.max
in_box() { sh -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' $box "$@"; }
echo 3 >/proc/sys/vm/drop_caches
in_box cat /disk/data >/dev/null
start in_box "$WORKLOADS/memory_service" --mode mapped --file /disk/data --pages 4
load "$port" --connections 1
attach memory --port "$port"

start "$WORKLOADS/thread_service" --parked 200
attach idle --port "$port"

# Only where probes at instructions are not those of the build host.
if [ -x /usr/bin/python3 ]; then
  python3 -S /collecting.py 2>>/tmp/service.log &
  started=$!
  sleep 3
  attach collections --pid "$started"
fi

poweroff -f
