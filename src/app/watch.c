/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/launch.h"
#include "tape/stream.h"
#include "tape/tape_writer.h"

/* The ring holds some hundred milliseconds of the fastest pool. */
enum { POLL_NS = 50 * 1000 * 1000, CALM_POLL_NS = 2 * POLL_NS };

struct watch {
	struct watch_job *job;
	int signal_fd, timer_fd;
	uint64_t started_ns, next_tick_ns;
	bool is_calm; /* polled less often */
	bool is_done; /* for any reason */
	bool is_read; /* somebody is there who reads the stream */
	bool is_told; /* a tick waits in the stream: who reads it waits for that */
};

static int set_timer(const struct watch *w)
{
	struct timespec every = {.tv_nsec = w->is_calm ? CALM_POLL_NS : POLL_NS};
	struct itimerspec times = {.it_interval = every, .it_value = every};

	return timerfd_settime(w->timer_fd, 0, &times, NULL) ? -errno : 0;
}

static int open_descriptors(struct watch *w)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	w->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	w->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (w->signal_fd < 0 || w->timer_fd < 0)
		return -errno;
	return set_timer(w);
}

static void pace(struct watch *w)
{
	bool calm = live_is_calm(w->job->live) && w->job->interval_ns >= 2 * CALM_POLL_NS;

	if (calm == w->is_calm)
		return;
	w->is_calm = calm;
	set_timer(w); /* if it cannot be set it goes on as before */
}

static int hand_out(const struct watch *w, struct err *err)
{
	struct watch_job *job = w->job;
	struct source *source = live_source(job->live);
	const struct frame *f;

	while (source_next(source, &f, err) == SOURCE_FRAME) {
		if (job->session && session_feed(job->session, f))
			return err_set(err, -ENOMEM, ERR_FAILED, "out of memory");
		if (w->is_read)
			stream_put(job->stream, f);
		if (job->tape)
			tape_put(job->tape, f); /* tape_tick() words what went wrong */
	}
	if (job->tape && job->session)
		tape_image(job->tape, &job->session->model, false);
	return job->tape ? tape_tick(job->tape, live_now(), err) : 0;
}

static int tick(struct watch *w, uint64_t now, struct err *err)
{
	struct watch_job *job = w->job;
	int ret;

	while (w->next_tick_ns <= now)
		w->next_tick_ns += job->interval_ns;
	live_tick(job->live);
	ret = hand_out(w, err);
	w->is_told = true;
	if (!ret && job->tape && job->session)
		ret = tape_note(job->tape, &job->session->model, err);
	return ret;
}

static void reap(struct watch *w)
{
	int status;

	if (w->job->is_launched &&
		waitpid(w->job->launch->pid, &status, WNOHANG) == w->job->launch->pid) {
		w->job->status = status;
		w->job->is_launched = false;
		w->is_done = true;
	}
}

static void take_signals(struct watch *w)
{
	struct signalfd_siginfo info;

	while (read(w->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(w);
		else if (!w->job->is_launched)
			w->is_done = true;
		else if (info.ssi_signo != SIGINT)
			kill(w->job->launch->pid, info.ssi_signo); /* ^C reaches it by itself */
	}
}

static int take_time(struct watch *w, struct err *err)
{
	struct watch_job *job = w->job;
	uint64_t now = live_now(), times;
	int ret;

	if (read(w->timer_fd, &times, sizeof(times)) != sizeof(times))
		return 0;
	live_poll(job->live);
	ret = hand_out(w, err);
	if (!ret && now >= w->next_tick_ns)
		ret = tick(w, now, err);
	pace(w);
	if (job->duration_ns && now - w->started_ns >= job->duration_ns)
		w->is_done = true;
	if (!live_is_alive(job->live) && !w->job->is_launched)
		w->is_done = true;
	return ret;
}

/* The ring fills faster than by the timer's pace. */
static int take_records(const struct watch *w, short revents, struct err *err)
{
	if (!(revents & POLLIN))
		return 0;
	live_drain(w->job->live);
	return hand_out(w, err);
}

/* Between ticks nobody is woken for what fits into one piece. */
static bool is_to_be_sent(const struct watch *w)
{
	const struct stream_writer *stream = w->job->stream;

	return w->is_read && stream_wants(stream) &&
	       (w->is_told || stream_held(stream) >= STREAM_PIECE);
}

static void serve_stream(struct watch *w, short revents)
{
	bool is_gone = revents & (POLLHUP | POLLERR | POLLNVAL);

	if (!w->is_read || (!is_gone && !is_to_be_sent(w)))
		return;
	if (!is_gone && !stream_flush(w->job->stream)) {
		w->is_told = w->is_told && stream_wants(w->job->stream);
		return;
	}
	w->is_read = false;
	if (!w->job->stay || !w->job->is_launched)
		w->is_done = true;
}

static int loop(struct watch *w, struct err *err)
{
	struct watch_job *job = w->job;
	int ret = 0;

	while (!ret && !w->is_done) {
		struct pollfd fds[] = {
			{.fd = w->signal_fd, .events = POLLIN},
			{.fd = w->timer_fd, .events = POLLIN},
			{.fd = w->is_read ? job->stream_fd : -1},
			{.fd = live_wake_fd(job->live), .events = POLLIN},
		};

		if (is_to_be_sent(w))
			fds[2].events = POLLOUT;
		if (poll(fds, sizeof(fds) / sizeof(fds[0]), -1) < 0 && errno != EINTR)
			return err_set(err, -errno, ERR_FAILED, "poll: %s", strerror(errno));
		take_signals(w);
		ret = take_records(w, fds[3].revents, err);
		if (!ret)
			ret = take_time(w, err);
		serve_stream(w, fds[2].revents);
	}
	return ret;
}

/* The last tick, and the stream's rest: a reader that does not read any more is not waited for. */
static int finish(struct watch *w, struct err *err)
{
	enum { PATIENCE_MS = 2000, STEP_MS = 20 };
	struct watch_job *job = w->job;
	int ret = tick(w, live_now(), err);

	live_done(job->live, ret);
	if (!ret)
		ret = hand_out(w, err);
	if (!ret && job->tape && job->session)
		tape_image(job->tape, &job->session->model, true);
	for (int waited = 0; w->is_read && waited < PATIENCE_MS; waited += STEP_MS) {
		struct pollfd fd = {.fd = job->stream_fd, .events = POLLOUT};

		if (stream_flush(job->stream) || !stream_wants(job->stream))
			break;
		poll(&fd, 1, STEP_MS);
	}
	return ret;
}

int watch_run(struct watch_job *job, struct err *err)
{
	struct watch w = {.job = job, .signal_fd = -1, .timer_fd = -1};
	int ret = open_descriptors(&w);

	if (ret) {
		err_set(err, ret, ERR_FAILED, "cannot watch signals and time: %s", strerror(-ret));
		goto out;
	}
	w.started_ns = w.next_tick_ns = live_now();
	w.is_read = job->stream;
	ret = hand_out(&w, err);
	if (!ret && job->launch)
		launch_go(job->launch);
	if (!ret)
		ret = tick(&w, w.started_ns, err); /* the first picture need not wait */
	serve_stream(&w, 0);
	if (!ret)
		ret = loop(&w, err);
	if (!ret)
		ret = finish(&w, err);
out:
	if (w.signal_fd >= 0)
		close(w.signal_fd);
	if (w.timer_fd >= 0)
		close(w.timer_fd);
	return ret;
}
