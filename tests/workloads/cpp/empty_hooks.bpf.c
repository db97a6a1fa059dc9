// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/*
 * Programs that do nothing, on the hooks the collector uses at every context switch: what the
 * kernel's dispatch alone costs. bench-overhead compares the collector with this floor.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp_btf/sched_switch")
int on_sched_switch(void *context)
{
	return 0;
}

SEC("tp_btf/sched_waking")
int on_sched_waking(void *context)
{
	return 0;
}

SEC("tp_btf/sched_wakeup")
int on_sched_wakeup(void *context)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
