/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/version.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "python/elf_file.h"
#include "python/search.h"

int python_version_of_hex(uint64_t hex, char ret[static PYTHON_VERSION_MAX])
{
	static const char *const level[16] = {[0xa] = "a", [0xb] = "b", [0xc] = "rc", [0xf] = ""};
	unsigned int major = hex >> 24 & 0xff, minor = hex >> 16 & 0xff, micro = hex >> 8 & 0xff;
	const char *word = level[hex >> 4 & 0xf];

	if (hex >> 32 || major != 3 || !word || minor > 99 || micro > 99)
		return -ENOENT;
	if (*word)
		snprintf(ret, PYTHON_VERSION_MAX, "3.%u.%u%s%u", minor, micro, word,
			(unsigned int)(hex & 0xf));
	else
		snprintf(ret, PYTHON_VERSION_MAX, "3.%u.%u", minor, micro);
	return 0;
}

static int from_symbol(const struct elf_file *e, char ret[static PYTHON_VERSION_MAX])
{
	unsigned char raw[8] = {0};
	uint64_t vaddr, hex = 0;
	uint32_t hex32;

	if (elf_file_symbol(e, "Py_Version", &vaddr) ||
		elf_file_read(e, vaddr, raw, elf_file_word(e)))
		return -ENOENT;
	if (elf_file_word(e) == 4) {
		memcpy(&hex32, raw, sizeof(hex32));
		hex = hex32;
	} else {
		memcpy(&hex, raw, sizeof(hex));
	}
	return python_version_of_hex(hex, ret);
}

static int from_file(int fd, struct version_promise promise, char ret[static PYTHON_VERSION_MAX])
{
	struct elf_file e;
	int r;

	r = elf_file_open(fd, &e);
	if (r)
		return r;
	r = from_symbol(&e, ret);
	if (r)
		r = search_version(&e, promise, ret);
	elf_file_close(&e);
	return r;
}

int python_version_of_image(const struct python_image *img, char ret[static PYTHON_VERSION_MAX])
{
	struct version_promise promise = version_promise(img->name);

	if (img->fd >= 0 && !from_file(img->fd, promise, ret))
		return 0;
	if (!promise.known)
		return -ENOENT;
	snprintf(ret, PYTHON_VERSION_MAX, "%u.%u", promise.major, promise.minor);
	return 0;
}

/* An interpreter built with --enable-shared is a stub: what speaks is libpython, which in an
 * installation that was not taken apart is in ../lib. */
static int from_library_of(
	const char *exe, struct version_promise promise, char ret[static PYTHON_VERSION_MAX])
{
	static const char *const flags[] = {"", "m", "t", "d"};
	struct python_image img = {.fd = -1};
	char path[PATH_MAX + 64];
	size_t i;
	int r;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]) && img.fd < 0; i++) {
		snprintf(path, sizeof(path), "%.*s/../lib/libpython%u.%u%s.so.1.0",
			(int)(strrchr(exe, '/') - exe), exe, promise.major, promise.minor,
			flags[i]);
		img.fd = python_image_open_path(path);
	}
	if (img.fd < 0)
		return img.fd;
	r = from_file(img.fd, promise, ret);
	python_image_close(&img);
	return r;
}

int python_version_of_file(const char *path, char ret[static PYTHON_VERSION_MAX])
{
	struct python_image img = {.fd = -1};
	struct version_promise promise;
	char *real;
	int r;

	real = realpath(path, NULL);
	if (!real)
		return -errno;
	img.fd = python_image_open_path(real);
	if (img.fd < 0) {
		free(real);
		return img.fd;
	}
	snprintf(img.name, sizeof(img.name), "%s", strrchr(real, '/') + 1);
	promise = version_promise(img.name);
	r = from_file(img.fd, promise, ret);
	if (r && promise.known)
		r = from_library_of(real, promise, ret);
	if (r)
		r = python_version_of_image(&img, ret);
	python_image_close(&img);
	free(real);
	return r;
}

/* It has been exec'd and has not mapped its libpython yet: what lies beside it will be that. */
static void look_beside(const char *proc, int pid, const struct python_image *img,
	char ret[static PYTHON_VERSION_MAX])
{
	char link[PATH_MAX], exe[PATH_MAX];
	struct stat st;
	ssize_t n;

	if ((size_t)snprintf(link, sizeof(link), "%s/%d/exe", proc, pid) >= sizeof(link))
		return;
	n = readlink(link, exe, sizeof(exe) - 1);
	if (n <= 0)
		return;
	exe[n] = '\0';
	if (!stat(exe, &st) && st.st_dev == img->dev && st.st_ino == img->ino)
		python_version_of_file(exe, ret);
}

int python_version(const char *proc, int pid, char ret[static PYTHON_VERSION_MAX])
{
	struct python_image img;
	int r;

	r = python_image_open(proc, pid, &img);
	if (r)
		return r;
	r = python_version_of_image(&img, ret);
	if (!r && strchr(ret, '.') == strrchr(ret, '.'))
		look_beside(proc, pid, &img, ret);
	python_image_close(&img);
	return r;
}
