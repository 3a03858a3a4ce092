/* SPDX-License-Identifier: GPL-2.0-only */
/* What starting workers costs, in words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "trap/words.h"

#define NAMED 0.05 /* of all: what is less is not named */
#define WORTH 0.15 /* ... and what is less is not worth an advice of its own */

/* Phases as a user would call them. */
static const struct {
	const char *name;
	uint32_t phases; /* a bit for each */
} parts[] = {
	{"Python itself", 1u << PHASE_LAUNCH | 1u << PHASE_INTERPRETER | 1u << PHASE_SITE},
	{"imports", 1u << PHASE_IMPORTS},
	{"the main module again", 1u << PHASE_MAIN},
	{"the initializer", 1u << PHASE_INITIALIZER},
};

static double part_ns(const struct start_sum *sum, uint32_t phases)
{
	double ns = 0;

	for (unsigned int i = 0; i < START_PHASES; i++)
		if (phases >> i & 1)
			ns += (double)sum->all.phase_ns[i];
	return ns;
}

char *words_start_parts(
	char buf[static WORDS_MAX], const struct model *m, const struct start_sum *sum)
{
	const struct start_module *most = sum->all.modules_count ? &sum->all.modules[0] : NULL;
	double all_ns = (double)sum->total_ns;
	char time[FMT_MAX];
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && all_ns > 0; i++) {
		double ns = part_ns(sum, parts[i].phases);

		if (ns < NAMED * all_ns || len >= WORDS_MAX)
			continue;
		len += (size_t)snprintf(buf + len, WORDS_MAX - len, "%s%s %.0f %%",
			len ? ", " : "; ", parts[i].name, 100 * ns / all_ns);
		if (parts[i].phases == 1u << PHASE_IMPORTS && most &&
			(double)most->self_ns >= NAMED * all_ns && len < WORDS_MAX)
			len += (size_t)snprintf(buf + len, WORDS_MAX - len, " (%.40s %s each)",
				model_text(m, most->name, "?"),
				words_duration(time, (double)most->self_ns / sum->workers));
	}
	return buf;
}

char *words_start_advice(
	char buf[static WORDS_MAX], const struct model *m, const struct start_sum *sum)
{
	const struct start_module *most = sum->all.modules_count ? &sum->all.modules[0] : NULL;
	double all_ns = (double)sum->total_ns, main_ns = (double)sum->all.phase_ns[PHASE_MAIN];
	double init_ns = (double)sum->all.phase_ns[PHASE_INITIALIZER];
	double import_ns = most ? (double)most->self_ns : 0;
	char time[FMT_MAX];

	if (!sum->workers || !(all_ns > 0))
		snprintf(buf, WORDS_MAX, "or let a worker import less");
	else if (import_ns > WORTH * all_ns && import_ns >= main_ns && import_ns >= init_ns)
		snprintf(buf, WORDS_MAX,
			"import %.40s inside the function that needs it: that would save %s x "
			"%" PRIu32 " workers",
			model_text(m, most->name, "?"),
			words_duration(time, import_ns / sum->workers), sum->workers);
	else if (main_ns > WORTH * all_ns && main_ns >= init_ns)
		snprintf(buf, WORDS_MAX,
			"put the main module's top level under `if __name__ == \"__main__\":`: "
			"%s x %" PRIu32 " workers",
			words_duration(time, main_ns / sum->workers), sum->workers);
	else if (init_ns > WORTH * all_ns)
		snprintf(buf, WORDS_MAX,
			"let the initializer %.40s do less: it takes %s x %" PRIu32 " workers",
			model_text(m, sum->all.initializer, ""),
			words_duration(time, init_ns / sum->workers), sum->workers);
	else
		snprintf(buf, WORDS_MAX, "import less at the top of the main module, or use fork");
	return buf;
}
