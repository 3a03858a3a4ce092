/* SPDX-License-Identifier: GPL-2.0-only */
/* Recordings are made of these structs: nothing that is here may ever change, only be added to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bpf/wire.h"
#include "wire/decode.h"

struct row {
	const char *what;
	size_t is;
	size_t was;
};

/* Sizes of structs and offsets of their fields. */
static const struct row layout[] = {
	{"frame", sizeof(struct frame), 16},
	{"frame.kind", offsetof(struct frame, kind), 0},
	{"frame.size", offsetof(struct frame, size), 2},
	{"frame.pid", offsetof(struct frame, pid), 4},
	{"frame.t_ns", offsetof(struct frame, t_ns), 8},
	{"frame_session", sizeof(struct frame_session), 184},
	{"frame_session.h", offsetof(struct frame_session, h), 0},
	{"frame_session.format", offsetof(struct frame_session, format), 16},
	{"frame_session.mode", offsetof(struct frame_session, mode), 20},
	{"frame_session.cpus", offsetof(struct frame_session, cpus), 24},
	{"frame_session.interval_ms", offsetof(struct frame_session, interval_ms), 28},
	{"frame_session.wall_ns", offsetof(struct frame_session, wall_ns), 32},
	{"frame_session.version", offsetof(struct frame_session, version), 40},
	{"frame_session.host", offsetof(struct frame_session, host), 56},
	{"frame_session.kernel", offsetof(struct frame_session, kernel), 120},
	{"frame_tick", sizeof(struct frame_tick), 80},
	{"frame_tick.h", offsetof(struct frame_tick, h), 0},
	{"frame_tick.seq", offsetof(struct frame_tick, seq), 16},
	{"frame_tick.wall_ns", offsetof(struct frame_tick, wall_ns), 24},
	{"frame_tick.self_cpu_ns", offsetof(struct frame_tick, self_cpu_ns), 32},
	{"frame_tick.self_rss_bytes", offsetof(struct frame_tick, self_rss_bytes), 40},
	{"frame_tick.probe_ns", offsetof(struct frame_tick, probe_ns), 48},
	{"frame_tick.probe_runs", offsetof(struct frame_tick, probe_runs), 56},
	{"frame_tick.records", offsetof(struct frame_tick, records), 64},
	{"frame_tick.lost", offsetof(struct frame_tick, lost), 72},
	{"frame_lost", sizeof(struct frame_lost), 48},
	{"frame_lost.h", offsetof(struct frame_lost, h), 0},
	{"frame_lost.count", offsetof(struct frame_lost, count), 16},
	{"frame_lost.from_ns", offsetof(struct frame_lost, from_ns), 24},
	{"frame_lost.to_ns", offsetof(struct frame_lost, to_ns), 32},
	{"frame_lost.where", offsetof(struct frame_lost, where), 40},
	{"frame_lost.pad", offsetof(struct frame_lost, pad), 44},
	{"frame_missing", sizeof(struct frame_missing), 32},
	{"frame_missing.h", offsetof(struct frame_missing, h), 0},
	{"frame_missing.feature", offsetof(struct frame_missing, feature), 16},
	{"frame_missing.lost", offsetof(struct frame_missing, lost), 20},
	{"frame_missing.fix", offsetof(struct frame_missing, fix), 24},
	{"frame_missing.pad", offsetof(struct frame_missing, pad), 28},
	{"frame_text", sizeof(struct frame_text), 24},
	{"frame_text.h", offsetof(struct frame_text, h), 0},
	{"frame_text.id", offsetof(struct frame_text, id), 16},
	{"frame_text.len", offsetof(struct frame_text, len), 20},
	{"frame_text.text", offsetof(struct frame_text, text), 24},
	{"frame_done", sizeof(struct frame_done), 24},
	{"frame_done.h", offsetof(struct frame_done, h), 0},
	{"frame_done.status", offsetof(struct frame_done, status), 16},
	{"frame_done.pad", offsetof(struct frame_done, pad), 20},
	{"frame_proc", sizeof(struct frame_proc), 88},
	{"frame_proc.h", offsetof(struct frame_proc, h), 0},
	{"frame_proc.start_ns", offsetof(struct frame_proc, start_ns), 16},
	{"frame_proc.ppid", offsetof(struct frame_proc, ppid), 24},
	{"frame_proc.uid", offsetof(struct frame_proc, uid), 28},
	{"frame_proc.threads", offsetof(struct frame_proc, threads), 32},
	{"frame_proc.how", offsetof(struct frame_proc, how), 36},
	{"frame_proc.cmd", offsetof(struct frame_proc, cmd), 40},
	{"frame_proc.exe", offsetof(struct frame_proc, exe), 44},
	{"frame_proc.python", offsetof(struct frame_proc, python), 48},
	{"frame_proc.cgroup", offsetof(struct frame_proc, cgroup), 52},
	{"frame_proc.user", offsetof(struct frame_proc, user), 56},
	{"frame_proc.comm", offsetof(struct frame_proc, comm), 60},
	{"frame_proc.quota_milli", offsetof(struct frame_proc, quota_milli), 76},
	{"frame_proc.flags", offsetof(struct frame_proc, flags), 80},
	{"frame_proc.pad", offsetof(struct frame_proc, pad), 84},
	{"frame_fork", sizeof(struct frame_fork), 56},
	{"frame_fork.h", offsetof(struct frame_fork, h), 0},
	{"frame_fork.child", offsetof(struct frame_fork, child), 16},
	{"frame_fork.tid", offsetof(struct frame_fork, tid), 20},
	{"frame_fork.parent_threads", offsetof(struct frame_fork, parent_threads), 24},
	{"frame_fork.flags", offsetof(struct frame_fork, flags), 28},
	{"frame_fork.start_ns", offsetof(struct frame_fork, start_ns), 32},
	{"frame_fork.comm", offsetof(struct frame_fork, comm), 40},
	{"frame_exec", sizeof(struct frame_exec), 32},
	{"frame_exec.h", offsetof(struct frame_exec, h), 0},
	{"frame_exec.comm", offsetof(struct frame_exec, comm), 16},
	{"frame_exit", sizeof(struct frame_exit), 152},
	{"frame_exit.h", offsetof(struct frame_exit, h), 0},
	{"frame_exit.start_ns", offsetof(struct frame_exit, start_ns), 16},
	{"frame_exit.status", offsetof(struct frame_exit, status), 24},
	{"frame_exit.state", offsetof(struct frame_exit, state), 28},
	{"frame_exit.state_ns", offsetof(struct frame_exit, state_ns), 32},
	{"frame_exit.known", offsetof(struct frame_exit, known), 112},
	{"frame_exit.syscall", offsetof(struct frame_exit, syscall), 116},
	{"frame_exit.syscall_ino", offsetof(struct frame_exit, syscall_ino), 120},
	{"frame_exit.cpu_ns", offsetof(struct frame_exit, cpu_ns), 128},
	{"frame_exit.rss_peak_bytes", offsetof(struct frame_exit, rss_peak_bytes), 136},
	{"frame_exit.flags", offsetof(struct frame_exit, flags), 144},
	{"frame_exit.pad", offsetof(struct frame_exit, pad), 148},
	{"frame_signal", sizeof(struct frame_signal), 48},
	{"frame_signal.h", offsetof(struct frame_signal, h), 0},
	{"frame_signal.sig", offsetof(struct frame_signal, sig), 16},
	{"frame_signal.code", offsetof(struct frame_signal, code), 20},
	{"frame_signal.sender", offsetof(struct frame_signal, sender), 24},
	{"frame_signal.uid", offsetof(struct frame_signal, uid), 28},
	{"frame_signal.comm", offsetof(struct frame_signal, comm), 32},
	{"frame_oom", sizeof(struct frame_oom), 40},
	{"frame_oom.h", offsetof(struct frame_oom, h), 0},
	{"frame_oom.limit_bytes", offsetof(struct frame_oom, limit_bytes), 16},
	{"frame_oom.rss_bytes", offsetof(struct frame_oom, rss_bytes), 24},
	{"frame_oom.scope", offsetof(struct frame_oom, scope), 32},
	{"frame_oom.trigger", offsetof(struct frame_oom, trigger), 36},
	{"frame_pipe", sizeof(struct frame_pipe), 32},
	{"frame_pipe.h", offsetof(struct frame_pipe, h), 0},
	{"frame_pipe.ino", offsetof(struct frame_pipe, ino), 16},
	{"frame_pipe.fd", offsetof(struct frame_pipe, fd), 24},
	{"frame_pipe.mode", offsetof(struct frame_pipe, mode), 28},
	{"frame_thread_exit", sizeof(struct frame_thread_exit), 32},
	{"frame_thread_exit.h", offsetof(struct frame_thread_exit, h), 0},
	{"frame_thread_exit.ino", offsetof(struct frame_thread_exit, ino), 16},
	{"frame_thread_exit.tid", offsetof(struct frame_thread_exit, tid), 24},
	{"frame_thread_exit.pad", offsetof(struct frame_thread_exit, pad), 28},
	{"frame_msg", sizeof(struct frame_msg), 80},
	{"frame_msg.h", offsetof(struct frame_msg, h), 0},
	{"frame_msg.ino", offsetof(struct frame_msg, ino), 16},
	{"frame_msg.bytes", offsetof(struct frame_msg, bytes), 24},
	{"frame_msg.job", offsetof(struct frame_msg, job), 32},
	{"frame_msg.chunk", offsetof(struct frame_msg, chunk), 40},
	{"frame_msg.tid", offsetof(struct frame_msg, tid), 44},
	{"frame_msg.func", offsetof(struct frame_msg, func), 48},
	{"frame_msg.items", offsetof(struct frame_msg, items), 52},
	{"frame_msg.dir", offsetof(struct frame_msg, dir), 56},
	{"frame_msg.shape", offsetof(struct frame_msg, shape), 57},
	{"frame_msg.flags", offsetof(struct frame_msg, flags), 58},
	{"frame_msg.blocked_us", offsetof(struct frame_msg, blocked_us), 60},
	{"frame_msg.head_mark", offsetof(struct frame_msg, head_mark), 64},
	{"frame_msg.tail_mark", offsetof(struct frame_msg, tail_mark), 72},
	{"frame_failure", sizeof(struct frame_failure), 48},
	{"frame_failure.h", offsetof(struct frame_failure, h), 0},
	{"frame_failure.ino", offsetof(struct frame_failure, ino), 16},
	{"frame_failure.job", offsetof(struct frame_failure, job), 24},
	{"frame_failure.chunk", offsetof(struct frame_failure, chunk), 32},
	{"frame_failure.flags", offsetof(struct frame_failure, flags), 36},
	{"frame_failure.exc_len", offsetof(struct frame_failure, exc_len), 40},
	{"frame_failure.message_len", offsetof(struct frame_failure, message_len), 42},
	{"frame_failure.traceback_len", offsetof(struct frame_failure, traceback_len), 44},
	{"frame_failure.pad", offsetof(struct frame_failure, pad), 46},
	{"frame_failure.text", offsetof(struct frame_failure, text), 48},
	{"frame_work", sizeof(struct frame_work), 152},
	{"frame_work.h", offsetof(struct frame_work, h), 0},
	{"frame_work.start_ns", offsetof(struct frame_work, start_ns), 16},
	{"frame_work.since_ns", offsetof(struct frame_work, since_ns), 24},
	{"frame_work.state_ns", offsetof(struct frame_work, state_ns), 32},
	{"frame_work.known", offsetof(struct frame_work, known), 112},
	{"frame_work.state", offsetof(struct frame_work, state), 116},
	{"frame_work.cpu_ns", offsetof(struct frame_work, cpu_ns), 120},
	{"frame_work.syscall_ino", offsetof(struct frame_work, syscall_ino), 128},
	{"frame_work.syscall", offsetof(struct frame_work, syscall), 136},
	{"frame_work.core", offsetof(struct frame_work, core), 140},
	{"frame_work.flags", offsetof(struct frame_work, flags), 144},
	{"frame_work.pad", offsetof(struct frame_work, pad), 148},
	{"frame_core", sizeof(struct frame_core), 40},
	{"frame_core.h", offsetof(struct frame_core, h), 0},
	{"frame_core.cpu", offsetof(struct frame_core, cpu), 16},
	{"frame_core.pad", offsetof(struct frame_core, pad), 20},
	{"frame_core.workers_ns", offsetof(struct frame_core, workers_ns), 24},
	{"frame_core.parent_ns", offsetof(struct frame_core, parent_ns), 32},
	{"frame_cpu", sizeof(struct frame_cpu), 48},
	{"frame_cpu.h", offsetof(struct frame_cpu, h), 0},
	{"frame_cpu.cpu", offsetof(struct frame_cpu, cpu), 16},
	{"frame_cpu.pad", offsetof(struct frame_cpu, pad), 20},
	{"frame_cpu.busy_ns", offsetof(struct frame_cpu, busy_ns), 24},
	{"frame_cpu.idle_ns", offsetof(struct frame_cpu, idle_ns), 32},
	{"frame_cpu.steal_ns", offsetof(struct frame_cpu, steal_ns), 40},
	{"frame_usage", sizeof(struct frame_usage), 64},
	{"frame_usage.h", offsetof(struct frame_usage, h), 0},
	{"frame_usage.start_ns", offsetof(struct frame_usage, start_ns), 16},
	{"frame_usage.rss_bytes", offsetof(struct frame_usage, rss_bytes), 24},
	{"frame_usage.rss_peak_bytes", offsetof(struct frame_usage, rss_peak_bytes), 32},
	{"frame_usage.shared_bytes", offsetof(struct frame_usage, shared_bytes), 40},
	{"frame_usage.cpu_ns", offsetof(struct frame_usage, cpu_ns), 48},
	{"frame_usage.threads", offsetof(struct frame_usage, threads), 56},
	{"frame_usage.cpus", offsetof(struct frame_usage, cpus), 60},
	{"stack_place", sizeof(struct stack_place), 24},
	{"stack_place.function", offsetof(struct stack_place, function), 0},
	{"stack_place.file", offsetof(struct stack_place, file), 4},
	{"stack_place.line", offsetof(struct stack_place, line), 8},
	{"stack_place.kind", offsetof(struct stack_place, kind), 12},
	{"stack_place.offset", offsetof(struct stack_place, offset), 16},
	{"frame_stack", sizeof(struct frame_stack), 40},
	{"frame_stack.h", offsetof(struct frame_stack, h), 0},
	{"frame_stack.tid", offsetof(struct frame_stack, tid), 16},
	{"frame_stack.flags", offsetof(struct frame_stack, flags), 20},
	{"frame_stack.count", offsetof(struct frame_stack, count), 24},
	{"frame_stack.walk_ns", offsetof(struct frame_stack, walk_ns), 28},
	{"frame_stack.address", offsetof(struct frame_stack, address), 32},
	{"frame_stack.places", offsetof(struct frame_stack, places), 40},
	{"frame_stderr", sizeof(struct frame_stderr), 24},
	{"frame_stderr.h", offsetof(struct frame_stderr, h), 0},
	{"frame_stderr.len", offsetof(struct frame_stderr, len), 16},
	{"frame_stderr.pad", offsetof(struct frame_stderr, pad), 20},
	{"frame_stderr.text", offsetof(struct frame_stderr, text), 24},
};

static const struct row numbers[] = {
	{"FRAME_SESSION", FRAME_SESSION, 1},
	{"FRAME_TICK", FRAME_TICK, 2},
	{"FRAME_LOST", FRAME_LOST, 3},
	{"FRAME_MISSING", FRAME_MISSING, 4},
	{"FRAME_TEXT", FRAME_TEXT, 5},
	{"FRAME_DONE", FRAME_DONE, 6},
	{"FRAME_PROC", FRAME_PROC, 10},
	{"FRAME_FORK", FRAME_FORK, 11},
	{"FRAME_EXEC", FRAME_EXEC, 12},
	{"FRAME_EXIT", FRAME_EXIT, 13},
	{"FRAME_SIGNAL", FRAME_SIGNAL, 14},
	{"FRAME_OOM", FRAME_OOM, 15},
	{"FRAME_PIPE", FRAME_PIPE, 16},
	{"FRAME_THREAD_EXIT", FRAME_THREAD_EXIT, 17},
	{"FRAME_MSG", FRAME_MSG, 20},
	{"FRAME_FAILURE", FRAME_FAILURE, 21},
	{"FRAME_WORK", FRAME_WORK, 30},
	{"FRAME_CORE", FRAME_CORE, 31},
	{"FRAME_CPU", FRAME_CPU, 32},
	{"FRAME_USAGE", FRAME_USAGE, 33},
	{"FRAME_STACK", FRAME_STACK, 40},
	{"FRAME_STDERR", FRAME_STDERR, 41},
	{"MODE_BPF", MODE_BPF, 1},
	{"MODE_PROC", MODE_PROC, 2},
	{"LOST_RING", LOST_RING, 1},
	{"LOST_STREAM", LOST_STREAM, 2},
	{"LOST_TEXT", LOST_TEXT, 3},
	{"PROC_FOUND", PROC_FOUND, 1},
	{"PROC_BORN", PROC_BORN, 2},
	{"FORK_VFORK", FORK_VFORK, 1},
	{"STATE_START", STATE_START, 0},
	{"STATE_WAIT", STATE_WAIT, 1},
	{"STATE_UNPICKLE", STATE_UNPICKLE, 2},
	{"STATE_RUN", STATE_RUN, 3},
	{"STATE_PICKLE", STATE_PICKLE, 4},
	{"STATE_SEND", STATE_SEND, 5},
	{"STATE_IO", STATE_IO, 6},
	{"STATE_LOCK", STATE_LOCK, 7},
	{"STATE_RUNQ", STATE_RUNQ, 8},
	{"STATE_EXIT", STATE_EXIT, 9},
	{"WORKER_STATES", WORKER_STATES, 10},
	{"EXIT_STATUS_UNKNOWN", EXIT_STATUS_UNKNOWN, 1},
	{"WORK_PRIVATE_FUTEX", WORK_PRIVATE_FUTEX, 1},
	{"PIPE_READ", PIPE_READ, 1},
	{"PIPE_WRITE", PIPE_WRITE, 2},
	{"MSG_READ", MSG_READ, 1},
	{"MSG_WRITE", MSG_WRITE, 2},
	{"SHAPE_UNKNOWN", SHAPE_UNKNOWN, 0},
	{"SHAPE_EMPTY", SHAPE_EMPTY, 1},
	{"SHAPE_NONE", SHAPE_NONE, 2},
	{"SHAPE_INT", SHAPE_INT, 3},
	{"SHAPE_POOL_TASK", SHAPE_POOL_TASK, 4},
	{"SHAPE_POOL_RESULT", SHAPE_POOL_RESULT, 5},
	{"SHAPE_CALL", SHAPE_CALL, 6},
	{"SHAPE_RESULT", SHAPE_RESULT, 7},
	{"SHAPE_BILLIARD_TASK", SHAPE_BILLIARD_TASK, 8},
	{"SHAPE_BILLIARD_ACK", SHAPE_BILLIARD_ACK, 9},
	{"SHAPE_BILLIARD_READY", SHAPE_BILLIARD_READY, 10},
	{"SHAPE_BILLIARD_DEATH", SHAPE_BILLIARD_DEATH, 11},
	{"SHAPE_BILLIARD_UP", SHAPE_BILLIARD_UP, 12},
	{"SHAPE_INDEX", SHAPE_INDEX, 13},
	{"SHAPE_DATA", SHAPE_DATA, 14},
	{"SHAPE_OBJECT", SHAPE_OBJECT, 15},
	{"MSG_HAS_JOB", MSG_HAS_JOB, 1},
	{"MSG_HAS_CHUNK", MSG_HAS_CHUNK, 2},
	{"MSG_FAILED", MSG_FAILED, 4},
	{"MSG_CHUNKED", MSG_CHUNKED, 8},
	{"MSG_ITEMS", MSG_ITEMS, 16},
	{"MSG_ITEMS_ABOUT", MSG_ITEMS_ABOUT, 32},
	{"MSG_LAST", MSG_LAST, 64},
	{"MSG_ENCODING", MSG_ENCODING, 128},
	{"MSG_LOKY", MSG_LOKY, 256},
	{"PROC_TORCH", PROC_TORCH, 1},
};

static void hold(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].is != rows[i].was)
			fail_msg("%s is %zu and was %zu", rows[i].what, rows[i].is, rows[i].was);
}

static void layout_is_held(void **state)
{
	(void)state;
	hold(layout, sizeof(layout) / sizeof(layout[0]));
}

static void numbers_are_held(void **state)
{
	(void)state;
	hold(numbers, sizeof(numbers) / sizeof(numbers[0]));
	assert_int_equal(WIRE_FORMAT, 1);
	assert_int_equal(FRAME_MAX % 8, 0);
}

/* Every struct's size is a multiple of 8, so frames stay aligned one behind the other. */
static void frames_stay_aligned(void **state)
{
	(void)state;
	for (unsigned int kind = 0; kind < FRAME_KINDS; kind++) {
		const struct frame_info *info = frame_info(kind);

		if (!info)
			continue;
		assert_int_equal(info->size % 8, 0);
		assert_int_equal(info->v1_size % 8, 0);
		assert_true(info->v1_size <= info->size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout_is_held),
		cmocka_unit_test(numbers_are_held),
		cmocka_unit_test(frames_stay_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
