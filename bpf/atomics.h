/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * atomics: changes that tell what was there before.
 *
 * BPF has instructions for that since Linux 5.12. The object for older kernels (BS_OLD_KERNEL) takes a claim
 * first: an entry of a hash map that only one CPU at a time can add. Two additions without a result never need
 * one: add() is atomic everywhere.
 *
 * `who` names the claim: bs_thread.self, bs_socket.self or process_claim().
 */
#ifndef BOUNDSCOPE_ATOMICS_H
#define BOUNDSCOPE_ATOMICS_H

#include "maps.h"

static __always_inline void add(__u64 *sum, __u64 amount)
{
	__sync_fetch_and_add(sum, amount);
}

static __always_inline __u64 process_claim(__u32 slot)
{
	return 1ULL << 40 | slot; /* above every thread id, below every kernel address */
}

#ifndef BS_OLD_KERNEL

#define BS_EXCHANGE(pointer, value, who) __sync_lock_test_and_set(pointer, value)
#define BS_SWAP_IF(pointer, from, to, who) __sync_val_compare_and_swap(pointer, from, to)

static __always_inline __u64 take_sum(__u64 *sum)
{
	return __sync_lock_test_and_set(sum, 0);
}

#else

/*
 * Global, so that the verifier looks at their loop once. A claim that cannot be had, because what holds it was
 * interrupted by us, is given up: at worst one change is counted twice or not at all.
 */
int claim(__u64 who);
int release_claim(__u64 who);

#define BS_EXCHANGE(pointer, value, who)                                                           \
	({                                                                                         \
		typeof(*(pointer)) before;                                                         \
		__u64 holder = (who);                                                              \
		claim(holder);                                                                     \
		before = *(volatile typeof(before) *)(pointer);                                    \
		*(volatile typeof(before) *)(pointer) = (value);                                   \
		release_claim(holder);                                                             \
		before;                                                                            \
	})
#define BS_SWAP_IF(pointer, from, to, who)                                                         \
	({                                                                                         \
		typeof(*(pointer)) before;                                                         \
		__u64 holder = (who);                                                              \
		claim(holder);                                                                     \
		before = *(volatile typeof(before) *)(pointer);                                    \
		if (before == (from))                                                              \
			*(volatile typeof(before) *)(pointer) = (to);                              \
		release_claim(holder);                                                             \
		before;                                                                            \
	})

/* Exact without a claim: what is added meanwhile stays. */
static __always_inline __u64 take_sum(__u64 *sum)
{
	__u64 taken = *(volatile __u64 *)sum;

	add(sum, -taken);
	return taken;
}

#endif
#endif
