// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * sched_switch: the time of every target thread on CPU, runnable and blocked, and why it blocked.
 *
 * Sums in the kernel: a busy service switches context a million times a second, and one record per switch
 * would outweigh what we came to measure.
 */
#include "switch_in.h"
#include "wait_class.h"

#define BS_STATE_GONE 0xb0 /* EXIT_DEAD, EXIT_ZOMBIE, TASK_DEAD */
#define BS_TASK_WAKING 0x200
#define BS_EARLY_WAKE_NS 1000

static __always_inline void block(void *ctx, struct bs_thread *thread, struct task_struct *task,
				  unsigned int state, __u64 now)
{
	thread->wait_class = class_of_wait(thread, task, state, true);
	thread->blocked_at_ns = now;
	switch (thread->wait_class) {
	case BS_WAIT_CLIENT:
	case BS_WAIT_ACCEPT:
		/* Whoever waits for new work is not working on a request any more. */
		thread->holds_request = 0;
	}
	/*
	 * The waker came while we were on our way out: already runnable again. An older wake-up found the
	 * thread still running and ended nothing.
	 */
	if ((state & BS_TASK_WAKING) ||
	    (thread->woken_early_ns && now - thread->woken_early_ns < BS_EARLY_WAKE_NS)) {
		thread->state = BS_THREAD_WOKEN;
	} else {
		thread->state = BS_THREAD_BLOCKED;
		sample_wait(ctx, thread, task, now);
	}
	thread->woken_early_ns = 0;
}

/* Returns the change of the process's word. */
static __always_inline __u64 switch_out(void *ctx, struct bs_thread *thread,
					struct task_struct *task, bool preempt, __u64 word,
					__u64 now)
{
	unsigned int state = state_of(task);

	thread_refresh(thread, now);
	thread_book(thread, now);
	thread->times.switches += 1; /* nobody else writes it */
	if (preempt || !state) {
		thread->state = is_throttled(task) ? BS_THREAD_THROTTLED : BS_THREAD_PREEMPTED;
		thread->woken_early_ns = 0;
	} else if (state & BS_STATE_GONE) {
		thread->state = BS_THREAD_UNKNOWN;
	} else {
		block(ctx, thread, task, state, now);
	}
	switch (thread->state) {
	case BS_THREAD_UNKNOWN:
		return thread_recount(thread, word, BS_NOTHING);
	case BS_THREAD_BLOCKED:
		return thread_recount(thread, word, activity_of_wait(thread));
	default:
		return thread_recount(thread, word, BS_RUNNABLE);
	}
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	/* The idle thread, on one side of every other switch, is nobody's. */
	struct bs_thread *leaving = prev->pid ? living_thread_of(prev) : NULL;
	struct bs_thread *coming = next->pid ? living_thread_of(next) : NULL;
	struct bs_process *process;
	__u64 now = 0, delta = 0;

	if (leaving) {
		now = bpf_ktime_get_ns();
		process = process_at(leaving->slot);
		if (!process)
			return 0;
		if (came_unseen(leaving))
			process_move(leaving->slot,
				     switch_in_unseen(leaving, prev, process->word, now), now);
		delta = switch_out(ctx, leaving, prev, preempt, process->word, now);
		/* Two threads of one process change places: one change of its word. */
		if (!coming || coming->slot != leaving->slot) {
			process_move(leaving->slot, delta, now);
			delta = 0;
		}
	}
	if (coming) {
		if (!now)
			now = bpf_ktime_get_ns();
		process = process_at(coming->slot);
		if (!process)
			return 0;
		delta += switch_in(coming, next, process->word, now);
		process_move(coming->slot, delta, now);
	}
	if (now)
		count(BS_COUNT_SWITCH);
	return 0;
}
