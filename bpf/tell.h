/* SPDX-License-Identifier: GPL-2.0-only */
/* What code objects are called, told once for each process. */
#ifndef POOLTOP_TELL_H
#define POOLTOP_TELL_H

#include "peek.h"
#include "sample.h"

/* Code objects that were told, and a word of what they were: another one may come to lie there. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SAMPLE_CODES);
	__type(key, struct code_key);
	__type(value, __u64);
} codes SEC(".maps");

/* Too big for a stack: one for each core. */
struct sampler {
	__u64 thread_id;
	__u64 interp, thread; /* where the search is */
	__u64 frame; /* the next one */
	__u32 used; /* of code.bytes */
	__u32 pad;
	struct py_layout layout;
	struct ring_sample sample;
	struct ring_code code;
	unsigned char raw_frame[RAW + 8];
	unsigned char raw_code[RAW + 8];
	unsigned char raw_str[RAW + 8];
};

/* Characters of a str behind what is in code.bytes already: its end, at most `most` bytes. */
static __always_inline __u16 put_str(struct sampler *s, __u64 str, __u64 most, __u8 *ret_kind)
{
	struct str_at chars = find_str(&s->layout, s->raw_str, str, most);
	__u64 length = chars.length, at = s->used;

	*ret_kind = chars.kind;
	barrier_var(at);
	barrier_var(length);
	if (at > SAMPLE_NAME + SAMPLE_FILE || length > SAMPLE_FILE)
		return 0;
	if (bpf_probe_read_user(s->code.bytes + at, length, (void *)chars.from))
		return 0;
	s->used = at + length;
	return length;
}

static __always_inline __u16 put_table(struct sampler *s, __u64 table)
{
	const struct py_layout *p = &s->layout;
	__u64 len = user_word(table + p->object.size), at = s->used;

	if (len > SAMPLE_TABLE)
		len = SAMPLE_TABLE;
	barrier_var(at);
	barrier_var(len);
	if (at > SAMPLE_NAME + SAMPLE_FILE || len > SAMPLE_TABLE)
		return 0;
	if (bpf_probe_read_user(s->code.bytes + at, len, (void *)(table + p->object.bytes)))
		return 0;
	s->used = at + len;
	return len;
}

/* True: it is told now. */
static __always_inline bool tell_code(struct sampler *s, __u64 code)
{
	const struct py_layout *p = &s->layout;
	struct ring_code *c = &s->code;
	__u32 name = p->code.qualname == PY_ABSENT ? p->code.name : p->code.qualname;
	__u64 size;
	long failed;

	s->used = 0;
	c->h.kind = RING_CODE;
	c->h.pid = s->sample.h.pid;
	c->h.t_ns = s->sample.h.t_ns;
	c->code = code;
	c->bytecode = p->code.bytecode;
	c->lasti = p->lasti;
	c->lines = p->lines;
	c->firstlineno = int_at(s->raw_code, p->code.firstlineno);
	c->name_len = put_str(s, word_at(s->raw_code, name), SAMPLE_NAME, &c->name_kind);
	c->file_len =
		put_str(s, word_at(s->raw_code, p->code.filename), SAMPLE_FILE, &c->file_kind);
	c->table_len = put_table(s, word_at(s->raw_code, p->code.linetable));
	size = __builtin_offsetof(struct ring_code, bytes) + (__u64)s->used;
	c->h.size = size;
	barrier_var(size);
	if (size > sizeof(*c))
		return false;
	failed = bpf_ringbuf_output(&ring, c, size, BPF_RB_NO_WAKEUP);
	count_record(failed);
	return !failed;
}

/* Tells what the code object in raw_code is, unless that was done. */
static __always_inline void meet_code(struct sampler *s, __u64 code)
{
	const struct py_layout *p = &s->layout;
	struct code_key key = {.pid = s->sample.h.pid, .code = code};
	__u64 *known = bpf_map_lookup_elem(&codes, &key), is;

	is = word_at(s->raw_code, p->code.name) ^ word_at(s->raw_code, p->code.filename) << 16 ^
	     word_at(s->raw_code, p->code.linetable) << 32 ^
	     int_at(s->raw_code, p->code.firstlineno);
	if (known && *known == is)
		return;
	if (tell_code(s, code))
		bpf_map_update_elem(&codes, &key, &is, BPF_ANY);
}

#endif
