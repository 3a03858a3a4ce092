/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages, what failed in them, and memory that is shared instead.
 * The rules of wire.h hold here too; only it includes this file.
 */
#ifndef POOLTOP_WIRE_MSG_H
#define POOLTOP_WIRE_MSG_H

enum msg_dir { MSG_READ = 1, MSG_WRITE = 2 };

/*
 * The times of a message, and those spent on its task, are told in steps of so many nanoseconds,
 * rounded down. A system call's end is noticed some hundred late, and not always as many: what is
 * rounded off is noise, of which a recording would hold a byte for each time that it holds.
 */
enum { MSG_STEP_NS = 256 };

static inline __attribute__((always_inline)) __u64 msg_in_steps(__u64 ns)
{
	return ns - ns % MSG_STEP_NS;
}

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
	MSG_TIMES = 512, /* a result: spent is known */
	MSG_EXACT = 1024, /* ... and of it unpickle_ns and pickle_ns too */
	MSG_SUMMED = 2048, /* a FRAME_SUM counts it already: it is told for what it says */
};

/* Where a worker's time went from when it had read a task to when it had written the result. What
 * is left of that is `run`, or all time on a core where unpickling and pickling are not known. */
struct task_times {
	__u64 send_ns;
	__u64 io_ns;
	__u64 lock_ns;
	__u64 runq_ns;
	__u64 unpickle_ns;
	__u64 pickle_ns;
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
	struct task_times spent;
};

/*
 * Messages that were not told one by one, but added up: since the frame before. h.pid wrote or read
 * them; of what a process has left nothing comes after its FRAME_EXIT.
 */
struct frame_sum {
	struct frame h;
	__u64 ino; /* of the pipe or socketpair */
	__u64 messages;
	__u64 bytes; /* of the payload */
	__u64 bytes_max; /* of one of them, or of one that was added up before */
	__u64 blocked_ns; /* the system calls waited for room */
	__u64 newest_ns; /* the newest of them ended */
	__u32 func; /* text id: of a task's function, or of the task that a result answers */
	__u32 items; /* of one such task */
	__u8 dir; /* enum msg_dir */
	__u8 shape; /* enum msg_shape */
	__u16 flags; /* enum msg_flags: those of a task, MSG_CHUNKED */
	__u32 pad;
};

/* How closely tasks are told from now on. */
struct frame_level {
	struct frame h;
	__u32 every; /* of so many tasks one is told; 1: all are, 0: none is. task_is_told() */
	__u32 level; /* place of that in the watcher's table, 0: all */
	__u32 levels; /* in the table */
	__u32 budget; /* millionths of the machine's time that watching may take */
	__u64 cost_ns; /* what it took ... */
	__u64 passed_ns; /* ... of each core in this time before */
};

/* Whether a task's messages are told one by one: the same for all four of them. every: 0, 1 or a
 * power of 2. chunk: -1 if there is none. */
static inline __attribute__((always_inline)) int task_is_told(__s64 job, __s32 chunk, __u32 every)
{
	__u64 mixed = ((__u64)job * 0x9e3779b97f4a7c15ULL) ^ (__u32)chunk * 0xd6e8feb86659fd93ULL;

	mixed = (mixed ^ mixed >> 32) * 0x9e3779b97f4a7c15ULL;
	return every && !((mixed >> 40) & (every - 1));
}

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

#endif
