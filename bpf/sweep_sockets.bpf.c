// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * sweep_sockets: sweeps every socket that we keep something of.
 */
#include "sweep.h"

__u32 sweep_does = BS_SWEEP_COUNT;
__u32 sweep_counts_held = 0;
__u32 sweep_pass = 0;
__u32 pace_pass = 1; /* 0: a socket was in none */
__u64 pace_segments = 0;

SEC("iter/bpf_sk_storage_map")
int sweep_sockets(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct bs_socket *socket = ctx->value;
	struct sock *sk = ctx->sk;

	if (sk && socket)
		sweep(sk, socket);
	return 0;
}
