/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/glyph.h"

/* States that are rare and matter are letters in every set: they stand out of the blocks. */
const struct glyphs glyphs_utf8 = {
	.name = "utf8",
	.eighths = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"},
	.levels = {"▁", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"},
	.part = {"█", "▓", "░", "·"},
	.state =
		{
			[STATE_START] = "░",
			[STATE_WAIT] = "·",
			[STATE_UNPICKLE] = "▒",
			[STATE_RUN] = "█",
			[STATE_PICKLE] = "▓",
			[STATE_SEND] = "»",
			[STATE_IO] = "i",
			[STATE_LOCK] = "L",
			[STATE_RUNQ] = "q",
			[STATE_EXIT] = "x",
		},
	.phase = {"·", "░", "▒", "█", "▓", "-", "»"},
	.none = " ",
	.ellipsis = "…",
	.mark = "›",
	.ascending = "▲",
	.descending = "▼",
	.rule = "─",
	.tick = "└",
};

const struct glyphs glyphs_console = {
	.name = "console",
	.eighths = {" ", " ", " ", "▌", "▌", "▌", "▌", "█", "█"},
	.levels = {"_", "_", "_", "▄", "▄", "▄", "▄", "█", "█"},
	.part = {"█", "▓", "░", "·"},
	.state =
		{
			[STATE_START] = "░",
			[STATE_WAIT] = "·",
			[STATE_UNPICKLE] = "▒",
			[STATE_RUN] = "█",
			[STATE_PICKLE] = "▓",
			[STATE_SEND] = "»",
			[STATE_IO] = "i",
			[STATE_LOCK] = "L",
			[STATE_RUNQ] = "q",
			[STATE_EXIT] = "x",
		},
	.phase = {"·", "░", "▒", "█", "▓", "-", "»"},
	.none = " ",
	.ellipsis = "~",
	.mark = ">",
	.ascending = "^",
	.descending = "v",
	.rule = "─",
	.tick = "└",
};

const struct glyphs glyphs_ascii = {
	.name = "ascii",
	.ascii = true,
	.eighths = {" ", " ", " ", " ", "#", "#", "#", "#", "#"},
	.levels = {"_", ".", ".", ":", "-", "=", "+", "*", "#"},
	.part = {"#", "+", "-", "."},
	.state =
		{
			[STATE_START] = "s",
			[STATE_WAIT] = ".",
			[STATE_UNPICKLE] = "u",
			[STATE_RUN] = "#",
			[STATE_PICKLE] = "p",
			[STATE_SEND] = ">",
			[STATE_IO] = "i",
			[STATE_LOCK] = "L",
			[STATE_RUNQ] = "q",
			[STATE_EXIT] = "x",
		},
	.phase = {".", "p", "s", "#", "m", "-", "i"},
	.none = " ",
	.ellipsis = "~",
	.mark = ">",
	.ascending = "^",
	.descending = "v",
	.rule = "-",
	.tick = "|",
};
