/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/kinds.h"

#include <errno.h>
#include <stddef.h>

#define AT(frame, field) offsetof(struct frame, field)

static const struct tape_kind kinds[] = {
	{.kind = FRAME_SESSION, .structural = true, .text = AT(frame_session, version)},
	{.kind = FRAME_TICK},
	{.kind = FRAME_LOST, .structural = true},
	{.kind = FRAME_MISSING, .structural = true},
	{.kind = FRAME_TEXT, .structural = true, .text = AT(frame_text, text)},
	{.kind = FRAME_DONE, .structural = true},
	{.kind = FRAME_PROC, .structural = true},
	{.kind = FRAME_FORK, .structural = true},
	{.kind = FRAME_EXEC, .structural = true},
	{.kind = FRAME_EXIT, .structural = true},
	{.kind = FRAME_SIGNAL, .structural = true},
	{.kind = FRAME_OOM, .structural = true},
	{.kind = FRAME_PIPE, .structural = true},
	{.kind = FRAME_THREAD_EXIT, .structural = true},
	{.kind = FRAME_MSG, .like = {AT(frame_msg, ino), AT(frame_msg, dir)}},
	{.kind = FRAME_FAILURE, .text = AT(frame_failure, text)},
	{.kind = FRAME_WORK},
	{.kind = FRAME_CORE, .like = {AT(frame_core, cpu)}},
	{.kind = FRAME_CPU, .like = {AT(frame_cpu, cpu)}},
	{.kind = FRAME_USAGE},
	{.kind = FRAME_SHARED},
	{.kind = FRAME_SUM, .structural = true, .like = {AT(frame_sum, ino), AT(frame_sum, func)}},
	{.kind = FRAME_LEVEL, .structural = true},
	{.kind = FRAME_STACK, .structural = true, .like = {AT(frame_stack, tid)}},
	{.kind = FRAME_STDERR, .structural = true, .text = AT(frame_stderr, text)},
	{.kind = FRAME_THREAD, .structural = true, .like = {AT(frame_thread, tid)}},
	{.kind = FRAME_WAIT, .like = {AT(frame_wait, tid)}, .text = AT(frame_wait, comm)},
	{.kind = FRAME_STEP},
	{.kind = FRAME_TRACE, .structural = true},
	{.kind = FRAME_THROTTLE, .like = {AT(frame_throttle, cgroup)}},
	{.kind = FRAME_SAMPLE, .like = {AT(frame_sample, tid)}},
	{.kind = FRAME_DEPARTED, .structural = true, .text = AT(frame_departed, comm)},
};

static const struct tape_kind newer = {0};

const struct tape_kind *tape_kind(uint16_t kind)
{
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return &newer;
}

int check_first_frame(const struct frame *f, const char *name, struct err *err)
{
	const struct frame_session *session = (const struct frame_session *)f;

	if (f->kind != FRAME_SESSION || !frame_is_sound(f) || f->size < AT(frame_session, version))
		return err_set(err, -EBADMSG, ERR_RECORDING,
			"%s is not a pooltop recording: give the file that `pooltop record -o "
			"FILE` "
			"wrote",
			name);
	if (session->format < 1 || session->format > WIRE_FORMAT)
		return err_set(err, -EBADMSG, ERR_RECORDING,
			"%s is of format %u, and this pooltop knows up to %u: use the pooltop that "
			"wrote it, or a newer one",
			name, session->format, WIRE_FORMAT);
	return 0;
}
