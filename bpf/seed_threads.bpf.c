// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * seed_threads: marks every thread of the marked processes. User space marks a process by its leader, through a
 * pidfd: no pid is translated, so pid namespaces and the reuse of pids cannot confuse it.
 */
#include "thread.h"

SEC("iter/task")
int seed_threads(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct bs_thread *thread, *leader;

	if (!task)
		return 0;
	/* User space runs us: children are told the pids that it knows. */
	reader_level = BPF_CORE_READ(this_task(), thread_pid, level);
	leader = thread_of(task->group_leader);
	if (!leader || thread_of(task))
		return 0;
	thread = new_thread(task);
	if (!thread) {
		count(BS_LOST_THREADS);
		return 0;
	}
	thread->slot = leader->slot;
	thread->since_ns = bpf_ktime_get_ns(); /* what it did before is not known */
	return 0;
}
