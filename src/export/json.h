/* SPDX-License-Identifier: GPL-2.0-only */
/* The pieces of the report's JSON (INTERFACE 4). Each returns a new value that the caller puts
 * somewhere, or NULL, which is remembered in *j. */
#ifndef POOLTOP_EXPORT_JSON_H
#define POOLTOP_EXPORT_JSON_H

#include "export/jout.h"
#include "model/model.h"

json_t *json_pool(struct jout *j, const struct model *m, const struct pool *p);
json_t *json_worker(
	struct jout *j, const struct model *m, const struct pool *p, const struct worker *w);
/* What lies in its pipes, and who waits for room in them. */
json_t *json_queues(struct jout *j, const struct model *m, const struct pool *p);
json_t *json_hot(struct jout *j, const struct model *m, const struct pool *p);
/* What the garbage collector took; null: not known. */
json_t *json_gc(struct jout *j, const struct pool *p);
json_t *json_death(struct jout *j, const struct model *m, const struct death *d);

/* Why it does not move, and what each of its processes waits in; or null. */
json_t *json_stall(struct jout *j, const struct model *m, const struct pool *p);
/* Stalls that are over. */
json_t *json_stalls(struct jout *j, const struct pool *p);
/* How a worker started, and its pool's fork server (null where there is none). */
json_t *json_start(
	struct jout *j, const struct model *m, const struct pool *p, const struct worker *w);
json_t *json_server(struct jout *j, const struct model *m, const struct pool *p);

/* A stack's frames, innermost first, none for NULL; of enum place_kind, 0: of both. */
json_t *json_places(struct jout *j, const struct model *m, const struct stack *s, uint32_t kind);

/* What it was doing: "python_stack" and all that stands with it, into the death's object. */
void json_stacks(struct jout *j, json_t *o, const struct model *m, const struct death *d);

/* The name of text `id`, or null. */
void json_name(struct jout *j, json_t *object, const char *key, const struct model *m, uint32_t id);

/* "job" and "chunk" of a task. */
void json_key(struct jout *j, json_t *object, const struct task_key *key);

#endif
