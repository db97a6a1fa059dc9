/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * sniff: a look at the first bytes that a read returned, for the protocols that the exchange machine cannot
 * follow. The bytes are in the reader's buffer; its address is in the registers of the system call.
 *
 * HTTP/2 is recognised here, at once; the rest goes to user space, a bounded number of times per window,
 * is classified there (pipelined or not) and forgotten. No payload is ever recorded.
 */
#ifndef BOUNDSCOPE_SNIFF_H
#define BOUNDSCOPE_SNIFF_H

#include "user_buffer.h"

#define BS_HTTP2_FRAME_HEADER 9
#define BS_HTTP2_MAX_FRAME 16384 /* RFC 9113, 4.2: the initial limit */
#define BS_HTTP2_LAST_TYPE 9
#define BS_FRESH_EXCHANGES 4 /* at the start of a connection every request is looked at */

/* Length of the HTTP/2 frame that may begin with `head`, its header included; 0 if none does. */
static __always_inline __u32 http2_frame(const __u8 *head)
{
	__u32 frame = (head[0] << 16) | (head[1] << 8) | head[2];

	if (frame > BS_HTTP2_MAX_FRAME || head[3] > BS_HTTP2_LAST_TYPE || (head[5] & 0x80))
		return 0;
	return frame + BS_HTTP2_FRAME_HEADER;
}

/* One frame fills the read, or another one follows it. */
static __always_inline bool are_http2_frames(const __u8 *head, const void *buffer, __u32 length)
{
	__u32 first = http2_frame(head);
	__u8 next[BS_HTTP2_FRAME_HEADER] = {};

	if (!first || first > length)
		return false;
	if (first == length)
		return true;
	return first + BS_HTTP2_FRAME_HEADER <= length &&
	       !bpf_probe_read_user(next, sizeof(next), buffer + first) && http2_frame(next);
}

/* True once the connection is known to carry HTTP/2: by its preface, or by two reads that are frames. */
static __always_inline bool speaks_http2(struct bs_socket *socket, const void *buffer, __u32 length)
{
	__u8 head[16] = {};

	if (length < sizeof(head)) {
		if (length < BS_HTTP2_FRAME_HEADER ||
		    bpf_probe_read_user(head, BS_HTTP2_FRAME_HEADER, buffer))
			return false;
	} else if (bpf_probe_read_user(head, sizeof(head), buffer)) {
		return false;
	}
	/* "PRI * HTTP/2.0", RFC 9113, 3.4 */
	if (*(__u64 *)head == 0x5448202a20495250ULL)
		return true;
	if (are_http2_frames(head, buffer, length))
		socket->http2_votes++;
	return socket->http2_votes >= 2;
}

static __always_inline void send_sniff(struct bs_socket *socket, const void *buffer, __u32 length)
{
	struct bs_sniff *sniff;
	__u32 wanted = length < BS_SNIFF_BYTES ? length : BS_SNIFF_BYTES - 1;

	if (sniffs_left <= 0)
		return;
	sniff = bpf_ringbuf_reserve(&sniffs, sizeof(*sniff), 0);
	if (!sniff)
		return;
	__sync_fetch_and_add(&sniffs_left, -1);
	sniff->slot = socket->slot;
	sniff->port = socket->port;
	sniff->read_bytes = length;
	sniff->reserved = 0;
	sniff->length = 0;
	/* The bound again, where the verifier sees it and the compiler cannot reason it away. */
	barrier_var(wanted);
	wanted &= BS_SNIFF_BYTES - 1;
	if (wanted && !bpf_probe_read_user(sniff->data, wanted, buffer))
		sniff->length = wanted;
	bpf_ringbuf_submit(sniff, BPF_RB_NO_WAKEUP);
}

enum bs_look {
	BS_LOOK_REQUEST,
	BS_LOOK_HANDSHAKE,   /* TLS: no request yet */
	BS_LOOK_LAST_FLIGHT, /* TLS: the client's last part of it begins */
	BS_LOOK_MULTIPLEXED, /* cannot be followed */
};

/* Looks at what may be a request and was just read. */
static __always_inline enum bs_look look_at_request(struct bs_socket *socket, __u32 length)
{
	bool fresh = socket->exchanges < BS_FRESH_EXCHANGES;
	const void *buffer;
	__u8 head[2] = {};

	if (!fresh && ((socket->exchanges & 63) || sniffs_left <= 0))
		return BS_LOOK_REQUEST;
	buffer = user_buffer();
	if (!buffer)
		return BS_LOOK_REQUEST;
	if (speaks_http2(socket, buffer, length))
		return BS_LOOK_MULTIPLEXED;
	if (!bpf_probe_read_user(head, sizeof(head), buffer) && is_tls(head) &&
	    head[0] != BS_TLS_APPLICATION_DATA)
		return head[0] == BS_TLS_CHANGE_CIPHER ? BS_LOOK_LAST_FLIGHT : BS_LOOK_HANDSHAKE;
	send_sniff(socket, buffer, length);
	return BS_LOOK_REQUEST;
}

#endif
