// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * seed_files: what was open before we came. Learns the target's listeners and connections, and from three files
 * of our own how the kernel marks event, epoll and timer descriptors.
 */
#include "socket.h"

__u32 seed_pass = BS_SEED_LISTENERS;

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
 * Supposes an exchange that began with the packet at `jiffies`. One that has been open for longer than work
 * takes is a long poll: followed, but not counted. The probes are at work by now: what they have seen begin
 * goes before what we suppose.
 */
static __always_inline void suppose(struct bs_process *process, struct bs_socket *socket,
				    struct tcp_sock *tcp, __u32 jiffies, __u32 state, __u64 one,
				    bool room)
{
	__u64 now = bpf_ktime_get_ns(), age = age_of_packet(tcp, jiffies, now);
	__u64 opened_ns = socket->opened_ns, clock_ns = socket->stop_clock_ns;
	bool counts = room && age <= work_takes_at_most();

	socket->opened_ns = now - age;
	/* Stops before we came are not known, nor how long answers take. */
	socket->stop_clock_ns = socket->role == BS_ROLE_SERVER ? stop_clock(process, now) : 0;
	if (counts)
		process_move(socket->slot, one, now);
	else
		socket->flags |= BS_SOCKET_LONG_POLL;
	if (turn(socket, BS_IDLE, state)) {
		if (!room)
			count(BS_LOST_COUNTS);
		return;
	}
	socket->opened_ns = opened_ns;
	socket->stop_clock_ns = clock_ns;
	if (counts)
		process_move(socket->slot, -one, bpf_ktime_get_ns());
	else
		socket->flags &= ~BS_SOCKET_LONG_POLL;
}

/*
 * What a connection is in the middle of, by the kernel's own times: a server socket that received later than
 * it sent has a request open, a client socket that sent later than it received has a call open. Times of one
 * jiffy say nothing; such exchanges are over before the probes have settled.
 */
static __always_inline void seed_exchange(struct sock *sk, struct bs_socket *socket)
{
	struct tcp_sock *tcp = tcp_of(sk);
	struct bs_process *process = process_at(socket->slot);
	__u32 sent, received;
	__u64 word;

	if (!tcp || !process || socket->exchange != BS_IDLE ||
	    BPF_CORE_READ(sk, __sk_common.skc_state) != BS_TCP_ESTABLISHED)
		return;
	sent = BS_GET(tcp, lsndtime);
	received = BPF_CORE_READ((struct inet_connection_sock *)tcp, icsk_ack.lrcvtime);
	word = process->word;
	if (socket->role == BS_ROLE_SERVER && (__s32)(received - sent) > 0) {
		bool unread = BPF_CORE_READ(tcp, rcv_nxt) != BPF_CORE_READ(tcp, copied_seq);

		suppose(process, socket, tcp, received, unread ? BS_QUEUED : BS_READ,
			BS_ONE_REQUEST, has_room(BS_FIELD(word, REQUESTS), BS_REQUESTS_BITS));
	} else if (socket->role == BS_ROLE_CLIENT && (__s32)(sent - received) > 0 &&
		   !is_one_way(socket)) {
		suppose(process, socket, tcp, sent, BS_CALLING, BS_ONE_CALL,
			has_room(BS_FIELD(word, CALLS), BS_CALLS_BITS));
	}
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
	struct sock *sk;

	if (!task || !file)
		return 0;
	/* The process that reads this is the current task. Later passes find other files under these numbers. */
	if (seed_pass == BS_SEED_LISTENERS &&
	    (__u32)BPF_CORE_READ(task, tgid) == bpf_get_current_pid_tgid() >> 32)
		learn_own(ctx, file);
	thread = thread_of(task->group_leader);
	if (!thread && seed_pass != BS_SEED_SHARED)
		return 0;
	sk = sock_of_file(file);
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
		    seed_pass == BS_SEED_LISTENERS && !bpf_map_lookup_elem(&listeners, &key))
			count(BS_LOST_LISTENERS);
	} else if (seed_pass == BS_SEED_CONNECTIONS) {
		struct bs_socket *state = socket_of(sk, thread->slot);

		if (state && family_of(sk) != BS_AF_UNIX)
			seed_exchange(sk, state);
	}
	return 0;
}
