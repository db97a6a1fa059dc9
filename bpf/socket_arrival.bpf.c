// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * socket_arrival: data has arrived on a socket. A request begins here, not at the read: under load nearly all
 * of its latency is waiting in the socket's buffer. A call ends here.
 */
#include "registers.h"
#include "socket.h"

static __always_inline void request_arrives(struct bs_process *process, struct bs_socket *socket,
					    __u64 now)
{
	if (turn(socket, BS_IDLE, BS_QUEUED) || turn(socket, BS_ANSWERED, BS_QUEUED))
		open_request(process, socket, now);
	else if (socket->exchange == BS_READ)
		socket->arrived_ns =
			now; /* the next one, perhaps, before we have seen the answer */
}

#define BS_TICKETS_SPAN_NS 500000 /* a server sends its tickets one right after the other */

/* What is read until the next arrival is no answer then. */
static __always_inline bool is_ticket(struct bs_socket *socket, __u64 now)
{
	if (!socket->extra_reads)
		return false;
	if (!socket->arrived_ns)
		socket->arrived_ns = now;
	if (now - socket->arrived_ns < BS_TICKETS_SPAN_NS)
		return true;
	socket->extra_reads = 0;
	return false;
}

/*
 * Other calls on a shared connection come one after the other. Where the last send is about as old as answers
 * take here, it was a part of what is answered now.
 */
static __always_inline bool expects_more(const struct bs_socket *socket, __u64 now)
{
	return socket->pending && (now - socket->sent_ns) * 2 < socket->answer_ns;
}

/*
 * Where calls share a connection, others are still to be answered: the connection stays busy. Answers may come
 * in one piece, so that too many seem pending; without a request in flight nobody waits for them.
 */
static __always_inline void answer_arrives(struct bs_process *process, struct sock *sk,
					   struct bs_socket *socket, __u64 now)
{
	if (socket->exchange != BS_CALLING)
		return;
	if (is_ticket(socket, now))
		return;
	if (!socket->arrived_ns)
		socket->answer_ns = now - socket->opened_ns;
	if (expects_more(socket, now) && BS_FIELD(process->word, REQUESTS)) {
		socket->pending--;
		book_call(sk, socket, now);
		socket->opened_ns = socket->sent_ns;
	} else if (turn(socket, BS_CALLING, BS_ARRIVED)) {
		finish_call(process, sk, socket, now);
	}
}

static __always_inline int has_arrived(struct sock *sk)
{
	struct bs_socket *socket = is_watching() ? state_of_socket(sk) : NULL;
	struct bs_process *process;
	__u64 now;

	/* Sockets that nobody of the target has used are not ours; void ones wait for their next use. */
	if (!socket || socket->generation != generation || (socket->flags & BS_SOCKET_MULTIPLEXED))
		return 0;
	process = process_at(socket->slot);
	if (!process)
		return 0;
	count(BS_COUNT_SOCKET);
	now = bpf_ktime_get_ns();
	if (socket->role == BS_ROLE_SERVER) {
		/* The peer's FIN is announced like data, and together with the last of it. */
		if (!(BS_GET(sk, sk_shutdown) & BS_RCV_SHUTDOWN) || has_unread(sk))
			request_arrives(process, socket, now);
	} else if (socket->role == BS_ROLE_CLIENT) {
		socket->exchanges++;
		answer_arrives(process, sk, socket, now);
	}
	return 0;
}

SEC("tp_btf/sk_data_ready")
int BPF_PROG(on_data_ready, struct sock *sk)
{
	return has_arrived(sk);
}

/* Before Linux 6.3: what streams announce their data by. */
SEC("fentry/sock_def_readable")
int BPF_PROG(on_readable, struct sock *sk)
{
	return has_arrived(sk);
}

#ifdef BS_OLD_KERNEL
SEC("kprobe/sock_def_readable")
int at_readable(struct pt_regs *regs)
{
	return has_arrived((struct sock *)argument_at(regs, 0));
}
#endif
