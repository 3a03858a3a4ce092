/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A signal handler is told nothing but the signal. What it needs lies at the low end of the stack
 * that it runs on, and where that is, the kernel tells it.
 */
#include "app/crash.h"

#include <signal.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>

#include "ui/term.h"

enum { RESCUE = 256, STACK = 65536 };

static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};

enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

struct crash {
	int fd;
	struct termios before;
	char bytes[RESCUE];
	size_t len;
	struct sigaction actions[SIGNALS]; /* as they were */
	stack_t stack; /* as it was */
	char room[STACK]; /* for the handler; grows down, away from what is above */
};

/* write() may fail: there is nobody left to tell. */
void crash_put_right(const struct crash *c)
{
	ssize_t n = write(c->fd, c->bytes, c->len);

	(void)n;
	tcsetattr(c->fd, TCSANOW, &c->before);
}

static void on_crash(int sig, siginfo_t *info, void *context)
{
	const ucontext_t *u = context;

	(void)info;
	crash_put_right(u->uc_stack.ss_sp);
	raise(sig); /* the action has been reset */
}

struct crash *crash_watch(int fd, const struct termios *before, const struct term *term)
{
	struct crash *c = calloc(1, sizeof(*c));
	stack_t stack = {.ss_sp = c, .ss_size = sizeof(*c)};
	struct sigaction action = {
		.sa_sigaction = on_crash,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND | SA_NODEFER,
	};

	if (!c)
		return NULL;
	c->fd = fd;
	c->before = *before;
	c->len = term_rescue(term, c->bytes, sizeof(c->bytes));
	if (sigaltstack(&stack, &c->stack)) {
		free(c);
		return NULL;
	}
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &action, &c->actions[i]);
	return c;
}

void crash_unwatch(struct crash *c)
{
	if (!c)
		return;
	for (int i = 0; i < SIGNALS; i++)
		sigaction(signals[i], &c->actions[i], NULL);
	sigaltstack(&c->stack, NULL);
	free(c);
}
