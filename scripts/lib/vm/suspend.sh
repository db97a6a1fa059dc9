#!/bin/sh
# Part of guest.sh: the machine sleeps for three seconds while a program is measured. Prints the answer.
. /while_measured
begin 6
echo +3 >/sys/class/rtc/rtc0/wakealarm && echo mem >/sys/power/state
end $?
