/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * thread: how a target thread's time is booked when its state changes.
 *
 * A state's time is booked when it ends: by the switch, by the waker on another CPU, or by the reader at
 * the edge of a window. `since_ns` is exchanged, so whoever comes first books a nanosecond, once.
 */
#ifndef BOUNDSCOPE_THREAD_H
#define BOUNDSCOPE_THREAD_H

#include "process.h"

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

/* Its state, unless it has ended: then nobody counts it any more. */
static __always_inline struct bs_thread *living_thread_of(struct task_struct *task)
{
	struct bs_thread *thread = thread_of(task);

	return thread && !thread->gone ? thread : NULL;
}

/* Forgets what an earlier attachment knew. Called before anything else is done with a thread's state. */
static __always_inline void thread_refresh(struct bs_thread *thread, __u64 now)
{
	if (thread->generation == generation)
		return;
	thread->generation = generation;
	thread->state = BS_THREAD_UNKNOWN;
	thread->holds_request = 0;
	thread->woken_early_ns = 0;
	thread->wait_sampled = 0;
	thread->freeing = 0;
	thread->since_ns = now;
}

static __always_inline unsigned int state_of(struct task_struct *task)
{
	if (bpf_core_field_exists(task->__state))
		return task->__state;
	return (unsigned int)((struct task_struct___before_5_14 *)task)->state;
}

/* Out of its cgroup's CPU quota, rather than waiting for a CPU. */
static __always_inline bool is_throttled(struct task_struct *task)
{
	struct task_struct___since_6_18 *newer = (void *)task;

	if (bpf_core_field_exists(newer->throttled))
		return newer->throttled;
	if (bpf_core_field_exists(struct cfs_rq, throttle_count)) {
		struct cfs_rq *queue = task->se.cfs_rq;

		return queue && queue->throttle_count > 0;
	}
	return false;
}

static __always_inline bool has_subject(__u8 wait_class)
{
	return wait_class == BS_WAIT_UPSTREAM || wait_class == BS_WAIT_LOCK;
}

static __always_inline void wait_add(struct bs_wait *wait, __u64 ns, __u64 n, __u64 longest)
{
	add(&wait->ns, ns);
	add(&wait->count, n);
	if (longest > wait->longest_ns)
		wait->longest_ns = longest;
}

/* Hands the waits that were summed in the thread over to the shared map. */
static __always_inline void flush_pending(struct bs_thread *thread)
{
	struct bs_wait *wait;

	if (!thread->pending.ns)
		return;
	wait = bpf_map_lookup_elem(&waits, &thread->pending_subject);
	if (wait) {
		wait_add(wait, thread->pending.ns, thread->pending.count,
			 thread->pending.longest_ns);
	} else if (bpf_map_update_elem(&waits, &thread->pending_subject, &thread->pending,
				       BPF_NOEXIST)) {
		count(BS_LOST_WAITS);
	}
	thread->pending = (struct bs_wait){};
}

static __always_inline bool same_subject(const struct bs_subject *a, const struct bs_subject *b)
{
	const __u64 *x = (const void *)a, *y = (const void *)b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2] && x[3] == y[3];
}

/* A thread mostly waits for the same thing again: sum here, touch the shared map when that changes. */
static __always_inline void book_subject(struct bs_thread *thread, __u64 ns, __u64 n, __u64 longest)
{
	if (!same_subject(&thread->subject, &thread->pending_subject)) {
		flush_pending(thread);
		thread->pending_subject = thread->subject;
	}
	thread->pending.ns += ns;
	thread->pending.count += n;
	if (longest > thread->pending.longest_ns)
		thread->pending.longest_ns = longest;
}

/* Books the time since the last booking under the present state. Returns its length. */
static __always_inline __u64 thread_book(struct bs_thread *thread, __u64 now)
{
	__u64 since = BS_EXCHANGE(&thread->since_ns, now, thread->self);
	__u64 ns = now - since;

	if (!since)
		return 0;
	if ((__s64)ns <= 0) {
		/* Held up since it asked for the time, it would take time back that is booked already. */
		if (ns)
			BS_SWAP_IF(&thread->since_ns, now, since, thread->self);
		return 0;
	}
	switch (thread->state) {
	case BS_THREAD_ON_CPU:
		add(&thread->times.on_cpu_ns, ns);
		if (thread->freeing == 1 + BS_RECLAIM)
			add(&thread->times.freeing_ns[BS_RECLAIM], ns);
		else if (thread->freeing == 1 + BS_COMPACTION)
			add(&thread->times.freeing_ns[BS_COMPACTION], ns);
		break;
	case BS_THREAD_PREEMPTED:
		add(&thread->times.preempted_ns, ns);
		break;
	case BS_THREAD_WOKEN:
		add(&thread->times.woken_ns, ns);
		break;
	case BS_THREAD_THROTTLED:
		add(&thread->times.throttled_ns, ns);
		break;
	case BS_THREAD_BLOCKED:
		if (thread->wait_class < BS_WAIT_CLASSES)
			add(&thread->times.blocked_ns[thread->wait_class], ns);
		break;
	}
	return ns;
}

/* All but the switches, which are counted since the start (bs_thread.times). */
static __always_inline void add_times(struct bs_times *to, const struct bs_times *times)
{
	add(&to->on_cpu_ns, times->on_cpu_ns);
	add(&to->preempted_ns, times->preempted_ns);
	add(&to->woken_ns, times->woken_ns);
	add(&to->throttled_ns, times->throttled_ns);
	for (int i = 0; i < BS_WAIT_CLASSES; i++)
		add(&to->blocked_ns[i], times->blocked_ns[i]);
	for (int i = 0; i < BS_FREEING; i++)
		add(&to->freeing_ns[i], times->freeing_ns[i]);
}

/* Keeps the wait that ends now for threads that turn out to have waited for this one. */
static __always_inline void remember_wait(struct bs_thread *thread, __u64 now)
{
	struct bs_past_wait *last = &thread->past[0];

	if (last->wait_class != thread->wait_class || !last->waited_ns) {
		thread->past[2] = thread->past[1];
		thread->past[1] = thread->past[0];
		last->from_ns = thread->blocked_at_ns;
		last->waited_ns = 0;
		last->wait_class = thread->wait_class;
	}
	last->to_ns = now;
	last->waited_ns += now - thread->blocked_at_ns;
}

/* Ends a wait: its time is booked and it becomes the thread's last wait. */
static __always_inline void thread_unblock(struct bs_thread *thread, __u64 now)
{
	__u64 ns = thread_book(thread, now);

	remember_wait(thread, now);
	if (thread->wait_sampled)
		thread->sampled_wait_ns = now - thread->blocked_at_ns;
	if (has_subject(thread->wait_class))
		book_subject(thread, ns, 1, now - thread->blocked_at_ns);
}

static __always_inline __u8 activity_of_wait(const struct bs_thread *thread)
{
	switch (thread->wait_class) {
	case BS_WAIT_LOCK:
		return BS_LOCK;
	case BS_WAIT_DISK_READ:
	case BS_WAIT_DISK_WRITE:
	case BS_WAIT_DISK_SYNC:
	case BS_WAIT_DISK_OTHER:
	case BS_WAIT_PAGE_FAULT:
	case BS_WAIT_MEMORY:
		return BS_DISK;
	default:
		return BS_NOTHING;
	}
}

/* On a CPU: who makes room for memory there waits for it like one who waits for a page. */
static __always_inline __u8 activity_on_cpu(const struct bs_thread *thread)
{
	return thread->freeing ? BS_DISK : BS_RUNNING;
}

static __always_inline __u64 counted_as(__u8 activity)
{
	return (__u64)generation << 8 | activity;
}

/*
 * Recounts the thread in its process's word; returns the change, to be applied by process_move(). Whoever
 * exchanges `counted` takes out what was in there, so the changes add up in any order.
 */
static __always_inline __u64 thread_recount(struct bs_thread *thread, __u64 word, __u8 activity)
{
	__u64 enter = enter_delta(word, activity);
	__u64 before = BS_EXCHANGE(&thread->counted, counted_as(enter ? activity : BS_NOTHING),
				   thread->self);

	return enter + (before >> 8 == generation ? leave_delta((__u8)before) : 0);
}

#endif
