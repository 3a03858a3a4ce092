/* SPDX-License-Identifier: GPL-2.0-only */
/* What the viewer writes into files. It has given up root by then: they are the caller's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/viewer.h"
#include "ui/dump.h"
#include "ui/page.h"

enum { TRIES = 100 }; /* names of one second */

/* A new file, never one that is there: here, or where everybody may write, since root that was not
 * called by sudo is nobody by now. -1 with errno. */
static int make_file(const char *what, const char *ending, char *path, size_t size)
{
	static const char *const folders[] = {"", "/tmp/"};
	time_t now = time(NULL);
	char stamp[16], number[16] = "";
	struct tm tm;
	int fd = -1;

	localtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%H%M%S", &tm);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && fd < 0; i++) {
		for (int n = 0; n < TRIES && fd < 0; n++) {
			if (n)
				snprintf(number, sizeof(number), "-%d", n);
			snprintf(path, size, "%spooltop-%s%s%s%s", folders[i], what, stamp, number,
				ending);
			fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
			if (fd < 0 && errno != EEXIST)
				break;
		}
		number[0] = '\0';
	}
	return fd;
}

static void keep(struct viewer *v, const char *what, const struct buf *text)
{
	char path[96];
	int fd = make_file(what, ".txt", path, sizeof(path));
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool written = f && fwrite(text->data, 1, text->len, f) == text->len;

	if (f && fclose(f))
		written = false;
	if (written)
		ui_say(&v->ui, "written to %s", path);
	else
		ui_say(&v->ui, "cannot write %s: %s", path, strerror(errno));
}

void viewer_write_screen(struct viewer *v)
{
	struct buf text = {0};

	if (dump_grid(&v->grid, &text))
		ui_say(&v->ui, "out of memory");
	else
		keep(v, "", &text);
	buf_release(&text);
}

void viewer_write_page(struct viewer *v)
{
	struct page_text page;
	char what[40];
	int ret = page_text(viewer_model(v), &v->ui, v->grid.glyphs, &page);

	if (ret) {
		ui_say(&v->ui, ret == -ENOENT ? "nothing is selected here that has a page"
					      : "out of memory");
		return;
	}
	snprintf(what, sizeof(what), "%s-", page.view);
	keep(v, what, &page.text);
	buf_release(&page.text);
}
