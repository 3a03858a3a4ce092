/* SPDX-License-Identifier: GPL-2.0-only */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

int err_set(struct err *err, int ret, int class, const char *fmt, ...)
{
	/* A little more than fits, so that a character cut here is not reached below. */
	char raw[ERR_TEXT + 4];
	va_list ap;

	if (!err)
		return ret;
	va_start(ap, fmt);
	if (vsnprintf(raw, sizeof(raw), fmt, ap) < 0)
		raw[0] = '\0';
	va_end(ap);
	text_clean(err->text, sizeof(err->text), raw, strlen(raw), 0);
	err->class = class;
	return ret;
}
