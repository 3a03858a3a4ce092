/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of a target's memory, and of copies of it: a read that fails reads zeros. */
#ifndef POOLTOP_PEEK_H
#define POOLTOP_PEEK_H

#include "shared.h"

enum peek_bounds {
	RAW = 256, /* bytes of a copied object that offsets may point into */
	FRAME_RAW = 128,
	CODE_RAW = 208,
	STR_RAW = 80,
	OWNER_GENERATOR = 1,
};

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
