/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads an ELF file of which nothing is trusted: every offset and length in it is held against the
 * bytes that are there, and what is read is bounded. The file is read, never mapped, so that its
 * being cut short meanwhile is an error and no SIGBUS.
 */
#ifndef POOLTOP_ELF_FILE_H
#define POOLTOP_ELF_FILE_H

#include <stddef.h>
#include <stdint.h>

#include <libelf.h>

enum { ELF_LOADS = 32 }; /* segments that are looked at; a real file has up to about 10 */

struct elf_load {
	uint64_t vaddr;
	uint64_t offset;
	uint64_t size; /* bytes of it that are in the file */
	uint32_t flags; /* PF_R, PF_W, PF_X */
};

struct elf_file {
	int fd; /* borrowed */
	Elf *elf;
	uint64_t size;
	unsigned int machine; /* EM_... */
	struct elf_load loads[ELF_LOADS];
	unsigned int loads_count;
};

/* fd stays the caller's and must outlive *ret. 0, -ENOEXEC if it is no ELF file of this machine's
 * byte order, or another -errno. */
int elf_file_open(int fd, struct elf_file *ret);
void elf_file_close(struct elf_file *e);

/* Value of a symbol that is defined in .dynsym. 0, or -ENOENT. */
int elf_file_symbol(const struct elf_file *e, const char *name, uint64_t *ret_vaddr);

/* The bytes the file has for an address. 0, or -ENOENT if it does not have them all. */
int elf_file_read(const struct elf_file *e, uint64_t vaddr, void *buf, size_t len);

/* What to add to an address of the file's to have that in a process which has the file's first byte
 * mapped at `start`. 0, or -ENOENT if it is not loaded from its first byte on. */
int elf_file_bias(const struct elf_file *e, uint64_t start, uint64_t *ret_bias);

/* Size of an unsigned long of the file's machine: 4 or 8. */
size_t elf_file_word(const struct elf_file *e);

#endif
