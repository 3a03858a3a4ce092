/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the kernel programs of one object: maps, settings, small helpers. */
#ifndef POOLTOP_WATCH_H
#define POOLTOP_WATCH_H

#include "slots.h"
#include "worker_state.h"

#define PAGE_BYTES 4096ULL

/* Settings by the watcher. */
__u32 want_write_bytes = 4096; /* of each message that is written, at most RING_DATA */
__u32 want_read_bytes = 128; /* of each that is read */
__u32 want_exact = 0; /* the probes of exact.bpf.c are there */
__u32 want_all_execs = 0; /* announce every program that starts, watched or not */
__u64 mark_salt = 1; /* of this session: mark.h */

volatile __u32 is_woken = 0; /* the watcher, to read the ring; it clears this */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RING_PROCS);
	__type(key, __u32);
	__type(value, struct gil_place);
} gils SEC(".maps");

/* Watched processes whose Python stack has said that they are a user's own. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RING_PROCS);
	__type(key, __u32);
	__type(value, __u32);
} bares SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct core_sums);
} cores SEC(".maps");

#endif
