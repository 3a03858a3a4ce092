/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaches a program that does nothing to the end of every system call, until standard input ends:
 * what is lost by that, no watcher that has to see reads and writes can spare. For
 * tests/bench/limits.py. */
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stdio.h>

int main(void)
{
	const struct bpf_insn nothing[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int prog = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "empty", "GPL", nothing, 2, NULL);

	if (prog < 0 || bpf_raw_tracepoint_open("sys_exit", prog) < 0) {
		perror("an empty program at sys_exit");
		return 1;
	}
	puts("attached");
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}
