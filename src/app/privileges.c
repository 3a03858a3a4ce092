/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static unsigned int number_from(const char *name)
{
	const char *text = getenv(name);
	char *end;
	unsigned long v = text ? strtoul(text, &end, 10) : 0;

	return text && text[0] && !*end && v < 0xfffffffful ? v : 0;
}

static int become(uid_t uid, gid_t gid, struct err *err)
{
	int ret;

	if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid) ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		ret = -errno;
		return err_set(err, ret, ERR_FAILED, "cannot give up root: %s", strerror(-ret));
	}
	if (!setuid(0))
		return err_set(err, -EPERM, ERR_FAILED, "cannot give up root: it came back");
	return 0;
}

int privileges_drop(struct err *err)
{
	const struct passwd *nobody;
	uid_t uid = number_from("SUDO_UID");
	gid_t gid = number_from("SUDO_GID");

	if (geteuid())
		return 0;
	if (!uid || !gid) {
		nobody = getpwnam("nobody");
		uid = nobody ? nobody->pw_uid : NOBODY;
		gid = nobody ? nobody->pw_gid : NOBODY;
	}
	return become(uid, gid, err);
}

int privileges_return(struct err *err)
{
	uid_t uid = number_from("SUDO_UID");
	gid_t gid = number_from("SUDO_GID");

	return geteuid() || !uid || !gid ? 0 : become(uid, gid, err);
}
