// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * reclaim: time in which target threads make room for memory by themselves, because the host or their cgroup has
 * no free pages (direct reclaim), or none side by side (compaction).
 *
 * It is on-CPU time for the most part, so that no wait shows it; what a thread waits for meanwhile is classed in
 * wait_class.h. In the joint state it counts with the waits for pages. Kernel threads that do the same in the
 * background cost the target nothing, and are not the target's.
 */
#include "thread.h"

static __always_inline struct bs_thread *freeing_thread(void)
{
	struct bs_thread *thread;

	if (!events_attached)
		return NULL;
	thread = this_thread();
	/* What it did before the probes came is not known yet: the next switch tells. */
	return thread && !thread->gone && thread->generation == generation ? thread : NULL;
}

static __always_inline void change(struct bs_thread *thread, __u8 freeing)
{
	struct bs_process *process = process_at(thread->slot);
	__u64 now = bpf_ktime_get_ns();

	count(BS_COUNT_FREEING);
	if (!process)
		return;
	thread_book(thread, now);
	thread->freeing = freeing;
	process_move(thread->slot,
		     thread_recount(thread, process->word, freeing ? BS_DISK : BS_RUNNING), now);
}

static __always_inline int begin(enum bs_freeing what)
{
	struct bs_thread *thread = freeing_thread();

	if (thread && !thread->freeing)
		change(thread, 1 + what);
	return 0;
}

static __always_inline int end(enum bs_freeing what)
{
	struct bs_thread *thread = freeing_thread();

	if (thread && thread->freeing == 1 + what)
		change(thread, 0);
	return 0;
}

SEC("tp_btf/mm_vmscan_direct_reclaim_begin")
int on_reclaim_begin(void *ctx)
{
	return begin(BS_RECLAIM);
}

SEC("tp_btf/mm_vmscan_direct_reclaim_end")
int on_reclaim_end(void *ctx)
{
	return end(BS_RECLAIM);
}

SEC("tp_btf/mm_vmscan_memcg_reclaim_begin")
int on_cgroup_reclaim_begin(void *ctx)
{
	return begin(BS_RECLAIM);
}

SEC("tp_btf/mm_vmscan_memcg_reclaim_end")
int on_cgroup_reclaim_end(void *ctx)
{
	return end(BS_RECLAIM);
}

SEC("tp_btf/mm_compaction_begin")
int on_compaction_begin(void *ctx)
{
	return begin(BS_COMPACTION);
}

SEC("tp_btf/mm_compaction_end")
int on_compaction_end(void *ctx)
{
	return end(BS_COMPACTION);
}
