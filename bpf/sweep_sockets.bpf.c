// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * sweep_sockets: sweeps every socket that we keep something of.
 */
#include "sweep.h"

__u32 sweep_takes_out = 0;
__u32 sweep_counts_held = 0;
__u32 sweep_pass = 0;

SEC("iter/bpf_sk_storage_map")
int sweep_sockets(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct bs_socket *socket = ctx->value;

	if (ctx->sk && socket)
		sweep(socket);
	return 0;
}
