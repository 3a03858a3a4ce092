/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model as bytes, for a recording that is to open anywhere: what a fold over all frames up to
 * some place gave, so that nobody folds them again. It is a cache and no format. What it holds is
 * described by tables of rows (shape.h), its schema is a sum over these tables and this program's
 * version, and an image of another schema is not read: then the frames tell everything, as ever.
 */
#ifndef POOLTOP_IMAGE_H
#define POOLTOP_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/model.h"

enum image_bounds {
	IMAGE_BYTES_MAX = 16 << 20, /* no image is longer */
	IMAGE_MEMORY_MAX = 256 << 20, /* nor is what it unfolds to */
};

/* What two programs must have in common to read one another's images. */
uint64_t image_schema(void);

/* Appends the model. 0, -ENOMEM, or -E2BIG: it is too large to have one. */
int image_encode(const struct model *m, struct buf *to);

/*
 * Makes *m, whose contents are overwritten unread, the model that was encoded; fed on, it is equal
 * to the original fed on. The bytes may be anything: 0; -EBADMSG: this is no image of a model that
 * could be; or -ENOMEM. But with 0 *m is all zeros.
 */
int image_decode(struct model *m, const void *bytes, size_t len);

#endif
