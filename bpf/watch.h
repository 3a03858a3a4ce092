/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the kernel programs of one object: maps, settings, small helpers. */
#ifndef POOLTOP_WATCH_H
#define POOLTOP_WATCH_H

#include "shared.h"

#define PAGE_BYTES 4096ULL

/* Settings by the watcher. */
__u32 want_write_bytes = 4096; /* of each message that is written, at most RING_DATA */
__u32 want_read_bytes = 128; /* of each that is read */
__u32 want_all_execs = 0; /* announce every program that starts, watched or not */
__u64 mark_salt = 1; /* of this session: mark.h */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RING_PROCS);
	__type(key, __u32);
	__type(value, struct watch);
} procs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct core_sums);
} cores SEC(".maps");

/* Threads, other than main ones, that have read messages: from which pipe the last. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} readers SEC(".maps");

static __always_inline struct watch *watched(__u32 tgid)
{
	return bpf_map_lookup_elem(&procs, &tgid);
}

/* Ends the state a worker is in and begins another; a clock that went back adds nothing. */
static __always_inline void enter_state(struct watch *w, __u32 state, __u64 now)
{
	__u32 old = w->state;

	if (old < WORKER_STATES && now > w->since_ns)
		w->state_ns[old] += now - w->since_ns;
	w->since_ns = now;
	w->state = state;
}

/* The file in a slot of a task's table, if it is a FIFO or socket: its inode's number, or 0. */
static __always_inline __u64 slot_pipe(struct file **slot)
{
	struct inode *inode = NULL;
	struct file *file = NULL;
	__u16 type;

	if (bpf_probe_read_kernel(&file, sizeof(file), slot) || !file)
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	type = BPF_CORE_READ(inode, i_mode) & S_IFMT;
	if (type != S_IFIFO && type != S_IFSOCK)
		return 0;
	return BPF_CORE_READ(inode, i_ino);
}

/* fd comes from user space: it is checked against the table's size. */
static __always_inline __u64 fd_pipe(struct task_struct *task, __u32 fd)
{
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);

	if (!fdt || fd >= BPF_CORE_READ(fdt, max_fds))
		return 0;
	return slot_pipe(BPF_CORE_READ(fdt, fd) + fd);
}

/* The same for the running task, whose table the verifier lets us read at no cost (5.11). */
static __always_inline __u64 own_pipe(__u32 fd)
{
	struct files_struct *files;
	struct fdtable *fdt;

	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
		return fd_pipe((struct task_struct *)bpf_get_current_task(), fd);
	files = bpf_get_current_task_btf()->files;
	if (!files)
		return 0;
	fdt = files->fdt;
	if (!fdt || fd >= fdt->max_fds)
		return 0;
	return slot_pipe(fdt->fd + fd);
}

#endif
