/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Anything, into what reads recordings. The first byte says what it is: a packed segment, what
 * zstd unpacked of one (so that the decoder behind it is reached), a stream, or frames, which
 * must come back from packing and unpacking, and which a base is made of.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "tape/base.h"
#include "tape/kinds.h"
#include "tape/segment.h"
#include "tape/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct claim {
	uint16_t count;
	uint16_t words; /* 8 bytes each */
};

/* Two that live as long as the program: making them would take most of the time. */
static struct packer *packer_of(int i)
{
	static struct packer *packers[2];

	if (!packers[i])
		packers[i] = packer_new();
	if (!packers[i])
		abort();
	return packers[i];
}

static void check_frames(const uint8_t *frames, size_t bytes, uint32_t count)
{
	size_t at = 0;

	for (; count; count--) {
		const struct frame *f = (const struct frame *)(frames + at);

		if (!frame_is_sound(f) || f->size > bytes - at)
			abort();
		at += f->size;
	}
	if (at != bytes)
		abort();
}

static void unpack(const void *packed, size_t len, const struct claim *claim)
{
	struct packed p = {
		.data = packed, .len = len, .count = claim->count, .bytes = claim->words * 8u};
	uint8_t *frames = malloc(p.bytes + 1);

	if (frames && segment_unpack(packer_of(0), &p, frames) == 0)
		check_frames(frames, p.bytes, p.count);
	free(frames);
}

static void fuzz_packed(const uint8_t *data, size_t size)
{
	struct claim claim;

	if (size < sizeof(claim))
		return;
	memcpy(&claim, data, sizeof(claim));
	unpack(data + sizeof(claim), size - sizeof(claim), &claim);
}

static void fuzz_columns(const uint8_t *data, size_t size)
{
	size_t bound = ZSTD_compressBound(size);
	void *packed = malloc(bound);
	struct claim claim;
	size_t len;

	if (packed && size >= sizeof(claim)) {
		memcpy(&claim, data, sizeof(claim));
		len = ZSTD_compress(packed, bound, data + sizeof(claim), size - sizeof(claim), -5);
		unpack(packed, len, &claim);
	}
	free(packed);
}

static void fuzz_stream(const uint8_t *data, size_t size)
{
	int fd = memfd_create("stream", MFD_CLOEXEC);
	struct err err = {0};
	const struct frame *f;
	struct source *s;
	size_t sum = 0;
	int ret;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) < 0)
		abort();
	s = stream_file_new(fd, "stream", false, &err);
	if (!s)
		return;
	while ((ret = source_next(s, &f, &err)) == SOURCE_FRAME) {
		check_frames((const uint8_t *)f, f->size, 1);
		sum += f->size;
	}
	if (sum > size || (ret == SOURCE_END && sum + stream_torn(s) != size) ||
		(ret < 0 && (err.class != ERR_RECORDING || !*err.text)))
		abort();
	source_free(s);
}

/* Copies frames with sizes made sound; returns the bytes. */
static size_t make_frames(uint8_t *to, const uint8_t *data, size_t size, uint32_t *ret_count)
{
	size_t len = 0;

	*ret_count = 0;
	while (size >= sizeof(struct frame)) {
		struct frame *f = (struct frame *)(to + len);

		memcpy(f, data, sizeof(*f));
		f->size = (uint16_t)(f->size % 256 / 8 * 8);
		if (f->size < sizeof(*f))
			f->size = 64;
		if (f->size > size)
			break;
		memcpy(f + 1, data + sizeof(*f), f->size - sizeof(*f));
		data += f->size;
		size -= f->size;
		len += f->size;
		(*ret_count)++;
	}
	return len;
}

static void fuzz_frames(const uint8_t *data, size_t size)
{
	uint8_t *frames = malloc(size + 256), *back = malloc(size + 256);
	struct packed packed = {0};
	struct buf base = {0};

	if (!frames || !back)
		abort();
	packed.bytes = make_frames(frames, data, size, &packed.count);
	if (segment_pack(packer_of(0), frames, packed.bytes, &packed.data, &packed.len) < 0 ||
		segment_unpack(packer_of(1), &packed, back) < 0 ||
		memcmp(frames, back, packed.bytes))
		abort();
	if (buf_add(&base, frames, packed.bytes) < 0 || base_compact(&base, 4096) < 0)
		abort();
	buf_release(&base);
	free(frames);
	free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const fuzzers[])(const uint8_t *data, size_t size) = {
		fuzz_packed,
		fuzz_columns,
		fuzz_stream,
		fuzz_frames,
	};

	if (size)
		fuzzers[*data % 4](data + 1, size - 1);
	return 0;
}
