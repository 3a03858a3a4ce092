/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/calls.h"

#include <stdio.h>
#include <sys/syscall.h>

/* Those that may last. What some machines do not have is at the end. */
static const struct {
	int nr;
	const char *name;
} names[] = {
	{SYS_accept, "accept"},
	{SYS_accept4, "accept4"},
	{SYS_clock_nanosleep, "clock_nanosleep"},
	{SYS_connect, "connect"},
	{SYS_epoll_pwait, "epoll_pwait"},
	{SYS_fcntl, "fcntl"},
	{SYS_fdatasync, "fdatasync"},
	{SYS_flock, "flock"},
	{SYS_fsync, "fsync"},
	{SYS_futex, "futex"},
	{SYS_io_getevents, "io_getevents"},
	{SYS_io_uring_enter, "io_uring_enter"},
	{SYS_ioctl, "ioctl"},
	{SYS_msgrcv, "msgrcv"},
	{SYS_msgsnd, "msgsnd"},
	{SYS_nanosleep, "nanosleep"},
	{SYS_openat, "openat"},
	{SYS_ppoll, "ppoll"},
	{SYS_pread64, "pread64"},
	{SYS_pselect6, "pselect6"},
	{SYS_pwrite64, "pwrite64"},
	{SYS_read, "read"},
	{SYS_readv, "readv"},
	{SYS_recvfrom, "recvfrom"},
	{SYS_recvmsg, "recvmsg"},
	{SYS_rt_sigsuspend, "rt_sigsuspend"},
	{SYS_rt_sigtimedwait, "rt_sigtimedwait"},
	{SYS_semop, "semop"},
	{SYS_semtimedop, "semtimedop"},
	{SYS_sendfile, "sendfile"},
	{SYS_sendmsg, "sendmsg"},
	{SYS_sendto, "sendto"},
	{SYS_splice, "splice"},
	{SYS_wait4, "wait4"},
	{SYS_waitid, "waitid"},
	{SYS_write, "write"},
	{SYS_writev, "writev"},
#ifdef SYS_epoll_wait
	{SYS_epoll_wait, "epoll_wait"},
	{SYS_open, "open"},
	{SYS_pause, "pause"},
	{SYS_poll, "poll"},
	{SYS_select, "select"},
#endif
};

const char *call_name(int nr, char buf[static CALL_NAME])
{
	if (nr < 0)
		return NULL;
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].nr == nr)
			return names[i].name;
	snprintf(buf, CALL_NAME, "system call %d", nr);
	return buf;
}
