/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the bytes of a message between a pool's processes say, read from outside: its form, job,
 * chunk, function, number of items, exception. Protocols 2 to 5; forms of multiprocessing.Pool,
 * ProcessPoolExecutor, loky and joblib, billiard and Celery, DataLoader.
 *
 * Nothing is executed, imported or allocated: a stack machine of fixed size runs over the bytes
 * and knows only their shape. It stops at the first thing that it does not know, or where the
 * bytes end, and what it has found until then is what is told. What the bytes do not say is
 * unknown; it is never guessed, but for the number of items, and then that is said.
 */
#ifndef POOLTOP_PICKLE_H
#define POOLTOP_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Only the form: which queue it is on, and so what it means, the reader cannot know. */
enum pickle_shape {
	PICKLE_UNKNOWN = 0, /* not a pickle, or too little of it */
	PICKLE_EMPTY, /* no bytes: a wake-up */
	PICKLE_NONE, /* None: a sentinel */
	PICKLE_INT, /* a bare int; job = its value */
	PICKLE_POOL_TASK, /* (job, chunk, function, args, kwds) */
	PICKLE_POOL_RESULT, /* (job, chunk, (ok, value)) */
	PICKLE_CALL, /* an executor's _CallItem; job = work id */
	PICKLE_RESULT, /* an executor's _ResultItem; job = work id */
	PICKLE_BILLIARD_TASK,
	PICKLE_BILLIARD_ACK,
	PICKLE_BILLIARD_READY,
	PICKLE_BILLIARD_DEATH, /* pid = the process that is gone */
	PICKLE_BILLIARD_UP, /* pid = the process that is there */
	PICKLE_INDEX, /* (index, [samples]); job = index */
	PICKLE_DATA, /* (index, something else); job = index */
	PICKLE_OBJECT, /* some other pickle */
	PICKLE_SHAPES,
};

/* How well a number of items is known. */
enum pickle_items {
	PICKLE_ITEMS_UNKNOWN = 0,
	PICKLE_ITEMS_EXACT,
	PICKLE_ITEMS_ABOUT, /* extrapolated from the items seen */
};

enum {
	PICKLE_FUNCTION_MAX = 256,
	PICKLE_EXCEPTION_MAX = 128,
	PICKLE_MESSAGE_MAX = 4096,
	PICKLE_TRACEBACK_MAX = 4096, /* a good size for pickle_traceback() */
	PICKLE_HEAD = 128, /* bytes that are enough for pickle_peek(), but for the longest paths */
};

/*
 * A message, as much as there is of it. Borrowed. The tail is the last bytes of the message; it
 * may be empty, and only serves where the prefix does not reach. If it lies in memory right
 * behind the prefix and both together are the message, they are read as one.
 */
struct pickle_bytes {
	const void *prefix;
	size_t prefix_len;
	const void *tail;
	size_t tail_len;
	uint64_t full_len; /* of the whole message; at least prefix_len and tail_len */
};

/* What a few bytes from the front say. */
struct pickle_head {
	enum pickle_shape shape;
	bool has_job;
	bool has_chunk;
	bool has_success; /* a result, and it says which */
	bool is_failed;
	int32_t chunk;
	int64_t job;
};

/* Texts are clean (text_clean), terminated, and "" where unknown. */
struct pickle_facts {
	enum pickle_shape shape;
	bool has_job;
	bool has_chunk;
	bool has_success; /* a result, and it says which */
	bool is_failed;
	bool is_encoding_error; /* failed because its result could not be pickled */
	bool is_last; /* a result whose worker says that it will exit */
	bool is_loky; /* an executor's item, and its class is loky's */
	bool is_chunked; /* a task: of several items (map); a result: its value is a list */
	bool has_message; /* of the exception; it may be known to be "" */
	bool is_message_derived; /* read from the traceback's last line */
	int32_t chunk;
	int64_t job;
	uint32_t pid; /* what a billiard worker says of itself; 0: does not say */
	uint32_t items;
	enum pickle_items items_known;
	/* Where the traceback's text is in the message; for pickle_traceback(). */
	bool has_traceback;
	bool is_headless; /* it begins somewhere before that */
	uint64_t traceback_off;
	uint64_t traceback_len;
	/*
	 * "module.qualname" (__mp_main__ written __main__), "partial(name)", "Class.method",
	 * "<method of Class>", "<Class instance>"; a Celery task's own name.
	 */
	char function[PICKLE_FUNCTION_MAX];
	char exc_type[PICKLE_EXCEPTION_MAX];
	char message[PICKLE_MESSAGE_MAX]; /* the exception's arguments, joined by ", " */
};

/* Reads a message. Fills all of *ret but the unused ends of its texts. */
void pickle_read(const struct pickle_bytes *in, struct pickle_facts *ret);

/* The same for the first bytes alone, quickly: no names, items or texts. */
void pickle_peek(const void *bytes, size_t len, uint64_t full_len, struct pickle_head *ret);

/*
 * Copies the traceback's text, clean and with its lines, into dst[size], terminated. Where the
 * message is known only in part, the lines that are missing become one "...". `facts` are what
 * pickle_read() made of `in`. Returns the bytes written without the terminator, 0 if there is
 * none. size > 0.
 */
size_t pickle_traceback(
	const struct pickle_bytes *in, const struct pickle_facts *facts, char *dst, size_t size);

#endif
