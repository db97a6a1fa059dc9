// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * sweep_sockets: looks for exchanges that are open for very long. A request on which nothing works while its
 * process calls nobody is a long poll, not a wait; a call that is older than any open request serves none.
 */
#include "socket.h"

static __always_inline bool is_busy(__u64 word)
{
	return BS_FIELD(word, RUNNING) || BS_FIELD(word, RUNNABLE) || BS_FIELD(word, LOCK) ||
	       BS_FIELD(word, DISK) || BS_FIELD(word, CALLS);
}

SEC("iter/bpf_sk_storage_map")
int sweep_sockets(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct bs_socket *socket = ctx->value;
	struct bs_process *process;
	__u64 now, age;

	if (!ctx->sk || !socket || socket->generation != generation ||
	    (socket->flags & BS_SOCKET_LONG_POLL))
		return 0;
	now = bpf_ktime_get_ns();
	age = now - socket->opened_ns;
	if ((__s64)age < (__s64)long_poll_age_ns)
		return 0;
	process = process_at(socket->slot);
	if (!process)
		return 0;
	if (socket->exchange == BS_READ && !is_busy(process->word)) {
		socket->flags |= BS_SOCKET_LONG_POLL;
		process_move(socket->slot, -BS_ONE_REQUEST, now);
		add(&process->long_polls, 1);
		add(&process->long_poll_ns, age);
	} else if (socket->exchange == BS_CALLING && !BS_FIELD(process->word, REQUESTS)) {
		socket->flags |= BS_SOCKET_LONG_POLL;
		process_move(socket->slot, -BS_ONE_CALL, now);
	}
	return 0;
}
