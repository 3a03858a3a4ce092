/* SPDX-License-Identifier: GPL-2.0-only */
#include "pickle/reader.h"

enum {
	EPILOGUE = 13, /* bytes behind the last item that close what is around it */
	BLOB_END = 2, /* bytes behind a text that belong to its item */
	FEW = 3, /* so many items fit one opcode, without a MARK before them */
};

void items_exact(struct reader *r, uint32_t n)
{
	r->facts->items = n;
	r->facts->items_known = PICKLE_ITEMS_EXACT;
}

/* The items that were seen: how many, and from where to where. The last may be incomplete. */
struct seen {
	double count;
	double from;
	double to;
	double second; /* where the second began; 0: not known */
	bool is_blob; /* the bytes end inside a text, whose length is known */
	bool is_inside; /* they end inside an item */
};

/* The first item defines what the others only refer to, so it is left out where possible. */
static double extrapolate(const struct seen *s, double end)
{
	double size = 0;

	if (s->count > 2 && s->second > 0)
		size = (s->to - s->second) / (s->count - 1 - (s->is_inside ? 0.5 : 0));
	else if (s->is_blob || s->count > 2)
		size = (s->to - s->from) / s->count;
	else if (s->count == 2 && s->second > 0)
		size = s->second - s->from;
	if (size < 1)
		return 0;
	if (s->count == 2 && s->second > 0 && !s->is_blob)
		return 1 + (end - s->second) / size;
	return s->count + (end > s->to ? end - s->to : 0) / size;
}

static void set_about(struct reader *r, const struct seen *s, uint32_t most)
{
	double n = extrapolate(s, (double)r->in->full_len - EPILOGUE);

	if (n < 1)
		return;
	if (n < s->count)
		n = s->count;
	if (n > most)
		n = most;
	r->facts->items = (uint32_t)(n + 0.5);
	r->facts->items_known = PICKLE_ITEMS_ABOUT;
}

/* Where a value stands in its frame; false if it is not on the stack itself. */
static bool position_of(
	const struct machine *m, const struct frame *f, const struct value *v, uint32_t *ret)
{
	for (uint32_t i = 0; i < f->count && i < f->keep; i++) {
		if (&m->slots[f->base + i] == v) {
			*ret = i;
			return true;
		}
	}
	return false;
}

/* Up to three items have no MARK before them: they stand behind the value. */
static void unmarked_about(struct reader *r, struct seen *s, const struct frame *f, uint32_t first)
{
	if (first >= f->keep || f->count - first > FEW || !s->is_blob)
		return;
	s->count = f->count - first;
	s->from = r->m->slots[f->base + first].off;
	set_about(r, s, FEW);
}

/* Of a list whose first batches are in it: what is behind it goes there too. */
static void list_about(struct reader *r, struct seen *s, const struct value *list, uint32_t behind)
{
	s->count = (double)list->kids.count + behind;
	s->from = list->off;
	set_about(r, s, UINT32_MAX - 1);
}

static void marked_about(struct reader *r, struct seen *s, const struct frame *f)
{
	s->count = f->count;
	s->from = f->off;
	s->second = f->second_off;
	if (f->count)
		set_about(r, s, UINT32_MAX - 1);
}

void items_about(struct reader *r, const struct pieces *p, unsigned int i)
{
	const struct machine *m = r->m;
	const struct value *v = piece(p, i);
	const struct frame *f = &m->frames[p->frame[i]];
	bool is_marked = m->depth > p->frame[i];
	uint32_t position;
	struct seen s = {
		.to = (double)m->at + m->pos + (double)m->missing + (m->missing ? BLOB_END : 0),
		.is_blob = m->missing > 0,
		.is_inside = m->depth > p->frame[i] + 1u,
	};

	if (m->end != END_CUT || !position_of(m, f, v, &position))
		return;
	if (v->kind == VALUE_LIST && v->kids.count)
		list_about(r, &s, v, f->count - position - 1 + (is_marked ? f[1].count : 0));
	else if (f->count > position + 1)
		unmarked_about(r, &s, f, position + 1);
	else if (is_marked)
		marked_about(r, &s, f + 1);
}

void items_of_list(struct reader *r, const struct pieces *p, unsigned int i)
{
	if (list_is_full(p, i))
		items_exact(r, piece(p, i)->kids.count);
	else
		items_about(r, p, i);
}
