/* SPDX-License-Identifier: GPL-2.0-only */
#include "tape/predict.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tape/kinds.h"

_Static_assert(sizeof(struct frame_msg) >= PREDICT_MSG, "a message has the fields of format 1");

struct predictor *predictor_new(void)
{
	return calloc(1, sizeof(struct predictor));
}

static void drop_maps(struct predictor *p)
{
	map_release(&p->queue_by_ino);
	map_release(&p->reader_by_pid);
	map_release(&p->slot_by_key);
}

void predictor_free(struct predictor *p)
{
	if (!p)
		return;
	drop_maps(p);
	free(p->links);
	free(p);
}

int predictor_start(struct predictor *p, const void *frames, size_t bytes)
{
	size_t links = bytes / sizeof(struct frame) + 1;

	if (links > p->links_count) {
		uint32_t *more = realloc(p->links, links * sizeof(*more));

		if (!more)
			return -ENOMEM;
		p->links = more;
		p->links_count = links;
	}
	drop_maps(p);
	p->frames = frames;
	p->t_ns = 0;
	p->slots_made = 0;
	p->queues_count = 0;
	p->readers_count = 0;
	p->slot = PREDICT_NONE;
	return 0;
}

static const struct frame_msg *msg_at(const struct predictor *p, uint32_t place)
{
	return (const struct frame_msg *)(p->frames + place - 1);
}

static uint32_t *link_of(struct predictor *p, uint32_t place)
{
	return &p->links[(place - 1) / sizeof(struct frame)];
}

static bool is_msg(const struct frame *f)
{
	return f->kind == FRAME_MSG && f->size >= PREDICT_MSG;
}

static uint64_t mix(uint64_t key, uint64_t word)
{
	key = (key ^ word) * UINT64_C(0xff51afd7ed558ccd);
	return key ^ (key >> 32);
}

static uint64_t key_of(const struct frame *f)
{
	const struct tape_kind *kind = tape_kind(f->kind);
	uint64_t key = mix(mix(f->kind | (uint64_t)f->size << 16, 0), f->pid);

	for (int i = 0; i < KIND_WORDS; i++) {
		uint32_t word;

		if (!kind->like[i] || kind->like[i] + sizeof(word) > f->size)
			continue;
		memcpy(&word, (const uint8_t *)f + kind->like[i], sizeof(word));
		key = mix(key, word);
	}
	return key;
}

uint16_t predictor_expect(const struct predictor *p)
{
	return p->slot == PREDICT_NONE ? PREDICT_NONE : p->slots[p->slot].next;
}

uint16_t predictor_find(const struct predictor *p, const struct frame *f)
{
	uint64_t key = key_of(f);
	const struct frame *last;
	uint32_t slot;

	if (!map_get(&p->slot_by_key, key, &slot) || p->slots[slot].key != key)
		return PREDICT_NONE;
	/* Keys are hashes: two kinds may have the same, and a slot is of one kind and size. */
	last = (const struct frame *)(p->frames + p->slots[slot].last - 1);
	return last->kind == f->kind && last->size == f->size ? (uint16_t)slot : PREDICT_NONE;
}

uint16_t predictor_next_slot(const struct predictor *p)
{
	return p->slots_made % PREDICT_SLOTS;
}

/* The number that a map has for a key; a new one if it is new, PREDICT_NONE if there are too many.
 * Without memory it fails: the reader must come to the same numbers. */
static int number(struct map *m, uint64_t key, uint32_t *count, uint16_t *ret_number)
{
	uint32_t n = PREDICT_NONE;

	if (!map_get(m, key, &n) && *count < PREDICT_SLOTS) {
		int ret = map_put(m, key, *count);

		if (ret < 0)
			return ret;
		n = (*count)++;
	}
	*ret_number = (uint16_t)n;
	return 0;
}

static int number_msg(struct predictor *p, struct slot *slot, const struct frame_msg *msg)
{
	uint32_t queues = p->queues_count, readers = p->readers_count;
	int ret = number(&p->queue_by_ino, msg->ino, &p->queues_count, &slot->queue);

	if (ret == 0)
		ret = number(&p->reader_by_pid, msg->h.pid, &p->readers_count, &slot->reader);
	if (ret < 0)
		return ret;
	if (p->queues_count > queues)
		p->queues[slot->queue] = (struct queue){0};
	if (p->readers_count > readers)
		p->readers[slot->reader] = 0;
	return 0;
}

int predictor_add(struct predictor *p, uint32_t offset, uint32_t group)
{
	const struct frame *f = (const struct frame *)(p->frames + offset);
	struct slot *slot = &p->slots[predictor_next_slot(p)];
	int ret;

	*slot = (struct slot){
		.key = key_of(f),
		.group = group,
		.next = PREDICT_NONE,
		.queue = PREDICT_NONE,
		.reader = PREDICT_NONE,
	};
	ret = map_put(&p->slot_by_key, slot->key, predictor_next_slot(p));
	if (ret == 0 && is_msg(f))
		ret = number_msg(p, slot, (const struct frame_msg *)f);
	p->slots_made++;
	return ret;
}

static void guess_read(const struct predictor *p, const struct slot *slot, struct frame_msg *msg)
{
	const struct frame_msg *written;

	if (slot->queue == PREDICT_NONE || !p->queues[slot->queue].head)
		return;
	written = msg_at(p, p->queues[slot->queue].head);
	msg->bytes = written->bytes;
	msg->job = written->job;
	msg->chunk = written->chunk;
	msg->func = written->func;
	msg->items = written->items;
	msg->shape = written->shape;
	msg->flags = written->flags;
}

static void guess_write(const struct predictor *p, const struct slot *slot, struct frame_msg *msg)
{
	const struct frame_msg *task;

	if (!slot->by_task || !p->readers[slot->reader])
		return;
	task = msg_at(p, p->readers[slot->reader]);
	msg->job = task->job;
	msg->chunk = task->chunk;
}

bool predictor_guess(const struct predictor *p, uint16_t number, struct frame_msg *ret_msg)
{
	const struct slot *slot = &p->slots[number];

	if (!slot->last || !is_msg(&msg_at(p, slot->last)->h))
		return false;
	memcpy(ret_msg, msg_at(p, slot->last), PREDICT_MSG);
	ret_msg->blocked_us = 0;
	if (ret_msg->dir == MSG_READ)
		guess_read(p, slot, ret_msg);
	else
		guess_write(p, slot, ret_msg);
	return true;
}

static bool same_task(const struct frame_msg *a, const struct frame_msg *b)
{
	return a->job == b->job && a->chunk == b->chunk && a->bytes == b->bytes;
}

static void learn_write(struct predictor *p, struct slot *slot, uint32_t place)
{
	const struct frame_msg *msg = msg_at(p, place);

	if (slot->reader != PREDICT_NONE && p->readers[slot->reader]) {
		const struct frame_msg *task = msg_at(p, p->readers[slot->reader]);

		slot->by_task = task->job == msg->job && task->chunk == msg->chunk;
	}
	if (slot->queue == PREDICT_NONE)
		return;
	*link_of(p, place) = 0;
	if (p->queues[slot->queue].head)
		*link_of(p, p->queues[slot->queue].tail) = place;
	else
		p->queues[slot->queue].head = place;
	p->queues[slot->queue].tail = place;
}

/* Takes the message and what was before it out of the queue; nothing if it is not there. */
static void learn_read(struct predictor *p, const struct slot *slot, uint32_t place)
{
	uint32_t written;

	if (slot->reader != PREDICT_NONE)
		p->readers[slot->reader] = place;
	if (slot->queue == PREDICT_NONE)
		return;
	written = p->queues[slot->queue].head;
	for (int i = 0; i < PREDICT_SEARCH && written; i++) {
		if (same_task(msg_at(p, written), msg_at(p, place))) {
			p->queues[slot->queue].head = *link_of(p, written);
			return;
		}
		written = *link_of(p, written);
	}
}

void predictor_learn(struct predictor *p, uint16_t number, uint32_t offset)
{
	const struct frame *f = (const struct frame *)(p->frames + offset);
	struct slot *slot = &p->slots[number];

	if (p->slot != PREDICT_NONE)
		p->slots[p->slot].next = number;
	p->slot = number;
	p->t_ns = f->t_ns;
	slot->last = offset + 1;
	if (!is_msg(f))
		return;
	if (((const struct frame_msg *)f)->dir == MSG_READ)
		learn_read(p, slot, offset + 1);
	else
		learn_write(p, slot, offset + 1);
}
