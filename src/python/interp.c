/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/interp.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <elf.h>

#include "python/elf_file.h"
#include "python/hexversion.h"
#include "python/image.h"
#include "python/layout.h"
#include "python/search.h"

enum { TRIES = 3, GIL_SIZE_AARCH64 = 224 };

/* What the interpreter's file says, as addresses in the process. */
struct place {
	uint64_t runtime; /* _PyRuntime (3.7 on); 0: none */
	uint64_t head; /* interp_head (3.6); 0: none */
	uint64_t code_type; /* PyCode_Type; 0: not known */
	unsigned int machine;
	struct version_promise promise;
};

static int not_permitted(uint32_t pid, int r, struct err *err)
{
	return err_set(err, r, ERR_PERMISSION,
		"process %u may not be read by this user (CAP_SYS_PTRACE): run pooltop as root "
		"(sudo)",
		pid);
}

static int is_gone(uint32_t pid, struct err *err)
{
	return err_set(err, -ESRCH, ERR_NO_TARGET, "there is no process %u (any more)", pid);
}

static int is_no_python(uint32_t pid, struct err *err)
{
	return err_set(err, -ENOEXEC, ERR_NO_TARGET,
		"process %u runs no CPython 3: there is no Python stack to read", pid);
}

static int is_unready(uint32_t pid, struct err *err)
{
	return err_set(err, -EAGAIN, ERR_FAILED,
		"the Python of process %u has not started yet, or has ended: try again", pid);
}

static bool is_there(const char *proc, uint32_t pid)
{
	char path[64];

	return snprintf(path, sizeof(path), "%s/%u", proc, pid) < (int)sizeof(path) &&
	       !access(path, F_OK);
}

static int open_image(const char *proc, uint32_t pid, struct python_image *ret, struct err *err)
{
	int r = python_image_open(proc, (int)pid, ret);

	if (r == -EACCES || r == -EPERM)
		return not_permitted(pid, r, err);
	if (r && !is_there(proc, pid))
		return is_gone(pid, err);
	if (r)
		return is_no_python(pid, err);
	if (ret->fd >= 0)
		return 0;
	return err_set(err, -EACCES, ERR_PERMISSION,
		"the file of process %u's Python (%s) cannot be opened: run pooltop as root (sudo)",
		pid, ret->name);
}

/*
 * 3.6 has no symbol for the list's head but in .symtab, which may be stripped. The function that
 * returns it is `mov head(%rip),%rax; ret`.
 */
static void find_head(const struct elf_file *e, struct place *p)
{
	unsigned char code[8];
	uint64_t function;
	int32_t distance;

	if (e->machine != EM_X86_64 || elf_file_symbol(e, "PyInterpreterState_Head", &function) ||
		elf_file_read(e, function, code, sizeof(code)) || memcmp(code, "\x48\x8b\x05", 3) ||
		code[7] != 0xc3)
		return;
	memcpy(&distance, code + 3, sizeof(distance));
	p->head = function + 7 + (uint64_t)(int64_t)distance;
}

static int read_file(const struct python_image *img, struct place *ret)
{
	struct place p = {.promise = version_promise(img->name)};
	struct elf_file e;
	uint64_t bias;
	int r = elf_file_open(img->fd, &e);

	if (r)
		return r;
	p.machine = e.machine;
	if (elf_file_word(&e) != 8)
		p.machine = EM_NONE;
	r = elf_file_bias(&e, img->start, &bias);
	if (!r && elf_file_symbol(&e, "_PyRuntime", &p.runtime))
		find_head(&e, &p);
	if (!r && !elf_file_symbol(&e, "PyCode_Type", &p.code_type))
		p.code_type += bias;
	if (p.runtime)
		p.runtime += bias;
	if (p.head)
		p.head += bias;
	elf_file_close(&e);
	*ret = p;
	return r;
}

/* Words what the file alone rules out. */
static int judge_file(uint32_t pid, const struct place *p, struct err *err)
{
	if (p->machine != EM_X86_64 && p->machine != EM_AARCH64)
		return err_set(err, -EOPNOTSUPP, ERR_FAILED,
			"the Python of process %u is built for another machine: only 64-bit x86 "
			"and ARM can be read",
			pid);
	if (p->runtime || p->head)
		return 0;
	/* The executable of a shared build, before it has mapped its libpython. */
	if (p->promise.known && p->promise.major == 3)
		return is_unready(pid, err);
	return is_no_python(pid, err);
}

static void place_layout(const struct place *p, struct py_layout *l)
{
	l->runtime = p->runtime ? p->runtime : p->head;
	l->code_type = p->code_type;
	if (p->machine == EM_AARCH64 && l->gil.size)
		l->gil.size = GIL_SIZE_AARCH64;
}

/* The target runs on meanwhile, and its dict of sys may move: hence several tries. */
static int check(struct memory *m, struct interp *in)
{
	uint32_t hex = 0;
	int i, r = -EINVAL;

	for (i = 0; i < TRIES && (r == -EINVAL || r == -EFAULT); i++) {
		r = hexversion_read(m, &in->layout, &hex);
		if (!r && hex >> 16 == in->layout.version)
			return python_version_of_hex(hex, in->version) ? -EINVAL : 0;
		if (!r)
			r = -EINVAL;
	}
	return r;
}

static int by_row(struct memory *m, const struct place *p, unsigned int minor, struct interp *ret)
{
	const struct py_layout *row = layout_row(minor);
	struct interp in = {0};
	int r;

	if (!row || (minor == LAYOUT_FIRST) != !p->runtime)
		return -EINVAL;
	in.layout = *row;
	place_layout(p, &in.layout);
	r = check(m, &in);
	if (!r)
		*ret = in;
	return r;
}

/* The file's name mostly tells the version; that failing, whatever agrees with itself. */
static int by_rows(struct memory *m, const struct place *p, struct interp *ret)
{
	unsigned int minor;
	int r = -EINVAL, answer;

	if (p->promise.known && p->promise.major == 3)
		r = by_row(m, p, p->promise.minor, ret);
	answer = r;
	for (minor = LAYOUT_TABLE - 1; r && minor >= LAYOUT_FIRST; minor--) {
		r = by_row(m, p, minor, ret);
		if (r == -EAGAIN)
			answer = r;
	}
	return r ? answer : 0;
}

static int by_table(struct memory *m, const struct place *p, struct interp *ret, struct err *err)
{
	unsigned char table[LAYOUT_TABLE_BYTES];
	struct interp in = {0};
	int r = memory_read(m, p->runtime, table, sizeof(table));

	if (r)
		return r;
	r = layout_by_table(table, sizeof(table), &in.layout, err);
	if (r)
		return r;
	place_layout(p, &in.layout);
	r = check(m, &in);
	if (!r)
		*ret = in;
	return r;
}

static int find_layout(struct memory *m, const struct place *p, struct interp *ret, struct err *err)
{
	char start[8];
	int r = 0;

	if (!p->runtime)
		return by_row(m, p, LAYOUT_FIRST, ret);
	r = memory_read(m, p->runtime, start, sizeof(start));
	if (r)
		return r;
	if (layout_has_table(start, sizeof(start)))
		return by_table(m, p, ret, err);
	return by_rows(m, p, ret);
}

/* What is left when the layout's own words do not say it. */
static int word(uint32_t pid, int r, const struct place *p, struct err *err)
{
	if (!r || (err && *err->text))
		return r;
	if (r == -EPERM || r == -EACCES)
		return not_permitted(pid, r, err);
	if (r == -ESRCH)
		return is_gone(pid, err);
	if (r == -EAGAIN)
		return is_unready(pid, err);
	if (p->promise.known)
		return err_set(err, -EOPNOTSUPP, ERR_FAILED,
			"the memory of process %u is not laid out as that of a CPython %u.%u that "
			"pooltop knows",
			pid, p->promise.major, p->promise.minor);
	return err_set(err, -EOPNOTSUPP, ERR_FAILED,
		"the memory of process %u is not laid out as that of any CPython that pooltop "
		"knows",
		pid);
}

int interp_find(const char *proc, struct memory *m, struct interp *ret, struct err *err)
{
	struct err own = {0};
	struct python_image img;
	struct place p;
	int r;

	if (!err)
		err = &own;
	r = open_image(proc, m->pid, &img, err);
	if (r)
		return r;
	r = read_file(&img, &p);
	python_image_close(&img);
	if (r)
		return is_no_python(m->pid, err);
	r = judge_file(m->pid, &p, err);
	if (!r)
		r = find_layout(m, &p, ret, err);
	return word(m->pid, r, &p, err);
}
