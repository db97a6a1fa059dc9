/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * wait_class: why a thread is being switched out, from its state, the system call it is in and the kind of
 * file that call is about. No stacks: they cost ten times as much and say less.
 */
#ifndef BOUNDSCOPE_WAIT_CLASS_H
#define BOUNDSCOPE_WAIT_CLASS_H

#include "peer.h"
#include "syscalls.h"
#include "thread.h"

#define BS_TASK_UNINTERRUPTIBLE 0x2
#define BS_PF_IO_WORKER 0x10
#define BS_S_IFIFO 0010000
#define BS_S_IFREG 0100000
#define BS_S_IFBLK 0060000
#define BS_ANON_INODE_FS_MAGIC 0x09041934
#define BS_FUTEX_CONTENDED                                                                         \
	2 /* value of a lock word that has waiters: glibc, Go, Rust; musl sets bit 31 */
#define BS_FUTEX_COMMAND 0x7f
#define BS_FUTEX_WAIT 0
#define BS_FUTEX_LOCK_PI 6
#define BS_FUTEX_WAIT_BITSET 9
#define BS_FUTEX_LOCK_PI2 13
#define BS_STATE_STOPPED 0x800c /* stopped, traced, frozen */

enum bs_file_kind {
	BS_FILE_NONE,
	BS_FILE_SOCKET,
	BS_FILE_PIPE,
	BS_FILE_DISK,
	BS_FILE_POLL,
	BS_FILE_TIMER,
	BS_FILE_OTHER,
};

static __always_inline struct file *file_of(struct task_struct *task, __u32 fd)
{
	struct files_struct *descriptors = task->files;
	struct fdtable *table;
	struct file *file = NULL;

	if (!descriptors)
		return NULL;
	table = descriptors->fdt;
	if (!table || fd >= table->max_fds)
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), table->fd + fd);
	return file;
}

static __always_inline enum bs_file_kind kind_of(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	unsigned int type = BPF_CORE_READ(inode, i_mode) & BS_S_IFMT;
	__u64 operations;

	switch (type) {
	case BS_S_IFSOCK:
		return BS_FILE_SOCKET;
	case BS_S_IFIFO:
		return BS_FILE_PIPE;
	case BS_S_IFBLK:
		return BS_FILE_DISK;
	}
	operations = (__u64)BPF_CORE_READ(file, f_op);
	if (operations == file_kinds.eventfd || operations == file_kinds.eventpoll)
		return BS_FILE_POLL;
	if (operations == file_kinds.timerfd)
		return BS_FILE_TIMER;
	/* Since v6.16 anonymous inodes look like regular files. */
	if (BPF_CORE_READ(inode, i_sb, s_magic) == BS_ANON_INODE_FS_MAGIC)
		return BS_FILE_OTHER;
	return type == BS_S_IFREG ? BS_FILE_DISK : BS_FILE_OTHER;
}

/* A wait on a file; `on_disk` is the class if the file is one of a file system. */
static __always_inline __u8 class_of_file(struct bs_thread *thread, struct file *file, __u8 on_disk)
{
	struct socket *socket;

	if (!file)
		return BS_WAIT_OTHER;
	switch (kind_of(file)) {
	case BS_FILE_SOCKET:
		socket = BPF_CORE_READ(file, private_data);
		return class_of_socket(thread, BPF_CORE_READ(socket, sk));
	case BS_FILE_PIPE:
		return BS_WAIT_PIPE;
	case BS_FILE_DISK:
		return on_disk;
	case BS_FILE_POLL:
		return BS_WAIT_POLL;
	case BS_FILE_TIMER:
		return BS_WAIT_TIMER;
	default:
		return BS_WAIT_OTHER;
	}
}

/* ppoll() has a pointer to its timeout, poll() milliseconds. */
static __always_inline bool polls_forever(const struct bs_syscall *call)
{
	if (call->nr == __NR_ppoll)
		return call->argument[2] == 0;
	return (__s32)call->argument[2] < 0;
}

/*
 * poll(): one descriptor is a wait for that file (libpq, Python), none is a sleep, or for ever what arm64 has
 * for pause().
 */
static __always_inline __u8 class_of_poll(struct bs_thread *thread, struct task_struct *task,
					  const struct bs_syscall *call, bool own_memory)
{
	struct {
		int fd;
		short events, revents;
	} first = {};
	unsigned long n = call->argument[1];

	if (n == 0)
		return polls_forever(call) ? BS_WAIT_OTHER : BS_WAIT_TIMER;
	if (n != 1 || !own_memory ||
	    bpf_probe_read_user(&first, sizeof(first), (void *)call->argument[0]) || first.fd < 0)
		return BS_WAIT_POLL;
	return class_of_file(thread, file_of(task, first.fd), BS_WAIT_POLL);
}

static __always_inline void name_lock(struct bs_thread *thread, __u64 address)
{
	__builtin_memset(&thread->subject, 0, sizeof(thread->subject));
	thread->subject.slot = thread->slot;
	thread->subject.wait_class = BS_WAIT_LOCK;
	__builtin_memcpy(thread->subject.address, &address, sizeof(address));
}

/* What the waiter saw in the lock word before it went to sleep: its own argument, not the memory, which the
 * owner may have changed since. */
static __always_inline bool is_contended(const struct bs_syscall *call)
{
	__u32 operation = (__u32)call->argument[1] & BS_FUTEX_COMMAND;
	__u32 value = (__u32)call->argument[2];

	if (call->nr != __NR_futex)
		return false;
	switch (operation) {
	case BS_FUTEX_WAIT:
	case BS_FUTEX_WAIT_BITSET:
		return value == BS_FUTEX_CONTENDED || (__s32)value < 0;
	case BS_FUTEX_LOCK_PI:
	case BS_FUTEX_LOCK_PI2:
		return true;
	}
	return false;
}

/*
 * A futex wait is a lock if the lock word said "contended", or if the thread has read a request and not
 * answered it: then whatever it waits for holds that request up. Otherwise it is a parked worker.
 */
static __always_inline __u8 class_of_futex(struct bs_thread *thread, const struct bs_syscall *call)
{
	struct bs_process *process;
	bool lock = is_contended(call);

	name_lock(thread, call->argument[0]);
	if (!lock && thread->holds_request) {
		process = process_at(thread->slot);
		lock = process && !process->threads_are_not_requests &&
		       process->handed_over * 8 <= process->finished;
	}
	return lock ? BS_WAIT_LOCK : BS_WAIT_PARK;
}

/*
 * It waits for memory, whatever system call it is in: it makes room by itself, or the kernel says so (pages
 * evicted while in use, memory.high), which it does where pressure (PSI) is on.
 */
static __always_inline bool waits_for_memory(const struct bs_thread *thread,
					     struct task_struct *task)
{
	if (thread->freeing)
		return true;
	return bpf_core_field_exists(task->in_memstall) &&
	       BPF_CORE_READ_BITFIELD(task, in_memstall);
}

/*
 * `own_memory`: the task is the current one, so its memory can be read.
 * `state` is the task's state as the scheduler gave it; 0 (running) must have been dealt with.
 */
static __always_inline __u8 class_of_wait(struct bs_thread *thread, struct task_struct *task,
					  unsigned int state, bool own_memory)
{
	bool uninterruptible = state & BS_TASK_UNINTERRUPTIBLE;
	bool in_iowait = BPF_CORE_READ_BITFIELD(task, in_iowait);
	struct bs_syscall call;

	if (state & BS_STATE_STOPPED)
		return BS_WAIT_OTHER;
	if (uninterruptible && waits_for_memory(thread, task))
		return in_iowait && !thread->freeing ? BS_WAIT_PAGE_FAULT : BS_WAIT_MEMORY;
	/* io_uring's workers carry a stale copy of their parent's registers. */
	if (task->flags & BS_PF_IO_WORKER)
		return uninterruptible && in_iowait ? BS_WAIT_DISK_OTHER : BS_WAIT_PARK;
	call = syscall_of(task);
	if (call.nr < 0) {
		if (!uninterruptible)
			return BS_WAIT_OTHER;
		return in_iowait ? BS_WAIT_PAGE_FAULT : BS_WAIT_MEMORY;
	}
	switch (call.nr) {
	case __NR_futex:
	case __NR_futex_waitv:
	case BS_NR_FUTEX_WAIT:
		return class_of_futex(thread, &call);
#ifdef __NR_epoll_wait
	case __NR_epoll_wait:
#endif
	case __NR_epoll_pwait:
	case __NR_epoll_pwait2:
		return BS_WAIT_POLL;
	case __NR_read:
	case __NR_readv:
	case __NR_pread64:
	case __NR_preadv:
	case __NR_preadv2:
	case __NR_recvfrom:
	case __NR_recvmsg:
	case __NR_recvmmsg:
	case __NR_accept:
	case __NR_accept4:
	case __NR_sendfile:
	case __NR_splice:
		/* sendfile() names the socket first; block I/O under it is the file's. */
		if (uninterruptible && in_iowait)
			return BS_WAIT_DISK_READ;
		return class_of_file(thread, file_of(task, call.argument[0]), BS_WAIT_DISK_READ);
	case __NR_write:
	case __NR_writev:
	case __NR_pwrite64:
	case __NR_pwritev:
	case __NR_pwritev2:
	case __NR_sendto:
	case __NR_sendmsg:
	case __NR_sendmmsg:
	case __NR_connect:
		if (uninterruptible && in_iowait)
			return BS_WAIT_DISK_WRITE;
		return class_of_file(thread, file_of(task, call.argument[0]), BS_WAIT_DISK_WRITE);
	case __NR_fsync:
	case __NR_fdatasync:
	case __NR_sync:
	case __NR_syncfs:
	case __NR_msync:
	case __NR_sync_file_range:
		return BS_WAIT_DISK_SYNC;
#ifdef __NR_poll
	case __NR_poll:
#endif
	case __NR_ppoll:
		return class_of_poll(thread, task, &call, own_memory);
#ifdef __NR_select
	case __NR_select:
#endif
	case __NR_pselect6:
		return call.argument[0] ? BS_WAIT_POLL : BS_WAIT_TIMER;
	case __NR_nanosleep:
	case __NR_clock_nanosleep:
		return BS_WAIT_TIMER;
	case __NR_wait4:
	case __NR_waitid:
#ifdef __NR_vfork
	case __NR_vfork:
#endif
		return BS_WAIT_CHILD;
	case __NR_io_uring_enter:
		return BS_WAIT_IO_URING;
	case __NR_semop:
	case __NR_semtimedop:
	case __NR_flock:
		name_lock(thread, 0);
		return BS_WAIT_LOCK;
	case __NR_mmap:
	case __NR_munmap:
	case __NR_mprotect:
	case __NR_madvise:
	case __NR_mremap:
	case __NR_brk:
		if (uninterruptible)
			return in_iowait ? BS_WAIT_PAGE_FAULT : BS_WAIT_MEMORY;
		return BS_WAIT_OTHER;
	}
	return uninterruptible && in_iowait ? BS_WAIT_DISK_OTHER : BS_WAIT_OTHER;
}

#endif
