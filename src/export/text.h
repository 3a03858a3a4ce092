/* SPDX-License-Identifier: GPL-2.0-only */
/* The pieces of the report for a person. Each writes whole lines. */
#ifndef POOLTOP_EXPORT_TEXT_H
#define POOLTOP_EXPORT_TEXT_H

#include "export/page.h"
#include "model/model.h"

void text_session(struct page *out, const struct model *m);
void text_stall(struct page *out, const struct model *m, const struct pool *p);
void text_findings(struct page *out, const struct model *m, const struct pool *p);
void text_deaths(struct page *out, const struct model *m, const struct pool *p);
void text_failures(struct page *out, const struct model *m, const struct pool *p);
void text_tasks(struct page *out, const struct model *m, const struct pool *p);
void text_queues(struct page *out, const struct model *m, const struct pool *p);
void text_functions(struct page *out, const struct model *m, const struct pool *p);
void text_hot(struct page *out, const struct model *m, const struct pool *p);
void text_workers(struct page *out, const struct model *m, const struct pool *p);

/* "17/198": job and chunk, or "17" where there are no chunks. Returns buf. */
enum { TEXT_KEY = 40 };
const char *text_key(char buf[static TEXT_KEY], const struct task_key *key);

/* A line that begins with what it is about; words go on below at TEXT_ROW. */
enum { TEXT_INDENT = 12, TEXT_ROW = 23 };
void text_row(struct page *out, const char *name);

/* What a worker was doing when it died: the innermost frames. */
void text_stack(struct page *out, const struct model *m, const struct death *d);

/* What it wrote to standard error right before. */
void text_last_words(struct page *out, const struct death *d);

/* The beginning of the last lines of a text that has lines. */
const char *text_last_lines(const char *text, unsigned int lines);

/* A line with a section's name. */
void text_title(struct page *out, const char *title);

#endif
