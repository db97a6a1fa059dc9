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
	if (!thread)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk || !is_stream(sk))
		return 0;
	if (BPF_CORE_READ(sk, __sk_common.skc_state) == BS_TCP_LISTEN) {
		if (family_of(sk) == BS_AF_UNIX)
			return 0;
		key = listener_key(sk, BPF_CORE_READ(sk, __sk_common.skc_num));
		if (bpf_map_update_elem(&listeners, &key, &thread->slot, BPF_NOEXIST) &&
		    !bpf_map_lookup_elem(&listeners, &key))
			count(BS_LOST_LISTENERS);
	} else if (seed_sockets) {
		socket_of(sk, thread->slot);
	}
	return 0;
}
