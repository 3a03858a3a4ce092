/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/crash.h"
#include "app/term_entry.h"
#include "base/buf.h"
#include "base/text.h"
#include "ui/term.h"

#define TERM_LIKE "xterm-256color" /* which TERM_ENTRY describes */

enum {
	CLOSE_MS = 300, /* for the terminal to take the last bytes */
	PIECE = 4096,
};

struct terminal {
	int fd;
	struct termios before;
	struct term *term;
	struct buf pending; /* not yet taken */
	uint64_t written;
	struct crash *crash;
};

/* A description of its own: O_NONBLOCK on the shell's would be the shell's trouble. */
static int open_tty(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 && isatty(STDOUT_FILENO))
		fd = open("/proc/self/fd/1", O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd;
}

/* Keys come one by one, and none of them is a signal: what ^C ends is for the viewer to say. */
static void take_over(const struct terminal *t)
{
	struct termios raw = t->before;

	cfmakeraw(&raw);
	tcsetattr(t->fd, TCSANOW, &raw);
}

static void give_back(const struct terminal *t)
{
	tcsetattr(t->fd, TCSANOW, &t->before);
}

/* A type that this machine has never heard of (ssh brings it along) is painted on as xterm: nearly
 * all that are newer than their machine's list understand it. */
static int open_screen(struct terminal *t, bool no_color, struct err *err)
{
	const char *type = getenv("TERM");
	int ret = term_open(t->fd, no_color, &t->term, err);
	char clean[40];

	if (ret != -ENOENT || !type || !type[0])
		return ret;
	text_clean(clean, sizeof(clean), type, strlen(type), 0);
	dprintf(t->fd, "pooltop: no description of TERM=%s here: painting as for %s\r\n", clean,
		TERM_LIKE);
	if (setenv("TERM", TERM_LIKE, 1))
		return ret;
	ret = term_open(t->fd, no_color, &t->term, err);
	if (ret == -ENOENT && !setenv("TERMINFO", TERM_ENTRY, 1))
		ret = term_open(t->fd, no_color, &t->term, err);
	return ret;
}

static int start(struct terminal *t, bool no_color, struct err *err)
{
	int ret;

	t->fd = open_tty();
	if (t->fd < 0 || tcgetattr(t->fd, &t->before))
		return err_set(err, -ENOTTY, ERR_FAILED,
			"there is no terminal for the dashboard: use --once, or `pooltop report`");
	ret = open_screen(t, no_color, err);
	if (ret)
		return ret;
	t->crash = crash_watch(t->fd, &t->before, t->term);
	take_over(t);
	return 0;
}

int terminal_open(bool no_color, struct terminal **ret_terminal, struct err *err)
{
	struct terminal *t = calloc(1, sizeof(*t));
	int ret;

	if (!t)
		return err_set(err, -ENOMEM, ERR_FAILED, "not enough memory for a screen");
	t->fd = -1;
	ret = start(t, no_color, err);
	if (ret) {
		terminal_close(t);
		return ret;
	}
	*ret_terminal = t;
	return 0;
}

/* Writes for a while, then gives the rest up. */
static void drain(struct terminal *t)
{
	struct pollfd p = {.fd = t->fd, .events = POLLOUT};

	for (int waited = 0; t->pending.len && waited < CLOSE_MS; waited += 20) {
		if (terminal_flush(t))
			return;
		if (t->pending.len && poll(&p, 1, 20) < 0)
			return;
	}
	if (!t->pending.len)
		return;
	/* Nobody reads: what is queued would only hold up what puts the terminal right. */
	tcflush(t->fd, TCOFLUSH);
	buf_drop(&t->pending, t->pending.len);
	if (t->crash)
		crash_put_right(t->crash);
}

void terminal_close(struct terminal *t)
{
	if (!t)
		return;
	if (t->term) {
		term_leave(t->term, &t->pending);
		drain(t);
		give_back(t);
	}
	crash_unwatch(t->crash);
	term_close(t->term, NULL);
	if (t->fd >= 0)
		close(t->fd);
	buf_release(&t->pending);
	free(t);
}

int terminal_fd(const struct terminal *t)
{
	return t->fd;
}

short terminal_events(const struct terminal *t)
{
	return t->pending.len ? POLLIN | POLLOUT : POLLIN;
}

int terminal_flush(struct terminal *t)
{
	while (t->pending.len) {
		size_t piece = t->pending.len < PIECE ? t->pending.len : PIECE;
		ssize_t n = write(t->fd, t->pending.data, piece);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n <= 0)
			return -EIO;
		t->written += (uint64_t)n;
		buf_drop(&t->pending, (size_t)n);
	}
	return 0;
}

bool terminal_paint(struct terminal *t, const struct grid *g)
{
	if (t->pending.len)
		return false;
	term_paint(t->term, g, &t->pending);
	terminal_flush(t);
	return true;
}

/* A terminal that is gone is readable for ever, and has nothing to read. */
static bool is_gone(const struct terminal *t)
{
	struct pollfd p = {.fd = t->fd, .events = POLLIN};
	int bytes = 0;

	if (poll(&p, 1, 0) <= 0)
		return false;
	if (p.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	return ioctl(t->fd, FIONREAD, &bytes) || !bytes;
}

int terminal_key(struct terminal *t, uint32_t *ret_key, int *ret_row, int *ret_col)
{
	if (term_key(t->term, ret_key, ret_row, ret_col))
		return 1;
	return is_gone(t) ? -EIO : 0;
}

void terminal_size(struct terminal *t, int *ret_columns, int *ret_rows)
{
	struct winsize size;

	if (!ioctl(t->fd, TIOCGWINSZ, &size))
		term_resize(t->term, size.ws_col, size.ws_row);
	term_size(t->term, ret_columns, ret_rows);
}

void terminal_redraw(struct terminal *t)
{
	term_redraw(t->term);
}

void terminal_suspend(struct terminal *t)
{
	sigset_t stop, before;

	term_leave(t->term, &t->pending);
	drain(t);
	give_back(t);
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	kill(0, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, &before); /* here it stops */
	sigprocmask(SIG_SETMASK, &before, NULL);
	terminal_resume(t);
}

void terminal_resume(struct terminal *t)
{
	take_over(t);
	term_redraw(t->term);
}

uint64_t terminal_written(const struct terminal *t)
{
	return t->written;
}

const struct glyphs *terminal_glyphs(const struct terminal *t)
{
	return term_glyphs(t->term);
}
