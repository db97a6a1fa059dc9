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

	look_up_state(thread, task, attached_at_ns);
	if (thread->state == BS_THREAD_ON_CPU)
		activity = BS_RUNNING;
	else if (thread->state == BS_THREAD_BLOCKED)
		activity = activity_of_wait(thread);
	enter = process ? enter_delta(process->word, activity) : 0;
	if (enter && before >> 8 != generation &&
	    BS_SWAP_IF(&thread->counted, before, counted_as(activity), thread->self) == before)
		process_move(thread->slot, enter, now);
}

static __always_inline void take(__u64 *to, __u64 *from)
{
	*to = take_sum(from);
}

/* The task's pid as a process `level` pid namespaces below the initial one sees it; 0 if it does not see it. */
static __always_inline __u32 pid_at_level(struct task_struct *task, __u32 level)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	const void *first;

	if (!pid || level > BPF_CORE_READ(pid, level))
		return 0;
	/* An index would step by the size of our cut-out of the element; ask for the kernel's. */
	first = __builtin_preserve_access_index(&pid->numbers[0]);
	return BPF_CORE_READ((struct upid *)(first + level * bpf_core_type_size(struct upid)), nr);
}

SEC("iter/task")
int read_threads(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct bs_thread_record record = {};
	struct bs_thread *thread;
	__u32 level;
	__u64 now, ns;

	if (!task)
		return 0;
	thread = thread_of(task);
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
	take(&record.times.on_cpu_ns, &thread->times.on_cpu_ns);
	take(&record.times.preempted_ns, &thread->times.preempted_ns);
	take(&record.times.woken_ns, &thread->times.woken_ns);
	take(&record.times.throttled_ns, &thread->times.throttled_ns);
	record.times.switches = thread->times.switches - thread->switches_taken;
	thread->switches_taken += record.times.switches;
	for (int i = 0; i < BS_WAIT_CLASSES; i++)
		take(&record.times.blocked_ns[i], &thread->times.blocked_ns[i]);
	for (int i = 0; i < BS_FREEING; i++)
		take(&record.times.freeing_ns[i], &thread->times.freeing_ns[i]);
	record.slot = thread->slot;
	bpf_probe_read_kernel_str(record.comm, sizeof(record.comm), task->comm);
	/* Pids as the reading process, which is the current task here, sees them. */
	level = BPF_CORE_READ(this_task(), thread_pid, level);
	record.tid = pid_at_level(task, level);
	record.pid = pid_at_level(task->group_leader, level);
	bpf_seq_write(ctx->meta->seq, &record, sizeof(record));
	return 0;
}
