/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/support/story.h"

#include <stdlib.h>
#include <string.h>

const struct history_pool story_pipes = {.pid = 100, .task_ino = 5001, .result_ino = 5002};

const struct history_pool story_calls = {
	.pid = 100,
	.task_ino = 6001,
	.result_ino = 6002,
	.task_shape = SHAPE_CALL,
	.result_shape = SHAPE_RESULT,
};

int story_begin(void **state)
{
	struct story *t = calloc(1, sizeof(*t));

	if (!t || session_init(&t->s))
		abort();
	history_init(&t->h);
	*state = t;
	return 0;
}

int story_end(void **state)
{
	struct story *t = *state;

	session_release(&t->s);
	history_release(&t->h);
	free(t);
	return 0;
}

void story_tell(struct story *t)
{
	if (history_feed(&t->h, &t->told, &t->s))
		abort();
}

const struct pool *story_pool(struct story *t)
{
	story_tell(t);
	return t->s.model.pools_count == 1 ? &t->s.model.pools[0] : NULL;
}

const struct worker *story_worker(const struct pool *p, uint32_t pid)
{
	for (uint32_t i = p->workers_count; i--;)
		if (p->workers[i].pid == pid)
			return &p->workers[i];
	return NULL;
}

const struct finding *story_finding(const struct pool *p, const char *id)
{
	for (uint32_t i = 0; i < p->findings_count; i++)
		if (!strcmp(p->findings[i].id, id))
			return &p->findings[i];
	return NULL;
}

void story_parent(struct story *t, enum wire_mode mode)
{
	history_session(&t->h, mode);
	history_found(&t->h, 100, 1, "python3 job.py", "3.11.7");
	t->h.pool_pid = 100;
}

void story_start(struct story *t, unsigned int workers)
{
	story_parent(t, MODE_BPF);
	history_start_pool(&t->h, &story_pipes, 101, workers);
	history_ticks(&t->h, 1);
	story_tell(t);
}

void story_children(struct story *t, unsigned int n)
{
	story_parent(t, MODE_BPF);
	for (uint32_t pid = 101; pid < 101 + n; pid++) {
		history_fork(&t->h, 100, pid);
		history_born(&t->h, pid);
	}
	history_wait(&t->h, HISTORY_S);
}
