/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "app/commands.h"
#include "app/pythons.h"
#include "app/target.h"
#include "export/check.h"
#include "live/features.h"

enum { FEATURES_MAX = 32 };

static size_t try_features(struct feature_row *rows)
{
	size_t count = 0;

	for (const struct feature_probe *p = feature_probes; p->name && count < FEATURES_MAX; p++) {
		rows[count].name = p->name;
		rows[count].ok = p->try(NULL);
		rows[count].lost = rows[count].ok ? NULL : p->lost;
		rows[count].fix = rows[count].ok ? NULL : p->fix;
		count++;
	}
	return count;
}

static size_t find_pythons(struct python_found *found, struct python_row *rows)
{
	struct session s;
	bool seen = !glance(0, 0, &s, NULL);
	size_t count = pythons_find(seen ? &s.model : NULL, found);

	if (seen)
		session_release(&s);
	for (size_t i = 0; i < count; i++)
		rows[i] = (struct python_row){.path = found[i].path,
			.version = found[i].version[0] ? found[i].version : NULL,
			.ok = found[i].ok,
			.why = found[i].why};
	return count;
}

int cmd_check(const struct options *o, struct err *err)
{
	static const char btf[] = "btf";
	struct feature_row features[FEATURES_MAX];
	struct python_found *found = calloc(PYTHONS_MAX, sizeof(*found));
	struct python_row pythons[PYTHONS_MAX];
	struct utsname name = {.release = "?"};
	struct check c = {.kernel = name.release, .features = features, .pythons = pythons};
	char *text = NULL;
	size_t len;
	int ret = options_no_args(o, "check", err);

	if (ret) {
		free(found);
		return ret;
	}
	ret = found ? 0 : -ENOMEM;
	uname(&name);
	if (!ret) {
		c.features_count = try_features(features);
		c.pythons_count = find_pythons(found, pythons);
		for (size_t i = 0; i < c.features_count; i++)
			c.btf |= !strcmp(features[i].name, btf) && features[i].ok;
		ret = o->json ? check_json(&c, &text, &len) : check_text(&c, &text, &len);
	}
	if (ret)
		err_set(err, ret, ERR_FAILED, "out of memory");
	else
		fwrite(text, 1, len, stdout);
	free(text);
	free(found);
	return ret;
}
