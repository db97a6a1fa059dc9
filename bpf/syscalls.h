/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * syscalls: the system call a switched-out thread is in, and what it says about the wait.
 *
 * Numbers are those of the kernel's own tables (asm/unistd.h); 64-bit system calls only.
 */
#ifndef BOUNDSCOPE_SYSCALLS_H
#define BOUNDSCOPE_SYSCALLS_H

#include <asm/unistd.h>

#include "maps.h"

/* Newer than some build hosts' headers. */
#ifndef __NR_epoll_pwait2
#define __NR_epoll_pwait2 441
#endif
#ifndef __NR_futex_waitv
#define __NR_futex_waitv 449
#endif
#define BS_NR_FUTEX_WAIT 455 /* commit cb8c4312afca ("futex: Add sys_futex_wait()"), v6.7 */

struct bs_syscall {
	long nr; /* negative: the thread is not in a system call (fault, interrupt) */
	unsigned long argument[3];
};

static __always_inline struct bs_syscall syscall_of(struct task_struct *task)
{
	struct bs_syscall call = {.nr = -1};
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);

#if defined(__TARGET_ARCH_x86)
	call.nr = (long)regs->orig_ax;
	call.argument[0] = regs->di;
	call.argument[1] = regs->si;
	call.argument[2] = regs->dx;
#elif defined(__TARGET_ARCH_arm64)
	call.nr = regs->syscallno;
	call.argument[0] = regs->orig_x0;
	call.argument[1] = regs->regs[1];
	call.argument[2] = regs->regs[2];
#endif
	return call;
}

#endif
