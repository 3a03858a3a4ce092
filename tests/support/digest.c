/* SPDX-License-Identifier: GPL-2.0-only */
/* A model as text: two models that say the same have the same digest. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/history.h"

static void digest_hist(FILE *to, const char *name, const struct hist *h)
{
	fprintf(to, " %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, name, h->count,
		h->min_ns, h->max_ns, h->total_ns, hist_percentile(h, 50));
}

static void digest_worker(FILE *to, const struct worker *w)
{
	fprintf(to, "worker %u pid %u gen %u born %" PRIu64 " ended %" PRIu64 " end %s status %x",
		w->id, w->pid, w->generation, w->born_ns, w->ended_ns, end_kind_name(w->end),
		w->status);
	fprintf(to, " state %s since %" PRIu64 " known %x death %d by %u",
		worker_state_name(w->state), w->state_since_ns, w->known, w->death, w->replaced_by);
	for (unsigned int i = 0; i < WORKER_STATES; i++)
		fprintf(to, " %" PRIu64, w->state_ns[i]);
	fprintf(to,
		" tasks %" PRIu64 " failed %" PRIu64 " items %" PRIu64 " in %" PRIu64
		" out %" PRIu64 " cpu %" PRIu64 " share %.6f",
		w->tasks, w->failed, w->items, w->bytes_in, w->bytes_out, w->cpu_ns, w->cpu_share);
	fprintf(to, " hand %d %" PRId64 "/%d %u %" PRIu64, w->hand.has, w->hand.key.job,
		w->hand.key.chunk, w->hand.func, w->hand.since_ns);
	digest_hist(to, "run", &w->run);
	fputs(" strip ", to);
	for (uint32_t i = 0; i < MODEL_STRIP; i++)
		fprintf(to, "%x", worker_strip(w, i));
	fputc('\n', to);
}

static void digest_tasks(FILE *to, const struct pool *p)
{
	for (uint32_t i = 0; i < p->tasks_count; i++) {
		const struct task *t = &p->tasks[i];

		fprintf(to, "task %" PRId64 "/%d stage %u func %u items %u pid %u", t->key.job,
			t->key.chunk, t->stage, t->func, t->items, t->pid);
		fprintf(to, " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", t->sent_ns,
			t->taken_ns, t->done_ns, t->returned_ns);
	}
	for (uint32_t i = 0; i < p->jobs_count; i++) {
		const struct job *j = &p->jobs[i];

		fprintf(to,
			"job %" PRId64 " func %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
			" %" PRIu64 " %" PRIu64 " items %" PRIu64 " about %u\n",
			j->id, j->func, j->sent, j->taken, j->done, j->returned, j->failed, j->lost,
			j->items, j->about);
	}
	for (uint32_t i = 0; i < p->slowest_count; i++)
		fprintf(to, "slow %" PRId64 "/%d %" PRIu64 "\n", p->slowest[i].key.job,
			p->slowest[i].key.chunk, p->slowest[i].run_ns);
}

static void digest_pace(FILE *to, const struct pace *q)
{
	const struct pace_sums *s = &q->sums;

	fprintf(to,
		" pace %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %d %d mapped %" PRIu64 "\n",
		s->tasks, s->handover_ns, s->parent_ns, s->active_ns, q->untaken, q->in_hand,
		q->mapped_idle_ns);
}

static void digest_stack(FILE *to, const struct model *m, uint32_t id)
{
	const struct stack *s = model_stack(m, id);

	if (!s)
		return;
	fprintf(to, "stack of %u/%u flags %u at %" PRIu64, s->pid, s->tid, s->flags, s->t_ns);
	for (uint32_t i = 0; i < s->count; i++)
		fprintf(to, " %u %u:%u+%" PRIx64, s->places[i].function, s->places[i].file,
			s->places[i].line, (uint64_t)s->places[i].offset);
	fputc('\n', to);
}

static void digest_lists(FILE *to, const struct model *m, const struct pool *p)
{
	for (uint32_t i = 0; i < p->funcs_count; i++) {
		const struct func *f = &p->funcs[i];

		fprintf(to,
			"func %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
			" %" PRIu64 " %" PRIu64,
			f->name, f->tasks, f->sent, f->failed, f->lost, f->items, f->bytes_out,
			f->bytes_back);
		digest_hist(to, "run", &f->run);
		digest_pace(to, &f->pace);
	}
	for (uint32_t i = 0; i < p->deaths_count; i++)
		fprintf(to, "death %u %" PRIu64 " %s %x by %u: %s\n", p->deaths[i].pid,
			p->deaths[i].t_ns, end_kind_name(p->deaths[i].end), p->deaths[i].status,
			p->deaths[i].replaced_by, p->deaths[i].consequence);
	for (uint32_t i = 0; i < p->deaths_count; i++)
		for (uint32_t n = 0; n < p->deaths[i].stacks.count; n++)
			digest_stack(to, m, p->deaths[i].stacks.id[n]);
	for (uint32_t i = 0; i < p->failures_count; i++)
		fprintf(to, "failure %s: %s (%" PRIu64 ") %s\n", p->failures[i].exception,
			p->failures[i].message, p->failures[i].count, p->failures[i].traceback);
	for (uint32_t i = 0; i < p->findings_count; i++)
		fprintf(to, "finding %s %s since %" PRIu64 ": %s\n", p->findings[i].id,
			severity_name(p->findings[i].severity), p->findings[i].since_ns,
			p->findings[i].text);
	for (uint32_t i = 0; i < p->cores_count; i++)
		fprintf(to, "core %u %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", i,
			p->cores[i].workers_ns, p->cores[i].parent_ns, p->cores[i].workers_tick_ns);
}

static void digest_profile(FILE *to, const struct model *m, const struct pool *p)
{
	for (uint32_t i = 0; i < p->profile.count; i++) {
		const struct sampled *s = &p->profile.list[i];
		const struct trace *t = model_trace(m, s->trace);

		fprintf(to, "sampled %s by %d: %" PRIu64 " in %u", sample_class_name(s->class),
			s->by_parent, s->ns, s->samples);
		for (uint32_t n = 0; t && n < t->count; n++)
			fprintf(to, " %u %u:%u", t->places[n].function, t->places[n].file,
				t->places[n].line);
		fputc('\n', to);
	}
}

static void digest_queues(FILE *to, const struct pool *p)
{
	for (uint32_t i = 0; i < p->queues_count; i++) {
		const struct queue *q = &p->queues[i];

		fprintf(to,
			"queue %" PRIu64 " role %d worker %u %" PRIu64 " %" PRIu64 " %" PRIu64
			" %" PRIu64 " max %" PRIu64,
			q->ino, q->role, q->worker, q->written, q->read, q->bytes_written,
			q->bytes_read, q->bytes_max);
		fprintf(to,
			" waiting %u of %u, %" PRIu64 " at %" PRIu64 " %" PRIu64 " blocked %" PRIu64
			" tick %" PRIu64 "\n",
			q->waiting, q->waiting_max, q->bytes_waiting, q->written_ns, q->read_ns,
			q->blocked_ns, series_at(&q->bytes_per_tick, 0));
	}
}

static void digest_pool(FILE *to, const struct model *m, const struct pool *p)
{
	const struct totals *t = &p->totals;

	fprintf(to,
		"pool %u %s pid %u %s stall %s start %s %" PRIu64 " %" PRIu64 " %" PRIu64
		" from_start %d alive %u first %u\n",
		p->id, p->kind, p->pid, pool_state_name(p->state),
		p->stall.reason ? p->stall.text : "none",
		start_method_name(p->start_method) ? start_method_name(p->start_method) : "?",
		p->started_ns, p->seen_ns, p->ended_ns, p->from_start, p->workers_alive,
		p->first_size);
	fprintf(to,
		"totals %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
		" items %" PRIu64 "%s out %" PRIu64 " %" PRIu64 " back %" PRIu64 " %" PRIu64
		" in flight %" PRIu64,
		t->sent, t->taken, t->done, t->returned, t->failed, t->lost, t->items,
		t->items_about ? "~" : "", t->bytes_out, t->bytes_out_max, t->bytes_back,
		t->bytes_back_max, pool_in_flight(p));
	digest_hist(to, "wait", &p->wait);
	digest_hist(to, "run", &p->run);
	digest_hist(to, "back", &p->back);
	for (uint32_t i = 0; i < 8; i++)
		fprintf(to, " %" PRIu64, series_at(&p->done_per_tick, i));
	fputc('\n', to);
	for (uint32_t i = 0; i < p->workers_count; i++)
		digest_worker(to, &p->workers[i]);
	digest_queues(to, p);
	digest_profile(to, m, p);
	digest_tasks(to, p);
	digest_lists(to, m, p);
}

char *history_digest(const struct model *m)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		abort();
	fprintf(to,
		"model now %" PRIu64 " tick %" PRIu64 " lost %" PRIu64 " bad %" PRIu64
		" unknown %" PRIu64 " orphans %" PRIu64 " procs %u pending %u\n",
		m->now_ns, (uint64_t)m->tick.seq, m->lost_records, m->dropped.bad_frames,
		m->dropped.unknown_frames, m->dropped.orphan_frames, m->procs_count,
		m->pending_count);
	for (uint32_t i = 0; i < m->texts_cap; i++)
		if (m->texts[i])
			fprintf(to, "text %u %s\n", i, m->texts[i]);
	for (uint32_t i = 0; i < m->cpus_count; i++)
		fprintf(to, "cpu %u %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", i, m->cpus[i].busy_ns,
			m->cpus[i].idle_ns, m->cpus[i].busy_tick_ns);
	for (uint32_t i = 0; i < m->events_count; i++)
		fprintf(to, "event %d %" PRIu64 " %u %u\n", model_event(m, i)->kind,
			model_event(m, i)->t_ns, model_event(m, i)->pool, model_event(m, i)->pid);
	for (uint32_t i = 0; i < m->pools_count; i++)
		digest_pool(to, m, &m->pools[i]);
	if (fclose(to))
		abort();
	return text;
}
