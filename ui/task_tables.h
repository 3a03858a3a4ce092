/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of the view Tasks. */
#ifndef POOLTOP_TASK_TABLES_H
#define POOLTOP_TASK_TABLES_H

#include "ui/table.h"

extern const struct table table_funcs, table_jobs, table_slowest, table_failures;

#endif
