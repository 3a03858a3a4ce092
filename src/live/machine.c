/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "live/state.h"

static uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

uint64_t live_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* What the wall clock showed at a time that has just been. */
static uint64_t wall_at(uint64_t t_ns)
{
	return clock_ns(CLOCK_REALTIME) - (live_now() - t_ns);
}

uint64_t machine_salt(void)
{
	uint64_t salt = 0;

	if (getrandom(&salt, sizeof(salt), GRND_NONBLOCK) != sizeof(salt))
		salt = clock_ns(CLOCK_REALTIME);
	return salt;
}

void machine_session(struct live *l, const char *version)
{
	struct frame_session f = {.h = {.kind = FRAME_SESSION, .t_ns = l->now_ns}};
	struct utsname name;

	f.format = WIRE_FORMAT;
	f.mode = l->probes ? MODE_BPF : MODE_PROC;
	f.flags = l->probes ? SESSION_STEPS : 0;
	f.cpus = sysconf(_SC_NPROCESSORS_ONLN);
	f.interval_ms = l->interval_ms;
	f.wall_ns = wall_at(f.h.t_ns);
	memcpy(f.version, version, strnlen(version, sizeof(f.version)));
	if (!uname(&name)) {
		memcpy(f.host, name.nodename, strnlen(name.nodename, sizeof(f.host)));
		memcpy(f.kernel, name.release, strnlen(name.release, sizeof(f.kernel)));
	}
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

void machine_missing(struct live *l, const char *feature, const char *lost, const char *fix)
{
	struct frame_missing f = {.h = {.kind = FRAME_MISSING, .t_ns = l->now_ns}};

	f.feature = texts_id(&l->texts, &l->out, l->now_ns, feature);
	f.lost = texts_id(&l->texts, &l->out, l->now_ns, lost);
	f.fix = texts_id(&l->texts, &l->out, l->now_ns, fix);
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

static uint64_t own_rss(void)
{
	unsigned long size, pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f && fscanf(f, "%lu %lu", &size, &pages) != 2)
		pages = 0;
	if (f)
		fclose(f);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/*
 * Measuring the programs makes each run of them dearer by half: it is done for a twentieth of a
 * second at a time, in the first seconds and then now and again.
 */
static bool is_measured_next(const struct live *l)
{
	return l->tick_seq < 3 || l->tick_seq % 16 == 0;
}

void machine_measure(struct live *l)
{
	uint64_t all_ns = l->now_ns - l->started_ns;

	if (!l->measured_from_ns)
		return;
	probes_cost(l->probes, &l->cost);
	probes_measure(l->probes, false);
	l->measured_ns += l->now_ns - l->measured_from_ns;
	l->measured_from_ns = 0;
	l->cost_scale = l->measured_ns ? (double)all_ns / l->measured_ns : 1;
}

/* The more messages there are, the less of each leaves the kernel: the ring's bytes are bounded. */
static void adapt_write_bytes(struct live *l)
{
	uint64_t per_second = l->drained_bytes * 1000 / l->interval_ms;
	uint32_t bytes = l->write_bytes;

	if (per_second > 24u << 20 && bytes > 512)
		bytes /= 2;
	else if (per_second < 6u << 20 && bytes < RING_DATA)
		bytes = bytes * 2 < RING_DATA ? bytes * 2 : RING_DATA;
	if (bytes != l->write_bytes)
		probes_set_write_bytes(l->probes, bytes);
	l->write_bytes = bytes;
	l->drained_bytes = 0;
}

static void tell_texts_lost(struct live *l)
{
	struct frame_lost f = {.h = {.kind = FRAME_LOST, .t_ns = l->now_ns}, .where = LOST_TEXT};

	if (l->texts.lost == l->texts_lost)
		return;
	f.from_ns = f.to_ns = l->now_ns;
	f.count = 0; /* nothing was lost but names */
	l->texts_lost = l->texts.lost;
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

uint64_t machine_own_ns(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
	       (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

void machine_tick(struct live *l)
{
	struct frame_tick f = {.h = {.kind = FRAME_TICK, .t_ns = l->now_ns}};
	struct ring_counts counts = {0};
	struct probe_cost cost;

	tell_texts_lost(l);
	if (l->probes) {
		if (is_measured_next(l) && probes_measure(l->probes, true))
			l->measured_from_ns = l->now_ns;
		adapt_write_bytes(l);
		probes_counts(l->probes, &counts);
	}
	f.seq = l->tick_seq++;
	f.wall_ns = wall_at(f.h.t_ns);
	f.self_cpu_ns = machine_own_ns();
	f.self_rss_bytes = own_rss();
	cost.ns = l->cost.ns * l->cost_scale;
	cost.runs = l->cost.runs * l->cost_scale;
	exact_cost(l, &cost);
	f.probe_ns = cost.ns;
	f.probe_runs = cost.runs;
	f.records = counts.kept;
	f.lost = counts.lost + l->out.lost;
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}
