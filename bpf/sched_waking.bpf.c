// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * sched_waking: the end of a wait.
 *
 * sched_waking and not sched_wakeup: the latter fires on the woken thread's CPU, after the interrupt that
 * carries the wake-up there, and would book that delay as waiting for the disk or the network.
 */
#include "thread.h"

/* Time of the past waits that lies between `from` and `to`. */
static __always_inline __u64 overlap_of(const struct bs_past_wait *past, __u64 from, __u64 to)
{
	__u64 first = past->from_ns > from ? past->from_ns : from;
	__u64 last = past->to_ns < to ? past->to_ns : to;
	__u64 span = past->to_ns - past->from_ns;

	if (last <= first || !span)
		return 0;
	/* In microseconds, so that the product fits. */
	return (past->waited_ns / 1000) * ((last - first) / 1000) / (span / 1000 + 1) * 1000;
}

/* Books what the waker waited for; returns how long. */
static __always_inline __u64 book_past(struct bs_process *process, const struct bs_past_wait *past,
				       __u64 from, __u64 to)
{
	__u64 inside = overlap_of(past, from, to);

	if (!inside)
		return 0;
	switch (past->wait_class) {
	case BS_WAIT_LOCK:
		break; /* somebody else held it then: left to the other waits to say who */
	case BS_WAIT_DISK_READ:
	case BS_WAIT_DISK_WRITE:
	case BS_WAIT_DISK_SYNC:
	case BS_WAIT_DISK_OTHER:
	case BS_WAIT_PAGE_FAULT:
		add(&process->lock_disk_ns, inside);
		break;
	case BS_WAIT_UPSTREAM:
		add(&process->lock_upstream_ns, inside);
		break;
	default:
		add(&process->lock_other_ns, inside);
	}
	return inside;
}

/*
 * What held the lock? The waker did, mostly: whatever it waited for itself while we waited for it is the
 * real cause (PostgreSQL's backends wait for the one that flushes the log), the rest it was running.
 */
static __always_inline void book_lock_cause(struct bs_process *process, struct bs_thread *thread,
					    __u64 now)
{
	struct bs_thread *waker = this_thread();
	__u64 from = thread->blocked_at_ns, inside = 0, oldest;

	/* Another process of the target may hold it: PostgreSQL's locks lie in shared memory. */
	if (!waker || waker == thread) {
		add(&process->lock_other_ns, now - from);
		return;
	}
	inside += book_past(process, &waker->past[0], from, now);
	inside += book_past(process, &waker->past[1], from, now);
	inside += book_past(process, &waker->past[2], from, now);
	/* What it did before the oldest wait that we know is not known either. */
	oldest = waker->past[2].from_ns;
	if (oldest > from)
		from = oldest;
	if (now - from > inside)
		add(&process->lock_running_ns, now - from - inside);
}

SEC("tp_btf/sched_waking")
int BPF_PROG(on_sched_waking, struct task_struct *task)
{
	struct bs_thread *thread = living_thread_of(task);
	struct bs_process *process;
	__u64 now;

	if (!thread || thread->generation != generation)
		return 0;
	now = bpf_ktime_get_ns();
	count(BS_COUNT_WAKE);
	if (thread->state != BS_THREAD_BLOCKED) {
		/* Still on its way out, perhaps: sched_switch decides. */
		thread->woken_early_ns = now;
		return 0;
	}
	process = process_at(thread->slot);
	if (!process)
		return 0;
	if (thread->wait_class == BS_WAIT_LOCK)
		book_lock_cause(process, thread, now);
	thread_unblock(thread, now);
	thread->state = is_throttled(task) ? BS_THREAD_THROTTLED : BS_THREAD_WOKEN;
	process_move(thread->slot, thread_recount(thread, process->word, BS_RUNNABLE), now);
	return 0;
}
