// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * stop: where a runtime stops its program and lets it go on again: collections, safepoints.
 *
 * User space attaches these to the places it found in the target's files (docs/gc_probes.md). A stop belongs to
 * the process; who begins it need not be who ends it.
 */
#include "stop.h"
#include "thread.h"

/* The stopped process that an event is for; NULL: none of the target's, or a stop that is not the program's. */
static __always_inline struct bs_process *stopping(__u32 *slot)
{
	struct bs_thread *thread = this_thread();
	struct bs_process *process;
	__u64 id = bpf_get_current_pid_tgid();

	if (!thread || !thread->slot)
		return NULL;
	*slot = thread->slot;
	process = process_at(thread->slot);
	if (!process || (process->stops_on_main && id >> 32 != (__u32)id))
		return NULL;
	count(BS_COUNT_STOP);
	return process;
}

/* What happened so far is booked to the state that held so far. */
static __always_inline void book_until(__u32 slot, __u64 now)
{
	if (events_attached)
		process_move(slot, 0, now);
}

static __always_inline void begin_stop(struct bs_process *process, __u32 slot, __u64 now)
{
	book_until(slot, now);
	process->stopped_by = (__u32)bpf_get_current_pid_tgid();
	process->stop_depth = 1;
	process->stopped_since_ns = now;
}

SEC("uprobe")
int on_stop_begin(void *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	__u32 slot = 0;
	struct bs_process *process = stopping(&slot);

	if (!process)
		return 0;
	if (!process->stopped_since_ns)
		begin_stop(process, slot, now);
	else if (process->stopped_by == (__u32)bpf_get_current_pid_tgid())
		process->stop_depth++;
	return 0;
}

SEC("uprobe")
int on_stop_end(void *ctx)
{
	__u64 now = bpf_ktime_get_ns(), since, length;
	__u32 slot = 0;
	struct bs_process *process = stopping(&slot);

	/* One that began before we came is not known. */
	if (!process || !process->stopped_since_ns)
		return 0;
	if (process->stop_depth > 1) {
		process->stop_depth--;
		return 0;
	}
	book_until(slot, now);
	since = process->stopped_since_ns;
	length = now > since ? now - since : 0;
	process->stopped_since_ns = 0;
	add(&process->stopped_ns, length);
	add(&process->stops, 1);
	if (length > process->longest_stop_ns)
		process->longest_stop_ns = length;
	return 0;
}
