/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an image holds of each struct of the model, as rows: one for every member, in the order of
 * the struct. Without a row for one of them tests/image/shape_test.c or tests/house/shapes_test.py
 * fails; whoever adds one adds its row here, and says by its kind how far its values may be
 * trusted.
 *
 * A shape is written and read by columns: of several structs in a row the first member of each,
 * then the second. Inside of src/image.
 */
#ifndef POOLTOP_SHAPE_H
#define POOLTOP_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_kind {
	FIELD_UNSIGNED = 1,
	FIELD_SIGNED, /* at least -most, if there is a most */
	FIELD_BOOL,
	FIELD_REAL, /* float or double */
	FIELD_TEXT, /* an array, terminated; cleaned again */
	FIELD_OWNED, /* a pointer to a text of its own, of at most `most` bytes; cleaned again */
	FIELD_NAME, /* a pointer to a constant, which `word` numbers */
	FIELD_PART, /* structs inside: all, or as many as another member says */
	FIELD_LIST, /* a pointer to as many structs as another member says */
	FIELD_ONE, /* a pointer to one, or NULL */
	FIELD_HIST,
	FIELD_TEXTS, /* the model's, by id */
	FIELD_MAP, /* one that nothing else tells */
	FIELD_COUNT, /* says how many there are of another: comes with that */
	FIELD_DERIVED, /* made anew from the rest: maps, capacities, heads of rings */
	FIELD_LEFT_OUT, /* nobody reads it, or it is the reader's own */
	FIELD_KINDS,
};

struct shape;

struct field {
	const char *name;
	enum field_kind kind;
	bool is_time; /* unsigned: a point in time, which is most often near the model's now */
	bool has_lines; /* text: lines are kept */
	bool is_needed; /* owned text, name: never NULL */
	uint32_t offset, size; /* of one element */
	uint32_t count; /* elements of an array; 1 */
	uint64_t least; /* unsigned */
	uint64_t most; /* largest value, or number of elements; 0: any */
	const struct shape *shape; /* part, list, one */
	/* part, list: the members that go with it; NOWHERE: there is none. */
	uint32_t counted, cap, head; /* of a ring */
	uint32_t room; /* elements that are allocated if there is any; 0: as many as there are */
	bool is_kept; /* the room is there with no element too */
	const char *(*word)(unsigned int index); /* name: NULL behind the last */
};

#define NOWHERE UINT32_MAX

enum { SHAPE_SHORT = 16 }; /* elements: longer arrays are written one after another */

struct shape {
	const char *name;
	uint32_t size;
	const struct field *fields;
	uint32_t count;
};

/* By the type: what halves is real, 2 is true, and what is below 1 has a sign. */
#define FIELD_KIND(x)                                                                              \
	((__typeof__(x))1 / 2 != 0		       ? FIELD_REAL                                \
		: (__typeof__(x))2 == (__typeof__(x))1 ? FIELD_BOOL                                \
		: (__typeof__(x))-1 < (__typeof__(x))1 ? FIELD_SIGNED                              \
						       : FIELD_UNSIGNED)

#define OF(type, member) (((struct type *)0)->member)
#define LENGTH(type, member) (sizeof(OF(type, member)) / sizeof(OF(type, member)[0]))
#define AT(type, member) .name = #member, .offset = offsetof(struct type, member)
#define SINGLE(type, member) AT(type, member), .size = sizeof(OF(type, member)), .count = 1
#define ARRAY(type, member)                                                                        \
	AT(type, member), .size = sizeof(OF(type, member)[0]), .count = LENGTH(type, member)

/* Numbers; the second of each pair for an array of them. */
#define NUMBER(type, member)                                                                       \
	{                                                                                          \
		SINGLE(type, member), .kind = FIELD_KIND(OF(type, member))                         \
	}
#define NUMBERS(type, member)                                                                      \
	{                                                                                          \
		ARRAY(type, member), .kind = FIELD_KIND(OF(type, member)[0])                       \
	}
#define UP_TO(type, member, max)                                                                   \
	{                                                                                          \
		SINGLE(type, member), .kind = FIELD_KIND(OF(type, member)), .most = (max)          \
	}
#define BETWEEN(type, member, min, max)                                                            \
	{                                                                                          \
		SINGLE(type, member), .kind = FIELD_KIND(OF(type, member)), .least = (min),        \
				      .most = (max)                                                \
	}
#define ALL_UP_TO(type, member, max)                                                               \
	{                                                                                          \
		ARRAY(type, member), .kind = FIELD_KIND(OF(type, member)[0]), .most = (max)        \
	}
#define TIME(type, member)                                                                         \
	{                                                                                          \
		SINGLE(type, member), .kind = FIELD_KIND(OF(type, member)), .is_time = true        \
	}
#define TIMES(type, member)                                                                        \
	{                                                                                          \
		ARRAY(type, member), .kind = FIELD_KIND(OF(type, member)[0]), .is_time = true      \
	}

/* Texts and constants. */
#define TEXT(type, member)                                                                         \
	{                                                                                          \
		SINGLE(type, member), .kind = FIELD_TEXT                                           \
	}
#define OWNED(type, member, max)                                                                   \
	AT(type, member), .size = sizeof(char *), .count = 1, .kind = FIELD_OWNED, .most = (max)
#define NAME(type, member, words)                                                                  \
	AT(type, member), .size = sizeof(char *), .count = 1, .kind = FIELD_NAME, .word = (words)

/* Structs: one inside, an array of them, the first `number` of an array. */
#define PART(type, member, of)                                                                     \
	{                                                                                          \
		SINGLE(type, member), .kind = FIELD_PART, .shape = &(of), .counted = NOWHERE       \
	}
#define PARTS(type, member, of)                                                                    \
	{                                                                                          \
		ARRAY(type, member), .kind = FIELD_PART, .shape = &(of), .counted = NOWHERE        \
	}
#define FIRST_PARTS(type, member, number, of)                                                      \
	{                                                                                          \
		ARRAY(type, member), .kind = FIELD_PART, .shape = &(of),                           \
				     .counted = offsetof(struct type, number)                      \
	}

/* Structs elsewhere, which are the model's own: in a vector that grows, in one of a certain length
 * or none, in a ring. */
#define LIST(type, member, number, max, of)                                                        \
	AT(type, member), .size = sizeof(void *), .count = 1, .kind = FIELD_LIST, .shape = &(of),  \
			  .most = (max), .counted = offsetof(struct type, number)
#define GROWN(type, member, number, capacity, max, of)                                             \
	{                                                                                          \
		LIST(type, member, number, max, of), .cap = offsetof(struct type, capacity),       \
						     .head = NOWHERE                               \
	}
#define FIXED(type, member, number, max, of)                                                       \
	LIST(type, member, number, max, of), .cap = NOWHERE, .head = NOWHERE
#define RING(type, member, number, first, max, of)                                                 \
	LIST(type, member, number, max, of), .head = offsetof(struct type, first)
#define ONE(type, member, of)                                                                      \
	{                                                                                          \
		AT(type, member), .size = sizeof(void *), .count = 1, .kind = FIELD_ONE,           \
				  .shape = &(of)                                                   \
	}
#define HIST(type, member)                                                                         \
	{                                                                                          \
		SINGLE(type, member), .kind = FIELD_HIST                                           \
	}

/* What is not written as such. */
#define COUNT(type, member)                                                                        \
	{                                                                                          \
		SINGLE(type, member), .kind = FIELD_COUNT                                          \
	}
#define DERIVED(type, member)                                                                      \
	{                                                                                          \
		SINGLE(type, member), .kind = FIELD_DERIVED                                        \
	}
#define LEFT_OUT(type, member)                                                                     \
	{                                                                                          \
		SINGLE(type, member), .kind = FIELD_LEFT_OUT                                       \
	}

#define SHAPE(type, rows)                                                                          \
	{                                                                                          \
		.name = #type, .size = sizeof(struct type), .fields = (rows),                      \
		.count = sizeof(rows) / sizeof((rows)[0])                                          \
	}

extern const struct shape shape_frame;
extern const struct shape shape_frame_session;
extern const struct shape shape_frame_tick;
extern const struct shape shape_frame_level;
extern const struct shape shape_task_times;
extern const struct shape shape_frame_msg;
extern const struct shape shape_frame_exit;
extern const struct shape shape_frame_wait;
extern const struct shape shape_frame_work;
extern const struct shape shape_frame_usage;
extern const struct shape shape_frame_shared;
extern const struct shape shape_stack_place;
extern const struct shape shape_trace_place;
extern const struct shape shape_task_key;
extern const struct shape shape_task;
extern const struct shape shape_hand;
extern const struct shape shape_start_module;
extern const struct shape shape_start_piece;
extern const struct shape shape_start;
extern const struct shape shape_worker;
extern const struct shape shape_signal_seen;
extern const struct shape shape_oom_seen;
extern const struct shape shape_pipe_end;
extern const struct shape shape_stack_ids;
extern const struct shape shape_stack;
extern const struct shape shape_proc;
extern const struct shape shape_pace_sums;
extern const struct shape shape_batch;
extern const struct shape shape_payload;
extern const struct shape shape_pace;
extern const struct shape shape_load_sums;
extern const struct shape shape_load_call;
extern const struct shape shape_load;
extern const struct shape shape_lost_task;
extern const struct shape shape_death;
extern const struct shape shape_failure;
extern const struct shape shape_evidence;
extern const struct shape shape_finding_past;
extern const struct shape shape_finding;
extern const struct shape shape_stall;
extern const struct shape shape_series;
extern const struct shape shape_func;
extern const struct shape shape_job;
extern const struct shape shape_slow_task;
extern const struct shape shape_answer;
extern const struct shape shape_queue;
extern const struct shape shape_core_strip;
extern const struct shape shape_pool_core;
extern const struct shape shape_totals;
extern const struct shape shape_pool_traits;
extern const struct shape shape_memory_past;
extern const struct shape shape_throttled;
extern const struct shape shape_reading;
extern const struct shape shape_unsent;
extern const struct shape shape_sampled;
extern const struct shape shape_profile;
extern const struct shape shape_pool;
extern const struct shape shape_ended_proc;
extern const struct shape shape_departed;
extern const struct shape shape_gone;
extern const struct shape shape_cpu;
extern const struct shape shape_event;
extern const struct shape shape_missing;
extern const struct shape shape_dropped;
extern const struct shape shape_throttle;
extern const struct shape shape_trace;
extern const struct shape shape_model;

/* Every shape once, the parts before the wholes; NULL behind the last. For tests and the schema. */
const struct shape *shape_at(unsigned int index);

/* One struct alone, of any shape but the model's own; for tests. image.h says what they return;
 * what is got is put into zeros, and is there as far as it came. */
struct buf;
int shape_put(const struct shape *s, const void *one, struct buf *to);
int shape_get(const struct shape *s, void *one, const void *bytes, size_t len);

/* Constants of the model, by number from 0; NULL behind the last. */
const char *word_kind(unsigned int index);
const char *word_reason(unsigned int index);
const char *word_finding(unsigned int index);

#endif
