/* SPDX-License-Identifier: GPL-2.0-only */
#include "live/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live/roles.h"
#include "live/sampler.h"
#include "python/str.h"

#define RECENT_NS 60000000ull /* a sample that still says what a worker is at */
#define SPLIT_KNOWN (1u << STATE_UNPICKLE | 1u << STATE_PICKLE)

enum { TEXT_SPACE = SAMPLE_FILE * 2 + 8 }; /* a byte becomes at most two */

/* A piece of text of a code object: where, how long, and how long when it was cut in front. */
struct piece {
	uint32_t at, len, most;
	unsigned int kind;
};

static void read_text(const struct ring_code *r, struct piece p, char text[TEXT_SPACE])
{
	size_t len = 0;

	text[0] = '\0';
	if (p.kind != 1 && p.kind != 2 && p.kind != 4)
		return;
	if (p.len >= p.most)
		len = (size_t)snprintf(text, TEXT_SPACE, "...");
	str_decode(text + len, TEXT_SPACE - len, r->bytes + p.at, p.len / p.kind, p.kind);
}

static void keep_table(struct book_code *code, const unsigned char *table, uint32_t len)
{
	free(code->table);
	code->table = len ? malloc(len) : NULL;
	code->table_len = code->table ? len : 0;
	code->table_is_cut = len == SAMPLE_TABLE;
	if (code->table)
		memcpy(code->table, table, len);
}

void samples_code(struct live *l, const struct ring_code *r)
{
	struct known *k = known_get(l, r->h.pid);
	struct book_code *code = k ? codebook_add(&l->codebook, k->pid, r->code, &k->codes) : NULL;
	struct piece name = {0, r->name_len, SAMPLE_NAME, r->name_kind};
	struct piece file = {r->name_len, r->file_len, SAMPLE_FILE, r->file_kind};
	char function[TEXT_SPACE], path[TEXT_SPACE];

	if (!code)
		return;
	read_text(r, name, function);
	read_text(r, file, path);
	code->function = texts_id(&l->texts, &l->out, r->h.t_ns, function);
	code->file = texts_id(&l->texts, &l->out, r->h.t_ns, path);
	code->role = (uint8_t)role_of(function, path);
	code->lasti = (uint8_t)r->lasti;
	code->lines = (uint8_t)r->lines;
	code->first = (int32_t)r->firstlineno;
	code->bytecode = r->bytecode;
	keep_table(code, r->bytes + r->name_len + r->file_len, r->table_len);
}

/* What is on a sample's stack. */
struct seen {
	struct trace_place places[SAMPLE_FRAMES];
	uint8_t roles[SAMPLE_FRAMES];
	uint32_t count;
};

static void see(struct live *l, const struct ring_sample *r, struct seen *ret)
{
	ret->count = r->count;
	memset(ret->places, 0, sizeof(ret->places));
	memset(ret->roles, ROLE_OWN, sizeof(ret->roles));
	for (uint32_t i = 0; i < r->count; i++) {
		const struct book_code *code = codebook_get(&l->codebook, r->h.pid, r->codes[i]);

		if (!code)
			continue;
		ret->places[i].function = code->function;
		ret->places[i].file = code->file;
		ret->roles[i] = code->role;
		if (!i)
			ret->places[i].line = codebook_line(code, r->lasti);
	}
}

static uint32_t put_trace(struct live *l, const struct ring_sample *r, const struct seen *seen)
{
	struct frame_trace f = {.h = {.kind = FRAME_TRACE, .t_ns = r->h.t_ns}};
	struct trace_wish wish = {seen->places, seen->count, 0};
	bool is_new;

	if (r->flags & SAMPLE_MORE)
		wish.flags = TRACE_MORE;
	f.id = trace_ids_get(&l->traces, wish, &is_new);
	if (!f.id && wish.count > 1) {
		wish.count = 1;
		wish.flags = TRACE_MORE;
		f.id = trace_ids_get(&l->traces, wish, &is_new);
	}
	if (!is_new)
		return f.id;
	f.count = wish.count;
	f.flags = wish.flags;
	outbox_put(&l->out, &f.h, sizeof(f), wish.places, wish.count * sizeof(*wish.places));
	return f.id;
}

static struct owner owner_of(const struct ring_sample *r)
{
	return (struct owner){
		.is_worker = !(r->flags & SAMPLE_ROOT),
		.is_main = r->flags & SAMPLE_MAIN,
		.has_hand = r->flags & SAMPLE_HAND,
		.is_cut = r->flags & SAMPLE_MORE,
	};
}

/* The kernel takes it out of run itself. */
static bool is_told(const struct ring_sample *r, uint8_t class)
{
	return r->flags & SAMPLE_MEASURED && (class == CLASS_PICKLE || class == CLASS_UNPICKLE);
}

static void count(struct live *l, struct known *k, const struct ring_sample *r, uint8_t class)
{
	uint32_t wanted = SAMPLE_MAIN | SAMPLE_HAND;

	if ((r->flags & (wanted | SAMPLE_ROOT)) != wanted || !r->count)
		return;
	k->has_layout = true;
	split_add(&k->split, class, is_told(r, class) ? 0 : r->period_ns, r->h.t_ns);
	if (k->family < LIVE_FAMILIES)
		l->families[k->family].class_ns[class] += r->period_ns;
}

void samples_put(struct live *l, const struct ring_sample *r)
{
	struct known *k = known_get(l, r->h.pid);
	struct frame_sample f = {.h = {.kind = FRAME_SAMPLE, .pid = r->h.pid, .t_ns = r->h.t_ns}};
	struct seen seen;

	if (!k)
		return;
	see(l, r, &seen);
	f.ns = r->period_ns;
	f.tid = r->tid;
	f.core = r->core;
	f.class = (uint8_t)roles_class(seen.roles, seen.count, owner_of(r));
	f.flags = r->flags & SAMPLE_MAIN ? SAMPLED_MAIN : 0;
	if (r->flags & SAMPLE_HAND)
		f.flags |= SAMPLED_HAND;
	if (r->flags & SAMPLE_GC_KNOWN)
		f.flags |= SAMPLED_GC_KNOWN;
	if (r->flags & SAMPLE_GC)
		f.flags |= SAMPLED_GC;
	f.trace = seen.count ? put_trace(l, r, &seen) : 0;
	count(l, k, r, f.class);
	outbox_put(&l->out, &f.h, sizeof(f), NULL, 0);
}

static void forget_code(void *arg, const struct book_code *code)
{
	struct live *l = arg;
	struct sampler *s = l->probes ? probes_sampler(l->probes, NULL) : NULL;

	if (s)
		sampler_forget(s, code->pid, code->address);
}

void samples_forget(struct live *l, struct known *k)
{
	codebook_drop(&l->codebook, &k->codes, forget_code, l);
}

static bool is_split(const struct live *l, const struct known *k)
{
	return k->has_layout && probes_sampler(l->probes, NULL);
}

/* The state that its newest sample says it is in, of a worker that runs since then. */
static uint32_t state_now(const struct known *k, uint64_t since_ns, uint64_t now_ns)
{
	const struct split *s = &k->split;

	if (s->newest_ns < since_ns || now_ns - s->newest_ns > RECENT_NS)
		return STATE_RUN;
	return s->newest;
}

void samples_work(struct live *l, struct known *k, struct frame_work *f)
{
	uint64_t since_ns = f->since_ns;

	if (!is_split(l, k))
		return;
	if (f->state == STATE_RUN && l->now_ns > since_ns) {
		f->state_ns[STATE_RUN] += l->now_ns - since_ns;
		f->since_ns = l->now_ns;
	}
	split_settle(&k->split, f->state_ns[STATE_RUN], NULL);
	split_move(&k->split, f->state_ns);
	f->known |= SPLIT_KNOWN;
	if (f->state == STATE_RUN)
		f->state = state_now(k, since_ns, l->now_ns);
}

void samples_exit(struct live *l, struct known *k, struct frame_exit *f)
{
	const uint64_t *others = NULL;

	if (!f->known || !is_split(l, k))
		return;
	if (k->family < LIVE_FAMILIES)
		others = l->families[k->family].class_ns;
	split_settle(&k->split, f->state_ns[STATE_RUN], others);
	split_move(&k->split, f->state_ns);
	f->known |= SPLIT_KNOWN;
}

void samples_release(struct live *l)
{
	codebook_release(&l->codebook);
	trace_ids_release(&l->traces);
}
