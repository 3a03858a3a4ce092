/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/methods.h"

#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/python/false_elf.h"

/* A file that has pickle and marshal built in, as an interpreter has. */
struct row {
	uint64_t name, function, flags, doc;
};

struct file {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[4];
	char texts[512];
	unsigned char code[8][16];
	struct row marshal[5], pickle[5], pickler[3];
	Elf64_Dyn dynamic[3];
	Elf64_Rela rela[64];
};

enum { VADDR = 0x400000, CODE = 5, CHEAP = 3 };

#define ADDRESS(field) (VADDR + offsetof(struct file, field))

static const char texts[] = "dumps\0dump\0loads\0clear_memo\0"
			    "loads(data, *, fix_imports=True)\0loads(bytes, /)\0";

static uint64_t text(const char *what, size_t len)
{
	return ADDRESS(texts) +
	       (uint64_t)((const char *)memmem(texts, sizeof(texts), what, len) - texts);
}

static uint64_t function(unsigned int n)
{
	return ADDRESS(code) + n * sizeof(((struct file *)0)->code[0]);
}

static void segment(struct file *f, unsigned int n, size_t from, size_t to, uint32_t flags)
{
	f->ph[n] = (Elf64_Phdr){.p_type = PT_LOAD,
		.p_flags = PF_R | flags,
		.p_offset = from,
		.p_vaddr = VADDR + from,
		.p_filesz = to - from,
		.p_memsz = to - from};
}

static void fill(struct file *f)
{
	memset(f, 0, sizeof(*f));
	f->eh = (Elf64_Ehdr){.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
				     ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = offsetof(struct file, ph),
		.e_ehsize = sizeof(f->eh),
		.e_phentsize = sizeof(f->ph[0]),
		.e_phnum = 3};
	segment(f, 0, 0, offsetof(struct file, code), 0);
	segment(f, 1, offsetof(struct file, code), offsetof(struct file, marshal), PF_X);
	segment(f, 2, offsetof(struct file, marshal), sizeof(*f), PF_W);
	memcpy(f->texts, texts, sizeof(texts));
	memcpy(f->code[CODE], "\xf3\x0f\x1e\xfa\x48\x83\xec\x08", 8); /* endbr64; sub $8,%rsp */
	memcpy(f->code[CHEAP], "\x41\x57", 2); /* push %r15 */
	f->marshal[0] = (struct row){text("dumps", 6), function(0), 2, text("loads(bytes", 11)};
	f->marshal[1] = (struct row){text("loads", 6), function(1), 2, text("loads(bytes", 11)};
	f->pickle[0] = (struct row){text("dumps", 6), function(2), 2, text("loads(data", 10)};
	f->pickle[1] = (struct row){text("loads", 6), function(CHEAP), 2, text("loads(data", 10)};
	f->pickler[0] = (struct row){text("dump", 5), function(CODE), 8, 0};
	f->pickler[1] = (struct row){text("clear_memo", 11), function(6), 4, 0};
}

static int find(const struct file *f, struct method_place places[PICKLE_METHODS])
{
	int fd = false_file(f, sizeof(*f)), ret;
	struct elf_file e;

	ret = elf_file_open(fd, &e);
	if (!ret) {
		ret = methods_find(&e, places);
		elf_file_close(&e);
	}
	close(fd);
	return ret;
}

static void check(const struct method_place places[PICKLE_METHODS])
{
	size_t code = offsetof(struct file, code);

	assert_int_equal(places[METHOD_LOADS].offset, code + CHEAP * 16);
	assert_true(places[METHOD_LOADS].is_cheap);
	assert_int_equal(places[METHOD_DUMP].offset, code + CODE * 16 + 4);
	assert_false(places[METHOD_DUMP].is_cheap);
}

static void in_a_file_that_lies_where_it_says(void **state)
{
	struct method_place places[PICKLE_METHODS];
	struct file f;

	(void)state;
	fill(&f);
	assert_int_equal(find(&f, places), 0);
	check(places);
}

/* Pointers are made by the loader: their places in the file hold nothing. */
static void make_relocatable(struct file *f)
{
	uint64_t *words = (uint64_t *)f->marshal;
	size_t from = offsetof(struct file, marshal), n = 0;

	for (size_t i = 0; from + 8 * i < offsetof(struct file, dynamic); i++) {
		if (words[i] < VADDR)
			continue;
		f->rela[n++] = (Elf64_Rela){.r_offset = VADDR + from + 8 * i,
			.r_info = ELF64_R_INFO(0, R_X86_64_RELATIVE),
			.r_addend = (int64_t)words[i]};
		words[i] = 0;
	}
	f->dynamic[0] = (Elf64_Dyn){.d_tag = DT_RELA, .d_un.d_ptr = ADDRESS(rela)};
	f->dynamic[1] = (Elf64_Dyn){.d_tag = DT_RELASZ, .d_un.d_val = n * sizeof(f->rela[0])};
	f->ph[3] = (Elf64_Phdr){.p_type = PT_DYNAMIC, .p_vaddr = ADDRESS(dynamic)};
	f->eh.e_phnum = 4;
	f->eh.e_type = ET_DYN;
}

static void in_a_file_that_can_lie_anywhere(void **state)
{
	struct method_place places[PICKLE_METHODS];
	struct file f;

	(void)state;
	fill(&f);
	make_relocatable(&f);
	assert_int_equal(find(&f, places), 0);
	check(places);
	f.dynamic[0].d_tag = DT_NULL;
	assert_int_equal(find(&f, places), -ENOENT);
}

static void what_only_looks_like_it(void **state)
{
	struct method_place places[PICKLE_METHODS];
	struct file f;

	(void)state;
	fill(&f);
	f.pickle[1].doc = text("loads(bytes", 11); /* as marshal's */
	assert_int_equal(find(&f, places), -ENOENT);
	fill(&f);
	f.pickler[1].name = text("dumps", 6); /* not a Pickler's */
	assert_int_equal(find(&f, places), -ENOENT);
	fill(&f);
	f.pickle[1].function = ADDRESS(texts); /* no code */
	assert_int_equal(find(&f, places), -ENOENT);
	fill(&f);
	f.ph[2].p_flags = PF_R; /* no table that a loader fills in */
	assert_int_equal(find(&f, places), -ENOENT);
}

/* Whatever a file says, it is read within its bounds. */
static void damaged_files(void **state)
{
	struct method_place places[PICKLE_METHODS];
	struct file good, f;

	(void)state;
	fill(&good);
	make_relocatable(&good);
	srandom(7);
	for (int i = 0; i < 3000; i++) {
		f = good;
		for (int k = 0; k < 1 + i % 4; k++)
			((unsigned char *)&f)[(size_t)random() % sizeof(f)] =
				(unsigned char)random();
		find(&f, places);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_a_file_that_lies_where_it_says),
		cmocka_unit_test(in_a_file_that_can_lie_anywhere),
		cmocka_unit_test(what_only_looks_like_it),
		cmocka_unit_test(damaged_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
