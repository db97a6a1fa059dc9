#!/bin/sh
# Part of guest.sh: a program with more threads, or sockets, than the tables of older kernels have room for. Prints
# the answer.
#
#   crowd.sh threads|sockets COUNT
echo 20000 >/proc/sys/kernel/threads-max
rm -f /tmp/go_crowd /tmp/crowd && mkfifo /tmp/go_crowd
"$TESTS/programs/crowd" "$1" "$2" </tmp/go_crowd >/tmp/crowd &
crowd=$!
exec 4>/tmp/go_crowd
for _ in $(seq 300); do
  grep -q '^ready' /tmp/crowd && break
  sleep 0.2
done
grep -q "^made $2\$" /tmp/crowd || { cat /tmp/crowd >&2; exit 1; }
"$BOUNDSCOPE" attach -p "$crowd" -d 4 -F 29 --budget 100 --format json
status=$?
kill "$crowd"
exit "$status"
