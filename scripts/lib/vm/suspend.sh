#!/bin/sh
# Part of guest.sh: the machine sleeps for three seconds while a program is measured. Prints the answer.
sh -c 'while :; do :; done' &
busy=$!
"$BOUNDSCOPE" attach -p "$busy" -d 6 -F 29 --budget 100 --format json >/tmp/answer &
boundscope=$!
for _ in $(seq 200); do
  grep -q 'Seccomp:.*2' "/proc/$boundscope/status" 2>/dev/null && break
  sleep 0.1
done
sleep 2
echo +3 >/sys/class/rtc/rtc0/wakealarm && echo mem >/sys/power/state
slept=$?
wait "$boundscope"
status=$?
kill "$busy"
cat /tmp/answer
exit $((slept + status))
