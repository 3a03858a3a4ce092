/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few kernel fields that pooltop reads, as CO-RE sees them: the loader finds each by name in
 * the running kernel's BTF, so the layout here does not matter. No generated vmlinux.h.
 *
 * Fields that moved (seen in the kernels' BTF, 5.10 to 7.3):
 *   task_struct.state -> __state in 5.14; inode.i_ino u64 in 7.3; kernfs_node.parent -> __parent in
 *   6.15; mm_struct.rss_stat a struct of counts before 6.2.
 */
#ifndef POOLTOP_KERNEL_H
#define POOLTOP_KERNEL_H

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>

#define CORE __attribute__((preserve_access_index))

typedef struct {
	int counter;
} atomic_t;

struct inode {
	__u16 i_mode;
	unsigned long i_ino;
} CORE;

struct file {
	struct inode *f_inode;
	void *private_data; /* of a socket: struct socket */
} CORE;

struct socket {
	struct sock *sk;
	struct file *file;
} CORE;

struct sock_common {
	unsigned short skc_family;
} CORE;

struct sock {
	struct sock_common __sk_common;
	struct socket *sk_socket;
} CORE;

/* Begins with a struct sock. addr: of one that has a name, or was accepted. */
struct unix_address;
struct unix_sock {
	struct sock *peer;
	struct unix_address *addr;
} CORE;

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
} CORE;

struct files_struct {
	struct fdtable *fdt;
} CORE;

struct signal_struct {
	atomic_t live;
	int nr_threads;
	int group_exit_code;
	unsigned int flags;
	unsigned long maxrss; /* pages; set when the last thread exits */
} CORE;

struct kernfs_node {
	const char *name;
	struct kernfs_node *__parent;
} CORE;

struct kernfs_node___before_6_15 {
	struct kernfs_node *parent;
} CORE;

struct cgroup {
	struct kernfs_node *kn;
} CORE;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
} CORE;

enum cgroup_subsys_id { memory_cgrp_id };

struct css_set {
	struct cgroup_subsys_state *subsys[16];
} CORE;

typedef struct {
	long counter;
} atomic_long_t;

struct page_counter {
	atomic_long_t usage; /* pages */
	unsigned long max;
} CORE;

struct mem_cgroup {
	struct cgroup_subsys_state css;
	struct page_counter memory;
} CORE;

struct percpu_counter {
	__s64 count;
} CORE;

struct mm_struct {
	unsigned long arg_start, arg_end;
	struct percpu_counter rss_stat[4]; /* file, anonymous, swap, shared memory */
} CORE;

struct mm_rss_stat___before_6_2 {
	atomic_long_t count[4];
} CORE;

struct mm_struct___before_6_2 {
	struct mm_rss_stat___before_6_2 rss_stat;
} CORE;

struct thread_struct {
	unsigned long fsbase; /* x86: what pthread_self() is */
} CORE;

/* Of the scheduler. */
struct sched_entity {
	__u64 sum_exec_runtime; /* ns on a core; up to date when its task leaves one */
} CORE;

/* sched_info_enqueue() and sched_info_arrive() of kernel/sched/stats.h set it, of 5.10 to 6.18: by
 * the clock of the core's run queue. */
struct sched_info {
	unsigned long long last_arrival; /* on a core */
	unsigned long long last_queued; /* 0: it does not wait for one */
} CORE;

struct task_struct {
	int pid;
	int tgid;
	int exit_code;
	unsigned int flags;
	unsigned int __state;
	__u64 start_time; /* CLOCK_MONOTONIC ns */
	char comm[16];
	void *stack;
	struct files_struct *files;
	struct signal_struct *signal;
	struct mm_struct *mm;
	struct css_set *cgroups;
	struct sched_entity se;
	struct sched_info sched_info;
	struct thread_struct thread;
} CORE;

struct task_struct___before_5_14 {
	volatile long state;
} CORE;

union __sifields {
	struct {
		void *_addr;
	} _sigfault;
} CORE;

struct kernel_siginfo {
	int si_signo;
	int si_errno;
	int si_code;
	union __sifields _sifields;
} CORE;

struct sigaction {
	void *sa_handler;
} CORE;

struct k_sigaction {
	struct sigaction sa;
} CORE;

#if defined(__TARGET_ARCH_x86)

struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	unsigned long di, si, dx, cx;
	unsigned long ax, orig_ax;
	unsigned long ip, sp;
} CORE;

#define SYS_READ 0
#define SYS_WRITE 1
#define SYS_FUTEX 202
#define SYS_CLOSE 3
#define SYS_DUP2 33
#define SYS_DUP3 292
#define SYS_EXIT_GROUP 231
#define SYS_MMAP 9
#define SYS_OPENAT 257
#define REGS_NR(r) ((long)(r)->orig_ax)
#define REGS_ARG1(r) ((r)->di)
#define REGS_ARG2(r) ((r)->si)
#define REGS_ARG3(r) ((r)->dx)

#elif defined(__TARGET_ARCH_arm64)

struct pt_regs {
	unsigned long regs[31];
	unsigned long orig_x0;
	int syscallno;
} CORE;

#define SYS_READ 63
#define SYS_WRITE 64
#define SYS_FUTEX 98
#define SYS_CLOSE 57
#define SYS_DUP2 24 /* there is dup3 only */
#define SYS_DUP3 24
#define SYS_EXIT_GROUP 94
#define SYS_MMAP 222
#define SYS_OPENAT 56
#define REGS_NR(r) ((long)(r)->syscallno)
#define REGS_ARG1(r) ((r)->orig_x0)
#define REGS_ARG2(r) ((r)->regs[1])
#define REGS_ARG3(r) ((r)->regs[2])

#else
#error "pooltop does not know this machine's registers yet: add them to bpf/kernel.h"
#endif

#define SYS_CLOSE_RANGE 436 /* everywhere */

#define S_IFMT 0170000
#define S_IFIFO 0010000
#define S_IFSOCK 0140000
#define AF_UNIX 1

#define PROT_EXEC 4

#define PF_EXITING 0x00000004
#define SIGNAL_GROUP_EXIT 0x00000004 /* signal_struct.flags: all its threads are ending */

#define SIG_DFL 0
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGBUS 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGSEGV 11

#endif
