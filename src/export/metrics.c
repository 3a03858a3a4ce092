/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "export/facts.h"

enum { SECOND_NS = 1000000000 };

static void put_escaped(struct buf *out, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (*c == '\\' || *c == '"')
			buf_add(out, "\\", 1);
		buf_add(out, *c == '\n' ? "\\n" : c, *c == '\n' ? 2 : 1);
	}
}

static void put_label(struct buf *out, const char *between, const struct label *l)
{
	buf_printf(out, "%s%s=\"", between, l->name);
	put_escaped(out, l->value);
	buf_add(out, "\"", 1);
}

static void put_labels(struct metrics *x, const struct label *labels)
{
	const char *between = "{";

	if (x->pool) {
		buf_printf(&x->out, "{pool=\"%" PRIu32 "\",pid=\"%" PRIu32 "\"", x->pool->id,
			x->pool->pid);
		between = ",";
	}
	for (; labels && labels->name; labels++, between = ",")
		put_label(&x->out, between, labels);
	if (*between == ',')
		buf_add(&x->out, "}", 1);
}

void metrics_put(struct metrics *x, const char *suffix, const struct label *labels, uint64_t n)
{
	const char *unit = x->family->unit;

	buf_printf(&x->out, "pooltop_%s%s", x->family->name, suffix);
	put_labels(x, labels);
	/* What is counted has no unit, even in a family of seconds. */
	if (unit && !strcmp(unit, "seconds") && strcmp(suffix, "_count"))
		buf_printf(&x->out, " %" PRIu64 ".%09" PRIu64 "\n", n / SECOND_NS, n % SECOND_NS);
	else
		buf_printf(&x->out, " %" PRIu64 "\n", n);
}

const char *metrics_suffix(const struct family *f)
{
	static const struct {
		const char *type, *suffix;
	} rows[] = {{"counter", "_total"}, {"info", "_info"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].type, f->type))
			return rows[i].suffix;
	return "";
}

static void put_family(struct metrics *x, const struct family *f)
{
	x->family = f;
	buf_printf(&x->out, "# TYPE pooltop_%s %s\n", f->name, f->type);
	if (f->unit)
		buf_printf(&x->out, "# UNIT pooltop_%s %s\n", f->name, f->unit);
	buf_printf(&x->out, "# HELP pooltop_%s %s\n", f->name, f->help);
}

static void put_of_pool(struct metrics *x, const struct family *f)
{
	uint64_t n;

	if (f->at) {
		memcpy(&n, (const char *)x->pool + f->at, sizeof(n));
		metrics_put(x, metrics_suffix(f), NULL, n);
	} else {
		f->write(x);
	}
}

static bool is_told(const struct model *m, const struct pool *p)
{
	return !p->ended_ns || m->now_ns < p->ended_ns + METRICS_GONE_NS;
}

int metrics_text(const struct model *m, char **ret_text, size_t *ret_len)
{
	struct metrics x = {.m = m};

	for (const struct family *f = session_families; f->name; f++) {
		put_family(&x, f);
		f->write(&x);
	}
	for (const struct family *f = pool_families; f->name; f++) {
		if (f->messages && !facts_messages(m))
			continue;
		put_family(&x, f);
		for (uint32_t i = 0; i < m->pools_count; i++) {
			x.pool = &m->pools[i];
			if (is_told(m, x.pool))
				put_of_pool(&x, f);
		}
		x.pool = NULL;
	}
	buf_printf(&x.out, "# EOF\n");
	if (x.out.is_short) {
		buf_release(&x.out);
		return -ENOMEM;
	}
	*ret_text = x.out.data;
	*ret_len = x.out.len;
	return 0;
}
