/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/elf_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gelf.h>

enum {
	SYMTAB_MAX = 16 << 20, /* bytes; libpython's are about 100 KiB */
	MIN_PAGE = 4096,
};

static void read_machine(struct elf_file *e)
{
	GElf_Ehdr eh;

	if (gelf_getehdr(e->elf, &eh))
		e->machine = eh.e_machine;
}

static void read_loads(struct elf_file *e)
{
	size_t i, count;
	GElf_Phdr ph;

	if (elf_getphdrnum(e->elf, &count))
		return;
	for (i = 0; i < count && e->loads_count < ELF_LOADS; i++) {
		if (!gelf_getphdr(e->elf, (int)i, &ph))
			return;
		if (ph.p_type != PT_LOAD || ph.p_offset >= e->size)
			continue;
		if (ph.p_filesz > e->size - ph.p_offset)
			ph.p_filesz = e->size - ph.p_offset;
		e->loads[e->loads_count++] = (struct elf_load){
			.vaddr = ph.p_vaddr,
			.offset = ph.p_offset,
			.size = ph.p_filesz,
			.flags = ph.p_flags,
		};
	}
}

/*
 * libelf allocates for every section and segment that the header claims. The counts that fit the
 * header are 16 bits; the ways round them (SHN_XINDEX, PN_XNUM) are for files no Python is in.
 */
static bool is_modest(int fd)
{
	union {
		unsigned char ident[EI_NIDENT];
		Elf32_Ehdr e32;
		Elf64_Ehdr e64;
	} h = {0};
	bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

	if (pread(fd, &h, sizeof(h), 0) < (ssize_t)sizeof(h.e32) ||
		memcmp(h.ident, ELFMAG, SELFMAG) ||
		h.ident[EI_DATA] != (little ? ELFDATA2LSB : ELFDATA2MSB))
		return false;
	if (h.ident[EI_CLASS] == ELFCLASS32)
		return h.e32.e_phnum != PN_XNUM && (h.e32.e_shnum || !h.e32.e_shoff);
	return h.ident[EI_CLASS] == ELFCLASS64 && h.e64.e_phnum != PN_XNUM &&
	       (h.e64.e_shnum || !h.e64.e_shoff);
}

int elf_file_open(int fd, struct elf_file *ret)
{
	struct elf_file e = {.fd = fd};
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || !is_modest(fd) || elf_version(EV_CURRENT) == EV_NONE)
		return -ENOEXEC;
	e.size = (uint64_t)st.st_size;
	e.elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!e.elf || elf_kind(e.elf) != ELF_K_ELF) {
		elf_end(e.elf);
		return -ENOEXEC;
	}
	read_machine(&e);
	read_loads(&e);
	*ret = e;
	return 0;
}

void elf_file_close(struct elf_file *e)
{
	elf_end(e->elf);
	e->elf = NULL;
}

/* The section is of a size that may be handed to libelf, which allocates it all. */
static int is_sane(const struct elf_file *e, const GElf_Shdr *sh)
{
	return sh->sh_type != SHT_NOBITS && sh->sh_size <= SYMTAB_MAX && sh->sh_offset <= e->size &&
	       sh->sh_size <= e->size - sh->sh_offset;
}

/* Only the first .dynsym counts: thousands of them would be thousands of allocations. */
static Elf_Scn *find_dynsym(const struct elf_file *e, GElf_Shdr *ret_sh)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(e->elf, scn)))
		if (gelf_getshdr(scn, ret_sh) && ret_sh->sh_type == SHT_DYNSYM)
			return is_sane(e, ret_sh) ? scn : NULL;
	return NULL;
}

int elf_file_symbol(const struct elf_file *e, const char *name, uint64_t *ret_vaddr)
{
	GElf_Shdr sh, strings;
	Elf_Scn *scn, *link;
	Elf_Data *data;
	GElf_Sym sym;
	const char *s;
	int i;

	scn = find_dynsym(e, &sh);
	if (!scn)
		return -ENOENT;
	link = elf_getscn(e->elf, sh.sh_link);
	if (!link || !gelf_getshdr(link, &strings) || !is_sane(e, &strings))
		return -ENOENT;
	data = elf_getdata(scn, NULL);
	for (i = 0; data && gelf_getsym(data, i, &sym); i++) {
		if (sym.st_shndx == SHN_UNDEF)
			continue;
		s = elf_strptr(e->elf, sh.sh_link, sym.st_name);
		if (s && !strcmp(s, name)) {
			*ret_vaddr = sym.st_value;
			return 0;
		}
	}
	return -ENOENT;
}

int elf_file_read(const struct elf_file *e, uint64_t vaddr, void *buf, size_t len)
{
	unsigned int i;

	for (i = 0; i < e->loads_count; i++) {
		const struct elf_load *l = &e->loads[i];
		uint64_t at = vaddr - l->vaddr;

		if (vaddr < l->vaddr || at > l->size || len > l->size - at)
			continue;
		if (pread(e->fd, buf, len, (off_t)(l->offset + at)) == (ssize_t)len)
			return 0;
	}
	return -ENOENT;
}

int elf_file_bias(const struct elf_file *e, uint64_t start, uint64_t *ret)
{
	unsigned int i;

	for (i = 0; i < e->loads_count; i++) {
		/* Segments are mapped by whole pages, so offset and address move alike. */
		if (e->loads[i].offset >= MIN_PAGE)
			continue;
		*ret = start - (e->loads[i].vaddr - e->loads[i].offset);
		return 0;
	}
	return -ENOENT;
}

size_t elf_file_word(const struct elf_file *e)
{
	return gelf_getclass(e->elf) == ELFCLASS32 ? 4 : 8;
}
