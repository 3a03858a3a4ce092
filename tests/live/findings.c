/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * findings RECORDING: what the traps said at each tick, where that changed: a line for each finding
 * that began, ended or became of another severity. Columns: the tick's time, its number, pool,
 * begins | ends | severity, trap, subject, severity, since when it is dated, text. A report shows
 * what stands at the end alone: what came and went, and what flickers, is seen here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/session.h"
#include "tape/tape_reader.h"

enum { KEPT_MAX = 4096 };

/* Of one finding, at the tick before. */
struct kept {
	uint32_t pool;
	bool stands;
	struct finding finding;
};

struct run {
	struct session session;
	struct kept *kept;
	uint32_t kept_count;
};

static void print(const struct model *m, const char *what, uint32_t pool, const struct finding *f)
{
	printf("%" PRIu64 "\t%" PRIu64 "\t%" PRIu32 "\t%s\t%s\t%" PRIu64 "\t%s\t%" PRIu64 "\t%s\n",
		m->now_ns, (uint64_t)m->tick.seq, pool, what, f->id, f->subject,
		severity_name(f->severity), f->since_ns, f->text);
}

static struct kept *find(struct run *run, uint32_t pool, const struct finding *f)
{
	for (uint32_t i = 0; i < run->kept_count; i++) {
		struct kept *k = &run->kept[i];

		if (k->pool == pool && !strcmp(k->finding.id, f->id) &&
			k->finding.subject == f->subject)
			return k;
	}
	return NULL;
}

static void see(struct run *run, uint32_t pool, const struct finding *f)
{
	struct kept *k = find(run, pool, f);

	if (!k || k->finding.severity != f->severity)
		print(&run->session.model, k ? "severity" : "begins", pool, f);
	if (!k && run->kept_count < KEPT_MAX)
		k = &run->kept[run->kept_count++];
	if (k)
		*k = (struct kept){.pool = pool, .stands = true, .finding = *f};
}

static void look(struct run *run)
{
	const struct model *m = &run->session.model;
	uint32_t left = 0;

	for (uint32_t i = 0; i < run->kept_count; i++)
		run->kept[i].stands = false;
	for (uint32_t i = 0; i < m->pools_count; i++)
		for (uint32_t k = 0; k < m->pools[i].findings_count; k++)
			see(run, m->pools[i].id, &m->pools[i].findings[k]);
	for (uint32_t i = 0; i < run->kept_count; i++) {
		if (run->kept[i].stands)
			run->kept[left++] = run->kept[i];
		else
			print(m, "ends", run->kept[i].pool, &run->kept[i].finding);
	}
	run->kept_count = left;
}

static int read_all(struct run *run, struct source *source, struct err *err)
{
	const struct frame *f;
	int ret;

	while ((ret = source_next(source, &f, err)) == SOURCE_FRAME) {
		ret = session_feed(&run->session, f);
		if (ret)
			return err_set(err, ret, ERR_FAILED, "out of memory");
		if (f->kind == FRAME_TICK)
			look(run);
	}
	return ret;
}

int main(int argc, char **argv)
{
	struct run run = {.kept = calloc(KEPT_MAX, sizeof(*run.kept))};
	struct source *source;
	struct err err = {0};
	int ret;

	if (argc != 2 || !run.kept || session_init(&run.session)) {
		fprintf(stderr, "usage: findings RECORDING\n");
		return 2;
	}
	ret = tape_open(argv[1], false, &source, &err);
	if (!ret) {
		ret = read_all(&run, source, &err);
		source_free(source);
	}
	if (ret)
		fprintf(stderr, "findings: %s\n", err.text);
	session_release(&run.session);
	free(run.kept);
	return ret ? 1 : 0;
}
