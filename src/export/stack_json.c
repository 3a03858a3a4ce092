/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/jout.h"
#include "export/stack.h"

static const char *const gil_words[] = {
	[STACK_GIL_UNKNOWN] = NULL,
	[STACK_GIL_FREE] = "free",
	[STACK_GIL_HELD] = "held",
	[STACK_GIL_WAITING] = "waiting",
};

static json_t *frame_json(struct jout *j, const struct stack_frame *f)
{
	json_t *o = jout_object(j);

	jout_text(j, o, "file", f->file);
	jout_uint_if(j, o, "line", f->line > 0, (uint64_t)f->line);
	jout_text(j, o, "function", f->function);
	return o;
}

static json_t *native_json(struct jout *j, const struct stack_frame *f)
{
	json_t *o = jout_object(j);

	jout_text(j, o, "module", f->file);
	jout_text(j, o, "function", f->function);
	jout_null(j, o, "file");
	jout_null(j, o, "line");
	jout_uint(j, o, "offset", f->offset);
	return o;
}

static void put_native(struct jout *j, json_t *o, const struct stack_thread *t)
{
	json_t *native = jout_array(j), *mixed = t->is_mixed ? jout_array(j) : json_null();

	for (uint32_t i = 0; i < t->native_count; i++) {
		const struct stack_frame *f = &t->native[i];

		if (f->is_native)
			jout_push(j, native, native_json(j, f));
		if (t->is_mixed)
			jout_push(j, mixed, f->is_native ? native_json(j, f) : frame_json(j, f));
	}
	jout_put(j, o, "native", native);
	jout_put(j, o, "mixed", mixed);
	jout_bool(j, o, "native_whole", t->native_count && !t->is_native_cut);
}

static json_t *thread_json(struct jout *j, const struct stack_thread *t)
{
	json_t *o = jout_object(j), *python = jout_array(j);
	uint32_t i;

	for (i = 0; i < t->count; i++)
		jout_push(j, python, frame_json(j, &t->frames[i]));
	jout_uint(j, o, "tid", t->tid);
	jout_text(j, o, "name", t->name);
	jout_put(j, o, "python", python);
	put_native(j, o, t);
	jout_text(j, o, "gil", gil_words[t->gil]);
	jout_bool(j, o, "on_cpu", t->on_cpu);
	jout_text(j, o, "syscall", t->call);
	jout_bool(j, o, "whole", !t->is_cut && !t->is_torn);
	return o;
}

static json_t *process_json(struct jout *j, const struct stack_process *p)
{
	json_t *o = jout_object(j), *threads = jout_array(j);
	uint32_t i;

	for (i = 0; i < p->count; i++)
		jout_push(j, threads, thread_json(j, &p->threads[i]));
	jout_uint(j, o, "pid", p->pid);
	jout_text(j, o, "role", p->is_parent ? "parent" : "worker");
	jout_text(j, o, "python", p->python);
	jout_text(j, o, "error", p->error);
	jout_put(j, o, "threads", threads);
	jout_uint(j, o, "threads_left_out", p->left_out);
	return o;
}

int stack_json(
	const struct stack_process *processes, uint32_t count, char **ret_text, size_t *ret_len)
{
	struct jout j = {0};
	json_t *root = jout_object(&j), *all = jout_array(&j);
	uint32_t i;

	for (i = 0; i < count; i++)
		jout_push(&j, all, process_json(&j, &processes[i]));
	jout_put(&j, root, "processes", all);
	return jout_dump(&j, root, ret_text, ret_len);
}
