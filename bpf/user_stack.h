/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * user_stack: the top of a thread's stack and the registers that say where it is, for code without frame
 * pointers. The stack is walked in user space, by the unwinding tables of the binaries (docs/decisions/0005).
 */
#ifndef BOUNDSCOPE_USER_STACK_H
#define BOUNDSCOPE_USER_STACK_H

#include "registers.h"

/*
 * The context of a perf_event program begins with the registers as ptrace shows them, 8 bytes each. In assembly:
 * the compiler likes to add to the context's address first, which the verifier forbids.
 */
#define BS_REGISTER(ctx, number)                                                                   \
	({                                                                                         \
		__u64 value;                                                                       \
		asm volatile("%0 = *(u64 *)(%1 + %2)" : "=r"(value) : "r"(ctx), "i"((number)*8));  \
		value;                                                                             \
	})
#if defined(__TARGET_ARCH_x86)
#define BS_REGISTER_BP 4
#define BS_REGISTER_IP 16
#define BS_REGISTER_SP 19
#elif defined(__TARGET_ARCH_arm64)
#define BS_REGISTER_BP 29
#define BS_REGISTER_LINK 30
#define BS_REGISTER_SP 31
#define BS_REGISTER_IP 32
#endif

static __always_inline void registers_of_sample(struct bs_stack_sample *sample, void *ctx)
{
	sample->ip = BS_REGISTER(ctx, BS_REGISTER_IP);
	sample->sp = BS_REGISTER(ctx, BS_REGISTER_SP);
	sample->bp = BS_REGISTER(ctx, BS_REGISTER_BP);
#if defined(BS_REGISTER_LINK)
	sample->link = BS_REGISTER(ctx, BS_REGISTER_LINK);
#else
	sample->link = 0;
#endif
}

/* As the thread entered the kernel. */
static __always_inline void registers_of_task(struct bs_stack_sample *sample,
					      struct task_struct *task)
{
	struct pt_regs *regs = registers_at_entry(task);

#if defined(__TARGET_ARCH_x86)
	sample->ip = BS_GET(regs, ip);
	sample->sp = BS_GET(regs, sp);
	sample->bp = BS_GET(regs, bp);
	sample->link = 0;
#elif defined(__TARGET_ARCH_arm64)
	sample->ip = BS_GET(regs, pc);
	sample->sp = BS_GET(regs, sp);
	sample->bp = BS_GET(regs, regs[29]);
	sample->link = BS_GET(regs, regs[30]);
#endif
}

/* In pieces: the stack may end before the buffer does, and a read that touches its end yields nothing. */
static __always_inline void copy_stack(struct bs_stack_sample *sample)
{
	sample->length = 0;
#pragma unroll
	for (int at = 0; at < BS_STACK_BYTES; at += BS_STACK_CHUNK) {
		if (bpf_probe_read_user(sample->bytes + at, BS_STACK_CHUNK,
					(void *)(sample->sp + at)))
			return;
		sample->length = at + BS_STACK_CHUNK;
	}
}

#endif
