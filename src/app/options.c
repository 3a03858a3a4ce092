/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DEFAULT_INTERVAL = 1000,
	MIN_INTERVAL = 100,
	MAX_INTERVAL = 10000,
	DEFAULT_BUDGET = 10000, /* 1 % */
	MILLIONTHS = 10000, /* in 1 % */
	MIN_SIZE = 20, /* columns; rows: a quarter */
	MAX_SIZE = 1000,
};

static int bad_value(struct err *err, const char *option, const char *value, const char *want)
{
	return err_set(err, -EINVAL, ERR_USAGE, "%s %s: give %s", option, value, want);
}

static int read_size(struct options *o, const char *value, struct err *err)
{
	unsigned int columns, rows;
	char end;

	if (sscanf(value, "%ux%u%c", &columns, &rows, &end) != 2 || columns < MIN_SIZE ||
		rows < MIN_SIZE / 4 || columns > MAX_SIZE || rows > MAX_SIZE)
		return bad_value(err, "--size", value, "COLUMNSxROWS, such as 80x24");
	o->columns = columns;
	o->rows = rows;
	return 0;
}

static int read_interval(struct options *o, const char *value, struct err *err)
{
	char *end;
	long ms = strtol(value, &end, 10);

	if (*end || end == value || ms < MIN_INTERVAL || ms > MAX_INTERVAL)
		return bad_value(err, "--interval", value, "milliseconds from 100 to 10000");
	o->interval_ms = ms;
	return 0;
}

static int read_budget(struct options *o, const char *value, struct err *err)
{
	char *end;
	double percent = strtod(value, &end);

	if (*end == '%')
		end++;
	if (*end || end == value || !(percent >= 0.01) || percent > 100)
		return bad_value(err, "--budget", value,
			"per cent of the machine's time, from 0.01 to 100 (no limit)");
	o->budget = (uint32_t)(percent * MILLIONTHS + 0.5);
	return 0;
}

static int read_output(struct options *o, const char *value, struct err *err)
{
	(void)err;
	o->output = value;
	return 0;
}

static int read_view(struct options *o, const char *value, struct err *err)
{
	(void)err;
	o->view = value;
	return 0;
}

static int read_listen(struct options *o, const char *value, struct err *err)
{
	(void)err;
	o->listen = value;
	return 0;
}

/* A number with an optional unit of the table; 0 if it is none or out of range. */
struct unit {
	const char *name;
	double factor;
};

static const struct unit time_units[] = {
	{"", 1e9}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}, {NULL, 0}};
static const struct unit size_units[] = {
	{"K", 1024.0}, {"M", 1048576.0}, {"G", 1073741824.0}, {"T", 1099511627776.0}, {NULL, 0}};

static uint64_t with_unit(const char *text, size_t len, const struct unit *units)
{
	char copy[32], *end;
	double v;

	if (len >= sizeof(copy))
		return 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	v = strtod(copy, &end);
	if (end == copy || !(v > 0) || !isfinite(v))
		return 0;
	for (const struct unit *u = units; u->name; u++)
		if (!strcmp(end, u->name) && v * u->factor >= 1 && v * u->factor < 9e18)
			return v * u->factor;
	return 0;
}

static int read_duration(struct options *o, const char *value, struct err *err)
{
	o->duration_ns = with_unit(value, strlen(value), time_units);
	return o->duration_ns ? 0 : bad_value(err, "--duration", value, "seconds, or 90s, 5m, 2h");
}

static int read_keep(struct options *o, const char *value, struct err *err)
{
	for (const char *at = value; *at;) {
		size_t len = strcspn(at, ",");
		uint64_t bytes = with_unit(at, len, size_units);
		uint64_t ns = bytes ? 0 : with_unit(at, len, time_units);

		if (bytes)
			o->keep_bytes = bytes;
		else if (ns)
			o->keep_ns = ns;
		else
			return bad_value(err, "--keep", value, "a time, a size or both: 2h,1G");
		at += len + (at[len] == ',');
	}
	return 0;
}

static int read_format(struct options *o, const char *value, struct err *err)
{
	(void)err;
	o->format = value;
	return 0;
}

static const struct option_row {
	char letter;
	const char *name;
	const char *value; /* NULL: takes none, and sets the flag at `flag` */
	const char *what;
	size_t flag;
	int (*read)(struct options *o, const char *value, struct err *err);
} option_rows[] = {
	{'a', "ascii", NULL, "plain ASCII", offsetof(struct options, ascii), NULL},
	{'c', "no-color", NULL, "no colours", offsetof(struct options, no_color), NULL},
	{'1', "once", NULL, "draw one screen as text and exit", offsetof(struct options, once),
		NULL},
	{'S', "size", "COLSxROWS", "of that screen", 0, read_size},
	{'w', "view", "NAME", "the view to begin with: overview, workers ...", 0, read_view},
	{'i', "interval", "MS", "between updates: 100 to 10000, else 1000", 0, read_interval},
	{'B', "budget", "PERCENT", "of the machine for watching, else 1; 100: no limit", 0,
		read_budget},
	{'b', "no-bpf", NULL, "the /proc mode, even where BPF could be had",
		offsetof(struct options, no_bpf), NULL},
	{'x', "exact", NULL, "measure pickling by probes, for at most 1% of the pool's time",
		offsetof(struct options, exact), NULL},
	{'o', "output", "FILE", "where it goes; - is standard output", 0, read_output},
	{'l', "listen", "ADDRESS", "and port where to serve, else 127.0.0.1:9464", 0, read_listen},
	{'f', "format", "NAME", "of an export: perfetto, csv, jsonl or folded", 0, read_format},
	{'d', "duration", "TIME", "stop after that long: 10, 90s, 5m, 2h", 0, read_duration},
	{'k', "keep", "LIMITS", "keep the newest only: 2h, 1G, or 2h,1G", 0, read_keep},
	{'j', "json", NULL, "JSON instead of text", offsetof(struct options, json), NULL},
	{'v', "verbose", NULL, "say more", offsetof(struct options, verbose), NULL},
	{'h', "help", NULL, "this", offsetof(struct options, help), NULL},
	{'V', "version", NULL, "the version", offsetof(struct options, version), NULL},
};

enum { OPTION_ROWS = sizeof(option_rows) / sizeof(option_rows[0]) };

static const struct command *find_command(const char *word)
{
	for (const struct command *c = commands; c->run; c++)
		if (c->name[0] && word && !strcmp(c->name, word))
			return c;
	return NULL;
}

static const struct command *dashboard(void)
{
	const struct command *c = commands;

	while (c->name[0])
		c++;
	return c;
}

static int take_option(const struct command *c, int letter, struct options *o, struct err *err)
{
	for (int i = 0; i < OPTION_ROWS; i++) {
		const struct option_row *row = &option_rows[i];

		if (row->letter != letter)
			continue;
		if (!strchr("hVv", letter) && !strchr(c->accepts, letter))
			return err_set(err, -EINVAL, ERR_USAGE,
				"--%s makes no sense with `pooltop%s%s`: see `pooltop --help`",
				row->name, c->name[0] ? " " : "", c->name);
		if (row->read)
			return row->read(o, optarg, err);
		*(bool *)((char *)o + row->flag) = true;
		return 0;
	}
	return -EINVAL;
}

static int parse(int argc, char **argv, const struct command *c, struct options *o, struct err *err)
{
	struct option longs[OPTION_ROWS + 1] = {0};
	int letter, at;

	for (int i = 0; i < OPTION_ROWS; i++)
		longs[i] = (struct option){.name = option_rows[i].name,
			.has_arg = option_rows[i].value ? required_argument : no_argument,
			.val = option_rows[i].letter};
	opterr = 0;
	optind = 0; /* GNU: begin anew */
	while (at = optind ? optind : 1,
		(letter = getopt_long(argc, argv, "+:o:d:hvV", longs, NULL)) != -1) {
		if (letter == '?')
			return err_set(err, -EINVAL, ERR_USAGE,
				"unknown option %s: see `pooltop --help`", argv[at]);
		if (letter == ':')
			return err_set(err, -EINVAL, ERR_USAGE,
				"%s needs a value: see `pooltop --help`", argv[at]);
		if (take_option(c, letter, o, err))
			return -EINVAL;
	}
	o->args = argv + optind;
	o->args_count = argc - optind;
	return 0;
}

/* Whether the word behind this option is its value. */
static bool takes_next(const char *arg)
{
	for (int k = 0; k < OPTION_ROWS; k++) {
		const struct option_row *row = &option_rows[k];
		char letter[3] = {'-', row->letter, '\0'};

		if (row->value &&
			((arg[1] == '-' && !strcmp(arg + 2, row->name)) || !strcmp(arg, letter)))
			return true;
	}
	return false;
}

static bool is_option(const char *arg)
{
	return arg[0] == '-' && arg[1];
}

/* Options may stand before and behind the arguments (`report FILE --json`): moves arguments to
 * the end, but leaves alone what follows "--". */
static void options_first(int argc, char **argv, const struct command *c)
{
	int end = 1, args = 0;
	char *moved[argc];

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--") || (argv[i][0] != '-' && !strcmp(c->name, "run"))) {
			for (; i < argc; i++)
				moved[args++] = argv[i];
			break;
		}
		if (!is_option(argv[i])) {
			moved[args++] = argv[i];
			continue;
		}
		argv[end++] = argv[i];
		if (takes_next(argv[i]) && i + 1 < argc)
			argv[end++] = argv[++i];
	}
	memcpy(argv + end, moved, args * sizeof(*moved));
}

/* Options may stand before the command too (`pooltop --no-bpf list`): moves it to the front.
 * NULL: the first word that is no option is no command. */
static const struct command *command_first(int argc, char **argv)
{
	const struct command *c;
	char *word;
	int at = 1;

	while (at < argc && is_option(argv[at]) && strcmp(argv[at], "--"))
		at += 1 + takes_next(argv[at]);
	c = find_command(at < argc ? argv[at] : NULL);
	if (!c)
		return NULL;
	word = argv[at];
	memmove(argv + 2, argv + 1, (at - 1) * sizeof(*argv));
	argv[1] = word;
	return c;
}

int options_read(int argc, char **argv, const struct command **ret_command,
	struct options *ret_options, struct err *err)
{
	const struct command *c = command_first(argc, argv);
	struct options o = {.interval_ms = DEFAULT_INTERVAL, .budget = DEFAULT_BUDGET};
	int skip = c ? 1 : 0;

	if (!c)
		c = dashboard();
	argv[skip] = argv[0];
	options_first(argc - skip, argv + skip, c);
	if (parse(argc - skip, argv + skip, c, &o, err))
		return -EINVAL;
	if (c == dashboard() && o.args_count && strspn(o.args[0], "0123456789") < strlen(o.args[0]))
		return err_set(err, -EINVAL, ERR_USAGE,
			"there is no command `%s`: see `pooltop --help`", o.args[0]);
	*ret_command = c;
	*ret_options = o;
	return 0;
}

void options_help(void)
{
	puts("pooltop: a dashboard for Python process pools\n\ncommands:");
	for (const struct command *c = commands; c->run; c++) {
		char line[96];

		snprintf(line, sizeof(line), "pooltop%s%s %s", c->name[0] ? " " : "", c->name,
			c->args);
		printf("  %-48s %s\n", line, c->what);
	}
	puts("\noptions:");
	for (int i = 0; i < OPTION_ROWS; i++) {
		const struct option_row *row = &option_rows[i];
		char line[96];

		snprintf(line, sizeof(line), "--%s%s%s", row->name, row->value ? " " : "",
			row->value ? row->value : "");
		printf("  %-48s %s\n", line, row->what);
	}
	puts("\nexit status: 0 done, 1 failed, 2 usage, 3 no such target or no pool, 4 not "
	     "permitted,\n5 the recording is damaged or of an unknown version.");
}

int options_no_args(const struct options *o, const char *command, struct err *err)
{
	if (!o->args_count)
		return 0;
	return err_set(
		err, -EINVAL, ERR_USAGE, "%s takes no arguments, so not %s", command, o->args[0]);
}

int options_pid(const char *text, uint32_t *ret_pid, struct err *err)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end || !v || v > 4194304)
		return err_set(
			err, -EINVAL, ERR_USAGE, "%s is no process id: see `pooltop list`", text);
	*ret_pid = v;
	return 0;
}
