// SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause
/* maps: the definitions of what maps.h declares. */
#include "maps.h"

struct bs_thread_map threads SEC(".maps");
struct bs_process_map processes SEC(".maps");
struct bs_slot_map free_slots SEC(".maps");
struct bs_socket_map sockets SEC(".maps");
struct bs_listener_map listeners SEC(".maps");
struct bs_wait_map waits SEC(".maps");
struct bs_peer_map peers SEC(".maps");
struct bs_histogram_map latencies SEC(".maps");
struct bs_counter_map counters SEC(".maps");
struct bs_sniff_map sniffs SEC(".maps");
struct bs_stack_map stacks SEC(".maps");
struct bs_sample_map samples SEC(".maps");
struct bs_stack_sample_map stack_samples SEC(".maps");
struct bs_wait_stack_map wait_stacks SEC(".maps");
struct bs_sampled_wait_map sampled_waits SEC(".maps");
#ifdef BS_OLD_KERNEL
struct bs_claim_map claims SEC(".maps");
#endif

__u32 generation = 1;
__s64 sniffs_left = 0;
__u64 long_poll_age_ns = 0;
__u32 events_attached = 0;
__u32 switches_attached = 0;
__u32 reader_level = 0;
__u64 attached_at_ns = 0;
__u64 jiffy_ns = 0;
__u32 stops_are_seen = 0;
__u64 next_wait_sample_ns[BS_WAIT_CLASSES] = {};
struct bs_file_kinds file_kinds = {};
__s32 own_eventfd = -1, own_eventpoll = -1, own_timerfd = -1;

char LICENSE[] SEC("license") = "Dual BSD/GPL";
