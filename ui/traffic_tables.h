/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of the view Traffic. */
#ifndef POOLTOP_TRAFFIC_TABLES_H
#define POOLTOP_TRAFFIC_TABLES_H

#include "ui/table.h"

extern const struct table table_queues;

#endif
