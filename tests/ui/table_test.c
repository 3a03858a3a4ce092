/* SPDX-License-Identifier: GPL-2.0-only */
/* The table engine, on a table of its own; and what all tables of the views keep to. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/dump.h"
#include "ui/state.h"
#include "ui/table.h"
#include "ui/view.h"

struct fruit {
	uint64_t id;
	const char *name;
	double weight; /* below 0: not known */
};

/* What the table under test lists: tests move and remove them. Found through the model pointer,
 * which the engine hands on unread. */
struct basket {
	struct model model;
	struct fruit fruits[64];
	uint32_t count;
};

static const struct fruit *fruit_of(const struct subject *x)
{
	return x->item;
}

static struct sort_value name_value(const struct subject *x)
{
	return (struct sort_value){.known = true, .text = fruit_of(x)->name};
}

static struct sort_value weight_value(const struct subject *x)
{
	return (struct sort_value){
		.known = fruit_of(x)->weight >= 0, .number = fruit_of(x)->weight};
}

static enum style id_text(const struct subject *x, char buf[static CELL_TEXT])
{
	snprintf(buf, CELL_TEXT, "#%d", (int)fruit_of(x)->id);
	return STYLE_DIM;
}

static void bar_draw(const struct subject *x, struct pen *p)
{
	pen_repeat(p, STYLE_PLOT, "=", (int)fruit_of(x)->id);
}

static uint32_t count(const struct model *m, const struct ui_state *s)
{
	(void)s;
	return ((const struct basket *)m)->count;
}

static bool item(const struct model *m, const struct ui_state *s, uint32_t index,
	struct subject *ret_subject)
{
	const struct fruit *f = &((const struct basket *)m)->fruits[index];

	(void)s;
	*ret_subject = (struct subject){.m = m, .item = f, .id = f->id};
	return f->name[0] != '-'; /* not to be shown */
}

static const char *empty(const struct model *m, const struct ui_state *s)
{
	(void)m;
	(void)s;
	return "no fruit: plant a tree";
}

static const struct column columns[] = {
	{.title = "name", .min = 5, .ideal = 8, .stretch = 1, .value = name_value},
	{.title = "weight",
		.min = 8,
		.drop = 1,
		.right = true,
		.falling = true,
		.value = weight_value,
		.format = FORMAT_BYTES},
	{.title = "id", .min = 3, .drop = 2, .text = id_text},
	{.title = "bar", .min = 4, .ideal = 6, .drop = 3, .draw = bar_draw},
};

static const struct table fruits = {
	.name = "fruits",
	.columns = columns,
	.columns_count = 4,
	.count = count,
	.item = item,
	.empty = empty,
};

struct test {
	struct basket *b;
	struct ui_state ui;
};

static void fill(struct test *t, int columns_wide)
{
	static const struct fruit some[] = {
		{1, "pear", 300},
		{2, "apple", 200},
		{3, "-pit", 1},
		{4, "fig", -1},
		{5, "melon", 4096},
	};

	t->b = calloc(1, sizeof(*t->b));
	assert_non_null(t->b);
	memcpy(t->b->fruits, some, sizeof(some));
	t->b->count = 5;
	ui_state_init(&t->ui, columns_wide, 24);
}

static void check(struct test *t, int columns_wide, int rows, const char *want)
{
	struct buf text = {0};
	struct grid g;

	assert_int_equal(grid_init(&g, columns_wide, rows, &glyphs_ascii), 0);
	table_draw(&fruits, &t->b->model, &t->ui, true, &g);
	assert_int_equal(dump_grid(&g, &text), 0);
	assert_string_equal(text.data, want);
	buf_release(&text);
	grid_release(&g);
}

static void move(struct test *t, int64_t by)
{
	table_move(&fruits, &t->b->model, &t->ui, 3, by);
}

static void draws_and_drops_columns(void **state)
{
	struct test t;

	(void)state;
	fill(&t, 80);
	check(&t, 34, 6,
		" name^        weight  id   bar\n"
		">apple         200 B  #2   ==\n"
		" fig               -  #4   ====\n"
		" melon       4.0 KiB  #5   =====\n"
		" pear          300 B  #1   =\n\n");
	check(&t, 22, 3, " name^    weight  id\n>apple     200 B  #2\n fig           -  #4\n");
	check(&t, 17, 2, " name^    weight\n>apple     200 B\n");
	check(&t, 9, 2, " name^\n>apple\n");
	check(&t, 2, 2, "\n>\n"); /* no room for anything, and no harm */
	check(&t, 17, 1, " name^    weight\n");
	free(t.b);
}

/* Two that are dropped last and first; the latter is to spare: names are not cut for it. */
static void a_spare_column_goes_before_names_are_cut(void **state)
{
	static const struct column wide[] = {
		{.title = "name", .min = 5, .ideal = 20, .stretch = 1, .value = name_value},
		{.title = "id", .min = 3, .drop = 1, .text = id_text},
		{.title = "bar", .min = 4, .drop = 2, .spare = true, .draw = bar_draw},
	};
	static const struct table t = {.name = "wide", .columns = wide, .columns_count = 3};
	struct table_layout l;

	(void)state;
	table_layout(&t, 33, &l); /* 1 + 20 + 2 + 3 + 2 + 4 + 1 */
	assert_int_equal(l.count, 3);
	assert_int_equal(l.width[0], 20);
	table_layout(&t, 32, &l);
	assert_int_equal(l.count, 2);
	assert_int_equal(l.width[0], 25);
	table_layout(&t, 14, &l); /* only what is to spare asks for so much */
	assert_int_equal(l.count, 2);
	assert_int_equal(l.width[0], 7);
}

static void sorts(void **state)
{
	struct test t;

	(void)state;
	fill(&t, 80);
	table_cursor(&fruits, &t.ui, 80, 1);
	table_sort(&fruits, &t.ui); /* the largest first, the unknown last */
	check(&t, 17, 5,
		" name    weightv\n>melon   4.0 KiB\n pear      300 B\n apple     200 B\n"
		" fig           -\n");
	free(t.b);
}

static void the_unknown_is_always_last(void **state)
{
	struct test t;

	(void)state;
	fill(&t, 80);
	table_cursor(&fruits, &t.ui, 80, 1);
	table_sort(&fruits, &t.ui);
	table_sort(&fruits, &t.ui);
	check(&t, 19, 5,
		" name      weight^\n>apple       200 B\n pear        300 B\n"
		" melon     4.0 KiB\n fig             -\n");
	/* Columns that cannot be sorted by are passed over. */
	table_cursor(&fruits, &t.ui, 80, 1);
	assert_int_equal(ui_table(&t.ui, &fruits)->cursor, 1);
	table_cursor(&fruits, &t.ui, 80, -1);
	table_cursor(&fruits, &t.ui, 80, -1);
	assert_int_equal(ui_table(&t.ui, &fruits)->cursor, 0);
	free(t.b);
}

static uint64_t selected(struct test *t)
{
	struct table_rows r;
	uint64_t id;

	table_rows(&fruits, &t->b->model, &t->ui, 3, &r);
	id = r.count ? r.rows[r.selected].id : 0;
	table_rows_release(&r);
	return id;
}

static void selection_sticks_to_its_subject(void **state)
{
	struct test t;

	(void)state;
	fill(&t, 80);
	move(&t, 1);
	assert_int_equal(selected(&t), 4); /* fig */
	t.b->fruits[3].name = "zucchini";
	assert_int_equal(selected(&t), 4);
	table_sort(&fruits, &t.ui); /* reversed: still it */
	assert_int_equal(selected(&t), 4);
	move(&t, 1);
	assert_int_equal(selected(&t), 1); /* pear */
	t.b->fruits[0] = t.b->fruits[--t.b->count]; /* pear goes: its row stays, melon is there */
	assert_int_equal(selected(&t), 5);
	move(&t, 99);
	assert_int_equal(selected(&t), 2); /* apple, the last */
	move(&t, -99);
	assert_int_equal(selected(&t), 4);
	t.b->count = 0;
	assert_int_equal(selected(&t), 0);
	move(&t, 1);
	free(t.b);
}

static void scrolls(void **state)
{
	struct test t;

	(void)state;
	fill(&t, 80);
	for (uint32_t i = 0; i < 40; i++)
		t.b->fruits[i] = (struct fruit){.id = 100 + i, .name = "x", .weight = i};
	t.b->count = 40;
	move(&t, 2);
	check(&t, 9, 4, " name^\n x\n x\n>x\n");
	move(&t, 1);
	assert_int_equal(selected(&t), 103);
	check(&t, 9, 4, " name^\n x\n x\n>x\n");
	move(&t, 36);
	assert_int_equal(selected(&t), 139);
	move(&t, -1);
	check(&t, 9, 4, " name^\n x\n>x\n x\n");
	free(t.b);
}

static void filters(void **state)
{
	struct test t;

	(void)state;
	fill(&t, 80);
	strcpy(ui_table_edit(&t.ui, &fruits)->filter, "E");
	check(&t, 17, 4,
		" name^    weight\n>apple     200 B\n melon   4.0 KiB\n pear      300 B\n");
	strcpy(ui_table_edit(&t.ui, &fruits)->filter, "4.0 k"); /* any column, as it is shown */
	check(&t, 17, 3, " name^    weight\n>melon   4.0 KiB\n\n");
	strcpy(ui_table_edit(&t.ui, &fruits)->filter, "pit"); /* what is hidden stays hidden */
	check(&t, 60, 2,
		" name^                                  weight  id   bar\n"
		" nothing passes the filter: Esc clears it\n");
	t.b->count = 0;
	check(&t, 30, 2, " name^      weight  id   bar\n no fruit: plant a tree\n");
	free(t.b);
}

static void clicks(void **state)
{
	struct test t;
	struct grid g;

	(void)state;
	fill(&t, 80);
	assert_int_equal(grid_init(&g, 34, 6, &glyphs_ascii), 0);
	t.ui.mouse_row = 2;
	assert_false(table_click(&fruits, &t.b->model, &t.ui, &g));
	assert_int_equal(selected(&t), 4);
	assert_true(table_click(&fruits, &t.b->model, &t.ui, &g)); /* again: to be opened */
	t.ui.mouse_row = 5;
	assert_false(table_click(&fruits, &t.b->model, &t.ui, &g)); /* no row there */
	assert_int_equal(selected(&t), 4);
	t.ui.mouse_row = 0;
	t.ui.mouse_col = 15;
	assert_false(table_click(&fruits, &t.b->model, &t.ui, &g));
	assert_true(ui_table(&t.ui, &fruits)->is_sorted);
	assert_int_equal(ui_table(&t.ui, &fruits)->sort, 1);
	grid_release(&g);
	free(t.b);
}

/* Every table of every view: bounded, sorted by a column that can be, with words for no rows. */
static void check_table(const struct table *t)
{
	assert_true(t->name && t->count && t->item && t->empty);
	assert_in_range(t->columns_count, 1, TABLE_COLUMNS);
	assert_true(t->sort < t->columns_count);
	assert_non_null(t->columns[t->sort].value);
	for (unsigned int i = 0; i < t->columns_count; i++) {
		const struct column *c = &t->columns[i];

		assert_true(c->title && c->min);
		assert_true(c->value || c->text || c->draw);
		assert_true(strlen(c->title) <= (c->ideal > c->min ? c->ideal : c->min));
	}
}

static void tables_of_all_views(void **state)
{
	int seen = 0;

	(void)state;
	for (unsigned int i = 0; views[i]; i++) {
		for (int j = 0; views[i]->tables && views[i]->tables[j]; j++, seen++)
			check_table(views[i]->tables[j]);
		for (int j = 0; views[i]->spare && views[i]->spare[j]; j++, seen++)
			check_table(views[i]->spare[j]);
	}
	assert_true(seen > 6);
	assert_true(seen <= UI_TABLES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_and_drops_columns),
		cmocka_unit_test(a_spare_column_goes_before_names_are_cut),
		cmocka_unit_test(sorts),
		cmocka_unit_test(the_unknown_is_always_last),
		cmocka_unit_test(selection_sticks_to_its_subject),
		cmocka_unit_test(scrolls),
		cmocka_unit_test(filters),
		cmocka_unit_test(clicks),
		cmocka_unit_test(tables_of_all_views),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
