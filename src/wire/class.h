/* SPDX-License-Identifier: GPL-2.0-only */
/* What a sample of a worker with a task in hand says of its state. */
#ifndef POOLTOP_CLASS_H
#define POOLTOP_CLASS_H

#include "bpf/wire.h"

/* By enum sample_class. What is left of receiving a task belongs to making objects of it. */
extern const enum worker_state class_state[SAMPLE_CLASSES];

#endif
