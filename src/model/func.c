/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of a pool, by name. */
#include <string.h>

#include "model/inside.h"
#include "wire/class.h"

void func_spent(struct func *f, const struct task *t)
{
	const struct task_times *s = &t->spent;
	const struct {
		enum worker_state state;
		uint64_t ns;
	} parts[] = {
		{STATE_SEND, s->send_ns},
		{STATE_IO, s->io_ns},
		{STATE_LOCK, s->lock_ns},
		{STATE_RUNQ, s->runq_ns},
		{STATE_UNPICKLE, s->unpickle_ns},
		{STATE_PICKLE, s->pickle_ns},
	};
	uint64_t core_ns = since_ns(t->done_ns, t->taken_ns);

	if (!(t->times & MSG_TIMES) || !t->taken_ns)
		return;
	f->timed++;
	for (unsigned int i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		uint64_t ns = parts[i].ns < core_ns ? parts[i].ns : core_ns;

		f->state_ns[parts[i].state] += ns;
		core_ns -= ns;
	}
	if (!(t->times & MSG_EXACT)) {
		f->core_ns += core_ns;
		return;
	}
	f->exact++;
	f->state_ns[STATE_RUN] += core_ns;
}

uint32_t func_state_ns(const struct func *f, uint64_t ret_ns[static WORKER_STATES])
{
	const uint32_t measured = 1u << STATE_RUN | 1u << STATE_SEND | 1u << STATE_IO |
				  1u << STATE_LOCK | 1u << STATE_RUNQ;
	const uint32_t split = 1u << STATE_UNPICKLE | 1u << STATE_PICKLE;
	uint64_t left_ns = f->core_ns, sampled_ns = 0;

	memcpy(ret_ns, f->state_ns, sizeof(f->state_ns));
	for (int i = 0; i < SAMPLE_CLASSES; i++)
		sampled_ns += f->class_ns[i];
	for (int i = 0; sampled_ns && i < SAMPLE_CLASSES; i++) {
		double share = (double)f->class_ns[i] / (double)sampled_ns;
		double part_ns = (double)f->core_ns * share;
		uint64_t ns;

		if (class_state[i] == STATE_RUN)
			continue;
		/* Sums of a hostile image may have run over: their share is more than all. */
		ns = part_ns < (double)left_ns ? (uint64_t)part_ns : left_ns;
		left_ns -= ns;
		ret_ns[class_state[i]] += ns;
	}
	ret_ns[STATE_RUN] += left_ns;
	if (!f->timed)
		return 0;
	return f->exact < f->timed && !sampled_ns ? measured : measured | split;
}

struct func *func_get(struct model *m, struct pool *p, uint32_t name)
{
	uint32_t at;

	(void)m;
	if (map_get(&p->funcs_by_name, name, &at))
		return &p->funcs[at];
	/* The last one stands for all that have no place of their own. */
	if (p->funcs_count >= MODEL_FUNCS - 1 && name != MODEL_TEXT_OTHERS)
		return func_get(m, p, MODEL_TEXT_OTHERS);
	if (vec_grow(&p->funcs, &p->funcs_cap, p->funcs_count,
		    (struct vec_shape){sizeof(*p->funcs), MODEL_FUNCS}) ||
		map_put(&p->funcs_by_name, name, p->funcs_count))
		return NULL;
	p->funcs[p->funcs_count] = (struct func){.name = name};
	return &p->funcs[p->funcs_count++];
}
