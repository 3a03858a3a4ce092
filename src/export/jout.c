/* SPDX-License-Identifier: GPL-2.0-only */
#include "export/jout.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

json_t *jout_object(struct jout *j)
{
	json_t *object = json_object();

	if (!object)
		j->failed = true;
	return object;
}

json_t *jout_array(struct jout *j)
{
	json_t *array = json_array();

	if (!array)
		j->failed = true;
	return array;
}

void jout_put(struct jout *j, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		j->failed = true;
}

void jout_push(struct jout *j, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		j->failed = true;
}

void jout_uint(struct jout *j, json_t *object, const char *key, uint64_t n)
{
	jout_put(j, object, key, json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n));
}

void jout_uint_if(struct jout *j, json_t *object, const char *key, bool known, uint64_t n)
{
	if (known)
		jout_uint(j, object, key, n);
	else
		jout_null(j, object, key);
}

void jout_int(struct jout *j, json_t *object, const char *key, int64_t n)
{
	jout_put(j, object, key, json_integer(n));
}

void jout_bool(struct jout *j, json_t *object, const char *key, bool yes)
{
	jout_put(j, object, key, json_boolean(yes));
}

void jout_number(struct jout *j, json_t *object, const char *key, double n)
{
	if (!isfinite(n))
		jout_null(j, object, key);
	else if (n == trunc(n) && fabs(n) < 9.0e18)
		jout_int(j, object, key, (int64_t)n);
	else
		jout_put(j, object, key, json_real(n));
}

void jout_text(struct jout *j, json_t *object, const char *key, const char *text)
{
	json_t *value;
	char *clean;

	if (!text) {
		jout_null(j, object, key);
		return;
	}
	value = json_string(text);
	if (!value) {
		clean = text_clean_dup(text, strlen(text), strlen(text) * 3, 1);
		value = clean ? json_string(clean) : NULL;
		free(clean);
	}
	jout_put(j, object, key, value);
}

void jout_null(struct jout *j, json_t *object, const char *key)
{
	jout_put(j, object, key, json_null());
}

static int add(const char *bytes, size_t len, void *buf)
{
	return buf_add(buf, bytes, len);
}

int jout_dump(struct jout *j, json_t *root, char **ret_text, size_t *ret_len)
{
	struct buf buf = {0};
	int r = -ENOMEM;

	if (!j->failed && root &&
		!json_dump_callback(root, add, &buf, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) &&
		!buf_add(&buf, "\n", 1)) {
		*ret_text = buf.data;
		*ret_len = buf.len;
		buf = (struct buf){0};
		r = 0;
	}
	buf_release(&buf);
	json_decref(root);
	return r;
}
