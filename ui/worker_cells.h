/* SPDX-License-Identifier: GPL-2.0-only */
/* Cells of tables whose rows are workers: subject.item is a struct worker. */
#ifndef POOLTOP_WORKER_CELLS_H
#define POOLTOP_WORKER_CELLS_H

#include "ui/table.h"

struct sort_value worker_pid_value(const struct subject *x);
enum style worker_pid_text(const struct subject *x, char buf[static CELL_TEXT]);
struct sort_value worker_generation_value(const struct subject *x);
struct sort_value worker_core_value(const struct subject *x);
/* Its state, or how it ended. */
struct sort_value worker_state_value(const struct subject *x);
enum style worker_state_text(const struct subject *x, char buf[static CELL_TEXT]);
/* The task in hand: "etl.load 3/17". */
struct sort_value worker_now_value(const struct subject *x);
enum style worker_now_text(const struct subject *x, char buf[static CELL_TEXT]);
void worker_now_draw(const struct subject *x, struct pen *p);
/* How long it has had that task, or been in that state. */
struct sort_value worker_for_value(const struct subject *x);
enum style worker_for_text(const struct subject *x, char buf[static CELL_TEXT]);
struct sort_value worker_tasks_value(const struct subject *x);
struct sort_value worker_failed_value(const struct subject *x);
struct sort_value worker_items_value(const struct subject *x);
struct sort_value worker_in_value(const struct subject *x);
struct sort_value worker_out_value(const struct subject *x);
struct sort_value worker_p50_value(const struct subject *x);
struct sort_value worker_p99_value(const struct subject *x);
struct sort_value worker_cpu_value(const struct subject *x);
struct sort_value worker_rss_value(const struct subject *x);
struct sort_value worker_threads_value(const struct subject *x);
/* Shares of its life. */
struct sort_value worker_run_share_value(const struct subject *x);
struct sort_value worker_wait_share_value(const struct subject *x);
void worker_strip_draw(const struct subject *x, struct pen *p);

/* The workers of the shown pool: those that live, and the others too if the user wants them or if
 * there are no others. */
uint32_t workers_count(const struct model *m, const struct ui_state *s);
bool workers_item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject);
void workers_open(const struct model *m, struct ui_state *s, const struct subject *x);
const char *workers_empty(const struct model *m, const struct ui_state *s);

#endif
