/* SPDX-License-Identifier: GPL-2.0-only */
/* All shapes, the model's constants, and what two programs must have in common. */
#include <string.h>

#include "config.h"
#include "image/image.h"
#include "image/shape.h"
#include "pool/kind.h"
#include "pool/stall.h"
#include "trap/trap.h"

/* Counted up whenever an image of before would stand for something else though no row has changed.
 * What a frame does to the model needs no new number: another version is another schema. */
enum { IMAGE_CODING = 1 };

static const struct shape *const shapes[] = {
	&shape_frame,
	&shape_frame_session,
	&shape_frame_tick,
	&shape_frame_level,
	&shape_task_times,
	&shape_frame_msg,
	&shape_frame_exit,
	&shape_frame_wait,
	&shape_frame_work,
	&shape_frame_usage,
	&shape_frame_shared,
	&shape_stack_place,
	&shape_trace_place,
	&shape_task_key,
	&shape_task,
	&shape_hand,
	&shape_start_module,
	&shape_start_piece,
	&shape_start,
	&shape_worker,
	&shape_signal_seen,
	&shape_oom_seen,
	&shape_pipe_end,
	&shape_stack_ids,
	&shape_stack,
	&shape_proc,
	&shape_pace_sums,
	&shape_batch,
	&shape_payload,
	&shape_pace,
	&shape_load_sums,
	&shape_load_call,
	&shape_load,
	&shape_lost_task,
	&shape_death,
	&shape_failure,
	&shape_evidence,
	&shape_finding_past,
	&shape_finding,
	&shape_stall,
	&shape_series,
	&shape_func,
	&shape_job,
	&shape_slow_task,
	&shape_answer,
	&shape_queue,
	&shape_core_strip,
	&shape_pool_core,
	&shape_totals,
	&shape_pool_traits,
	&shape_throttled,
	&shape_sampled,
	&shape_profile,
	&shape_pool,
	&shape_ended_proc,
	&shape_departed,
	&shape_gone,
	&shape_cpu,
	&shape_event,
	&shape_missing,
	&shape_dropped,
	&shape_throttle,
	&shape_trace,
	&shape_model,
};

enum { SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

const struct shape *shape_at(unsigned int index)
{
	return index < SHAPES ? shapes[index] : NULL;
}

const char *word_kind(unsigned int index)
{
	const struct pool_kind *kind = pool_kind_at(index);

	return kind ? kind->name : NULL;
}

const char *word_reason(unsigned int index)
{
	const struct stall_rule *rule = stall_rule_at(index);

	return rule ? rule->reason : NULL;
}

const char *word_finding(unsigned int index)
{
	const struct trap_rule *rule = trap_rule_at(index);

	return rule ? rule->id : NULL;
}

/* FNV-1a. */
static uint64_t add_bytes(uint64_t sum, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ at[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static uint64_t add_text(uint64_t sum, const char *text)
{
	return add_bytes(sum, text, strlen(text) + 1);
}

static uint64_t add_number(uint64_t sum, uint64_t n)
{
	uint8_t bytes[8];

	for (unsigned int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(n >> 8 * i);
	return add_bytes(sum, bytes, sizeof(bytes));
}

static uint64_t add_field(uint64_t sum, const struct field *f)
{
	const uint64_t numbers[] = {f->kind, f->is_time, f->has_lines, f->is_needed, f->count,
		f->least, f->most, f->counted != NOWHERE, f->head != NOWHERE};

	sum = add_text(sum, f->name);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sum = add_number(sum, numbers[i]);
	/* Of the others it is the machine's. */
	if (f->kind == FIELD_UNSIGNED || f->kind == FIELD_SIGNED || f->kind == FIELD_REAL)
		sum = add_number(sum, f->size);
	if (f->shape)
		sum = add_text(sum, f->shape->name);
	for (unsigned int i = 0; f->word && f->word(i); i++)
		sum = add_text(sum, f->word(i));
	return sum;
}

uint64_t image_schema(void)
{
	uint64_t sum = add_text(UINT64_C(0xcbf29ce484222325), PACKAGE_VERSION);

	sum = add_number(sum, IMAGE_CODING);
	for (unsigned int i = 0; i < SHAPES; i++) {
		sum = add_text(sum, shapes[i]->name);
		for (uint32_t k = 0; k < shapes[i]->count; k++)
			sum = add_field(sum, &shapes[i]->fields[k]);
	}
	return sum;
}
