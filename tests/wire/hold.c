/* SPDX-License-Identifier: GPL-2.0-only */
#include "tests/wire/hold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

void hold(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].is != rows[i].was)
			fail_msg("%s is %zu and was %zu", rows[i].what, rows[i].is, rows[i].was);
}
