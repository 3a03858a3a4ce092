/* SPDX-License-Identifier: GPL-2.0-only */
#include "python/modname.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Folders below which a path is a module's name. */
static const char *const installed[] = {"/site-packages/", "/dist-packages/"};

static bool ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && !memcmp(text + len - n, end, n);
}

/* Behind ".../lib/python3.11/", or the end of ".../python311.zip/"; NULL: it is not there. */
static const char *behind_library(const char *path)
{
	const char *at = path;

	while ((at = strstr(at, "/python"))) {
		at += 7;
		at += strspn(at, "0123456789.");
		if (at[-1] != 'n' && (!strncmp(at, "t/", 2) || !strncmp(at, "zip/", 4)))
			return strchr(at, '/') + 1;
		if (at[-1] != 'n' && *at == '/')
			return at + 1;
	}
	return NULL;
}

static const char *behind_installed(const char *path)
{
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(installed) / sizeof(installed[0]); i++) {
		const char *at = strstr(path, installed[i]);

		if (at)
			found = at + strlen(installed[i]);
	}
	return found;
}

/* Shared libraries that an extension module needs are no modules: libfoo.so, libfoo-1.2.so. */
static bool is_extension(const char *base, size_t stem)
{
	const char *rest = base + stem;

	if (!strcmp(rest, ".so"))
		return strncmp(base, "lib", 3) != 0;
	return !strcmp(rest, ".abi3.so") || !strncmp(rest, ".cpython-", 9) ||
	       !strncmp(rest, ".pypy", 5);
}

static bool is_module_file(const char *base, size_t stem)
{
	size_t len = strlen(base);

	if (!stem || stem >= MODNAME_MAX || stem == len)
		return false;
	if (ends_with(base, len, ".so"))
		return is_extension(base, stem);
	return ends_with(base, len, ".py") || ends_with(base, len, ".pyc");
}

/* Length of the folder's path before its last part. */
static size_t up(const char *path, size_t len)
{
	while (len && path[len - 1] != '/')
		len--;
	return len ? len - 1 : 0;
}

struct asker {
	bool (*is_package)(void *arg, const char *folder);
	void *arg;
};

/* How much of the folder's path is no part of the name. */
static size_t root_len(const char *path, size_t folder, const struct asker *a)
{
	enum { DEEPEST = 8 };
	char text[PATH_MAX];

	for (int depth = 0; folder && depth < DEEPEST; depth++) {
		snprintf(text, sizeof(text), "%.*s", (int)folder, path);
		if (!a->is_package(a->arg, text))
			break;
		folder = up(path, folder);
	}
	return folder;
}

/* Appends path[from..to) with dots for slashes. */
static void join(char *to, size_t size, const char *path, size_t from, size_t end)
{
	size_t len = strlen(to);

	if (from >= end)
		return;
	if (len && len + 1 < size)
		to[len++] = '.';
	for (; from < end && len + 1 < size; from++)
		to[len++] = path[from] == '/' ? '.' : path[from];
	to[len] = '\0';
}

/* Where the parts of a module's path begin and end. */
struct parts {
	size_t root, folder; /* packages: from, to */
	size_t base, stem; /* the file's name, and its length without what it ends in */
};

static void name_it(const char *path, const struct parts *p, struct modname *ret)
{
	char name[PATH_MAX + 1] = "";
	size_t len, cut;

	join(name, sizeof(name), path, p->root, p->folder);
	if (p->stem != 8 || strncmp(path + p->base, "__init__", 8) || !*name)
		join(name, sizeof(name), path, p->base, p->base + p->stem);
	len = strnlen(name, PATH_MAX);
	cut = len < MODNAME_MAX ? 0 : len - MODNAME_MAX + 1;
	memcpy(ret->name, name + cut, len - cut);
	ret->name[len - cut] = '\0';
}

bool modname_of(const char *path, bool (*is_package)(void *arg, const char *folder), void *arg,
	struct modname *ret)
{
	const char *slash = strrchr(path, '/'), *behind;
	struct parts p = {.base = slash ? (size_t)(slash - path) + 1 : 0};
	struct asker a = {is_package, arg};

	p.folder = p.base ? p.base - 1 : 0;
	p.stem = strcspn(path + p.base, ".");
	if (strlen(path) >= PATH_MAX || !is_module_file(path + p.base, p.stem))
		return false;
	if (ends_with(path, p.folder, "/__pycache__"))
		p.folder -= strlen("/__pycache__");
	behind = behind_installed(path);
	ret->origin = behind ? ORIGIN_INSTALLED : ORIGIN_PYTHON;
	behind = behind ? behind : behind_library(path);
	if (behind) {
		if (!strncmp(behind, "lib-dynload/", 12))
			behind += 12;
		p.root = (size_t)(behind - path);
	} else {
		ret->origin = ORIGIN_OWN;
		p.root = root_len(path, p.folder, &a);
		p.root += p.root < p.folder && path[p.root] == '/';
	}
	name_it(path, &p, ret);
	return *ret->name;
}

/* The path ends with this word of a command line, a script's path as the user wrote it. */
static bool is_path(const char *path, const char *word, size_t len)
{
	size_t all = strlen(path);

	while (len > 2 && word[0] == '.') {
		size_t skip = !memcmp(word, "./", 2)		   ? 2
			      : len > 3 && !memcmp(word, "../", 3) ? 3
								   : 0;

		if (!skip)
			break;
		word += skip;
		len -= skip;
	}
	if (!len || all < len || memcmp(path + all - len, word, len))
		return false;
	return all == len || word[0] == '/' || path[all - len - 1] == '/';
}

static bool is_folder_main(const char *path, const char *word, size_t len)
{
	char text[PATH_MAX];

	while (len && word[len - 1] == '/')
		len--;
	if (snprintf(text, sizeof(text), "%.*s/__main__.py", (int)len, word) >= (int)sizeof(text))
		return false;
	return is_path(path, text, strlen(text));
}

static bool is_module_main(const char *name, const char *word, size_t len)
{
	return !strncmp(name, word, len) && (!name[len] || !strcmp(name + len, ".__main__"));
}

/* Of an option of the interpreter's. */
enum option { OPTION_PLAIN, OPTION_WITH_WORD, OPTION_MODULE, OPTION_CODE };

static enum option option_of(const char *word, size_t len)
{
	if (len == 2 && (word[1] == 'X' || word[1] == 'W'))
		return OPTION_WITH_WORD;
	if (word[1] != '-' && word[len - 1] == 'm')
		return OPTION_MODULE;
	return word[1] != '-' && word[len - 1] == 'c' ? OPTION_CODE : OPTION_PLAIN;
}

static const char *next_word(const char *word, size_t *ret_len)
{
	word += strcspn(word, " ");
	word += strspn(word, " ");
	*ret_len = strcspn(word, " ");
	return word;
}

bool modname_is_main(const char *cmd, const char *path, const char *name)
{
	size_t len;
	const char *word = next_word(cmd, &len);
	enum option option;

	while (len > 1 && word[0] == '-') {
		option = option_of(word, len);
		if (option == OPTION_CODE)
			return false;
		if (option != OPTION_PLAIN)
			word = next_word(word, &len);
		if (option == OPTION_MODULE)
			return len && name && is_module_main(name, word, len);
		word = next_word(word, &len);
	}
	return is_path(path, word, len) || (name && is_folder_main(path, word, len));
}
