/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/* registers: those of user space as a thread entered the kernel with them, and arguments of kernel functions. */
#ifndef BOUNDSCOPE_REGISTERS_H
#define BOUNDSCOPE_REGISTERS_H

#include "storage.h"

#ifndef BS_OLD_KERNEL

static __always_inline struct pt_regs *registers_at_entry(struct task_struct *task)
{
	return (struct pt_regs *)bpf_task_pt_regs(task);
}

#else

/* 64-bit kernels with pages of 4 KiB and no KASAN: THREAD_SIZE. Nothing lies above the registers. */
#define BS_KERNEL_STACK_BYTES 16384

/* bpf_task_pt_regs() came with Linux 5.15. */
static __always_inline struct pt_regs *registers_at_entry(struct task_struct *task)
{
	void *stack = BPF_CORE_READ(task, stack);

	return stack + BS_KERNEL_STACK_BYTES - bpf_core_type_size(struct pt_regs);
}

#endif

/* Of the function that a kprobe stands at the beginning of; counted from 0, constant. */
static __always_inline unsigned long argument_at(struct pt_regs *regs, int which)
{
#if defined(__TARGET_ARCH_x86)
	switch (which) {
	case 0:
		return regs->di;
	case 1:
		return regs->si;
	case 2:
		return regs->dx;
	default:
		return regs->cx;
	}
#elif defined(__TARGET_ARCH_arm64)
	return regs->regs[which];
#endif
}

#endif
