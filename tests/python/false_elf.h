/* SPDX-License-Identifier: GPL-2.0-only */
/* ELF files for tests: as small as the reader accepts. */
#ifndef POOLTOP_TESTS_FALSE_ELF_H
#define POOLTOP_TESTS_FALSE_ELF_H

#include <stddef.h>
#include <stdint.h>

enum { FALSE_ELF_VADDR = 0x400000, FALSE_ELF_DATA = 4096 };

struct false_elf {
	const char *symbol; /* defined in .dynsym, at the first byte of data; NULL: none */
	uint64_t value; /* goes in front of data: what the symbol holds */
	const char *data; /* then this */
	size_t data_len;
};

enum { FALSE_ELF_MAX = 4096 + 512 };

/* Returns its length. buf is filled with zeros where nothing is said. */
size_t false_elf(unsigned char buf[static FALSE_ELF_MAX], const struct false_elf *what);

/* A file in memory; the caller closes. */
int false_file(const void *bytes, size_t len);

#endif
