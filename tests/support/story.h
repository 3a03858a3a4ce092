/* SPDX-License-Identifier: GPL-2.0-only */
/* A history and the session that listens to it: the fixture of most tests behind the decoder. */
#ifndef POOLTOP_TESTS_STORY_H
#define POOLTOP_TESTS_STORY_H

#include "tests/support/history.h"

struct story {
	struct history h;
	struct session s;
	size_t told; /* bytes of the history that were fed */
};

/* Set-up and tear-down for cmocka: *state is the story. */
int story_begin(void **state);
int story_end(void **state);

/* Feeds what was added since the last time. Aborts if that fails. */
void story_tell(struct story *t);

/* Tells, and gives the only pool, or NULL if there is none or are several. */
const struct pool *story_pool(struct story *t);

/* The worker of that pid, the newest if there are several; NULL: none. */
const struct worker *story_worker(const struct pool *p, uint32_t pid);

/* The finding of that trap, NULL: none. */
const struct finding *story_finding(const struct pool *p, const char *id);

/* The story's usual start: session, a parent `python3 job.py` of pid 100, and the two pipes. */
extern const struct history_pool story_pipes;
void story_parent(struct story *t, enum wire_mode mode);
/* Pipes of an executor of the same parent's. */
extern const struct history_pool story_calls;
/* The parent with children 101, 102 ... that have just been forked, and a second that passes. */
void story_children(struct story *t, unsigned int n);
/* The parent with a started Pool of workers 101, 102 ... and one tick. */
void story_start(struct story *t, unsigned int workers);

#endif
