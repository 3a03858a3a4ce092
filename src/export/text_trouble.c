/* SPDX-License-Identifier: GPL-2.0-only */
/* What went wrong: findings, deaths, failures. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/fmt.h"
#include "export/text.h"

enum {
	DEATHS = 10, /* newest that are shown */
	FAILURES = 8,
	TRACEBACK_LINES = 6, /* the last of each */
};

void text_findings(struct page *out, const struct model *m, const struct pool *p)
{
	char wall[FMT_MAX];
	uint32_t i;

	text_title(out, "Findings");
	for (i = 0; i < p->findings_count; i++) {
		const struct finding *f = &p->findings[i];

		page_add(out, "  %-9s %s, since %s", severity_name(f->severity), f->id,
			fmt_wall(wall, model_wall_ns(m, f->since_ns), 0));
		page_end(out);
		page_to(out, TEXT_INDENT);
		page_words(out, TEXT_INDENT, f->text);
		page_end(out);
		if (!*f->advice)
			continue;
		page_add(out, "         -> ");
		page_words(out, TEXT_INDENT, f->advice);
		page_end(out);
	}
	if (!p->findings_count) {
		page_add(out, "  none");
		page_end(out);
	}
}

static void by_signal(struct page *out, const struct death *d, uint32_t parent, const char *age)
{
	const struct signal_seen *s = &d->sender;
	unsigned int sig = d->status_known ? (unsigned int)WTERMSIG((int)d->status) : s->sig;
	char space[16];
	const char *name = signal_name(sig, space);

	if (s->seen && s->sender == d->pid)
		page_say(out, TEXT_INDENT, "%u, aged %s, killed itself by %s", d->pid, age, name);
	else if (s->seen && s->sender)
		page_say(out, TEXT_INDENT, "%u, aged %s, was killed by %s from %s%u (%s, uid %u)",
			d->pid, age, name, s->sender == parent ? "its parent " : "", s->sender,
			s->comm, s->uid);
	else if (s->seen)
		page_say(out, TEXT_INDENT, "%u, aged %s, was killed by %s from the kernel", d->pid,
			age, name);
	else
		page_say(out, TEXT_INDENT, "%u, aged %s, was killed by %s (from whom is not known)",
			d->pid, age, name);
	if (d->status_known && WCOREDUMP((int)d->status))
		page_add(out, ", core dumped");
}

static void by_oom(struct page *out, const struct model *m, const struct death *d, const char *age)
{
	char limit[FMT_MAX], rss[FMT_MAX];
	const struct oom_seen *o = &d->oom;

	page_say(out, TEXT_INDENT, "%u, aged %s, was killed by the OOM killer%s%s%s%s%s%s", d->pid,
		age, o->scope ? ": " : "", model_text(m, o->scope, ""),
		o->limit_bytes ? " at its limit of " : "",
		o->limit_bytes ? fmt_bytes(limit, o->limit_bytes) : "",
		o->rss_bytes ? ", it had " : "", o->rss_bytes ? fmt_bytes(rss, o->rss_bytes) : "");
}

static void by_exit(struct page *out, const struct death *d, const char *age)
{
	if (d->status_known)
		page_say(out, TEXT_INDENT, "%u, aged %s, exited with status %d", d->pid, age,
			WEXITSTATUS((int)d->status));
	else
		page_say(out, TEXT_INDENT, "%u, aged %s, is gone, nobody saw how", d->pid, age);
}

void text_row(struct page *out, const char *name)
{
	page_to(out, TEXT_INDENT);
	page_add(out, "%s", name);
	page_to(out, TEXT_ROW);
}

static void in_hand(struct page *out, const struct model *m, const struct death *d)
{
	const struct hand *h = &d->hand;
	char key[TEXT_KEY], items[FMT_MAX], age[FMT_MAX];
	bool timed = h->since_ns && d->t_ns >= h->since_ns;

	text_row(out, "in hand");
	if (!h->has)
		page_add(out, "no task");
	else
		page_say(out, TEXT_ROW, "task %s of %s%s%s%s%s%s", text_key(key, &h->key),
			model_text(m, h->func, "a function not known"), h->items ? ", " : "",
			h->items ? fmt_count(items, h->items) : "",
			h->items > 1 ? " items"
			: h->items   ? " item"
				     : "",
			timed ? ", for " : "",
			timed ? fmt_duration(age, d->t_ns - h->since_ns) : "");
	page_end(out);
}

/* One that was before watching began. */
static void past(struct page *out, const struct model *m, const struct death *d)
{
	char wall[FMT_MAX], limit[FMT_MAX], who[32] = "a worker", how[96] = "died", space[16];
	unsigned int sig = d->status & 0x7f;

	page_add(out, "  %s", d->t_ns ? fmt_wall(wall, d->wall_ns, 0) : "before");
	page_to(out, TEXT_INDENT);
	if (d->pid)
		snprintf(who, sizeof(who), "%u", d->pid);
	if (d->end == END_OOM)
		snprintf(how, sizeof(how), "was killed by the OOM killer%s%s",
			d->oom.limit_bytes ? " at a limit of " : "",
			d->oom.limit_bytes ? fmt_bytes(limit, d->oom.limit_bytes) : "");
	else if (d->status_known && sig)
		snprintf(how, sizeof(how), "ended by %s", signal_name(sig, space));
	else if (d->status_known)
		snprintf(how, sizeof(how), "exited with status %d", WEXITSTATUS((int)d->status));
	page_say(out, TEXT_INDENT, "%s %s before watching began (inferred)", who, how);
	page_end(out);
	if (d->oom.seen) {
		text_row(out, "cgroup");
		page_words(out, TEXT_ROW, model_text(m, d->oom.scope, "not known"));
		page_end(out);
	}
	text_row(out, "inferred");
	page_words(out, TEXT_ROW, d->inferred);
	page_end(out);
	text_row(out, "replaced");
	page_add(out, d->replaced_by ? "by %u" : "by nobody", d->replaced_by);
	page_end(out);
}

static void certificate(
	struct page *out, const struct model *m, const struct pool *p, const struct death *d)
{
	char wall[FMT_MAX], age[FMT_MAX], rss[FMT_MAX], past[MEMORY_WORDS];

	page_add(out, "  %s", d->wall_ns ? fmt_wall(wall, d->wall_ns, 0) : "?");
	page_to(out, TEXT_INDENT);
	fmt_duration(age, d->age_ns);
	if (d->end == END_OOM)
		by_oom(out, m, d, age);
	else if (d->end == END_SIGNAL)
		by_signal(out, d, p->pid, age);
	else
		by_exit(out, d, age);
	page_end(out);
	in_hand(out, m, d);
	if (d->rss_bytes || d->rss_peak_bytes) {
		text_row(out, "memory");
		page_add(out, "%s", d->rss_bytes ? fmt_bytes(rss, d->rss_bytes) : "not known");
		if (d->rss_peak_bytes)
			page_add(out, ", at most %s", fmt_bytes(rss, d->rss_peak_bytes));
		page_end(out);
	}
	if (d->memory.count > 1) {
		text_row(out, "it had");
		page_words(out, TEXT_ROW, memory_words(past, d));
		page_end(out);
	}
	text_stack(out, m, d);
	text_last_words(out, d);
	if (*d->consequence) {
		text_row(out, "it means");
		page_words(out, TEXT_ROW, d->consequence);
		page_end(out);
	}
	text_row(out, "replaced");
	if (d->replaced_by)
		page_add(out, "by %u", d->replaced_by);
	else
		page_add(out, "by nobody");
	page_end(out);
}

void text_deaths(struct page *out, const struct model *m, const struct pool *p)
{
	uint32_t first = p->deaths_count > DEATHS ? p->deaths_count - DEATHS : 0;
	uint32_t i;

	if (!p->deaths_count)
		return;
	text_title(out, "Deaths");
	for (i = first; i < p->deaths_count; i++)
		if (p->deaths[i].inferred[0])
			past(out, m, &p->deaths[i]);
		else
			certificate(out, m, p, &p->deaths[i]);
	if (first) {
		page_add(out, "  and %u before these", first);
		page_end(out);
	}
}

const char *text_last_lines(const char *text, unsigned int lines)
{
	size_t at = strlen(text);

	while (at && text[at - 1] == '\n')
		at--;
	while (at) {
		if (text[at - 1] == '\n' && !--lines)
			break;
		at--;
	}
	return text + at;
}

static void traceback(struct page *out, const char *text)
{
	const char *line = text_last_lines(text, TRACEBACK_LINES);

	while (*line) {
		size_t len = strcspn(line, "\n");

		page_to(out, TEXT_INDENT);
		page_add(out, "| ");
		page_cut(out, line, len);
		page_end(out);
		line += len + (line[len] == '\n');
	}
}

static void failure(struct page *out, const struct model *m, const struct failure *f)
{
	char count[FMT_MAX], key[TEXT_KEY], wall[FMT_MAX];

	page_add(out, " %7s x", fmt_count(count, f->count));
	page_to(out, TEXT_INDENT);
	page_say(out, TEXT_INDENT, "%s%s%s", f->exception, *f->message ? ": " : "", f->message);
	page_end(out);
	page_to(out, TEXT_INDENT);
	page_say(out, TEXT_INDENT, "in %s, last in task %s by %u at %s",
		model_text(m, f->func, "a function not known"), text_key(key, &f->key), f->pid,
		fmt_wall(wall, model_wall_ns(m, f->t_ns), 0));
	page_end(out);
	traceback(out, f->traceback);
}

/* Those that came most often, by falling count: indexes into p->failures. */
static unsigned int commonest(const struct pool *p, uint32_t ret[static FAILURES])
{
	unsigned int count = 0, at;
	uint32_t i;

	for (i = 0; i < p->failures_count; i++) {
		at = count < FAILURES ? count++ : FAILURES;
		for (; at && p->failures[ret[at - 1]].count < p->failures[i].count; at--)
			if (at < FAILURES)
				ret[at] = ret[at - 1];
		if (at < FAILURES)
			ret[at] = i;
	}
	return count;
}

void text_failures(struct page *out, const struct model *m, const struct pool *p)
{
	uint32_t rows[FAILURES];
	unsigned int count = commonest(p, rows), i;

	if (!count)
		return;
	text_title(out, "Failures");
	for (i = 0; i < count; i++)
		failure(out, m, &p->failures[rows[i]]);
	if (p->failures_count > count) {
		page_add(out, "  and %u kinds more, which came less often",
			p->failures_count - count);
		page_end(out);
	}
}
