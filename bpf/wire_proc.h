/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes: what they are, how they are born and end, what they hold.
 * The rules of wire.h hold here too; only it includes this file.
 */
#ifndef POOLTOP_WIRE_PROC_H
#define POOLTOP_WIRE_PROC_H

enum proc_how {
	PROC_FOUND = 1, /* was there when watching began */
	PROC_BORN = 2, /* its fork was seen */
};

enum proc_flags {
	PROC_TORCH = 1, /* it has loaded PyTorch */
	/* What its Python stack says that it works as; none of them: not known. */
	PROC_POOL = 2, /* a Pool's worker */
	PROC_EXECUTOR = 4,
	PROC_LOKY = 8,
	PROC_BILLIARD = 16,
	PROC_LOADER = 32, /* a DataLoader's */
	PROC_BARE = 64, /* a user's own multiprocessing.Process */
	PROC_SERVER = 128, /* a Manager's server: nobody's worker */
	PROC_ROLES = 254, /* all of these */
	/* It has loaded a library that computes with threads of its own. */
	PROC_OPENBLAS = 256,
	PROC_MKL = 512,
	PROC_OPENMP = 1024,
	PROC_THREADED = 1792, /* all of these */
	PROC_LIBRARIES = PROC_TORCH | PROC_THREADED,
	/* Of a Pool's worker that was there before, and what its Python stack says: */
	PROC_STAYS = 2048, /* it does any number of tasks: it has no maxtasksperchild */
	PROC_REPLACES = 4096, /* its pool's worker handler forked it: one before it had ended */
	PROC_CELERY = 8192, /* with PROC_BILLIARD: the pool is Celery's */
};

struct frame_proc {
	struct frame h;
	__u64 start_ns; /* of the process; its identity together with the pid */
	__u32 ppid;
	__u32 uid;
	__u32 threads;
	__u32 how; /* enum proc_how */
	__u32 cmd; /* text ids: command line, arguments joined by blanks */
	__u32 exe; /* executable's path */
	__u32 python; /* "3.11.7"; 0: not a Python process, or not known */
	__u32 cgroup;
	__u32 user;
	char comm[WIRE_COMM];
	__u32 quota_milli; /* thousandths of a core that its cgroup may use; 0: no limit known */
	__u32 flags; /* enum proc_flags */
	__u32 quota_cgroup; /* text id: folder of the cgroup whose quota that is; 0: none */
};

enum fork_flags { FORK_VFORK = 1 };

struct frame_fork { /* h.pid: the parent */
	struct frame h;
	__u32 child;
	__u32 tid; /* thread of the parent that forked */
	__u32 parent_threads; /* threads of the parent at that moment, 0: not known */
	__u32 flags;
	__u64 start_ns; /* of the child, as in frame_proc */
	char comm[WIRE_COMM];
};

struct frame_exec { /* a FRAME_PROC with the new command line follows soon */
	struct frame h;
	char comm[WIRE_COMM];
};

struct frame_exit {
	struct frame h;
	__u64 start_ns; /* of the process */
	__u32 status; /* as wait4 gives it: signal in the low 7 bits, 0x80 core dumped, code << 8 */
	__u32 state; /* enum worker_state it died in */
	__u64 state_ns[WORKER_STATES]; /* complete up to h.t_ns; all 0 if not known */
	__u32 known; /* bit per worker_state: that sum is measured and not merely 0 */
	__s32 syscall; /* it was blocked in when it died; -1: none or not known */
	__u64 syscall_ino; /* inode of the pipe that system call waited on, or 0 */
	__u64 cpu_ns; /* all its threads, in all its life as far as watched */
	__u64 rss_peak_bytes; /* 0: not known */
	__u32 flags; /* enum exit_flags */
	__u32 pad;
	__u64 gil_ns; /* as in frame_work */
};

enum exit_flags {
	EXIT_STATUS_UNKNOWN = 1, /* /proc mode: it is gone, that is all that is known */
	EXIT_GIL_KNOWN = 2, /* gil_ns is measured */
};

struct frame_signal { /* h.pid: the process it was sent to */
	struct frame h;
	__u32 sig;
	__s32 code; /* si_code; SI_KERNEL (0x80) and above: sent by the kernel */
	__u32 sender; /* process that sent it; 0: the kernel */
	__u32 uid;
	char comm[WIRE_COMM]; /* the sender's */
	__u32 sender_tid; /* its thread; 0: not known */
	__u32 pad;
};

struct frame_oom { /* h.pid: the victim */
	struct frame h;
	__u64 limit_bytes; /* of the cgroup that was full; 0: the machine was, or not known */
	__u64 rss_bytes; /* 0: not known */
	__u32 scope; /* text id: the cgroup's path, or "machine" */
	__u32 trigger; /* process whose allocation set it off */
};

enum departed_flags {
	/* Nobody has waited for it yet: it was the parent's child, and status is its own. */
	DEPARTED_CHILD = 1,
	/* The kernel's log tells of its end, and `parent` is a guess: name, and as far as the log
	 * has them user and cgroup, are those of that one's children. */
	DEPARTED_LOGGED = 2,
	DEPARTED_OOM = 4, /* the kernel killed it for want of memory */
	DEPARTED_THREAD = 8, /* h.pid is the number of its thread that crashed */
};

/* h.pid: it ended before watching began, and may have worked for `parent`. */
struct frame_departed {
	struct frame h;
	__u64 ended_ns; /* 0: not known */
	__u64 error_ns; /* ended_ns may be off by so much */
	__u64 start_ns; /* 0: not known */
	__u64 limit_bytes; /* as in frame_oom; so are the next two */
	__u64 rss_bytes;
	__u32 scope;
	__u32 parent;
	__u32 status; /* as wait4 gives it */
	__u32 flags; /* enum departed_flags */
	char comm[WIRE_COMM];
};

enum pipe_mode { PIPE_READ = 1, PIPE_WRITE = 2 }; /* a socketpair's end has both */

struct frame_pipe {
	struct frame h;
	__u64 ino;
	__s32 fd; /* -1: all of this process's ends were announced (h.t_ns: when they were read) */
	__u32 mode; /* bits of enum pipe_mode */
};

/* Not of the main thread, and not of those that its process's end takes along. */
struct frame_thread_exit {
	struct frame h;
	__u64 ino; /* pipe that it read its last whole message from */
	__u32 tid;
	__u32 pad;
};

#endif
