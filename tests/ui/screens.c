/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/ui/screens.h"
#include "ui/dump.h"
#include "ui/screen.h"
#include "ui/view.h"

enum { GOLDEN_MAX = 256 * 1024 };

void scene_init(struct scene *l)
{
	setenv("TZ", "UTC", 1);
	tzset();
	memset(l, 0, sizeof(*l));
	history_init(&l->h);
	assert_int_equal(session_init(&l->s), 0);
	ui_state_init(&l->ui, 80, 24);
	l->ui.mode = UI_LIVE;
	l->glyphs = &glyphs_utf8;
}

void scene_feed(struct scene *l)
{
	const struct frame *f;
	size_t pos = 0;

	while ((f = history_next(&l->h, &pos))) {
		assert_int_equal(session_feed(&l->s, f), 0);
		if (f->kind == FRAME_TICK)
			ui_follow(&l->s.model, &l->ui);
	}
}

void scene_lively(struct scene *l)
{
	scene_init(l);
	history_lively(&l->h);
	scene_feed(l);
}

void scene_release(struct scene *l)
{
	history_release(&l->h);
	session_release(&l->s);
}

void scene_size(struct scene *l, int columns, int rows)
{
	l->ui.columns = columns;
	l->ui.rows = rows;
}

void scene_at(struct scene *l, const char *view)
{
	assert_non_null(view_named(view));
	ui_go(&l->ui, view_named(view));
}

unsigned int scene_key(struct scene *l, uint32_t code)
{
	return screen_key(&l->s.model, &l->ui, code);
}

void scene_keys(struct scene *l, const char *keys)
{
	while (*keys)
		scene_key(l, (unsigned char)*keys++);
}

static int dump_styles(const struct grid *g, struct buf *to)
{
	for (int row = 0; row < g->rows; row++) {
		int first = 0;

		for (int col = 1; col <= g->columns; col++) {
			enum style style = grid_cell(g, row, first)->style;
			char run[64];

			if (col < g->columns && grid_cell(g, row, col)->style == style)
				continue;
			snprintf(run, sizeof(run), " %s %d-%d", style_name(style), first, col - 1);
			if (style != STYLE_TEXT)
				buf_add(to, run, strlen(run));
			first = col;
		}
		buf_add(to, "\n", 1);
	}
	return to->is_short ? -ENOMEM : 0;
}

static char *dump(const struct scene *l, int (*how)(const struct grid *g, struct buf *to))
{
	struct buf text = {0};
	struct grid g;

	assert_int_equal(grid_init(&g, l->ui.columns, l->ui.rows, l->glyphs), 0);
	screen_draw(&l->s.model, &l->ui, &g);
	assert_int_equal(how(&g, &text), 0);
	grid_release(&g);
	return text.data;
}

char *scene_text(const struct scene *l)
{
	return dump(l, dump_grid);
}

char *scene_styles(const struct scene *l)
{
	return dump(l, dump_styles);
}

bool scene_shows(const struct scene *l, const char *text)
{
	char *screen = scene_text(l);
	bool shows = strstr(screen, text);

	free(screen);
	return shows;
}

static void compare(const char *screen, const char *path)
{
	char *golden = calloc(1, GOLDEN_MAX);
	FILE *f = fopen(path, "r");

	assert_non_null(golden);
	if (!f)
		fail_msg("there is no %s: set POOLTOP_UPDATE_GOLDEN=1 and look at it", path);
	assert_true(fread(golden, 1, GOLDEN_MAX - 1, f) < GOLDEN_MAX - 1);
	fclose(f);
	if (strcmp(golden, screen))
		print_error("%s is\n%sand the screen is\n%s", path, golden, screen);
	assert_true(!strcmp(golden, screen));
	free(golden);
}

/* Takes `screen`, and compares it with the file, or writes that. */
static void hold(const struct scene *l, const char *name, const char *what, char *screen)
{
	const char *source = getenv("POOLTOP_SRC");
	const char *update = getenv("POOLTOP_UPDATE_GOLDEN");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/ui/golden/%s%s-%dx%d.txt", source ? source : ".",
		name, what, l->ui.columns, l->ui.rows);
	if (update && *update == '1') {
		f = fopen(path, "w");
		assert_non_null(f);
		assert_true(fputs(screen, f) >= 0);
		assert_int_equal(fclose(f), 0);
	} else {
		compare(screen, path);
	}
	free(screen);
}

void scene_golden(const struct scene *l, const char *name)
{
	hold(l, name, "", scene_text(l));
}

void scene_golden_styles(const struct scene *l, const char *name)
{
	hold(l, name, "-styles", scene_styles(l));
}
