#!/bin/sh
# Part of guest.sh: the clock is set a day ahead while a program is measured, and back again. Prints the answer.
. /while_measured
begin 6
now=$(date +%s)
date -s "@$((now + 86400))" >/dev/null && sleep 1 && date -s "@$now" >/dev/null
end $?
