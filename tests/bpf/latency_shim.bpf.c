// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* latency_shim: lets a test ask the kernel side in which bucket it would put a latency. */
#include "socket.h"

/* For abi_test: structures that the probes only have on their stack leave no trace in the object. */
struct bs_thread_record thread_record = {};
struct bs_sniff sniff = {};

struct shim_question {
	__u64 ns;
	__u64 bucket;
};

SEC("syscall")
int ask_bucket(struct shim_question *question)
{
	question->bucket = latency_bucket(question->ns);
	return 0;
}
