/* SPDX-License-Identifier: GPL-2.0-only */
/* How processes start: start.h. */
#include "model/start.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/inside.h"

/* What multiprocessing is called where it, or another that does the same, starts a worker. */
static const char *const pool_modules[] = {
	"multiprocessing", "multiprocess", "loky", "joblib", "billiard"};

static bool is_pool_module(const char *name)
{
	for (size_t i = 0; i < sizeof(pool_modules) / sizeof(pool_modules[0]); i++) {
		size_t len = strlen(pool_modules[i]);

		if (!strncmp(name, pool_modules[i], len) && (!name[len] || name[len] == '.'))
			return true;
	}
	return false;
}

/* The two neighbours that are shortest together become one, of the longer one's phase. */
static void merge_pieces(struct start *s)
{
	uint64_t least_ns = UINT64_MAX, from_ns = 0;
	uint32_t at = 1;

	for (uint32_t i = 1; i < s->pieces_count; i++) {
		if (s->pieces[i].until_ns - from_ns < least_ns) {
			least_ns = s->pieces[i].until_ns - from_ns;
			at = i;
		}
		from_ns = s->pieces[i - 1].until_ns;
	}
	from_ns = at > 1 ? s->pieces[at - 2].until_ns : 0;
	if (s->pieces[at - 1].until_ns - from_ns >
		s->pieces[at].until_ns - s->pieces[at - 1].until_ns)
		s->pieces[at].phase = s->pieces[at - 1].phase;
	s->pieces_count--;
	memmove(&s->pieces[at - 1], &s->pieces[at],
		(s->pieces_count - at + 1) * sizeof(s->pieces[0]));
}

static void add_piece(struct start *s, uint64_t until_ns)
{
	if (s->pieces_count && s->pieces[s->pieces_count - 1].phase == s->phase) {
		s->pieces[s->pieces_count - 1].until_ns = until_ns;
		return;
	}
	if (s->pieces_count == MODEL_START_PIECES)
		merge_pieces(s);
	s->pieces[s->pieces_count++] = (struct start_piece){until_ns, s->phase};
}

void start_add_module(struct start *s, const struct start_module *what, uint64_t ns)
{
	struct start_module *least = &s->modules[0], *x;

	for (uint32_t i = 0; i < s->modules_count; i++) {
		x = &s->modules[i];
		if (x->name == what->name) {
			x->self_ns += ns;
			return;
		}
		least = x->self_ns < least->self_ns ? x : least;
	}
	if (s->modules_count < MODEL_START_MODULES)
		least = &s->modules[s->modules_count++];
	else if (least->self_ns >= ns)
		return;
	*least = *what;
	least->self_ns = ns;
}

/* What went on goes on until t_ns. */
static void go_on(struct start *s, uint64_t t_ns)
{
	uint64_t ns = since_ns(t_ns, s->at_ns);

	if (!ns || s->is_over)
		return;
	s->phase_ns[s->phase] += ns;
	if (s->module.name && s->phase != PHASE_INTERPRETER)
		start_add_module(s, &s->module, ns);
	s->at_ns = t_ns;
	add_piece(s, t_ns - s->from_ns);
}

struct label {
	enum start_phase phase;
	struct start_module module;
};

static struct label module_label(const struct model *m, struct start *s, const struct frame_step *f)
{
	struct label l = {PHASE_IMPORTS, {.name = f->name, .origin = f->origin}};

	if (!s->execed || s->has_pool)
		return l;
	s->has_pool = is_pool_module(model_text(m, f->name, ""));
	if (s->has_pool)
		return l;
	s->has_site |= f->origin != ORIGIN_PYTHON;
	l.phase = s->has_site ? PHASE_SITE : PHASE_INTERPRETER;
	return l;
}

static struct label label_of(const struct model *m, struct start *s, const struct frame_step *f)
{
	static const enum start_phase phases[] = {
		[STEP_MAIN] = PHASE_MAIN,
		[STEP_DATA] = PHASE_PREPARE,
		[STEP_LOCK] = PHASE_PREPARE,
		[STEP_IN_MAIN] = PHASE_MAIN,
		[STEP_IN_INITIALIZER] = PHASE_INITIALIZER,
		[STEP_IN_OTHER] = PHASE_PREPARE,
	};

	if (f->what == STEP_MODULE || f->what == STEP_IN_MODULE)
		return module_label(m, s, f);
	s->has_data |= f->what == STEP_DATA;
	s->has_main |= f->what == STEP_MAIN || f->what == STEP_IN_MAIN;
	if (f->what == STEP_IN_INITIALIZER && f->name)
		s->initializer = f->name;
	/* Before its data have come it can but be in what Python itself does. */
	if (f->what == STEP_IN_OTHER && s->execed && !s->has_data)
		return (struct label){(enum start_phase)s->phase, s->module};
	return (struct label){phases[f->what], {0}};
}

/* It was seen but once in what is not its last step: that may have been on the way to the next one.
 * Half of the time until then is the one's, the rest the other's. */
static void settle_doubt(struct start *s)
{
	if (!s->doubt_ns)
		return;
	go_on(s, s->at_ns + since_ns(s->doubt_ns, s->at_ns) / 2);
	s->phase = s->doubt_phase;
	s->module = s->doubt_module;
	s->doubt_ns = 0;
}

static bool is_same(const struct label *l, uint32_t phase, const struct start_module *module)
{
	return l->phase == phase && l->module.name == module->name;
}

/* What it is seen in twice, it is in since its last step; if it was seen in something else before
 * that, since half-way between. */
static void see(struct start *s, const struct label *l, uint64_t t_ns)
{
	if (is_same(l, s->phase, &s->module)) {
		s->seen_ns = t_ns;
		s->doubt_ns = 0;
		return;
	}
	if (!s->seen_ns && !(s->doubt_ns && is_same(l, s->doubt_phase, &s->doubt_module))) {
		s->doubt_ns = t_ns;
		s->doubt_phase = l->phase;
		s->doubt_module = l->module;
		return;
	}
	if (s->seen_ns)
		go_on(s, s->seen_ns + since_ns(t_ns, s->seen_ns) / 2);
	s->seen_ns = t_ns;
	s->doubt_ns = 0;
	s->phase = l->phase;
	s->module = l->module;
}

static void step(const struct model *m, struct start *s, const struct frame_step *f)
{
	struct label l;

	if (f->what >= STEP_IN_MODULE) {
		l = label_of(m, s, f);
		see(s, &l, f->h.t_ns);
		return;
	}
	settle_doubt(s);
	go_on(s, f->h.t_ns);
	l = label_of(m, s, f);
	s->seen_ns = 0;
	s->phase = l.phase;
	s->module = l.module;
}

static struct start *start_new(uint64_t from_ns)
{
	struct start *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->from_ns = s->at_ns = from_ns;
	s->phase = PHASE_PREPARE;
	return s;
}

/* Where the steps of a process are kept; NULL: it was not seen to begin. */
static struct start **place_of(struct model *m, struct proc *p)
{
	struct pool *pool = p->pool ? model_find_pool(m, p->pool) : NULL;
	struct worker *w = pool ? pool_find_worker(pool, p->worker) : NULL;

	if (!p->forked_ns)
		return NULL;
	return w ? &w->start : &p->start;
}

int start_exec(struct model *m, struct proc *p, uint64_t t_ns)
{
	struct start **place = place_of(m, p), *s;

	if (!place)
		return 0;
	if (!*place)
		*place = start_new(p->forked_ns);
	s = *place;
	if (!s)
		return -ENOMEM;
	if (!s->execed)
		s->phase = PHASE_LAUNCH;
	go_on(s, t_ns);
	s->execed = true;
	s->phase = PHASE_INTERPRETER;
	return 0;
}

int apply_step(struct model *m, const struct frame *frame)
{
	const struct frame_step *f = (const struct frame_step *)frame;
	struct proc *p = model_find_proc(m, frame->pid);
	struct start **place = p ? place_of(m, p) : NULL;

	if (!p) {
		m->dropped.orphan_frames++;
		return 0;
	}
	if (f->what < STEP_MODULE || f->what > STEP_IN_OTHER) {
		m->dropped.unknown_frames++;
		return 0;
	}
	if (!place)
		return 0;
	if (!*place)
		*place = start_new(p->forked_ns);
	if (!*place)
		return -ENOMEM;
	step(m, *place, f);
	return 0;
}

int start_copy(struct start **start)
{
	const struct start *from = *start;

	*start = NULL;
	if (!from)
		return 0;
	*start = malloc(sizeof(**start));
	if (!*start)
		return -ENOMEM;
	**start = *from;
	return 0;
}

void start_served_first(struct model *m, const struct proc *child)
{
	struct proc *server = model_find_proc(m, child->ppid);

	if (!server || !server->start || employer_of(m, child) == child->ppid)
		return;
	settle_doubt(server->start);
	go_on(server->start, child->forked_ns);
	server->start->is_over = true;
}

int start_served(struct model *m, struct pool *p, const struct proc *worker)
{
	const struct proc *server = model_find_proc(m, worker->ppid);

	if (p->server || !server || server->pid == p->pid || !server->start ||
		!server->start->is_over)
		return 0;
	p->server = server->start;
	if (start_copy(&p->server))
		return -ENOMEM;
	p->server_pid = server->pid;
	return 0;
}

static int dearer(const void *a, const void *b)
{
	const struct start_module *x = a, *y = b;

	if (x->self_ns != y->self_ns)
		return x->self_ns < y->self_ns ? 1 : -1;
	return (x->name > y->name) - (x->name < y->name);
}

void start_sort_modules(struct start *s)
{
	qsort(s->modules, s->modules_count, sizeof(s->modules[0]), dearer);
}

bool worker_start(
	const struct model *m, const struct pool *p, const struct worker *w, struct start *ret)
{
	struct start s = {.from_ns = w->born_ns, .at_ns = w->born_ns, .phase = PHASE_PREPARE};

	if (!w->born_seen || !(w->known >> STATE_START & 1))
		return false;
	if (w->start)
		s = *w->start;
	else if (p->start_method != START_FORK || !(m->session.flags & SESSION_STEPS))
		return false; /* whoever runs Python anew opens files */
	settle_doubt(&s);
	go_on(&s, w->born_ns + worker_state_ns(w, STATE_START, m->now_ns));
	start_sort_modules(&s);
	*ret = s;
	return true;
}

bool pool_server_start(const struct pool *p, struct start *ret)
{
	if (!p->server)
		return false;
	*ret = *p->server;
	start_sort_modules(ret);
	return true;
}

const char *start_phase_name(enum start_phase phase)
{
	static const char *const names[START_PHASES] = {
		[PHASE_LAUNCH] = "launch",
		[PHASE_INTERPRETER] = "interpreter",
		[PHASE_SITE] = "site",
		[PHASE_IMPORTS] = "imports",
		[PHASE_MAIN] = "main",
		[PHASE_PREPARE] = "prepare",
		[PHASE_INITIALIZER] = "initializer",
	};

	return (unsigned int)phase < START_PHASES ? names[phase] : "?";
}
