/* SPDX-License-Identifier: GPL-2.0-only */
/* What a recording holds, and how to come to a place in it at once. */
#include <errno.h>
#include <stdlib.h>

#include "tape/image_row.h"
#include "tape/images.h"
#include "tape/reader.h"
#include "tape/tape_reader.h"

int tape_segments(
	struct source *s, struct tape_segment **ret_segments, size_t *ret_count, struct err *err)
{
	struct tape_reader *r = reader_of(s);

	if (!r)
		return err_set(
			err, -EOPNOTSUPP, ERR_FAILED, "a saved stream has no table of contents");
	return load_segments(&r->load, ret_segments, ret_count, err);
}

int tape_info(struct source *s, struct tape_info *ret_info, struct err *err)
{
	struct tape_info info = {0};
	struct tape_segment *segments;
	size_t count;
	int ret = tape_segments(s, &segments, &count, err);

	if (ret < 0)
		return ret;
	info.is_live = load_is_live(&reader_of(s)->load);
	info.segments = count;
	if (count) {
		info.first_ns = segments[0].first_ns;
		info.first_wall_ns = segments[0].first_wall_ns;
	}
	for (size_t i = 0; i < count; i++) {
		if (segments[i].last_ns > info.last_ns)
			info.last_ns = segments[i].last_ns;
		info.frames += segments[i].frames;
		info.packed_bytes += segments[i].packed_bytes;
	}
	free(segments);
	*ret_info = info;
	return 0;
}

static int find(struct tape_reader *r, const struct image_wanted *wanted, struct image_row *ret_row,
	struct buf *image)
{
	struct bounds bounds;
	struct err err;
	int ret = load_bounds(&r->load, &bounds, &err);

	if (ret == 0)
		ret = load_image(&r->load, LOAD_IMAGE, wanted, ret_row, image);
	if (ret == -ENOENT && bounds.first > 1)
		ret = load_image(&r->load, LOAD_OLDEST_IMAGE, wanted, ret_row, image);
	return ret;
}

int tape_find_image(struct source *s, const struct image_wanted *wanted,
	struct image_place *ret_place, struct buf *image)
{
	struct tape_reader *r = reader_of(s);
	struct image_row row = {0};
	struct err err;
	int ret;

	if (!r)
		return -ENOENT;
	ret = load_freeze(&r->load, &err);
	if (ret < 0)
		return ret;
	ret = find(r, wanted, &row, image);
	load_thaw(&r->load);
	*ret_place = (struct image_place){
		.id = row.id,
		.segment = row.segment,
		.frames = row.frames,
		.tick_ns = row.tick_ns,
		.previous = row.previous,
	};
	return ret;
}

/* What was being read is read again when it is wanted. */
static int stay(struct tape_reader *r, const struct bounds *bounds, int ret)
{
	r->bounds = *bounds;
	if (r->row.id) {
		r->at = r->end = NULL;
		r->is_growing = true;
	}
	return ret;
}

int tape_go(struct source *s, const struct image_place *place, bool is_done)
{
	struct tape_reader *r = reader_of(s);
	struct bounds before = r->bounds;
	struct row row;
	struct err err;
	int ret = load_bounds(&r->load, &r->bounds, &err);

	if (ret == 0 && (place->segment < r->bounds.first || place->segment > r->bounds.last))
		ret = -EBADMSG;
	if (ret == 0)
		ret = load_row(&r->load, ROW_SEGMENT, place->segment, &row, &err);
	if (ret == 0 && (row.previous != place->previous || row.frames < place->frames))
		ret = -EBADMSG;
	if (ret < 0)
		return stay(r, &before, ret);
	reader_stand(r, &row, place->frames);
	r->is_started = true;
	r->is_open_ended = r->is_first = false;
	r->is_done = is_done;
	return 0;
}
