/* SPDX-License-Identifier: GPL-2.0-only */
/* From a frame's kind to its handler. */
#include "model/inside.h"

static int (*const handlers[])(struct model *m, const struct frame *f) = {
	[FRAME_SESSION] = apply_session,
	[FRAME_TICK] = apply_tick,
	[FRAME_LOST] = apply_lost,
	[FRAME_MISSING] = apply_missing,
	[FRAME_TEXT] = apply_text,
	[FRAME_DONE] = apply_done,
	[FRAME_PROC] = apply_proc,
	[FRAME_FORK] = apply_fork,
	[FRAME_EXEC] = apply_exec,
	[FRAME_EXIT] = apply_exit,
	[FRAME_SIGNAL] = apply_signal,
	[FRAME_OOM] = apply_oom,
	[FRAME_PIPE] = apply_pipe,
	[FRAME_THREAD_EXIT] = apply_thread_exit,
	[FRAME_MSG] = apply_msg,
	[FRAME_FAILURE] = apply_failure,
	[FRAME_WORK] = apply_work,
	[FRAME_CORE] = apply_core,
	[FRAME_CPU] = apply_cpu,
	[FRAME_USAGE] = apply_usage,
	[FRAME_SHARED] = apply_shared,
	[FRAME_SUM] = apply_sum,
	[FRAME_LEVEL] = apply_level,
	[FRAME_STACK] = apply_stack,
	[FRAME_STDERR] = apply_stderr,
	[FRAME_THREAD] = apply_thread,
	[FRAME_WAIT] = apply_wait,
	[FRAME_STEP] = apply_step,
	[FRAME_TRACE] = apply_trace,
	[FRAME_SAMPLE] = apply_sample,
	[FRAME_THROTTLE] = apply_throttle,
	[FRAME_DEPARTED] = apply_departed,
};

int model_apply(struct model *m, const struct frame *f)
{
	m->pending_news = false;
	if (f->t_ns > m->newest_ns)
		m->newest_ns = f->t_ns;
	if (f->kind >= sizeof(handlers) / sizeof(handlers[0]) || !handlers[f->kind])
		return 0;
	return handlers[f->kind](m, f);
}
