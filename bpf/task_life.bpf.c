// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * task_life: threads and processes that the target starts, and their end.
 *
 * These three stay attached while the event probes pause: they are rare, and a child that is missed is
 * missed for good.
 */
#include "thread.h"

static __always_inline void adopt(struct task_struct *task, __u32 slot)
{
	struct bs_thread *thread = new_thread(task);

	if (!thread) {
		count(BS_LOST_THREADS);
		return;
	}
	thread->slot = slot;
	thread->since_ns = bpf_ktime_get_ns(); /* it was nowhere before */
}

static __always_inline __u32 slot_for_process(struct task_struct *task, struct bs_process *parent)
{
	struct bs_process *process;
	__u32 slot = 0;

	if (bpf_map_pop_elem(&free_slots, &slot) || !(process = process_at(slot))) {
		count(BS_LOST_PROCESSES);
		return 0;
	}
	process->pid = pid_at_level(task, reader_level);
	if (!process->pid) /* not of a namespace below that of user space */
		process->pid = BPF_CORE_READ(task, tgid);
	process->threads_are_not_requests = parent ? parent->threads_are_not_requests : 0;
	process->copy_stacks = parent ? parent->copy_stacks : 0;
	return slot;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	struct bs_thread *thread = thread_of(parent);

	if (!thread)
		return 0;
	if (BPF_CORE_READ(parent, tgid) == BPF_CORE_READ(child, tgid))
		adopt(child, thread->slot);
	else
		adopt(child, slot_for_process(child, process_at(thread->slot)));
	return 0;
}

/* io_uring's workers are born without sched_process_fork. */
SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(on_wakeup_new, struct task_struct *task)
{
	struct bs_thread *leader;

	if (thread_of(task))
		return 0;
	leader = thread_of(task->group_leader);
	if (leader)
		adopt(task, leader->slot);
	return 0;
}

static __always_inline void ends(struct task_struct *task, struct bs_thread *thread,
				 struct bs_process *process)
{
	__u64 now = bpf_ktime_get_ns(), delta;

	if (thread->generation == generation) {
		thread_book(thread, now);
		delta = thread_recount(thread, process->word, BS_NOTHING);
		if (delta)
			process_move(thread->slot, delta, now);
	}
	flush_pending(thread);
	add_times(&process->exited, &thread->times);
	add(&process->exited.switches, thread->times.switches - thread->switches_taken);
	__builtin_memset(&thread->times, 0, sizeof(thread->times));
	thread->switches_taken = 0;
	thread->state = BS_THREAD_UNKNOWN;
	/* It still runs for a while, maybe longer than its slot is its process's. */
	thread->gone = 1;
	/* Slot 0 is for many processes. */
	if (thread->slot && BPF_CORE_READ(task, signal, live.counter) <= 0)
		process->exited_at_ns = now;
}

#ifdef BS_OLD_KERNEL
/* A thread that executes a program takes over its leader's id, and with it goes its entry. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid)
{
	move_thread((__u32)old_pid, BPF_CORE_READ(task, pid));
	return 0;
}
#endif

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct bs_thread *thread = thread_of(task);
	struct bs_process *process = thread ? process_at(thread->slot) : NULL;

	if (!process)
		return 0;
	ends(task, thread, process);
	forget_thread(task);
	return 0;
}
