/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <unistd.h>

#include "app/apart.h"
#include "app/commands.h"
#include "app/serve.h"

int cmd_serve(const struct options *o, struct err *err)
{
	struct targets targets;
	struct watcher w = {.o = o, .targets = &targets, .output_fd = -1, .stream_fd = -1};
	struct serve serve;
	const struct reader_side reader = {.run = serve_run, .arg = &serve};
	int ret = targets_read(o, &targets, err);

	/* Before rights are given up: the port may take some. */
	if (!ret)
		ret = serve_listen(o->listen, &serve, err);
	if (ret)
		return ret;
	fprintf(stderr, "pooltop: serving http://%s/metrics\n", serve.address);
	ret = apart_run(&w, &reader, err);
	close(serve.fd);
	return ret;
}
