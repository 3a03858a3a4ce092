/* SPDX-License-Identifier: GPL-2.0-only */
/* A state's share of some time, as a line of a sheet: name, time, percent and a bar. */
#ifndef POOLTOP_STATE_LINE_H
#define POOLTOP_STATE_LINE_H

#include "model/model.h"
#include "ui/sheet.h"

struct state_time {
	uint64_t ns;
	uint64_t of_ns; /* 0: of nothing */
};

void show_state(struct sheet *sheet, enum worker_state state, bool known, struct state_time t);

#endif
