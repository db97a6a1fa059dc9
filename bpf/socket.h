/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * socket: the exchange machine (docs/method.md, "Requests").
 *
 *   server:  IDLE --data arrives--> QUEUED --read--> READ --send--> ANSWERED --data arrives--> QUEUED ...
 *   client:  IDLE --send--> CALLING --answer arrives--> ARRIVED --read--> DONE --send--> CALLING ...
 *
 * It looks at no payload, so encryption does not matter. Every change is a compare-and-swap, because the
 * arrival of data (softirq) and the calls of the process race on different CPUs; who loses does nothing.
 */
#ifndef BOUNDSCOPE_SOCKET_H
#define BOUNDSCOPE_SOCKET_H

#include "peer.h"
#include "stop.h"

/*
 * Whether events are observed now. Kernels of the old object do not let a program of a function be attached twice:
 * there they stay, and look away.
 */
static __always_inline bool is_watching(void)
{
#ifdef BS_OLD_KERNEL
	return events_attached;
#else
	return true;
#endif
}

static __always_inline bool turn(struct bs_socket *socket, __u32 from, __u32 to)
{
	return BS_SWAP_IF(&socket->exchange, from, to, socket->self) == from;
}

static __always_inline bool is_stream(struct sock *sk)
{
	return BS_GET(sk, sk_type) == BS_SOCK_STREAM;
}

/* Where what the program has read of a TCP stream ends. */
static __always_inline void note_copied(struct sock *sk, struct bs_socket *socket)
{
#ifdef BS_OLD_KERNEL
	struct tcp_sock *tcp = tcp_of(sk);

	socket->copied_upto = tcp ? BS_GET(tcp, copied_seq) : 0;
#endif
}

/* The state of a socket that the current thread uses; created at its first use. */
static __always_inline struct bs_socket *socket_of(struct sock *sk, __u32 slot)
{
	struct bs_socket *socket = state_of_socket(sk);

	if (!socket) {
		socket = new_state_of_socket(sk);
		if (!socket) {
			count(BS_LOST_SOCKETS);
			return NULL;
		}
	}
	if (socket->generation != generation) {
		/* Whatever was open when the probes were last detached is unknown now. */
		socket->generation = generation;
		socket->exchange = BS_IDLE;
		socket->flags &= ~BS_SOCKET_LONG_POLL;
		socket->held = 0;
		socket->pending = 0;
		socket->arrived_ns = 0;
		note_copied(sk, socket);
		if (socket->role == BS_ROLE_CLIENT)
			socket->extra_reads = 0;
	}
	if (!socket->role) {
		socket->role = role_of(sk);
		socket->port = BPF_CORE_READ(sk, __sk_common.skc_num);
		socket->slot = slot;
		if (family_of(sk) == BS_AF_UNIX)
			socket->flags |= BS_SOCKET_UNIX;
		else if (socket->role == BS_ROLE_CLIENT && peer_is_own_listener(sk))
			socket->flags |= BS_SOCKET_INTERNAL;
	}
	return socket;
}

/*
 * The current thread is on CPU, whatever we have seen of it since the probes were attached. As long as those of
 * switches are not, it could block unseen, and is left to the first switch or reading.
 */
static __always_inline void see_running(struct bs_thread *thread, struct bs_process *process,
					__u64 now)
{
	if (!switches_attached || thread->gone)
		return;
	thread_refresh(thread, now);
	if (thread->counted == counted_as(BS_RUNNING))
		return;
	if (thread->state == BS_THREAD_UNKNOWN)
		thread->state = BS_THREAD_ON_CPU;
	process_move(thread->slot, thread_recount(thread, process->word, BS_RUNNING), now);
}

#define BS_ONE_WAY 16 /* sends without ever an answer: it only tells (logs, metrics) */

static __always_inline bool is_one_way(const struct bs_socket *socket)
{
	return !socket->exchanges && socket->extra_sends >= BS_ONE_WAY;
}

/* Data waits to be read, besides a FIN, which counts as one byte. */
static __always_inline bool has_unread(struct sock *sk)
{
	struct tcp_sock *tcp = tcp_of(sk);

	return tcp && BS_GET(tcp, rcv_nxt) - BS_GET(tcp, copied_seq) > 1;
}

/*
 * How long ago the packet passed that was seen at `jiffies`. tcp_mstamp is finer, but every acknowledgement
 * and keep-alive moves it.
 */
static __always_inline __u64 age_of_packet(struct tcp_sock *tcp, __u32 jiffies, __u64 now)
{
	__u64 age = (__u64)((__u32)bpf_jiffies64() - jiffies) * jiffy_ns;
	__u64 fine = now - BS_GET(tcp, tcp_mstamp) * 1000;

	return fine < age && age - fine <= 2 * jiffy_ns ? fine : age;
}

#define BS_LONG_POLL_AGE_NS 1000000000ULL /* until latencies are known */

/* What is older is a long poll. */
static __always_inline __u64 work_takes_at_most(void)
{
	return long_poll_age_ns ?: BS_LONG_POLL_AGE_NS;
}

/* Log-linear, 16 buckets an octave; the same rule as boundscope::latency_bucket_lower_ns(). */
static __always_inline __u32 latency_bucket(__u64 ns)
{
	__u32 octave = 0, bucket;
	__u64 x = ns >> BS_LATENCY_FIRST_SHIFT;

	if (!x)
		return 0;
	if (x >> 32) {
		octave += 32;
		x >>= 32;
	}
	if (x >> 16) {
		octave += 16;
		x >>= 16;
	}
	if (x >> 8) {
		octave += 8;
		x >>= 8;
	}
	if (x >> 4) {
		octave += 4;
		x >>= 4;
	}
	if (x >> 2) {
		octave += 2;
		x >>= 2;
	}
	if (x >> 1)
		octave += 1;
	/* ns lies in [1024 << octave, 2048 << octave): its next four bits are the bucket in the octave. */
	bucket = 1 + octave * 16 + ((ns >> (octave + BS_LATENCY_FIRST_SHIFT - 4)) & 15);
	return bucket < BS_LATENCY_BUCKETS ? bucket : BS_LATENCY_BUCKETS - 1;
}

static __always_inline void record_latency(__u32 which, __u64 ns)
{
	__u32 bucket = latency_bucket(ns);
	struct bs_latency_histogram *histogram = bpf_map_lookup_elem(&latencies, &which);

	if (histogram && bucket < BS_LATENCY_BUCKETS)
		add(&histogram->buckets[bucket], 1);
}

static __always_inline void open_request(struct bs_process *process, struct bs_socket *socket,
					 __u64 now)
{
	__u64 requests = BS_FIELD(process->word, REQUESTS);

	socket->opened_ns = now;
	socket->stop_clock_ns = stop_clock(process, now);
	socket->flags &= ~BS_SOCKET_LONG_POLL;
	add(&process->started, 1);
	if (requests + 1 > process->peak_in_flight)
		process->peak_in_flight = requests + 1;
	if (!has_room(requests, BS_REQUESTS_BITS)) {
		count(BS_LOST_COUNTS);
		socket->flags |=
			BS_SOCKET_LONG_POLL; /* not in the word: nothing to take out again */
		return;
	}
	process_move(socket->slot, BS_ONE_REQUEST, now);
}

/* Takes an open request out of the joint state, if it is in there. */
static __always_inline void leave_request(struct bs_process *process, struct bs_socket *socket,
					  __u64 now)
{
	if (socket->flags & BS_SOCKET_LONG_POLL) {
		socket->flags &= ~BS_SOCKET_LONG_POLL;
		return;
	}
	if (socket->held) {
		socket->held = 0;
		add(&process->unix_left_requests, 1);
	}
	process_move(socket->slot, -BS_ONE_REQUEST, now);
	/* After the word: a sweep that reads in between sees one that ended too many, never one too few. */
	add(&process->left_requests, 1);
}

/* How much of a request's `latency` its process was stopped. */
static __always_inline __u64 stopped_since(const struct bs_process *process,
					   const struct bs_socket *socket, __u64 now, __u64 latency)
{
	__s64 stopped = (__s64)(stop_clock(process, now) - socket->stop_clock_ns);

	/* The clock was read while another CPU ended a stop. */
	if (stopped < 0)
		return 0;
	return (__u64)stopped < latency ? (__u64)stopped : latency;
}

static __always_inline void finish_request(struct bs_process *process, struct bs_socket *socket,
					   __u64 now)
{
	__u64 latency = now - socket->opened_ns;
	bool long_poll = socket->flags & BS_SOCKET_LONG_POLL;

	leave_request(process, socket, now);
	if (long_poll)
		return;
	add(&process->finished, 1);
	add(&process->latency_ns, latency);
	record_latency(BS_LATENCIES, latency);
	if (stops_are_seen)
		record_latency(BS_LATENCIES_WITHOUT_STOPS,
			       latency - stopped_since(process, socket, now, latency));
}

static __always_inline struct bs_peer *peer_of(struct sock *sk, struct bs_socket *socket)
{
	struct bs_subject subject = {};
	struct bs_peer fresh = {}, *peer;

	subject.slot = socket->slot;
	subject.wait_class = BS_WAIT_UPSTREAM;
	subject.family = family_of(sk);
	if (subject.family == BS_AF_UNIX) {
		__u64 hash;

		read_unix_name(sk, fresh.name);
		hash = hash_name(fresh.name);
		__builtin_memcpy(subject.address, &hash, sizeof(hash));
	} else {
		read_inet_peer(sk, &subject);
	}
	peer = bpf_map_lookup_elem(&peers, &subject);
	if (peer)
		return peer;
	fresh.internal = !!(socket->flags & BS_SOCKET_INTERNAL);
	bpf_map_update_elem(&peers, &subject, &fresh, BPF_NOEXIST);
	peer = bpf_map_lookup_elem(&peers, &subject);
	if (!peer)
		count(BS_LOST_PEERS);
	return peer;
}

static __always_inline void open_call(struct bs_process *process, struct bs_socket *socket,
				      __u64 now)
{
	socket->opened_ns = now;
	if (has_room(BS_FIELD(process->word, CALLS), BS_CALLS_BITS)) {
		socket->flags &= ~BS_SOCKET_LONG_POLL;
		if (socket->flags & BS_SOCKET_UNIX) {
			socket->held = 1;
			add(&process->unix_opened_calls, 1);
		}
		process_move(socket->slot, BS_ONE_CALL, now);
	} else {
		socket->flags |= BS_SOCKET_LONG_POLL;
		count(BS_LOST_COUNTS);
	}
}

static __always_inline void leave_call(struct bs_process *process, struct bs_socket *socket,
				       __u64 now)
{
	if (socket->flags & BS_SOCKET_LONG_POLL) {
		socket->flags &= ~BS_SOCKET_LONG_POLL;
		return;
	}
	if (socket->held) {
		socket->held = 0;
		add(&process->unix_left_calls, 1);
	}
	process_move(socket->slot, -BS_ONE_CALL, now);
	add(&process->left_calls, 1);
}

/* An answer has arrived. */
static __always_inline void book_call(struct sock *sk, struct bs_socket *socket, __u64 now)
{
	struct bs_peer *peer = peer_of(sk, socket);
	__u64 latency = now - socket->opened_ns;

	socket->arrived_ns = now;
	if (!peer)
		return;
	add(&peer->calls, 1);
	add(&peer->latency_ns, latency);
	if (latency > peer->longest_ns)
		peer->longest_ns = latency;
}

static __always_inline void finish_call(struct bs_process *process, struct sock *sk,
					struct bs_socket *socket, __u64 now)
{
	leave_call(process, socket, now);
	book_call(sk, socket, now);
}

/* Ends whatever is open. Returns true if that was a request. */
static __always_inline bool close_exchange(struct bs_process *process, struct bs_socket *socket,
					   __u64 now)
{
	switch (BS_EXCHANGE(&socket->exchange, BS_CLOSED, socket->self)) {
	case BS_QUEUED:
	case BS_READ:
		leave_request(process, socket, now);
		return true;
	case BS_CALLING:
	case BS_CONNECTING:
		leave_call(process, socket, now);
		return false;
	}
	return false;
}

/* Stops following a socket for good. */
static __always_inline void exclude(struct bs_process *process, struct bs_socket *socket, __u64 now)
{
	socket->flags |= BS_SOCKET_MULTIPLEXED;
	close_exchange(process, socket, now);
}

#endif
