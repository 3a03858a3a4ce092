/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stack machine of fixed size that runs over pickled bytes and keeps their structure, not their
 * contents. Private to src/pickle.
 *
 * Between two MARKs it counts every value, but stores the first KEEP alone: what names a task
 * stands in front. Tuples, calls and so on keep the first values that they were made of in the
 * arena, as long as there is room; deeper structure has less of it, so that what is outside is
 * never lost to what is inside. So numbers of items are exact however many there are, and
 * memory is bounded.
 */
#ifndef POOLTOP_PICKLE_MACHINE_H
#define POOLTOP_PICKLE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pickle/pickle.h"

enum {
	KEEP = 16, /* values stored between two MARKs */
	SLOTS = 8 * KEEP,
	FRAMES = 64, /* MARKs open at a time */
	ARENA = 256,
	ARENA_STEP = 32, /* what one level leaves for the levels around it */
	MEMO = 256,
};

enum value_kind {
	VALUE_UNKNOWN = 0,
	VALUE_NONE,
	VALUE_BOOL,
	VALUE_INT,
	VALUE_FLOAT,
	VALUE_TEXT,
	VALUE_BYTES,
	VALUE_GLOBAL, /* module and name of a class or function */
	VALUE_TUPLE,
	VALUE_LIST,
	VALUE_DICT, /* its kids are key, value, key, value ... */
	VALUE_SET,
	VALUE_CALL, /* kids: function, arguments, state */
	VALUE_OBJECT, /* kids: class, arguments, state */
};

enum { KID_CALLEE, KID_ARGS, KID_STATE, CALL_KIDS };

struct value {
	uint8_t kind; /* enum value_kind */
	uint8_t kept; /* kids in the arena, at most kids.count */
	uint16_t start; /* top of the arena when it was pushed */
	uint32_t off; /* of its text (text, bytes, global's module), else of its first opcode */
	union {
		int64_t num; /* bool, int */
		double real;
		struct {
			uint32_t have; /* bytes there are */
			uint32_t total; /* bytes it says that it has */
		} text;
		struct {
			uint32_t name_off;
			uint16_t module_len;
			uint16_t name_len; /* 0: the names are not known */
		} global;
		struct {
			uint32_t count; /* all that there were */
			uint16_t area; /* where those that are kept begin in the arena */
		} kids;
	};
};

/* What lies between two MARKs. */
struct frame {
	uint32_t count;
	uint32_t off; /* of the first opcode in it */
	uint32_t second_off; /* where its second value began */
	uint16_t base; /* of its values among the slots */
	uint16_t keep; /* how many of them are stored: KEEP, or 0 */
};

enum machine_end {
	END_NOT = 0,
	END_STOP, /* the pickle is complete */
	END_CUT, /* the bytes end */
	END_OPCODE, /* one that is not known */
	END_BROKEN, /* no pickle */
	END_DEEP, /* too many open MARKs */
};

struct machine {
	const uint8_t *in; /* the bytes in hand: the prefix, or the tail */
	uint32_t len;
	uint32_t pos;
	uint32_t at; /* where in the message `in` begins; every `off` is one in the message */
	uint32_t op_off; /* of the opcode in hand */
	enum machine_end end;
	uint64_t missing; /* bytes of the last text that are not there */

	const uint8_t *prefix;
	const uint8_t *tail;
	uint32_t prefix_len;
	uint32_t tail_len;
	uint32_t tail_at; /* where in the message it begins */

	uint64_t num; /* its operand */
	uint64_t text_len;
	uint32_t text_off;
	uint32_t text_have;
	uint32_t name_off; /* of a second line */
	uint32_t name_len;

	uint32_t depth; /* the frame in hand */
	uint32_t arena_top;
	uint32_t memo_count;
	uint32_t memo_filled; /* entries of memo[] that were ever set */
	struct frame frames[FRAMES];
	struct value slots[SLOTS];
	struct value arena[ARENA];
	struct value memo[MEMO];
};

/*
 * Runs until the bytes or the machine end. Over what lies between prefix and tail it goes where
 * that is inside one text, whose length is known.
 */
void machine_run(struct machine *m, const struct pickle_bytes *in);

/* The value `down` from the top (0: the top); one of unknown kind where it is not stored. */
const struct value *machine_top(const struct machine *m, uint32_t down);

/* A value's kid i, or one of unknown kind. */
const struct value *machine_kid(const struct machine *m, const struct value *v, uint32_t i);

/* The bytes at an offset that a value holds. */
static inline const uint8_t *machine_bytes(const struct machine *m, uint32_t off)
{
	return off <= m->prefix_len ? m->prefix + off : m->tail + (off - m->tail_at);
}

static inline bool value_has_kids(const struct value *v)
{
	return v->kind >= VALUE_TUPLE;
}

/* A text, and all of it is there. */
static inline bool text_is_full(const struct value *v)
{
	return v->kind == VALUE_TEXT && v->text.have == v->text.total;
}

static inline bool value_is_call(const struct value *v)
{
	return v->kind == VALUE_CALL || v->kind == VALUE_OBJECT;
}

#endif
