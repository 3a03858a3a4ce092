/* SPDX-License-Identifier: GPL-2.0-only */
/* The opcodes that bring a new value. */
#include "pickle/op.h"

#include <string.h>

enum machine_end op_push(struct machine *m, const struct op *op)
{
	struct value v = {.kind = op->kind, .off = m->op_off};

	if (op->kind == VALUE_BOOL)
		v.num = op->n;
	machine_push(m, v);
	return END_NOT;
}

static enum machine_end push_int(struct machine *m, int64_t num)
{
	const struct value v = {.kind = VALUE_INT, .off = m->op_off, .num = num};

	machine_push(m, v);
	return END_NOT;
}

enum machine_end op_unsigned(struct machine *m, const struct op *op)
{
	(void)op;
	return push_int(m, (int64_t)m->num);
}

enum machine_end op_signed(struct machine *m, const struct op *op)
{
	(void)op;
	return push_int(m, (int32_t)m->num);
}

/* Two's complement of any length; what does not fit 64 bits is no job and no index. */
enum machine_end op_long(struct machine *m, const struct op *op)
{
	const uint8_t *bytes = machine_bytes(m, m->text_off);
	uint64_t num = 0;

	if (m->text_len > sizeof(num) || m->text_have < m->text_len)
		return op_push(m, op);
	if (m->text_len && bytes[m->text_len - 1] & 0x80)
		num = UINT64_MAX;
	for (size_t i = m->text_len; i > 0; i--)
		num = num << 8 | bytes[i - 1];
	return push_int(m, (int64_t)num);
}

enum machine_end op_double(struct machine *m, const struct op *op)
{
	uint64_t bits = __builtin_bswap64(m->num); /* alone of all, it is big-endian */
	struct value v = {.kind = op->kind, .off = m->op_off};

	memcpy(&v.real, &bits, sizeof(v.real));
	machine_push(m, v);
	return END_NOT;
}

enum machine_end op_text(struct machine *m, const struct op *op)
{
	const struct value v = {
		.kind = op->kind,
		.off = m->text_off,
		.text.have = m->text_have,
		.text.total = m->text_len < UINT32_MAX ? (uint32_t)m->text_len : UINT32_MAX,
	};

	machine_push(m, v);
	return END_NOT;
}

/* Names too long to be any are not known. */
static void set_names(struct value *v, uint32_t module_off, uint32_t module_len, uint32_t name_off,
	uint32_t name_len)
{
	if (module_len > UINT16_MAX || name_len > UINT16_MAX)
		return;
	v->off = module_off;
	v->global.name_off = name_off;
	v->global.module_len = (uint16_t)module_len;
	v->global.name_len = (uint16_t)name_len;
}

enum machine_end op_global(struct machine *m, const struct op *op)
{
	struct value v = {.kind = op->kind, .off = m->op_off};

	set_names(&v, m->text_off, m->text_have, m->name_off, m->name_len);
	machine_push(m, v);
	return END_NOT;
}

enum machine_end op_stack_global(struct machine *m, const struct op *op)
{
	const struct value *module = machine_top(m, 1);
	const struct value *name = machine_top(m, 0);
	struct value v = {.kind = op->kind, .off = m->op_off};

	if (text_is_full(module) && text_is_full(name))
		set_names(&v, module->off, module->text.have, name->off, name->text.have);
	if (m->frames[m->depth].count < 2)
		return END_BROKEN;
	m->frames[m->depth].count -= 2;
	machine_push(m, v);
	return END_NOT;
}

enum machine_end op_inst(struct machine *m, const struct op *op)
{
	enum machine_end end = op_pop_mark(m, op);

	return end == END_NOT ? op_push(m, op) : end;
}
