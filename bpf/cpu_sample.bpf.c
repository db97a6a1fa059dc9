// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * cpu_sample: what the target's threads execute, by a clock on every CPU.
 *
 * One clock per CPU and a look at the current task, never a clock per task: that one is stopped and started at
 * every context switch and costs the target ten times what this does.
 */
#include "switch_in.h"

#define BS_EEXIST 17

/* A stack for user space to walk. False: there was no room. */
static __always_inline bool send_stack(void *ctx, struct task_struct *task,
				       const struct bs_sample_key *key)
{
	struct bs_stack_sample *sample = bpf_ringbuf_reserve(&stack_samples, sizeof(*sample), 0);

	if (!sample)
		return false;
	sample->slot = key->slot;
	sample->pid = key->pid;
	sample->main_thread = key->main_thread;
	sample->kernel_stack = key->kernel_stack;
	sample->wait = 0;
	sample->reserved = 0;
	__builtin_memcpy(sample->comm, key->comm, sizeof(sample->comm));
	if (key->kernel_stack >= 0 || key->kernel_stack == -BS_EEXIST)
		registers_of_task(sample, task);
	else
		registers_of_sample(sample, ctx);
	copy_stack(sample);
	/* No wake-up: it would cost the target more than the sample. The reader comes by itself. */
	bpf_ringbuf_submit(sample, BPF_RB_NO_WAKEUP);
	return true;
}

static __always_inline void count_stack(void *ctx, struct bs_sample_key *key)
{
	__u64 one = 1, *found;

	key->user_stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
	if (key->user_stack == -BS_EEXIST && key->kernel_stack != -BS_EEXIST)
		count(BS_LOST_STACKS);
	/* What it executes says most of whose time it is: that is kept when the rest finds no room. */
	if (key->user_stack < 0 && key->kernel_stack < 0 && key->kernel_stack != -BS_EEXIST)
		key->leaf = BS_REGISTER(ctx, BS_REGISTER_IP);
	found = bpf_map_lookup_elem(&samples, key);
	if (found)
		__sync_fetch_and_add(found, 1);
	else if (bpf_map_update_elem(&samples, key, &one, BPF_NOEXIST))
		count(BS_LOST_SAMPLES);
}

/*
 * It is on this CPU, so its time goes there from now on. The clock is a timer's interrupt, which no switch of
 * this CPU can be in the middle of.
 */
static __always_inline void see_arrival(struct bs_thread *thread, struct bs_process *process,
					struct task_struct *task)
{
	__u64 now = bpf_ktime_get_ns();

	process_move(thread->slot, switch_in_unseen(thread, task, process->word, now), now);
}

SEC("perf_event")
int on_cpu_sample(void *ctx)
{
	struct task_struct *task = this_task();
	struct bs_thread *thread = this_thread();
	struct bs_sample_key key = {};
	struct bs_process *process;
	__u64 id;

	if (!thread)
		return 0;
	count(BS_COUNT_SAMPLE);
	id = bpf_get_current_pid_tgid();
	key.slot = thread->slot;
	key.pid = id >> 32;
	key.main_thread = key.pid == (__u32)id;
	bpf_get_current_comm(key.comm, sizeof(key.comm));
	key.kernel_stack = bpf_get_stackid(ctx, &stacks, 0);
	if (key.kernel_stack == -BS_EEXIST)
		count(BS_LOST_STACKS);
	process = process_at(thread->slot);
	if (process && !thread->gone && switches_attached && came_unseen(thread))
		see_arrival(thread, process, task);
	if (process && process->copy_stacks & BS_COPY_ALL && send_stack(ctx, task, &key))
		return 0;
	count_stack(ctx, &key);
	return 0;
}
