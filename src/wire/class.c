/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/class.h"

const enum worker_state class_state[SAMPLE_CLASSES] = {
	[CLASS_OTHER] = STATE_RUN,
	[CLASS_TASK] = STATE_RUN,
	[CLASS_UNPICKLE] = STATE_UNPICKLE,
	[CLASS_PICKLE] = STATE_PICKLE,
	[CLASS_SEND] = STATE_SEND,
	[CLASS_RECEIVE] = STATE_UNPICKLE,
	[CLASS_IMPORT] = STATE_RUN,
};
