/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * process: the joint state of one process (requests in flight, calls open, threads on CPU, runnable, in
 * lock and disk waits) and its integrals over time (docs/method.md, "Decomposition").
 *
 * No locks: an event adds its delta to the packed word and gets the state that held until now; then it
 * exchanges the time stamp and gets how long that state held. Two events in the same instant on two CPUs
 * may swap their few nanoseconds, but nothing drifts, because every nanosecond is handed out once.
 */
#ifndef BOUNDSCOPE_PROCESS_H
#define BOUNDSCOPE_PROCESS_H

#include "maps.h"

#define BS_REQUESTS_SHIFT 0
#define BS_CALLS_SHIFT 14
#define BS_RUNNING_SHIFT 28
#define BS_RUNNABLE_SHIFT 37
#define BS_LOCK_SHIFT 46
#define BS_DISK_SHIFT 56

#define BS_REQUESTS_BITS 14
#define BS_CALLS_BITS 14
#define BS_RUNNING_BITS 9
#define BS_RUNNABLE_BITS 9
#define BS_LOCK_BITS 10
#define BS_DISK_BITS 8

#define BS_ONE_REQUEST (1ULL << BS_REQUESTS_SHIFT)
#define BS_ONE_CALL (1ULL << BS_CALLS_SHIFT)

#define BS_FIELD(word, name) (((word) >> BS_##name##_SHIFT) & ((1ULL << BS_##name##_BITS) - 1))

static __always_inline void add(__u64 *sum, __u64 amount)
{
	__sync_fetch_and_add(sum, amount);
}

static __always_inline struct bs_process *process_at(__u32 slot)
{
	return bpf_map_lookup_elem(&processes, &slot);
}

static __always_inline __u64 least(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

/* One activity's share of `dt` when `count` threads or calls are in it and `left` requests are unassigned. */
static __always_inline __u64 assign(struct bs_activity_time *time, __u64 count, __u64 requests, __u64 left,
				    __u64 overlap, __u64 dt)
{
	__u64 high = least(count, requests);
	__u64 point = least(high, left);

	if (!high)
		return 0;
	if (point)
		add(&time->point_ns, point * dt);
	if (overlap) {
		/* More threads and calls than requests: some of them stand for the same request. */
		__u64 low = high > overlap ? high - overlap : 0;

		if (high > point)
			add(&time->over_ns, (high - point) * dt);
		if (point > low)
			add(&time->under_ns, (point - low) * dt);
	}
	return point;
}

static __always_inline void integrate_idle(struct bs_process *process, __u64 word, __u64 dt)
{
	__u64 n;

	add(&process->idle_ns, dt);
	if ((n = BS_FIELD(word, RUNNING)))
		add(&process->background_ns[BS_RUNNING], n * dt);
	if ((n = BS_FIELD(word, RUNNABLE)))
		add(&process->background_ns[BS_RUNNABLE], n * dt);
	if ((n = BS_FIELD(word, LOCK)))
		add(&process->background_ns[BS_LOCK], n * dt);
	if ((n = BS_FIELD(word, DISK)))
		add(&process->background_ns[BS_DISK], n * dt);
	if ((n = BS_FIELD(word, CALLS)))
		add(&process->background_ns[BS_UPSTREAM], n * dt);
}

static __always_inline void integrate_requests(struct bs_process *process, __u64 word, __u64 dt)
{
	__u64 requests = BS_FIELD(word, REQUESTS), left = requests;
	__u64 running = BS_FIELD(word, RUNNING), runnable = BS_FIELD(word, RUNNABLE);
	__u64 lock = BS_FIELD(word, LOCK), disk = BS_FIELD(word, DISK), calls = BS_FIELD(word, CALLS);
	__u64 all = least(running, requests) + least(runnable, requests) + least(lock, requests) +
		    least(disk, requests) + least(calls, requests);
	__u64 overlap = all > requests ? all - requests : 0;

	add(&process->in_flight_ns, requests * dt);
	if (running)
		add(&process->running_any_ns, dt);
	left -= assign(&process->activity[BS_RUNNING], running, requests, left, overlap, dt);
	left -= assign(&process->activity[BS_RUNNABLE], runnable, requests, left, overlap, dt);
	left -= assign(&process->activity[BS_LOCK], lock, requests, left, overlap, dt);
	left -= assign(&process->activity[BS_DISK], disk, requests, left, overlap, dt);
	left -= assign(&process->activity[BS_UPSTREAM], calls, requests, left, overlap, dt);
	if (!left)
		return;
	if (running || runnable)
		add(&process->behind_running_ns, left * dt);
	else if (lock || disk || calls)
		add(&process->behind_waiting_ns, left * dt);
	else
		add(&process->behind_nothing_ns, left * dt);
}

/* Moves the process's joint state by `delta` at time `now`. */
static __always_inline void process_move(struct bs_process *process, __u64 delta, __u64 now)
{
	__u64 word = __sync_fetch_and_add(&process->word, delta);
	__u64 since = __sync_lock_test_and_set(&process->since_ns, now);
	__u64 dt = now - since;

	if (!since || (__s64)dt <= 0)
		return;
	add(&process->observed_ns, dt);
	if (BS_FIELD(word, REQUESTS))
		integrate_requests(process, word, dt);
	else
		integrate_idle(process, word, dt);
}

/*
 * Room is kept for threads that count themselves at the same time; a field never overflows into its
 * neighbour. What finds no room is not counted in the joint state (its thread's own times are).
 */
static __always_inline bool has_room(__u64 used, __u32 bits)
{
	return used + (1ULL << (bits - 3)) < (1ULL << bits);
}

/* The change of the word when a thread enters `activity`; 0 if it has no field or no room. */
static __always_inline __u64 enter_delta(__u64 word, __u8 activity)
{
	switch (activity) {
	case BS_RUNNING:
		if (has_room(BS_FIELD(word, RUNNING), BS_RUNNING_BITS))
			return 1ULL << BS_RUNNING_SHIFT;
		break;
	case BS_RUNNABLE:
		if (has_room(BS_FIELD(word, RUNNABLE), BS_RUNNABLE_BITS))
			return 1ULL << BS_RUNNABLE_SHIFT;
		break;
	case BS_LOCK:
		if (has_room(BS_FIELD(word, LOCK), BS_LOCK_BITS))
			return 1ULL << BS_LOCK_SHIFT;
		break;
	case BS_DISK:
		if (has_room(BS_FIELD(word, DISK), BS_DISK_BITS))
			return 1ULL << BS_DISK_SHIFT;
		break;
	default:
		return 0;
	}
	count(BS_LOST_COUNTS);
	return 0;
}

static __always_inline __u64 leave_delta(__u8 activity)
{
	switch (activity) {
	case BS_RUNNING:
		return -(1ULL << BS_RUNNING_SHIFT);
	case BS_RUNNABLE:
		return -(1ULL << BS_RUNNABLE_SHIFT);
	case BS_LOCK:
		return -(1ULL << BS_LOCK_SHIFT);
	case BS_DISK:
		return -(1ULL << BS_DISK_SHIFT);
	default:
		return 0;
	}
}

#endif
