/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/eval_part.h"

#include <dwarf.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

struct eval_part {
	uint64_t start, end; /* both 0: there is none */
};

/* A description of code, of those whose places are signed, of 4 bytes and relative. */
struct piece {
	uint64_t start, end;
	bool is_amid; /* it begins with a frame */
};

static Elf_Data *frames_of(Elf *elf, uint64_t *ret_address)
{
	Elf_Scn *section = NULL;
	size_t names;
	GElf_Shdr h;

	if (elf_getshdrstrndx(elf, &names))
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		const char *name;

		if (!gelf_getshdr(section, &h) || h.sh_type == SHT_NOBITS)
			continue;
		name = elf_strptr(elf, names, h.sh_name);
		if (!name || strcmp(name, ".eh_frame") != 0)
			continue;
		*ret_address = h.sh_addr;
		return elf_rawdata(section, NULL);
	}
	return NULL;
}

/* What is in the section, and which of the common descriptions was looked at last. */
struct table {
	const unsigned char *ident;
	Elf_Data *data;
	uint64_t address;
	Dwarf_Off common;
	bool is_known;
};

static bool is_known(struct table *t, Dwarf_Off common)
{
	const Dwarf_CIE *cie;
	Dwarf_CFI_Entry entry;
	Dwarf_Off next;

	if (common == t->common)
		return t->is_known;
	t->common = common;
	t->is_known = !dwarf_next_cfi(t->ident, t->data, true, common, &next, &entry) &&
		      dwarf_cfi_cie_p(&entry);
	cie = &entry.cie;
	t->is_known = t->is_known && !strcmp(cie->augmentation, "zR") &&
		      cie->augmentation_data_size == 1 &&
		      cie->augmentation_data[0] == (DW_EH_PE_pcrel | DW_EH_PE_sdata4);
	return t->is_known;
}

/* From the place on: where, how long, and (one byte of length) what there is none of. */
static bool read_piece(struct table *t, const Dwarf_FDE *fde, struct piece *ret)
{
	enum { PLACE = 4, RANGE = 4, HEAD = PLACE + RANGE + 1 };
	uint64_t at = t->address + (uint64_t)(fde->start - (const uint8_t *)t->data->d_buf);
	uint32_t range;
	int32_t place;

	if (!is_known(t, fde->CIE_pointer) || fde->end - fde->start <= HEAD || fde->start[HEAD - 1])
		return false;
	memcpy(&place, fde->start, sizeof(place));
	memcpy(&range, fde->start + PLACE, sizeof(range));
	ret->start = at + (uint64_t)(int64_t)place;
	ret->end = ret->start + range;
	ret->is_amid = fde->start[HEAD] == DW_CFA_def_cfa ||
		       fde->start[HEAD] == DW_CFA_def_cfa_register ||
		       fde->start[HEAD] == DW_CFA_def_cfa_offset;
	return true;
}

bool eval_part_find(Elf *elf, uint64_t function, uint64_t *ret_start, uint64_t *ret_end)
{
	struct table t = {.common = (Dwarf_Off)-1};
	struct piece p = {0};
	bool is_next = false;
	Dwarf_CFI_Entry entry;
	Dwarf_Off at = 0, next;

	t.ident = (const unsigned char *)elf_getident(elf, NULL);
	t.data = t.ident ? frames_of(elf, &t.address) : NULL;
	for (; t.data && !dwarf_next_cfi(t.ident, t.data, true, at, &next, &entry); at = next) {
		if (dwarf_cfi_cie_p(&entry))
			continue;
		if (!read_piece(&t, &entry.fde, &p)) {
			is_next = false;
			continue;
		}
		if (is_next)
			break;
		is_next = p.start == function;
	}
	if (!is_next || !p.is_amid || p.start == function)
		return false;
	*ret_start = p.start;
	*ret_end = p.end;
	return true;
}

static bool find_loop(Dwfl_Module *module, GElf_Addr *ret)
{
	int count = dwfl_module_getsymtab(module);
	GElf_Sym symbol;

	for (int i = 0; i < count; i++) {
		const char *name =
			dwfl_module_getsym_info(module, i, &symbol, ret, NULL, NULL, NULL);

		if (name && !strcmp(name, EVAL_LOOP) && symbol.st_shndx != SHN_UNDEF)
			return true;
	}
	return false;
}

static struct eval_part *look(Dwfl_Module *module)
{
	struct eval_part *part = calloc(1, sizeof(*part));
	GElf_Addr loop, bias;
	Elf *elf;

	if (!part || !find_loop(module, &loop))
		return part;
	elf = dwfl_module_getelf(module, &bias);
	if (elf && eval_part_find(elf, loop - bias, &part->start, &part->end)) {
		part->start += bias;
		part->end += bias;
	}
	return part;
}

static struct eval_part **kept_of(Dwfl_Module *module)
{
	void **kept = NULL;

	dwfl_module_info(module, &kept, NULL, NULL, NULL, NULL, NULL, NULL);
	return (struct eval_part **)kept;
}

bool eval_part_has(Dwfl_Module *module, Dwarf_Addr pc)
{
	struct eval_part **kept = kept_of(module);

	if (!kept)
		return false;
	if (!*kept)
		*kept = look(module);
	return *kept && pc >= (*kept)->start && pc < (*kept)->end;
}

static int forget(Dwfl_Module *module, void **kept, const char *name, Dwarf_Addr start, void *arg)
{
	(void)module, (void)name, (void)start, (void)arg;
	free(*kept);
	*kept = NULL;
	return DWARF_CB_OK;
}

void eval_part_forget(Dwfl *dwfl)
{
	dwfl_getmodules(dwfl, forget, NULL, 0);
}
