/* SPDX-License-Identifier: GPL-2.0-only */
#include "ui/notes.h"

static const struct {
	const char *mark;
	enum style style;
} severities[] = {
	[SEVERITY_INFO] = {"i", STYLE_TEXT},
	[SEVERITY_WARNING] = {"*", STYLE_WARN},
	[SEVERITY_CRITICAL] = {"!", STYLE_ALERT},
};

const char *note_mark(enum severity severity)
{
	return severities[severity].mark;
}

enum style note_style(enum severity severity)
{
	return severities[severity].style;
}

/* FNV-1a; 0 is the stall's. */
static uint64_t key_of(const struct finding *f)
{
	uint64_t key = UINT64_C(14695981039346656037);

	for (const char *c = f->id; *c; c++)
		key = (key ^ (unsigned char)*c) * UINT64_C(1099511628211);
	key = (key ^ f->subject) * UINT64_C(1099511628211);
	return key ? key : 1;
}

uint32_t notes_count(const struct pool *p)
{
	return p->findings_count + (p->state == POOL_STALLED ? 1 : 0);
}

struct note note_at(const struct pool *p, uint32_t index)
{
	const struct finding *f;

	if (p->state == POOL_STALLED && !index--)
		return (struct note){
			.severity = SEVERITY_CRITICAL,
			.id = "stalled",
			.text = p->stall.text,
			.advice = "",
			.since_ns = p->stall.since_ns,
		};
	f = &p->findings[index];
	return (struct note){
		.severity = f->severity,
		.id = f->id,
		.text = f->text,
		.advice = f->advice,
		.since_ns = f->since_ns,
		.key = key_of(f),
		.finding = f,
	};
}
