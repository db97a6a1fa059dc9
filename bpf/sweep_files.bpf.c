// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * sweep_files: sweeps the sockets that processes of the target hold a descriptor of. Dearer than
 * sweep_sockets, for kernels that refuse iterators over the elements of a map.
 */
#include "sweep.h"

SEC("iter/task_file")
int sweep_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct bs_socket *state;
	struct sock *sk;

	if (!task || !file || !thread_of(task->group_leader))
		return 0;
	sk = sock_of_file(file);
	if (!sk)
		return 0;
	state = state_of_socket(sk);
	if (state)
		sweep(sk, state);
	return 0;
}
