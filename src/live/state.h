/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to src/live: what the files of this room share. */
#ifndef POOLTOP_LIVE_STATE_H
#define POOLTOP_LIVE_STATE_H

#include "base/map.h"
#include "bpf/stack.h"
#include "live/codebook.h"
#include "live/live.h"
#include "live/outbox.h"
#include "live/probes.h"
#include "live/procs.h"
#include "live/split.h"
#include "live/texts.h"
#include "python/modname.h"

enum live_bounds {
	LIVE_KNOWN = 8192, /* processes watched at a time */
	LIVE_FIRST_LOOKS = 64, /* processes looked at closely before the first poll */
	LIVE_ROLES = 4, /* newborn processes whose role is looked for, per poll */
	LIVE_LOOKS = 4, /* processes looked at in /proc per poll, besides at the start */
	LIVE_SAMPLES = 256, /* processes whose memory is sampled per tick */
	LIVE_FAMILIES = RING_GROUPS / 2,
	LIVE_CPUS = 1024,
	LIVE_PYTHONS = 64,
	LIVE_QUOTAS = 32, /* cgroups with a quota */
	STEP_FILES = 4096, /* whose module's name is kept */
};

/* A watched process. */
struct known {
	uint32_t pid; /* 0: free slot */
	uint32_t ppid;
	uint64_t start_ns;
	uint32_t how; /* enum proc_how */
	uint64_t look_ns; /* look at it in /proc then; 0: there is no need */
	uint64_t looked_ns; /* newest look, 0: none yet */
	uint32_t family; /* index in families, of its head; LIVE_FAMILIES: none */
	bool is_head; /* a program of its own: a pool's parent, perhaps */
	bool is_python;
	uint32_t libraries; /* of enum proc_flags, that it has loaded */
	bool has_mapped; /* machine code, since these were looked for */
	uint32_t role; /* of enum proc_flags; 0: not known */
	uint64_t role_ns; /* look for it then; 0: there is no need */
	uint32_t role_tries;
	bool seen; /* in this scan (/proc mode) */
	uint32_t cmd, exe, cgroup, python; /* text ids */
	uint32_t quota_cgroup; /* the same: folder of the one whose quota it has; 0: none */
	uint64_t since_ns; /* newest frames, so that only changes are sent */
	uint64_t cpu_ns;
	struct frame_usage usage;
	uint64_t usage_cpu_ns; /* cpu_ns when /proc was last asked for that */
	uint32_t usage_rests; /* ticks since */
	uint64_t mapped_bytes; /* of all its maps, at the newest sample */
	uint64_t shared_bytes; /* maps of shared memory, at the newest look */
	struct frame_work work; /* /proc mode: its states */
	uint64_t layout_ns; /* look for its Python's layout then; 0: there is no need */
	uint32_t layout_tries;
	bool is_starting; /* steps.c looks at it */
	uint64_t begun_ns, stepped_ns; /* then; its newest step, that was not merely seen */
	uint64_t seen_ns; /* newest look of steps.c, or step */
	bool maps_changed; /* since they were read */
	char *maps; /* owned: native.c's; NULL: those of its parent, or none */
	uint64_t moved_ns; /* its newest message, or other sign that it moves */
	struct still *still; /* owned: waits.c's; NULL: it moves */
	struct sampled *sampled; /* owned: sample.c's; NULL: not yet */
	bool exact_due; /* exact.c looks at it next */
	bool has_layout; /* the kernel knows its Python's, and so can sample it */
	bool has_gil; /* the kernel knows where its interpreter's lock lies */
	uint32_t codes; /* list in the codebook */
	struct split split; /* of its main thread's time with a task in hand */
};

/* What sample.c may do, and where its round goes on. */
struct sampling {
	uint32_t next;
	uint64_t ticked_ns; /* 0: not yet */
	int64_t left_ns; /* of its time on a core; below 0: it took too much */
	uint64_t codes_bytes; /* kept of all processes */
};

/* A cgroup with a quota, as it was told. */
struct throttle_seen {
	uint32_t cgroup; /* text id of its folder; 0: free */
	bool is_told;
	uint64_t looked_ns;
	uint64_t periods, ns;
};

/* A head and those whose time on a core is summed up as its workers'. */
struct family {
	uint32_t head; /* pid, 0: free */
	uint64_t class_ns[SAMPLE_CLASSES]; /* its workers' samples with a task in hand */
};

/* Finding out a version reads megabytes: the answer is kept by the executable's path, and by the
 * cgroup, since another container's /usr/bin/python3 is another file. */
struct python_seen {
	uint32_t exe, cgroup, python; /* text ids; exe 0: free */
};

struct step_file {
	uint64_t hash; /* of its path and cgroup; 0: free */
	struct modname module;
};

/* Of steps.c: too large for the stack. */
struct look;
struct steps {
	struct step_file files[STEP_FILES];
	struct look *look; /* owned */
	uint32_t next; /* where the round of looks goes on */
};

struct cpu_times {
	uint64_t busy_ns, idle_ns, steal_ns;
};

struct core_share {
	uint64_t workers_ns, parent_ns;
};

struct live {
	struct source source; /* first */
	struct probes *probes; /* NULL: /proc mode */
	struct procs *procs;
	struct outbox out;
	struct texts texts;
	bool all;
	uint32_t first_looks; /* processes looked at closely when they are found; 0: all */
	uint32_t interval_ms;
	uint64_t tick_seq;
	uint64_t now_ns; /* of this poll or tick */
	uint64_t polled_ns; /* of the poll before */
	uint64_t lost; /* already told */
	uint64_t texts_lost; /* already told */
	uint32_t write_bytes; /* of each message, at present */
	uint64_t drained_bytes; /* since the last tick */
	uint64_t stirred_ns; /* when a process was born or ended, or the ring filled fast */
	struct probe_cost cost; /* measured so far */
	double cost_scale; /* whole time / measured time */
	uint64_t started_ns;
	uint64_t measured_ns; /* so far */
	uint64_t measured_from_ns; /* being measured since then, 0: not now */

	struct known *known; /* LIVE_KNOWN */
	struct map known_by_pid;
	uint32_t known_count, known_top; /* used slots are below known_top */
	struct python_seen pythons[LIVE_PYTHONS]; /* ring of answers */
	uint32_t pythons_next;
	struct throttle_seen quotas[LIVE_QUOTAS];
	uint32_t next_sample; /* where the round of samples goes on */
	struct family families[LIVE_FAMILIES];
	uint32_t layouts_due; /* processes with layout_ns */
	bool layouts_refused; /* one was, and it was said */
	struct native *native; /* NULL: not needed yet */
	struct sampling sampling;
	struct steps *steps; /* NULL: /proc mode */
	struct codebook codebook;
	struct trace_ids traces;
	struct cpu_times cpu_start[LIVE_CPUS]; /* /proc/stat when watching began */
	struct shared *shared; /* shared.c */
	struct departed *departed; /* departed.c; NULL: all is told */
	struct counting *counting; /* counting.c; NULL: /proc mode */
	struct exact *exact; /* exact.c; NULL: nobody asked, or it cannot be had */
	uint32_t next_wait; /* where the round of waits goes on */
	struct core_share *shares; /* /proc mode: LIVE_FAMILIES * LIVE_CPUS */
};

/* known.c: the table of watched processes, and their frames PROC and PIPE. */
struct known *known_get(struct live *l, uint32_t pid);
struct known *known_add(struct live *l, uint32_t pid, uint64_t start_ns); /* NULL: no room */
void known_del(struct live *l, struct known *k);
/* Makes it a program of its own, with a family; without a free family it stays as it is. */
void known_make_head(struct live *l, struct known *k);
/* A newborn's time on cores goes to its family, though its parent has got that since its fork. */
void known_join_family(struct live *l, struct known *k);
/* Reads it in /proc and announces it (and its pipe ends). False: it is gone. */
bool known_announce(struct live *l, struct known *k);
/* One that has begun a program and was gone before it was read: by what the kernel kept of it. How
 * a worker was started shows in its arguments, and without that its messages would be nobody's. */
void known_announce_gone(struct live *l, struct known *k, const struct ring_exec *r);
/* Announces it now, and reads the rest at one of the next polls: the first screen is not to wait
 * for what is to be found out about hundreds. */
void known_announce_briefly(struct live *l, struct known *k);
/* Something about it may have changed: look again, but ten times a second at most. */
void known_look_again(struct live *l, struct known *k);
/* What it has loaded by now says what its children's messages are; its pipe ends are looked at
 * again. */
void known_has_forked(struct live *l, struct known *k);
/* Whether it has loaded PyTorch, if it has mapped code since the last look: that alone says that
 * its messages, and its children's, are a DataLoader's. */
void known_look_for_torch(struct live *l, struct known *k);
/* Tells how long its quota has kept its cgroup from cores, unless that was told at this time; and
 * the same of all processes. */
void throttle_look(struct live *l, const struct known *k);
void throttle_put(struct live *l);
/* Looks at some of those that are due. */
void known_look(struct live *l);

/* What those are that were born, and of whose messages none has told that yet. */
void known_look_roles(struct live *l);

/* discover.c: which processes there are to watch. */
void discover_all(struct live *l);
/* The process and all its descendants. -ESRCH: not there. */
int discover_tree(struct live *l, uint32_t pid);
/* A program has just started: watches it if it is Python. */
void discover_python(struct live *l, uint32_t pid);
/* True if the command line is that of a worker, started by exec, or of a helper of a pool. */
bool discover_is_helper(const char *cmd);
bool discover_is_python(const char *exe, const char *cmd);

/* events.c: records of the kernel become frames. */
void events_drain(struct live *l);

/* message.c: a raw message becomes FRAME_MSG (and FRAME_FAILURE); its bytes go no further. */
void message_put(struct live *l, const struct ring_msg *m);

/* stacks.c: tells the kernel where Python's frames lie, so that it can read the last ones. */
void stacks_meet(struct live *l, struct known *k); /* it may run Python, and another than before */
void stacks_new_program(struct live *l, struct known *k); /* it has run exec */
void stacks_look(struct live *l); /* at those that were not ready */

/* walked.c: a walk of the kernel becomes FRAME_STACK. */
void walked_put(struct live *l, const struct ring_walk *r);

/* native.c: the machine stack of a thread that crashed becomes FRAME_STACK. For that the files
 * that a process has mapped are read while it lives. */
void native_meet(struct live *l, struct known *k);
void native_forget(struct live *l, struct known *k);
void native_changed(struct live *l, struct known *k);
void native_look(struct live *l); /* at those that have changed */
void native_tick(struct live *l);
/* The walk that comes right before the machine stack of the same thread. */
void native_walked(struct live *l, const struct ring_walk *r, const struct stack_place *places);
void native_put(struct live *l, const struct ring_native *r);
void native_release(struct live *l);

/* sample.c: FRAME_STACK and FRAME_THREAD of living threads, at a tick; after the sums. */
void sample_tick(struct live *l);
void sample_forget(struct live *l, struct known *k); /* it is gone, or another program */
/* What reads its Python stacks, borrowed; NULL: its interpreter is not known (yet). What was read
 * last is forgotten at the next tick. */
struct reader *sample_reader(struct live *l, struct known *k);

/* steps.c: FRAME_STEP of processes that start. */
int steps_open(struct live *l); /* 0 or -ENOMEM */
void steps_begin(struct known *k, uint64_t t_ns);
void steps_put(struct live *l, const struct ring_step *r);
void steps_look(struct live *l); /* at those that do nothing that shows */
void steps_release(struct live *l);

/* sums.c: FRAME_WORK, FRAME_CORE, FRAME_CPU at a tick. */
void sums_begin(struct live *l);
void sums_put(struct live *l);
/* Times of all cores since watching began, from /proc/stat; cpus beyond LIVE_CPUS are left out. */
void sums_cpus(struct live *l, bool steal_only, const struct cpu_times *measured);

/* usage.c: FRAME_USAGE at a tick. */
void usage_put(struct live *l);
/* Sends it if it differs from the newest. */
void usage_send(struct live *l, struct known *k, const struct proc_sample *s);

/* shared.c: FRAME_SHARED at a tick. shared_begin(): 0 or -ENOMEM. */
int shared_begin(struct live *l);
void shared_put(struct live *l);

/* waits.c: FRAME_WAIT at a tick, of the pools' processes that do not move. */
void waits_put(struct live *l);
/* Something about it shows that it moves. */
static inline void waits_moved(struct known *k, uint64_t t_ns)
{
	if (k && k->moved_ns < t_ns)
		k->moved_ns = t_ns;
}
void waits_forget(struct known *k);

/* departed.c: FRAME_DEPARTED of who was gone before watching began. */
int departed_begin(struct live *l); /* once all that is there is known; 0 or -ENOMEM */
void departed_look(struct live *l); /* on through the kernel's log, until it is read */
void departed_release(struct live *l);

/* exact.c: for --exact. exact_open(): 0 or -ENOMEM; what cannot be had is said in frames. */
int exact_open(struct live *l);
void exact_release(struct live *l);
void exact_meet(struct live *l, struct known *k); /* it may have mapped code */
void exact_forget(struct live *l, struct known *k);
void exact_look(struct live *l);
void exact_cost(const struct live *l, struct probe_cost *cost); /* adds it */

/* procmode.c: the whole of a tick without BPF. */
void procmode_tick(struct live *l);

/* machine.c: the session's frame, what is missing, the clock. */
void machine_session(struct live *l, const char *version);
void machine_missing(struct live *l, const char *feature, const char *lost, const char *fix);
/* A number that nobody can guess. */
uint64_t machine_salt(void);
/* Time of the machine that this process has taken, all its threads, since it began. */
uint64_t machine_own_ns(void);
void machine_tick(struct live *l);
/* Ends a measurement of the kernel programs that machine_tick() began. */
void machine_measure(struct live *l);

#endif
