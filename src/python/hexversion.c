/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/hexversion.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const char name[] = "hexversion";

enum {
	NAME_LEN = sizeof(name) - 1,
	INTERPRETERS_MAX = 64,
	DICT_KEYS = 32, /* PyDictObject.ma_keys, in all versions */
	INT_DIGIT = 24, /* first digit of an int, in all builds with a GIL */
	STR_BYTES = 80, /* of a str object with a name this long, in all versions */
	ENTRIES_MAX = 4096, /* of sys there are about 100 */
	ENTRIES_READ = 64, /* at a time */
	ENTRY_MAX = 3, /* words */
};

/* The entries of a dict: struct _dictkeysobject, Objects/dict-common.h and pycore_dict.h. */
struct entries {
	uint64_t at;
	uint64_t count;
	unsigned int words; /* of one entry: (hash), key, value */
};

/* To 3.10: size, a function, usable, nentries, then indices of 1 to 8 bytes. */
static int old_entries(struct memory *m, uint64_t keys, struct entries *ret)
{
	uint64_t head[5], width;
	int r = memory_read(m, keys, head, sizeof(head));

	if (r)
		return r;
	if (head[1] > UINT32_MAX)
		return -EINVAL;
	width = head[1] <= 0xff ? 1 : head[1] <= 0xffff ? 2 : 4;
	*ret = (struct entries){
		.at = keys + sizeof(head) + head[1] * width, .count = head[4], .words = 3};
	return 0;
}

/* From 3.11 on: log2 of the size, log2 of the bytes of all indices, kind; usable, nentries. */
static int new_entries(struct memory *m, uint64_t keys, struct entries *ret)
{
	unsigned char head[32];
	uint64_t count;
	int r = memory_read(m, keys, head, sizeof(head));

	if (r)
		return r;
	if (head[9] > 40)
		return -EINVAL;
	memcpy(&count, head + 24, sizeof(count));
	*ret = (struct entries){.at = keys + sizeof(head) + (1ull << head[9]),
		.count = count,
		.words = head[10] ? 2 : 3};
	return 0;
}

static bool is_name(struct memory *m, const struct py_layout *l, uint64_t key)
{
	unsigned char s[STR_BYTES];
	uint64_t len;
	uint32_t state;

	if (l->str.length > STR_BYTES - 8 || l->str.state > STR_BYTES - 4 ||
		l->str.ascii > STR_BYTES - NAME_LEN || !key || memory_read(m, key, s, sizeof(s)))
		return false;
	memcpy(&len, s + l->str.length, sizeof(len));
	memcpy(&state, s + l->str.state, sizeof(state));
	return len == NAME_LEN && (state & PY_STR_COMPACT) && (state & PY_STR_ASCII) &&
	       !memcmp(s + l->str.ascii, name, NAME_LEN);
}

/* The value of the name; 0 if it is not in there. */
static int find_name(
	struct memory *m, const struct py_layout *l, const struct entries *e, uint64_t *ret)
{
	uint64_t words[ENTRIES_READ * ENTRY_MAX];
	uint64_t i = 0, k, n;
	int r;

	for (; i < e->count; i += n) {
		n = e->count - i < ENTRIES_READ ? e->count - i : ENTRIES_READ;
		r = memory_read(m, e->at + i * e->words * 8, words, n * e->words * 8);
		if (r)
			return r;
		for (k = 0; k < n; k++) {
			if (!is_name(m, l, words[(k + 1) * e->words - 2]))
				continue;
			*ret = words[(k + 1) * e->words - 1];
			return 0;
		}
	}
	return -EINVAL;
}

/* The dict of sys of the first interpreter there was, which is the last of the list. */
static int find_sysdict(struct memory *m, const struct py_layout *l, uint64_t *ret)
{
	uint64_t interp, next = 0, dict;
	int r, i;

	r = memory_u64(m, l->runtime + l->interpreters, &interp);
	if (r)
		return r;
	if (!interp)
		return -EAGAIN;
	for (i = 0; i < INTERPRETERS_MAX; i++) {
		r = memory_u64(m, interp + l->interp.next, &next);
		if (r)
			return r;
		if (!next)
			break;
		interp = next;
	}
	r = memory_u64(m, interp + l->interp.sysdict, &dict);
	if (r)
		return r;
	*ret = dict;
	return dict ? 0 : -EAGAIN;
}

int hexversion_read(struct memory *m, const struct py_layout *l, uint32_t *ret)
{
	struct entries e;
	uint64_t dict, keys, value;
	int r = find_sysdict(m, l, &dict);

	if (!r)
		r = memory_u64(m, dict + DICT_KEYS, &keys);
	if (!r)
		r = l->version < 0x030b ? old_entries(m, keys, &e) : new_entries(m, keys, &e);
	if (!r && e.count > ENTRIES_MAX)
		r = -EINVAL;
	if (!r)
		r = find_name(m, l, &e, &value);
	return r ? r : memory_u32(m, value + INT_DIGIT, ret);
}
