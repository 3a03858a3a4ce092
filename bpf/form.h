/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Forms of messages: what all tasks of one function, and all results that are none of trouble,
 * have in common. The watcher makes them from messages that it has read whole (src/live/form.h);
 * the kernel knows by them what a message is without reading it, and can add it to a sum instead
 * of sending it off. What fits no form is sent off: a form may miss, and never lies.
 *
 * Not a format: both sides are always of one build. Pure, for the kernel and for user space.
 */
#ifndef POOLTOP_FORM_H
#define POOLTOP_FORM_H

#include <linux/types.h>

enum form_bounds {
	FORM_WORDS = 16,
	FORM_BYTES = 8 * FORM_WORDS, /* of a message's beginning */
	FORM_TAIL_WORDS = 3,
	FORM_TAIL = 8 * FORM_TAIL_WORDS, /* of its end */
	FORM_ROWS = 1024, /* forms at a time; row 0 is none */
	FORM_LIST = 8, /* of one pipe */
	FORM_PIPES = 256, /* that have some */
	FORM_SUMS = 16384, /* sums at a time */
};

/* A number in a message's beginning: an unsigned one of one or two bytes, or a signed one of four,
 * as pickle has them. */
struct form_number {
	__u8 at;
	__u8 bytes; /* 0: there is none */
};

/* Of these bits the masked ones are so; the others are 0 here. */
struct form_word {
	__u64 bits, mask;
};

struct form {
	__u32 least; /* bytes of a message */
	__u32 has_tail; /* tail_mask is not 0 */
	__u32 is_empty; /* of a message of no bytes, a wake-up: all else is 0 */
	struct form_number job, chunk;
	struct form_word words[FORM_WORDS]; /* behind `least`: 0 */
	__u64 tail[FORM_TAIL_WORDS], tail_mask[FORM_TAIL_WORDS];
};

/* A message's ends; what it does not have of them is anything. */
struct form_ends {
	__u64 bytes[FORM_WORDS];
	__u64 tail[FORM_TAIL_WORDS];
	__u64 size; /* of the message */
	__u32 have; /* bytes of its beginning */
	__u32 has_tail;
};

static inline __attribute__((always_inline)) int form_fits(
	const struct form *f, const struct form_ends *m)
{
	if (f->is_empty)
		return !m->size;
	if (m->have < f->least || m->size < f->least || (f->has_tail && !m->has_tail))
		return 0;
	for (unsigned int i = 0; i < FORM_WORDS && 8 * i < f->least; i++)
		if ((m->bytes[i] & f->words[i].mask) != f->words[i].bits)
			return 0;
	if (!f->has_tail)
		return 1;
	for (int i = 0; i < FORM_TAIL_WORDS; i++)
		if ((m->tail[i] & f->tail_mask[i]) != f->tail[i])
			return 0;
	return 1;
}

/* Of a message that fits. absent: if it has none. */
static inline __attribute__((always_inline)) __s64 form_number(
	const struct form_ends *m, struct form_number n, __s64 absent)
{
	const unsigned char *bytes = (const unsigned char *)m->bytes;
	__u32 at = n.at & (FORM_BYTES - 1);
	__u32 value;

	if (!n.bytes)
		return absent;
	value = bytes[at];
	if (n.bytes > 1)
		value |= (__u32)bytes[(at + 1) & (FORM_BYTES - 1)] << 8;
	if (n.bytes <= 2)
		return value;
	value |= (__u32)bytes[(at + 2) & (FORM_BYTES - 1)] << 16;
	value |= (__u32)bytes[(at + 3) & (FORM_BYTES - 1)] << 24;
	return (__s32)value;
}

#endif
