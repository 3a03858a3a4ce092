/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facts DIR: for every .bin in it, a message's first bytes, one line of tab-separated
 * `file kind job index success function items exc_type exc_message`. Empty: not known; ~: about.
 * Exit status 1 if DIR cannot be read.
 */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pickle/pickle.h"

enum { MESSAGE_MAX = 1 << 20 };

static const char *const kinds[PICKLE_SHAPES] = {
	[PICKLE_UNKNOWN] = "",
	[PICKLE_EMPTY] = "empty",
	[PICKLE_NONE] = "sentinel",
	[PICKLE_INT] = "int",
	[PICKLE_POOL_TASK] = "pool-task",
	[PICKLE_POOL_RESULT] = "pool-result",
	[PICKLE_CALL] = "ppe-call",
	[PICKLE_RESULT] = "ppe-result",
	[PICKLE_BILLIARD_TASK] = "billiard-task",
	[PICKLE_BILLIARD_ACK] = "billiard-ack",
	[PICKLE_BILLIARD_READY] = "billiard-ready",
	[PICKLE_BILLIARD_DEATH] = "billiard-death",
	[PICKLE_BILLIARD_UP] = "billiard-up",
	[PICKLE_INDEX] = "torch-index",
	[PICKLE_DATA] = "torch-data",
	[PICKLE_OBJECT] = "user",
};

static int is_message(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && strcmp(entry->d_name + len - 4, ".bin") == 0;
}

static void print(const char *file, const struct pickle_facts *f)
{
	char message[PICKLE_MESSAGE_MAX];

	/* A line for a line; and what only the traceback says, the message itself does not. */
	strcpy(message, f->is_message_derived ? "" : f->message);
	message[strcspn(message, "\n")] = '\0';
	printf("%s\t%s\t", file, kinds[f->shape]);
	if (f->has_job)
		printf("%" PRId64, f->job);
	printf("\t");
	if (f->has_chunk)
		printf("%" PRId32, f->chunk);
	printf("\t%s\t%s\t", f->has_success ? f->is_failed ? "0" : "1" : "", f->function);
	if (f->items_known != PICKLE_ITEMS_UNKNOWN)
		printf("%s%" PRIu32, f->items_known == PICKLE_ITEMS_ABOUT ? "~" : "", f->items);
	printf("\t%s\t%s\n", f->exc_type, message);
}

static int read_file(const char *dir, const char *name, char *bytes, size_t *ret_len)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "rb");
	if (!file)
		return -1;
	*ret_len = fread(bytes, 1, MESSAGE_MAX, file);
	fclose(file);
	return 0;
}

/* The whole message's length, where an index beside the files says that there was more of it. */
static uint64_t full_len(const char *dir, const char *name, uint64_t len)
{
	char path[4096];
	char line[8192];
	FILE *file;

	snprintf(path, sizeof(path), "%s/index.tsv", dir);
	file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file)) {
		char *column = line;
		char *value = NULL;

		for (int i = 0; i < 18 && column; i++)
			value = strsep(&column, "\t");
		if (strncmp(line, name, sizeof(line)) == 0 && value &&
			strtoull(value, NULL, 10) > len)
			len = strtoull(value, NULL, 10);
	}
	if (file)
		fclose(file);
	return len;
}

int main(int argc, char **argv)
{
	struct dirent **entries;
	char *bytes = malloc(MESSAGE_MAX);
	struct pickle_facts facts;
	int n;

	if (argc != 2 || !bytes) {
		fprintf(stderr, "usage: facts DIR\n");
		return 2;
	}
	n = scandir(argv[1], &entries, is_message, alphasort);
	if (n < 0) {
		perror(argv[1]);
		return 1;
	}
	for (int i = 0; i < n; i++) {
		struct pickle_bytes in = {.prefix = bytes};

		if (read_file(argv[1], entries[i]->d_name, bytes, &in.prefix_len) < 0) {
			perror(entries[i]->d_name);
			return 1;
		}
		in.full_len = full_len(argv[1], entries[i]->d_name, in.prefix_len);
		pickle_read(&in, &facts);
		print(entries[i]->d_name, &facts);
		free(entries[i]);
	}
	free(entries);
	free(bytes);
	return 0;
}
