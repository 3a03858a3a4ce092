/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables: what a column is, is a row of constants. One engine sorts, filters, scrolls and draws
 * them all. A selection holds on to its subject (by id), wherever the sorting puts it.
 */
#ifndef POOLTOP_TABLE_H
#define POOLTOP_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fmt.h"
#include "ui/grid.h"

struct ui_state;
struct table;

/* What a row is about. Borrowed from the model. */
struct subject {
	const struct model *m;
	const struct pool *p; /* NULL where there is none */
	const void *item; /* a struct worker, func ...: the table knows */
	uint64_t id; /* of the item, for as long as the model has it */
	uint32_t index; /* as the table counts its items now */
};

/* What a column sorts by. Unknown ones come last, whichever way. */
struct sort_value {
	bool known;
	double number;
	const char *text; /* NULL: by number */
};

static inline struct sort_value sort_number(bool known, double n)
{
	return (struct sort_value){.known = known, .number = n};
}

/* How a value is written. The brief ones are for where all rows change at each tick: they have no
 * digits that would change faster than they can be read. */
enum cell_format {
	FORMAT_COUNT,
	FORMAT_BYTES,
	FORMAT_BYTES_BRIEF,
	FORMAT_DURATION,
	FORMAT_DURATION_BRIEF,
	FORMAT_PERCENT,
	FORMAT_PERCENT_BRIEF,
};

enum { CELL_TEXT = 320 };

struct column {
	const char *title;
	uint8_t min, ideal; /* columns of the screen */
	uint8_t stretch; /* share of what is left over, 0: none */
	uint8_t drop; /* 0: always there; else the largest goes first where it is narrow */
	bool spare; /* dropped rather than those that are always there go below their ideal */
	bool right; /* numbers */
	bool falling; /* sorts largest first, until it is reversed */
	struct sort_value (*value)(const struct subject *x); /* NULL: cannot be sorted by */
	enum cell_format format; /* of the value, where neither text nor draw is given */
	/* The cell's words, and their style; clean text. */
	enum style (*text)(const struct subject *x, char buf[static CELL_TEXT]);
	/* Or, for pictures: into a pen as wide as the column. With text, that is for the filter. */
	void (*draw)(const struct subject *x, struct pen *p);
};

/* A number as a cell has it. */
char *cell_number(char buf[static FMT_MAX], enum cell_format format, double n);
/* A cell in words, and their style; "" for a picture. */
enum style column_text(const struct column *c, const struct subject *x, char buf[static CELL_TEXT]);

struct table {
	const char *name;
	const struct column *columns;
	unsigned int columns_count; /* at most TABLE_COLUMNS */
	unsigned int sort; /* the column it is first sorted by */
	unsigned int rows; /* that it would like to have where several share a screen; 0: all */
	/* How many items there are, and the one at an index; false: not to be shown. */
	uint32_t (*count)(const struct model *m, const struct ui_state *s);
	bool (*item)(const struct model *m, const struct ui_state *s, uint32_t index,
		struct subject *ret_subject);
	/* Enter; NULL: there is nothing to open. */
	void (*open)(const struct model *m, struct ui_state *s, const struct subject *x);
	/* Said instead of rows, and what to do about it. */
	const char *(*empty)(const struct model *m, const struct ui_state *s);
};

enum { TABLE_COLUMNS = 24, TABLE_ROWS = 32768, FILTER_MAX = 40 };

/* What a user did to a table. All zeros: nothing yet. */
struct table_state {
	const struct table *table;
	bool has_id;
	uint64_t id; /* of the selected row */
	uint32_t row; /* where that row was last: its place if it is gone */
	uint32_t top; /* first row on the screen */
	bool is_sorted; /* by the user */
	unsigned int sort;
	bool reversed;
	bool has_cursor;
	unsigned int cursor; /* the column that is to be sorted by */
	char filter[FILTER_MAX]; /* rows without this text are left out */
};

/* The rows as they are shown now. */
struct table_rows {
	struct subject *rows; /* sorted; owned */
	uint32_t count;
	uint32_t all; /* before the filter */
	uint32_t selected; /* < count, or 0 */
	uint32_t top; /* so that the selected one is on the screen */
};

/*
 * Reads the rows for a table of `height` lines of rows. Without memory there are none.
 * table_rows_release() frees them.
 */
void table_rows(const struct table *t, const struct model *m, const struct ui_state *s, int height,
	struct table_rows *ret_rows);
/* How many there are, without reading them. */
uint32_t table_rows_count(const struct table *t, const struct model *m, const struct ui_state *s);
void table_rows_release(struct table_rows *r);

/* Columns that fit into a width, and where. */
struct table_layout {
	unsigned int count;
	unsigned int column[TABLE_COLUMNS]; /* index into table.columns */
	int start[TABLE_COLUMNS];
	int width[TABLE_COLUMNS];
};

void table_layout(const struct table *t, int width, struct table_layout *ret_layout);

/* Head and rows into a grid of its own (a window). focus: keys go here, so a row is marked. */
void table_draw(const struct table *t, const struct model *m, const struct ui_state *s, bool focus,
	struct grid *g);

/* The table's part of a request; height: lines of rows on the screen. */
void table_move(
	const struct table *t, const struct model *m, struct ui_state *s, int height, int64_t by);
void table_sort(const struct table *t, struct ui_state *s);
void table_cursor(const struct table *t, struct ui_state *s, int width, int by);
/* A click on a row of the table's window (0: the head). True if that row was already selected. */
bool table_click(
	const struct table *t, const struct model *m, struct ui_state *s, const struct grid *g);

#endif
