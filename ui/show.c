/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/command.h"

#define SECONDS_TOLD UINT64_C(60000000000) /* what is longer is told in whole ones */

enum { RATE_TICKS = 5 }; /* a rate over fewer could not be read for its jumping */

char *show_command(char buf[static SHOW_MAX], const char *command)
{
	const char *shown = command_short(command);

	snprintf(buf, SHOW_MAX, "%s", *shown ? shown : "-");
	return buf;
}

char *show_kind(char buf[static SHOW_MAX], const struct pool *p)
{
	const char *start = start_method_name(p->start_method);
	uint32_t size = p->workers_alive ? p->workers_alive : p->first_size;

	snprintf(buf, SHOW_MAX, "%s(%" PRIu32 ")%s%s", p->kind ? p->kind : "pool", size,
		start ? " " : "", start ? start : "");
	return buf;
}

char *show_key(char buf[static FMT_MAX], struct task_key key)
{
	if (key.chunk >= 0)
		snprintf(buf, FMT_MAX, "%" PRId64 "/%" PRId32, key.job, key.chunk);
	else
		snprintf(buf, FMT_MAX, "%" PRId64, key.job);
	return buf;
}

char *show_task(char buf[static SHOW_MAX], const struct model *m, const struct hand *hand)
{
	char key[FMT_MAX];

	if (!hand->has)
		snprintf(buf, SHOW_MAX, "-");
	else
		snprintf(buf, SHOW_MAX, "%.256s %s", model_text(m, hand->func, "?"),
			show_key(key, hand->key));
	return buf;
}

void show_hand(struct pen *p, enum style style, const struct model *m, const struct hand *hand)
{
	char key[FMT_MAX];
	struct pen name = *p;

	if (!hand->has) {
		pen_text(p, STYLE_DIM, "-");
		return;
	}
	show_key(key, hand->key);
	name.end -= (int)strlen(key) + 1;
	if (pen_room(&name) >= 4)
		pen_fit_end(&name, style, model_text(m, hand->func, "?"));
	p->col = name.col > p->col ? name.col + 1 : p->col;
	pen_text(p, style, key);
}

char *show_end(char buf[static SHOW_MAX], enum end_kind end, uint32_t status, bool status_known)
{
	char space[16];

	if (end == END_NONE)
		snprintf(buf, SHOW_MAX, "-");
	else if (end == END_OOM)
		snprintf(buf, SHOW_MAX, "OOM kill");
	else if (end == END_SIGNAL && status_known)
		snprintf(buf, SHOW_MAX, "%s", signal_name(WTERMSIG((int)status), space));
	else if (end == END_EXIT && status_known)
		snprintf(buf, SHOW_MAX, "exit %d", WEXITSTATUS((int)status));
	else
		snprintf(buf, SHOW_MAX, "%s", end_kind_name(end));
	return buf;
}

char *show_sender(char buf[static SHOW_MAX], const struct death *d)
{
	if (d->end == END_OOM)
		snprintf(buf, SHOW_MAX, d->inferred[0] ? "OOM (inferred)" : "the OOM killer");
	else if (d->inferred[0])
		snprintf(buf, SHOW_MAX, "? (inferred)");
	else if (d->end != END_SIGNAL || !d->sender.seen)
		snprintf(buf, SHOW_MAX, "-");
	else if (!d->sender.sender || d->sender.code > 0)
		snprintf(buf, SHOW_MAX, "the kernel");
	else if (d->sender.sender == d->pid)
		snprintf(buf, SHOW_MAX, "itself");
	else
		snprintf(buf, SHOW_MAX, "%s [%" PRIu32 "]", d->sender.comm, d->sender.sender);
	return buf;
}

static char *unknown(char buf[static FMT_MAX])
{
	return strcpy(buf, "-");
}

char *show_duration(char buf[static FMT_MAX], bool known, uint64_t ns)
{
	return known ? fmt_duration(buf, ns) : unknown(buf);
}

char *show_bytes(char buf[static FMT_MAX], bool known, uint64_t bytes)
{
	return known ? fmt_bytes(buf, bytes) : unknown(buf);
}

char *show_count(char buf[static FMT_MAX], bool known, uint64_t n)
{
	return known ? fmt_count(buf, n) : unknown(buf);
}

char *show_percent(char buf[static FMT_MAX], bool known, double share)
{
	return known ? fmt_percent(buf, share) : unknown(buf);
}

char *show_brief(char *text)
{
	char *point = strchr(text, '.'), *unit = point ? strchr(point, ' ') : NULL;

	if (unit)
		memmove(point - text > 1 ? point : point + 2, unit, strlen(unit) + 1);
	return text;
}

char *show_brief_duration(char buf[static FMT_MAX], bool known, uint64_t ns)
{
	uint64_t unit = 1;

	while (ns < SECONDS_TOLD && ns / unit >= 100)
		unit *= 10;
	return show_brief(show_duration(buf, known, (ns + unit / 2) / unit * unit));
}

char *show_percentile(char buf[static FMT_MAX], const struct hist *h, double percent)
{
	return show_duration(buf, h->count > 0, hist_percentile(h, percent));
}

char *show_rate(char buf[static FMT_MAX], bool known, double per_second)
{
	if (!known)
		return unknown(buf);
	if (per_second >= 100)
		return fmt_count(buf, fmt_whole(per_second + 0.5));
	snprintf(buf, FMT_MAX, per_second && per_second < 10 ? "%.2f" : "%.1f", per_second);
	return buf;
}

bool show_has_tasks(const struct model *m)
{
	return m->session.mode != MODE_PROC;
}

bool show_series_rate(const struct model *m, const struct series *s, double *ret_per_second)
{
	uint32_t ticks = s->count < RATE_TICKS ? s->count : RATE_TICKS;
	double sum = 0;

	if (!ticks || !m->tick_ns)
		return false;
	for (uint32_t i = 0; i < ticks; i++)
		sum += (double)series_at(s, i);
	*ret_per_second = sum * 1e9 / ((double)ticks * (double)m->tick_ns);
	return true;
}
