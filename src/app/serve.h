/* SPDX-License-Identifier: GPL-2.0-only */
/* The model over HTTP, for Prometheus and its like: GET /metrics. */
#ifndef POOLTOP_SERVE_H
#define POOLTOP_SERVE_H

#include "base/err.h"
#include "session/source.h"

enum {
	SERVE_PORT = 9464, /* of exporters of this sort */
	SERVE_ADDRESS = 64, /* bytes that hold any address and port */
};

struct serve {
	int fd; /* listens; the caller's to close */
	char address[SERVE_ADDRESS]; /* as a URL has it */
};

/*
 * Listens on "127.0.0.1:9464" or "[::1]:9464"; NULL: on 127.0.0.1; without a port: on SERVE_PORT.
 * 0 or -errno with *err worded.
 */
int serve_listen(const char *address, struct serve *ret_serve, struct err *err);

/*
 * Folds the source's frames and answers, until the source ends or a signal (SIGINT, SIGTERM,
 * SIGHUP) says so. Bytes from clients are bounded in number and time. serve: a struct serve. 0 or
 * -errno with *err worded.
 */
int serve_run(void *serve, struct source *source, struct err *err);

#endif
