/* SPDX-License-Identifier: GPL-2.0-only */
/* The opcodes of CPython's Lib/pickletools.py, protocols 0 to 5, a row each; and running them. */
#include "pickle/op.h"

#include <string.h>

static enum machine_end op_nothing(struct machine *m, const struct op *op)
{
	(void)m;
	(void)op;
	return END_NOT;
}

static enum machine_end op_stop(struct machine *m, const struct op *op)
{
	(void)op;
	return m->depth == 0 && m->frames[0].count == 1 ? END_STOP : END_BROKEN;
}

/* clang-format off */
static const struct op ops[256] = {
	[0x80] = {.run = op_nothing, .operand = 1}, /* PROTO */
	[0x95] = {.run = op_nothing, .operand = 8}, /* FRAME */
	['.'] = {.run = op_stop},
	['('] = {.run = op_mark},
	['0'] = {.run = op_pop},
	['1'] = {.run = op_pop_mark},
	['2'] = {.run = op_dup},

	['N'] = {.run = op_push, .kind = VALUE_NONE, .plain = 1},
	[0x88] = {.run = op_push, .kind = VALUE_BOOL, .n = true, .plain = 1},
	[0x89] = {.run = op_push, .kind = VALUE_BOOL, .plain = 1},
	['K'] = {.run = op_unsigned, .operand = 1, .kind = VALUE_INT, .plain = 2},
	['M'] = {.run = op_unsigned, .operand = 2, .kind = VALUE_INT, .plain = 3},
	['J'] = {.run = op_signed, .operand = 4, .kind = VALUE_INT, .plain = 5},
	[0x8a] = {.run = op_long, .operand = OPERAND_TEXT1},
	[0x8b] = {.run = op_long, .operand = OPERAND_TEXT4},
	['G'] = {.run = op_double, .operand = 8, .kind = VALUE_FLOAT, .plain = 9},

	[0x8c] = {.run = op_text, .operand = OPERAND_TEXT1, .kind = VALUE_TEXT},
	['X'] = {.run = op_text, .operand = OPERAND_TEXT4, .kind = VALUE_TEXT},
	[0x8d] = {.run = op_text, .operand = OPERAND_TEXT8, .kind = VALUE_TEXT},
	['U'] = {.run = op_text, .operand = OPERAND_TEXT1, .kind = VALUE_TEXT}, /* Python 2's str */
	['T'] = {.run = op_text, .operand = OPERAND_TEXT4, .kind = VALUE_TEXT},
	['C'] = {.run = op_text, .operand = OPERAND_TEXT1, .kind = VALUE_BYTES},
	['B'] = {.run = op_text, .operand = OPERAND_TEXT4, .kind = VALUE_BYTES},
	[0x8e] = {.run = op_text, .operand = OPERAND_TEXT8, .kind = VALUE_BYTES},
	[0x96] = {.run = op_text, .operand = OPERAND_TEXT8, .kind = VALUE_BYTES}, /* bytearray */
	[0x97] = {.run = op_push, .kind = VALUE_BYTES}, /* a buffer sent beside */
	[0x98] = {.run = op_nothing},

	[')'] = {.run = op_push, .kind = VALUE_TUPLE, .plain = 1},
	[0x85] = {.run = op_gather, .kind = VALUE_TUPLE, .n = 1},
	[0x86] = {.run = op_gather, .kind = VALUE_TUPLE, .n = 2},
	[0x87] = {.run = op_gather, .kind = VALUE_TUPLE, .n = 3},
	['t'] = {.run = op_gather_mark, .kind = VALUE_TUPLE},
	[']'] = {.run = op_push, .kind = VALUE_LIST, .plain = 1},
	['l'] = {.run = op_gather_mark, .kind = VALUE_LIST},
	['a'] = {.run = op_append, .n = 1},
	['e'] = {.run = op_append_mark},
	['}'] = {.run = op_push, .kind = VALUE_DICT, .plain = 1},
	['d'] = {.run = op_gather_mark, .kind = VALUE_DICT},
	['s'] = {.run = op_append, .n = 2},
	['u'] = {.run = op_append_mark},
	[0x8f] = {.run = op_push, .kind = VALUE_SET, .plain = 1},
	[0x90] = {.run = op_append_mark},
	[0x91] = {.run = op_gather_mark, .kind = VALUE_SET}, /* a frozen one */

	['c'] = {.run = op_global, .operand = OPERAND_LINES, .kind = VALUE_GLOBAL},
	[0x93] = {.run = op_stack_global, .kind = VALUE_GLOBAL, .n = 2},
	['R'] = {.run = op_gather, .kind = VALUE_CALL, .n = 2},
	[0x81] = {.run = op_gather, .kind = VALUE_OBJECT, .n = 2},
	[0x92] = {.run = op_gather, .kind = VALUE_OBJECT, .n = 3},
	['o'] = {.run = op_gather_mark, .kind = VALUE_OBJECT},
	['i'] = {.run = op_inst, .operand = OPERAND_LINES, .kind = VALUE_OBJECT},
	['b'] = {.run = op_build},

	[0x94] = {.run = op_memoize},
	['q'] = {.run = op_put, .operand = 1},
	['r'] = {.run = op_put, .operand = 4},
	['p'] = {.run = op_nothing, .operand = OPERAND_LINE},
	['h'] = {.run = op_get, .operand = 1, .plain = 2},
	['j'] = {.run = op_get, .operand = 4, .plain = 5},
	['g'] = {.run = op_push, .operand = OPERAND_LINE},

	['I'] = {.run = op_push, .operand = OPERAND_LINE},
	['L'] = {.run = op_push, .operand = OPERAND_LINE},
	['F'] = {.run = op_push, .operand = OPERAND_LINE},
	['S'] = {.run = op_push, .operand = OPERAND_LINE},
	['V'] = {.run = op_push, .operand = OPERAND_LINE},

	/* What only the two ends know: an extension's code, a persistent id. */
	[0x82] = {.run = op_push, .operand = 1},
	[0x83] = {.run = op_push, .operand = 2},
	[0x84] = {.run = op_push, .operand = 4},
	['P'] = {.run = op_push, .operand = OPERAND_LINE},
	['Q'] = {.run = op_gather, .n = 1},
};
/* clang-format on */

static bool take_number(struct machine *m, unsigned int n)
{
	uint32_t left = m->len - m->pos;

	if (n > left)
		return false;
	m->num = 0;
	if (left >= sizeof(m->num))
		memcpy(&m->num, m->in + m->pos, sizeof(m->num));
	else
		memcpy(&m->num, m->in + m->pos, n);
	if (n < sizeof(m->num))
		m->num &= (UINT64_C(1) << 8 * n) - 1;
	m->pos += n;
	return true;
}

static bool take_line(struct machine *m, uint32_t *ret_off, uint32_t *ret_len)
{
	const uint8_t *from = m->in + m->pos;
	const uint8_t *end = memchr(from, '\n', m->len - m->pos);

	if (!end)
		return false;
	*ret_off = m->at + m->pos;
	*ret_len = (uint32_t)(end - from);
	m->pos += *ret_len + 1;
	return true;
}

/* A text that the bytes do not hold to its end is taken as far as it goes. */
static bool take_text(struct machine *m, unsigned int len_bytes)
{
	if (!take_number(m, len_bytes))
		return false;
	m->text_off = m->at + m->pos;
	m->text_len = m->num;
	m->text_have = m->len - m->pos;
	if (m->text_have > m->text_len)
		m->text_have = (uint32_t)m->text_len;
	m->pos += m->text_have;
	return true;
}

static bool take_operand(struct machine *m, unsigned int operand)
{
	switch (operand) {
	case OPERAND_TEXT1:
		return take_text(m, 1);
	case OPERAND_TEXT4:
		return take_text(m, 4);
	case OPERAND_TEXT8:
		return take_text(m, 8);
	case OPERAND_LINE:
		return take_line(m, &m->text_off, &m->text_have);
	case OPERAND_LINES:
		return take_line(m, &m->text_off, &m->text_have) &&
		       take_line(m, &m->name_off, &m->name_len);
	default:
		return take_number(m, operand);
	}
}

static bool is_text(const struct op *op)
{
	return op->operand >= OPERAND_TEXT1 && op->operand <= OPERAND_TEXT8;
}

/* A text that goes beyond the prefix and ends in the tail: on behind it. */
static enum machine_end skip_to_tail(struct machine *m)
{
	uint64_t end = m->text_off + m->text_len;

	m->missing = m->text_len - m->text_have;
	if (m->in == m->tail || m->text_len > UINT32_MAX)
		return END_CUT;
	if (end < m->tail_at || end - m->tail_at > m->tail_len)
		return END_CUT;
	m->missing = 0;
	m->in = m->tail;
	m->at = m->tail_at;
	m->len = m->tail_len;
	m->pos = (uint32_t)(end - m->tail_at);
	return END_NOT;
}

static enum machine_end step(struct machine *m)
{
	const struct op *op;
	enum machine_end end;

	if (m->pos == m->len)
		return END_CUT;
	m->op_off = m->at + m->pos;
	op = &ops[m->in[m->pos]];
	if (!op->run)
		return END_OPCODE;
	m->pos++;
	if (op->operand && !take_operand(m, op->operand)) {
		m->pos = m->op_off - m->at;
		return END_CUT;
	}
	end = op->run(m, op);
	if (is_text(op) && m->text_have < m->text_len)
		return end == END_NOT ? skip_to_tail(m) : end;
	return end;
}

/* Where values are only counted, a run of small ones needs no machine. */
static void count_plain(struct machine *m)
{
	struct frame *f = &m->frames[m->depth];
	uint32_t pos = m->pos;
	uint32_t n;

	while (pos < m->len && (n = ops[m->in[pos]].plain) && n <= m->len - pos) {
		pos += n;
		f->count++;
	}
	m->pos = pos;
}

/* A tail right behind the prefix only makes it longer. */
static void set_bytes(struct machine *m, const struct pickle_bytes *in)
{
	uint64_t both = (uint64_t)in->prefix_len + in->tail_len;

	m->prefix = in->prefix;
	m->prefix_len = in->prefix_len < UINT32_MAX ? (uint32_t)in->prefix_len : UINT32_MAX;
	m->tail = NULL;
	m->tail_len = m->tail_at = 0;
	if (in->full_len <= UINT32_MAX && in->tail_len && in->tail_len <= in->full_len) {
		m->tail = in->tail;
		m->tail_len = (uint32_t)in->tail_len;
		m->tail_at = (uint32_t)(in->full_len - in->tail_len);
	}
	if (m->tail && m->prefix + m->prefix_len == m->tail && both == in->full_len)
		m->prefix_len = (uint32_t)both;
	m->in = m->prefix;
	m->len = m->prefix_len;
	m->pos = m->at = 0;
}

void machine_run(struct machine *m, const struct pickle_bytes *in)
{
	set_bytes(m, in);
	m->end = END_NOT;
	m->missing = 0;
	m->depth = 0;
	m->arena_top = 0;
	m->memo_count = 0;
	m->memo_filled = 0;
	m->frames[0] = (struct frame){.keep = KEEP};
	while (m->end == END_NOT) {
		const struct frame *f = &m->frames[m->depth];

		if (f->count >= f->keep)
			count_plain(m);
		m->end = step(m);
	}
}
