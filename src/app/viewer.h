/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to src/app/view*.c: the viewer's state, and its ways through time. */
#ifndef POOLTOP_VIEWER_H
#define POOLTOP_VIEWER_H

#include "app/reel.h"
#include "app/view.h"
#include "session/session.h"
#include "ui/grid.h"
#include "ui/keys.h"
#include "ui/screen.h"
#include "ui/state.h"

struct viewer {
	const struct view_options *o;
	struct source *source;
	const struct frame *pending; /* read, and not yet due; borrowed from the source */
	struct session head; /* after all frames that were due */
	struct session past; /* shown instead while ui.is_past */
	struct reel *reel; /* NULL with once */
	struct ui_state ui;
	struct grid grid;
	uint64_t play_ns; /* a replay has come to this time ... */
	uint64_t play_at_ns; /* ... at this time of the clock; 0: not yet begun */
	uint64_t jump_ns; /* a replay runs ahead to the first tick from here on; 0: it does not */
	bool jump_event; /* a replay runs ahead to the next event */
	uint64_t jump_from_ns; /* from here on */
	struct tape_writer *tape; /* of the key r, NULL: nothing is recorded */
	char tape_path[64];
	uint64_t newest_at_ns; /* the newest frame came then, by the clock */
	uint64_t ticks; /* folded into head */
	bool waits; /* there was nothing to read, and there will be */
	bool changed; /* since the last picture */
	bool wants_quit;
	int failure; /* of the source, -errno; *words says more */
	struct err words;
};

/* CLOCK_MONOTONIC of this machine, which a recording's may not be. */
uint64_t viewer_clock(void);

/* What is shown. */
const struct model *viewer_model(const struct viewer *v);

/* Reads and folds in what is due now, for a fraction of a second at most. */
void viewer_take(struct viewer *v);

/* Folds in the frame that was read and is not yet due, if there is one. */
void viewer_fold_pending(struct viewer *v);

/* Shows the first event from then on, of those that were read. False: there is none. */
bool viewer_show_event(struct viewer *v, uint64_t from_ns);

/* Goes on with what is shown of the past, while a replay plays there. */
void viewer_play_past(struct viewer *v);

/* Does what the picture alone cannot do. True if it was a way through time. */
bool viewer_travel(struct viewer *v, enum request r);

/* Into new files; says where, or why not. */
void viewer_write_screen(struct viewer *v);
void viewer_write_page(struct viewer *v);

/* Begins to record, with what the reel keeps, or ends that; says so. */
void viewer_record(struct viewer *v);
/* Records a frame that came, if it is to be, and what is to be written of it from time to time. */
void viewer_record_frame(struct viewer *v, const struct frame *f);
void viewer_record_on(struct viewer *v);
/* Ends the recording, if there is one. 0, or -errno with *err worded: it is not whole. */
int viewer_record_end(struct viewer *v, struct err *err);

/* Milliseconds until something is due, at most `most`. */
int viewer_due_ms(const struct viewer *v, int most);

#endif
