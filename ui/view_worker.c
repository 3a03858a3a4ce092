/* SPDX-License-Identifier: GPL-2.0-only */
/* All about one worker. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ui/draw.h"
#include "ui/sheet.h"
#include "ui/show.h"
#include "ui/state_line.h"

enum { STATE_AT = 3 };

static void draw_end(const struct model *m, const struct worker *w, struct sheet *sheet)
{
	char words[SHOW_MAX], wall[FMT_MAX];

	if (!w->ended_ns)
		return;
	show_end(words, w->end, w->status, w->end != END_UNKNOWN);
	sheet_field(sheet, "ended", w->death >= 0 ? STYLE_ALERT : STYLE_TEXT, "%s at %s%s", words,
		fmt_wall(wall, model_wall_ns(m, w->ended_ns), 0),
		w->death >= 0 ? ": the view Deaths tells all about it" : "");
}

static void draw_now(const struct model *m, const struct worker *w, struct sheet *sheet)
{
	char task[SHOW_MAX], time[FMT_MAX], bytes[FMT_MAX], items[FMT_MAX];
	const struct hand *h = &w->hand;

	if (!w->ended_ns)
		sheet_field(sheet, "state", style_of_state(w->state), "%s for %s",
			worker_state_name(w->state),
			show_duration(time, w->state_since_ns && w->state_since_ns <= m->now_ns,
				m->now_ns - w->state_since_ns));
	if (!h->has) {
		sheet_field(
			sheet, "task in hand", STYLE_TEXT, "%s", show_has_tasks(m) ? "none" : "-");
		return;
	}
	sheet_field(sheet, "task in hand", STYLE_TEXT, "%s, %s item%s, %s, since %s",
		show_task(task, m, h), show_count(items, h->items, h->items),
		h->items == 1 ? "" : "s", show_bytes(bytes, true, h->bytes),
		show_duration(time, h->since_ns && h->since_ns <= m->now_ns,
			(w->ended_ns ? w->ended_ns : m->now_ns) - h->since_ns));
}

static void draw_work(const struct model *m, const struct worker *w, struct sheet *sheet)
{
	char a[FMT_MAX], b[FMT_MAX], c[FMT_MAX], d[FMT_MAX], e[FMT_MAX];
	bool known = show_has_tasks(m);

	sheet_field(sheet, "tasks", STYLE_TEXT, "%s done, %s failed, %s items, in %s, out %s",
		show_count(a, known, w->tasks), show_count(b, known, w->failed),
		show_count(c, known, w->items), show_bytes(d, known, w->bytes_in),
		show_bytes(e, known, w->bytes_out));
	sheet_field(sheet, "run", STYLE_TEXT, "min %s  p50 %s  p90 %s  p99 %s  max %s",
		show_duration(a, w->run.count, w->run.min_ns), show_percentile(b, &w->run, 50),
		show_percentile(c, &w->run, 90), show_percentile(d, &w->run, 99),
		show_duration(e, w->run.count, w->run.max_ns));
}

/* "1.71 s: interpreter 23 ms, imports 430 ms, main 9.0 ms; dearest: slow 400 ms, json 3.0 ms" */
static void draw_start_words(
	const struct model *m, const struct pool *p, const struct worker *w, struct sheet *sheet)
{
	enum { MODULES = 4 };
	char words[SHOW_MAX * 4], buf[FMT_MAX];
	struct start s;
	size_t len;

	if (!worker_start(m, p, w, &s) || !s.pieces_count)
		return;
	len = (size_t)snprintf(words, sizeof(words), "took %s",
		fmt_duration(buf, s.pieces[s.pieces_count - 1].until_ns));
	for (unsigned int i = 0; i < START_PHASES && len < sizeof(words); i++)
		if (s.phase_ns[i] >= 50000)
			len += (size_t)snprintf(words + len, sizeof(words) - len, ", %s %s",
				start_phase_name((enum start_phase)i),
				fmt_duration(buf, s.phase_ns[i]));
	for (uint32_t i = 0; i < s.modules_count && i < MODULES && len < sizeof(words); i++)
		len += (size_t)snprintf(words + len, sizeof(words) - len, "%s %.60s %s",
			i ? "," : "; dearest:", model_text(m, s.modules[i].name, "?"),
			fmt_duration(buf, s.modules[i].self_ns));
	sheet_field(sheet, "its start", STYLE_TEXT, "%s", words);
}

static void draw_process(const struct model *m, const struct worker *w, struct sheet *sheet)
{
	char a[FMT_MAX], b[FMT_MAX], c[FMT_MAX];
	uint64_t until = w->ended_ns ? w->ended_ns : m->now_ns;

	sheet_field(sheet, "born", STYLE_TEXT, "%s, %s ago, generation %" PRIu32,
		fmt_wall(a, model_wall_ns(m, w->born_ns), 0),
		show_duration(b, m->now_ns >= w->born_ns, m->now_ns - w->born_ns), w->generation);
	draw_end(m, w, sheet);
	sheet_field(sheet, "CPU", STYLE_TEXT, "%s now, %s in all, last on core %s",
		show_percent(a, !w->ended_ns && m->tick_ns, w->cpu_share),
		show_duration(b, w->cpu_ns > 0, w->cpu_ns),
		show_count(c, w->core >= 0, (uint64_t)(w->core >= 0 ? w->core : 0)));
	sheet_field(sheet, "memory", STYLE_TEXT, "%s, peak %s, threads %s",
		show_bytes(a, w->rss_bytes, w->rss_bytes),
		show_bytes(b, w->rss_peak_bytes, w->rss_peak_bytes),
		show_count(c, w->threads, w->threads));
	if (w->watched_ns > w->born_ns && until > w->watched_ns)
		sheet_field(sheet, "watched", STYLE_TEXT,
			"for %s: what was before is not in these numbers",
			fmt_duration(a, until - w->watched_ns));
}

static void draw_state(
	const struct model *m, const struct worker *w, enum worker_state state, struct sheet *sheet)
{
	uint64_t life = worker_life_ns(w, m->now_ns);

	show_state(sheet, state, w->known & 1u << state,
		(struct state_time){worker_state_ns(w, state, m->now_ns), life});
}

static void draw_gil(const struct worker *w, struct sheet *sheet)
{
	char buf[FMT_MAX];

	if (w->gil_known && w->gil_ns)
		sheet_field(sheet, "the GIL", STYLE_TEXT,
			"%s of `lock`: other threads of this worker had the interpreter",
			fmt_duration(buf, w->gil_ns));
}

static void sheet(const struct model *m, const struct ui_state *s, struct sheet *sheet)
{
	const struct worker *w = pool_worker(ui_pool(m, s), (uint32_t)ui_here(s)->subject);
	char title[64];
	struct pen p;

	if (!w) {
		sheet_title(sheet, "This worker made room for newer ones: Esc goes back");
		return;
	}
	snprintf(title, sizeof(title), "Worker %" PRIu32, w->pid);
	sheet_title(sheet, title);
	draw_now(m, w, sheet);
	draw_work(m, w, sheet);
	draw_process(m, w, sheet);
	draw_start_words(m, ui_pool(m, s), w, sheet);
	sheet_blank(sheet);
	sheet_title(sheet, "Where its time went");
	for (int i = 0; i < WORKER_STATES; i++)
		draw_state(m, w, (enum worker_state)i, sheet);
	draw_gil(w, sheet);
	sheet_blank(sheet);
	sheet_title(sheet, "Its state at each tick, newest right");
	p = sheet_pen(sheet);
	pen_skip(&p, STATE_AT);
	draw_strip(&p, pen_room(&p) - 2 < MODEL_STRIP ? pen_room(&p) - 2 : MODEL_STRIP, w);
}

const struct view view_worker = {
	.name = "worker",
	.title = "Worker",
	.about = "one worker: task, memory, every state and its share of the time",
	.needs_pool = true,
	.draw = sheet_draw,
	.act = sheet_act,
	.sheet = sheet,
};
