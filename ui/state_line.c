/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/state_line.h"

#include "ui/draw.h"
#include "ui/show.h"

enum { STATE_AT = 3, TIME_AT = 14, SHARE_AT = 25, BAR_AT = 33 };

void show_state(struct sheet *sheet, enum worker_state state, bool known, struct state_time t)
{
	double share = t.of_ns ? (double)t.ns / (double)t.of_ns : 0;
	enum style style = style_of_state(state);
	struct pen line = sheet_pen(sheet);
	char buf[FMT_MAX];
	struct pen p = line;

	pen_skip(&p, STATE_AT);
	pen_text(&p, style, worker_state_name(state));
	p = line;
	pen_skip(&p, TIME_AT);
	p.end = p.end < SHARE_AT - 2 ? p.end : SHARE_AT - 2;
	pen_right(&p, known ? STYLE_TEXT : STYLE_DIM, show_duration(buf, known, t.ns));
	p = line;
	pen_skip(&p, SHARE_AT);
	p.end = p.end < BAR_AT - 2 ? p.end : BAR_AT - 2;
	pen_right(&p, STYLE_TEXT, known ? show_percent(buf, t.of_ns, share) : "");
	p = line;
	pen_skip(&p, BAR_AT);
	draw_gauge(&p, style, pen_room(&p) - 2, known ? share : 0);
}
