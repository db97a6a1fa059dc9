/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * kernel_types: the few kernel structures we read, with only the fields we read. Offsets are relocated
 * against the running kernel's BTF when the program is loaded (CO-RE), so order and size mean nothing here.
 *
 * A field that not every kernel has stands in a flavour of its own (name___flavour) with the commit that
 * changed it; ask with bpf_core_field_exists() before reading it.
 */
#ifndef BOUNDSCOPE_KERNEL_TYPES_H
#define BOUNDSCOPE_KERNEL_TYPES_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr___kernel {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct sock_common {
	union {
		struct {
			__be32 skc_daddr;
			__be32 skc_rcv_saddr;
		};
	};
	union {
		struct {
			__be16 skc_dport;
			__u16 skc_num;
		};
	};
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr___kernel skc_v6_daddr;
	struct in6_addr___kernel skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	int sk_wmem_queued;
	int sk_sndbuf;
	__u8 sk_shutdown;
	__u16 sk_type;
	__u16 sk_protocol;
};

struct tcp_sock {
	__u32 rcv_nxt;
	__u32 copied_seq;
	__u32 lsndtime;   /* jiffies of the last data sent */
	__u64 tcp_mstamp; /* microseconds, CLOCK_MONOTONIC, of the last packet either way */
	__u32 snd_nxt;
	__u32 write_seq;
	__u32 data_segs_in; /* segments with data that were received */
	__u32 data_segs_out;
	__u64 bytes_received;
	__u8 nonagle : 4;
};

struct inet_connection_sock {
	struct {
		__u32 lrcvtime; /* jiffies of the last data received */
	} icsk_ack;
};

struct sockaddr_un___kernel {
	unsigned short sun_family;
	char sun_path[108];
};

struct unix_address {
	int len;
	struct sockaddr_un___kernel name[0];
};

struct unix_sock {
	struct sock sk;
	struct unix_address *addr;
	struct sock *peer;
};

struct socket {
	struct sock *sk;
};

struct iov_iter {
	unsigned long count; /* bytes that there is still room for */
};

struct msghdr {
	struct iov_iter msg_iter;
};

struct unix_stream_read_state {
	struct socket *socket;
	struct msghdr *msg;
	unsigned long size;
	int flags;
};

struct page;

struct super_block {
	unsigned long s_magic;
};

struct inode {
	unsigned short i_mode;
	struct super_block *i_sb;
};

struct file {
	const void *f_op;
	void *private_data;
	struct inode *f_inode;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct upid {
	int nr;
};

struct pid {
	unsigned int level;
	struct upid numbers[0];
};

struct cfs_rq {
	int throttle_count;
};

struct sched_entity {
	__u64 sum_exec_runtime;
	__u64 prev_sum_exec_runtime; /* when it was picked to run */
	struct cfs_rq *cfs_rq;
};

typedef struct {
	int counter;
} atomic_t;

struct signal_struct {
	atomic_t live; /* threads */
};

struct task_struct {
	unsigned int __state;
	void *stack;
	unsigned int flags;
	int on_cpu;
	int pid;
	int tgid;
	unsigned in_iowait : 1;
	unsigned in_memstall : 1; /* CONFIG_PSI */
	struct sched_entity se;
	struct task_struct *group_leader;
	struct files_struct *files;
	struct pid *thread_pid;
	struct signal_struct *signal;
	char comm[16];
};

/* commit 2f064a59a11f ("sched: Change task_struct::state"), v5.14, renamed the field. */
struct task_struct___before_5_14 {
	volatile long state;
};

/* commit e1fad12dcb66 ("sched/fair: Switch to task based throttle model"), v6.18. */
struct task_struct___since_6_18 {
	bool throttled;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long bp;
	unsigned long cx;
	unsigned long si;
	unsigned long di;
	unsigned long dx;
	unsigned long orig_ax;
	unsigned long ip;
	unsigned long sp;
};
#elif defined(__TARGET_ARCH_arm64)
struct pt_regs {
	__u64 regs[31];
	__u64 sp;
	__u64 pc;
	__u64 orig_x0;
	__s32 syscallno;
};
#endif

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

struct bpf_iter__bpf_sk_storage_map {
	struct bpf_iter_meta *meta;
	struct bpf_map *map;
	struct sock *sk;
	void *value;
};

#pragma clang attribute pop

enum { BS_AF_UNIX = 1, BS_AF_INET = 2, BS_AF_INET6 = 10 };
enum { BS_SOCK_STREAM = 1 };
enum {
	BS_TCP_ESTABLISHED = 1,
	BS_TCP_SYN_SENT = 2,
	BS_TCP_SYN_RECV = 3,
	BS_TCP_FIN_WAIT1 = 4,
	BS_TCP_CLOSE = 7,
	BS_TCP_LAST_ACK = 9,
	BS_TCP_LISTEN = 10
};

#endif
