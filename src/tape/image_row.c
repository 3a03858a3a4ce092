/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/image_row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "image/image.h"
#include "tape/segment.h"

enum {
	ZIP_LEVEL = 5
}; /* an image is a small part of what is packed: a little time is well spent */

/* Sums are over whole words. */
static int fill_up(struct buf *image)
{
	static const char zeros[8];
	size_t more = (8 - image->len % 8) % 8;
	int ret = buf_add(image, zeros, more);

	if (ret == 0)
		image->len -= more;
	return ret;
}

static uint64_t sum_of(const struct image_row *row, const void *image)
{
	const uint64_t words[] = {
		(uint64_t)row->segment,
		row->frames,
		row->tick_ns,
		row->schema,
		row->previous,
		row->bytes,
	};

	return segment_sum(segment_sum(0, words, sizeof(words)), image, (row->bytes + 7u) / 8 * 8);
}

int image_row_pack(struct image_row *row, struct buf *image)
{
	size_t bound = ZSTD_compressBound(image->len), len;
	void *packed = malloc(bound);

	if (!packed || fill_up(image) < 0) {
		free(packed);
		return -ENOMEM;
	}
	row->bytes = (uint32_t)image->len;
	row->sum = sum_of(row, image->data);
	len = ZSTD_compress(packed, bound, image->data, image->len, ZIP_LEVEL);
	if (ZSTD_isError(len) || len > IMAGE_PACKED_MAX) {
		free(packed);
		return ZSTD_isError(len) ? -ENOMEM : -E2BIG;
	}
	row->packed = realloc(packed, len);
	row->packed = row->packed ? row->packed : packed;
	row->packed_len = len;
	return 0;
}

int image_row_unpack(const struct image_row *row, struct buf *image)
{
	size_t len;

	if (ZSTD_getFrameContentSize(row->packed, row->packed_len) != row->bytes)
		return -EBADMSG;
	if (buf_reserve(image, row->bytes + 8u) < 0)
		return -ENOMEM;
	len = ZSTD_decompress(image->data + image->len, row->bytes, row->packed, row->packed_len);
	if (ZSTD_isError(len) || len != row->bytes)
		return -EBADMSG;
	memset(image->data + image->len + len, 0, 8);
	if (sum_of(row, image->data + image->len) != row->sum)
		return -EBADMSG;
	image->len += len;
	return 0;
}

int image_row_read(struct image_row *row, sqlite3_stmt *stmt)
{
	int64_t frames = sqlite3_column_int64(stmt, 2);
	int64_t bytes = sqlite3_column_int64(stmt, 6);

	if (frames < 1 || frames > UINT32_MAX || bytes < 1 || bytes > IMAGE_BYTES_MAX)
		return -EBADMSG;
	*row = (struct image_row){
		.id = sqlite3_column_int64(stmt, 0),
		.segment = sqlite3_column_int64(stmt, 1),
		.frames = (uint32_t)frames,
		.tick_ns = (uint64_t)sqlite3_column_int64(stmt, 3),
		.schema = (uint64_t)sqlite3_column_int64(stmt, 4),
		.previous = (uint64_t)sqlite3_column_int64(stmt, 5),
		.bytes = (uint32_t)bytes,
		.sum = (uint64_t)sqlite3_column_int64(stmt, 7),
		.packed = sqlite3_column_blob(stmt, 8),
		.packed_len = (size_t)sqlite3_column_bytes(stmt, 8),
	};
	return row->packed ? 0 : -EBADMSG;
}

void image_row_bind(const struct image_row *row, sqlite3_stmt *stmt)
{
	const int64_t numbers[] = {
		row->id,
		row->segment,
		row->frames,
		(int64_t)row->tick_ns,
		(int64_t)row->schema,
		(int64_t)row->previous,
		row->bytes,
		(int64_t)row->sum,
	};

	for (int i = 0; i < 8; i++)
		sqlite3_bind_int64(stmt, i + 1, numbers[i]);
	sqlite3_bind_blob64(stmt, 9, row->packed, row->packed_len, SQLITE_STATIC);
}
