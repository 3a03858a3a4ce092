/* SPDX-License-Identifier: GPL-2.0-only */
/* The model as plain tables, for people with sqlite3. A table's row is written when what it is
 * made of has another hash than the last time. */
#include "tape/notes.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/fmt.h"
#include "base/map.h"
#include "model/model.h"
#include "tape/notes_schema.h"

enum notes_bounds {
	NOTES_SEEN = 65536, /* hashes; then all is written again */
	NOTES_DEATHS = 100000, /* rows; the oldest go */
	NOTES_FRAMES = 1000000, /* the same */
	NUMBER = 24,
};

enum table { TABLE_SESSION = 1, TABLE_POOL, TABLE_DEATH, TABLE_FAILURE, TABLE_FINDING };

const char notes_schema[] =
	"CREATE TABLE session(id INTEGER PRIMARY KEY, pooltop TEXT, host TEXT, kernel TEXT,\n"
	" mode TEXT, cpus INTEGER, started_ns INTEGER, started_wall_ns INTEGER,\n"
	" newest_ns INTEGER, lost_records INTEGER, is_done INTEGER);"
	"CREATE TABLE pool(id INTEGER PRIMARY KEY, kind TEXT, pid INTEGER, command TEXT,\n"
	" python TEXT, start_method TEXT, user TEXT, cgroup TEXT, state TEXT, stall TEXT,\n"
	" started_ns INTEGER, ended_ns INTEGER, workers_alive INTEGER, sent INTEGER,\n"
	" taken INTEGER, done INTEGER, returned INTEGER, failed INTEGER, lost INTEGER,\n"
	" items INTEGER, out_bytes INTEGER, back_bytes INTEGER, run_p50_ns INTEGER,\n"
	" run_p99_ns INTEGER, wait_p50_ns INTEGER, wait_p99_ns INTEGER);"
	"CREATE TABLE death(pool INTEGER, pid INTEGER, t_ns INTEGER, wall_ns INTEGER,\n"
	" wall TEXT, -- local time of the machine that was watched\n"
	" generation INTEGER, end_kind TEXT, signal TEXT, exit_code INTEGER,\n"
	" core_dumped INTEGER, sender_pid INTEGER, sender_comm TEXT, sender_uid INTEGER,\n"
	" oom_limit_bytes INTEGER, oom_rss_bytes INTEGER, oom_scope TEXT, age_ns INTEGER,\n"
	" rss_bytes INTEGER, rss_peak_bytes INTEGER, state TEXT, job INTEGER, chunk INTEGER,\n"
	" function TEXT, items INTEGER, task_age_ns INTEGER, replaced_by INTEGER,\n"
	" consequence TEXT, exception TEXT, stderr_tail TEXT,\n"
	" inferred TEXT, -- what tells of it, if it was before watching began\n"
	" PRIMARY KEY(pool, pid, t_ns));"
	"CREATE TABLE death_frame(pool INTEGER, pid INTEGER, t_ns INTEGER,\n"
	" depth INTEGER, -- 0: innermost\n"
	" tid INTEGER, source TEXT, function TEXT, file TEXT, line INTEGER,\n"
	" PRIMARY KEY(pool, pid, t_ns, depth));"
	"CREATE TABLE failure(pool INTEGER, id INTEGER, first_ns INTEGER, t_ns INTEGER,\n"
	" wall TEXT, pid INTEGER, job INTEGER, chunk INTEGER, function TEXT, exception TEXT,\n"
	" message TEXT, traceback TEXT, count INTEGER, PRIMARY KEY(pool, id));"
	"CREATE TABLE finding(pool INTEGER, trap TEXT, subject INTEGER, severity TEXT,\n"
	" since_ns INTEGER, wall TEXT, text TEXT, advice TEXT,\n"
	" evidence TEXT, -- name=value, separated by blanks\n"
	" PRIMARY KEY(pool, trap, subject));";

struct notes {
	struct map seen; /* hash of the row, by hash of its key */
	const struct model *model; /* for the call */
	struct buf sql;
};

void notes_free(struct notes *n)
{
	if (!n)
		return;
	map_release(&n->seen);
	buf_release(&n->sql);
	free(n);
}

static uint64_t hash(uint64_t seed, const void *bytes, size_t len)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < len; i++)
		seed = (seed ^ byte[i]) * UINT64_C(0x100000001b3);
	return seed;
}

static uint64_t hash_text(uint64_t seed, const char *text)
{
	return text ? hash(seed, text, strlen(text)) : seed;
}

static uint64_t key_of(enum table table, uint32_t pool, uint64_t a, uint64_t b)
{
	uint64_t words[] = {table, pool, a, b};

	return hash(UINT64_C(0xcbf29ce484222325), words, sizeof(words));
}

/* Is the row another than it was? Takes note of it. */
static bool is_new(struct notes *n, uint64_t key, uint64_t content)
{
	uint32_t folded = (uint32_t)(content ^ content >> 32);
	uint32_t before;

	if (map_get(&n->seen, key, &before) && before == folded)
		return false;
	if (n->seen.count >= NOTES_SEEN)
		map_release(&n->seen);
	map_put(&n->seen, key, folded); /* without memory it is written again, no harm */
	return true;
}

/* Adds SQL with sqlite3's own quoting: %Q is a text or NULL. */
static void add(struct notes *n, const char *fmt, ...)
{
	va_list args;
	char *sql;

	va_start(args, fmt);
	sql = sqlite3_vmprintf(fmt, args);
	va_end(args);
	if (sql)
		buf_add(&n->sql, sql, strlen(sql));
	else
		n->sql.is_short = true;
	sqlite3_free(sql);
}

/* A number, or NULL: it is not known. */
static const char *num(char buf[static NUMBER], bool known, int64_t number)
{
	if (known)
		snprintf(buf, NUMBER, "%lld", (long long)number);
	return known ? buf : "NULL";
}

static const char *text(const struct notes *n, uint32_t id)
{
	return model_text(n->model, id, NULL);
}

static const char *wall(const struct notes *n, uint64_t t_ns, char buf[static FMT_MAX])
{
	return fmt_wall(buf, model_wall_ns(n->model, t_ns), 1);
}

static void note_session(struct notes *n)
{
	const struct model *m = n->model;
	uint64_t content = hash(m->done, &m->newest_ns, sizeof(m->newest_ns));

	content = hash(content, &m->lost_records, sizeof(m->lost_records));
	if (!m->session.h.kind || !is_new(n, key_of(TABLE_SESSION, 0, 0, 0), content))
		return;
	add(n, "INSERT OR REPLACE INTO session VALUES(1,%Q,%Q,%Q,%Q,%u,%lld,%lld,%lld,%lld,%d);",
		m->version, m->host, m->kernel, m->session.mode == MODE_BPF ? "bpf" : "proc",
		m->session.cpus, m->session.h.t_ns, m->session.wall_ns, m->newest_ns,
		m->lost_records, m->done);
}

static void add_percentiles(struct notes *n, const struct hist *h)
{
	char p50[NUMBER], p99[NUMBER];

	add(n, "%s,%s", num(p50, h->count, (int64_t)hist_percentile(h, 50)),
		num(p99, h->count, (int64_t)hist_percentile(h, 99)));
}

static void note_pool(struct notes *n, const struct pool *p)
{
	const struct totals *t = &p->totals;
	uint64_t content = hash(p->workers_alive, t, sizeof(*t));
	char started[NUMBER], ended[NUMBER], items[NUMBER];

	content = hash(content, &p->state, sizeof(p->state));
	content = hash_text(hash_text(content, p->kind), p->stall.reason);
	content = hash(content, &p->command, sizeof(p->command));
	content = hash(content, &p->python, sizeof(p->python));
	if (!is_new(n, key_of(TABLE_POOL, p->id, 0, 0), content))
		return;
	add(n, "INSERT OR REPLACE INTO pool VALUES(%u,%Q,%u,%Q,%Q,%Q,%Q,%Q,%Q,%Q,%s,%s,%u,", p->id,
		p->kind, p->pid, text(n, p->command), text(n, p->python),
		start_method_name(p->start_method), text(n, p->user), text(n, p->cgroup),
		pool_state_name(p->state), p->stall.reason,
		num(started, p->started_ns, (int64_t)p->started_ns),
		num(ended, p->ended_ns, (int64_t)p->ended_ns), p->workers_alive);
	add(n, "%lld,%lld,%lld,%lld,%lld,%lld,%s,%lld,%lld,", t->sent, t->taken, t->done,
		t->returned, t->failed, t->lost, num(items, !t->items_about, (int64_t)t->items),
		t->bytes_out, t->bytes_back);
	add_percentiles(n, &p->run);
	add(n, ",");
	add_percentiles(n, &p->wait);
	add(n, ");");
}

/* How it ended: signal to sender_uid. */
static void add_end(struct notes *n, const struct death *d)
{
	bool killed = d->status_known && WIFSIGNALED(d->status);
	bool exited = d->status_known && WIFEXITED(d->status);
	bool sent = d->sender.seen;
	char code[NUMBER], dumped[NUMBER], pid[NUMBER], uid[NUMBER], name[16];

	add(n, "%Q,%Q,%s,%s,%s,%Q,%s,", end_kind_name(d->end),
		killed ? signal_name((unsigned int)WTERMSIG(d->status), name) : NULL,
		num(code, exited, WEXITSTATUS(d->status)),
		num(dumped, d->status_known, killed && WCOREDUMP(d->status)),
		num(pid, sent, d->sender.sender), sent ? d->sender.comm : NULL,
		num(uid, sent, d->sender.uid));
}

static void add_memory(struct notes *n, const struct death *d)
{
	const struct oom_seen *oom = &d->oom;
	char limit[NUMBER], at[NUMBER], rss[NUMBER], peak[NUMBER];

	add(n, "%s,%s,%Q,%lld,%s,%s,%Q,", num(limit, oom->limit_bytes, (int64_t)oom->limit_bytes),
		num(at, oom->rss_bytes, (int64_t)oom->rss_bytes),
		oom->seen ? text(n, oom->scope) : NULL, d->age_ns,
		num(rss, d->rss_bytes, (int64_t)d->rss_bytes),
		num(peak, d->rss_peak_bytes, (int64_t)d->rss_peak_bytes),
		worker_state_name(d->state));
}

static void add_hand(struct notes *n, const struct death *d)
{
	const struct hand *h = &d->hand;
	char job[NUMBER], chunk[NUMBER], items[NUMBER], age[NUMBER], replaced[NUMBER];

	add(n, "%s,%s,%Q,%s,%s,%s,%Q,",
		num(job, h->has && task_key_is_numbered(h->key), h->key.job),
		num(chunk, h->has && h->key.chunk >= 0, h->key.chunk),
		h->has ? text(n, h->func) : NULL, num(items, h->has, h->items),
		num(age, h->has, (int64_t)(d->t_ns - h->since_ns)),
		num(replaced, d->replaced_by, d->replaced_by),
		*d->consequence ? d->consequence : NULL);
}

static void add_words(struct notes *n, const struct death *d)
{
	struct exception_said said;
	char exception[sizeof(said.type) + sizeof(said.message) + 2];
	bool raised = death_exception(d, &said);

	if (raised)
		snprintf(exception, sizeof(exception), "%s%s%s", said.type,
			*said.message ? ": " : "", said.message);
	add(n, "%Q,%Q,%Q);", raised ? exception : NULL, d->stderr_tail,
		d->inferred[0] ? d->inferred : NULL);
}

/* The stack that tells most of a death, a row for each frame of Python. */
static void note_frames(struct notes *n, const struct pool *p, const struct death *d)
{
	const struct stack *s = death_stack(n->model, d, false);
	char line[NUMBER];

	for (uint32_t i = 0; s && i < s->count; i++) {
		const struct stack_place *place = &s->places[i];

		add(n, "INSERT OR REPLACE INTO death_frame VALUES(%u,%u,%lld,%u,%u,%Q,%Q,%Q,%s);",
			p->id, d->pid, d->t_ns, i, s->tid,
			s->flags & STACK_AT_DEATH ? "at-death" : "sampled",
			text(n, place->function), text(n, place->file),
			num(line, place->line, place->line));
	}
}

static bool note_death(struct notes *n, const struct pool *p, const struct death *d)
{
	uint64_t content = hash_text(hash_text(d->replaced_by, d->consequence), d->inferred);
	char when[FMT_MAX];

	content = hash(content, &d->stacks, sizeof(d->stacks));
	if (!is_new(n, key_of(TABLE_DEATH, p->id, d->pid, d->t_ns), content))
		return false;
	add(n, "INSERT OR REPLACE INTO death VALUES(%u,%u,%lld,%lld,%Q,%u,", p->id, d->pid, d->t_ns,
		d->wall_ns, fmt_wall(when, d->wall_ns, 1), d->generation);
	add_end(n, d);
	add_memory(n, d);
	add_hand(n, d);
	add_words(n, d);
	note_frames(n, p, d);
	return true;
}

static void note_failure(struct notes *n, const struct pool *p, uint32_t i)
{
	const struct failure *f = &p->failures[i];
	char chunk[NUMBER], when[FMT_MAX];

	if (!is_new(n, key_of(TABLE_FAILURE, p->id, i, f->first_ns), f->count ^ f->hash))
		return;
	add(n, "INSERT OR REPLACE INTO failure VALUES(%u,%u,%lld,%lld,%Q,%u,%lld,%s,", p->id, i + 1,
		f->first_ns, f->t_ns, wall(n, f->t_ns, when), f->pid, f->key.job,
		num(chunk, f->key.chunk >= 0, f->key.chunk));
	add(n, "%Q,%Q,%Q,%Q,%lld);", text(n, f->func), f->exception, f->message, f->traceback,
		f->count);
}

/* Two of them may turn out to be of one kind: then there is one row less. */
static void note_failures(struct notes *n, const struct pool *p)
{
	for (uint32_t i = 0; i < p->failures_count; i++)
		note_failure(n, p, i);
	if (is_new(n, key_of(TABLE_FAILURE, p->id, UINT64_MAX, 0), p->failures_count))
		add(n, "DELETE FROM failure WHERE pool=%u AND id>%u;", p->id, p->failures_count);
}

static void note_finding(struct notes *n, const struct pool *p, const struct finding *f)
{
	uint64_t content = hash_text(hash_text(f->severity, f->text), f->advice);
	char when[FMT_MAX];
	char evidence[FINDING_EVIDENCE * 64] = "";
	size_t len = 0;

	for (uint32_t i = 0; i < f->evidence_count; i++)
		len += (size_t)snprintf(evidence + len, 64, "%s%.40s=%.6g", i ? " " : "",
			f->evidence[i].name, f->evidence[i].value);
	content = hash_text(content, evidence);
	if (!is_new(n, hash_text(key_of(TABLE_FINDING, p->id, f->subject, 0), f->id), content))
		return;
	add(n, "INSERT OR REPLACE INTO finding VALUES(%u,%Q,%lld,%Q,%lld,%Q,%Q,%Q,%Q);", p->id,
		f->id, f->subject, severity_name(f->severity), f->since_ns,
		wall(n, f->since_ns, when), f->text, f->advice, evidence);
}

/* What was noted of pools that were none. */
static void note_dissolved(struct notes *n)
{
	const struct model *m = n->model;

	for (uint32_t i = 0; i < m->dissolved_count && i < MODEL_DISSOLVED; i++) {
		uint32_t id = m->dissolved[i];

		if (is_new(n, key_of(TABLE_POOL, id, 1, 0), 1))
			add(n,
				"DELETE FROM pool WHERE id=%u;DELETE FROM death WHERE pool=%u;"
				"DELETE FROM finding WHERE pool=%u;",
				id, id, id);
	}
}

static void note_all(struct notes *n)
{
	bool died = false;

	note_session(n);
	note_dissolved(n);
	for (uint32_t i = 0; i < n->model->pools_count; i++) {
		const struct pool *p = &n->model->pools[i];

		note_pool(n, p);
		for (uint32_t d = 0; d < p->deaths_count; d++)
			died |= note_death(n, p, &p->deaths[d]);
		note_failures(n, p);
		for (uint32_t f = 0; f < p->findings_count; f++)
			note_finding(n, p, &p->findings[f]);
	}
	if (died)
		add(n,
			"DELETE FROM death WHERE rowid<=(SELECT max(rowid) FROM death)-%d;"
			"DELETE FROM death_frame WHERE rowid<="
			"(SELECT max(rowid) FROM death_frame)-%d;",
			NOTES_DEATHS, NOTES_FRAMES);
}

int tape_note(struct tape_writer *w, const struct model *m, struct err *err)
{
	struct notes **notes = tape_notes(w);
	struct notes *n = *notes;

	if (!tape_wants_notes(w))
		return 0;
	if (!n)
		n = *notes = calloc(1, sizeof(*n));
	if (!n)
		return err_set(err, -ENOMEM, ERR_FAILED, "no memory to note deaths and findings");
	n->model = m;
	note_all(n);
	n->model = NULL;
	if (n->sql.is_short) {
		buf_release(&n->sql);
		map_release(&n->seen); /* what was not handed over is written the next time */
		return err_set(err, -ENOMEM, ERR_FAILED, "no memory to note deaths and findings");
	}
	if (n->sql.len)
		tape_hand_notes(w, n->sql.data);
	n->sql = (struct buf){0};
	return 0;
}
