/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which file a process's Python interpreter is, seen from outside: the mapped libpython, else the
 * executable. Nothing is asked of the process; what may not be read is -EACCES or -EPERM.
 *
 * `proc` is where procfs is ("/proc"); tests give a false one.
 */
#ifndef POOLTOP_IMAGE_H
#define POOLTOP_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

struct python_image {
	int fd; /* open for reading, a regular file; -1: it could not be opened */
	uint64_t dev, ino; /* of the file: key of a cache; 0 if neither could be told */
	uint64_t start; /* address at which its first byte is mapped */
	char name[64]; /* the file's own name, cut, not cleaned */
};

/*
 * 0 or -errno: -ENOENT if it maps no interpreter (it may not have got there yet after an exec),
 * -ESRCH or -ENOENT if it is gone. The caller closes.
 */
int python_image_open(const char *proc, int pid, struct python_image *ret);
void python_image_close(struct python_image *img);

/* Opens a regular file by its path, without setting off what a device or a pipe there would do.
 * A descriptor or -errno. */
int python_image_open_path(const char *path);

/* Cheap: the executable is called python..., or a libpython3 is mapped. False if it cannot be
 * told. */
bool python_is_interpreter(const char *proc, int pid);

#endif
