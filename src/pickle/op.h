/* SPDX-License-Identifier: GPL-2.0-only */
/* What each opcode does to the machine. Private to src/pickle. */
#ifndef POOLTOP_PICKLE_OP_H
#define POOLTOP_PICKLE_OP_H

#include "pickle/machine.h"

/* How an operand is written. Up to 8: so many bytes, little-endian. */
enum operand {
	OPERAND_TEXT1 = 16, /* length in 1 byte, then so many bytes */
	OPERAND_TEXT4,
	OPERAND_TEXT8,
	OPERAND_LINE,
	OPERAND_LINES, /* two */
};

struct op {
	/* Returns END_NOT, or why the machine ends. NULL: the opcode is not known. */
	enum machine_end (*run)(struct machine *m, const struct op *op);
	uint8_t operand; /* enum operand */
	uint8_t kind; /* enum value_kind of what it makes */
	uint8_t n; /* how many values it takes; of a bool: its value */
	uint8_t plain; /* bytes, if all that it does is to push one value; else 0 */
};

/* On top of the stack goes a value, whose first opcode is at `off`. */
static inline void machine_place(struct machine *m, struct value v, uint32_t off)
{
	struct frame *f = &m->frames[m->depth];

	if (f->count < f->keep)
		m->slots[f->base + f->count] = v;
	if (f->count == 1)
		f->second_off = off;
	f->count++;
}

/* A new one, by the opcode in hand. */
static inline void machine_push(struct machine *m, struct value v)
{
	v.start = (uint16_t)m->arena_top;
	machine_place(m, v, m->op_off);
}

/* stack.c: MARK, POP ...; tuples, calls and objects from values, values into containers. */
enum machine_end op_mark(struct machine *m, const struct op *op);
enum machine_end op_pop(struct machine *m, const struct op *op);
enum machine_end op_pop_mark(struct machine *m, const struct op *op);
enum machine_end op_dup(struct machine *m, const struct op *op);
enum machine_end op_gather(struct machine *m, const struct op *op);
enum machine_end op_gather_mark(struct machine *m, const struct op *op);
enum machine_end op_append(struct machine *m, const struct op *op);
enum machine_end op_append_mark(struct machine *m, const struct op *op);
enum machine_end op_build(struct machine *m, const struct op *op);
enum machine_end op_memoize(struct machine *m, const struct op *op);
enum machine_end op_put(struct machine *m, const struct op *op);
enum machine_end op_get(struct machine *m, const struct op *op);

/* push.c: one new value. */
enum machine_end op_push(struct machine *m, const struct op *op); /* of which the kind is all */
enum machine_end op_unsigned(struct machine *m, const struct op *op);
enum machine_end op_signed(struct machine *m, const struct op *op);
enum machine_end op_long(struct machine *m, const struct op *op);
enum machine_end op_double(struct machine *m, const struct op *op);
enum machine_end op_text(struct machine *m, const struct op *op);
enum machine_end op_global(struct machine *m, const struct op *op);
enum machine_end op_stack_global(struct machine *m, const struct op *op);
enum machine_end op_inst(struct machine *m, const struct op *op);

#endif
