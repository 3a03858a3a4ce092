/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frames: everything that enters pooltop, dated. The same bytes travel from the watcher to
 * the viewer, into recordings and out of `record -o -`.
 *
 * This is the format of recordings, so it is append-only: kind numbers are explicit and never
 * used again, fields are only added at the end of a struct, and a reader takes a shorter frame
 * of an older writer (what is absent reads as 0) and cuts a longer one of a newer writer.
 * tests/wire holds every size and every offset fast.
 *
 * Byte order is the machine's (little-endian on everything pooltop runs on). Times (`t_ns` and
 * every `_ns` that is a point) are CLOCK_MONOTONIC nanoseconds, but for `wall_ns`. Text ids name
 * a FRAME_TEXT seen earlier; id 0 is "not known".
 */
#ifndef POOLTOP_WIRE_H
#define POOLTOP_WIRE_H

#include <linux/types.h>

#define WIRE_FORMAT 1
#define FRAME_MAX 65528 /* bytes, header included; a multiple of 8 */
#define WIRE_TEXT_MAX 4096 /* bytes of one FRAME_TEXT */
#define WIRE_COMM 16 /* TASK_COMM_LEN */

enum frame_kind {
	FRAME_SESSION = 1, /* first frame of every stream */
	FRAME_TICK = 2, /* time passes: rates and findings are judged on these alone */
	FRAME_LOST = 3, /* records that did not fit */
	FRAME_MISSING = 4, /* a feature this session does without */
	FRAME_TEXT = 5, /* a text and its id */
	FRAME_DONE = 6, /* the watcher ends; absent if it was killed */

	FRAME_PROC = 10, /* a watched process, as /proc shows it; sent again when that changed */
	FRAME_FORK = 11,
	FRAME_EXEC = 12,
	FRAME_EXIT = 13,
	FRAME_SIGNAL = 14,
	FRAME_OOM = 15,
	FRAME_PIPE = 16, /* a process holds an end of a pipe or socketpair */
	FRAME_THREAD_EXIT = 17, /* a thread that read messages is gone, its process lives on */

	FRAME_MSG = 20, /* one whole message written or read */
	FRAME_FAILURE = 21, /* the exception in a result; follows its FRAME_MSG */

	FRAME_WORK = 30, /* one worker's state and the sums of its states */
	FRAME_CORE = 31, /* one core's time for one pool */
	FRAME_CPU = 32, /* one core's time in all */
	FRAME_USAGE = 33, /* memory, threads: sampled */
	FRAME_SHARED = 34, /* memory that a program's processes share: sampled */

	FRAME_STACK = 40, /* one thread's stack; at its death before the FRAME_EXIT */
	FRAME_STDERR = 41, /* the last that a process wrote there; before its FRAME_EXIT */
	FRAME_WAIT = 44, /* what a thread waits in, of a process that does not move: sampled */

	FRAME_THREAD = 48, /* a thread as it was sampled; follows its FRAME_STACK if that is new */
	FRAME_TRACE = 52, /* a stack that was sampled, and its id */
	FRAME_SAMPLE = 53, /* what a thread was at on its core, by a clock */
	FRAME_STEP = 56, /* a process that starts has come so far */
	FRAME_THROTTLE = 58, /* how long a cgroup was kept from cores by its quota: sampled */
};

/* Starts every frame. size: bytes in all, header included, a multiple of 8. pid: the process
 * (thread group) it is about, 0 if none. */
struct frame {
	__u16 kind;
	__u16 size;
	__u32 pid;
	__u64 t_ns;
};

enum wire_mode { MODE_BPF = 1, MODE_PROC = 2 };

struct frame_session {
	struct frame h;
	__u32 format; /* WIRE_FORMAT of the writer */
	__u32 mode; /* enum wire_mode */
	__u32 cpus; /* cores of the machine that are online */
	__u32 interval_ms; /* between ticks */
	__u64 wall_ns; /* wall clock at h.t_ns */
	char version[16]; /* pooltop's, NUL-padded; not terminated if full (so all arrays here) */
	char host[64];
	char kernel[64];
	__u32 flags; /* enum session_flags */
	__u32 pad;
};

enum session_flags {
	SESSION_STEPS = 1, /* FRAME_STEP is told: who has none opened no module's file */
};

struct frame_tick {
	struct frame h;
	__u64 seq;
	__u64 wall_ns;
	__u64 self_cpu_ns; /* the watcher's own, since its start */
	__u64 self_rss_bytes;
	__u64 probe_ns; /* kernel time in BPF programs since the start, extrapolated */
	__u64 probe_runs;
	__u64 records; /* kept, since the start */
	__u64 lost; /* lost, since the start: seen = records + lost */
};

enum lost_where { LOST_RING = 1, LOST_STREAM = 2, LOST_TEXT = 3 };

struct frame_lost {
	struct frame h;
	__u64 count;
	__u64 from_ns; /* between these two times */
	__u64 to_ns;
	__u32 where; /* enum lost_where */
	__u32 pad;
};

struct frame_missing {
	struct frame h;
	__u32 feature; /* text ids */
	__u32 lost;
	__u32 fix;
	__u32 pad;
};

struct frame_text {
	struct frame h;
	__u32 id; /* 1.. ; the same id is only ever given the same text again */
	__u32 len; /* bytes of text, not terminated; then zeros up to h.size */
	char text[];
};

struct frame_done {
	struct frame h;
	__s32 status; /* 0, or -errno of what ended the watcher */
	__u32 pad;
};

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

/* A worker is in one of these; INTERFACE: the words of the report. */
enum worker_state {
	STATE_START = 0,
	STATE_WAIT = 1,
	STATE_UNPICKLE = 2,
	STATE_RUN = 3,
	STATE_PICKLE = 4,
	STATE_SEND = 5,
	STATE_IO = 6,
	STATE_LOCK = 7,
	STATE_RUNQ = 8,
	STATE_EXIT = 9,
	WORKER_STATES = 10,
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
};

enum exit_flags {
	EXIT_STATUS_UNKNOWN = 1, /* /proc mode: it is gone, that is all that is known */
};

struct frame_signal { /* h.pid: the process it was sent to */
	struct frame h;
	__u32 sig;
	__s32 code; /* si_code; SI_KERNEL (0x80) and above: sent by the kernel */
	__u32 sender; /* process that sent it; 0: the kernel */
	__u32 uid;
	char comm[WIRE_COMM]; /* the sender's */
};

struct frame_oom { /* h.pid: the victim */
	struct frame h;
	__u64 limit_bytes; /* of the cgroup that was full; 0: the machine was, or not known */
	__u64 rss_bytes; /* 0: not known */
	__u32 scope; /* text id: the cgroup's path, or "machine" */
	__u32 trigger; /* process whose allocation set it off */
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

enum msg_dir { MSG_READ = 1, MSG_WRITE = 2 };

/* What the first bytes of a message say that it is. Only the form: which queue it is on, and so
 * what it means, is for src/pool to say. */
enum msg_shape {
	SHAPE_UNKNOWN = 0,
	SHAPE_EMPTY = 1, /* no bytes: a wake-up */
	SHAPE_NONE = 2, /* None: a sentinel */
	SHAPE_INT =
		3, /* a bare int; job = its value (an executor's worker says goodbye: its pid) */
	SHAPE_POOL_TASK = 4, /* (job, chunk, function, args, kwds) */
	SHAPE_POOL_RESULT = 5, /* (job, chunk, (ok, value)) */
	SHAPE_CALL = 6, /* an executor's _CallItem; job = work id */
	SHAPE_RESULT = 7, /* an executor's _ResultItem; job = work id */
	SHAPE_BILLIARD_TASK = 8,
	SHAPE_BILLIARD_ACK = 9,
	SHAPE_BILLIARD_READY = 10,
	SHAPE_BILLIARD_DEATH = 11,
	SHAPE_BILLIARD_UP = 12,
	SHAPE_INDEX = 13, /* DataLoader: (index, [samples]) */
	SHAPE_DATA = 14, /* DataLoader: (index, batch) */
	SHAPE_OBJECT = 15, /* some other pickle: a user's own queue */
};

enum msg_flags {
	MSG_HAS_JOB = 1, /* job is known */
	MSG_HAS_CHUNK = 2, /* chunk is known */
	MSG_FAILED = 4, /* a result: an exception came back */
	MSG_CHUNKED = 8, /* a task: carries several items (map); a result: its value is a list */
	MSG_ITEMS = 16, /* items is known */
	MSG_ITEMS_ABOUT = 32, /* items is an estimate */
	MSG_LAST = 64, /* a result whose worker says that it will exit (max_tasks_per_child) */
	MSG_ENCODING = 128, /* a failure: the result could not be pickled (MaybeEncodingError) */
	MSG_LOKY = 256, /* an executor's item, and its class is loky's */
};

struct frame_msg { /* h.pid wrote or read it; h.t_ns: when its last system call ended */
	struct frame h;
	__u64 ino; /* of the pipe or socketpair */
	__u64 bytes; /* of the payload */
	__s64 job;
	__s32 chunk;
	__u32 tid;
	__u32 func; /* text id of the function's name */
	__u32 items;
	__u8 dir; /* enum msg_dir */
	__u8 shape; /* enum msg_shape */
	__u16 flags; /* enum msg_flags */
	__u32 blocked_us; /* the system calls took this long, in microseconds; 0: not known */
	/*
	 * Marks of a long message that is written: sums over short samples at some thirty places,
	 * counted from its beginning and from its end. Equal payloads with different small things
	 * behind or in front of them share one of the two. Salted anew in every session, so that
	 * nothing can be learnt from them but sameness. 0: a short message, or not known.
	 */
	__u64 head_mark;
	__u64 tail_mark;
};

struct frame_failure {
	struct frame h;
	__u64 ino;
	__s64 job;
	__s32 chunk;
	__u32 flags; /* enum msg_flags */
	__u16 exc_len; /* bytes of each in text[], one after another, none terminated */
	__u16 message_len;
	__u16 traceback_len;
	__u16 pad;
	char text[]; /* then zeros up to h.size */
};

enum work_flags {
	WORK_PRIVATE_FUTEX = 1, /* what it is blocked in can be ended by its own threads alone */
};

struct frame_work {
	struct frame h;
	__u64 start_ns; /* of the process */
	__u64 since_ns; /* it has been in `state` since then */
	__u64 state_ns[WORKER_STATES]; /* sums up to since_ns */
	__u32 known; /* bit per worker_state: that sum is measured */
	__u32 state;
	__u64 cpu_ns; /* on a core, all threads, as far as watched */
	__u64 syscall_ino; /* inode of the pipe it is blocked on, or 0 */
	__s32 syscall; /* number of the system call it is blocked in; -1: none */
	__u32 core; /* the core it last ran on */
	__u32 flags; /* enum work_flags */
	__u32 pad;
};

struct frame_core { /* h.pid: the pool's parent. Sums since watching began. */
	struct frame h;
	__u32 cpu;
	__u32 pad;
	__u64 workers_ns;
	__u64 parent_ns;
};

struct frame_cpu { /* Sums since watching began. */
	struct frame h;
	__u32 cpu;
	__u32 pad;
	__u64 busy_ns; /* all that is neither idle nor stolen */
	__u64 idle_ns;
	__u64 steal_ns;
};

struct frame_usage {
	struct frame h;
	__u64 start_ns; /* of the process */
	__u64 rss_bytes;
	__u64 rss_peak_bytes; /* 0: not known */
	__u64 shared_bytes; /* mapped, shared; no semaphores; 0: none or not known */
	__u64 cpu_ns; /* its whole life, as /proc counts it */
	__u32 threads;
	__u32 cpus; /* cores that it may run on; 0: not known */
};

enum stack_flags {
	STACK_AT_DEATH = 1, /* read in the dying thread; else sampled while it lived, at h.t_ns */
	STACK_CULPRIT = 2, /* its process's end began in this thread */
	STACK_NATIVE = 4, /* machine frames, and the Python frames where they stand among them */
	STACK_MORE = 8, /* there are more, further out */
	STACK_NO_THREAD = 16, /* the interpreter does not know this thread, or no more */
};

enum place_kind { PLACE_PYTHON = 1, PLACE_NATIVE = 2 };

/* One frame of a stack. */
struct stack_place {
	__u32 function; /* text ids */
	__u32 file; /* of Python; or the module, the file that the machine code is in */
	__u32 line; /* 0: not known */
	__u32 kind; /* enum place_kind */
	__u64 offset; /* of machine code in its module */
};

struct frame_stack {
	struct frame h;
	__u32 tid;
	__u32 flags; /* enum stack_flags */
	__u32 count; /* of places */
	__u32 walk_ns; /* the kernel's walk took so long; 0: not known */
	__u64 address; /* whose access was the fault; 0: none or not known */
	struct stack_place places[]; /* innermost first */
};

enum thread_flags {
	THREAD_ON_CPU = 1, /* it ran, or wanted to */
	THREAD_GIL_KNOWN = 2, /* of the GIL it is known that the thread ... */
	THREAD_GIL_HELD = 4,
	THREAD_GIL_WAITING = 8,
	THREAD_TORN = 16, /* it never stood still: no stack could be read this time */
};

/* At h.t_ns. Its newest sampled FRAME_STACK holds at this time too, but for THREAD_TORN. */
struct frame_thread {
	struct frame h;
	__u32 tid; /* 0: none of the process's threads has run since they were last told */
	__u32 flags; /* enum thread_flags */
	__s32 syscall; /* that it waited in; -1: none or not known */
	__u32 pad;
	char comm[WIRE_COMM];
};

/* What made a piece of shared memory. */
enum shared_kind {
	SHARED_NAMED = 0, /* in /dev/shm: multiprocessing.shared_memory, and others */
	SHARED_ARENA = 1, /* mp.Array, mp.Value */
	SHARED_MEMMAP = 2, /* joblib's memmaps of large arguments */
	SHARED_TORCH = 3, /* tensors */
	SHARED_ANONYMOUS = 4, /* mmap(-1) */
	SHARED_KINDS = 5,
};

enum shared_flags { SHARED_PARTIAL = 1 }; /* there is more: not all could be looked at */

/* h.pid: the program's first process. Of what two or more of its processes map, each inode once;
 * no semaphores. Sent when it changed. */
struct frame_shared {
	struct frame h;
	__u64 bytes; /* in all */
	__u32 regions; /* inodes */
	__u32 flags; /* enum shared_flags */
	__u64 kind_bytes[SHARED_KINDS]; /* by enum shared_kind; more may follow */
};

/* What a thread waits for. */
enum wait_for {
	WAIT_NONE = 0, /* nothing: it runs, or wants to */
	WAIT_READ = 1, /* bytes from object, the inode of a pipe or socket; 0: of something else */
	WAIT_WRITE = 2, /* room in object, likewise */
	WAIT_POLL = 3, /* something to happen to object, likewise; 0: to one of several */
	WAIT_LOCK = 4, /* a futex of its own process, at address object */
	WAIT_SEMAPHORE = 5, /* a futex that processes share; object: inode of the memory, 0: none */
	WAIT_CHILD = 6, /* the end of process object; 0: of any child */
	WAIT_TIME = 7, /* time to pass */
	WAIT_OTHER = 8, /* another system call */
};

enum wait_flags {
	WAIT_FIRST = 1, /* the first of this sample: all that was sampled before is over */
	WAIT_TIMED = 2, /* it ends by itself, in time */
	WAIT_ALONE = 4, /* it is the only thread of its process */
	WAIT_MOVED = 8, /* no thread: the process moves again */
};

/* One thread. All of a process are sent one after another, up to some bound, when one changed. */
struct frame_wait {
	struct frame h;
	__u64 start_ns; /* of the process */
	__u64 since_ns; /* it has been in this, and on no core, since then at least */
	__u64 object; /* by wait_for */
	__u32 tid;
	__s32 syscall; /* number; -1: none */
	__u32 wait_for; /* enum wait_for */
	__u32 flags; /* enum wait_flags */
	__u32 value; /* of a semaphore */
	__u32 threads; /* of the process */
	char comm[WIRE_COMM]; /* the thread's */
};

struct frame_stderr {
	struct frame h;
	__u32 len; /* bytes of text, not terminated; then zeros up to h.size */
	__u32 pad;
	char text[];
};

struct trace_place {
	__u32 function; /* text ids */
	__u32 file;
	__u32 line; /* of the innermost one; else 0, or not known */
	__u32 pad;
};

enum trace_flags {
	TRACE_MORE = 1, /* there are frames further out */
};

struct frame_trace {
	struct frame h;
	__u32 id; /* 1.. ; the same id is only ever given the same stack again */
	__u32 count; /* of places */
	__u32 flags; /* enum trace_flags */
	__u32 pad;
	struct trace_place places[]; /* innermost first */
};

/* What code is at, by the functions on its stack. */
enum sample_class {
	CLASS_OTHER = 0, /* none of these: the pool's own code; in a parent, the program's */
	CLASS_TASK = 1, /* a task's own code */
	CLASS_UNPICKLE = 2, /* bytes of a message become objects */
	CLASS_PICKLE = 3, /* objects become bytes of a message */
	CLASS_SEND = 4, /* bytes go into a pipe */
	CLASS_RECEIVE = 5, /* bytes come out of a pipe */
	CLASS_IMPORT = 6, /* modules are imported, and no task is in hand */
	SAMPLE_CLASSES = 7,
};

enum sampled_flags {
	SAMPLED_MAIN = 1, /* its process's main thread */
	SAMPLED_HAND = 2, /* its process had a task in hand */
};

struct frame_sample {
	struct frame h;
	__u64 ns; /* of time on a core that it stands for */
	__u32 tid;
	__u32 trace; /* id of a FRAME_TRACE; 0: it runs no Python, or too many stacks are known */
	__u32 core;
	__u16 flags; /* enum sampled_flags */
	__u8 class; /* enum sample_class */
	__u8 pad;
};

/* Steps that are seen as they happen, and, from STEP_IN_MODULE on, what a process was seen in
 * when it was looked at because it had done nothing that shows for a while. */
enum step_what {
	STEP_MODULE = 1, /* it opened a module's file */
	STEP_MAIN = 2, /* ... its parent's main module, to run it again */
	STEP_DATA = 3, /* it has read the first of what its parent prepared for it */
	STEP_LOCK = 4, /* it opened a semaphore of multiprocessing: a part of its Process object */
	STEP_IN_MODULE = 5, /* it runs a module's top level */
	STEP_IN_MAIN = 6,
	STEP_IN_INITIALIZER = 7, /* the pool's, which name is the name of */
	STEP_IN_OTHER = 8, /* none of these */
};

enum step_origin {
	ORIGIN_UNKNOWN = 0,
	ORIGIN_PYTHON = 1, /* the standard library */
	ORIGIN_INSTALLED = 2, /* site-packages */
	ORIGIN_OWN = 3, /* anywhere else: the user's own, most often */
};

struct frame_step {
	struct frame h;
	__u32 what; /* enum step_what */
	__u32 name; /* text id: of the module, dotted; 0: none, or not known */
	__u32 origin; /* enum step_origin */
	__u32 pad;
};

/* Sums since the cgroup was made (cpu.stat); only what has changed is sent. h.pid: of one of those
 * in it. */
struct frame_throttle {
	struct frame h;
	__u64 throttled_ns; /* of all its cores' run queues together */
	__u64 periods; /* of the quota, in which it had something to do */
	__u64 throttled; /* of them: in which it was kept waiting */
	__u32 cgroup; /* text id, as in frame_proc */
	__u32 pad;
};

#endif
