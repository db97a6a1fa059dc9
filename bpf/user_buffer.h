/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * user_buffer: where the data of the current thread's read or send lies. The socket tracepoints do not say; the
 * registers of the system call do.
 */
#ifndef BOUNDSCOPE_USER_BUFFER_H
#define BOUNDSCOPE_USER_BUFFER_H

#include "socket.h"
#include "syscalls.h"

#define BS_MSGHDR_IOV 16 /* struct msghdr: name, namelen, iov */

/* Address of the first byte; NULL if that cannot be told (io_uring, splice). */
static __always_inline const void *user_buffer(void)
{
	struct bs_syscall call = syscall_of(this_task());
	unsigned long vector = 0, buffer = 0;

	switch (call.nr) {
	case __NR_read:
	case __NR_recvfrom:
	case __NR_write:
	case __NR_sendto:
		return (const void *)call.argument[1];
	case __NR_recvmsg:
	case __NR_sendmsg:
		if (bpf_probe_read_user(&vector, sizeof(vector),
					(void *)(call.argument[1] + BS_MSGHDR_IOV)))
			return NULL;
		break;
	case __NR_readv:
	case __NR_writev:
		vector = call.argument[1];
		break;
	default:
		return NULL;
	}
	if (bpf_probe_read_user(&buffer, sizeof(buffer), (void *)vector))
		return NULL;
	return (const void *)buffer;
}

/* The first bytes of the current thread's read or send. */
static __always_inline bool first_bytes(void *to, __u32 size)
{
	const void *buffer = user_buffer();

	return buffer && !bpf_probe_read_user(to, size, buffer);
}

/* Record types of TLS 1.0 to 1.3, RFC 8446, 5.1. */
#define BS_TLS_CHANGE_CIPHER 0x14
#define BS_TLS_APPLICATION_DATA 0x17
#define BS_TLS_MAJOR 0x03

static __always_inline bool is_tls(const __u8 *head)
{
	return head[0] >= BS_TLS_CHANGE_CIPHER && head[0] <= BS_TLS_APPLICATION_DATA &&
	       head[1] == BS_TLS_MAJOR;
}

#endif
