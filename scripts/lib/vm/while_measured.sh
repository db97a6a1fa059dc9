# Sourced by the steps of guest.sh that do something to the machine while a program is measured.

# begin SECONDS: a program that computes ($busy), and two seconds of a measurement of it that takes so long.
begin() {
  sh -c 'while :; do :; done' &
  busy=$!
  "$BOUNDSCOPE" attach -p "$busy" -d "$1" -F 29 --budget 100 --format json >/tmp/answer &
  boundscope=$!
  for _ in $(seq 200); do
    grep -q 'Seccomp:.*2' "/proc/$boundscope/status" 2>/dev/null && break
    sleep 0.1
  done
  sleep 2
}

# end STATUS: prints the answer. STATUS is that of what was done meanwhile.
end() {
  local status=0
  wait "$boundscope" || status=$?
  kill "$busy"
  cat /tmp/answer
  exit $(($1 + status))
}
