/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts by id, and what this session does without. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/inside.h"

const char *model_text(const struct model *m, uint32_t id, const char *absent)
{
	if (id == MODEL_TEXT_OTHERS)
		return "(others)";
	return id < m->texts_cap && m->texts[id] ? m->texts[id] : absent;
}

static int reach(struct model *m, uint32_t id)
{
	uint32_t cap = m->texts_cap ? m->texts_cap : 256;
	char **texts;

	if (id < m->texts_cap)
		return 0;
	while (cap <= id)
		cap *= 2;
	texts = reallocarray(m->texts, cap, sizeof(*texts));
	if (!texts)
		return -ENOMEM;
	memset(texts + m->texts_cap, 0, (cap - m->texts_cap) * sizeof(*texts));
	m->texts = texts;
	m->texts_cap = cap;
	return 0;
}

int apply_text(struct model *m, const struct frame *f)
{
	const struct frame_text *t = (const struct frame_text *)f;
	char *text;
	int ret;

	if (!t->id || t->id >= MODEL_TEXTS || m->texts_bytes >= MODEL_TEXT_BYTES) {
		m->dropped.texts++;
		return 0;
	}
	ret = reach(m, t->id);
	if (ret)
		return ret;
	text = text_clean_dup(t->text, t->len, WIRE_TEXT_MAX, 0);
	if (!text)
		return -ENOMEM;
	if (m->texts[t->id])
		m->texts_bytes -= strlen(m->texts[t->id]) + 1;
	free(m->texts[t->id]);
	m->texts[t->id] = text;
	m->texts_bytes += strlen(text) + 1;
	return 0;
}

int apply_missing(struct model *m, const struct frame *f)
{
	const struct frame_missing *miss = (const struct frame_missing *)f;

	for (uint32_t i = 0; i < m->missing_count; i++)
		if (m->missing[i].feature == miss->feature)
			return 0;
	if (m->missing_count == MODEL_MISSING) {
		m->dropped.texts++;
		return 0;
	}
	m->missing[m->missing_count++] = (struct missing){
		.feature = miss->feature,
		.lost = miss->lost,
		.fix = miss->fix,
	};
	return 0;
}
