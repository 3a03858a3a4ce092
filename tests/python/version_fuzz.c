/* SPDX-License-Identifier: GPL-2.0-only */
/* The first byte chooses what the file is called; the rest is the file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "python/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"libpython3.13.so.1.0", "python3.9", "uwsgi"};
	struct python_image img = {.fd = -1};
	char got[PYTHON_VERSION_MAX] = "";

	if (!size)
		return 0;
	strcpy(img.name, names[data[0] % 3]);
	img.fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (img.fd < 0 || write(img.fd, data + 1, size - 1) != (ssize_t)(size - 1))
		abort();
	if (!python_version_of_image(&img, got) && strspn(got, "0123456789.abrc+") != strlen(got))
		abort();
	python_image_close(&img);
	return 0;
}
