/* SPDX-License-Identifier: GPL-2.0-only */
#include "trap/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MOST_ROUND 1e12
#define MOST_NS 1.8e19 /* a uint64_t holds 1.84e19 */

char *words_task(
	char buf[static WORDS_MAX], const struct model *m, struct task_key key, uint32_t func)
{
	const char *name = model_text(m, func, "an unknown function");

	if (key.chunk < 0)
		snprintf(buf, WORDS_MAX, "task %" PRId64 " of %.90s", key.job, name);
	else
		snprintf(buf, WORDS_MAX, "task %" PRId64 "/%" PRId32 " of %.90s", key.job,
			key.chunk, name);
	return buf;
}

static char *words_oom(char buf[static WORDS_MAX], const struct death *d)
{
	char limit[FMT_MAX];

	if (d->oom.limit_bytes)
		snprintf(buf, WORDS_MAX, "was killed (SIGKILL, by the OOM killer, cgroup limit %s)",
			fmt_bytes(limit, d->oom.limit_bytes));
	else
		snprintf(buf, WORDS_MAX,
			"was killed (SIGKILL, by the OOM killer, the machine was out of memory)");
	return buf;
}

char *words_death(char buf[static WORDS_MAX], const struct death *d)
{
	unsigned int sig = d->status & 0x7f;
	char name[16];

	if (d->end == END_OOM)
		return words_oom(buf, d);
	if (d->end == END_UNKNOWN)
		return strcpy(buf, "died, nobody saw how");
	if (!sig)
		snprintf(buf, WORDS_MAX, "exited with status %u%s", d->status >> 8 & 0xff,
			d->status ? "" : " in the middle of a task");
	else if (d->sender.seen && d->sender.sender && d->sender.sender == d->pid)
		snprintf(buf, WORDS_MAX, "killed itself (%s)", signal_name(sig, name));
	else if (d->sender.seen && d->sender.sender)
		snprintf(buf, WORDS_MAX, "was killed (%s, by %s [%" PRIu32 "])",
			signal_name(sig, name), d->sender.comm, d->sender.sender);
	else if (d->sender.seen)
		snprintf(buf, WORDS_MAX, "crashed (%s)", signal_name(sig, name));
	else
		snprintf(buf, WORDS_MAX, "was killed (%s)", signal_name(sig, name));
	return buf;
}

char *words_duration(char buf[static FMT_MAX], double ns)
{
	if (!(ns > 0))
		ns = 0;
	return fmt_duration(buf, (uint64_t)(ns < MOST_NS ? ns : MOST_NS));
}

double round_down(double n)
{
	double unit = 1;

	if (!(n > 1))
		return 1;
	if (n > MOST_ROUND)
		n = MOST_ROUND;
	while (n / unit >= 100)
		unit *= 10;
	n = (double)(uint64_t)(n / unit) * unit;
	return n;
}

/* The call takes a chunksize: its job has several chunks, or a chunk has several items. */
static bool is_mapped(const struct pool *p, const struct func *func)
{
	for (uint32_t i = 0; i < p->jobs_count; i++)
		if (p->jobs[i].func == func->name && p->jobs[i].sent > 1)
			return true;
	return func->pace.chunked;
}

char *words_chunk(
	char buf[static WORDS_MAX], const struct pool *p, const struct func *func, double chunk)
{
	if (!strcmp(p->kind, "loky"))
		snprintf(buf, WORDS_MAX, "pass batch_size=%.0f to Parallel", chunk);
	else if (!strcmp(p->kind, "DataLoader"))
		snprintf(buf, WORDS_MAX, "pass batch_size=%.0f to DataLoader", chunk);
	else if (is_mapped(p, func))
		snprintf(buf, WORDS_MAX, "pass chunksize=%.0f to map", chunk);
	else
		snprintf(buf, WORDS_MAX,
			"send many at once, with map(..., chunksize=%.0f), and not each by a call "
			"of its own",
			chunk);
	return buf;
}

char *words_script(char buf[static WORDS_MAX], const struct model *m, const struct pool *p)
{
	const char *command = model_text(m, p->command, "the main script"), *word = command;

	for (size_t len; *word; word += len + (word[len] == ' ')) {
		len = strcspn(word, " ");
		if (len < 4 || strncmp(word + len - 3, ".py", 3))
			continue;
		for (size_t i = len; i > 0; i--)
			if (word[i - 1] == '/') {
				word += i;
				len -= i;
				break;
			}
		snprintf(buf, WORDS_MAX, "%.*s", len < 90 ? (int)len : 90, word);
		return buf;
	}
	snprintf(buf, WORDS_MAX, "%.90s", command);
	return buf;
}

bool words_is_unpicklable(const struct failure *f)
{
	return f->flags & MSG_ENCODING || strstr(f->traceback, "in _sendback_result") != NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Characters of the number that a text begins with: 17, 1,000.5, 1e-05, 0x7f; 0: it is none. */
static size_t unsigned_len(const char *text)
{
	size_t n = 0, more;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && is_hex(text[2])) {
		for (n = 2; is_hex(text[n]);)
			n++;
		return n;
	}
	while (is_digit(text[n]) ||
		(n && text[n] && strchr(".,_", text[n]) && is_digit(text[n + 1])))
		n++;
	if (!n || (text[n] != 'e' && text[n] != 'E'))
		return n;
	more = n + 1 + (text[n + 1] == '-' || text[n + 1] == '+');
	if (!is_digit(text[more]))
		return n;
	while (is_digit(text[more]))
		more++;
	return more;
}

/* The same at a place in a text, with the sign in front: that of "(-3)", not that of "A-3". */
static size_t number_len(const char *text, size_t at)
{
	size_t n;

	if (text[at] != '-' || (at && !strchr(" =:,([{<", text[at - 1])))
		return unsigned_len(text + at);
	n = unsigned_len(text + at + 1);
	return n ? n + 1 : 0;
}

static uint64_t mix(uint64_t hash, unsigned char c)
{
	return (hash ^ c) * UINT64_C(0x100000001b3);
}

uint64_t words_shape(const struct failure *f)
{
	enum { MOST = 512 };
	uint64_t hash = UINT64_C(0xcbf29ce484222325) + f->func;
	size_t at = 0;

	for (const char *c = f->exception; *c; c++)
		hash = mix(hash, (unsigned char)*c);
	hash = mix(hash, 0);
	while (f->message[at] && at < MOST) {
		size_t n = number_len(f->message, at);

		hash = mix(hash, n ? '0' : (unsigned char)f->message[at]);
		at += n ? n : 1;
	}
	return hash;
}
