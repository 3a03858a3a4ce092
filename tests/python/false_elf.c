/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/python/false_elf.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct layout {
	Elf64_Ehdr eh;
	Elf64_Phdr ph[2];
	Elf64_Shdr sh[3];
	Elf64_Sym sym[2];
	char strings[64];
	uint64_t value;
	char data[FALSE_ELF_DATA];
};

static void segments(struct layout *l, size_t data_len)
{
	l->ph[0] = (Elf64_Phdr){
		.p_type = PT_LOAD,
		.p_flags = PF_R,
		.p_vaddr = FALSE_ELF_VADDR,
		.p_filesz = offsetof(struct layout, data) + data_len,
		.p_memsz = offsetof(struct layout, data) + data_len,
	};
	l->ph[1] = (Elf64_Phdr){.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W};
	l->sh[1] = (Elf64_Shdr){
		.sh_type = SHT_DYNSYM,
		.sh_offset = offsetof(struct layout, sym),
		.sh_size = sizeof(l->sym),
		.sh_entsize = sizeof(l->sym[0]),
		.sh_link = 2,
	};
	l->sh[2] = (Elf64_Shdr){
		.sh_type = SHT_STRTAB,
		.sh_offset = offsetof(struct layout, strings),
		.sh_size = sizeof(l->strings),
	};
}

size_t false_elf(unsigned char buf[static FALSE_ELF_MAX], const struct false_elf *what)
{
	static struct layout l;
	size_t len = offsetof(struct layout, data) + what->data_len;

	if (what->data_len > FALSE_ELF_DATA || len > FALSE_ELF_MAX)
		abort();
	memset(&l, 0, sizeof(l));
	memset(buf, 0, FALSE_ELF_MAX);
	l.eh = (Elf64_Ehdr){
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			EV_CURRENT},
		.e_type = ET_DYN,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_phoff = offsetof(struct layout, ph),
		.e_shoff = offsetof(struct layout, sh),
		.e_ehsize = sizeof(l.eh),
		.e_phentsize = sizeof(l.ph[0]),
		.e_phnum = 2,
		.e_shentsize = sizeof(l.sh[0]),
		.e_shnum = 3,
	};
	segments(&l, what->data_len);
	if (what->symbol) {
		l.sym[1] = (Elf64_Sym){
			.st_name = 1,
			.st_shndx = 1,
			.st_value = FALSE_ELF_VADDR + offsetof(struct layout, value),
			.st_size = 8,
		};
		strncpy(l.strings + 1, what->symbol, sizeof(l.strings) - 2);
	}
	l.value = what->value;
	memcpy(l.data, what->data, what->data_len);
	memcpy(buf, &l, len);
	return len;
}

int false_file(const void *bytes, size_t len)
{
	int fd = memfd_create("false", MFD_CLOEXEC);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	return fd;
}
