/* SPDX-License-Identifier: GPL-2.0-only */
/* This program's own code, some of it in two pieces as a compiler cuts it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <elfutils/libdwfl.h>
#include <gelf.h>
#include <gnu/libc-version.h>

#include "live/eval_part.h"

/*
 * A function and its second part, which has no symbol; one that stands alone, before one that has a
 * frame of its own from its first instruction on; one whose second part is another's, as it does
 * not begin with a frame. The names of the interpreter's function and of nobody.
 */
__asm__(".text\n"
	".globl _PyEval_EvalFrameDefault\n"
	".type _PyEval_EvalFrameDefault, @function\n"
	"_PyEval_EvalFrameDefault:\n"
	".cfi_startproc\n"
	"	nop\n"
	".cfi_def_cfa_offset 64\n"
	"	nop\n"
	".cfi_endproc\n"
	".size _PyEval_EvalFrameDefault, .-_PyEval_EvalFrameDefault\n"
	".section .text.unlikely, \"ax\", @progbits\n"
	".globl part_start\n"
	"part_start:\n"
	".cfi_startproc\n"
	".cfi_def_cfa_offset 64\n"
	"	nop\n"
	"	nop\n"
	"	nop\n"
	".cfi_endproc\n"
	".globl part_end\n"
	"part_end:\n"
	".text\n"
	".globl alone\n"
	"alone:\n"
	".cfi_startproc\n"
	"	nop\n"
	".cfi_endproc\n"
	".globl another\n"
	"another:\n"
	".cfi_startproc\n"
	"	nop\n"
	".cfi_def_cfa_offset 32\n"
	"	nop\n"
	".cfi_endproc\n"
	".cfi_startproc\n"
	".cfi_undefined rip\n"
	"	nop\n"
	".cfi_endproc\n");

extern const char _PyEval_EvalFrameDefault[], part_start[], part_end[], alone[], another[];

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_linux_proc_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
};

static Dwarf_Addr at(const char *place)
{
	return (Dwarf_Addr)(uintptr_t)place;
}

static Dwfl *begin(Dwfl_Module **ret_own)
{
	Dwfl *dwfl = dwfl_begin(&callbacks);

	assert_non_null(dwfl);
	assert_int_equal(dwfl_linux_proc_report(dwfl, getpid()), 0);
	assert_int_equal(dwfl_report_end(dwfl, NULL, NULL), 0);
	*ret_own = dwfl_addrmodule(dwfl, at(alone));
	assert_non_null(*ret_own);
	return dwfl;
}

static void a_part_is_found_by_its_description(void **state)
{
	uint64_t start = 7, end = 7;
	Dwfl_Module *own;
	Dwfl *dwfl = begin(&own);
	GElf_Addr bias;
	Elf *elf = dwfl_module_getelf(own, &bias);

	(void)state;
	assert_non_null(elf);
	assert_false(eval_part_find(elf, at(alone) - bias, &start, &end));
	assert_false(eval_part_find(elf, at(another) - bias, &start, &end));
	assert_false(eval_part_find(elf, at(part_start) - bias, &start, &end));
	assert_false(eval_part_find(elf, at(_PyEval_EvalFrameDefault) - bias + 1, &start, &end));
	assert_int_equal(start, 7);
	assert_true(eval_part_find(elf, at(_PyEval_EvalFrameDefault) - bias, &start, &end));
	assert_int_equal(start, at(part_start) - bias);
	assert_int_equal(end, at(part_end) - bias);
	dwfl_end(dwfl);
}

static void it_belongs_to_the_evaluation_loop(void **state)
{
	Dwfl_Module *own, *libc;
	Dwfl *dwfl = begin(&own);

	(void)state;
	for (int i = 0; i < 2; i++) { /* the second time by what was found the first */
		assert_true(eval_part_has(own, at(part_start)));
		assert_true(eval_part_has(own, at(part_end) - 1));
		assert_false(eval_part_has(own, at(part_end)));
		assert_false(eval_part_has(own, at(part_start) - 1));
		assert_false(eval_part_has(own, 0));
	}
	/* A function that no sanitizer has its own of. */
	libc = dwfl_addrmodule(dwfl, (Dwarf_Addr)(uintptr_t)&gnu_get_libc_version);
	assert_non_null(libc);
	assert_false(eval_part_has(libc, 0));
	assert_false(eval_part_has(libc, at(part_start)));
	eval_part_forget(dwfl);
	dwfl_end(dwfl);
}

static unsigned char *read_own(size_t *ret_len)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	unsigned char *bytes;
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	bytes = malloc((size_t)st.st_size);
	assert_non_null(bytes);
	assert_int_equal(read(fd, bytes, (size_t)st.st_size), st.st_size);
	close(fd);
	*ret_len = (size_t)st.st_size;
	return bytes;
}

static GElf_Shdr frames_of(Elf *elf)
{
	Elf_Scn *section = NULL;
	GElf_Shdr h = {0};
	size_t names;

	assert_int_equal(elf_getshdrstrndx(elf, &names), 0);
	while ((section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &h) &&
			!strcmp(elf_strptr(elf, names, h.sh_name), ".eh_frame"))
			return h;
	fail_msg("no .eh_frame");
	return h;
}

/* Whatever the descriptions say, and if the file ends within them. */
static void broken_descriptions_are_harmless(void **state)
{
	size_t len, found = 0;
	unsigned char *bytes = read_own(&len);
	uint64_t start, end;
	GElf_Shdr h;
	Elf *elf;

	(void)state;
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)bytes, len);
	assert_non_null(elf);
	h = frames_of(elf);
	elf_end(elf);
	for (size_t i = 0; i < h.sh_size; i++) {
		unsigned char *byte = bytes + h.sh_offset + i, was = *byte;

		*byte = (unsigned char)(was ^ (1 << i % 8) ^ (i % 3 ? 0 : 0xff));
		elf = elf_memory((char *)bytes, len);
		found += eval_part_find(elf, h.sh_addr + i, &start, &end);
		elf_end(elf);
		*byte = was;
	}
	assert_true(found < 8);
	for (size_t cut = 0; cut < len; cut += 997) {
		elf = elf_memory((char *)bytes, cut);
		assert_false(elf && eval_part_find(elf, cut, &start, &end));
		elf_end(elf);
	}
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_is_found_by_its_description),
		cmocka_unit_test(it_belongs_to_the_evaluation_loop),
		cmocka_unit_test(broken_descriptions_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
