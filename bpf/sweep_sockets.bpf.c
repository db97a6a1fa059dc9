// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * sweep_sockets: looks at every open exchange at the end of a window, in two passes.
 *
 * The first counts them: sockets that go away without a trace (unix sockets do) leave their exchange in the
 * process's word, and user space takes out what is counted there but open nowhere. The second takes out what is
 * no work: a request on which nothing works while its process calls nobody is a long poll, a call that is older
 * than every open request serves none of them.
 */
#include "socket.h"

__u32 sweep_pass = 0; /* 0: count, 1: take out */

static __always_inline bool is_busy(__u64 word)
{
	return BS_FIELD(word, RUNNING) || BS_FIELD(word, RUNNABLE) || BS_FIELD(word, LOCK) ||
	       BS_FIELD(word, DISK) || BS_FIELD(word, CALLS);
}

static __always_inline void count_open(struct bs_process *process, const struct bs_socket *socket)
{
	switch (socket->exchange) {
	case BS_QUEUED:
	case BS_READ:
		process->seen_requests += 1;
		if (!process->oldest_request_ns || socket->opened_ns < process->oldest_request_ns)
			process->oldest_request_ns = socket->opened_ns;
		break;
	case BS_CALLING:
	case BS_CONNECTING:
		process->seen_calls += 1;
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

SEC("iter/bpf_sk_storage_map")
int sweep_sockets(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct bs_socket *socket = ctx->value;
	struct bs_process *process;

	if (!ctx->sk || !socket || socket->generation != generation ||
	    (socket->flags & BS_SOCKET_LONG_POLL))
		return 0;
	process = process_at(socket->slot);
	if (!process)
		return 0;
	if (!sweep_pass)
		count_open(process, socket);
	else
		take_out(process, socket, bpf_ktime_get_ns());
	return 0;
}
