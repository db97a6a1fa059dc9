/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * switch_in: a thread comes on a CPU: seen by sched_switch, or found there later.
 *
 * Not every switch is reported: virtual machines are in use whose kernel leaves out those from some threads of
 * its own (docs/findings.md, "Scheduler"). A thread that was preempted by one of those would be preempted until
 * its next switch, however long it runs.
 */
#ifndef BOUNDSCOPE_SWITCH_IN_H
#define BOUNDSCOPE_SWITCH_IN_H

#include "wait_sample.h"

/* Returns the change of the process's word. */
static __always_inline __u64 switch_in(struct bs_thread *thread, struct task_struct *task,
				       __u64 word, __u64 now)
{
	thread_refresh(thread, now);
	if (thread->state == BS_THREAD_BLOCKED)
		thread_unblock(thread, now); /* its wake-up was not seen */
	else
		thread_book(thread, now);
	if (thread->wait_sampled)
		book_sampled_wait(thread, task);
	thread->state = BS_THREAD_ON_CPU;
	thread->woken_early_ns = 0;
	return thread_recount(thread, word, activity_on_cpu(thread));
}

/* Of a thread that is on a CPU: it was not seen to come there. */
static __always_inline bool came_unseen(const struct bs_thread *thread)
{
	return thread->generation == generation && thread->state != BS_THREAD_ON_CPU &&
	       thread->state != BS_THREAD_UNKNOWN;
}

/*
 * Since when it has been on its CPU, by what the scheduler charged it since it was picked: to the moment when
 * it leaves, and as of the last tick while it runs.
 */
static __always_inline __u64 came_at(const struct bs_thread *thread, struct task_struct *task,
				     __u64 now)
{
	__u64 ran = BPF_CORE_READ(task, se.sum_exec_runtime) -
		    BPF_CORE_READ(task, se.prev_sum_exec_runtime);
	__u64 since = thread->since_ns;

	return since + ran < now ? now - ran : since;
}

/* Returns the change of the process's word. */
static __always_inline __u64 switch_in_unseen(struct bs_thread *thread, struct task_struct *task,
					      __u64 word, __u64 now)
{
	count(BS_LOST_SWITCHES);
	return switch_in(thread, task, word, came_at(thread, task, now));
}

#endif
