/* SPDX-License-Identifier: GPL-2.0-only */
/* A death certificate. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/wait.h>

#include "ui/sheet.h"
#include "ui/show.h"
#include "ui/stack_sheet.h"

static void draw_how(const struct death *d, struct sheet *sheet)
{
	int status = (int)d->status;
	char how[SHOW_MAX];

	show_end(how, d->end, d->status, d->status_known);
	if (!d->status_known)
		sheet_field(sheet, "how", STYLE_ALERT, "%s", how);
	else if (WIFSIGNALED(status))
		sheet_field(sheet, "how", STYLE_ALERT, "%s, signal %d%s", how, WTERMSIG(status),
			WCOREDUMP(status) ? ", core dumped" : "");
	else
		sheet_field(sheet, "how", STYLE_ALERT, "%s", how);
}

static void draw_sender(const struct death *d, struct sheet *sheet)
{
	char who[SHOW_MAX];

	if (d->end == END_EXIT)
		return;
	show_sender(who, d);
	if (d->end == END_SIGNAL && d->sender.seen && d->sender.sender && d->sender.code <= 0)
		sheet_field(sheet, "sent by", STYLE_TEXT, "%s, uid %" PRIu32, who, d->sender.uid);
	else
		sheet_field(sheet, "sent by", STYLE_TEXT, "%s", who);
}

static void draw_oom(const struct model *m, const struct death *d, struct sheet *sheet)
{
	char limit[FMT_MAX], rss[FMT_MAX], trigger[48] = "";

	if (!d->oom.seen)
		return;
	if (d->oom.trigger)
		snprintf(trigger, sizeof(trigger), "; set off by process %" PRIu32, d->oom.trigger);
	sheet_field(sheet, "out of memory", STYLE_TEXT, "in %s, limit %s; it had %s%s",
		model_text(m, d->oom.scope, "-"),
		show_bytes(limit, d->oom.limit_bytes, d->oom.limit_bytes),
		show_bytes(rss, d->oom.rss_bytes, d->oom.rss_bytes), trigger);
}

static void draw_task(const struct model *m, const struct death *d, struct sheet *sheet)
{
	char task[SHOW_MAX], items[FMT_MAX], bytes[FMT_MAX], time[FMT_MAX];
	const struct hand *h = &d->hand;

	if (!h->has) {
		sheet_field(sheet, "task in hand", STYLE_TEXT, "none");
		return;
	}
	sheet_field(sheet, "task in hand", STYLE_ALERT, "%s", show_task(task, m, h));
	sheet_field(sheet, "", STYLE_TEXT, "%s item%s, %s, in hand for %s",
		show_count(items, h->items, h->items), h->items == 1 ? "" : "s",
		show_bytes(bytes, true, h->bytes),
		show_duration(time, h->since_ns && h->since_ns <= d->t_ns, d->t_ns - h->since_ns));
}

static void draw_was(const struct death *d, struct sheet *sheet)
{
	if (d->syscall < 0)
		sheet_field(sheet, "it was in", STYLE_TEXT, "%s", worker_state_name(d->state));
	else if (!d->syscall_ino)
		sheet_field(sheet, "it was in", STYLE_TEXT, "%s, in system call %" PRId32,
			worker_state_name(d->state), d->syscall);
	else
		sheet_field(sheet, "it was in", STYLE_TEXT,
			"%s, in system call %" PRId32 " on pipe %" PRIu64,
			worker_state_name(d->state), d->syscall, d->syscall_ino);
}

static void draw_exception(const struct death *d, struct sheet *sheet)
{
	struct exception_said said;

	if (!death_exception(d, &said))
		return;
	sheet_field(sheet, "raised", STYLE_ALERT, "%s%s%s", said.type, *said.message ? ": " : "",
		said.message);
	if (*said.function)
		sheet_field(sheet, "", STYLE_TEXT, "in %s, %s:%" PRIu32, said.function, said.file,
			said.line);
}

static void draw_words(const struct death *d, struct sheet *sheet)
{
	if (!d->stderr_tail || !*d->stderr_tail)
		return;
	sheet_blank(sheet);
	sheet_title(sheet, "The last it wrote to standard error");
	sheet_text(sheet, 3, STYLE_TEXT, d->stderr_tail);
}

/* Behind the stack, which is what a small screen shall show at once. */
static void draw_memory(const struct death *d, struct sheet *sheet)
{
	char past[MEMORY_WORDS];

	if (d->memory.count < 2)
		return;
	sheet_blank(sheet);
	sheet_title(sheet, "The memory that it had");
	sheet_text(sheet, 3, STYLE_TEXT, memory_words(past, d));
}

static const struct death *find(const struct pool *p, uint64_t key)
{
	for (uint32_t i = 0; i < p->deaths_count; i++)
		if (death_key(&p->deaths[i]) == key)
			return &p->deaths[i];
	return NULL;
}

/* What is known of one that nobody saw. */
static void draw_inferred(const struct model *m, const struct death *d, struct sheet *sheet)
{
	char a[FMT_MAX], title[64] = "A worker died before watching began";

	if (d->pid)
		snprintf(title, sizeof(title), "Worker %" PRIu32 " died before watching began",
			d->pid);
	sheet_title(sheet, title);
	sheet_field(sheet, "inferred", STYLE_TITLE, "%s", d->inferred);
	sheet_field(
		sheet, "at", STYLE_TEXT, "%s", d->t_ns ? fmt_wall(a, d->wall_ns, 1) : "not known");
	draw_how(d, sheet);
	draw_oom(m, d, sheet);
	sheet_field(sheet, "task in hand", STYLE_TEXT, "not known");
	sheet_field(sheet, "age", STYLE_TEXT, "%s", show_duration(a, d->age_ns, d->age_ns));
	sheet_field(sheet, "replaced by", STYLE_TEXT, d->replaced_by ? "%" PRIu32 : "nobody",
		d->replaced_by);
	sheet_field(sheet, "consequence", STYLE_TITLE, "%s", d->consequence);
}

static void sheet(const struct model *m, const struct ui_state *s, struct sheet *sheet)
{
	const struct death *d = find(ui_pool(m, s), ui_here(s)->subject);
	char title[64], a[FMT_MAX], b[FMT_MAX];

	if (!d) {
		sheet_title(sheet, "This death is not known at this time: Esc goes back");
		return;
	}
	if (d->inferred[0]) {
		draw_inferred(m, d, sheet);
		return;
	}
	snprintf(title, sizeof(title), "Worker %" PRIu32 " died", d->pid);
	sheet_title(sheet, title);
	sheet_field(sheet, "at", STYLE_TEXT, "%s", fmt_wall(a, d->wall_ns, 1));
	draw_how(d, sheet);
	draw_sender(d, sheet);
	draw_oom(m, d, sheet);
	draw_task(m, d, sheet);
	draw_was(d, sheet);
	draw_exception(d, sheet);
	sheet_field(sheet, "age", STYLE_TEXT, "%s, generation %" PRIu32, fmt_duration(a, d->age_ns),
		d->generation);
	sheet_field(sheet, "memory", STYLE_TEXT, "%s when last seen, peak %s",
		show_bytes(a, d->rss_bytes, d->rss_bytes),
		show_bytes(b, d->rss_peak_bytes, d->rss_peak_bytes));
	if (d->replaced_by)
		sheet_field(sheet, "replaced by", STYLE_TEXT, "%" PRIu32, d->replaced_by);
	else
		sheet_field(sheet, "replaced by", STYLE_TEXT, "nobody yet");
	sheet_field(sheet, "consequence", STYLE_TITLE, "%s", d->consequence);
	stack_sheet_death(m, d, sheet);
	draw_memory(d, sheet);
	draw_words(d, sheet);
}

const struct view view_death = {
	.name = "death",
	.title = "Certificate",
	.about = "one death: signal and sender or memory limit, the task lost, what follows",
	.needs_pool = true,
	.draw = sheet_draw,
	.act = sheet_act,
	.sheet = sheet,
};
