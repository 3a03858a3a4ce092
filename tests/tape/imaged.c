/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `imaged copy FROM TO EVERY` copies a recording into one with an image after so many frames.
 * `imaged try FILE` tries each of them, and takes it away: from it to the end the report must be
 * that of all frames. Prints how many there were. For tests/live/images_test.py.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/report.h"
#include "session/session.h"
#include "tape/tape_reader.h"
#include "tape/tape_writer.h"

static void die(const char *what, const struct err *err)
{
	fprintf(stderr, "imaged: %s%s%s\n", what, err ? ": " : "", err ? err->text : "");
	exit(1);
}

static char *report(const struct model *m)
{
	char *text;
	size_t len;

	if (report_json(m, &text, &len))
		die("out of memory", NULL);
	return text;
}

/* Feeds what is left; into a tape too, unless that is NULL. */
static void feed(struct source *source, struct session *s, struct tape_writer *to)
{
	const struct frame *f;
	struct err err = {0};
	int next;

	while ((next = source_next(source, &f, &err)) == SOURCE_FRAME) {
		if (session_feed(s, f))
			die("out of memory", NULL);
		if (!to)
			continue;
		if (tape_put(to, f) || tape_tick(to, f->t_ns, &err))
			die("the copy cannot be written", &err);
		tape_image(to, &s->model, false);
	}
	if (next < 0)
		die("cannot be read", &err);
}

static void copy(const char *from, const char *to, uint32_t every)
{
	struct tape_opts opts = {.replace = true, .image_every = every};
	struct err err = {0};
	struct tape_writer *w = tape_writer_new(to, &opts, &err);
	struct source *source;
	struct session s;

	if (!w || tape_open(from, false, &source, &err) || session_init(&s))
		die("cannot be opened", &err);
	feed(source, &s, w);
	tape_image(w, &s.model, true);
	if (tape_lost(w) || tape_writer_close(w, &err))
		die("the copy is not whole", &err);
	source_free(source);
	session_release(&s);
}

/* What the recording says, from its newest image on if it is to be by one. NULL: there is none. */
static char *report_of(const char *path, bool by_image)
{
	struct tape_reach newest = {.before_ns = UINT64_MAX};
	struct err err = {0};
	struct source *source;
	struct session s;
	char *text = NULL;

	if (tape_open(path, false, &source, &err))
		die("cannot be opened", &err);
	if (by_image ? !tape_seek(source, newest, &s.model) : !session_init(&s)) {
		feed(source, &s, NULL);
		text = report(&s.model);
		session_release(&s);
	}
	source_free(source);
	return text;
}

static void drop_newest(const char *path)
{
	sqlite3 *db;

	if (sqlite3_open(path, &db) ||
		sqlite3_exec(db, "DELETE FROM image WHERE id=(SELECT max(id) FROM image)", NULL,
			NULL, NULL))
		die("cannot be changed", NULL);
	sqlite3_close(db);
}

static unsigned int try_all(const char *path)
{
	char *want = report_of(path, false), *got;
	unsigned int images = 0;

	while ((got = report_of(path, true))) {
		if (strcmp(got, want) != 0) {
			fprintf(stderr, "by image %u from the end it is\n%s\nnot\n%s\n", images + 1,
				got, want);
			exit(1);
		}
		free(got);
		drop_newest(path);
		images++;
	}
	free(want);
	return images;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "copy"))
		copy(argv[2], argv[3], (uint32_t)atoi(argv[4]));
	else if (argc == 3 && !strcmp(argv[1], "try"))
		printf("%u\n", try_all(argv[2]));
	else
		die("give copy FROM TO EVERY, or try FILE", NULL);
	return 0;
}
