/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/fmt.h"
#include "export/facts.h"
#include "export/text.h"

enum { FUNCTIONS = 12, SPENT = 6 }; /* that are shown */

static const enum worker_state spent[] = {
	STATE_RUN, STATE_UNPICKLE, STATE_PICKLE, STATE_SEND, STATE_IO, STATE_LOCK, STATE_RUNQ};

static const struct page_cell label = {.width = 24};
static const struct page_cell name = {.width = 36, .tail = true};
static const struct page_cell number = {.width = 9, .right = true};

/* Right of a blank, so that wide neighbours do not touch. */
static void put(struct page *out, const char *text)
{
	page_add(out, " ");
	page_cell(out, &number, text);
}

static void tasks(struct page *out, const struct pool *p)
{
	const struct totals *t = &p->totals;
	const struct {
		const char *what;
		uint64_t n;
	} rows[] = {
		{"sent", t->sent},
		{"taken", t->taken},
		{"done", t->done},
		{"returned", t->returned},
		{"failed", t->failed},
		{"lost", t->lost},
		{"in flight", pool_in_flight(p)},
	};
	char buf[FMT_MAX];
	size_t i;

	page_to(out, 2);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		page_add(out, "%s %s   ", rows[i].what, fmt_count(buf, rows[i].n));
	page_end(out);
	page_to(out, 2);
	page_add(out, "items done %s%s", t->items_about ? "about " : "", fmt_count(buf, t->items));
	page_end(out);
}

static void bytes(struct page *out, const struct model *m, const struct pool *p)
{
	const struct totals *t = &p->totals;
	char sum[FMT_MAX], most[FMT_MAX];
	uint64_t shared;

	page_add(out, "  out %s, largest %s   ", fmt_bytes(sum, t->bytes_out),
		fmt_bytes(most, t->bytes_out_max));
	page_add(out, "back %s, largest %s", fmt_bytes(sum, t->bytes_back),
		fmt_bytes(most, t->bytes_back_max));
	if (facts_shared(m, p, &shared))
		page_add(out, "   shared memory %s", shared ? fmt_bytes(sum, shared) : "none");
	page_end(out);
}

static void time_row(struct page *out, const char *what, const struct hist *h)
{
	char buf[FMT_MAX];

	page_to(out, 2);
	page_cell(out, &label, what);
	put(out, fmt_count(buf, h->count));
	if (h->count) {
		put(out, fmt_duration(buf, h->min_ns));
		put(out, fmt_duration(buf, hist_percentile(h, 50)));
		put(out, fmt_duration(buf, hist_percentile(h, 90)));
		put(out, fmt_duration(buf, hist_percentile(h, 99)));
		put(out, fmt_duration(buf, h->max_ns));
		put(out, fmt_duration(buf, h->total_ns));
	}
	page_end(out);
}

static void heads(struct page *out, const char *const *what, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		put(out, what[i]);
	page_end(out);
}

void text_tasks(struct page *out, const struct model *m, const struct pool *p)
{
	static const char *const columns[] = {"tasks", "min", "p50", "p90", "p99", "max", "total"};

	text_title(out, "Tasks");
	if (!facts_messages(m)) {
		page_add(out, "  not known: messages are not seen");
		page_end(out);
		return;
	}
	tasks(out, p);
	bytes(out, m, p);
	page_to(out, 2);
	page_cell(out, &label, "");
	heads(out, columns, sizeof(columns) / sizeof(columns[0]));
	time_row(out, "wait (sent to taken)", &p->wait);
	time_row(out, "run (taken to done)", &p->run);
	time_row(out, "return (done to back)", &p->back);
}

static uint64_t ran(const struct pool *p, uint32_t func)
{
	return p->funcs[func].run.total_ns;
}

/* Those that ran longest, by falling time: indexes into p->funcs. */
static unsigned int longest(const struct pool *p, uint32_t ret[static FUNCTIONS])
{
	unsigned int count = 0, at;
	uint32_t i;

	for (i = 0; i < p->funcs_count; i++) {
		at = count < FUNCTIONS ? count++ : FUNCTIONS;
		for (; at && ran(p, ret[at - 1]) < ran(p, i); at--)
			if (at < FUNCTIONS)
				ret[at] = ret[at - 1];
		if (at < FUNCTIONS)
			ret[at] = i;
	}
	return count;
}

static void function(struct page *out, const struct model *m, const struct func *f)
{
	char buf[FMT_MAX];

	page_to(out, 2);
	page_cell(out, &name, model_text(m, f->name, "(not known)"));
	put(out, fmt_count(buf, f->tasks));
	put(out, f->failed ? fmt_count(buf, f->failed) : "-");
	put(out, fmt_bytes(buf, f->bytes_out));
	put(out, f->run.count ? fmt_duration(buf, hist_percentile(&f->run, 50)) : "-");
	put(out, f->run.count ? fmt_duration(buf, hist_percentile(&f->run, 99)) : "-");
	put(out, f->run.count ? fmt_duration(buf, f->run.total_ns) : "-");
	page_end(out);
}

static const struct page_cell spent_name = {.width = 35, .tail = true};
static const struct page_cell spent_share = {.width = 8, .right = true};

static void spent_put(struct page *out, const char *text)
{
	page_add(out, " ");
	page_cell(out, &spent_share, text);
}

static void spent_row(struct page *out, const struct model *m, const struct func *f)
{
	uint64_t ns[WORKER_STATES], sum_ns = 0;
	uint32_t known = func_state_ns(f, ns);
	char buf[FMT_MAX];

	for (int i = 0; i < WORKER_STATES; i++)
		sum_ns += ns[i];
	page_to(out, 2);
	page_cell(out, &spent_name, model_text(m, f->name, "(not known)"));
	for (size_t i = 0; i < sizeof(spent) / sizeof(spent[0]); i++) {
		bool has = sum_ns && known & 1u << spent[i];

		spent_put(out, has ? fmt_percent(buf, (double)ns[spent[i]] / (double)sum_ns) : "-");
	}
	page_end(out);
}

/* The first of the same functions again. */
static void text_spent(struct page *out, const struct model *m, const struct pool *p,
	const uint32_t *rows, unsigned int count)
{
	uint64_t ns[WORKER_STATES];
	bool any = false;

	for (unsigned int i = 0; i < count; i++)
		any |= func_state_ns(&p->funcs[rows[i]], ns) != 0;
	if (!any)
		return;
	text_title(out, "Where their time went, from taken to done");
	page_to(out, 2);
	page_cell(out, &spent_name, "");
	for (size_t i = 0; i < sizeof(spent) / sizeof(spent[0]); i++)
		spent_put(out, worker_state_name(spent[i]));
	page_end(out);
	for (unsigned int i = 0; i < count; i++)
		spent_row(out, m, &p->funcs[rows[i]]);
}

void text_functions(struct page *out, const struct model *m, const struct pool *p)
{
	static const char *const columns[] = {
		"tasks", "failed", "out", "run p50", "run p99", "run total"};
	uint32_t rows[FUNCTIONS];
	unsigned int count = longest(p, rows), i;

	if (!count)
		return;
	text_title(out, "Functions");
	page_to(out, 2);
	page_cell(out, &name, "");
	heads(out, columns, sizeof(columns) / sizeof(columns[0]));
	for (i = 0; i < count; i++)
		function(out, m, &p->funcs[rows[i]]);
	if (p->funcs_count > count) {
		page_add(out, "  and %u more that ran shorter", p->funcs_count - count);
		page_end(out);
	}
	text_spent(out, m, p, rows, count < SPENT ? count : SPENT);
}
