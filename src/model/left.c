/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tasks without a number that their worker has gone on from without an answer, of which there may
 * be many: a thread sends the answers. They are a chain, in the order in which they were taken, and
 * it is made anew when one of them went by other ways, or the model came out of an image.
 */
#include <stdlib.h>

#include "model/inside.h"

static const struct task_key no_key;

static bool is_left(const struct task *t, const struct worker *w)
{
	return t->worker == w->id && t->left_ns && !t->done_ns;
}

/* The first of the chain; NULL: it has none that can be trusted. */
static struct task *first_of(const struct pool *p, const struct worker *w)
{
	struct task *t = task_key_is_numbered(w->left_first) ? NULL : task_find(p, w->left_first);

	return t && is_left(t, w) ? t : NULL;
}

void left_add(const struct pool *p, struct worker *w, struct task *t, uint64_t t_ns)
{
	struct task *last = w->left ? task_find(p, w->left_last) : NULL;

	t->left_ns = t_ns ? t_ns : 1;
	t->left_next = no_key;
	if (last)
		last->left_next = t->key;
	else
		w->left_first = w->left ? no_key : t->key;
	w->left_last = t->key;
	w->left++;
}

static int by_taken(const void *a, const void *b)
{
	const struct task *x = *(struct task *const *)a, *y = *(struct task *const *)b;

	if (x->taken_ns != y->taken_ns)
		return x->taken_ns < y->taken_ns ? -1 : 1;
	return (x->key.job > y->key.job) - (x->key.job < y->key.job);
}

/* Without memory there is no chain. */
static void chain_anew(const struct pool *p, struct worker *w)
{
	uint32_t most = w->left < p->tasks_count ? w->left : p->tasks_count, n = 0;
	struct task **found = calloc(most, sizeof(*found));

	w->left_first = w->left_last = no_key;
	for (uint32_t i = 0; i < p->tasks_count && found && n < most; i++)
		if (is_left(&p->tasks[i], w))
			found[n++] = &p->tasks[i];
	if (n) {
		qsort(found, n, sizeof(*found), by_taken);
		w->left_first = found[0]->key;
		w->left_last = found[n - 1]->key;
	}
	for (uint32_t i = 0; i < n; i++)
		found[i]->left_next = i + 1 < n ? found[i + 1]->key : no_key;
	free(found);
}

bool left_answer(const struct pool *p, struct worker *w, uint64_t t_ns, struct task_key *ret_key)
{
	struct task *t = w->left ? first_of(p, w) : NULL;

	if (w->left && !t) {
		chain_anew(p, w);
		t = first_of(p, w);
	}
	if (!t || t->taken_ns > t_ns)
		return false;
	t->left_ns = 0;
	w->left--;
	w->left_first = t->left_next;
	*ret_key = t->key;
	return true;
}
