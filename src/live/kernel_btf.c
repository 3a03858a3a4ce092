/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/kernel_btf.h"

#include <bpf/btf.h>
#include <string.h>

struct btf *kernel_btf_load(void)
{
	return btf__load_vmlinux_btf();
}

int kernel_btf_params(const struct btf *btf, const char *tracepoint)
{
	char type_name[64] = "btf_trace_";
	const struct btf_type *type;
	int id;

	if (!btf)
		return -1;
	strncat(type_name, tracepoint, sizeof(type_name) - strlen(type_name) - 1);
	id = btf__find_by_name_kind(btf, type_name, BTF_KIND_TYPEDEF);
	if (id < 0)
		return -1;
	type = btf__type_by_id(btf, btf__type_by_id(btf, id)->type);
	type = btf__type_by_id(btf, type->type);
	return btf_is_func_proto(type) ? btf_vlen(type) - 1 : -1;
}

bool kernel_btf_has_helper(const struct btf *btf, const char *name)
{
	int id = btf ? btf__find_by_name_kind(btf, "bpf_func_id", BTF_KIND_ENUM) : -1;
	const struct btf_type *type;

	if (id < 0)
		return false;
	type = btf__type_by_id(btf, id);
	for (int i = 0; i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_enum(type)[i].name_off), name))
			return true;
	return false;
}
