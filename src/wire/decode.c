/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/decode.h"

#include <stddef.h>
#include <string.h>

static uint32_t text_len(const struct frame *f)
{
	return ((const struct frame_text *)f)->len;
}

static uint32_t failure_len(const struct frame *f)
{
	const struct frame_failure *failure = (const struct frame_failure *)f;

	return (uint32_t)failure->exc_len + failure->message_len + failure->traceback_len;
}

static uint32_t places_len(const struct frame *f)
{
	uint64_t len =
		(uint64_t)((const struct frame_stack *)f)->count * sizeof(struct stack_place);

	return len > UINT32_MAX ? UINT32_MAX : (uint32_t)len;
}

static uint32_t trace_len(const struct frame *f)
{
	uint64_t len =
		(uint64_t)((const struct frame_trace *)f)->count * sizeof(struct trace_place);

	return len > UINT32_MAX ? UINT32_MAX : (uint32_t)len;
}

static uint32_t stderr_len(const struct frame *f)
{
	return ((const struct frame_stderr *)f)->len;
}

static const struct frame_info kinds[FRAME_KINDS] = {
	[FRAME_SESSION] = {"session", 184, sizeof(struct frame_session), NULL},
	[FRAME_TICK] = {"tick", 80, sizeof(struct frame_tick), NULL},
	[FRAME_LOST] = {"lost", 48, sizeof(struct frame_lost), NULL},
	[FRAME_MISSING] = {"missing", 32, sizeof(struct frame_missing), NULL},
	[FRAME_TEXT] = {"text", 24, offsetof(struct frame_text, text), text_len},
	[FRAME_DONE] = {"done", 24, sizeof(struct frame_done), NULL},
	[FRAME_PROC] = {"proc", 80, sizeof(struct frame_proc), NULL},
	[FRAME_FORK] = {"fork", 56, sizeof(struct frame_fork), NULL},
	[FRAME_EXEC] = {"exec", 32, sizeof(struct frame_exec), NULL},
	[FRAME_EXIT] = {"exit", 152, sizeof(struct frame_exit), NULL},
	[FRAME_SIGNAL] = {"signal", 48, sizeof(struct frame_signal), NULL},
	[FRAME_OOM] = {"oom", 40, sizeof(struct frame_oom), NULL},
	[FRAME_PIPE] = {"pipe", 32, sizeof(struct frame_pipe), NULL},
	[FRAME_THREAD_EXIT] = {"thread_exit", 32, sizeof(struct frame_thread_exit), NULL},
	[FRAME_MSG] = {"msg", 64, sizeof(struct frame_msg), NULL},
	[FRAME_FAILURE] = {"failure", 48, offsetof(struct frame_failure, text), failure_len},
	[FRAME_WORK] = {"work", 144, sizeof(struct frame_work), NULL},
	[FRAME_CORE] = {"core", 40, sizeof(struct frame_core), NULL},
	[FRAME_CPU] = {"cpu", 48, sizeof(struct frame_cpu), NULL},
	[FRAME_USAGE] = {"usage", 64, sizeof(struct frame_usage), NULL},
	[FRAME_SHARED] = {"shared", 72, sizeof(struct frame_shared), NULL},
	[FRAME_SUM] = {"sum", 80, sizeof(struct frame_sum), NULL},
	[FRAME_LEVEL] = {"level", 48, sizeof(struct frame_level), NULL},
	[FRAME_STACK] = {"stack", 40, offsetof(struct frame_stack, places), places_len},
	[FRAME_STDERR] = {"stderr", 24, offsetof(struct frame_stderr, text), stderr_len},
	[FRAME_THREAD] = {"thread", 48, sizeof(struct frame_thread), NULL},
	[FRAME_WAIT] = {"wait", 80, sizeof(struct frame_wait), NULL},
	[FRAME_STEP] = {"step", 32, sizeof(struct frame_step), NULL},
	[FRAME_TRACE] = {"trace", 32, offsetof(struct frame_trace, places), trace_len},
	[FRAME_THROTTLE] = {"throttle", 48, sizeof(struct frame_throttle), NULL},
	[FRAME_DEPARTED] = {"departed", 88, sizeof(struct frame_departed), NULL},
	[FRAME_SAMPLE] = {"sample", 40, sizeof(struct frame_sample), NULL},
};

const struct frame_info *frame_info(unsigned int kind)
{
	return kind < FRAME_KINDS && kinds[kind].name ? &kinds[kind] : NULL;
}

enum decoded decode_as(const struct frame_info *info, const struct frame *f,
	union frame_space *space, const struct frame **ret_frame)
{
	if (f->size < info->v1_size)
		return DECODE_BAD;
	if (f->size >= info->size) {
		if (info->text_len && info->text_len(f) > (uint32_t)f->size - info->size)
			return DECODE_BAD;
		*ret_frame = f;
		return DECODED;
	}
	memset(space, 0, sizeof(*space));
	memcpy(space, f, f->size);
	*ret_frame = &space->h;
	return DECODED;
}

enum decoded decode(const struct frame *f, union frame_space *space, const struct frame **ret_frame)
{
	const struct frame_info *info = frame_info(f->kind);

	return info ? decode_as(info, f, space, ret_frame) : DECODE_UNKNOWN;
}
