/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * syscalls: the system call a switched-out thread is in, and what it says about the wait.
 *
 * Numbers are those of the kernel's own tables (asm/unistd.h); 64-bit system calls only.
 */
#ifndef BOUNDSCOPE_SYSCALLS_H
#define BOUNDSCOPE_SYSCALLS_H

#include <asm/unistd.h>

#include "registers.h"

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
	struct pt_regs *regs = registers_at_entry(task);

#if defined(__TARGET_ARCH_x86)
	call.nr = (long)BS_GET(regs, orig_ax);
	call.argument[0] = BS_GET(regs, di);
	call.argument[1] = BS_GET(regs, si);
	call.argument[2] = BS_GET(regs, dx);
#elif defined(__TARGET_ARCH_arm64)
	call.nr = BS_GET(regs, syscallno);
	call.argument[0] = BS_GET(regs, orig_x0);
	call.argument[1] = BS_GET(regs, regs[1]);
	call.argument[2] = BS_GET(regs, regs[2]);
#endif
	return call;
}

#endif
