/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions that the reports are tested on, folded from histories. Each fills *s, which the caller
 * releases with session_release(). */
#ifndef POOLTOP_TESTS_EXPORT_STORIES_H
#define POOLTOP_TESTS_EXPORT_STORIES_H

#include "session/session.h"

void story_lively(struct session *s);

/* A Pool(6) in which everything goes wrong: deaths of every kind, failures with long and with odd
 * messages, a feature that is missing, lost records, two frames that are nonsense, a stall. */
void story_trouble(struct session *s);

/* A Pool(2) seen through /proc alone, found when it was there already; one worker vanishes. */
void story_proc(struct session *s);

#endif
