/* SPDX-License-Identifier: GPL-2.0-only */
/* The opcodes at the front of a message, one after another, without a machine. Private to
 * src/pickle. */
#ifndef POOLTOP_PICKLE_CURSOR_H
#define POOLTOP_PICKLE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an opcode is here. One that is none of these stands for itself, its operand untaken. */
enum token {
	TOKEN_MARK = '(',
	TOKEN_STOP = '.',
	TOKEN_NONE = 'N',
	TOKEN_LIST = ']',
	TOKEN_DICT = '}',
	TOKEN_TUPLE = ')', /* the empty one */
	TOKEN_GET = 'h',
	TOKEN_OBJECT = 0x81,
	TOKEN_TUPLE1 = 0x85,
	TOKEN_TUPLE2 = 0x86,
	TOKEN_TRUE = 0x88,
	TOKEN_FALSE = 0x89,
	TOKEN_STACK_GLOBAL = 0x93,
	TOKEN_END = 0x100, /* the bytes end */
	TOKEN_INT,
	TOKEN_TEXT,
	TOKEN_GLOBAL, /* in one opcode */
};

struct cursor {
	const uint8_t *at;
	const uint8_t *end;

	int token; /* in hand: enum token, or an opcode */
	int64_t num; /* of TOKEN_INT */
	const char *text; /* of TOKEN_TEXT; the module of a global */
	size_t len;
	const char *name; /* of a global */
	size_t name_len;
};

/* Takes the next one in hand, and returns it. What only fills the memo is skipped. */
int cursor_next(struct cursor *c);

/*
 * If the token in hand begins a class or function: takes the rest of it, sets text and name, and
 * returns true; also if the bytes end first, which the token in hand then says.
 */
bool cursor_global(struct cursor *c);

/* The text in hand, the name of the global in hand, is this. */
bool cursor_text_is(const struct cursor *c, const char *text);
bool cursor_name_is(const struct cursor *c, const char *name);

#endif
