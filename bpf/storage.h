/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * storage: where the state of a thread and of a socket is kept.
 *
 * With the thread or socket itself, where the kernel has such storage for tracing programs (Linux 5.11), so that
 * it goes away with it. In the object for older kernels (BS_OLD_KERNEL) in hash maps, by thread id and by the
 * socket's address; their entries have to be deleted.
 */
#ifndef BOUNDSCOPE_STORAGE_H
#define BOUNDSCOPE_STORAGE_H

#include "maps.h"

#define BS_S_IFMT 0170000
#define BS_S_IFSOCK 0140000

#ifndef BS_OLD_KERNEL

/* A field of what the verifier knows as a kernel object. */
#define BS_GET(pointer, field) ((pointer)->field)
#define BS_GET_BITS(pointer, field) BPF_CORE_READ_BITFIELD(pointer, field)

static __always_inline struct task_struct *this_task(void)
{
	return bpf_get_current_task_btf();
}

static __always_inline struct bs_thread *thread_of(struct task_struct *task)
{
	return bpf_task_storage_get(&threads, task, NULL, 0);
}

static __always_inline struct bs_thread *this_thread(void)
{
	return thread_of(bpf_get_current_task_btf());
}

static __always_inline struct bs_thread *new_thread(struct task_struct *task)
{
	return bpf_task_storage_get(&threads, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

static __always_inline void forget_thread(struct task_struct *task)
{
}

static __always_inline struct bs_socket *state_of_socket(struct sock *sk)
{
	return bpf_sk_storage_get(&sockets, sk, NULL, 0);
}

static __always_inline struct bs_socket *new_state_of_socket(struct sock *sk)
{
	return bpf_sk_storage_get(&sockets, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
}

static __always_inline void forget_socket(struct sock *sk)
{
}

static __always_inline struct sock *sock_of_file(struct file *file)
{
	struct socket *socket = bpf_sock_from_file(file);

	return socket ? socket->sk : NULL;
}

static __always_inline struct tcp_sock *tcp_of(struct sock *sk)
{
	return bpf_skc_to_tcp_sock(sk);
}

#else

/* Pointers come from fields and registers here, and the verifier does not know what they point to. */
#define BS_GET(pointer, field) BPF_CORE_READ(pointer, field)
#define BS_GET_BITS(pointer, field) BPF_CORE_READ_BITFIELD_PROBED(pointer, field)

#define BS_IPPROTO_TCP 6

static const struct bs_thread no_thread = {};
static const struct bs_socket no_socket = {};

static __always_inline struct task_struct *this_task(void)
{
	return (struct task_struct *)bpf_get_current_task();
}

static __always_inline struct bs_thread *thread_of(struct task_struct *task)
{
	__u32 tid = BPF_CORE_READ(task, pid);

	return bpf_map_lookup_elem(&threads, &tid);
}

static __always_inline struct bs_thread *this_thread(void)
{
	__u32 tid = (__u32)bpf_get_current_pid_tgid();

	return bpf_map_lookup_elem(&threads, &tid);
}

static __always_inline struct bs_thread *new_thread(struct task_struct *task)
{
	__u32 tid = BPF_CORE_READ(task, pid);
	struct bs_thread *thread;

	bpf_map_update_elem(&threads, &tid, &no_thread, BPF_NOEXIST);
	thread = bpf_map_lookup_elem(&threads, &tid);
	if (thread)
		thread->self = tid;
	return thread;
}

static __always_inline void forget_thread(struct task_struct *task)
{
	__u32 tid = BPF_CORE_READ(task, pid);

	bpf_map_delete_elem(&threads, &tid);
}

static __always_inline void move_thread(__u32 from, __u32 to)
{
	struct bs_thread *thread = from == to ? NULL : bpf_map_lookup_elem(&threads, &from);

	if (!thread)
		return;
	bpf_map_update_elem(&threads, &to, thread, BPF_ANY);
	thread = bpf_map_lookup_elem(&threads, &to);
	if (thread)
		thread->self = to;
	bpf_map_delete_elem(&threads, &from);
}

static __always_inline struct bs_socket *state_of_socket(struct sock *sk)
{
	__u64 address = (__u64)sk;

	return bpf_map_lookup_elem(&sockets, &address);
}

static __always_inline struct bs_socket *new_state_of_socket(struct sock *sk)
{
	__u64 address = (__u64)sk;
	struct bs_socket *socket;

	bpf_map_update_elem(&sockets, &address, &no_socket, BPF_NOEXIST);
	socket = bpf_map_lookup_elem(&sockets, &address);
	if (socket)
		socket->self = address;
	return socket;
}

static __always_inline void forget_socket(struct sock *sk)
{
	__u64 address = (__u64)sk;

	bpf_map_delete_elem(&sockets, &address);
}

static __always_inline struct sock *sock_of_file(struct file *file)
{
	struct socket *socket;

	if ((BPF_CORE_READ(file, f_inode, i_mode) & BS_S_IFMT) != BS_S_IFSOCK)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return socket ? BPF_CORE_READ(socket, sk) : NULL;
}

static __always_inline struct tcp_sock *tcp_of(struct sock *sk)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

	if ((family != BS_AF_INET && family != BS_AF_INET6) ||
	    BPF_CORE_READ(sk, sk_protocol) != BS_IPPROTO_TCP)
		return NULL;
	return (struct tcp_sock *)sk;
}

#endif
#endif
