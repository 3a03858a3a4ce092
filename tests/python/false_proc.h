/* SPDX-License-Identifier: GPL-2.0-only */
/* A procfs in a folder of its own, with one process, 77. */
#ifndef POOLTOP_TESTS_FALSE_PROC_H
#define POOLTOP_TESTS_FALSE_PROC_H

enum { FALSE_PID = 77 };

struct false_proc {
	char root[64];
};

void false_proc_init(struct false_proc *p);
/* Removes the folder and all that is in it. */
void false_proc_release(struct false_proc *p);

/* A file `name` below the process's folder (folders on the way are made), or a link there. */
void false_proc_file(const struct false_proc *p, const char *name, const void *bytes, int len);
void false_proc_link(const struct false_proc *p, const char *name, const char *to);

/* The path of `name` below the process's folder, in memory of the caller's. */
char *false_proc_path(const struct false_proc *p, const char *name);

#endif
