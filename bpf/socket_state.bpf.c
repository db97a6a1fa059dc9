// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * socket_state: TCP sockets that begin to listen, are accepted, connect and close. Unix sockets have no such
 * tracepoint: their state goes with their storage.
 */
#include "registers.h"
#include "socket.h"

static __always_inline void begin_listening(struct sock *sk)
{
	struct bs_thread *thread = this_thread();
	struct bs_listener key;

	if (!thread)
		return;
	key = listener_key(sk, BPF_CORE_READ(sk, __sk_common.skc_num));
	if (bpf_map_update_elem(&listeners, &key, &thread->slot, BPF_ANY))
		count(BS_LOST_LISTENERS);
}

/* A new connection to one of our listeners: its first request may arrive before accept() returns. */
static __always_inline void accepted(struct sock *sk)
{
	__u32 *slot = local_listener(sk);
	struct bs_process *owner;

	/* Where others accept too, it is ours only once somebody of ours has read from it. */
	if (!slot || (*slot & BS_LISTENER_SHARED))
		return;
	/* Nor does a worker wait for it that has ended: the next one to read is its own. */
	owner = process_at(*slot);
	if (owner && owner->pid && !owner->exited_at_ns)
		socket_of(sk, *slot);
}

static __always_inline void begin_connecting(struct sock *sk, __u64 now)
{
	struct bs_thread *thread = this_thread();
	struct bs_process *process = thread ? process_at(thread->slot) : NULL;
	struct bs_socket *socket;

	if (!process)
		return;
	socket = socket_of(sk, thread->slot);
	if (socket && socket->role == BS_ROLE_CLIENT && turn(socket, BS_IDLE, BS_CONNECTING))
		open_call(process, socket, now);
}

static __always_inline void end_connecting(struct bs_process *process, struct sock *sk,
					   struct bs_socket *socket, __u64 now)
{
	struct bs_peer *peer;

	if (!turn(socket, BS_CONNECTING, BS_IDLE))
		return;
	leave_call(process, socket, now);
	peer = peer_of(sk, socket);
	if (peer) {
		add(&peer->connects, 1);
		add(&peer->connect_ns, now - socket->opened_ns);
	}
}

static __always_inline void closes(struct bs_process *process, struct sock *sk,
				   struct bs_socket *socket, __u64 now)
{
	end_connecting(process, sk, socket, now);
	if (close_exchange(process, socket, now))
		add(&process->aborted, 1);
}

static __always_inline void changes(struct sock *sk, struct bs_socket *socket, int to)
{
	struct bs_process *process = process_at(socket->slot);
	__u64 now = bpf_ktime_get_ns();

	if (!process || socket->generation != generation)
		return;
	if (to == BS_TCP_ESTABLISHED) {
		note_copied(sk, socket);
		end_connecting(process, sk, socket, now);
		return;
	}
	/* A client that only closes its sending side still waits for the answer; one that is gone does not. */
	if (to != BS_TCP_FIN_WAIT1 || socket->role == BS_ROLE_SERVER ||
	    BS_GET(sk, sk_shutdown) == BS_SHUTDOWN_BOTH)
		closes(process, sk, socket, now);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_tcp_state, struct sock *sk, int from, int to)
{
	struct bs_socket *socket;

	if (!is_watching()) {
		if (to == BS_TCP_CLOSE)
			forget_socket(sk);
		return 0;
	}
	if (to == BS_TCP_LISTEN) {
		begin_listening(sk);
		return 0;
	}
	if (to == BS_TCP_ESTABLISHED && from == BS_TCP_SYN_RECV) {
		accepted(sk);
		return 0;
	}
	if (to == BS_TCP_SYN_SENT) {
		begin_connecting(sk, bpf_ktime_get_ns());
		return 0;
	}
	if (to != BS_TCP_ESTABLISHED && to != BS_TCP_FIN_WAIT1 && to != BS_TCP_LAST_ACK &&
	    to != BS_TCP_CLOSE)
		return 0;
	socket = state_of_socket(sk);
	if (socket)
		changes(sk, socket, to);
	if (to == BS_TCP_CLOSE)
		forget_socket(sk);
	return 0;
}

#ifdef BS_OLD_KERNEL
static __always_inline int is_released(struct sock *sk)
{
	struct bs_socket *socket = state_of_socket(sk);

	if (!socket)
		return 0;
	changes(sk, socket, BS_TCP_CLOSE);
	forget_socket(sk);
	return 0;
}

/* Where the state does not go with the socket it has to be told. */
SEC("fentry/unix_release_sock")
int BPF_PROG(on_unix_release, struct sock *sk)
{
	return is_released(sk);
}

/* The other end, server or client, will not be seen to read that there is no more. */
SEC("kprobe/unix_release_sock")
int at_unix_release(struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)argument_at(regs, 0);
	struct sock *peer = BPF_CORE_READ((struct unix_sock *)sk, peer);
	struct bs_socket *socket = peer ? state_of_socket(peer) : NULL;

	if (socket)
		changes(peer, socket, BS_TCP_CLOSE);
	return is_released(sk);
}
#endif
