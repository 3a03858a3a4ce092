/* SPDX-License-Identifier: GPL-2.0-only */
/* segment.c, segment_pack.c and segment_unpack.c: what goes in comes out, and is small. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tape/segment.h"
#include "tests/tape/synth.h"

static uint32_t count_of(const uint8_t *frames, size_t bytes)
{
	uint32_t count = 0;

	for (size_t at = 0; at < bytes; count++)
		at += ((const struct frame *)(frames + at))->size;
	return count;
}

/* Packs, unpacks with another packer, compares. Returns the packed size. */
static size_t there_and_back(struct packer *p, const void *frames, size_t bytes)
{
	struct packer *other = packer_new();
	uint8_t *back = malloc(bytes + 8);
	struct packed packed = {.count = count_of(frames, bytes), .bytes = bytes};

	assert_int_equal(segment_pack(p, frames, bytes, &packed.data, &packed.len), 0);
	assert_int_equal(segment_unpack(other, &packed, back), 0);
	assert_memory_equal(back, frames, bytes ? bytes : 1);
	free(back);
	packer_free(other);
	return packed.len;
}

static void noise_comes_back(void **state)
{
	struct packer *p = packer_new();
	uint64_t seed = 7;

	(void)state;
	for (uint32_t round = 0; round < 60; round++) {
		struct buf frames = {0};

		synth_noise(&frames, &seed, 1 + (uint32_t)synth_random(&seed) % (round * 40 + 1));
		there_and_back(p, frames.data, frames.len);
		buf_release(&frames);
	}
	packer_free(p);
}

static void nothing_comes_back(void **state)
{
	struct packer *p = packer_new();
	uint64_t nothing = 0;
	struct packed packed = {0};

	(void)state;
	assert_int_equal(segment_pack(p, &nothing, 0, &packed.data, &packed.len), 0);
	assert_int_equal(segment_unpack(p, &packed, &nothing), 0);
	packer_free(p);
}

/* More kinds of frames, and more processes, than there are slots. */
static void crowds_come_back(void **state)
{
	struct packer *p = packer_new();
	struct buf frames = {0};
	uint64_t seed = 2;

	(void)state;
	for (uint32_t i = 0; i < 65000; i++) {
		struct frame f = {
			.kind = (uint16_t)(100 + i),
			.size = 16,
			.pid = (uint32_t)synth_random(&seed),
			.t_ns = synth_random(&seed),
		};

		buf_add(&frames, &f, sizeof(f));
	}
	there_and_back(p, frames.data, frames.len);
	buf_release(&frames);
	packer_free(p);
}

static void largest_frames_come_back(void **state)
{
	static uint64_t space[FRAME_MAX / 8];
	struct packer *p = packer_new();
	struct buf frames = {0};
	uint64_t seed = 3;

	(void)state;
	for (uint16_t kind = 1; kind < 8; kind++) {
		for (size_t i = 0; i < FRAME_MAX / 8; i++)
			space[i] = synth_random(&seed);
		*(struct frame *)space = (struct frame){.kind = kind, .size = FRAME_MAX};
		buf_add(&frames, space, FRAME_MAX);
	}
	there_and_back(p, frames.data, frames.len);
	buf_release(&frames);
	packer_free(p);
}

static void a_full_segment_of_the_worst_fits(void **state)
{
	struct packer *p = packer_new();
	struct buf frames = {0};
	uint64_t seed = 5;

	(void)state;
	while (frames.len < SEGMENT_BYTES)
		synth_noise(&frames, &seed, 1);
	assert_true(there_and_back(p, frames.data, frames.len) <= SEGMENT_PACKED_MAX);
	buf_release(&frames);
	packer_free(p);
}

static void refuses_what_are_no_frames(void **state)
{
	struct packer *p = packer_new();
	struct frame f[2] = {{.kind = 1, .size = 32}, {0}};
	const void *packed;
	size_t len;

	(void)state;
	assert_int_equal(segment_pack(p, f, 16, &packed, &len), -EINVAL);
	assert_int_equal(segment_pack(p, f, 24, &packed, &len), -EINVAL);
	f[0].size = 16;
	assert_int_equal(segment_pack(p, f, 32, &packed, &len), -EINVAL);
	f[1].size = 12;
	assert_int_equal(segment_pack(p, f, 32, &packed, &len), -EINVAL);
	assert_int_equal(segment_pack(p, f, SEGMENT_MAX + 8, &packed, &len), -EINVAL);
	packer_free(p);
}

/* Packs the frames in segments of at most span_ns and SEGMENT_BYTES; returns the sum. */
static size_t packed_size(const struct buf *frames, uint64_t span_ns)
{
	const uint8_t *bytes = (const uint8_t *)frames->data;
	struct packer *p = packer_new();
	size_t sum = 0;

	for (size_t at = 0; at < frames->len;) {
		uint64_t end_ns = ((const struct frame *)(bytes + at))->t_ns + span_ns;
		const void *packed;
		size_t end = at, len;

		while (end < frames->len && end - at < SEGMENT_BYTES &&
			((const struct frame *)(bytes + end))->t_ns < end_ns)
			end += ((const struct frame *)(bytes + end))->size;
		assert_int_equal(segment_pack(p, bytes + at, end - at, &packed, &len), 0);
		sum += len;
		at = end;
	}
	packer_free(p);
	return sum;
}

/* The gate, in what is recorded (15 s), all other frames of a second included. */
static void a_task_takes_few_bytes(void **state)
{
	static const struct {
		double most; /* bytes a task */
		struct synth pool;
	} rows[] = {
		{8, {.seed = 1, .tasks_per_s = 30000, .run_ns = 50000, .workers = 2, .seconds = 3}},
		{8.5, {.seed = 2,
			      .tasks_per_s = 1000,
			      .run_ns = 5000000,
			      .workers = 6,
			      .seconds = 15}},
		{12, {.seed = 3,
			     .tasks_per_s = 100,
			     .run_ns = 50000000,
			     .workers = 8,
			     .seconds = 30}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct synth s = rows[i].pool;
		struct buf frames = {0};
		double tasks = (double)synth_pool(&frames, &s);
		double one = (double)packed_size(&frames, UINT64_C(1000000000)) / tasks;
		double recorded = (double)packed_size(&frames, UINT64_C(15000000000)) / tasks;

		print_message(
			"# %5llu tasks/s: %.1f bytes a task in segments of 1 s, %.1f of 15 s\n",
			(unsigned long long)s.tasks_per_s, one, recorded);
		assert_true(recorded <= rows[i].most);
		buf_release(&frames);
	}
}

/* Damaged bytes never do more than fail or unpack to something else, which the sum tells. */
static void damage_is_survived(void **state)
{
	struct synth s = {
		.seed = 9, .tasks_per_s = 20, .run_ns = 900000, .workers = 2, .seconds = 1};
	struct packer *p = packer_new(), *other = packer_new();
	struct buf frames = {0};
	struct packed packed = {0};
	uint8_t *back, *copy;
	uint64_t sum;

	(void)state;
	synth_pool(&frames, &s);
	packed.count = count_of((const uint8_t *)frames.data, frames.len);
	packed.bytes = frames.len;
	sum = segment_sum(0, frames.data, frames.len);
	assert_int_equal(segment_pack(p, frames.data, frames.len, &packed.data, &packed.len), 0);
	copy = malloc(packed.len);
	back = malloc(frames.len);
	memcpy(copy, packed.data, packed.len);
	packed.data = copy;
	for (size_t bit = 0; bit < 8 * packed.len; bit++) {
		int ret;

		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ret = segment_unpack(other, &packed, back);
		if (ret == 0 && segment_sum(0, back, frames.len) == sum)
			assert_memory_equal(back, frames.data, frames.len);
		else if (ret < 0)
			assert_int_equal(ret, -EBADMSG);
		copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t len = packed.len; len--;) {
		packed.len = len;
		assert_int_equal(segment_unpack(other, &packed, back), -EBADMSG);
	}
	free(back);
	free(copy);
	buf_release(&frames);
	packer_free(p);
	packer_free(other);
}

static void the_sum_sees_every_bit(void **state)
{
	uint64_t words[5] = {1, 2, 3, 4, 5};
	uint64_t sum = segment_sum(1, words, sizeof(words));

	(void)state;
	assert_int_not_equal(sum, segment_sum(2, words, sizeof(words)));
	assert_int_not_equal(sum, segment_sum(1, words, sizeof(words) - 8));
	for (int bit = 0; bit < 320; bit++) {
		words[bit / 64] ^= UINT64_C(1) << bit % 64;
		assert_int_not_equal(sum, segment_sum(1, words, sizeof(words)));
		words[bit / 64] ^= UINT64_C(1) << bit % 64;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_comes_back),
		cmocka_unit_test(nothing_comes_back),
		cmocka_unit_test(crowds_come_back),
		cmocka_unit_test(largest_frames_come_back),
		cmocka_unit_test(a_full_segment_of_the_worst_fits),
		cmocka_unit_test(refuses_what_are_no_frames),
		cmocka_unit_test(a_task_takes_few_bytes),
		cmocka_unit_test(damage_is_survived),
		cmocka_unit_test(the_sum_sees_every_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
