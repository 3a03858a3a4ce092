/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/ends.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf/ring.h"
#include "live/maps.h"

enum { PORTION = 1536 }; /* bytes of a folder's entries at a time: some 64 descriptors */

/* Of the link `name` in that folder. Only the link is read: a file on a server that is gone would
 * hang who looks at it. */
static uint64_t link_ino(int folder, const char *name, bool *ret_socket)
{
	static const char *const forms[] = {"pipe:[", "socket:["};
	char link[64];
	ssize_t len = readlinkat(folder, name, link, sizeof(link) - 1);

	if (len <= 0)
		return 0;
	link[len] = '\0';
	for (int i = 0; i < 2; i++) {
		size_t skip = strlen(forms[i]);

		if (strncmp(link, forms[i], skip))
			continue;
		*ret_socket = i == 1;
		return strtoull(link + skip, NULL, 10);
	}
	return 0;
}

/* The first bytes of a small file, terminated; their number or -errno. */
static ssize_t slurp(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		n = -errno;
	else
		buf[n] = '\0';
	close(fd);
	return n;
}

/* The link's own mode tells how the file is open (fs/proc/fd.c, tid_fd_update_inode()). */
static uint32_t fd_mode(int folder, const char *name)
{
	struct stat link;

	if (fstatat(folder, name, &link, AT_SYMLINK_NOFOLLOW))
		return 0;
	return (link.st_mode & S_IRUSR ? PIPE_READ : 0) | (link.st_mode & S_IWUSR ? PIPE_WRITE : 0);
}

uint64_t ends_ino(uint32_t pid, int fd)
{
	char path[64];
	bool is_socket;

	snprintf(path, sizeof(path), "/proc/%u/fd/%d", pid, fd);
	return link_ino(AT_FDCWD, path, &is_socket);
}

/* It is on its way out: one after another its files are closed, so that what it still has open
 * tells nothing of what it had. PF_EXITING, 0x4 in the flags of /proc/PID/stat, is set before the
 * first is (kernel/exit.c, do_exit()). */
static bool is_exiting(uint32_t pid)
{
	char path[64], text[512];
	const char *name_end;
	unsigned int flags;

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	if (slurp(path, text, sizeof(text)) <= 0)
		return true;
	name_end = strrchr(text, ')');
	return !name_end || sscanf(name_end + 1, " %*c %*d %*d %*d %*d %*d %u", &flags) != 1 ||
	       flags & 0x4;
}

/* False: it is no pipe or socket, or was closed just now. */
static bool read_end(int folder, const char *name, struct fd_end *ret)
{
	struct fd_end end = {.fd = atoi(name)};
	bool is_socket = false;

	if (name[0] < '0' || name[0] > '9')
		return false;
	end.ino = link_ino(folder, name, &is_socket);
	if (!end.ino)
		return false;
	end.mode = is_socket ? PIPE_READ | PIPE_WRITE : fd_mode(folder, name);
	if (end.mode)
		*ret = end;
	return end.mode;
}

/* In small portions: the kernel makes an inode of each entry that it lists (fs/proc/base.c,
 * proc_fill_cache()), and a worker of many has inherited thousands. */
int ends_read(uint32_t pid, struct fd_end *ends, uint32_t max, uint32_t *ret_count)
{
	_Alignas(struct dirent64) char space[PORTION];
	uint32_t count = 0;
	char path[64];
	ssize_t len = 0;
	int folder;

	snprintf(path, sizeof(path), "/proc/%u/fd", pid);
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	while (count < max && (len = syscall(SYS_getdents64, folder, space, sizeof(space))) > 0) {
		const struct dirent64 *entry;

		for (ssize_t at = 0; at < len && count < max; at += entry->d_reclen) {
			entry = (const struct dirent64 *)(space + at);
			count += read_end(folder, entry->d_name, &ends[count]);
		}
	}
	close(folder);
	if (is_exiting(pid))
		return -ESRCH;
	*ret_count = count;
	return 0;
}

uint32_t maps_find(uint32_t pid, const struct mapped_name *names, uint32_t count)
{
	char path[64], line[4400]; /* a path, and what is in front of it */
	char space[MAPS_SPACE];
	uint32_t found = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	f = fopen(path, "re");
	if (f)
		setvbuf(f, space, _IOFBF, sizeof(space));
	while (f && fgets(line, sizeof(line), f))
		for (uint32_t i = 0; i < count; i++)
			if (strstr(line, names[i].part))
				found |= names[i].flag;
	if (f)
		fclose(f);
	return found;
}

bool syscall_read(uint32_t pid, struct in_syscall *ret_call)
{
	struct in_syscall call = {.nr = -1};
	char path[64], text[256];
	unsigned long long a, b, c;

	snprintf(path, sizeof(path), "/proc/%u/syscall", pid);
	if (slurp(path, text, sizeof(text)) <= 0)
		return false;
	if (sscanf(text, "%d %llx %llx %llx", &call.nr, &a, &b, &c) == 4) {
		call.arg[0] = a;
		call.arg[1] = b;
		call.arg[2] = c;
	} else {
		call.nr = -1; /* "running", or "-1 ..." */
	}
	*ret_call = call;
	return true;
}

bool syscall_is_task_wait(const struct in_syscall *call)
{
	if (call->nr == SYS_read)
		return call->arg[2] == 4;
	if (call->nr == SYS_POLL)
		return call->arg[1] == 1;
	return call->nr == SYS_futex && !(call->arg[1] & 128) && !(call->arg[0] & 4095);
}
