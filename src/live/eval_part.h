/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The evaluation loop's second part, which no symbol of a stripped interpreter names: compilers put
 * what they take for seldom run elsewhere. gcc 16 does that to nearly all of CPython 3.14's.
 *
 * The call frame information tells it (gcc/final.cc, dwarf2out.cc: one description follows the
 * other): the part's comes right after the function's, and begins with a frame that is there
 * already. Of x86-64 and aarch64, as gcc and clang write it there.
 */
#ifndef POOLTOP_EVAL_PART_H
#define POOLTOP_EVAL_PART_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stdint.h>

#define EVAL_LOOP "_PyEval_EvalFrameDefault"

/* The part of the function that begins there, if it has one. Addresses are the file's. */
bool eval_part_find(Elf *elf, uint64_t function, uint64_t *ret_start, uint64_t *ret_end);

/* True: the address is in the second part of this module's evaluation loop. What is found out is
 * kept with the module. */
bool eval_part_has(Dwfl_Module *module, Dwarf_Addr pc);

/* Before dwfl_end(). */
void eval_part_forget(Dwfl *dwfl);

#endif
