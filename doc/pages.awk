# SPDX-License-Identifier: GPL-2.0-only
# Makes ui/trap_pages.c of doc/traps/*.md: what the view of one finding tells of its trap. A line of
# the page is a heading, a paragraph or a line of code; what is seen is on the view's top, with the
# user's own numbers, and left out.

function quote(text)
{
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	return "\"" text "\""
}

function put(kind, text)
{
	if (!skip)
		printf "\t{%s, %s},\n", kind, quote(text)
}

# Links are shown by their words, names without the marks around them.
function plain(text)
{
	while (match(text, /\[[^]]*\]\([^)]*\)/)) {
		link = substr(text, RSTART, RLENGTH)
		words = substr(link, 2, index(link, "]") - 2)
		text = substr(text, 1, RSTART - 1) words substr(text, RSTART + RLENGTH)
	}
	gsub(/`/, "", text)
	return text
}

function end_paragraph()
{
	if (paragraph != "")
		put("TRAP_PAGE_TEXT", plain(paragraph))
	paragraph = ""
}

function end_page()
{
	end_paragraph()
	if (page != "")
		print "\t{0, NULL},\n};"
}

BEGIN {
	print "/* SPDX-License-Identifier: GPL-2.0-only */"
	print "/* Made by doc/pages.awk of doc/traps. */"
	print "#include \"ui/trap_pages.h\"\n\n#include <string.h>"
}

FNR == 1 {
	end_page()
	page = substr($0, 3)
	pages[++count] = page
	skip = code = 0
	name = page
	gsub(/-/, "_", name)
	print "\nstatic const struct trap_page_line " name "[] = {"
	next
}

/^```/ { end_paragraph(); code = !code; next }
code { put("TRAP_PAGE_CODE", $0); next }
/^## / { end_paragraph(); skip = $0 == "## What is seen"; put("TRAP_PAGE_TITLE", substr($0, 4)); next }
/^$/ { end_paragraph(); next }
{ paragraph = paragraph (paragraph == "" ? "" : " ") $0 }

END {
	end_page()
	print "\nconst struct trap_page_line *trap_page(const char *id)\n{"
	print "\tstatic const struct {\n\t\tconst char *id;"
	print "\t\tconst struct trap_page_line *lines;\n\t} pages[] = {"
	for (i = 1; i <= count; i++) {
		name = pages[i]
		gsub(/-/, "_", name)
		print "\t\t{\"" pages[i] "\", " name "},"
	}
	print "\t};\n\n\tfor (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)"
	print "\t\tif (!strcmp(pages[i].id, id))\n\t\t\treturn pages[i].lines;\n\treturn NULL;\n}"
}
