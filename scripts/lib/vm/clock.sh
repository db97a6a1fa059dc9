#!/bin/sh
# Part of guest.sh: the clock is set a day ahead while a program is measured, and back again. Prints the answer.
sh -c 'while :; do :; done' &
busy=$!
"$BOUNDSCOPE" attach -p "$busy" -d 6 -F 29 --budget 100 --format json >/tmp/answer &
boundscope=$!
for _ in $(seq 200); do
  grep -q 'Seccomp:.*2' "/proc/$boundscope/status" 2>/dev/null && break
  sleep 0.1
done
sleep 2
now=$(date +%s)
date -s "@$((now + 86400))" >/dev/null && sleep 1 && date -s "@$now" >/dev/null
changed=$?
wait "$boundscope"
status=$?
kill "$busy"
cat /tmp/answer
exit $((changed + status))
