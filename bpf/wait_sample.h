/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * wait_sample: where in the code threads begin to wait, for a few waits of each class.
 *
 * A stack costs as much as ten context switches, so no class is asked for more than one in 20 ms. How long the
 * threads waited in all is known without (thread.h); this says how it is distributed over the code.
 */
#ifndef BOUNDSCOPE_WAIT_SAMPLE_H
#define BOUNDSCOPE_WAIT_SAMPLE_H

#include "thread.h"
#include "user_stack.h"

/* The user stack for user space to walk; what names it, or 0 if there was no room. */
static __always_inline __u64 send_wait_stack(struct task_struct *task, __u32 slot, __u64 now)
{
	struct bs_stack_sample *sample = bpf_ringbuf_reserve(&stack_samples, sizeof(*sample), 0);
	__u64 name = now << 8 | (bpf_get_smp_processor_id() & 0xff);

	if (!sample)
		return 0;
	sample->slot = slot;
	sample->pid = 0;
	sample->main_thread = 0;
	sample->kernel_stack = -1;
	sample->wait = name;
	sample->reserved = 0;
	__builtin_memset(sample->comm, 0, sizeof(sample->comm));
	registers_of_task(sample, task);
	copy_stack(sample);
	bpf_ringbuf_submit(sample, BPF_RB_NO_WAKEUP);
	return name;
}

/* In the context of the thread that leaves the CPU. */
static __always_inline void sample_wait(void *ctx, struct bs_thread *thread,
					struct task_struct *task, __u64 now)
{
	struct bs_process *process = process_at(thread->slot);
	__u32 wait_class = thread->wait_class;

	if (wait_class >= BS_WAIT_CLASSES || now < next_wait_sample_ns[wait_class])
		return;
	/* Two CPUs at once take two stacks: no harm. */
	next_wait_sample_ns[wait_class] = now + BS_WAIT_SAMPLE_NS;
	thread->wait_user_stack = -1;
	thread->wait_copy = 0;
	if (process && (process->copy_stacks & BS_COPY_ALL ||
			(wait_class == BS_WAIT_LOCK && process->copy_stacks & BS_COPY_LOCK_WAITS)))
		thread->wait_copy = send_wait_stack(task, thread->slot, now);
	if (!thread->wait_copy)
		thread->wait_user_stack = bpf_get_stackid(ctx, &wait_stacks, BPF_F_USER_STACK);
	thread->wait_kernel_stack = bpf_get_stackid(ctx, &wait_stacks, 0);
	thread->sampled_wait_ns = 0;
	thread->wait_sampled = 1;
}

/* When the thread runs again. */
static __always_inline void book_sampled_wait(struct bs_thread *thread, struct task_struct *task)
{
	struct bs_sampled_wait_key key = {
		.slot = thread->slot,
		.user_stack = thread->wait_user_stack,
		.kernel_stack = thread->wait_kernel_stack,
		.wait_class = thread->wait_class,
		.copy = thread->wait_copy,
	};
	struct bs_wait *found, first = {.ns = thread->sampled_wait_ns, .count = 1};

	thread->wait_sampled = 0;
	if (key.user_stack < 0 && key.kernel_stack < 0 && !key.copy) {
		count(BS_LOST_WAIT_STACKS);
		return;
	}
	bpf_probe_read_kernel(key.comm, sizeof(key.comm), task->comm);
	found = bpf_map_lookup_elem(&sampled_waits, &key);
	if (found) {
		__sync_fetch_and_add(&found->ns, first.ns);
		__sync_fetch_and_add(&found->count, 1);
	} else if (bpf_map_update_elem(&sampled_waits, &key, &first, BPF_NOEXIST)) {
		count(BS_LOST_WAIT_STACKS);
	}
}

#endif
