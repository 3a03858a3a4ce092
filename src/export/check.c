/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "export/jout.h"
#include "export/page.h"
#include "export/report.h"

enum { TEXT_LIMIT = 4096, INDENT = 28 };

/* Paths are whatever somebody called a file. */
static void put_text(struct jout *j, json_t *o, const char *key, const char *text)
{
	char *clean = NULL;

	if (text) {
		clean = text_clean_dup(text, strlen(text), TEXT_LIMIT, 0);
		if (!clean)
			j->failed = true;
	}
	jout_text(j, o, key, clean);
	free(clean);
}

static json_t *features(struct jout *j, const struct check *c)
{
	json_t *list = jout_array(j);
	size_t i;

	for (i = 0; i < c->features_count; i++) {
		json_t *o = jout_object(j);

		put_text(j, o, "name", c->features[i].name);
		jout_bool(j, o, "ok", c->features[i].ok);
		put_text(j, o, "lost", c->features[i].lost);
		put_text(j, o, "fix", c->features[i].fix);
		jout_push(j, list, o);
	}
	return list;
}

static json_t *pythons(struct jout *j, const struct check *c)
{
	json_t *list = jout_array(j);
	size_t i;

	for (i = 0; i < c->pythons_count; i++) {
		json_t *o = jout_object(j);

		put_text(j, o, "path", c->pythons[i].path);
		put_text(j, o, "version", c->pythons[i].version);
		jout_bool(j, o, "ok", c->pythons[i].ok);
		put_text(j, o, "why", c->pythons[i].why);
		jout_push(j, list, o);
	}
	return list;
}

int check_json(const struct check *c, char **ret_text, size_t *ret_len)
{
	struct jout j = {0};
	json_t *root = jout_object(&j);

	put_text(&j, root, "kernel", c->kernel);
	jout_bool(&j, root, "btf", c->btf);
	jout_put(&j, root, "features", features(&j, c));
	jout_put(&j, root, "pythons", pythons(&j, c));
	return jout_dump(&j, root, ret_text, ret_len);
}

static void words(struct page *out, const char *text)
{
	char *clean = text_clean_dup(text, strlen(text), TEXT_LIMIT, 0);

	if (clean)
		page_words(out, INDENT, clean);
	else
		out->buf.is_short = true;
	free(clean);
}

static void line(struct page *out, const char *mark, const char *name, const char *text)
{
	page_add(out, "%-9s", mark);
	words(out, name);
	if (text) {
		page_add(out, "  ");
		page_to(out, INDENT);
		words(out, text);
	}
	page_end(out);
}

static void feature(struct page *out, const struct feature_row *f)
{
	line(out, f->ok ? "ok" : "MISSING", f->name, f->ok ? NULL : f->lost);
	if (f->ok || !f->fix)
		return;
	page_to(out, INDENT);
	page_add(out, "to get it: ");
	words(out, f->fix);
	page_end(out);
}

static void python(struct page *out, const struct python_row *p)
{
	page_add(out, "%-9sPython ", p->ok ? "ok" : "NO");
	words(out, p->version ? p->version : "?");
	page_add(out, "  ");
	page_to(out, INDENT);
	words(out, p->path);
	if (!p->ok && p->why) {
		page_add(out, ": ");
		words(out, p->why);
	}
	page_end(out);
}

int check_text(const struct check *c, char **ret_text, size_t *ret_len)
{
	struct page out = {.width = REPORT_WIDTH};
	size_t i;

	line(&out, "kernel", c->kernel, c->btf ? "with BTF" : "without BTF");
	for (i = 0; i < c->features_count; i++)
		feature(&out, &c->features[i]);
	for (i = 0; i < c->pythons_count; i++)
		python(&out, &c->pythons[i]);
	return page_finish(&out, ret_text, ret_len);
}
