// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * read_threads: closes a window. Books every target thread's open state up to now, so that waits which cross the
 * edge are split at it, and hands out what the thread did since the last reading.
 */
#include "wait_class.h"

__u32 read_all = 0; /* rows also for threads that did nothing */

/* 0 if the thread did nothing worth a row: its time stays and is handed out with the next row. */
static __always_inline bool is_worth_a_row(const struct bs_thread *thread)
{
	if (thread->times.switches != thread->switches_taken || thread->times.on_cpu_ns)
		return true;
	if (thread->state != BS_THREAD_BLOCKED)
		return true;
	switch (thread->wait_class) {
	case BS_WAIT_POLL:
	case BS_WAIT_PARK:
	case BS_WAIT_TIMER:
	case BS_WAIT_ACCEPT:
	case BS_WAIT_CLIENT:
	case BS_WAIT_CHILD:
	case BS_WAIT_OTHER:
		return false;
	default:
		return true;
	}
}

/* A thread that has not been seen since the probes were attached: take its state from the kernel. */
static __always_inline void look_up_state(struct bs_thread *thread, struct task_struct *task,
					  __u64 since)
{
	unsigned int state = state_of(task);

	thread->generation = generation;
	thread->holds_request = 0;
	thread->woken_early_ns = 0;
	thread->freeing = 0;
	thread->since_ns = since;
	if (task->on_cpu) {
		thread->state = BS_THREAD_ON_CPU;
	} else if (!state) {
		thread->state = BS_THREAD_WOKEN;
	} else {
		thread->wait_class = class_of_wait(thread, task, state, false);
		thread->blocked_at_ns = since;
		thread->state = BS_THREAD_BLOCKED;
	}
}

/* It is in the joint state from now on, unless a switch was faster. */
static __always_inline void count_found(struct bs_thread *thread, struct task_struct *task,
					__u64 now)
{
	struct bs_process *process = process_at(thread->slot);
	__u64 before = thread->counted, enter;
	__u8 activity = BS_RUNNABLE;

	/* Threads that began after the probes were attached have been there since then only. */
	look_up_state(thread, task,
		      thread->since_ns > attached_at_ns ? thread->since_ns : attached_at_ns);
	if (thread->state == BS_THREAD_ON_CPU)
		activity = BS_RUNNING;
	else if (thread->state == BS_THREAD_BLOCKED)
		activity = activity_of_wait(thread);
	enter = process ? enter_delta(process->word, activity) : 0;
	if (enter && before >> 8 != generation &&
	    BS_SWAP_IF(&thread->counted, before, counted_as(activity), thread->self) == before)
		process_move(thread->slot, enter, now);
}

/* What the thread did, which is no longer to be handed out then. */
static __always_inline void take(struct bs_times *to, struct bs_thread *thread)
{
	to->on_cpu_ns = take_sum(&thread->times.on_cpu_ns);
	to->preempted_ns = take_sum(&thread->times.preempted_ns);
	to->woken_ns = take_sum(&thread->times.woken_ns);
	to->throttled_ns = take_sum(&thread->times.throttled_ns);
	to->switches = thread->times.switches - thread->switches_taken;
	for (int i = 0; i < BS_WAIT_CLASSES; i++)
		to->blocked_ns[i] = take_sum(&thread->times.blocked_ns[i]);
	for (int i = 0; i < BS_FREEING; i++)
		to->freeing_ns[i] = take_sum(&thread->times.freeing_ns[i]);
	thread->switches_taken += to->switches;
}

static __always_inline void give_back(struct bs_thread *thread, const struct bs_times *times)
{
	add_times(&thread->times, times);
	thread->switches_taken -= times->switches;
}

SEC("iter/task")
int read_threads(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct bs_thread_record record = {};
	struct bs_thread *thread;
	__u64 now, ns;

	if (!task)
		return 0;
	thread = living_thread_of(task);
	if (!thread)
		return 0;
	now = bpf_ktime_get_ns();
	if (thread->generation != generation)
		count_found(thread, task, now);
	if (task == task->group_leader)
		process_move(thread->slot, 0, now); /* the joint state too */
	ns = thread_book(thread, now);
	if (thread->state == BS_THREAD_BLOCKED && has_subject(thread->wait_class))
		book_subject(thread, ns, 0, now - thread->blocked_at_ns);
	flush_pending(thread);
	if (!read_all && !is_worth_a_row(thread))
		return 0;
	take(&record.times, thread);
	record.slot = thread->slot;
	bpf_probe_read_kernel_str(record.comm, sizeof(record.comm), task->comm);
	record.tid = pid_at_level(task, reader_level);
	record.pid = pid_at_level(task->group_leader, reader_level);
	/* A row that finds no room in the buffer is asked for again. */
	if (bpf_seq_write(ctx->meta->seq, &record, sizeof(record)))
		give_back(thread, &record.times);
	return 0;
}
