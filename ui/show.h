/* SPDX-License-Identifier: GPL-2.0-only */
/* Things of the model in words: the same ones in every view. What is not known is a "-". */
#ifndef POOLTOP_SHOW_H
#define POOLTOP_SHOW_H

#include "base/fmt.h"
#include "ui/grid.h"
#include "ui/state.h"

enum { SHOW_MAX = 320 }; /* bytes that hold any of these */

/* "etl.py --all" of "/usr/bin/python3 -u /srv/etl.py --all". */
char *show_command(char buf[static SHOW_MAX], const char *command);

/* "Pool(4) fork" */
char *show_kind(char buf[static SHOW_MAX], const struct pool *p);

/* "3/17": job and chunk; "3" where there are no chunks. */
char *show_key(char buf[static FMT_MAX], struct task_key key);

/* "etl.load 3/17"; "-" without a task. */
char *show_task(char buf[static SHOW_MAX], const struct model *m, const struct hand *hand);

/* The same into a pen: a name that is too long loses its beginning, and the key is always seen. */
void show_hand(struct pen *p, enum style style, const struct model *m, const struct hand *hand);

/* How it ended: "SIGKILL", "OOM kill", "exit 3", "recycled". "-" while it lives. */
char *show_end(char buf[static SHOW_MAX], enum end_kind end, uint32_t status, bool status_known);

/* Who sent the signal: "bash [900]", "the kernel", "the OOM killer", "-". */
char *show_sender(char buf[static SHOW_MAX], const struct death *d);

/* As fmt.h has them, or "-". */
char *show_duration(char buf[static FMT_MAX], bool known, uint64_t ns);
char *show_bytes(char buf[static FMT_MAX], bool known, uint64_t bytes);
char *show_count(char buf[static FMT_MAX], bool known, uint64_t n);
char *show_percent(char buf[static FMT_MAX], bool known, double share);
/* The same in two digits, for what changes at each tick: "27 KiB" and "2.7 KiB", "190 ms". */
char *show_brief(char *text);
char *show_brief_duration(char buf[static FMT_MAX], bool known, uint64_t ns);
char *show_percentile(char buf[static FMT_MAX], const struct hist *h, double percent);

/* "12.3" a second, with digits as they are worth it; "1,204". */
char *show_rate(char buf[static FMT_MAX], bool known, double per_second);

/* Messages are seen: tasks, items and bytes mean something. */
bool show_has_tasks(const struct model *m);

/* The mean over the newest ticks, a second; false if there were none. */
bool show_series_rate(const struct model *m, const struct series *s, double *ret_per_second);

#endif
