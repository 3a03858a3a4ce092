#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# timeout: 36000
# Builds every fuzz target against the instrumented archives in $POOLTOP_BUILD and runs each
# FUZZ_RUNS times. A target tests/<room>/<name>_fuzz.c starts from the files of
# tests/<room>/fuzz-corpus/<name>, or of tests/<room>/fuzz-corpus if it has no folder of its own;
# what a run adds stays in the build folder, and so does an input that breaks it. What a target says
# near its top in a line ` * fuzz: OPTIONS` goes to libFuzzer.
cd "$POOLTOP_BUILD" || exit 1
number=0
failed=0
san=address,undefined

# Prints the corpus folder of a target, if there is one.
corpus_of() {
	room=$(dirname "$POOLTOP_SRC/$1")
	for folder in "$room/fuzz-corpus/$2" "$room/fuzz-corpus"; do
		if [ -d "$folder" ]; then
			echo "$folder"
			return
		fi
	done
}

options_of() {
	sed -n '1,20s/^ \* fuzz: *//p' "$POOLTOP_SRC/$1"
}

fuzz() {
	name=$(basename "$1" _fuzz.c)
	program=$POOLTOP_BUILD/${name}_fuzz
	grown=$POOLTOP_BUILD/corpus/$name
	mkdir -p "$grown" "$POOLTOP_BUILD/broken"
	# shellcheck disable=SC2086
	$CC -std=gnu11 -O1 -g -D_GNU_SOURCE -I"$POOLTOP_SRC" -I"$POOLTOP_SRC/src" \
		-fsanitize=fuzzer,$san -fno-sanitize-recover=all "$POOLTOP_SRC/$1" \
		libsupport.a libpooltop.a $CORE_LIBS -lm -o "$program" || return 1
	# shellcheck disable=SC2046
	"$program" -runs="$FUZZ_RUNS" -max_len=70000 -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="$POOLTOP_BUILD/broken/$name-" \
		$(options_of "$1") "$grown" $(corpus_of "$1" "$name") >"$name.log" 2>&1 && return 0
	tail -n 60 "$name.log"
	return 1
}

for target in $FUZZ_TARGETS; do
	number=$((number + 1))
	began=$(date +%s)
	if fuzz "$target"; then
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$name.log")
		echo "ok $number - $target ($runs runs in $(($(date +%s) - began)) s)"
	else
		echo "not ok $number - $target"
		failed=1
	fi
done
[ "$number" -gt 0 ] || echo "1..0 # SKIP there are no fuzz targets"
exit $failed
