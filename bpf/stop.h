/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * stop: time in which a runtime had stopped its program, as a clock that only moves then. The difference of two
 * readings is what a request lost between them.
 */
#ifndef BOUNDSCOPE_STOP_H
#define BOUNDSCOPE_STOP_H

#include "process.h"

static __always_inline __u64 stop_clock(const struct bs_process *process, __u64 now)
{
	__u64 since = process->stopped_since_ns;
	__u64 clock = process->stopped_ns;

	/* An end on another CPU in between: at worst the present stop is missing. */
	if (since && now > since)
		clock += now - since;
	return clock;
}

#endif
