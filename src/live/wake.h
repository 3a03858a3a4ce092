/* SPDX-License-Identifier: GPL-2.0-only */
/* To be woken when the ring fills, before the time has come to read it (bpf/on_message.h). */
#ifndef POOLTOP_WAKE_H
#define POOLTOP_WAKE_H

/*
 * A descriptor that can be read once for each time that a program sends its wake-up: an epoll set,
 * triggered by edges, since the ring itself is readable whenever anything is in it. The caller
 * closes it; ring_fd may be closed before. -errno if it cannot be had.
 */
int wake_open(int ring_fd);

/* It was readable: the next time it is for a new wake-up. Nothing happens for fd < 0. */
void wake_clear(int fd);

#endif
