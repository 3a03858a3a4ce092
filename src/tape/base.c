/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/base.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/map.h"
#include "bpf/wire.h"

#define AT(frame, field) offsetof(struct frame, field)

/* A frame stays if it is the only one of its kind with its key, and its process lives. */
struct rule {
	uint16_t kind;
	uint8_t process; /* offset of the process it is about; 0: none */
	uint8_t part; /* offset of 32 bits that belong to the key too; 0: none */
	bool first; /* of several with one key the first stays, else the last */
};

static const struct rule rules[] = {
	{.kind = FRAME_SESSION, .first = true},
	{.kind = FRAME_MISSING, .part = AT(frame_missing, feature), .first = true},
	{.kind = FRAME_TEXT, .part = AT(frame_text, id), .first = true},
	{.kind = FRAME_PROC, .process = AT(frame, pid)},
	{.kind = FRAME_FORK, .process = AT(frame_fork, child)},
	{.kind = FRAME_EXEC, .process = AT(frame, pid)},
	{.kind = FRAME_SIGNAL, .process = AT(frame, pid), .part = AT(frame_signal, sig)},
	{.kind = FRAME_OOM, .process = AT(frame, pid)},
	{.kind = FRAME_SHARED, .process = AT(frame, pid)},
	{.kind = FRAME_LEVEL},
	{.kind = FRAME_STACK, .process = AT(frame, pid), .part = AT(frame_stack, tid)},
	{.kind = FRAME_THREAD, .process = AT(frame, pid), .part = AT(frame_thread, tid)},
	{.kind = FRAME_WAIT, .process = AT(frame, pid), .part = AT(frame_wait, tid)},
	{.kind = FRAME_TRACE, .part = AT(frame_trace, id), .first = true},
	{.kind = FRAME_PIPE, .process = AT(frame, pid), .part = AT(frame_pipe, fd)},
};

enum { WHERES = 4 }; /* values of enum lost_where, 0 included */

struct compaction {
	const uint8_t *frames;
	size_t len;
	struct map places; /* of what stays, by key: offset + 1 */
	struct map exits; /* of the last exit, by process: offset + 1 */
	struct frame_lost lost[WHERES];
	size_t excess; /* bytes of texts that must go */
	struct buf out;
};

static const struct rule *rule_of(uint16_t kind)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].kind == kind)
			return &rules[i];
	return NULL;
}

/* 0 if there is none, or if an older writer's frame is too short to have it. */
static uint32_t word_at(const struct frame *f, uint8_t offset)
{
	uint32_t word;

	if (!offset || offset + sizeof(word) > f->size)
		return 0;
	memcpy(&word, (const uint8_t *)f + offset, sizeof(word));
	return word;
}

/* Kinds are below 64 and processes below 2^22. */
static uint64_t key_of(const struct rule *rule, const struct frame *f)
{
	return (uint64_t)rule->kind << 58 | (uint64_t)word_at(f, rule->process) << 32 |
	       word_at(f, rule->part);
}

static void lose(
	struct compaction *c, uint32_t where, uint64_t count, uint64_t from_ns, uint64_t to_ns)
{
	struct frame_lost *lost = &c->lost[where < WHERES ? where : 0];

	if (!lost->count || from_ns < lost->from_ns)
		lost->from_ns = from_ns;
	if (to_ns > lost->to_ns)
		lost->to_ns = to_ns;
	lost->count += count;
	lost->where = where;
	lost->h = (struct frame){.kind = FRAME_LOST, .size = sizeof(*lost), .t_ns = lost->to_ns};
}

static int note(struct compaction *c, const struct frame *f, uint32_t place)
{
	const struct rule *rule = rule_of(f->kind);
	const struct frame_lost *lost = (const struct frame_lost *)f;

	if (f->kind == FRAME_EXIT)
		return map_put(&c->exits, f->pid, place);
	if (f->kind == FRAME_LOST && f->size >= sizeof(*lost))
		lose(c, lost->where, lost->count, lost->from_ns, lost->to_ns);
	if (!rule || (rule->first && map_get(&c->places, key_of(rule, f), NULL)))
		return 0;
	return map_put(&c->places, key_of(rule, f), place);
}

static bool stays(const struct compaction *c, const struct frame *f, uint32_t place)
{
	const struct rule *rule = rule_of(f->kind);
	uint32_t at;

	if (!rule || !map_get(&c->places, key_of(rule, f), &at) || at != place)
		return false;
	return !rule->process || !map_get(&c->exits, word_at(f, rule->process), &at) || at < place;
}

/* Calls visit for each frame until one does not return 0. */
static int each(struct compaction *c,
	int (*visit)(struct compaction *c, const struct frame *f, uint32_t place))
{
	int ret = 0;

	for (size_t at = 0; ret == 0 && at < c->len;) {
		const struct frame *f = (const struct frame *)(c->frames + at);

		ret = visit(c, f, (uint32_t)at + 1);
		at += f->size;
	}
	return ret;
}

static int measure(struct compaction *c, const struct frame *f, uint32_t place)
{
	if (stays(c, f, place))
		c->excess += f->size;
	return 0;
}

static int keep(struct compaction *c, const struct frame *f, uint32_t place)
{
	if (!stays(c, f, place))
		return 0;
	if (f->kind == FRAME_TEXT && c->excess) {
		c->excess -= c->excess < f->size ? c->excess : f->size;
		lose(c, LOST_TEXT, 1, f->t_ns, f->t_ns);
		return 0;
	}
	return buf_add(&c->out, f, f->size);
}

static int keep_lost(struct compaction *c)
{
	int ret = 0;

	for (int i = 0; i < WHERES && ret == 0; i++)
		if (c->lost[i].count)
			ret = buf_add(&c->out, &c->lost[i], sizeof(c->lost[i]));
	return ret;
}

int base_compact(struct buf *frames, size_t limit)
{
	struct compaction c = {.frames = (const uint8_t *)frames->data, .len = frames->len};
	int ret = each(&c, note);

	if (ret == 0)
		ret = each(&c, measure);
	c.excess -= c.excess < limit ? c.excess : limit;
	if (ret == 0)
		ret = each(&c, keep);
	if (ret == 0)
		ret = keep_lost(&c);
	map_release(&c.places);
	map_release(&c.exits);
	if (ret < 0) {
		buf_release(&c.out);
		return ret;
	}
	buf_release(frames);
	*frames = c.out;
	return 0;
}
