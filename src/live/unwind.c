/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/unwind.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live/eval_part.h"
#include "live/module.h"

struct unwinder {
	Dwfl *dwfl; /* of the maps below; NULL: none yet */
	char *maps;
	const struct unwind_from *from; /* for the call */
	struct unwound *places;
	size_t count;
	Dwarf_Addr last; /* in the outermost so far */
};

/* Files by the names in the maps, whose inodes maps_read() or module_paths() has held against them;
 * the vDSO from the process's memory. Symbols also from local debug files, by build id. Nothing is
 * fetched from the network. */
static const Dwfl_Callbacks modules = {
	.find_elf = dwfl_linux_proc_find_elf,
	.find_debuginfo = dwfl_build_id_find_debuginfo,
};

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread_arg)
{
	const struct unwinder *u = arg;

	(void)dwfl;
	if (*thread_arg)
		return 0;
	*thread_arg = arg;
	return (pid_t)u->from->tid;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *arg, void **thread_arg)
{
	(void)dwfl, (void)tid;
	*thread_arg = arg;
	return true;
}

static bool read_stack(Dwfl *dwfl, Dwarf_Addr at, Dwarf_Word *ret_word, void *arg)
{
	const struct unwind_from *r = ((const struct unwinder *)arg)->from;

	(void)dwfl;
	if (r->used < sizeof(*ret_word) || at < r->sp || at - r->sp > r->used - sizeof(*ret_word))
		return false;
	memcpy(ret_word, r->bytes + (at - r->sp), sizeof(*ret_word));
	return true;
}

static bool set_registers(Dwfl_Thread *thread, void *arg)
{
	const struct unwind_from *r = ((const struct unwinder *)arg)->from;
	Dwarf_Word regs[NATIVE_REGS];

	if (r->is_in_call) {
		regs[0] = r->regs[UNWIND_SP];
		dwfl_thread_state_register_pc(thread, r->regs[UNWIND_PC]);
		return dwfl_thread_state_registers(thread, UNWIND_SP, 1, regs);
	}
	for (int i = 0; i < NATIVE_REGS; i++)
		regs[i] = r->regs[i];
	return dwfl_thread_state_registers(thread, 0, NATIVE_REGS, regs);
}

static const Dwfl_Thread_Callbacks threads = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = read_stack,
	.set_initial_registers = set_registers,
};

/* A name only for an address inside of the symbol: another function's would mislead. */
static void name_place(
	const struct unwinder *u, struct unwound *place, Dwfl_Module *module, Dwarf_Addr pc)
{
	Dwarf_Addr start = 0;
	const char *name, *file;
	GElf_Off offset = 0;
	GElf_Sym symbol;
	size_t len;

	dwfl_module_info(module, NULL, &start, NULL, NULL, NULL, NULL, NULL);
	place->offset = pc - start;
	file = module_name(u->maps, start, &len);
	snprintf(place->module, sizeof(place->module), "%.*s", file ? (int)len : 0,
		file ? file : "");
	name = dwfl_module_addrinfo(module, pc, &offset, &symbol, NULL, NULL, NULL);
	if (name && offset < symbol.st_size)
		snprintf(place->function, sizeof(place->function), "%s", name);
	else if (eval_part_has(module, pc)) /* as where the compiler names it */
		snprintf(place->function, sizeof(place->function), EVAL_LOOP ".cold");
}

/* libdw takes what lies between two modules for a part of the first. */
static bool is_inside(Dwfl_Module *module, Dwarf_Addr pc)
{
	Dwarf_Addr start = 0, end = 0;

	dwfl_module_info(module, NULL, &start, &end, NULL, NULL, NULL, NULL);
	return pc >= start && pc < end;
}

static int on_frame(Dwfl_Frame *frame, void *arg)
{
	struct unwinder *u = arg;
	Dwfl_Module *module;
	bool is_exact = false;
	Dwarf_Addr pc = 0;

	if (u->count == UNWIND_PLACES || !dwfl_frame_pc(frame, &pc, &is_exact))
		return DWARF_CB_ABORT;
	if (!is_exact)
		pc--; /* the call, and not what comes after it */
	memset(&u->places[u->count], 0, sizeof(u->places[0]));
	module = dwfl_addrmodule(u->dwfl, pc);
	if (module && is_inside(module, pc))
		name_place(u, &u->places[u->count], module, pc);
	else
		u->places[u->count].offset = pc;
	u->count++;
	u->last = pc;
	return DWARF_CB_OK;
}

/* Code that nobody has called says so: it has no return address. An unwinding that finds no memory
 * ends too. */
static bool is_outermost(const struct unwinder *u)
{
	Dwfl_Module *module = u->count ? dwfl_addrmodule(u->dwfl, u->last) : NULL;
	Dwarf_Addr bias = 0;
	Dwarf_CFI *cfi = module ? dwfl_module_eh_cfi(module, &bias) : NULL;
	Dwarf_Op room[3], *ops = NULL;
	Dwarf_Frame *frame = NULL;
	size_t count = 1;
	int address;

	if (!cfi || dwarf_cfi_addrframe(cfi, u->last - bias, &frame))
		return false;
	address = dwarf_frame_info(frame, NULL, NULL, NULL);
	if (address < 0 || dwarf_frame_register(frame, address, room, &ops, &count))
		count = 1;
	free(frame);
	return !count && ops == room;
}

static void forget(struct unwinder *u)
{
	if (u->dwfl) {
		eval_part_forget(u->dwfl);
		dwfl_end(u->dwfl);
	}
	free(u->maps);
	u->dwfl = NULL;
	u->maps = NULL;
}

static bool report_modules(struct unwinder *u, FILE *text)
{
	uint64_t start, end;
	char vdso[32];
	bool ok;

	dwfl_report_begin(u->dwfl);
	ok = !dwfl_linux_proc_maps_report(u->dwfl, text);
	if (u->from->pid && module_find_vdso(u->maps, &start, &end)) {
		/* The name by which libdwfl knows where to find it. */
		snprintf(vdso, sizeof(vdso), "[vdso: %d]", (int)u->from->pid);
		dwfl_report_module(u->dwfl, vdso, start, end);
	}
	return !dwfl_report_end(u->dwfl, NULL, NULL) && ok;
}

/* Reading the files is what takes the time, so that those of the last call are kept. */
static bool load(struct unwinder *u, const char *maps)
{
	char *paths;
	FILE *text;
	bool ok;

	if (u->dwfl && !strcmp(u->maps, maps))
		return true;
	forget(u);
	paths = u->from->pid ? module_paths(maps, u->from->pid) : strdup(maps);
	u->maps = strdup(maps);
	u->dwfl = u->maps ? dwfl_begin(&modules) : NULL;
	text = u->dwfl && paths && *paths ? fmemopen(paths, strlen(paths), "r") : NULL;
	ok = text && report_modules(u, text);
	if (text)
		fclose(text);
	free(paths);
	return ok && dwfl_attach_state(u->dwfl, NULL, (pid_t)u->from->tid, &threads, u);
}

struct unwinder *unwinder_new(void)
{
	return calloc(1, sizeof(struct unwinder));
}

void unwinder_free(struct unwinder *u)
{
	if (!u)
		return;
	forget(u);
	free(u);
}

size_t unwinder_run(
	struct unwinder *u, const struct unwind_from *from, struct unwound *ret, bool *ret_is_whole)
{
	u->from = from;
	u->places = ret;
	u->count = 0;
	*ret_is_whole = false;
	/* An error is the end of what can be unwound: what there is up to it counts. */
	if (load(u, from->maps))
		*ret_is_whole = !dwfl_getthread_frames(u->dwfl, (pid_t)from->tid, on_frame, u) &&
				is_outermost(u);
	else
		forget(u);
	u->from = NULL;
	return u->count;
}
