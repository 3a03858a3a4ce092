/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/elf_file.h"

#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/python/false_elf.h"

static const struct false_elf plain = {
	.symbol = "Py_Version",
	.value = 0x030b07f0,
	.data = "some text",
	.data_len = 10,
};

static void test_symbol_and_its_bytes(void **state)
{
	unsigned char buf[FALSE_ELF_MAX];
	int fd = false_file(buf, false_elf(buf, &plain));
	struct elf_file e;
	uint64_t at = 0, value = 0;
	char text[10];

	(void)state;
	assert_int_equal(elf_file_open(fd, &e), 0);
	assert_int_equal(e.loads_count, 1);
	assert_int_equal(elf_file_word(&e), 8);
	assert_int_equal(elf_file_symbol(&e, "Py_Version", &at), 0);
	assert_int_equal(elf_file_read(&e, at, &value, 8), 0);
	assert_int_equal(value, 0x030b07f0);
	assert_int_equal(elf_file_read(&e, at + 8, text, sizeof(text)), 0);
	assert_string_equal(text, "some text");
	elf_file_close(&e);
	close(fd);
}

static void test_bias(void **state)
{
	unsigned char buf[FALSE_ELF_MAX];
	int fd = false_file(buf, false_elf(buf, &plain));
	struct elf_file e;
	uint64_t bias = 7;

	(void)state;
	assert_int_equal(elf_file_open(fd, &e), 0);
	assert_int_equal(e.machine, EM_X86_64);
	assert_int_equal(elf_file_bias(&e, FALSE_ELF_VADDR, &bias), 0); /* as ET_EXEC is */
	assert_int_equal(bias, 0);
	assert_int_equal(elf_file_bias(&e, 0x7f0000000000, &bias), 0);
	assert_int_equal(bias, 0x7f0000000000 - FALSE_ELF_VADDR);
	e.loads[0].offset = e.loads[0].vaddr = 0x2000; /* its first pages are not loaded */
	assert_int_equal(elf_file_bias(&e, 0x7f0000000000, &bias), -ENOENT);
	assert_int_equal(bias, 0x7f0000000000 - FALSE_ELF_VADDR);
	elf_file_close(&e);
	close(fd);
}

static void test_what_is_not_there(void **state)
{
	unsigned char buf[FALSE_ELF_MAX];
	int fd = false_file(buf, false_elf(buf, &plain));
	struct elf_file e;
	uint64_t at = 7;
	char text[11];

	(void)state;
	assert_int_equal(elf_file_open(fd, &e), 0);
	assert_int_equal(elf_file_symbol(&e, "Py_Versio", &at), -ENOENT);
	assert_int_equal(elf_file_symbol(&e, "", &at), -ENOENT);
	assert_int_equal(at, 7);
	assert_int_equal(elf_file_symbol(&e, "Py_Version", &at), 0);
	assert_int_equal(elf_file_read(&e, at + 8, text, 11), -ENOENT);
	assert_int_equal(elf_file_read(&e, at + 18, text, 1), -ENOENT);
	assert_int_equal(elf_file_read(&e, FALSE_ELF_VADDR - 1, text, 1), -ENOENT);
	assert_int_equal(elf_file_read(&e, UINT64_MAX, text, 4), -ENOENT);
	assert_int_equal(elf_file_read(&e, 0, text, 1), -ENOENT);
	elf_file_close(&e);
	close(fd);
}

static void refused(const void *bytes, size_t len)
{
	int fd = false_file(bytes, len);
	struct elf_file e;

	assert_int_equal(elf_file_open(fd, &e), -ENOEXEC);
	close(fd);
}

static void test_no_elf(void **state)
{
	unsigned char buf[FALSE_ELF_MAX];
	size_t len = false_elf(buf, &plain);
	Elf64_Ehdr *eh = (void *)buf;
	int ends[2];
	struct elf_file e;

	(void)state;
	refused("", 0);
	refused("\177ELF", 4);
	refused("#!/usr/bin/python3\n it is a script, and not a short one at all", 60);
	eh->e_ident[EI_DATA] = ELFDATA2MSB;
	refused(buf, len);
	eh->e_ident[EI_DATA] = ELFDATA2LSB;
	eh->e_ident[EI_CLASS] = 9;
	refused(buf, len);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(elf_file_open(ends[0], &e), -ENOEXEC);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(elf_file_open(-1, &e), -EBADF);
}

/* Section 0 may carry a count of 2^64 sections, and libelf would allocate for them. */
static void test_immodest_counts(void **state)
{
	unsigned char buf[FALSE_ELF_MAX];
	size_t len = false_elf(buf, &plain);
	Elf64_Ehdr *eh = (void *)buf;
	Elf64_Shdr *sh = (void *)(buf + eh->e_shoff);

	(void)state;
	eh->e_shnum = 0;
	sh[0].sh_size = 1ull << 40;
	refused(buf, len);
	eh->e_shnum = 3;
	eh->e_phnum = PN_XNUM;
	sh[0].sh_info = 1u << 31;
	refused(buf, len);
}

static void test_sizes_that_lie(void **state)
{
	static const uint64_t lies[] = {
		0, 1, 23, 1ull << 24, 1ull << 40, UINT64_MAX - 64, UINT64_MAX};
	unsigned char buf[FALSE_ELF_MAX];
	uint64_t at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		size_t len = false_elf(buf, &plain);
		Elf64_Shdr *sh = (void *)(buf + ((Elf64_Ehdr *)(void *)buf)->e_shoff);
		struct elf_file e;
		int fd;

		sh[1].sh_size = lies[i];
		fd = false_file(buf, len);
		assert_int_equal(elf_file_open(fd, &e), 0);
		assert_int_equal(elf_file_symbol(&e, "Py_Version", &at), -ENOENT);
		elf_file_close(&e);
		close(fd);
	}
}

static void test_segments_end_with_the_file(void **state)
{
	unsigned char buf[FALSE_ELF_MAX];
	size_t len = false_elf(buf, &plain);
	Elf64_Phdr *ph = (void *)(buf + ((Elf64_Ehdr *)(void *)buf)->e_phoff);
	struct elf_file e;
	char c;
	int fd;

	(void)state;
	ph[0].p_filesz = UINT64_MAX;
	ph[1] = ph[0];
	ph[1].p_offset = UINT64_MAX - 3;
	fd = false_file(buf, len);
	assert_int_equal(elf_file_open(fd, &e), 0);
	assert_int_equal(e.loads_count, 1);
	assert_int_equal(e.loads[0].size, len);
	assert_int_equal(elf_file_read(&e, FALSE_ELF_VADDR + len - 1, &c, 1), 0);
	assert_int_equal(elf_file_read(&e, FALSE_ELF_VADDR + len, &c, 1), -ENOENT);
	elf_file_close(&e);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_symbol_and_its_bytes),
		cmocka_unit_test(test_bias),
		cmocka_unit_test(test_what_is_not_there),
		cmocka_unit_test(test_no_elf),
		cmocka_unit_test(test_immodest_counts),
		cmocka_unit_test(test_sizes_that_lie),
		cmocka_unit_test(test_segments_end_with_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
