/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/row.h"

#include <errno.h>

#include "tape/kinds.h"

void row_count(struct row *row, const struct frame *f)
{
	if (!row->frames || f->t_ns < row->first_ns)
		row->first_ns = f->t_ns;
	if (f->t_ns > row->last_ns)
		row->last_ns = f->t_ns;
	row->frames++;
	row->structural += tape_kind(f->kind)->structural;
	row->bytes += f->size;
}

static uint64_t row_sum(const struct row *row, enum row_table table, const void *frames)
{
	uint64_t words[] = {
		table,
		(uint64_t)row->id,
		row->first_ns,
		row->last_ns,
		row->wall_ns,
		row->frames,
		row->structural,
		row->previous,
	};

	return segment_sum(segment_sum(0, words, sizeof(words)), frames, row->bytes);
}

int row_pack(struct row *row, enum row_table table, struct packer *packer, const void *frames)
{
	row->sum = row_sum(row, table, frames);
	return segment_pack(packer, frames, row->bytes, &row->packed, &row->packed_len);
}

int row_unpack(const struct row *row, enum row_table table, struct packer *packer, void *frames)
{
	struct packed packed = {
		.data = row->packed,
		.len = row->packed_len,
		.count = row->frames,
		.bytes = row->bytes,
	};
	int ret = segment_unpack(packer, &packed, frames);

	if (ret < 0)
		return ret;
	return row_sum(row, table, frames) == row->sum ? 0 : -EBADMSG;
}

int row_read(struct row *row, sqlite3_stmt *stmt)
{
	int64_t frames = sqlite3_column_int64(stmt, 4);
	int64_t structural = sqlite3_column_int64(stmt, 5);
	int64_t bytes = sqlite3_column_int64(stmt, 6);

	if (bytes < 0 || bytes > SEGMENT_MAX || frames < 0 || frames > bytes || structural < 0 ||
		structural > frames)
		return -EBADMSG;
	*row = (struct row){
		.id = sqlite3_column_int64(stmt, 0),
		.first_ns = (uint64_t)sqlite3_column_int64(stmt, 1),
		.last_ns = (uint64_t)sqlite3_column_int64(stmt, 2),
		.wall_ns = (uint64_t)sqlite3_column_int64(stmt, 3),
		.frames = (uint32_t)frames,
		.structural = (uint32_t)structural,
		.bytes = (uint32_t)bytes,
		.previous = (uint64_t)sqlite3_column_int64(stmt, 7),
		.sum = (uint64_t)sqlite3_column_int64(stmt, 8),
		.packed = sqlite3_column_blob(stmt, 9),
		.packed_len = (size_t)sqlite3_column_bytes(stmt, 9),
	};
	return row->packed ? 0 : -EBADMSG;
}

void row_bind(const struct row *row, sqlite3_stmt *stmt)
{
	const int64_t numbers[] = {
		row->id,
		(int64_t)row->first_ns,
		(int64_t)row->last_ns,
		(int64_t)row->wall_ns,
		row->frames,
		row->structural,
		row->bytes,
		(int64_t)row->previous,
		(int64_t)row->sum,
	};

	for (int i = 0; i < 9; i++)
		sqlite3_bind_int64(stmt, i + 1, numbers[i]);
	sqlite3_bind_blob64(stmt, 10, row->packed, row->packed_len, SQLITE_STATIC);
}

uint64_t bounds_sum(const struct bounds *b)
{
	uint64_t words[] = {
		(uint64_t)b->base_rows,
		(uint64_t)b->first,
		(uint64_t)b->last,
		b->last_frames,
	};

	return segment_sum(0, words, sizeof(words));
}

int bounds_read(struct bounds *b, sqlite3_stmt *stmt)
{
	struct bounds read = {
		.base_rows = sqlite3_column_int64(stmt, 0),
		.first = sqlite3_column_int64(stmt, 1),
		.last = sqlite3_column_int64(stmt, 2),
		.last_frames = (uint64_t)sqlite3_column_int64(stmt, 3),
		.sum = (uint64_t)sqlite3_column_int64(stmt, 4),
	};

	if (read.sum != bounds_sum(&read))
		return -EBADMSG;
	*b = read;
	return 0;
}
