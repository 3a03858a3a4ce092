/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/regs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bpf/regs.skel.h"

struct regs {
	struct regs_bpf *bpf;
	struct bpf_link *link;
};

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

struct regs *regs_open(void)
{
	libbpf_print_fn_t was = libbpf_set_print(quiet);
	struct regs *r = calloc(1, sizeof(*r));

	if (r)
		r->bpf = regs_bpf__open_and_load();
	if (r && r->bpf)
		r->link = bpf_program__attach_iter(r->bpf->progs.tell_regs, NULL);
	libbpf_set_print(was);
	if (r && r->link)
		return r;
	regs_free(r);
	return NULL;
}

void regs_free(struct regs *r)
{
	if (!r)
		return;
	bpf_link__destroy(r->link);
	regs_bpf__destroy(r->bpf);
	free(r);
}

/* The kernel may hand them over in pieces. */
static bool read_all(int fd, void *to, size_t size)
{
	size_t had = 0;

	while (had < size) {
		ssize_t n = read(fd, (char *)to + had, size - had);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return false;
		had += (size_t)n;
	}
	return true;
}

bool regs_read(struct regs *r, uint32_t tid, uint64_t ret_regs[static NATIVE_REGS])
{
	const uint32_t zero = 0;
	bool ok;
	int fd;

	if (bpf_map_update_elem(bpf_map__fd(r->bpf->maps.wanted), &zero, &tid, BPF_ANY))
		return false;
	fd = bpf_iter_create(bpf_link__fd(r->link));
	if (fd < 0)
		return false;
	ok = read_all(fd, ret_regs, NATIVE_REGS * sizeof(ret_regs[0]));
	close(fd);
	return ok;
}
