/* SPDX-License-Identifier: GPL-2.0-only */
/* Where frames go when they are kept: a file, or standard output. */
#ifndef POOLTOP_RECORD_H
#define POOLTOP_RECORD_H

#include "app/options.h"
#include "app/watch.h"
#include "base/err.h"

/*
 * Opens what -o names (by default a new file named by the time, in the current directory) and
 * sets the job's tape, stream and stream_fd. ret_path[4096]: the file's name, "" for standard
 * output. 0 or -errno with *err worded.
 */
int record_open(const struct options *o, struct watch_job *job, char *ret_path, struct err *err);

/* Ends the recording; what the disk says last counts. 0 or -errno with *err worded. */
int record_close(struct watch_job *job, struct err *err);

#endif
