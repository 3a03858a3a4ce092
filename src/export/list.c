/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "export/json.h"
#include "export/page.h"
#include "export/report.h"

static bool is_shown(const struct pool *p)
{
	return p->state != POOL_GONE && !p->ended_ns;
}

unsigned int list_count(const struct model *m)
{
	unsigned int count = 0;
	uint32_t i;

	for (i = 0; i < m->pools_count; i++)
		count += is_shown(&m->pools[i]);
	return count;
}

static json_t *row_json(struct jout *j, const struct model *m, const struct pool *p)
{
	json_t *o = jout_object(j);

	jout_uint(j, o, "pid", p->pid);
	jout_text(j, o, "kind", p->kind);
	json_name(j, o, "command", m, p->command);
	json_name(j, o, "python", m, p->python);
	jout_text(j, o, "start_method", start_method_name(p->start_method));
	jout_uint(j, o, "workers", p->workers_alive);
	jout_text(j, o, "state", pool_state_name(p->state));
	json_name(j, o, "user", m, p->user);
	json_name(j, o, "cgroup", m, p->cgroup);
	return o;
}

int list_json(const struct model *m, char **ret_text, size_t *ret_len)
{
	struct jout j = {0};
	json_t *root = jout_object(&j);
	json_t *pools = jout_array(&j);
	uint32_t i;

	for (i = 0; i < m->pools_count; i++)
		if (is_shown(&m->pools[i]))
			jout_push(&j, pools, row_json(&j, m, &m->pools[i]));
	jout_put(&j, root, "pools", pools);
	return jout_dump(&j, root, ret_text, ret_len);
}

/* A row's texts, left to right; the last is as wide as it is. */
enum { COLUMNS = 8, NUMBER = 16 };

struct row {
	const char *text[COLUMNS];
	char pid[NUMBER], workers[NUMBER];
};

static void fill(struct row *r, const struct model *m, const struct pool *p)
{
	const char *method = start_method_name(p->start_method);

	snprintf(r->pid, sizeof(r->pid), "%u", p->pid);
	snprintf(r->workers, sizeof(r->workers), "%u", p->workers_alive);
	r->text[0] = r->pid;
	r->text[1] = p->kind;
	r->text[2] = r->workers;
	r->text[3] = method ? method : "?";
	r->text[4] = model_text(m, p->python, "?");
	r->text[5] = pool_state_name(p->state);
	r->text[6] = model_text(m, p->user, "?");
	r->text[7] = model_text(m, p->command, "?");
}

static void put(struct page *out, const struct row *r, const struct page_cell cells[COLUMNS])
{
	size_t i;

	for (i = 0; i < COLUMNS; i++) {
		page_cell(out, &cells[i], r->text[i]);
		page_add(out, "  ");
	}
	page_end(out);
}

static void table(struct page *out, const struct row *rows, unsigned int count)
{
	struct page_cell cells[COLUMNS] = {[0] = {.right = true}, [2] = {.right = true}};
	unsigned int i, k;

	for (i = 0; i < count; i++)
		for (k = 0; k < COLUMNS; k++)
			if (page_columns(rows[i].text[k]) > cells[k].width)
				cells[k].width = page_columns(rows[i].text[k]);
	for (i = 0; i < count; i++)
		put(out, &rows[i], cells);
}

int list_text(const struct model *m, char **ret_text, size_t *ret_len)
{
	static const struct row heads = {
		.text = {"PID", "KIND", "WORKERS", "START", "PYTHON", "STATE", "USER", "COMMAND"}};
	unsigned int count = list_count(m), at = 1;
	struct page out = {.width = REPORT_WIDTH};
	struct row *rows;
	uint32_t i;

	if (!count) {
		page_add(&out, "no process pool is running here");
		page_end(&out);
		return page_finish(&out, ret_text, ret_len);
	}
	rows = calloc(count + 1, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	rows[0] = heads;
	for (i = 0; i < m->pools_count; i++)
		if (is_shown(&m->pools[i]))
			fill(&rows[at++], m, &m->pools[i]);
	table(&out, rows, at);
	free(rows);
	return page_finish(&out, ret_text, ret_len);
}
