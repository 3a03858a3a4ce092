/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "base/fmt.h"
#include "export/facts.h"
#include "export/report.h"
#include "export/text.h"

void text_title(struct page *out, const char *title)
{
	page_end(out);
	page_add(out, " %s", title);
	page_end(out);
}

const char *text_key(char buf[static TEXT_KEY], const struct task_key *key)
{
	if (key->chunk >= 0)
		snprintf(buf, TEXT_KEY, "%lld/%d", (long long)key->job, key->chunk);
	else
		snprintf(buf, TEXT_KEY, "%lld", (long long)key->job);
	return buf;
}

static uint64_t pool_age_ns(const struct model *m, const struct pool *p)
{
	uint64_t end = p->ended_ns ? p->ended_ns : m->now_ns;

	return p->started_ns && end > p->started_ns ? end - p->started_ns : 0;
}

/* As it was made; of a pool that was found, its first workers may have been on their way out. */
static uint32_t pool_size(const struct pool *p)
{
	if (p->workers_alive && (!p->from_start || p->workers_alive > p->first_size))
		return p->workers_alive;
	return p->first_size;
}

static void head(struct page *out, const struct model *m, const struct pool *p)
{
	const char *method = start_method_name(p->start_method);
	const char *python = model_text(m, p->python, NULL);
	char age[FMT_MAX];

	page_say(out, 1, "%s(%u) of %u: %s", p->kind, pool_size(p), p->pid,
		model_text(m, p->command, "its command line is not known"));
	page_end(out);
	page_to(out, 1);
	page_say(out, 1, "%s, %s %s%s%s%s%s%s", pool_state_name(p->state),
		p->ended_ns ? "lived" : "up", fmt_duration(age, pool_age_ns(m, p)),
		method ? ", " : "", method ? method : "", python ? ", Python " : "",
		python ? python : "", p->parent_gone ? ", its parent is gone" : "");
	page_end(out);
	text_stall(out, m, p);
	if (p->from_start)
		return;
	page_add(out, " It was there before watching began: counts are from then on.");
	page_end(out);
}

static void pool(struct page *out, const struct model *m, const struct pool *p)
{
	unsigned int i;

	page_end(out);
	for (i = 0; i < out->width; i++)
		page_add(out, "-");
	page_end(out);
	head(out, m, p);
	text_findings(out, m, p);
	text_deaths(out, m, p);
	text_failures(out, m, p);
	text_tasks(out, m, p);
	text_queues(out, m, p);
	text_functions(out, m, p);
	text_hot(out, m, p);
	text_workers(out, m, p);
}

int report_text(const struct model *m, char **ret_text, size_t *ret_len)
{
	struct page out = {.width = REPORT_WIDTH};
	uint32_t i;

	text_session(&out, m);
	for (i = 0; i < m->pools_count; i++)
		pool(&out, m, &m->pools[i]);
	if (!m->pools_count) {
		page_end(&out);
		page_add(&out, "No process pool was seen.");
		page_end(&out);
	}
	return page_finish(&out, ret_text, ret_len);
}
