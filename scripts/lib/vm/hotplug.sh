#!/bin/sh
# Part of guest.sh: a CPU goes away while a program is measured, and comes back; then the program runs there only.
# Prints the answer.
cpu=/sys/devices/system/cpu/cpu1/online
sh -c 'while :; do :; done' &
busy=$!
"$BOUNDSCOPE" attach -p "$busy" -d 10 -F 29 --budget 100 --format json >/tmp/answer &
boundscope=$!
for _ in $(seq 200); do
  grep -q 'Seccomp:.*2' "/proc/$boundscope/status" 2>/dev/null && break
  sleep 0.1
done
sleep 2
echo 0 >$cpu && sleep 1 && echo 1 >$cpu && sleep 1 && taskset -p 2 "$busy" >/dev/null
changed=$?
wait "$boundscope"
status=$?
kill "$busy"
cat /tmp/answer
exit $((changed + status))
