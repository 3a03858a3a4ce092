/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel programs: loaded, attached, asked. libbpf is known here, in slots.c, in
 * sum_map.c, in walker.c, in sampler.c, in exact_probes.c and in kernel_btf.c alone. */
#ifndef POOLTOP_PROBES_H
#define POOLTOP_PROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "bpf/ring.h"

struct probes;
struct sampler;
struct sum_map;
struct walker_bpf;

/*
 * Loads and attaches all programs. NULL with *err worded (class ERR_PERMISSION when the kernel
 * says no to this user, ERR_FAILED when it lacks something).
 */
struct probes *probes_open(struct err *err);
void probes_free(struct probes *p); /* NULL allowed */

/* From now on this process and all that it forks is watched. 0 or -errno (-E2BIG: no room). */
int probes_watch(struct probes *p, uint32_t pid, const struct watch *w);
bool probes_get(struct probes *p, uint32_t pid, struct watch *ret_watch);
/* Changes one that is watched; false: it is gone. What the kernel adds meanwhile may be lost. */
bool probes_set(struct probes *p, uint32_t pid, const struct watch *w);

/* Where it, and all that it forks until an exec, has its interpreter's lock. 0 or -errno. */
int probes_set_gil(struct probes *p, uint32_t pid, const struct gil_place *gil);
bool probes_has_gil(const struct probes *p, uint32_t pid);
void probes_forget_gil(struct probes *p, uint32_t pid);

/* It is a process of the user's own: what it sends without having taken a task answers none. */
void probes_set_bare(struct probes *p, uint32_t pid);

/* The programs that read last stacks; NULL with *err worded (err may be NULL): this kernel does not
 * take them. Borrowed. */
struct walker_bpf *probes_walker(const struct probes *p, struct err *err);
/* The same of those that sample what is on the cores. */
struct sampler *probes_sampler(const struct probes *p, struct err *err);

/* Readable when the ring fills and is to be drained soon; < 0: there is no such thing. Borrowed. */
int probes_wake_fd(const struct probes *p);

/* Calls each for every record that waits: a frame's header first, `size` bytes in all. Returns
 * how many bytes there were. */
uint64_t probes_drain(
	struct probes *p, void (*each)(void *arg, const void *record, size_t size), void *arg);

/* Calls each for every watched process, in no order. */
void probes_procs(
	struct probes *p, void (*each)(void *arg, uint32_t pid, const struct watch *w), void *arg);
/* Calls each for every core that was seen. */
void probes_cores(struct probes *p,
	void (*each)(void *arg, uint32_t cpu, const struct core_sums *sums), void *arg);

/* Sums over all cores since probes_open(). */
void probes_counts(struct probes *p, struct ring_counts *ret_counts);

/* How much of each message that is written may leave the kernel, at most RING_DATA. */
void probes_set_write_bytes(struct probes *p, uint32_t bytes);
/* What the marks of messages start from; before anything is watched. */
void probes_set_mark_salt(struct probes *p, uint64_t salt);
/* Tasks that are taken from now on are measured by probes (exact_probes.h), or not. */
void probes_set_exact(struct probes *p, bool on);
/* Descriptors of the maps of watched processes (bpf/slots.h). Borrowed. */
int probes_watches_fd(const struct probes *p);
int probes_procs_fd(const struct probes *p);
/* Announce the start of every program on the machine. */
void probes_set_all_execs(struct probes *p, bool on);

/* Of tasks one in so many is sent off; 1: all, 0: none. The others' messages are added up as far as
 * they have a known form. */
void probes_set_every(struct probes *p, uint32_t every);
/* A form, in row 1 to FORM_ROWS - 1; 0 or -errno. */
int probes_set_form(struct probes *p, uint32_t row, const struct form *form);
/* Which forms a pipe's messages may have; NULL: none, all of it is sent off. */
void probes_set_forms(struct probes *p, uint64_t ino, const struct form_list *list);
/* What was added up. Borrowed. */
struct sum_map *probes_sum_map(const struct probes *p);

/* Kernel time in the programs and how often they ran, while measuring was on. Measuring costs
 * tens of nanoseconds a run, so it is switched on for short times only. */
struct probe_cost {
	uint64_t ns, runs;
};
/* False: this user may not (CAP_SYS_ADMIN). */
bool probes_measure(struct probes *p, bool on);
void probes_cost(struct probes *p, struct probe_cost *ret_cost);

#endif
