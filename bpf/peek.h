/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of a target's memory, and of copies of it: a read that fails reads zeros. */
#ifndef POOLTOP_PEEK_H
#define POOLTOP_PEEK_H

#include "layout.h"
#include "shared.h"

enum peek_bounds {
	RAW = 256, /* bytes of a copied object that offsets may point into */
	FRAME_RAW = 128,
	CODE_RAW = 208,
	STR_RAW = 80,
	OWNER_GENERATOR = 1,
};

/*
 * A length, and a place in a buffer, made to fit right before they are used. In assembly, since the
 * compiler may put what it has compared aside and take it back, and verifiers before 6.3 (measured:
 * 5.10, 6.1) no longer know then what it was compared with. most, last: constants.
 */
static __always_inline __u64 at_most(__u64 len, const __u32 most)
{
	asm volatile("if %[len] <= %[most] goto +1\n%[len] = %[most]"
		     : [len] "+r"(len)
		     : [most] "i"(most));
	return len;
}

static __always_inline void *place_in(void *buffer, __u64 at, const __u32 last)
{
	asm volatile("if %[at] > %[last] goto +1\n%[place] += %[at]"
		     : [place] "+r"(buffer)
		     : [at] "r"(at), [last] "i"(last));
	return buffer;
}

static __always_inline __u64 user_word(__u64 address)
{
	__u64 word = 0;

	bpf_probe_read_user(&word, sizeof(word), (void *)address);
	return word;
}

static __always_inline __u64 word_at(const unsigned char *raw, __u32 offset)
{
	return *(const __u64 *)(raw + (offset & (RAW - 1)));
}

static __always_inline __u32 int_at(const unsigned char *raw, __u32 offset)
{
	return *(const __u32 *)(raw + (offset & (RAW - 1)));
}

/* Where a str's characters lie. */
struct str_at {
	__u64 from, length; /* bytes */
	__u8 kind; /* bytes a character */
};

/* Of them at most `most` bytes, its end. raw: room for a copy, RAW + 8 bytes. */
static __always_inline struct str_at find_str(
	const struct py_layout *p, unsigned char *raw, __u64 str, __u64 most)
{
	__u64 from, length, state, kind;

	bpf_probe_read_user(raw, STR_RAW, (void *)str);
	length = word_at(raw, p->str.length);
	state = int_at(raw, p->str.state);
	kind = state >> PY_STR_KIND_SHIFT & PY_STR_KIND_MASK;
	from = str + p->str.compact;
	if ((state & (PY_STR_COMPACT | PY_STR_ASCII)) == (PY_STR_COMPACT | PY_STR_ASCII))
		from = str + p->str.ascii;
	if (!(state & PY_STR_COMPACT))
		from = word_at(raw, p->str.compact);
	if (length > 1 << 20)
		length = 0;
	length *= kind;
	if (length > most) {
		from += length - most;
		length = most;
	}
	return (struct str_at){from, length, kind};
}

/* What pthread_self() is in this thread. */
static __always_inline __u64 thread_id(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(task, thread.fsbase);
#else
	return 0;
#endif
}

#endif
