/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * sweep: what is done to every open exchange at the end of a window, in two passes.
 *
 * The first counts them: sockets that go away without a trace (unix sockets do) leave their exchange in the
 * process's word, and user space takes out what is counted there but open nowhere. The second takes out what is
 * no work: a request on which nothing works while its process calls nobody is a long poll, a call that is older
 * than every open request serves none of them.
 *
 * And how fast the service goes, which tells what being watched does to it: a pass of its own before the probes are
 * attached, one when it is observed, one at the end of that.
 *
 * Two programs walk the sockets: sweep_sockets through their storage, sweep_files, where the kernel refuses
 * that, through the descriptors of the target.
 */
#ifndef BOUNDSCOPE_SWEEP_H
#define BOUNDSCOPE_SWEEP_H

#include "socket.h"

/* Written by user space before each pass. */
extern __u32 sweep_does;        /* enum bs_sweep_pass */
extern __u32 sweep_counts_held; /* the others may wait to be accepted, where no descriptor leads */
extern __u32 sweep_pass; /* a socket is looked at once a pass, however many descriptors it has */

extern __u32 pace_pass;     /* counts the passes of the pace */
extern __u64 pace_segments; /* data segments that arrived from clients since the pass before */

static __always_inline bool is_busy(__u64 word)
{
	return BS_FIELD(word, RUNNING) || BS_FIELD(word, RUNNABLE) || BS_FIELD(word, LOCK) ||
	       BS_FIELD(word, DISK) || BS_FIELD(word, CALLS);
}

static __always_inline void count_open(struct bs_process *process, const struct bs_socket *socket)
{
	bool counts = !sweep_counts_held || socket->held;

	switch (socket->exchange) {
	case BS_QUEUED:
	case BS_READ:
		process->seen_requests += counts;
		if (!process->oldest_request_ns || socket->opened_ns < process->oldest_request_ns)
			process->oldest_request_ns = socket->opened_ns;
		break;
	case BS_CALLING:
	case BS_CONNECTING:
		process->seen_calls += counts;
		break;
	}
}

static __always_inline void take_out(struct bs_process *process, struct bs_socket *socket,
				     __u64 now)
{
	__u64 age = now - socket->opened_ns, oldest = process->oldest_request_ns;

	if ((__s64)age < (__s64)long_poll_age_ns)
		return;
	if (socket->exchange == BS_READ && !is_busy(process->word)) {
		leave_request(process, socket, now);
		socket->flags |= BS_SOCKET_LONG_POLL;
		add(&process->long_polls, 1);
		add(&process->long_poll_ns, age);
	} else if (socket->exchange == BS_CALLING && (!oldest || socket->opened_ns < oldest)) {
		leave_call(process, socket, now);
		socket->flags |= BS_SOCKET_LONG_POLL;
	}
}

/* Of connections that were there in the pass before, too: the others would begin with all they ever received. */
static __always_inline void pace(struct sock *sk, struct bs_socket *socket)
{
	struct tcp_sock *tcp = tcp_of(sk);
	__u32 segments;

	if (!tcp || socket->role != BS_ROLE_SERVER || socket->paced_in == pace_pass)
		return;
	segments = BS_GET(tcp, data_segs_in);
	if (socket->paced_in == pace_pass - 1)
		pace_segments += segments - socket->paced_segments;
	socket->paced_in = pace_pass;
	socket->paced_segments = segments;
}

static __always_inline void sweep(struct sock *sk, struct bs_socket *socket)
{
	struct bs_process *process;

	if (sweep_does == BS_SWEEP_PACE) {
		pace(sk, socket);
		return;
	}
	if (socket->generation != generation || (socket->flags & BS_SOCKET_LONG_POLL) ||
	    socket->swept_in == sweep_pass)
		return;
	socket->swept_in = sweep_pass;
	process = process_at(socket->slot);
	if (!process)
		return;
	if (sweep_does == BS_SWEEP_COUNT)
		count_open(process, socket);
	else
		take_out(process, socket, bpf_ktime_get_ns());
}

#endif
