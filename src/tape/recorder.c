/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/recorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image/image.h"

int recorder_init(struct recorder *r, const char *path, bool replace, struct err *err)
{
	*r = (struct recorder){.open.id = 1, .bounds.first = 1};
	r->packer = packer_new();
	r->frames = malloc(SEGMENT_MAX);
	if (!r->packer || !r->frames) {
		recorder_release(r);
		return err_set(err, -ENOMEM, ERR_FAILED, "no memory to record");
	}
	return store_create(&r->store, path, replace, err);
}

static void drop_pending(struct recorder *r)
{
	for (uint32_t i = 0; i < r->pending_count; i++)
		free((void *)r->pending[i].packed);
	for (uint32_t i = 0; i < r->images_count; i++)
		free((void *)r->images[i].packed);
	r->pending_count = r->images_count = 0;
	r->pending_bytes = 0;
}

void recorder_release(struct recorder *r)
{
	store_close(&r->store);
	drop_pending(r);
	free(r->pending);
	free(r->images);
	free(r->frames);
	packer_free(r->packer);
	*r = (struct recorder){0};
}

static int grow_pending(struct recorder *r)
{
	uint32_t size = r->pending_size ? r->pending_size * 2 : 16;
	struct row *pending;

	if (r->pending_count < r->pending_size)
		return 0;
	pending = realloc(r->pending, size * sizeof(*pending));
	if (!pending)
		return -ENOMEM;
	r->pending = pending;
	r->pending_size = size;
	return 0;
}

static int grow_images(struct recorder *r)
{
	uint32_t size = r->images_size ? r->images_size * 2 : 4;
	struct image_row *images;

	if (r->images_count < r->images_size)
		return 0;
	images = realloc(r->images, size * sizeof(*images));
	if (!images)
		return -ENOMEM;
	r->images = images;
	r->images_size = size;
	return 0;
}

/* The open segment is complete: packs it for the next commit, and opens another. */
static int close_segment(struct recorder *r)
{
	int ret = grow_pending(r);
	void *packed;

	if (ret == 0)
		ret = row_pack(&r->open, ROW_SEGMENT, r->packer, r->frames);
	if (ret < 0)
		return ret;
	packed = malloc(r->open.packed_len);
	if (!packed)
		return -ENOMEM;
	memcpy(packed, r->open.packed, r->open.packed_len);
	r->open.packed = packed;
	r->pending[r->pending_count++] = r->open;
	r->pending_bytes += r->open.packed_len;
	r->bytes_since += r->open.packed_len;
	r->open = (struct row){.id = r->open.id + 1, .previous = r->open.sum};
	r->open_packed_len = 0;
	return 0;
}

static void note_wall(struct recorder *r, const struct frame *f)
{
	if (f->kind == FRAME_SESSION && f->size >= sizeof(struct frame_session))
		r->wall_less_t = ((const struct frame_session *)f)->wall_ns - f->t_ns;
	if (f->kind == FRAME_TICK && f->size >= sizeof(struct frame_tick))
		r->wall_less_t = ((const struct frame_tick *)f)->wall_ns - f->t_ns;
}

static int add_frame(struct recorder *r, const struct frame *f)
{
	const struct row *open = &r->open;
	int ret = 0;

	if (open->bytes >= SEGMENT_BYTES ||
		(open->frames && f->t_ns > open->first_ns + RECORDER_SEGMENT_NS))
		ret = close_segment(r);
	if (ret < 0)
		return ret;
	note_wall(r, f);
	memcpy(r->frames + r->open.bytes, f, f->size);
	row_count(&r->open, f);
	r->open.wall_ns = r->open.first_ns + r->wall_less_t;
	if (f->t_ns > r->keep.newest_ns)
		r->keep.newest_ns = f->t_ns;
	r->is_dirty = true;
	r->frames_since++;
	return 0;
}

int recorder_add(struct recorder *r, const void *frames, size_t bytes, struct err *err)
{
	for (size_t at = 0; at < bytes;) {
		const struct frame *f = (const struct frame *)((const uint8_t *)frames + at);
		int ret = add_frame(r, f);

		if (ret < 0)
			return err_set(err, ret, ERR_FAILED,
				"no memory to record on; what was recorded before is kept");
		at += f->size;
	}
	return 0;
}

/* What is trimmed is to begin with an image: one must come as often as something is dropped. */
static bool is_kept_short(const struct recorder *r)
{
	const struct keep *k = &r->keep;

	return (k->ns && k->newest_ns - r->image_ns >= k->ns / IMAGE_KEPT) ||
	       (k->bytes && r->bytes_since >= k->bytes / IMAGE_KEPT);
}

bool recorder_wants_image(const struct recorder *r)
{
	if (r->bytes_since >= IMAGE_SHARE * r->image_len)
		return r->frames_since >= IMAGE_FRAMES || is_kept_short(r);
	return false;
}

void recorder_add_image(struct recorder *r, struct buf *image, uint64_t tick_ns)
{
	struct image_row row = {
		.id = r->last_image + 1,
		.segment = r->open.id,
		.frames = r->open.frames,
		.tick_ns = tick_ns,
		.schema = image_schema(),
		.previous = r->open.previous,
	};

	r->frames_since = 0;
	r->bytes_since = 0;
	r->image_ns = r->keep.newest_ns;
	if (!r->open.frames || grow_images(r) < 0 || image_row_pack(&row, image) < 0)
		return;
	r->images[r->images_count++] = row;
	r->pending_bytes += row.packed_len;
	r->image_len = row.packed_len;
	r->last_image = row.id;
	r->is_dirty = true;
}

bool recorder_is_full(const struct recorder *r)
{
	return r->pending_bytes >= RECORDER_PENDING_MAX;
}

static int put_open(struct recorder *r, struct bounds *b, struct err *err)
{
	int ret;

	if (!r->open.frames)
		return 0;
	ret = row_pack(&r->open, ROW_SEGMENT, r->packer, r->frames);
	if (ret < 0)
		return err_set(err, ret, ERR_FAILED, "no memory to pack a segment");
	r->open_packed_len = r->open.packed_len;
	b->last = r->open.id;
	b->last_frames = r->open.frames;
	return store_put_segment(&r->store, &r->open, err);
}

static int put_all(struct recorder *r, const char *notes, struct bounds *b, struct err *err)
{
	int ret = 0;

	/* First, so that what is dropped makes room for what comes; and the base is packed before
	 * the open segment, which is the packer's until the next is. */
	r->keep.incoming_bytes = r->pending_bytes + r->open_packed_len;
	if (r->keep.ns || r->keep.bytes)
		ret = trim(&r->store, r->packer, &r->keep, b, err);
	for (uint32_t i = 0; ret == 0 && i < r->pending_count; i++) {
		b->last = r->pending[i].id;
		b->last_frames = r->pending[i].frames;
		ret = store_put_segment(&r->store, &r->pending[i], err);
	}
	if (ret == 0)
		ret = put_open(r, b, err);
	for (uint32_t i = 0; ret == 0 && i < r->images_count; i++)
		ret = store_put_image(&r->store, &r->images[i], err);
	if (ret == 0)
		ret = store_put_bounds(&r->store, b, err);
	if (ret == 0 && notes)
		ret = store_exec(&r->store, notes, err);
	return ret;
}

int recorder_commit(struct recorder *r, const char *notes, struct err *err)
{
	struct bounds bounds = r->bounds;
	int ret;

	if (!r->is_dirty && !notes)
		return 0;
	ret = store_begin(&r->store, err);
	if (ret < 0)
		return ret;
	ret = put_all(r, notes, &bounds, err);
	if (ret == 0)
		ret = store_commit(&r->store, err);
	if (ret < 0) {
		store_rollback(&r->store);
		return ret;
	}
	r->bounds = bounds;
	drop_pending(r);
	r->is_dirty = false;
	return 0;
}
