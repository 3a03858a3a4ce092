/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>
#include <stdlib.h>

#include "app/commands.h"
#include "app/target.h"
#include "export/list.h"

int cmd_list(const struct options *o, struct err *err)
{
	struct session s;
	char *text = NULL;
	size_t len;
	int ret = options_no_args(o, "list", err);

	if (!ret)
		ret = glance(0, 0, &s, err);
	if (ret)
		return ret;
	ret = o->json ? list_json(&s.model, &text, &len) : list_text(&s.model, &text, &len);
	if (!ret)
		fwrite(text, 1, len, stdout);
	else
		err_set(err, ret, ERR_FAILED, "out of memory");
	free(text);
	session_release(&s);
	return ret;
}
