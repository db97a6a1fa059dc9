// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * seed_files: what was open before we came. Learns the target's listeners and connections, and from three files
 * of our own how the kernel marks event, epoll and timer descriptors.
 */
#include "socket.h"

__u32 seed_sockets = 0; /* second pass: the listeners are known, now the connections */

static __always_inline void learn_own(struct bpf_iter__task_file *ctx, struct file *file)
{
	__s32 fd = (__s32)ctx->fd;

	if (fd == own_eventfd)
		file_kinds.eventfd = (__u64)BPF_CORE_READ(file, f_op);
	if (fd == own_eventpoll)
		file_kinds.eventpoll = (__u64)BPF_CORE_READ(file, f_op);
	if (fd == own_timerfd)
		file_kinds.timerfd = (__u64)BPF_CORE_READ(file, f_op);
}

/*
 * What a connection is in the middle of, by the kernel's own times: a server socket that received later than
 * it sent has a request open, a client socket that sent later than it received has a call open. Times of one
 * jiffy say nothing; such exchanges are over before the probes have settled.
 */
static __always_inline void seed_exchange(struct sock *sk, struct bs_socket *socket)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);
	__u32 sent, received;
	__u64 now = bpf_ktime_get_ns(), since;

	if (!tcp || socket->exchange != BS_IDLE ||
	    BPF_CORE_READ(sk, __sk_common.skc_state) != BS_TCP_ESTABLISHED)
		return;
	sent = BPF_CORE_READ(tcp, lsndtime);
	received = BPF_CORE_READ((struct inet_connection_sock *)tcp, icsk_ack.lrcvtime);
	since = BPF_CORE_READ(tcp, tcp_mstamp) * 1000;
	if (!since || since > now)
		return;
	if (socket->role == BS_ROLE_SERVER && (__s32)(received - sent) > 0) {
		socket->exchange = BPF_CORE_READ(tcp, rcv_nxt) != BPF_CORE_READ(tcp, copied_seq)
					   ? BS_QUEUED
					   : BS_READ;
		process_move(socket->slot, BS_ONE_REQUEST, now);
	} else if (socket->role == BS_ROLE_CLIENT && (__s32)(sent - received) > 0) {
		socket->exchange = BS_CALLING;
		process_move(socket->slot, BS_ONE_CALL, now);
	} else {
		return;
	}
	socket->opened_ns = since;
}

/* A process outside the target holds this socket: one of our listeners, perhaps. */
static __always_inline void mark_shared(struct sock *sk)
{
	__u32 *slot;

	if (BPF_CORE_READ(sk, __sk_common.skc_state) != BS_TCP_LISTEN ||
	    family_of(sk) == BS_AF_UNIX)
		return;
	slot = local_listener(sk);
	if (slot)
		*slot |= BS_LISTENER_SHARED;
}

SEC("iter/task_file")
int seed_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct bs_thread *thread;
	struct bs_listener key;
	struct socket *socket;
	struct sock *sk;

	if (!task || !file)
		return 0;
	/* The process that reads this is the current task. */
	if ((__u32)BPF_CORE_READ(task, tgid) == bpf_get_current_pid_tgid() >> 32)
		learn_own(ctx, file);
	thread = bpf_task_storage_get(&threads, task->group_leader, NULL, 0);
	if (!thread && !seed_sockets)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk || !is_stream(sk))
		return 0;
	if (!thread) {
		mark_shared(sk);
		return 0;
	}
	if (BPF_CORE_READ(sk, __sk_common.skc_state) == BS_TCP_LISTEN) {
		if (family_of(sk) == BS_AF_UNIX)
			return 0;
		key = listener_key(sk, BPF_CORE_READ(sk, __sk_common.skc_num));
		if (bpf_map_update_elem(&listeners, &key, &thread->slot, BPF_NOEXIST) &&
		    !bpf_map_lookup_elem(&listeners, &key))
			count(BS_LOST_LISTENERS);
	} else if (seed_sockets) {
		struct bs_socket *state = socket_of(sk, thread->slot);

		if (state && family_of(sk) != BS_AF_UNIX)
			seed_exchange(sk, state);
	}
	return 0;
}
