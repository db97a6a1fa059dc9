#!/bin/sh
# Part of guest.sh: a CPU goes away while a program is measured, and comes back; then the program runs there only.
# Prints the answer.
. /while_measured
cpu=/sys/devices/system/cpu/cpu1/online
begin 10
echo 0 >$cpu && sleep 1 && echo 1 >$cpu && sleep 1 && taskset -p 2 "$busy" >/dev/null
end $?
