/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/style.h"

enum { D = COLOUR_DEFAULT };

struct row {
	const char *name;
	struct look look[DEPTHS]; /* by enum depth */
};

/*
 * The 256 colours are of middle brightness, so that they can be read on black and on white; 0 to
 * 15 are the user's own palette.
 */
static const struct row rows[STYLES] = {
	[STYLE_TEXT] = {"text", {{D, D, 0}, {D, D, 0}, {D, D, 0}, {D, D, 0}}},
	[STYLE_DIM] = {"dim", {{D, D, LOOK_DIM}, {D, D, LOOK_DIM}, {8, D, 0}, {244, D, 0}}},
	[STYLE_TITLE] = {"title",
		{{D, D, LOOK_BOLD}, {D, D, LOOK_BOLD}, {D, D, LOOK_BOLD}, {D, D, LOOK_BOLD}}},
	[STYLE_BAR] = {"bar", {{D, D, LOOK_REVERSE}, {7, 4, LOOK_BOLD}, {15, 4, LOOK_BOLD},
				      {255, 24, LOOK_BOLD}}},
	[STYLE_HEAD] = {"head",
		{{D, D, LOOK_BOLD | LOOK_UNDERLINE}, {0, 6, 0}, {0, 6, 0}, {253, 238, 0}}},
	[STYLE_HEAD_AT] = {"head-at", {{D, D, LOOK_REVERSE}, {7, 6, LOOK_BOLD}, {15, 6, LOOK_BOLD},
					      {231, 31, LOOK_BOLD}}},
	[STYLE_KEY] = {"key",
		{{D, D, LOOK_BOLD}, {6, D, LOOK_BOLD}, {14, D, 0}, {38, D, LOOK_BOLD}}},
	[STYLE_SELECTED] = {"selected",
		{{D, D, LOOK_REVERSE}, {7, 4, 0}, {15, 4, 0}, {231, 25, 0}}},
	[STYLE_NUMBER] = {"number", {{D, D, 0}, {D, D, 0}, {D, D, 0}, {D, D, LOOK_BOLD}}},
	[STYLE_GOOD] = {"good", {{D, D, 0}, {2, D, 0}, {10, D, 0}, {71, D, 0}}},
	[STYLE_WARN] = {"warn", {{D, D, LOOK_BOLD}, {3, D, 0}, {11, D, 0}, {178, D, 0}}},
	[STYLE_ALERT] = {"alert",
		{{D, D, LOOK_BOLD}, {1, D, LOOK_BOLD}, {9, D, LOOK_BOLD}, {203, D, LOOK_BOLD}}},
	[STYLE_PLOT] = {"plot", {{D, D, 0}, {6, D, 0}, {6, D, 0}, {37, D, 0}}},
	[STYLE_WORKERS] = {"workers", {{D, D, 0}, {2, D, 0}, {2, D, 0}, {71, D, 0}}},
	[STYLE_PARENT] = {"parent", {{D, D, 0}, {5, D, 0}, {5, D, 0}, {134, D, 0}}},
	[STYLE_OTHER] = {"other", {{D, D, 0}, {4, D, LOOK_BOLD}, {12, D, 0}, {67, D, 0}}},
	[STYLE_IDLE] = {"idle", {{D, D, LOOK_DIM}, {D, D, LOOK_DIM}, {8, D, 0}, {242, D, 0}}},
	[STYLE_STATE + STATE_START] = {"start", {{D, D, 0}, {3, D, 0}, {3, D, 0}, {136, D, 0}}},
	[STYLE_STATE + STATE_WAIT] = {"wait",
		{{D, D, LOOK_DIM}, {D, D, LOOK_DIM}, {8, D, 0}, {244, D, 0}}},
	[STYLE_STATE +
		STATE_UNPICKLE] = {"unpickle", {{D, D, 0}, {6, D, 0}, {6, D, 0}, {37, D, 0}}},
	[STYLE_STATE + STATE_RUN] = {"run", {{D, D, 0}, {2, D, 0}, {2, D, 0}, {71, D, 0}}},
	[STYLE_STATE + STATE_PICKLE] = {"pickle", {{D, D, 0}, {6, D, 0}, {14, D, 0}, {74, D, 0}}},
	[STYLE_STATE + STATE_SEND] = {"send", {{D, D, 0}, {5, D, 0}, {5, D, 0}, {134, D, 0}}},
	[STYLE_STATE + STATE_IO] = {"io", {{D, D, 0}, {4, D, LOOK_BOLD}, {12, D, 0}, {69, D, 0}}},
	[STYLE_STATE + STATE_LOCK] = {"lock", {{D, D, 0}, {1, D, 0}, {9, D, 0}, {203, D, 0}}},
	[STYLE_STATE + STATE_RUNQ] = {"runq", {{D, D, 0}, {3, D, 0}, {11, D, 0}, {178, D, 0}}},
	[STYLE_STATE + STATE_EXIT] = {"exit",
		{{D, D, LOOK_DIM}, {D, D, LOOK_DIM}, {8, D, 0}, {242, D, 0}}},
};

const char *style_name(enum style style)
{
	return rows[style].name;
}

struct look style_look(enum style style, enum depth depth)
{
	return rows[style].look[depth];
}

enum depth style_depth(int colours)
{
	if (colours >= 256)
		return DEPTH_256;
	if (colours >= 16)
		return DEPTH_16;
	return colours >= 8 ? DEPTH_8 : DEPTH_MONO;
}
