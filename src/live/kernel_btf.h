/* SPDX-License-Identifier: GPL-2.0-only */
/* What the running kernel has, asked of its own type information, never by its version: stable
 * kernels get changes from newer ones. */
#ifndef POOLTOP_KERNEL_BTF_H
#define POOLTOP_KERNEL_BTF_H

#include <stdbool.h>

struct btf;

/* NULL: the kernel has none. The caller frees with btf__free(), soon: it is 10 MiB. */
struct btf *kernel_btf_load(void);

/* Parameters of a BTF tracepoint, its hidden first one left out; -1: there is no such, or no BTF
 * (NULL). */
int kernel_btf_params(const struct btf *btf, const char *tracepoint);

/* True if BPF programs may call this helper: "BPF_FUNC_loop". */
bool kernel_btf_has_helper(const struct btf *btf, const char *name);

#endif
