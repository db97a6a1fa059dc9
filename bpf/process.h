/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * process: the joint state of one process (requests in flight, calls open, threads on CPU, runnable, in
 * lock and disk waits) and its integrals over time (docs/method.md, "Decomposition").
 */
#ifndef BOUNDSCOPE_PROCESS_H
#define BOUNDSCOPE_PROCESS_H

#include "atomics.h"
#include "storage.h"

#define BS_ONE_REQUEST (1ULL << BS_REQUESTS_SHIFT)
#define BS_ONE_CALL (1ULL << BS_CALLS_SHIFT)

#define BS_FIELD(word, name) (((word) >> BS_##name##_SHIFT) & ((1ULL << BS_##name##_BITS) - 1))

static __always_inline struct bs_process *process_at(__u32 slot)
{
	return bpf_map_lookup_elem(&processes, &slot);
}

/*
 * Moves the joint state of the process in `slot` by `delta` at time `now`; a delta of 0 books up to now.
 * A global function, so that the verifier looks at it once and not at every call. Returns 0.
 */
int process_move(__u32 slot, __u64 delta, __u64 now);

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
