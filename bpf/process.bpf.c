// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * process: the integrals of a process's joint state over time (docs/method.md, "Decomposition").
 *
 * No locks (but see atomics.h): an event adds its delta to the packed word and gets the state that held until now; then it
 * exchanges the time stamp and gets how long that state held. Two events in the same instant on two CPUs
 * may swap their few nanoseconds, but nothing drifts, because every nanosecond is handed out once.
 */
#include "process.h"

/* The smaller of two numbers far below 2^63, without a branch: the verifier follows every one of them. */
static __always_inline __u64 least(__u64 a, __u64 b)
{
	__u64 less = a - b;

	barrier_var(less); /* or the compiler makes a branch of it again */
	return b + (less & (__u64)((__s64)less >> 63));
}

/* 1 if the (small) number is not 0, without a branch. */
static __always_inline __u64 is_some(__u64 number)
{
	number = 0 - number;
	barrier_var(number);
	return number >> 63;
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

/* How many requests each activity stands for: by priority, and at most. */
struct bs_assignment {
	__u64 high;
	__u64 point;
};

static __always_inline struct bs_assignment assign(__u64 count, __u64 requests, __u64 *left)
{
	struct bs_assignment assigned;

	assigned.high = least(count, requests);
	assigned.point = least(assigned.high, *left);
	*left -= assigned.point;
	return assigned;
}

static __always_inline void book_point(struct bs_activity_time *time, struct bs_assignment assigned,
				       __u64 dt)
{
	if (assigned.point)
		add(&time->point_ns, assigned.point * dt);
}

/* More threads and calls than requests: `overlap` of them share a request with another one. */
static __always_inline void book_bounds(struct bs_activity_time *time,
					struct bs_assignment assigned, __u64 overlap, __u64 dt)
{
	__u64 low = assigned.high - least(assigned.high, overlap);
	__u64 over = assigned.high - assigned.point;
	__u64 under = assigned.point - least(assigned.point, low);

	if (over)
		add(&time->over_ns, over * dt);
	if (under)
		add(&time->under_ns, under * dt);
}

/*
 * No condition is asked twice here: where the verifier knows an answer already it starts to tell apart all the
 * ways that lead there, and this function is loaded with every program.
 */
static __always_inline void integrate_requests(struct bs_process *process, __u64 word, __u64 dt)
{
	__u64 requests = BS_FIELD(word, REQUESTS), left = requests;
	struct bs_assignment running = assign(BS_FIELD(word, RUNNING), requests, &left);
	struct bs_assignment runnable = assign(BS_FIELD(word, RUNNABLE), requests, &left);
	struct bs_assignment lock = assign(BS_FIELD(word, LOCK), requests, &left);
	struct bs_assignment disk = assign(BS_FIELD(word, DISK), requests, &left);
	struct bs_assignment calls = assign(BS_FIELD(word, CALLS), requests, &left);
	__u64 overlap = running.high + runnable.high + lock.high + disk.high + calls.high -
			(requests - left);
	__u64 working = is_some(running.high + runnable.high);
	__u64 waiting = is_some(lock.high + disk.high + calls.high);
	__u64 behind = (BS_BEHIND_NOTHING - waiting) & (working - 1); /* enum bs_behind */

	add(&process->in_flight_ns, requests * dt);
	book_point(&process->activity[BS_RUNNING], running, dt);
	book_point(&process->activity[BS_RUNNABLE], runnable, dt);
	book_point(&process->activity[BS_LOCK], lock, dt);
	book_point(&process->activity[BS_DISK], disk, dt);
	book_point(&process->activity[BS_UPSTREAM], calls, dt);
	if (left)
		add(&process->behind_ns[behind], left * dt);
	if (overlap) {
		book_bounds(&process->activity[BS_RUNNING], running, overlap, dt);
		book_bounds(&process->activity[BS_RUNNABLE], runnable, overlap, dt);
		book_bounds(&process->activity[BS_LOCK], lock, overlap, dt);
		book_bounds(&process->activity[BS_DISK], disk, overlap, dt);
		book_bounds(&process->activity[BS_UPSTREAM], calls, overlap, dt);
	}
}

/* Nobody works on a request, whatever the collector's threads do meanwhile. */
static __always_inline void integrate_stop(struct bs_process *process, __u64 word, __u64 dt)
{
	__u64 requests = BS_FIELD(word, REQUESTS);

	add(&process->in_flight_ns, requests * dt);
	add(&process->stopped_in_flight_ns, requests * dt);
}

#ifndef BS_OLD_KERNEL

static __always_inline void move_word(struct bs_process *process, __u32 slot, __u64 delta,
				      __u64 now, __u64 *word, __u64 *since)
{
	*word = __sync_fetch_and_add(&process->word, delta);
	*since = __sync_lock_test_and_set(&process->since_ns, now);
}

#else

#define BS_CLAIM_TRIES 64

__noinline int claim(__u64 who)
{
	__u64 key = who;
	__u32 one = 1;

	for (int i = 0; i < BS_CLAIM_TRIES; i++)
		if (!bpf_map_update_elem(&claims, &key, &one, BPF_NOEXIST))
			return 0;
	return 1;
}

__noinline int release_claim(__u64 who)
{
	__u64 key = who;

	return bpf_map_delete_elem(&claims, &key);
}

/* The word itself is moved by an addition: it stays right even where a claim could not be had. */
static __always_inline void move_word(struct bs_process *process, __u32 slot, __u64 delta,
				      __u64 now, __u64 *word, __u64 *since)
{
	claim(process_claim(slot));
	*word = *(volatile __u64 *)&process->word;
	add(&process->word, delta);
	*since = *(volatile __u64 *)&process->since_ns;
	*(volatile __u64 *)&process->since_ns = now;
	release_claim(process_claim(slot));
}

#endif

__noinline int process_move(__u32 slot, __u64 delta, __u64 now)
{
	struct bs_process *process = process_at(slot);
	__u64 word, since, dt;

	if (!process)
		return 0;
	move_word(process, slot, delta, now, &word, &since);
	dt = now - since;
	/*
	 * Where two CPUs overtake each other dt is negative: booked all the same, it takes back what the
	 * other one booked too much.
	 */
	if (!since)
		process->observed_from_ns = now;
	if (!since || !dt)
		return 0;
	if (BS_FIELD(word, RUNNING))
		add(&process->running_any_ns, dt);
	if (process->stopped_since_ns)
		add(&process->stopped_running_ns, BS_FIELD(word, RUNNING) * dt);
	if (!BS_FIELD(word, REQUESTS))
		integrate_idle(process, word, dt);
	else if (process->stopped_since_ns)
		integrate_stop(process, word, dt);
	else
		integrate_requests(process, word, dt);
	return 0;
}
