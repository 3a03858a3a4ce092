/* SPDX-License-Identifier: GPL-2.0-only */
/* The viewer's loop: one poll over frames, keys, signals and the clock. */
#include "app/view.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/feed.h"
#include "app/terminal.h"
#include "app/viewer.h"
#include "ui/dump.h"
#include "ui/view.h"

enum {
	IDLE_MS = 1000, /* how old the data is, is shown in seconds */
	FOLLOW_MS = 50, /* between two looks into a file that is still written */
	FIRST_MS = 250, /* the first picture waits so long for data, to be none of nothing */
	LATE_MS = 1500, /* what comes once a second may be late */
	PICTURE_NS = 100 * 1000 * 1000, /* no more often than this, but for keys */
	ONCE_COLUMNS = 80,
	ONCE_ROWS = 24,
};

/* What the loop has besides the viewer's state. */
struct screen_loop {
	struct viewer *v;
	struct terminal *term;
	int signal_fd;
	uint64_t painted_ns;
	bool key_came; /* paint at once */
	bool is_gone; /* the terminal is */
};

void view_options_from(const struct options *o, struct view_options *ret)
{
	*ret = (struct view_options){.once = o->once,
		.ascii = o->ascii,
		.no_color = o->no_color,
		.columns = o->columns,
		.rows = o->rows,
		.view = o->view};
}

/* Of one picture only the end counts. But which of several pools it is of is for the way there to
 * say (ui_follow()), so that is gone. */
static void start_at_end(struct viewer *v)
{
	struct tape_reach end = {.before_ns = UINT64_MAX};
	struct err err;

	if (v->o->live || v->o->once_ticks || !v->source->ops->rewind ||
		!feed_seek(v->source, end, &v->head))
		return;
	if (v->head.model.next_pool > 1) {
		session_release(&v->head);
		session_init(&v->head);
		v->source->ops->rewind(v->source, &err);
	}
	ui_follow(&v->head.model, &v->ui);
}

static int start(
	struct viewer *v, struct source *source, const struct view_options *o, struct err *err)
{
	const struct view *first = o->view ? view_named(o->view) : views[0];

	memset(v, 0, sizeof(*v));
	if (!first)
		return err_set(err, -EINVAL, ERR_USAGE,
			"there is no view `%s`: they are overview, workers, tasks ...; `--view "
			"help` "
			"lists them",
			o->view);
	v->o = o;
	v->source = source;
	ui_state_init(
		&v->ui, o->columns ? o->columns : ONCE_COLUMNS, o->rows ? o->rows : ONCE_ROWS);
	v->ui.mode = o->once ? UI_FINAL : o->live ? UI_LIVE : UI_REPLAY;
	v->ui.pid = o->pid;
	v->ui.until_ns = o->until_ns;
	v->ui.whole = &v->head.model;
	ui_go(&v->ui, first);
	if (session_init(&v->head) || session_init(&v->past))
		return err_set(err, -ENOMEM, ERR_FAILED, "out of memory");
	v->reel = o->once ? NULL : reel_new();
	if (!o->once && !v->reel)
		return err_set(err, -ENOMEM, ERR_FAILED, "out of memory");
	if (o->once)
		start_at_end(v);
	else if (!o->live)
		feed_seek(source, (struct tape_reach){.before_ns = 1}, &v->head);
	return 0;
}

static void stop(struct viewer *v)
{
	viewer_record_end(v, NULL);
	session_release(&v->head);
	session_release(&v->past);
	reel_free(v->reel);
	grid_release(&v->grid);
}

/* Draws the picture into v->grid, made anew if its size has changed. 0 or -ENOMEM. */
static int draw(struct viewer *v, const struct glyphs *glyphs)
{
	int ret = 0;

	if (v->grid.columns != v->ui.columns || v->grid.rows != v->ui.rows ||
		v->grid.glyphs != glyphs) {
		grid_release(&v->grid);
		ret = grid_init(&v->grid, v->ui.columns, v->ui.rows, glyphs);
	}
	if (ret)
		return ret;
	grid_clear(&v->grid);
	screen_draw(viewer_model(v), &v->ui, &v->grid);
	return 0;
}

static int dump(struct viewer *v, FILE *to)
{
	struct buf text = {0};
	int ret = dump_grid(&v->grid, &text);

	if (!ret && fwrite(text.data, 1, text.len, to) != text.len)
		ret = -EIO;
	buf_release(&text);
	return ret;
}

static bool is_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

static int run_once(struct viewer *v, struct err *err)
{
	const struct glyphs *glyphs = v->o->ascii || !is_utf8() ? &glyphs_ascii : &glyphs_utf8;

	while (!v->ui.ended && !v->failure && !(v->o->once_ticks && v->ticks >= v->o->once_ticks)) {
		struct pollfd fd = {.fd = source_fd(v->source), .events = POLLIN};
		int wait_ms = fd.fd >= 0 ? IDLE_MS : FOLLOW_MS;

		poll(&fd, fd.fd >= 0, v->waits ? wait_ms : 0);
		viewer_take(v);
	}
	if (!v->head.model.session.h.kind && v->failure)
		return err_set(err, v->failure, v->words.class, "%s", v->words.text);
	if (!v->head.model.session.h.kind && !v->o->live)
		return err_set(err, -ENODATA, ERR_RECORDING,
			"this recording holds nothing: its recorder ended in its first second");
	v->ui.message[0] = '\0';
	if (draw(v, glyphs) || dump(v, stdout))
		return err_set(err, -EIO, ERR_FAILED, "cannot write the screen");
	return v->failure ? err_set(err, v->failure, v->words.class, "%s", v->words.text) : 0;
}

static void suspend(struct screen_loop *loop)
{
	terminal_suspend(loop->term);
	loop->key_came = true;
}

static void take_request(struct screen_loop *loop, enum request r)
{
	struct viewer *v = loop->v;

	if (viewer_travel(v, r))
		return;
	if (r == REQUEST_RECORD)
		viewer_record(v);
	else if (r == REQUEST_WRITE)
		viewer_write_screen(v);
	else if (r == REQUEST_EXPORT)
		viewer_write_page(v);
	else if (r == REQUEST_REDRAW)
		terminal_redraw(loop->term);
	else if (r == REQUEST_SUSPEND)
		suspend(loop);
	else if (r == REQUEST_QUIT)
		v->wants_quit = true;
}

static void take_keys(struct screen_loop *loop)
{
	enum { MOST = 64 }; /* then the rest of the loop has its turn */
	struct viewer *v = loop->v;
	uint32_t code;
	int row = 0, col = 0;

	for (int i = 0; i < MOST; i++) {
		int ret = terminal_key(loop->term, &code, &row, &col);

		loop->is_gone = ret < 0;
		if (ret <= 0)
			return;
		v->ui.message[0] = '\0';
		v->ui.mouse_row = row;
		v->ui.mouse_col = col;
		take_request(loop, screen_key(viewer_model(v), &v->ui, code));
		loop->key_came = true;
	}
}

static void take_signals(struct screen_loop *loop)
{
	struct signalfd_siginfo info;

	while (read(loop->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGWINCH) {
			loop->key_came = true;
			terminal_size(loop->term, &loop->v->ui.columns, &loop->v->ui.rows);
		} else if (info.ssi_signo == SIGTSTP) {
			suspend(loop);
		} else if (info.ssi_signo == SIGCONT) {
			loop->key_came = true;
			terminal_resume(loop->term);
		} else {
			loop->v->wants_quit = true;
		}
	}
}

static void set_age(struct viewer *v, uint64_t now)
{
	v->ui.age_ns = v->newest_at_ns && now > v->newest_at_ns ? now - v->newest_at_ns : 0;
}

/* Nothing new but the time; a tick that is about to come would be painted right after it. */
static bool is_idle(const struct screen_loop *loop, uint64_t since_ns)
{
	const struct viewer *v = loop->v;
	bool is_fresh = v->ui.mode == UI_LIVE && !v->ui.ended && v->ticks &&
			v->ui.age_ns < LATE_MS * 1000000ull;

	return since_ns >= (is_fresh ? LATE_MS : IDLE_MS) * 1000000ull;
}

static int paint(struct screen_loop *loop)
{
	struct viewer *v = loop->v;
	uint64_t now = viewer_clock(), since_ns = now - loop->painted_ns;

	set_age(v, now);
	if (!loop->key_came && !(since_ns >= PICTURE_NS && v->changed) && !is_idle(loop, since_ns))
		return 0;
	set_age(v, now);
	if (draw(v, v->o->ascii ? &glyphs_ascii : terminal_glyphs(loop->term)))
		return -ENOMEM;
	if (!terminal_paint(loop->term, &v->grid))
		return 0;
	loop->painted_ns = now;
	loop->key_came = v->changed = false;
	return 0;
}

static int wait_for_something(const struct screen_loop *loop)
{
	const struct viewer *v = loop->v;
	int source = v->o->live && !v->ui.ended ? source_fd(v->source) : -1;
	struct pollfd fds[] = {
		{.fd = terminal_fd(loop->term), .events = terminal_events(loop->term)},
		{.fd = loop->signal_fd, .events = POLLIN},
		{.fd = source, .events = POLLIN},
	};
	int ms = viewer_due_ms(v, IDLE_MS);

	if (v->changed && ms > PICTURE_NS / 1000000)
		ms = PICTURE_NS / 1000000;
	if (poll(fds, sizeof(fds) / sizeof(fds[0]), ms) < 0 && errno != EINTR)
		return -errno;
	return fds[0].revents & (POLLHUP | POLLERR | POLLNVAL) ? -EIO : 0;
}

static int loop_on(struct screen_loop *loop)
{
	struct viewer *v = loop->v;
	int ret = 0;

	while (!ret && !v->wants_quit && !loop->is_gone) {
		viewer_take(v);
		viewer_play_past(v);
		viewer_record_on(v);
		ret = paint(loop);
		if (!ret && terminal_flush(loop->term))
			loop->is_gone = true;
		if (!ret && !loop->is_gone && wait_for_something(loop))
			loop->is_gone = true;
		take_signals(loop);
		if (!loop->is_gone)
			take_keys(loop);
	}
	return ret;
}

static int open_signals(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* What the key r began, and nobody ended. */
static int end_recording(struct viewer *v, struct err *err)
{
	bool was_recording = v->tape;
	int ret = viewer_record_end(v, err);

	if (was_recording && !ret)
		fprintf(stderr, "pooltop: recorded in %s\n", v->tape_path);
	return ret;
}

static int run_screen(struct viewer *v, struct err *err)
{
	struct screen_loop loop = {
		.v = v,
		.painted_ns = viewer_clock() - (IDLE_MS - FIRST_MS) * 1000000ull,
	};
	int ret;

	loop.signal_fd = open_signals();
	if (loop.signal_fd < 0)
		return err_set(err, -errno, ERR_FAILED, "signalfd: %s", strerror(errno));
	ret = terminal_open(v->o->no_color, &loop.term, err);
	if (!ret) {
		terminal_size(loop.term, &v->ui.columns, &v->ui.rows);
		ret = loop_on(&loop);
		if (ret)
			err_set(err, ret, ERR_FAILED, "%s", strerror(-ret));
	}
	terminal_close(loop.term);
	close(loop.signal_fd);
	if (!ret)
		ret = end_recording(v, err);
	if (!ret && v->failure)
		ret = err_set(err, v->failure, v->words.class, "%s", v->words.text);
	return ret;
}

int view_run(struct source *source, const struct view_options *o, struct err *err)
{
	struct viewer v;
	int ret = start(&v, source, o, err);

	if (!ret)
		ret = o->once ? run_once(&v, err) : run_screen(&v, err);
	stop(&v);
	return ret;
}
