/* SPDX-License-Identifier: GPL-2.0-only */
/* The files that a process has mapped, kept for when it is gone. */
#ifndef POOLTOP_MAPS_H
#define POOLTOP_MAPS_H

#include <stdint.h>

enum {
	MAPS_MAX = 256 * 1024, /* bytes of text of one process */
	/* To read with: the kernel gives a page at a time (fs/seq_file.c), stdio asks for 1 KiB. */
	MAPS_SPACE = 4096,
};

/*
 * The lines of /proc/PID/maps that are of files, if the file by that name is (still) the mapped
 * one: not a deleted one, nor one of another mount namespace. Of a file that is mapped from its
 * first page on, only what follows that page. NULL: gone, not permitted, none or no memory. The
 * caller frees.
 */
char *maps_read(uint32_t pid);

/* The same of a process whose files are opened while it lives: whatever their names say now; and
 * its vDSO. */
char *maps_read_live(uint32_t pid);

#endif
