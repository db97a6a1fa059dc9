/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * abi: the contract between bpf/ and src/collect/. Nothing else may include it. Fixed-width types only.
 *
 * Times are CLOCK_MONOTONIC nanoseconds. Sums only grow while the probes are attached, unless a comment
 * says that the reader takes them (exchanges them for zero).
 */
#ifndef BOUNDSCOPE_ABI_H
#define BOUNDSCOPE_ABI_H

#ifdef __cplusplus
#include <linux/types.h>
#endif

#define BS_PAST_WAITS 3
#define BS_MAX_PROCESSES 2048 /* slots; slot 0 collects what found no slot of its own */
#define BS_MAX_WAITS 8192
#define BS_MAX_PEERS 4096
#define BS_MAX_LISTENERS 1024
#define BS_MAX_THREADS 8192 /* kernels without task storage only, like the next two */
#define BS_MAX_SOCKETS 16384
#define BS_MAX_CLAIMS 1024
#define BS_MAX_STACKS 8192
#define BS_MAX_STACK_DEPTH 127 /* what kernel.perf_event_max_stack is by default */
#define BS_MAX_SAMPLES 16384
#define BS_STACK_BYTES 8192 /* of a user stack that is copied */
#define BS_STACK_CHUNK 1024
#define BS_STACK_COPIES_BYTES (1024 * 1024)
#define BS_MAX_WAIT_STACKS 2048
#define BS_MAX_SAMPLED_WAITS 4096
#define BS_WAIT_SAMPLE_NS 20000000 /* at most one stack a wait class in this time */
#define BS_LATENCY_BUCKETS 704
#define BS_LATENCY_FIRST_SHIFT 10 /* bucket 0 holds everything below 1024 ns */
#define BS_SNIFF_BYTES 256
#define BS_COMM_LEN 16
#define BS_LISTENER_SHARED                                                                         \
	0x80000000 /* in a listener's slot: processes outside the target accept there too */
#define BS_UNIX_NAME_LEN 64

/* Same order as boundscope::WaitClass. */
enum bs_wait_class {
	BS_WAIT_CLIENT,
	BS_WAIT_UPSTREAM,
	BS_WAIT_ACCEPT,
	BS_WAIT_SOCKET_OTHER,
	BS_WAIT_DISK_READ,
	BS_WAIT_DISK_WRITE,
	BS_WAIT_DISK_SYNC,
	BS_WAIT_DISK_OTHER,
	BS_WAIT_IO_URING,
	BS_WAIT_LOCK,
	BS_WAIT_PIPE,
	BS_WAIT_TIMER,
	BS_WAIT_POLL,
	BS_WAIT_PAGE_FAULT,
	BS_WAIT_MEMORY,
	BS_WAIT_CHILD,
	BS_WAIT_PARK,
	BS_WAIT_OTHER,
	BS_WAIT_CLASSES,
};

/* What a thread is doing between two events. */
enum bs_thread_state {
	BS_THREAD_UNKNOWN, /* not seen since the probes were attached */
	BS_THREAD_ON_CPU,
	BS_THREAD_PREEMPTED,
	BS_THREAD_WOKEN,
	BS_THREAD_THROTTLED,
	BS_THREAD_BLOCKED,
};

/* Same order as boundscope::Activity; also the thread fields of bs_process.word. */
enum bs_activity {
	BS_RUNNING,
	BS_RUNNABLE,
	BS_LOCK,
	BS_DISK,
	BS_UPSTREAM,
	BS_ACTIVITIES,
	BS_NOTHING = 255, /* a thread that is counted nowhere */
};

/*
 * Whom or what a wait is for. Compared and hashed as bytes: no holes, always zeroed first. Aligned, so that
 * it is written by words.
 */
struct __attribute__((aligned(8))) bs_subject {
	__u32 slot;
	__u16 family;     /* AF_INET, AF_INET6, AF_UNIX; 0 for a lock */
	__u16 port;       /* host order */
	__u8 address[16]; /* IP address; hash of a unix name; address of a futex */
	__u32 wait_class;
	__u32 netns;
};

struct bs_wait {
	__u64 ns;
	__u64 count;
	__u64 longest_ns;
};

/* How a thread that wants memory makes room by itself. */
enum bs_freeing {
	BS_RECLAIM,    /* evicts pages: the host, or the thread's cgroup, has no free ones */
	BS_COMPACTION, /* moves pages, so that free ones lie side by side */
	BS_FREEING,
};

struct bs_times {
	__u64 on_cpu_ns;
	__u64 preempted_ns;
	__u64 woken_ns;
	__u64 throttled_ns;
	__u64 blocked_ns[BS_WAIT_CLASSES];
	__u64 switches;
	__u64 freeing_ns[BS_FREEING]; /* of on_cpu_ns */
};

/* Finished waits of one class, one after the other. */
struct bs_past_wait {
	__u64 from_ns;
	__u64 to_ns;
	__u64 waited_ns;
	__u32 wait_class;
	__u32 reserved;
};

/* Per thread, in task storage or a hash map. */
struct bs_thread {
	struct bs_times times;     /* since the reader last took them; `switches` since the start */
	__u64 switches_taken;      /* by the reader */
	__u64 since_ns;            /* start of the present state; exchanged, never just read */
	__u64 blocked_at_ns;       /* start of the present wait, not moved by the reader */
	__u64 woken_early_ns;      /* a wake-up that came before the switch it ends */
	struct bs_subject subject; /* of the present wait, if its class has one */
	struct bs_subject pending_subject; /* of the waits summed in `pending` */
	struct bs_wait pending;
	/*
	 * The field of the process word it is counted in: generation << 8 | enum bs_activity. Exchanged,
	 * never just read: the switch-out and the waker meet here. An old generation is nowhere.
	 */
	__u64 counted;
	/* Its last waits, merged where the class is the same; [0] is the newest. */
	struct bs_past_wait past[BS_PAST_WAITS];
	__u32 slot;
	__u32 generation;
	__u8 state;      /* enum bs_thread_state */
	__u8 wait_class; /* enum bs_wait_class, of the present or last wait */
	__u8 holds_request;
	__u8 wait_sampled; /* the present or last wait is: the fields below are set */
	__u8 freeing;      /* 1 + enum bs_freeing; 0: it is not at that */
	__u8 gone;         /* its end was seen */
	__u8 reserved[2];
	__s32 wait_user_stack; /* negative: none */
	__s32 wait_kernel_stack;
	__u64 wait_copy;       /* see bs_stack_sample.wait; 0: none was copied */
	__u64 sampled_wait_ns; /* 0: not over yet */
	__u64 self;            /* key of the map that holds it, where that is a hash map */
};

struct bs_activity_time {
	__u64 point_ns;
	__u64 over_ns;  /* upper bound minus point */
	__u64 under_ns; /* point minus lower bound */
};

/* What a request waits behind that no thread and no call stands for. */
enum bs_behind {
	BS_BEHIND_RUNNING, /* a thread of its process runs or is runnable */
	BS_BEHIND_WAITING, /* a thread waits for a lock or the disk, or a call is open */
	BS_BEHIND_NOTHING,
	BS_BEHIND,
};

/* The packed fields of bs_process.word. */
#define BS_REQUESTS_SHIFT 0
#define BS_CALLS_SHIFT 14
#define BS_RUNNING_SHIFT 28
#define BS_RUNNABLE_SHIFT 37
#define BS_LOCK_SHIFT 46
#define BS_DISK_SHIFT 56
#define BS_REQUESTS_BITS 14
#define BS_CALLS_BITS 14
#define BS_RUNNING_BITS 9
#define BS_RUNNABLE_BITS 9
#define BS_LOCK_BITS 10
#define BS_DISK_BITS 8

/* Which stacks are copied, for user space to walk: those of code without frame pointers. Bits. */
enum bs_copy_stacks {
	BS_COPY_ALL = 1,
	BS_COPY_LOCK_WAITS = 2, /* they begin in the C library, which keeps none */
};

/*
 * Per process. `word` packs the joint state, so that one atomic addition moves it and tells what it was.
 */
struct __attribute__((aligned(64))) bs_process {
	/* Nearly every event writes these, on whatever CPU: one cache line that travels, not two. */
	__u64 word;
	__u64 since_ns; /* the sums reach up to here */
	__u64 idle_ns;
	__u64 in_flight_ns;
	__u64 running_any_ns;
	__u64 behind_ns[BS_BEHIND];

	struct bs_activity_time activity[BS_ACTIVITIES];
	__u64 background_ns[BS_ACTIVITIES];
	__u64 observed_from_ns; /* and from here on */
	__u64 peak_in_flight;

	__u64 started;
	__u64 finished;
	__u64 latency_ns;
	__u64 socket_queue_ns;
	__u64 transfer_ns;
	__u64 aborted;
	__u64 pushed;
	__u64 held_back;
	__u64 excluded;
	__u64 long_polls;
	__u64 long_poll_ns;
	/* For the sweep: what left the word, and what it saw open. */
	__u64 left_requests;
	__u64 left_calls;
	__u64 seen_requests;
	__u64 seen_calls;
	__u64 oldest_request_ns; /* 0: none open */
	/* Of the word, what unix sockets with a descriptor put in and took out. */
	__u64 unix_opened_requests, unix_left_requests;
	__u64 unix_opened_calls, unix_left_calls;
	__u64 handed_over; /* answered by another thread than the one that read */

	__u64 lock_running_ns; /* lock waits by what the waker had been doing */
	__u64 lock_disk_ns;
	__u64 lock_upstream_ns;
	__u64 lock_other_ns;

	struct bs_times exited; /* of threads that are gone, since the reader last took them */
	__u64 exited_at_ns;     /* the last thread is gone; 0: alive */
	__u32 pid;              /* in the initial pid namespace */
	__u32 threads_are_not_requests; /* set by user space: Go, BEAM */
	__u32 copy_stacks;              /* set by user space: enum bs_copy_stacks */
	__u32 stops_on_main; /* set by user space: a stop of another thread is its own affair */

	/* Stops of the whole program by its runtime. */
	__u64 stopped_since_ns; /* 0: it runs */
	__u64 stopped_ns;       /* of the stops that are over */
	__u64 stops;
	__u64 longest_stop_ns; /* since the reader last took it */
	__u64 stopped_in_flight_ns;
	__u64 stopped_running_ns; /* thread-ns on CPU, of the collector */
	__u32 stop_depth;
	__u32 stopped_by; /* thread */
};

struct bs_peer {
	__u64 calls;
	__u64 latency_ns;
	__u64 longest_ns;
	__u64 resends;
	__u64 pickup_ns;
	__u64 connects;
	__u64 connect_ns;
	__u32 internal;
	__u32 reserved;
	char name[BS_UNIX_NAME_LEN]; /* unix sockets only */
};

/* A listening port or the name of a listening unix socket, by network namespace. */
struct bs_listener {
	__u32 netns;
	__u32 port;
};

enum bs_role {
	BS_ROLE_UNKNOWN,
	BS_ROLE_SERVER,
	BS_ROLE_CLIENT,
	BS_ROLE_IGNORED,
};

enum bs_exchange {
	BS_IDLE,
	BS_QUEUED,     /* server: data has arrived, nobody has read it */
	BS_READ,       /* server: the request is being worked on */
	BS_ANSWERED,   /* server: first byte of the answer is out */
	BS_CALLING,    /* client: sent, no answer yet */
	BS_ARRIVED,    /* client: the answer is there, nobody has read it */
	BS_DONE,       /* client: answer read */
	BS_CONNECTING, /* client */
	BS_CLOSED,
};

enum bs_socket_flag {
	BS_SOCKET_MULTIPLEXED = 1, /* several exchanges at once: not followed */
	BS_SOCKET_LONG_POLL = 2,   /* the present exchange was taken out */
	BS_SOCKET_INTERNAL = 4,    /* both ends belong to the target */
	BS_SOCKET_TOLD = 16,       /* client: the first bytes sent were looked at */
	BS_SOCKET_SERIAL = 32, /* client: HTTP/1, one call at a time, however many sends it takes */
	BS_SOCKET_TLS = 64,    /* client */
	BS_SOCKET_FULL = 8,    /* the last send left no room: the reader is slow */
	BS_SOCKET_UNIX = 128,  /* its end is seen by nobody */
};

/* Per socket, in socket storage or a hash map. */
struct bs_socket {
	__u64 opened_ns;  /* arrival of the request, or send of the call */
	__u64 sent_ns;    /* last send */
	__u64 arrived_ns; /* client: of the answer; server: of data while the request was open */
	union {
		__u64 stop_clock_ns; /* server: time its process had been stopped when the request arrived */
		__u64 answer_ns; /* client: from a call's send to the first that arrived then */
	};
	__u64 self;     /* key of the map that holds it, where that is a hash map */
	__u32 exchange; /* enum bs_exchange; changed by compare-and-swap only */
	__u32 slot;
	__u32 generation;
	__u32 reader;      /* thread that read the request */
	__u32 exchanges;   /* server: answered; client: arrivals */
	__u32 extra_reads; /* server: reads while a request was open; client: tickets are to come */
	__u32 extra_sends; /* server: after the answer, with a gap; client: while a call was open */
	union {
		__u32 http2_votes; /* server */
		__u32 shared;      /* client: calls were seen to overlap */
	};
	__u32 pending; /* client: calls sent while one was open, and not answered yet; server: reads to pass over */
	__u32 swept_in; /* the last pass of a sweep that saw it */
	__u8 role;      /* enum bs_role */
	__u8 flags;
	__u16 port;     /* local, host order */
	__u32 held;     /* unix: the open exchange is in unix_opened_*: a descriptor leads to it */
	__u32 paced_in; /* the last pass of the pace that saw it, and */
	__u32 paced_segments; /* what it had received by then */
	__u32 copied_upto; /* TCP, where programs hang on the beginnings of functions: the last read's end */
};

/* What a pass over the sockets does, see sweep.h. */
enum bs_sweep_pass {
	BS_SWEEP_COUNT,
	BS_SWEEP_TAKE_OUT,
	BS_SWEEP_PACE,
};

/* Passes over the files of processes, in this order; the connections once the probes are attached. */
enum bs_seed_pass {
	BS_SEED_LISTENERS,   /* of the target */
	BS_SEED_SHARED,      /* listeners that others hold, too */
	BS_SEED_CONNECTIONS, /* and what they are in the middle of */
};

enum bs_counter {
	BS_COUNT_SWITCH,     /* context switches with a target thread on either side */
	BS_COUNT_WAKE,       /* wake-ups of target threads */
	BS_COUNT_SOCKET,     /* socket events of the target */
	BS_COUNT_SAMPLE,     /* CPU samples of the target */
	BS_COUNT_STOP,       /* begins and ends of stops */
	BS_COUNT_FREEING,    /* begins and ends of direct reclaim and compaction */
	BS_LOST_THREADS,     /* no memory for a thread's state */
	BS_LOST_PROCESSES,   /* no slot left: summed in slot 0 */
	BS_LOST_SOCKETS,     /* no memory for a socket's state */
	BS_LOST_WAITS,       /* map of waits full: subject lost, time kept */
	BS_LOST_PEERS,       /* map of peers full */
	BS_LOST_SAMPLES,     /* map of samples full */
	BS_LOST_STACKS,      /* stack could not be stored */
	BS_LOST_LISTENERS,   /* map of listeners full */
	BS_LOST_WAIT_STACKS, /* where a sampled wait began could not be stored */
	BS_LOST_COUNTS,      /* a field of the process word was full */
	BS_LOST_SWITCHES,    /* a thread was found on a CPU that it was not seen to come to */
	BS_COUNTERS,
};

struct bs_sample_key {
	__u32 slot;
	__s32 user_stack;   /* negative: none */
	__s32 kernel_stack; /* negative: the sample hit user code */
	__u32 pid;          /* of the thread's process, initial namespace */
	__u32 main_thread;  /* of its process: 0 or 1 */
	__u32 reserved;
	__u64 leaf; /* what was executed, where the map of stacks had no room; else 0 */
	char comm[BS_COMM_LEN];
};

/* What it takes to walk a user stack by the unwinding tables of its code. */
struct bs_stack_sample {
	__u32 slot;
	__u32 pid; /* of the thread's process, initial namespace */
	__u32 main_thread;
	__s32 kernel_stack; /* negative: the sample hit user code */
	__u64 ip;
	__u64 sp;
	__u64 bp;     /* frame pointer register: rbp, x29 */
	__u64 link;   /* arm64: x30; else 0 */
	__u64 wait;   /* names the wait that begins here; 0: this is a CPU sample */
	__u32 length; /* bytes from sp upwards that could be copied */
	__u32 reserved;
	char comm[BS_COMM_LEN];
	__u8 bytes[BS_STACK_BYTES];
};

/* Where a wait began, for the waits that were sampled. */
struct bs_sampled_wait_key {
	__u32 slot;
	__s32 user_stack;
	__s32 kernel_stack;
	__u32 wait_class;
	__u64 copy; /* bs_stack_sample.wait, instead of user_stack; 0: none */
	char comm[BS_COMM_LEN];
};

/* Written by the thread reader, one per thread that did something. Pids as the reading process sees them. */
struct bs_thread_record {
	struct bs_times times;
	__u32 tid;
	__u32 pid;
	__u32 slot;
	__u32 reserved;
	char comm[BS_COMM_LEN];
};

/* First bytes of a request, for recognising protocols that break the exchange machine. */
struct bs_sniff {
	__u32 slot;
	__u16 port;
	__u16 length;     /* bytes in `data` */
	__u32 read_bytes; /* bytes that the read returned */
	__u32 reserved;
	__u8 data[BS_SNIFF_BYTES];
};

/* Entries of the map of latencies. */
enum bs_latencies {
	BS_LATENCIES,
	BS_LATENCIES_WITHOUT_STOPS,
	BS_LATENCY_HISTOGRAMS,
};

struct bs_latency_histogram {
	__u64 buckets[BS_LATENCY_BUCKETS];
};

/* Kernel addresses that tell kinds of anonymous files apart, learnt from files of our own. */
struct bs_file_kinds {
	__u64 eventfd;
	__u64 eventpoll;
	__u64 timerfd;
};

#endif
