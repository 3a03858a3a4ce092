/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/images.h"

#include <errno.h>
#include <stdint.h>

#include "image/image.h"

enum { TRIES = 4 }; /* images that are of no use, then all frames are read */

void tape_image(struct tape_writer *w, const struct model *m, bool is_last)
{
	struct buf image = {0};

	if (!tape_wants_image(w, is_last))
		return;
	if (image_encode(m, &image) < 0)
		buf_release(&image);
	tape_hand_image(w, &image, m->now_ns);
}

/* 0; -EAGAIN: not that one. */
static int try_image(struct source *s, const struct image_place *place, const struct buf *image,
	struct model *ret_model)
{
	struct model m;
	int ret = image_decode(&m, image->data, image->len);

	if (ret < 0)
		return ret == -ENOMEM ? ret : -EAGAIN;
	ret = m.now_ns == place->tick_ns ? tape_go(s, place, m.done) : -EAGAIN;
	if (ret < 0) {
		model_release(&m);
		return ret == -ENOMEM ? ret : -EAGAIN;
	}
	*ret_model = m;
	return 0;
}

int tape_seek(struct source *s, struct tape_reach reach, struct model *ret_model)
{
	struct image_wanted wanted = {.schema = image_schema(),
		.tick_ns = reach.before_ns < INT64_MAX ? reach.before_ns : INT64_MAX,
		.id = INT64_MAX};
	int ret = -EAGAIN;

	for (int i = 0; i < TRIES && ret == -EAGAIN; i++) {
		struct image_place place = {0};
		struct buf image = {0};

		ret = tape_find_image(s, &wanted, &place, &image);
		if (ret == 0 && place.tick_ns < reach.from_ns)
			ret = -ENOENT;
		if (ret == 0)
			ret = try_image(s, &place, &image, ret_model);
		else if (ret == -EBADMSG && place.id)
			ret = -EAGAIN;
		wanted.id = place.id;
		buf_release(&image);
	}
	return ret == -EAGAIN ? -ENOENT : ret;
}
