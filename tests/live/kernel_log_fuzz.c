/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of the kernel's log of any content, one a line, each handed over in memory of just its
 * size.
 * fuzz: -max_len=4096
 */
#include <stdlib.h>
#include <string.h>

/* The fuzzers' build has nothing of src/live; this file needs nothing of it. */
#include "live/kernel_log.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_log log = {0};
	struct log_death death;

	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t len = end ? (size_t)(end - data) : size;
		char *record = malloc(len ? len : 1);

		if (!record)
			abort();
		memcpy(record, data, len);
		if (kernel_log_take(&log, record, len, &death) &&
			(!death.pid || !memchr(death.comm, 0, sizeof(death.comm)) ||
				!memchr(death.cgroup, 0, sizeof(death.cgroup)) ||
				!memchr(death.scope, 0, sizeof(death.scope))))
			abort();
		free(record);
		data += len + (end != NULL);
		size -= len + (end != NULL);
	}
	return 0;
}
