/* SPDX-License-Identifier: GPL-2.0-only */
/* A death: one finding for each way to die, so that fifty kills are one line. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "trap/trap.h"
#include "trap/words.h"

enum { CAUSES = 8 };

struct cause {
	uint64_t subject;
	uint32_t deaths;
	uint32_t with_task;
	uint32_t oldest, newest; /* index */
};

static uint64_t subject_of(const struct death *d)
{
	return (uint64_t)d->end << 32 | (uint64_t)(d->inferred[0] != '\0') << 31 | d->status;
}

static unsigned int sort_causes(const struct pool *p, struct cause cause[static CAUSES])
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < p->deaths_count; i++) {
		const struct death *d = &p->deaths[i];
		unsigned int c = 0;

		while (c < n && cause[c].subject != subject_of(d))
			c++;
		if (c == CAUSES)
			c--;
		if (c == n)
			cause[n++] = (struct cause){.subject = subject_of(d), .oldest = i};
		cause[c].deaths++;
		cause[c].with_task += d->hand.has;
		cause[c].newest = i;
	}
	return n;
}

static void word_past(const struct death *d, const struct cause *c, struct finding *f)
{
	char how[WORDS_MAX], who[32] = "a worker", more[64] = "";

	if (d->pid)
		snprintf(who, sizeof(who), "%" PRIu32, d->pid);
	if (c->deaths > 1)
		snprintf(more, sizeof(more), ", and %" PRIu32 " more in the same way",
			c->deaths - 1);
	snprintf(f->text, sizeof(f->text), "%s %.90s before watching began%s (inferred)%s", who,
		d->end == END_UNKNOWN ? "died" : words_death(how, d),
		d->end == END_UNKNOWN ? ", nobody saw how" : "", more);
}

static void word(
	const struct model *m, const struct death *d, const struct cause *c, struct finding *f)
{
	char how[WORDS_MAX], task[WORDS_MAX];
	const char *with = "with no task in hand";
	int len;

	if (d->inferred[0]) {
		word_past(d, c, f);
		return;
	}
	if (d->hand.has)
		words_task(task, m, d->hand.key, d->hand.func);
	len = snprintf(f->text, sizeof(f->text), "%" PRIu32 " %.90s %s%.100s%s", d->pid,
		words_death(how, d), d->hand.has ? "with " : with, d->hand.has ? task : "",
		d->hand.has ? ": lost" : "");
	if (c->deaths > 1 && len > 0 && (size_t)len < sizeof(f->text))
		snprintf(f->text + len, sizeof(f->text) - (size_t)len,
			", and %" PRIu32 " before it in the same way", c->deaths - 1);
}

static const char *advice_on(const struct death *d)
{
	bool by_hand = d->end == END_SIGNAL && (d->status & 0x7f) == SIGKILL;

	if (d->end == END_UNKNOWN || (d->inferred[0] && by_hand))
		return "start it by pooltop run -- CMD: that sees who ends a worker, and in which "
		       "task";
	if (d->end == END_OOM)
		return "give the cgroup more memory, use fewer workers, or make the chunks "
		       "smaller";
	if (d->end == END_EXIT)
		return "look for sys.exit() or os._exit() in the task, and at the worker's last "
		       "lines on standard error";
	if (d->sender.seen && d->sender.sender && d->sender.sender == d->pid)
		return "the task itself sends this signal, or calls abort(): see its stack in "
		       "the certificate";
	if (d->sender.seen && d->sender.sender)
		return "ask the sender: a signal from outside is no fault of the task";
	return "it is a crash in native code: run the task with python -X faulthandler";
}

static void advise(const struct death *d, struct finding *f)
{
	struct exception_said said;

	if (!death_exception(d, &said)) {
		snprintf(f->advice, sizeof(f->advice), "%s", advice_on(d));
		return;
	}
	snprintf(f->advice, sizeof(f->advice),
		"%.60s ended it: %.100s; catch it in the task, for a worker that ends "
		"tells nobody",
		said.type, said.message[0] ? said.message : "no message");
}

static void judge(const struct model *m, const struct pool *p, struct trap_sink *sink)
{
	struct cause cause[CAUSES];
	unsigned int n = sort_causes(p, cause);

	for (unsigned int c = 0; c < n; c++) {
		const struct death *d = &p->deaths[cause[c].newest];
		struct finding *f = trap_find(sink, cause[c].subject);

		if (!f)
			return;
		f->severity = cause[c].with_task ? SEVERITY_CRITICAL : SEVERITY_WARNING;
		f->since_ns = p->deaths[cause[c].oldest].t_ns;
		if (!f->since_ns)
			f->since_ns = p->seen_ns;
		word(m, d, &cause[c], f);
		advise(d, f);
		trap_evidence(f, "deaths", cause[c].deaths);
		trap_evidence(f, "with_task", cause[c].with_task);
		trap_evidence(f, "pid", d->pid);
	}
}

const struct trap_rule trap_worker_died = {
	.id = "worker-died",
	.judge = judge,
};
