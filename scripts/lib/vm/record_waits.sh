#!/bin/sh
# Part of guest.sh: a recording of a program that has a thread for every way of waiting. The threads begin once
# the probes are there, however long that takes here. Prints the recording.
mkfifo /tmp/go
"$TESTS/programs/waits" /disk </tmp/go >/tmp/waits &
waits=$!
exec 4>/tmp/go
"$BOUNDSCOPE" record -p "$waits" -d 60 --budget 100 -F 1 -o /tmp/recording &
recorder=$!

wait_for() {
  for _ in $(seq 200); do
    grep -q "$1" "$2" 2>/dev/null && return
    sleep 0.2
  done
}
windows() { grep -c '"kind":"window"' /tmp/recording; }
wait_for '"kind":"window"' /tmp/recording
echo >&4
wait_for '^done' /tmp/waits
# The window after the next holds the last of it.
enough=$(($(windows) + 2))
for _ in $(seq 100); do
  [ "$(windows)" -ge "$enough" ] && break
  sleep 0.2
done
kill -INT "$recorder"
wait "$recorder"
status=$?
cat /tmp/recording
kill "$waits"
exit "$status"
