/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * peer: the two ends of a socket: which role the target has on it, and whom it talks to.
 *
 * A socket whose local port (or unix name) the target listens on was accepted: its peer is our client. Any
 * other was connected: its peer is an upstream. The set of listeners belongs to the target's own processes,
 * never to the whole network namespace.
 */
#ifndef BOUNDSCOPE_PEER_H
#define BOUNDSCOPE_PEER_H

#include <bpf/bpf_endian.h>

#include "thread.h"

#define BS_RCV_SHUTDOWN 1
#define BS_SHUTDOWN_BOTH 3

static __always_inline __u16 family_of(struct sock *sk)
{
	return BPF_CORE_READ(sk, __sk_common.skc_family);
}

static __always_inline struct bs_listener listener_key(struct sock *sk, __u16 port)
{
	struct bs_listener key = {};

	key.netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
	key.port = port;
	return key;
}

/* Slot of the process that listens on the socket's local port; NULL if the target does not. */
static __always_inline __u32 *local_listener(struct sock *sk)
{
	struct bs_listener key = listener_key(sk, BPF_CORE_READ(sk, __sk_common.skc_num));

	return bpf_map_lookup_elem(&listeners, &key);
}

/* Both ends on this host: the kernel picks the destination as the source then. */
static __always_inline bool is_local_peer(struct sock *sk)
{
	__u64 peer[2], own[2];

	if (family_of(sk) == BS_AF_INET)
		return BPF_CORE_READ(sk, __sk_common.skc_daddr) ==
		       BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
	BPF_CORE_READ_INTO(&peer, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
	BPF_CORE_READ_INTO(&own, sk, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8);
	return peer[0] == own[0] && peer[1] == own[1];
}

static __always_inline bool peer_is_own_listener(struct sock *sk)
{
	struct bs_listener key =
		listener_key(sk, bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport)));

	return is_local_peer(sk) && bpf_map_lookup_elem(&listeners, &key) != NULL;
}

static __always_inline __u8 role_of(struct sock *sk)
{
	__u16 family = family_of(sk);

	if (family == BS_AF_INET || family == BS_AF_INET6)
		return local_listener(sk) ? BS_ROLE_SERVER : BS_ROLE_CLIENT;
	if (family == BS_AF_UNIX) {
		/* An accepted socket carries its listener's name, a connecting one hardly ever has one. */
		struct unix_sock *unix_socket = (struct unix_sock *)sk;
		struct unix_sock *peer;

		if (BPF_CORE_READ(unix_socket, addr))
			return BS_ROLE_SERVER;
		/* It has shut its receiving side: nothing comes back (standard output of a systemd unit). */
		if (BPF_CORE_READ(sk, sk_shutdown) & BS_RCV_SHUTDOWN)
			return BS_ROLE_IGNORED;
		peer = (struct unix_sock *)BPF_CORE_READ(unix_socket, peer);
		return peer && BPF_CORE_READ(peer, addr) ? BS_ROLE_CLIENT : BS_ROLE_IGNORED;
	}
	return BS_ROLE_IGNORED;
}

/* FNV-1a over a unix socket's name, so that it fits into a subject. */
static __always_inline __u64 hash_name(const char *name)
{
	__u64 hash = 0xcbf29ce484222325ULL;

	for (int i = 0; i < BS_UNIX_NAME_LEN; i++)
		hash = (hash ^ (__u8)name[i]) * 0x100000001b3ULL;
	return hash;
}

/* Name of the unix socket at the other end; an abstract name keeps its leading zero as '@'. */
static __always_inline void read_unix_name(struct sock *sk, char *name)
{
	struct unix_sock *peer = (struct unix_sock *)BPF_CORE_READ((struct unix_sock *)sk, peer);
	struct unix_address *address = peer ? BPF_CORE_READ(peer, addr) : NULL;
	__u32 length;

	__builtin_memset(name, 0, BS_UNIX_NAME_LEN);
	if (!address)
		return;
	/* The kernel keeps no more than the name, and an abstract one does not end with a zero. */
	length = BPF_CORE_READ(address, len) - sizeof(address->name[0].sun_family);
	if (length > BS_UNIX_NAME_LEN - 1)
		length = BS_UNIX_NAME_LEN - 1;
	barrier_var(length);
	length &= BS_UNIX_NAME_LEN - 1;
	if (!length)
		return;
	bpf_probe_read_kernel(name, length, &address->name[0].sun_path);
	if (!name[0])
		name[0] = '@';
}

/* Fills `subject` with the peer of an internet socket. */
static __always_inline void read_inet_peer(struct sock *sk, struct bs_subject *subject)
{
	subject->port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (subject->family == BS_AF_INET) {
		__u32 address = BPF_CORE_READ(sk, __sk_common.skc_daddr);

		__builtin_memcpy(subject->address, &address, sizeof(address));
	} else {
		BPF_CORE_READ_INTO(&subject->address, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr8);
	}
}

/* What a thread waits for that waits on `sk`. */
static __always_inline __u8 class_of_socket(struct bs_thread *thread, struct sock *sk)
{
	__u16 family;

	if (!sk)
		return BS_WAIT_SOCKET_OTHER;
	family = family_of(sk);
	/* A unix socket that listens is in TCP_LISTEN too. */
	if (BPF_CORE_READ(sk, __sk_common.skc_state) == BS_TCP_LISTEN)
		return BS_WAIT_ACCEPT;
	switch (role_of(sk)) {
	case BS_ROLE_SERVER:
		return BS_WAIT_CLIENT;
	case BS_ROLE_CLIENT:
		break;
	default:
		return BS_WAIT_SOCKET_OTHER;
	}
	__builtin_memset(&thread->subject, 0, sizeof(thread->subject));
	thread->subject.slot = thread->slot;
	thread->subject.wait_class = BS_WAIT_UPSTREAM;
	thread->subject.family = family;
	/* Unix peers are named by the calls; here one row stands for all of them. */
	if (family != BS_AF_UNIX)
		read_inet_peer(sk, &thread->subject);
	return BS_WAIT_UPSTREAM;
}

#endif
