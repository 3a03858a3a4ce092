/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/locals.h"

#include <errno.h>
#include <string.h>

/* By minor version; 0: not known. */
static const uint16_t offsets[] = {
	[6] = 376,
	[7] = 360,
	[8] = 360,
	[9] = 360,
	[10] = 352,
	[11] = 72,
	[12] = 72,
	[13] = 72,
	[14] = 80,
	[15] = 80,
};

enum { TYPE_NAME = 24 }; /* in PyTypeObject: behind ob_refcnt, ob_type, ob_size */

int local_type(struct memory *m, const struct py_layout *l, uint64_t frame, unsigned int n,
	char ret[static LOCAL_TYPE])
{
	unsigned int minor = l->version & 0xff;
	uint64_t value, type, name;
	int r;

	if (minor >= sizeof(offsets) / sizeof(offsets[0]) || !offsets[minor])
		return -EOPNOTSUPP;
	r = memory_u64(m, frame + offsets[minor] + 8ull * n, &value);
	if (r)
		return r;
	value &= ~(uint64_t)l->frame.code_mask; /* a tagged reference too, where that one is */
	if (!value)
		return -ENOENT;
	r = memory_u64(m, value + l->object.type, &type);
	if (!r)
		r = memory_u64(m, type + TYPE_NAME, &name);
	if (!r)
		r = memory_read(m, name, ret, LOCAL_TYPE - 1);
	ret[LOCAL_TYPE - 1] = '\0';
	return r;
}
