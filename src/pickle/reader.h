/* SPDX-License-Identifier: GPL-2.0-only */
/* From the values that a machine has found to facts. Private to src/pickle. */
#ifndef POOLTOP_PICKLE_READER_H
#define POOLTOP_PICKLE_READER_H

#include "pickle/name.h"
#include "pickle/pickle.h"
#include "pickle/pieces.h"

struct reader {
	const struct machine *m;
	const struct pickle_bytes *in;
	struct pickle_facts *facts;
};

/* One key of an object's state. */
struct key {
	const char *name;
	/* The value's pieces begin at i. */
	void (*read)(struct reader *r, const struct pieces *p, unsigned int i);
};

/* Reads the keys that it knows of the object that is piece i. keys[] ends with a NULL name. */
void reader_keys(struct reader *r, const struct pieces *p, unsigned int i, const struct key *keys);

/* failure.c: an exception, wrapped or not, whose pieces begin at i. */
void failure_read(struct reader *r, const struct pieces *p, unsigned int i);
/* The class by its names: "module.name". */
void failure_type(struct reader *r, const struct value *class);
/* The traceback's text. */
void failure_text(struct reader *r, const struct value *text);
/* billiard's ExceptionInfo, torch's ExceptionWrapper. */
void failure_info(struct reader *r, const struct pieces *p, unsigned int i);
/* A message that is not in the structure may be in the traceback's last line. */
void failure_finish(const struct pickle_bytes *in, struct pickle_facts *facts);

/* tail.c: what stands so far behind that the prefix does not reach it. */
void tail_read(const struct pickle_bytes *in, struct pickle_facts *facts);

/* items.c: so many, for certain. */
void items_exact(struct reader *r, uint32_t n);
/* Those of the list that is piece i. */
void items_of_list(struct reader *r, const struct pieces *p, unsigned int i);
/* They begin behind piece i, or in it if that is a list, and the bytes end before they do. */
void items_about(struct reader *r, const struct pieces *p, unsigned int i);

/* task.c: what is called; its pieces begin at i. */
void task_read(struct reader *r, const struct pieces *p, unsigned int i);
/* Celery puts its task's name first among the arguments. */
void task_read_celery(struct reader *r, const struct pieces *p, unsigned int i);

/* A function's pieces may begin at i. */
bool may_be_function(const struct pieces *p, unsigned int i);

/* executor.c */
bool executor_read(struct reader *r, const struct pieces *p);

/* billiard.c */
bool billiard_read(struct reader *r, const struct pieces *p);

/* A result's value, whose pieces begin at i. */
void result_read(struct reader *r, const struct pieces *p, unsigned int i, bool ok);

bool is_int(const struct value *v);
/* Sets the chunk if it is one; false if it is neither a number nor None. */
bool reader_chunk(struct reader *r, const struct value *v);
void reader_job(struct reader *r, const struct value *v);

#endif
