/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the static binary has instead of libraries that are loaded at run time.
 *
 * Names of users: the C library would load modules as /etc/nsswitch.conf says, of a version that
 * is not its own. It reads /etc/passwd and /etc/group alone (__nss_configure_lookup: nss.h).
 *
 * libsystemd: libproc2 asks it for fields that are never asked for here, and it is not to be had
 * as a static library. Its calls (sd-login.h of systemd 252) say that there is no systemd.
 */
#include <errno.h>
#include <nss.h>
#include <sys/types.h>

int sd_pid_get_machine_name(pid_t pid, char **ret);
int sd_pid_get_owner_uid(pid_t pid, uid_t *ret);
int sd_pid_get_session(pid_t pid, char **ret);
int sd_pid_get_slice(pid_t pid, char **ret);
int sd_pid_get_unit(pid_t pid, char **ret);
int sd_pid_get_user_unit(pid_t pid, char **ret);
int sd_session_get_seat(const char *session, char **ret);

__attribute__((constructor)) static void use_files(void)
{
	__nss_configure_lookup("passwd", "files");
	__nss_configure_lookup("group", "files");
}

int sd_pid_get_machine_name(pid_t pid, char **ret)
{
	(void)pid;
	(void)ret;
	return -ENOSYS;
}

int sd_pid_get_owner_uid(pid_t pid, uid_t *ret)
{
	(void)pid;
	(void)ret;
	return -ENOSYS;
}

int sd_pid_get_session(pid_t pid, char **ret)
{
	return sd_pid_get_machine_name(pid, ret);
}

int sd_pid_get_slice(pid_t pid, char **ret)
{
	return sd_pid_get_machine_name(pid, ret);
}

int sd_pid_get_unit(pid_t pid, char **ret)
{
	return sd_pid_get_machine_name(pid, ret);
}

int sd_pid_get_user_unit(pid_t pid, char **ret)
{
	return sd_pid_get_machine_name(pid, ret);
}

int sd_session_get_seat(const char *session, char **ret)
{
	(void)session;
	(void)ret;
	return -ENOSYS;
}
