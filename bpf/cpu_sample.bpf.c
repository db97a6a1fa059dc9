// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * cpu_sample: what the target's threads execute, by a clock on every CPU.
 *
 * One clock per CPU and a look at the current task, never a clock per task: that one is stopped and started at
 * every context switch and costs the target ten times what this does.
 */
#include "maps.h"

#define BS_EEXIST 17

SEC("perf_event")
int on_cpu_sample(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct bs_thread *thread = bpf_task_storage_get(&threads, task, NULL, 0);
	struct bs_sample_key key = {};
	__u64 one = 1, *found;

	if (!thread)
		return 0;
	count(BS_COUNT_SAMPLE);
	key.slot = thread->slot;
	key.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(key.comm, sizeof(key.comm));
	key.user_stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
	key.kernel_stack = bpf_get_stackid(ctx, &stacks, 0);
	if (key.user_stack == -BS_EEXIST || key.kernel_stack == -BS_EEXIST)
		count(BS_LOST_STACKS);
	found = bpf_map_lookup_elem(&samples, &key);
	if (found)
		__sync_fetch_and_add(found, 1);
	else if (bpf_map_update_elem(&samples, &key, &one, BPF_NOEXIST))
		count(BS_LOST_SAMPLES);
	return 0;
}
