/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes are an ELF file, of which nothing is to be trusted. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "python/elf_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read is what the file has there. */
static void read_at(const struct elf_file *e, uint64_t at, const uint8_t *data, size_t size)
{
	unsigned char buf[64];

	for (size_t len = 1; len <= sizeof(buf); len *= 8)
		if (!elf_file_read(e, at, buf, len) && !memmem(data, size, buf, len))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"_PyRuntime", "PyCode_Type", "PyInterpreterState_Head"};
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct elf_file e;
	uint64_t value;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!elf_file_open(fd, &e)) {
		if (e.loads_count > ELF_LOADS || (elf_file_word(&e) != 4 && elf_file_word(&e) != 8))
			abort();
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (!elf_file_symbol(&e, names[i], &value))
				read_at(&e, value, data, size);
		for (unsigned int i = 0; i < e.loads_count; i++)
			read_at(&e, e.loads[i].vaddr, data, size);
		elf_file_bias(&e, 0x7f0000000000, &value);
		elf_file_close(&e);
	}
	close(fd);
	return 0;
}
