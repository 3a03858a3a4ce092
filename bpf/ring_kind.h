/* SPDX-License-Identifier: GPL-2.0-only */
/* What goes through the ring beside frames: told apart by these numbers, which all stand here so
 * that none is given twice. Not a format: both sides are always of one build. */
#ifndef POOLTOP_RING_KIND_H
#define POOLTOP_RING_KIND_H

enum ring_kind {
	RING_MSG = 0x8001, /* ring.h */
	RING_EXEC,
	RING_OOM,
	RING_STDERR,
	RING_MAPS,
	RING_STEP,
	RING_WALK, /* stack.h */
	RING_NATIVE,
	RING_SAMPLE, /* sample.h */
	RING_CODE,
};

#endif
