/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table's row is { name, function, flags, doc }, four words (Include/methodobject.h). The words
 * of a file that can be loaded anywhere are filled in by the loader, as its relocations say: they
 * are applied to a copy of what is written to, and in this every word that is the address of one of
 * the names is looked at.
 */
#include "python/methods.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

enum {
	FILE_MAX = 128 << 20, /* bytes; an interpreter has about 10 MiB */
	NAMES = 64, /* places that a name ends at; linkers merge ends of strings */
	ROW = 32, /* bytes of a PyMethodDef */
	TABLE = 24, /* rows of a table that are looked at, each way */
	DOC = 2048, /* bytes of a doc string that are looked at */
	WORD = 8,
	RELATIVE_X86 = 8, /* R_X86_64_RELATIVE, R_X86_64_64; R_AARCH64_RELATIVE, R_AARCH64_ABS64 */
	SYMBOL_X86 = 1,
	RELATIVE_ARM = 1027,
	SYMBOL_ARM = 257,
};

struct image {
	const struct elf_file *e;
	unsigned char *bytes[ELF_LOADS]; /* of each segment; owned */
};

/* Bytes of an address, and how many there are in its segment; NULL: none. */
static unsigned char *at(const struct image *im, uint64_t vaddr, uint64_t *ret_left)
{
	for (unsigned int i = 0; i < im->e->loads_count; i++) {
		const struct elf_load *l = &im->e->loads[i];

		if (!im->bytes[i] || vaddr < l->vaddr || vaddr - l->vaddr >= l->size)
			continue;
		*ret_left = l->size - (vaddr - l->vaddr);
		return im->bytes[i] + (vaddr - l->vaddr);
	}
	return NULL;
}

static uint64_t word(const struct image *im, uint64_t vaddr)
{
	uint64_t left, value = 0;
	const unsigned char *bytes = at(im, vaddr, &left);

	if (bytes && left >= WORD)
		memcpy(&value, bytes, WORD);
	return value;
}

static bool is_string(const struct image *im, uint64_t vaddr, const char *text)
{
	uint64_t left;
	const unsigned char *bytes = at(im, vaddr, &left);

	return bytes && left > strlen(text) && !memcmp(bytes, text, strlen(text) + 1);
}

static int load(struct image *im)
{
	uint64_t all = 0;

	for (unsigned int i = 0; i < im->e->loads_count; i++) {
		const struct elf_load *l = &im->e->loads[i];

		all += l->size;
		if (all > FILE_MAX)
			return -EFBIG;
		if (!l->size)
			continue;
		im->bytes[i] = malloc(l->size);
		if (!im->bytes[i])
			return -ENOMEM;
		if (elf_file_read(im->e, l->vaddr, im->bytes[i], l->size))
			memset(im->bytes[i], 0, l->size);
	}
	return 0;
}

/* What a relocation makes of its word. Compact ones (DT_RELR) leave it as the file has it. */
static bool value_of(const struct image *im, const Elf64_Rela *r, uint64_t symbols, uint64_t *ret)
{
	uint64_t type = ELF64_R_TYPE(r->r_info);

	*ret = (uint64_t)r->r_addend;
	if (type == RELATIVE_X86 || type == RELATIVE_ARM)
		return true;
	if ((type != SYMBOL_X86 && type != SYMBOL_ARM) || !symbols)
		return false;
	*ret += word(im, symbols + ELF64_R_SYM(r->r_info) * sizeof(Elf64_Sym) +
				 offsetof(Elf64_Sym, st_value));
	return true;
}

static void relocate(struct image *im, uint64_t table, uint64_t size, uint64_t symbols)
{
	uint64_t left, value, room;
	const unsigned char *rows = at(im, table, &left);

	size = rows && size < left ? size : left;
	for (uint64_t i = 0; rows && i + sizeof(Elf64_Rela) <= size; i += sizeof(Elf64_Rela)) {
		unsigned char *to;
		Elf64_Rela r;

		memcpy(&r, rows + i, sizeof(r));
		to = value_of(im, &r, symbols, &value) ? at(im, r.r_offset, &room) : NULL;
		if (to && room >= WORD)
			memcpy(to, &value, WORD);
	}
}

/* The loader's own list of what there is. */
static void relocate_all(struct image *im)
{
	uint64_t table = 0, size = 0, symbols = 0, left;
	const unsigned char *rows = NULL;
	GElf_Phdr ph;
	size_t count;

	if (elf_getphdrnum(im->e->elf, &count))
		return;
	for (size_t i = 0; i < count && i < ELF_LOADS && !rows; i++)
		if (gelf_getphdr(im->e->elf, (int)i, &ph) && ph.p_type == PT_DYNAMIC)
			rows = at(im, ph.p_vaddr, &left);
	for (uint64_t i = 0; rows && i + sizeof(Elf64_Dyn) <= left; i += sizeof(Elf64_Dyn)) {
		Elf64_Dyn d;

		memcpy(&d, rows + i, sizeof(d));
		if (d.d_tag == DT_NULL)
			break;
		table = d.d_tag == DT_RELA ? d.d_un.d_ptr : table;
		size = d.d_tag == DT_RELASZ ? d.d_un.d_val : size;
		symbols = d.d_tag == DT_SYMTAB ? d.d_un.d_ptr : symbols;
	}
	if (table)
		relocate(im, table, size, symbols);
}

/* Addresses of a text, with its NUL, in what is not written to. Returns how many. */
static unsigned int find_text(const struct image *im, const char *text, uint64_t ret[static NAMES])
{
	size_t len = strlen(text) + 1;
	unsigned int n = 0;

	for (unsigned int i = 0; i < im->e->loads_count; i++) {
		const struct elf_load *l = &im->e->loads[i];
		const unsigned char *from = im->bytes[i];

		while (from && !(l->flags & PF_W) && n < NAMES) {
			uint64_t used = (uint64_t)(from - im->bytes[i]);
			const unsigned char *hit = memmem(from, l->size - used, text, len);

			if (hit)
				ret[n++] = l->vaddr + (uint64_t)(hit - im->bytes[i]);
			from = hit ? hit + 1 : NULL;
		}
	}
	return n;
}

static bool is_code(const struct image *im, uint64_t vaddr)
{
	for (unsigned int i = 0; i < im->e->loads_count; i++) {
		const struct elf_load *l = &im->e->loads[i];

		if (l->flags & PF_X && vaddr >= l->vaddr && vaddr - l->vaddr < l->size)
			return true;
	}
	return false;
}

/* marshal has functions of the same names, but none that knows this argument. */
static bool is_loads(const struct image *im, uint64_t row)
{
	uint64_t left;
	const unsigned char *doc = at(im, word(im, row + 3 * WORD), &left);

	if (!doc)
		return false;
	left = strnlen((const char *)doc, left < DOC ? left : DOC);
	return memmem(doc, left, "fix_imports", strlen("fix_imports"));
}

/* Of a Pickler's methods. */
static bool is_dump(const struct image *im, uint64_t row)
{
	for (int way = -1; way <= 1; way += 2)
		for (uint64_t n = 1; n <= TABLE; n++) {
			uint64_t other = row + (uint64_t)way * n * ROW;

			if (!is_code(im, word(im, other + WORD)))
				break;
			if (is_string(im, word(im, other), "clear_memo"))
				return true;
		}
	return false;
}

static const struct {
	const char *name;
	bool (*is)(const struct image *im, uint64_t row);
} methods[PICKLE_METHODS] = {
	[METHOD_LOADS] = {"loads", is_loads},
	[METHOD_DUMP] = {"dump", is_dump},
};

/* The kernel emulates a push of a register, and steps over anything else; an endbr64 in front of
 * it can be left out. */
static int place(const struct image *im, uint64_t code, struct method_place *ret)
{
	static const unsigned char endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
	unsigned char first[sizeof(endbr64) + 2];

	if (elf_file_read(im->e, code, first, sizeof(first)))
		return -ENOENT;
	if (!memcmp(first, endbr64, sizeof(endbr64))) {
		code += sizeof(endbr64);
		memmove(first, first + sizeof(endbr64), 2);
	}
	ret->is_cheap =
		(first[0] & 0xf8) == 0x50 || (first[0] == 0x41 && (first[1] & 0xf8) == 0x50);
	for (unsigned int i = 0; i < im->e->loads_count; i++) {
		const struct elf_load *l = &im->e->loads[i];

		if (l->flags & PF_X && code >= l->vaddr && code - l->vaddr < l->size) {
			ret->offset = code - l->vaddr + l->offset;
			return 0;
		}
	}
	return -ENOENT;
}

static bool is_any(uint64_t value, const uint64_t *list, unsigned int n)
{
	while (n--)
		if (list[n] == value)
			return true;
	return false;
}

static int find_in(const struct image *im, unsigned int load, enum pickle_method method,
	struct method_place *ret)
{
	const struct elf_load *l = &im->e->loads[load];
	uint64_t names[NAMES];
	unsigned int n = find_text(im, methods[method].name, names);

	for (uint64_t i = -l->vaddr & (WORD - 1); n && i + ROW <= l->size; i += WORD) {
		uint64_t name, row = l->vaddr + i;

		memcpy(&name, im->bytes[load] + i, WORD);
		if (name && is_any(name, names, n) && is_code(im, word(im, row + WORD)) &&
			methods[method].is(im, row))
			return place(im, word(im, row + WORD), ret);
	}
	return -ENOENT;
}

static int find(const struct image *im, enum pickle_method method, struct method_place *ret)
{
	int ret_code = -ENOENT;

	for (unsigned int i = 0; i < im->e->loads_count && ret_code; i++)
		if (im->bytes[i] && im->e->loads[i].flags & PF_W)
			ret_code = find_in(im, i, method, ret);
	return ret_code;
}

int methods_find(const struct elf_file *e, struct method_place ret_places[PICKLE_METHODS])
{
	struct method_place found[PICKLE_METHODS];
	struct image im = {.e = e};
	int ret;

	if (elf_file_word(e) != WORD)
		return -ENOTSUP;
	ret = load(&im);
	if (!ret)
		relocate_all(&im);
	for (int i = 0; i < PICKLE_METHODS && !ret; i++)
		ret = find(&im, (enum pickle_method)i, &found[i]);
	for (unsigned int i = 0; i < e->loads_count; i++)
		free(im.bytes[i]);
	if (!ret)
		memcpy(ret_places, found, sizeof(found));
	return ret;
}
