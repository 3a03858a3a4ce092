/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/trim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tape/base.h"

struct trimming {
	struct store *store;
	struct packer *packer;
	struct bounds *bounds;
	struct err *err;
	struct buf frames; /* of what was dropped */
	void *space; /* SEGMENT_MAX */
	uint32_t structural;
	uint64_t base_sum; /* of the base's last row */
};

static int prepare(struct trimming *t, const char *sql, sqlite3_stmt **ret_stmt)
{
	if (sqlite3_prepare_v2(t->store->db, sql, -1, ret_stmt, NULL))
		return store_failed(t->store, t->err);
	return 0;
}

/* A statement that gives one number. */
static int ask(struct trimming *t, const char *sql, int64_t *ret_n)
{
	sqlite3_stmt *stmt;
	int ret = prepare(t, sql, &stmt);

	if (ret < 0)
		return ret;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*ret_n = sqlite3_column_int64(stmt, 0);
	else
		ret = store_failed(t->store, t->err);
	sqlite3_finalize(stmt);
	return ret;
}

static int used_bytes(struct trimming *t, uint64_t *ret_bytes)
{
	int64_t pages = 0, unused = 0;
	int ret = ask(t, "PRAGMA page_count", &pages);

	if (ret == 0)
		ret = ask(t, "PRAGMA freelist_count", &unused);
	if (ret == 0)
		*ret_bytes = (uint64_t)(pages - unused) * 4096;
	return ret;
}

static int oldest_ns(struct trimming *t, uint64_t *ret_ns)
{
	int64_t ns = 0;
	int ret = ask(t, "SELECT last_ns FROM segment ORDER BY id LIMIT 1", &ns);

	if (ret == 0)
		*ret_ns = (uint64_t)ns;
	return ret;
}

/* Appends a row's frames; what is damaged has nothing that could be kept. */
static int gather(struct trimming *t, sqlite3_stmt *stmt, enum row_table table)
{
	struct row row;
	int ret = row_read(&row, stmt);

	if (ret == 0 && row.structural) {
		ret = row_unpack(&row, table, t->packer, t->space);
		if (ret == 0)
			ret = buf_add(&t->frames, t->space, row.bytes);
		t->structural += row.structural;
	}
	return ret == -EBADMSG ? 0 : ret;
}

static int gather_rows(struct trimming *t, const char *sql, enum row_table table)
{
	sqlite3_stmt *stmt;
	int ret = prepare(t, sql, &stmt);
	int step;

	if (ret < 0)
		return ret;
	while (ret == 0 && (step = sqlite3_step(stmt)) == SQLITE_ROW)
		ret = gather(t, stmt, table);
	if (ret == 0 && step != SQLITE_DONE)
		ret = store_failed(t->store, t->err);
	if (ret == -ENOMEM)
		err_set(t->err, ret, ERR_FAILED, "no memory to drop what is old of the recording");
	sqlite3_finalize(stmt);
	return ret;
}

static int drop_oldest(struct trimming *t)
{
	int ret = gather_rows(
		t, "SELECT " ROW_COLUMNS " FROM segment ORDER BY id LIMIT 1", ROW_SEGMENT);

	if (ret == 0)
		ret = store_exec(t->store,
			"DELETE FROM segment WHERE id=(SELECT min(id) FROM segment)", t->err);
	if (ret == 0)
		t->bounds->first++;
	return ret;
}

static int put_base_row(struct trimming *t, sqlite3_stmt *stmt, const uint8_t *frames, size_t *at)
{
	struct row row = {.id = t->bounds->base_rows + 1, .previous = t->base_sum};
	const void *start = frames + *at;
	int ret;

	while (*at < t->frames.len && row.bytes < SEGMENT_BYTES) {
		const struct frame *f = (const struct frame *)(frames + *at);

		row_count(&row, f);
		*at += f->size;
	}
	ret = row_pack(&row, ROW_BASE, t->packer, start);
	if (ret < 0)
		return err_set(t->err, ret, ERR_FAILED, "no memory to pack the recording's base");
	row_bind(&row, stmt);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		ret = store_failed(t->store, t->err);
	sqlite3_reset(stmt);
	t->bounds->base_rows++;
	t->base_sum = row.sum;
	return ret;
}

/* Adds what was gathered to the base and writes it anew. */
static int rewrite_base(struct trimming *t)
{
	struct buf dropped = t->frames;
	sqlite3_stmt *stmt;
	size_t at = 0;
	int ret;

	t->frames = (struct buf){0};
	ret = gather_rows(t, "SELECT " ROW_COLUMNS " FROM base ORDER BY id", ROW_BASE);
	if (ret == 0 && (buf_add(&t->frames, dropped.data, dropped.len) < 0 ||
				base_compact(&t->frames, BASE_MAX) < 0))
		ret = err_set(t->err, -ENOMEM, ERR_FAILED, "no memory for the recording's base");
	buf_release(&dropped);
	if (ret == 0)
		ret = store_exec(t->store, "DELETE FROM base", t->err);
	if (ret == 0)
		ret = prepare(t, "INSERT INTO base(" ROW_COLUMNS ") VALUES(" ROW_VALUES ")", &stmt);
	if (ret < 0)
		return ret;
	t->bounds->base_rows = 0;
	while (ret == 0 && at < t->frames.len)
		ret = put_base_row(t, stmt, (const uint8_t *)t->frames.data, &at);
	sqlite3_finalize(stmt);
	return ret;
}

/* Those that stand in segments that are gone. */
static int drop_images(struct trimming *t)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "DELETE FROM image WHERE segment<%lld",
		(long long)t->bounds->first);
	return store_exec(t->store, sql, t->err);
}

/* How much may stay, if there is more than a 16th too much; else nothing is to be done. */
struct target {
	bool by_age;
	bool by_size;
	uint64_t oldest_ns;
	uint64_t used_bytes;
};

static int find_target(struct trimming *t, const struct keep *keep, struct target *ret_target)
{
	struct target target = {0};
	uint64_t used = 0, oldest = 0, incoming = keep->incoming_bytes;
	int ret = 0;

	if (keep->ns && keep->newest_ns > keep->ns) {
		ret = oldest_ns(t, &oldest);
		target.oldest_ns = keep->newest_ns - keep->ns;
		target.by_age = oldest + keep->ns / TRIM_SLACK < target.oldest_ns;
	}
	if (ret == 0 && keep->bytes) {
		ret = used_bytes(t, &used);
		target.used_bytes = keep->bytes - keep->bytes / TRIM_SLACK;
		target.used_bytes -= incoming < target.used_bytes ? incoming : target.used_bytes;
		target.by_size = used + incoming > keep->bytes;
	}
	if (ret == 0)
		*ret_target = target;
	return ret;
}

/* Is the oldest segment one too many? 1, 0 or -errno. */
static int is_too_much(struct trimming *t, const struct target *target)
{
	uint64_t used = 0, oldest = UINT64_MAX;
	int ret = 0;

	if (target->by_age)
		ret = oldest_ns(t, &oldest);
	if (ret == 0 && target->by_size)
		ret = used_bytes(t, &used);
	if (ret < 0)
		return ret;
	return (target->by_age && oldest < target->oldest_ns) ||
	       (target->by_size && used > target->used_bytes);
}

int trim(struct store *s, struct packer *packer, const struct keep *keep, struct bounds *b,
	struct err *err)
{
	struct trimming t = {.store = s, .packer = packer, .bounds = b, .err = err};
	struct target target = {0};
	int64_t first = b->first;
	int ret;

	if (b->first >= b->last)
		return 0;
	ret = find_target(&t, keep, &target);
	if (ret < 0 || (!target.by_age && !target.by_size))
		return ret;
	t.space = malloc(SEGMENT_MAX);
	if (!t.space)
		return err_set(err, -ENOMEM, ERR_FAILED, "no memory to drop old segments");
	for (int i = 0; i < TRIM_ROWS && b->first < b->last; i++) {
		ret = is_too_much(&t, &target);
		if (ret != 1)
			break;
		ret = drop_oldest(&t);
		if (ret < 0)
			break;
	}
	if (ret >= 0 && t.structural)
		ret = rewrite_base(&t);
	if (ret >= 0 && t.bounds->first > first)
		ret = drop_images(&t);
	buf_release(&t.frames);
	free(t.space);
	return ret < 0 ? ret : 0;
}
