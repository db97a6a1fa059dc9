// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * socket_read: a target thread has read from a socket. On a server socket the request leaves the socket's queue,
 * on a client socket the answer is picked up.
 */
#include "sniff.h"

#define BS_MSG_PEEK 0x2
#define BS_MSG_ERRQUEUE 0x2000
#define BS_TLS_HEADER 5 /* read by itself: by OpenSSL as it comes */

/* The reading process is the one that serves the connection, whoever owns the listener. */
static __always_inline void move_to_reader(struct sock *sk, struct bs_socket *socket, __u32 slot,
					   __u64 now)
{
	struct bs_process *from = process_at(socket->slot), *to = process_at(slot);
	__u32 *listener;

	if (socket->slot == slot || !from || !to)
		return;
	/* Who takes up connections takes up the next ones, too: those that wait, wait for it. */
	listener = socket->flags & BS_SOCKET_UNIX ? NULL : local_listener(sk);
	if (listener && !(*listener & BS_LISTENER_SHARED))
		*listener = slot;
	if (socket->exchange == BS_QUEUED || socket->exchange == BS_READ) {
		if (!(socket->flags & BS_SOCKET_LONG_POLL)) {
			if (socket->held) {
				add(&from->unix_left_requests, 1);
				add(&to->unix_opened_requests, 1);
			}
			process_move(socket->slot, -BS_ONE_REQUEST, now);
			process_move(slot, BS_ONE_REQUEST, now);
			add(&from->left_requests, 1); /* as in leave_request() */
		}
		add(&from->started, -1ULL);
		add(&to->started, 1);
	}
	socket->slot = slot;
}

/*
 * The client will send no more. On TCP it may still wait for its answer, and the close is seen; on a unix
 * socket this is all there is to see.
 */
static __always_inline void server_eof(struct bs_process *process, struct sock *sk,
				       struct bs_socket *socket, __u64 now)
{
	if (family_of(sk) == BS_AF_UNIX && close_exchange(process, socket, now))
		add(&process->aborted, 1);
}

/* Where the peer of a unix socket has gone nobody waits for an answer. */
static __always_inline bool is_farewell(struct sock *sk)
{
	return BS_GET(sk, sk_shutdown) == BS_SHUTDOWN_BOTH && family_of(sk) == BS_AF_UNIX;
}

/*
 * The arrival of this request was not seen. A connection that waited to be accepted when the probes were attached has
 * no descriptor by which it could have been found: the kernel knows when its request came.
 */
static __always_inline void open_late(struct bs_process *process, struct sock *sk,
				      struct bs_socket *socket, __u64 now)
{
	struct tcp_sock *tcp = tcp_of(sk);
	__u64 age;

	open_request(process, socket, now);
	if (!tcp)
		return;
	age = age_of_packet(
		tcp, BPF_CORE_READ((struct inet_connection_sock *)tcp, icsk_ack.lrcvtime), now);
	if (age < now - attached_at_ns || age > work_takes_at_most())
		return;
	socket->opened_ns = now - age;
	add(&process->socket_queue_ns, age);
}

/* `copied`: the bytes are in the reader's buffer by now. */
static __always_inline void server_reads(struct bs_process *process, struct bs_thread *thread,
					 struct sock *sk, struct bs_socket *socket, __u32 length,
					 bool copied, __u64 now)
{
	enum bs_look look;

	socket->arrived_ns = 0;
	/* The rest of a record of the handshake whose header was read by itself. */
	if (socket->pending) {
		socket->pending--;
		if (turn(socket, BS_QUEUED, BS_ANSWERED))
			leave_request(process, socket, now);
		return;
	}
	if (turn(socket, BS_QUEUED, BS_READ)) {
		add(&process->socket_queue_ns, now - socket->opened_ns);
	} else if (turn(socket, BS_IDLE, BS_READ) || turn(socket, BS_ANSWERED, BS_READ)) {
		open_late(process, sk, socket, now);
	} else {
		if (socket->exchange == BS_READ)
			socket->extra_reads++;
		return;
	}
	socket->reader = (__u32)bpf_get_current_pid_tgid();
	thread->holds_request = 1;
	if ((socket->flags & (BS_SOCKET_UNIX | BS_SOCKET_LONG_POLL)) == BS_SOCKET_UNIX) {
		socket->held = 1;
		add(&process->unix_opened_requests, 1);
	}
	look = copied ? look_at_request(socket, length) : BS_LOOK_REQUEST;
	switch (look) {
	case BS_LOOK_REQUEST:
		break;
	case BS_LOOK_HANDSHAKE:
	case BS_LOOK_LAST_FLIGHT:
		/* Reads to pass over: this record's body; behind ChangeCipherSpec both parts of Finished, too. */
		if (length == BS_TLS_HEADER)
			socket->pending = look == BS_LOOK_LAST_FLIGHT ? 3 : 1;
		if (turn(socket, BS_READ, BS_ANSWERED)) {
			socket->exchanges++;
			leave_request(process, socket, now);
		}
		break;
	case BS_LOOK_MULTIPLEXED:
		exclude(process, socket, now);
		add(&process->excluded, 1);
		break;
	}
}

static __always_inline void client_reads(struct bs_process *process, struct sock *sk,
					 struct bs_socket *socket, int length, __u64 now)
{
	if (socket->exchange == BS_CALLING && socket->arrived_ns) {
		/* One answer of several, booked when it arrived; it may take several reads. */
	} else if (turn(socket, BS_CALLING, BS_DONE)) {
		finish_call(process, sk, socket, now);
	} else if (turn(socket, BS_ARRIVED, BS_DONE)) {
		struct bs_peer *peer = peer_of(sk, socket);

		if (peer)
			add(&peer->pickup_ns, now - socket->arrived_ns);
	}
	if (length == 0)
		turn(socket, BS_DONE, BS_CLOSED);
}

static __always_inline int was_read(struct sock *sk, int length, int flags, bool copied)
{
	struct bs_thread *thread = is_watching() ? this_thread() : NULL;
	struct bs_process *process;
	struct bs_socket *socket;
	__u64 now;

	if (!thread || length < 0 || (flags & (BS_MSG_PEEK | BS_MSG_ERRQUEUE)))
		return 0;
	if (!is_stream(sk))
		return 0;
	process = process_at(thread->slot);
	if (!process)
		return 0;
	count(BS_COUNT_SOCKET);
	socket = socket_of(sk, thread->slot);
	if (!socket)
		return 0;
	if (socket->flags & BS_SOCKET_MULTIPLEXED) {
		if (length > 0)
			add(&process->excluded, 1);
		return 0;
	}
	now = bpf_ktime_get_ns();
	see_running(thread, process, now);
	if (socket->role == BS_ROLE_SERVER) {
		move_to_reader(sk, socket, thread->slot, now);
		if (length == 0 || is_farewell(sk))
			server_eof(process, sk, socket, now);
		else
			server_reads(process, thread, sk, socket, length, copied, now);
	} else if (socket->role == BS_ROLE_CLIENT) {
		process = process_at(socket->slot);
		if (process)
			client_reads(process, sk, socket, length, now);
	}
	return 0;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(on_read, struct sock *sk, int length, int flags)
{
	return was_read(sk, length, flags, true);
}

/* Before Linux 6.3: the functions that the socket layer calls, one for each family. */
SEC("fexit/inet_recvmsg")
int BPF_PROG(on_inet_read, struct socket *socket, struct msghdr *message, unsigned long size,
	     int flags, int length)
{
	return was_read(socket->sk, length, flags, true);
}

SEC("fexit/inet6_recvmsg")
int BPF_PROG(on_inet6_read, struct socket *socket, struct msghdr *message, unsigned long size,
	     int flags, int length)
{
	return was_read(socket->sk, length, flags, true);
}

SEC("fexit/unix_stream_recvmsg")
int BPF_PROG(on_unix_read, struct socket *socket, struct msghdr *message, unsigned long size,
	     int flags, int length)
{
	return was_read(socket->sk, length, flags, true);
}

#ifdef BS_OLD_KERNEL
/*
 * Where nothing can hang on the end of a function: TCP tells when bytes were copied. How many, its sequence
 * numbers do; a look (MSG_PEEK) leaves them where they were. Reads that find the end are not seen.
 */
static __always_inline __u32 newly_copied(struct sock *sk)
{
	struct bs_socket *socket = state_of_socket(sk);
	struct tcp_sock *tcp = tcp_of(sk);
	__u32 before;

	if (!tcp)
		return 0;
	/* First seen at this very read: all that was ever read, if that can be one request. */
	if (!socket || socket->generation != generation) {
		if (BS_GET(tcp, data_segs_out))
			return 1;
		return (__u32)BS_GET(tcp, bytes_received) -
		       (BS_GET(tcp, rcv_nxt) - BS_GET(tcp, copied_seq));
	}
	before = socket->copied_upto;
	note_copied(sk, socket);
	return socket->copied_upto - before;
}

SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(on_tcp_copied, struct sock *sk)
{
	__u32 length;

	if (!is_watching() || !this_thread())
		return 0;
	length = newly_copied(sk);
	return length ? was_read(sk, length, 0, true) : 0;
}

/* Called for each piece that was sent; only the first one begins a read. */
SEC("kprobe/unix_stream_read_actor")
int at_unix_copy(struct pt_regs *regs)
{
	struct unix_stream_read_state *state = (void *)argument_at(regs, 3);

	if (BPF_CORE_READ(state, msg, msg_iter.count) < BPF_CORE_READ(state, size))
		return 0;
	return was_read(BPF_CORE_READ(state, socket, sk), (int)argument_at(regs, 2),
			BPF_CORE_READ(state, flags), false);
}
#endif
