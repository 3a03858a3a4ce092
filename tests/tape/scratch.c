/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/tape/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tape/tape_reader.h"

int scratch_setup(void **state)
{
	static struct scratch s;

	snprintf(s.folder, sizeof(s.folder), "%s/pooltop-tape-XXXXXX",
		access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(s.folder))
		return -1;
	snprintf(s.path, sizeof(s.path), "%s/recording", s.folder);
	*state = &s;
	return 0;
}

int scratch_teardown(void **state)
{
	const struct scratch *s = *state;
	DIR *dir = opendir(s->folder);
	struct dirent *entry;

	if (!dir)
		return -1;
	chmod(s->folder, 0700);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' && unlinkat(dirfd(dir), entry->d_name, 0) < 0)
			unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	closedir(dir);
	return rmdir(s->folder);
}

void scratch_record(const struct scratch *s, const struct buf *frames, const struct tape_opts *opts)
{
	struct err err = {0};
	struct tape_writer *w = tape_writer_new(s->path, opts, &err);
	const struct frame *f;
	size_t at = 0;

	if (!w)
		fail_msg("%s", err.text);
	while ((f = synth_next(frames, &at))) {
		assert_int_equal(tape_put(w, f), 0);
		if (tape_tick(w, f->t_ns, &err) < 0)
			fail_msg("%s", err.text);
		if (opts && f->kind == FRAME_TICK)
			usleep(1500); /* trimming sees what was written before */
	}
	assert_int_equal(tape_lost(w), 0);
	if (tape_writer_close(w, &err) < 0)
		fail_msg("%s", err.text);
}

void scratch_frames(struct buf *frames)
{
	struct synth s = {
		.seed = 1, .tasks_per_s = 10, .run_ns = 2000000, .workers = 2, .seconds = 3};

	synth_pool(frames, &s);
	synth_done(frames, SYNTH_START_NS + UINT64_C(4000000000));
}

size_t scratch_compare(struct source *source, const struct buf *frames, int flags)
{
	const struct frame *got, *want;
	struct err err = {0};
	size_t count = 0, at = 0;
	int ret;

	while ((ret = source_next(source, &got, &err)) == SOURCE_FRAME) {
		want = synth_next(frames, &at);
		if (!want || want->size != got->size || memcmp(want, got, want->size))
			fail_msg("frame %zu is another", count);
		count++;
	}
	if (ret < 0 && (!(flags & SCRATCH_DAMAGED) || err.class != ERR_RECORDING))
		fail_msg("after %zu frames: %s", count, err.text);
	if (ret == SOURCE_END && at < frames->len && !(flags & SCRATCH_PART))
		fail_msg("only %zu frames came", count);
	if (ret == SOURCE_LATER)
		fail_msg("nothing more now, after %zu frames", count);
	return count;
}

size_t scratch_expect(const struct scratch *s, const struct buf *frames, int flags)
{
	struct err err = {0};
	struct source *source;
	size_t count;

	if (tape_open(s->path, false, &source, &err) < 0) {
		if (!(flags & SCRATCH_DAMAGED) || err.class != ERR_RECORDING)
			fail_msg("%s", err.text);
		return 0;
	}
	count = scratch_compare(source, frames, flags);
	source_free(source);
	return count;
}

void scratch_load(const char *path, struct buf *bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	assert_int_equal(buf_reserve(bytes, (size_t)st.st_size), 0);
	assert_int_equal(read(fd, bytes->data, (size_t)st.st_size), st.st_size);
	bytes->len = (size_t)st.st_size;
	close(fd);
}

void scratch_save(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

int scratch_child(int (*fn)(struct scratch *s), struct scratch *s)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		setenv("CMOCKA_TEST_ABORT", "1", 1);
		status = fn(s);
		/* What it mounted may have spread out of its namespace: see scratch_mount(). */
		umount2(s->folder, MNT_DETACH);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		fail_msg("the child died of signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

bool scratch_mount(const struct scratch *s, const char *options)
{
	if (unshare(CLONE_NEWNS) < 0)
		return false;
	/* Where the root is no mount of its own (chroot), this fails, and is not needed. */
	mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return mount("tmpfs", s->folder, "tmpfs", 0, options) == 0;
}

bool scratch_remount_read_only(const struct scratch *s)
{
	return mount("none", s->folder, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0;
}
