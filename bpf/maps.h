/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * maps: what the probes share. Defined once, in maps.bpf.c; the probes are linked into one object.
 */
#ifndef BOUNDSCOPE_MAPS_H
#define BOUNDSCOPE_MAPS_H

#include "kernel_types.h"
/* kernel_types.h first: the helpers' declarations use its structures. */
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "abi.h"

#ifndef BS_OLD_KERNEL
struct bs_thread_map {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct bs_thread);
};
struct bs_socket_map {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct bs_socket);
};
#else
/* See storage.h and atomics.h. */
struct bs_thread_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BS_MAX_THREADS);
	__type(key, __u32); /* thread id in the initial pid namespace */
	__type(value, struct bs_thread);
};
struct bs_socket_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BS_MAX_SOCKETS);
	__type(key, __u64); /* address of the struct sock */
	__type(value, struct bs_socket);
};
struct bs_claim_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BS_MAX_CLAIMS);
	__type(key, __u64);
	__type(value, __u32);
};
extern struct bs_claim_map claims SEC(".maps");
#endif
struct bs_process_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, BS_MAX_PROCESSES);
	__type(key, __u32);
	__type(value, struct bs_process);
};
struct bs_slot_map {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, BS_MAX_PROCESSES);
	__type(value, __u32);
};
struct bs_listener_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BS_MAX_LISTENERS);
	__type(key, struct bs_listener);
	__type(value, __u32); /* slot of the process that listens */
};
struct bs_wait_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BS_MAX_WAITS);
	__type(key, struct bs_subject);
	__type(value, struct bs_wait);
};
struct bs_peer_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BS_MAX_PEERS);
	__type(key, struct bs_subject);
	__type(value, struct bs_peer);
};
struct bs_histogram_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BS_LATENCY_HISTOGRAMS);
	__type(key, __u32);
	__type(value, struct bs_latency_histogram);
};
struct bs_counter_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BS_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
};
struct bs_sniff_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
};
struct bs_stack_map {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, BS_MAX_STACKS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, BS_MAX_STACK_DEPTH * sizeof(__u64));
};
struct bs_sample_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BS_MAX_SAMPLES);
	__type(key, struct bs_sample_key);
	__type(value, __u64);
};

struct bs_stack_sample_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, BS_STACK_COPIES_BYTES);
};
/* Stacks of waits stay: a wait may end long after the window that it began in. */
struct bs_wait_stack_map {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, BS_MAX_WAIT_STACKS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, BS_MAX_STACK_DEPTH * sizeof(__u64));
};
struct bs_sampled_wait_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BS_MAX_SAMPLED_WAITS);
	__type(key, struct bs_sampled_wait_key);
	__type(value, struct bs_wait);
};

extern struct bs_thread_map threads SEC(".maps");
extern struct bs_process_map processes SEC(".maps");
extern struct bs_slot_map free_slots SEC(".maps");
extern struct bs_socket_map sockets SEC(".maps");
extern struct bs_listener_map listeners SEC(".maps");
extern struct bs_wait_map waits SEC(".maps");
extern struct bs_peer_map peers SEC(".maps");
extern struct bs_histogram_map latencies SEC(".maps");
extern struct bs_counter_map counters SEC(".maps");
extern struct bs_sniff_map sniffs SEC(".maps");
extern struct bs_stack_map stacks SEC(".maps");
extern struct bs_sample_map samples SEC(".maps");
extern struct bs_stack_sample_map stack_samples SEC(".maps");
extern struct bs_wait_stack_map wait_stacks SEC(".maps");
extern struct bs_sampled_wait_map sampled_waits SEC(".maps");

/* Written by user space. A new generation makes every thread and socket state older than it void. */
extern __u32 generation;
extern __s64 sniffs_left; /* how many requests may still be looked at in this window */
extern __u64 long_poll_age_ns;
extern __u64 attached_at_ns; /* when this generation began */
extern __u64 jiffy_ns;
extern __u32 events_attached;
extern __u32 switches_attached; /* what threads do is seen: after the sockets */
extern __u32 stops_are_seen;    /* probes for them are attached, to whatever process */
/* Of the kernel side: pid namespaces between the initial one and that of user space. */
extern __u32 reader_level;
/* Of the kernel side: when a wait of the class may be sampled again. */
extern __u64 next_wait_sample_ns[BS_WAIT_CLASSES];
extern struct bs_file_kinds file_kinds;
/* Descriptors of the loading process, one of each kind. */
extern __s32 own_eventfd, own_eventpoll, own_timerfd;

static __always_inline void count(__u32 what)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &what);

	if (value)
		*value += 1;
}

#endif
