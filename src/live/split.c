/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/split.h"

#include <string.h>

#include "wire/class.h"

void split_add(struct split *s, enum sample_class class, uint64_t ns, uint64_t t_ns)
{
	s->sampled_ns[class] += ns;
	s->newest_ns = t_ns;
	s->newest = class_state[class];
}

static uint64_t sum_of(const uint64_t ns[SAMPLE_CLASSES])
{
	uint64_t sum = 0;

	for (int i = 0; i < SAMPLE_CLASSES; i++)
		sum += ns[i];
	return sum;
}

static void spread(struct split *s, uint64_t ns, const uint64_t like[SAMPLE_CLASSES])
{
	double sum = (double)sum_of(like);
	uint64_t left = ns;

	for (int i = 0; i < SAMPLE_CLASSES; i++) {
		uint64_t part = (uint64_t)((double)ns * ((double)like[i] / sum));

		if (class_state[i] == STATE_RUN)
			continue;
		part = part < left ? part : left;
		left -= part;
		s->moved_ns[class_state[i]] += part;
	}
}

void split_settle(struct split *s, uint64_t run_ns, const uint64_t others[SAMPLE_CLASSES])
{
	const uint64_t *like = sum_of(s->sampled_ns) ? s->sampled_ns : others;

	if (run_ns <= s->run_ns || !like || !sum_of(like))
		return;
	spread(s, run_ns - s->run_ns, like);
	s->run_ns = run_ns;
	memset(s->sampled_ns, 0, sizeof(s->sampled_ns));
}

void split_move(const struct split *s, __u64 state_ns[WORKER_STATES])
{
	for (int i = 0; i < WORKER_STATES; i++) {
		uint64_t ns = s->moved_ns[i];

		ns = ns < state_ns[STATE_RUN] ? ns : state_ns[STATE_RUN];
		state_ns[STATE_RUN] -= ns;
		state_ns[i] += ns;
	}
}
