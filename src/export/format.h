/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording in the form of other tools: one file per format, one row in export_formats. Text is
 * made as frames are fed, so that a recording of any length takes little memory.
 */
#ifndef POOLTOP_FORMAT_H
#define POOLTOP_FORMAT_H

#include "base/buf.h"
#include "model/model.h"

struct export_format;
struct folds;

/* Owns its contents. */
struct exporter {
	const struct export_format *format;
	struct buf out; /* made and not yet taken: buf_drop() what was written */
	uint64_t rows; /* written so far */
	struct folds *folds; /* of `folded` */
};

struct export_format {
	const char *name;
	const char *what; /* one line for the help */
	/* Each may be NULL. Want of memory is remembered in e->out. */
	void (*begin)(struct exporter *e);
	/* A frame was folded into the model. */
	void (*frame)(struct exporter *e, const struct model *m, const struct frame *f);
	/* A task has ended, or (outcome 0) is in flight at the end. */
	void (*task)(struct exporter *e, const struct model *m, const struct past_task *t);
	void (*end)(struct exporter *e, const struct model *m);
	void (*release)(struct exporter *e);
};

extern const struct export_format export_csv, export_folded, export_jsonl, export_perfetto;

/* Every format; NULL behind the last. */
extern const struct export_format *const export_formats[];
/* NULL: there is none of that name. */
const struct export_format *export_format_named(const char *name);

void export_init(struct exporter *e, const struct export_format *format);
void export_release(struct exporter *e);

/* After f was folded into m, which keeps its past tasks (model_keep_past()) since its beginning.
 * 0 or -ENOMEM. */
int export_feed(struct exporter *e, const struct model *m, const struct frame *f);
/* After the last frame. 0 or -ENOMEM. */
int export_end(struct exporter *e, const struct model *m);

/* A task as fields, the same in every format that has them. */
struct task_field {
	const char *name;
	/* One of the two. False: not known. */
	bool (*number)(const struct past_task *t, int64_t *ret_number);
	const char *(*text)(const struct model *m, const struct past_task *t); /* NULL: unknown */
};

/* Ends with a row without a name. */
extern const struct task_field task_fields[];

/* "returned", "lost", "unknown", "in flight"; constant. */
const char *task_outcome_name(enum task_outcome outcome);

/* Adds a JSON string, quotes included; NULL is null. */
void export_json_text(struct buf *out, const char *text);

#endif
