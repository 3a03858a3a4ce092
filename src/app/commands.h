/* SPDX-License-Identifier: GPL-2.0-only */
/* One function per command, each in its file cmd_<name>.c. They return an exit status, or a
 * negative -errno with *err worded, whose class then decides the status. */
#ifndef POOLTOP_COMMANDS_H
#define POOLTOP_COMMANDS_H

#include "app/options.h"

int cmd_dashboard(const struct options *o, struct err *err);
int cmd_run(const struct options *o, struct err *err);
int cmd_record(const struct options *o, struct err *err);
int cmd_replay(const struct options *o, struct err *err);
int cmd_report(const struct options *o, struct err *err);
int cmd_export(const struct options *o, struct err *err);
int cmd_serve(const struct options *o, struct err *err);
int cmd_stack(const struct options *o, struct err *err);
int cmd_list(const struct options *o, struct err *err);
int cmd_check(const struct options *o, struct err *err);

#endif
