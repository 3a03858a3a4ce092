/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/python/false_python.h"

#include <string.h>

enum { INTERP_ROOM = 8192, THREAD_ROOM = 512, PTHREAD_ROOM = 1024, OBJECT_ROOM = 512 };

void false_interpreter(struct false_python *p)
{
	uint64_t at = false_room(p->f, INTERP_ROOM);

	false_u64(p->f, at + p->l.interp.next, p->interp);
	false_u64(p->f, p->l.runtime + p->l.interpreters, at);
	p->interp = at;
}

struct false_python false_python_new(const struct py_layout *l)
{
	struct false_python p = {.f = false_memory_new(), .l = *l};

	p.l.runtime = false_room(p.f, INTERP_ROOM);
	p.l.code_type = false_room(p.f, 16);
	false_interpreter(&p);
	return p;
}

uint64_t false_thread(struct false_python *p, uint32_t tid)
{
	uint64_t at = false_room(p->f, THREAD_ROOM), pthread = false_room(p->f, PTHREAD_ROOM);
	uint64_t head = p->interp + p->l.interp.threads, next;

	p->f->m.read(&p->f->m, head, &next, sizeof(next));
	false_u64(p->f, at + p->l.thread.next, next);
	false_u64(p->f, head, at);
	false_u64(p->f, at + p->l.thread.interp, p->interp);
	false_u64(p->f, at + p->l.thread.id, pthread);
	false_u32(p->f, pthread + 720, tid);
	if (p->l.thread.native_id != PY_ABSENT)
		false_u64(p->f, at + p->l.thread.native_id, tid);
	if (p->l.thread.cframe != PY_ABSENT)
		false_u64(p->f, at + p->l.thread.frame, false_room(p->f, 32));
	return at;
}

/* One entry for each unit of code, each one line further. */
static size_t table(uint32_t lines, unsigned char *at)
{
	size_t len = 0;
	int i;

	for (i = 0; i < FALSE_LINES; i++) {
		int first = i == 0;

		if (lines == PY_LINES_POSITIONS) {
			at[len++] = first ? 0xd0 : 0xd8;
			at[len++] = 1;
			at[len++] = 9;
			continue;
		}
		at[len++] = lines == PY_LINES_LNOTAB && first ? 0 : 2;
		at[len++] = !first;
	}
	return len;
}

uint64_t false_code(struct false_python *p, const char *function, const char *file, int first)
{
	uint64_t at = false_room(p->f, OBJECT_ROOM), name = false_str(p->f, &p->l, function);
	unsigned char bytes[4 * FALSE_LINES];
	size_t len = table(p->l.lines, bytes);

	false_u64(p->f, at + p->l.object.type, p->l.code_type);
	false_u64(p->f, at + p->l.code.name, name);
	if (p->l.code.qualname != PY_ABSENT)
		false_u64(p->f, at + p->l.code.qualname, name);
	false_u64(p->f, at + p->l.code.filename, false_str(p->f, &p->l, file));
	false_u32(p->f, at + p->l.code.firstlineno, (uint32_t)first);
	false_u64(p->f, at + p->l.code.linetable, false_bytes(p->f, &p->l, bytes, len));
	return at;
}

uint64_t false_frame(struct false_python *p, uint64_t code, int unit, uint64_t previous)
{
	uint64_t at = false_room(p->f, 128);

	false_u64(p->f, at + p->l.frame.code, code);
	false_u64(p->f, at + p->l.frame.previous, previous);
	if (p->l.lasti == PY_LASTI_POINTER)
		false_u64(p->f, at + p->l.frame.lasti,
			code + p->l.code.bytecode + (uint64_t)(2 * unit));
	else
		false_u32(p->f, at + p->l.frame.lasti,
			(uint32_t)(p->l.lasti == PY_LASTI_UNITS ? unit : 2 * unit));
	return at;
}

void false_top(struct false_python *p, uint64_t thread, uint64_t frame)
{
	uint64_t at = thread + p->l.thread.frame;

	if (p->l.thread.cframe != PY_ABSENT) {
		p->f->m.read(&p->f->m, at, &at, sizeof(at));
		at += p->l.thread.cframe;
	}
	false_u64(p->f, at, frame);
}
