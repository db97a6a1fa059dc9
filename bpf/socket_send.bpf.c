// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * socket_send: a target thread has sent on a socket. On a server socket that answers the request, on a client
 * socket it opens a call.
 */
#include "user_buffer.h"

#define BS_TCP_NAGLE_CORK 2     /* include/net/tcp.h: TCP_NAGLE_CORK */
#define BS_SMALL_SEGMENT 1200   /* less than any usual segment */
#define BS_SEND_GAP_NS 200000   /* two sends of one answer follow each other faster */
#define BS_PART_GAP_NS 30000    /* two sends of one call that is no TLS */
#define BS_SETUP_ARRIVALS 4     /* a TLS handshake is over by then */
#define BS_MULTIPLEX_MINIMUM 16 /* exchanges to look at before a socket is judged */

/* Nothing left to read, so the request went out by splice(), past the read probe. */
static __always_inline bool was_spliced(struct sock *sk)
{
	struct tcp_sock *tcp = tcp_of(sk);

	return tcp && BS_GET(tcp, rcv_nxt) == BS_GET(tcp, copied_seq);
}

static __always_inline void answer(struct bs_process *process, struct bs_thread *thread,
				   struct bs_socket *socket, __u64 now)
{
	socket->exchanges++;
	if (socket->reader && socket->reader != (__u32)bpf_get_current_pid_tgid())
		add(&process->handed_over, 1);
	thread->holds_request = 0;
	finish_request(process, socket, now);
}

/*
 * A fast client has got the answer and sent its next request before send() returned and we came to know of the
 * answer.
 */
static __always_inline void open_early(struct bs_process *process, struct sock *sk,
				       struct bs_socket *socket, __u64 now)
{
	__u64 arrived = socket->arrived_ns;

	if (!arrived)
		return;
	socket->arrived_ns = 0;
	if (has_unread(sk) && turn(socket, BS_ANSWERED, BS_QUEUED)) {
		open_request(process, socket, now);
		socket->opened_ns = arrived;
	}
}

/* Reads and answers interleave: more than one request at a time on this connection. */
static __always_inline bool looks_multiplexed(const struct bs_socket *socket)
{
	return socket->exchanges >= BS_MULTIPLEX_MINIMUM &&
	       socket->extra_reads * 5 > socket->exchanges &&
	       socket->extra_sends * 5 > socket->exchanges;
}

/*
 * Nagle's algorithm keeps a small rest until the client has acknowledged what came before, and clients delay
 * acknowledgements by 40 ms. A corked socket (nginx) keeps it on purpose.
 */
static __always_inline bool is_held_back(struct sock *sk)
{
	struct tcp_sock *tcp = tcp_of(sk);
	__u32 unsent;

	if (!tcp || (BS_GET_BITS(tcp, nonagle) & BS_TCP_NAGLE_CORK))
		return false;
	unsent = BS_GET(tcp, write_seq) - BS_GET(tcp, snd_nxt);
	return unsent && unsent < BS_SMALL_SEGMENT;
}

static __always_inline void continue_answer(struct bs_process *process, struct bs_socket *socket,
					    __u64 now)
{
	__u64 gap = now - socket->sent_ns;

	if (gap > BS_SEND_GAP_NS)
		socket->extra_sends++;
	if (socket->flags & BS_SOCKET_FULL)
		add(&process->transfer_ns, gap);
	if (looks_multiplexed(socket))
		exclude(process, socket, now);
}

static __always_inline void server_sends(struct bs_process *process, struct bs_thread *thread,
					 struct sock *sk, struct bs_socket *socket, __u64 now)
{
	if (turn(socket, BS_READ, BS_ANSWERED)) {
		answer(process, thread, socket, now);
		open_early(process, sk, socket, now);
	} else if (socket->exchange == BS_QUEUED) {
		/* Either the request was spliced away, or this still belongs to the answer before. */
		if (family_of(sk) != BS_AF_UNIX && was_spliced(sk) &&
		    turn(socket, BS_QUEUED, BS_ANSWERED))
			answer(process, thread, socket, now);
	} else if (socket->exchange == BS_ANSWERED) {
		continue_answer(process, socket, now);
		if (family_of(sk) != BS_AF_UNIX && is_held_back(sk))
			add(&process->held_back, 1);
	} else if (turn(socket, BS_IDLE, BS_ANSWERED)) {
		add(&process->pushed, 1); /* begun before we came, or the server speaks first */
	}
	socket->sent_ns = now;
}

/* The first four letters of HTTP/1 requests, as the processor reads them. */
#define BS_LETTERS(a, b, c, d) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)

/* What protocol the target speaks as a client, by the first bytes it sends on the connection. */
static __always_inline void tell_client(struct bs_socket *socket)
{
	__u32 letters = 0;

	if (socket->flags & BS_SOCKET_TOLD)
		return;
	socket->flags |= BS_SOCKET_TOLD;
	if (!first_bytes(&letters, sizeof(letters)))
		return;
	switch (letters) {
	case BS_LETTERS('G', 'E', 'T', ' '):
	case BS_LETTERS('P', 'O', 'S', 'T'):
	case BS_LETTERS('P', 'U', 'T', ' '):
	case BS_LETTERS('H', 'E', 'A', 'D'):
	case BS_LETTERS('D', 'E', 'L', 'E'):
	case BS_LETTERS('P', 'A', 'T', 'C'):
	case BS_LETTERS('O', 'P', 'T', 'I'):
		socket->flags |= BS_SOCKET_SERIAL;
		return;
	}
	if (is_tls((const __u8 *)&letters))
		socket->flags |= BS_SOCKET_TLS;
}

/* A send while a call is open: the rest of that call, or another one on a shared connection? */
static __always_inline bool is_another_call(const struct bs_socket *socket, __u64 gap)
{
	/* Of HTTP/1; the rest of what did not fit into the socket's buffer; the call behind a handshake. */
	if ((socket->flags & (BS_SOCKET_SERIAL | BS_SOCKET_FULL)) || socket->extra_reads)
		return false;
	/* Head and body of a call follow each other at once; inside of TLS that is all there is to go by. */
	if (socket->shared && !(socket->flags & BS_SOCKET_TLS))
		return true;
	return gap > (socket->flags & BS_SOCKET_TLS ? BS_SEND_GAP_NS : BS_PART_GAP_NS);
}

/*
 * With its second flight a TLS 1.3 client is done, and says so first (RFC 8446, D.4). What the server sends
 * then are tickets: no answer to the call that follows. TLS 1.2 ends its handshake there, which is none either.
 */
static __always_inline bool ends_handshake(const struct bs_socket *socket)
{
	__u8 head[2] = {};

	if (!(socket->flags & BS_SOCKET_TLS) || socket->exchanges >= BS_SETUP_ARRIVALS)
		return false;
	return first_bytes(head, sizeof(head)) && is_tls(head) && head[0] == BS_TLS_CHANGE_CIPHER;
}

/* Sends while a call was open, and nothing ever came back: logs, metrics. */
static __always_inline void send_again(struct bs_process *process, struct sock *sk,
				       struct bs_socket *socket, __u64 gap, __u64 now)
{
	struct bs_peer *peer;

	if (!is_another_call(socket, gap)) {
		if (socket->extra_reads)
			socket->opened_ns = now;
		return;
	}
	socket->extra_sends++;
	if (is_one_way(socket)) {
		if (turn(socket, BS_CALLING, BS_DONE))
			leave_call(process, socket, now);
		return;
	}
	if (gap > BS_SEND_GAP_NS)
		socket->shared = 1;
	socket->pending++;
	peer = peer_of(sk, socket);
	if (peer)
		add(&peer->resends, 1);
}

#define BS_MYSQL_CLOSE 0x19
#define BS_MYSQL_CLOSE_LENGTH 9 /* header of 4, the command, the statement's number */

/* MySQL's COM_STMT_CLOSE is never answered; drivers send one with every query. */
static __always_inline bool asks_nothing(int length)
{
	__u8 head[5] = {};

	if (length != BS_MYSQL_CLOSE_LENGTH || !first_bytes(head, sizeof(head)))
		return false;
	return head[0] == BS_MYSQL_CLOSE_LENGTH - 4 && !head[1] && !head[2] && !head[3] &&
	       head[4] == BS_MYSQL_CLOSE;
}

static __always_inline void client_sends(struct bs_process *process, struct sock *sk,
					 struct bs_socket *socket, int length, __u64 now)
{
	__u64 gap = now - socket->sent_ns;

	if (asks_nothing(length))
		return;
	socket->sent_ns = now;
	if (socket->exchange == BS_CALLING) {
		send_again(process, sk, socket, gap, now);
		return;
	}
	if (is_one_way(socket))
		return;
	tell_client(socket);
	socket->extra_reads = ends_handshake(socket);
	socket->pending = 0;
	socket->arrived_ns = 0;
	/* First into the word: the answer may come before this program ends. */
	open_call(process, socket, now);
	if (!turn(socket, BS_IDLE, BS_CALLING) && !turn(socket, BS_DONE, BS_CALLING) &&
	    !turn(socket, BS_ARRIVED, BS_CALLING))
		leave_call(process, socket, now);
}

/* The socket's buffer has no room for more. `ahead`: bytes that are still to be put into it. */
static __always_inline bool is_full(struct sock *sk, int ahead)
{
	return ((__s64)BS_GET(sk, sk_wmem_queued) + ahead) * 3 > (__s64)BS_GET(sk, sk_sndbuf) * 2;
}

static __always_inline int sent(struct sock *sk, int length, int ahead)
{
	struct bs_thread *thread = is_watching() ? this_thread() : NULL;
	struct bs_process *process;
	struct bs_socket *socket;
	__u64 now;

	if (!thread || length <= 0)
		return 0;
	if (!is_stream(sk))
		return 0;
	process = process_at(thread->slot);
	if (!process)
		return 0;
	count(BS_COUNT_SOCKET);
	socket = socket_of(sk, thread->slot);
	if (!socket || (socket->flags & BS_SOCKET_MULTIPLEXED))
		return 0;
	now = bpf_ktime_get_ns();
	see_running(thread, process, now);
	process = process_at(socket->slot);
	if (!process)
		return 0;
	if (socket->role == BS_ROLE_SERVER)
		server_sends(process, thread, sk, socket, now);
	else if (socket->role == BS_ROLE_CLIENT)
		client_sends(process, sk, socket, length, now);
	if (is_full(sk, ahead))
		socket->flags |= BS_SOCKET_FULL;
	else
		socket->flags &= ~BS_SOCKET_FULL;
	return 0;
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(on_send, struct sock *sk, int length, int flags)
{
	return sent(sk, length, 0);
}

/* Before Linux 6.3: the functions that the socket layer calls, one for each family. */
SEC("fexit/inet_sendmsg")
int BPF_PROG(on_inet_send, struct socket *socket, struct msghdr *message, unsigned long size,
	     int length)
{
	return sent(socket->sk, length, 0);
}

SEC("fexit/inet6_sendmsg")
int BPF_PROG(on_inet6_send, struct socket *socket, struct msghdr *message, unsigned long size,
	     int length)
{
	return sent(socket->sk, length, 0);
}

SEC("fexit/unix_stream_sendmsg")
int BPF_PROG(on_unix_send, struct socket *socket, struct msghdr *message, unsigned long size,
	     int length)
{
	return sent(socket->sk, length, 0);
}

/* sendfile(), until Linux 6.5 turned it into messages */
SEC("fexit/inet_sendpage")
int BPF_PROG(on_send_page, struct socket *socket, struct page *page, int offset, unsigned long size,
	     int flags, long length)
{
	return sent(socket->sk, (int)length, 0);
}

#ifdef BS_OLD_KERNEL
/*
 * Where nothing can hang on the end of a function: on its beginning, which knows what is to be sent. Requests
 * end there, and what a send that fails would have sent counts as sent.
 */
static __always_inline int will_send(struct pt_regs *regs, int size_argument)
{
	struct socket *socket = (struct socket *)argument_at(regs, 0);
	int size = (int)argument_at(regs, size_argument);

	return sent(BPF_CORE_READ(socket, sk), size, size);
}

SEC("kprobe/inet_sendmsg")
int at_inet_send(struct pt_regs *regs)
{
	return will_send(regs, 2);
}

SEC("kprobe/inet6_sendmsg")
int at_inet6_send(struct pt_regs *regs)
{
	return will_send(regs, 2);
}

SEC("kprobe/unix_stream_sendmsg")
int at_unix_send(struct pt_regs *regs)
{
	return will_send(regs, 2);
}

SEC("kprobe/inet_sendpage")
int at_send_page(struct pt_regs *regs)
{
	return will_send(regs, 3);
}
#endif
