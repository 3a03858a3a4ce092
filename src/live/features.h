/* SPDX-License-Identifier: GPL-2.0-only */
/* What this kernel and this user allow: asked by trying, never by version. */
#ifndef POOLTOP_FEATURES_H
#define POOLTOP_FEATURES_H

#include <stdbool.h>

#include "base/err.h"

/* One thing that pooltop can use. All texts are constants. */
struct feature_probe {
	const char *name;
	bool (*try)(struct err *why); /* false: *why may say more than fix does */
	const char *lost; /* without it */
	const char *fix; /* the one command, or what to ask for */
};

/* Ends with a row whose name is NULL. */
extern const struct feature_probe feature_probes[];

#endif
