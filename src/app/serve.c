/* SPDX-License-Identifier: GPL-2.0-only */
#include "app/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <event2/util.h>

#include "export/metrics.h"
#include "session/session.h"

enum {
	BACKLOG = 16,
	CLIENT_S = 5, /* a client that neither asks nor reads for so long is closed */
	HEADERS_MAX = 8192,
	FILES_MAX = 64, /* open at one time: so many clients, less a few */
	AT_ONCE = 16384, /* frames between two looks at the clients */
};

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

struct server {
	struct source *source;
	struct session session;
	struct event_base *base;
	struct evhttp *http;
	struct event *frames;
	struct event *stops[SIGNALS];
	struct err *err;
	int ret;
};

static int cannot(const char *address, struct err *err)
{
	int ret = -errno;

	return err_set(err, ret, ret == -EACCES ? ERR_PERMISSION : ERR_FAILED,
		"cannot listen on %s: %s; give another place with --listen", address,
		strerror(-ret));
}

/* As it was bound, for a URL. */
static int read_address(struct serve *s)
{
	struct sockaddr_storage at = {0};
	socklen_t len = sizeof(at);
	const void *from;
	char host[INET6_ADDRSTRLEN];
	bool six;

	if (getsockname(s->fd, (struct sockaddr *)&at, &len))
		return -errno;
	six = at.ss_family == AF_INET6;
	from = six ? (void *)&((struct sockaddr_in6 *)&at)->sin6_addr
		   : (void *)&((struct sockaddr_in *)&at)->sin_addr;
	if (!evutil_inet_ntop(at.ss_family, from, host, sizeof(host)))
		return -EINVAL;
	snprintf(s->address, sizeof(s->address), six ? "[%s]:%u" : "%s:%u", host,
		ntohs(six ? ((struct sockaddr_in6 *)&at)->sin6_port
			  : ((struct sockaddr_in *)&at)->sin_port));
	return 0;
}

/* The usual one, where none was given. */
static void set_port(struct sockaddr_storage *at)
{
	in_port_t *port = at->ss_family == AF_INET6 ? &((struct sockaddr_in6 *)at)->sin6_port
						    : &((struct sockaddr_in *)at)->sin_port;

	if (!*port)
		*port = htons(SERVE_PORT);
}

int serve_listen(const char *address, struct serve *ret_serve, struct err *err)
{
	struct sockaddr_storage at = {0};
	int len = sizeof(at), yes = 1;
	struct serve s;

	if (!address)
		address = "127.0.0.1";
	if (evutil_parse_sockaddr_port(address, (struct sockaddr *)&at, &len))
		return err_set(err, -EINVAL, ERR_USAGE,
			"--listen %s: give an address and a port, such as 127.0.0.1:9464 or "
			"[::]:9464",
			address);
	set_port(&at);
	s.fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s.fd < 0)
		return cannot(address, err);
	setsockopt(s.fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(s.fd, (struct sockaddr *)&at, len) || listen(s.fd, BACKLOG) || read_address(&s)) {
		int ret = cannot(address, err);

		close(s.fd);
		return ret;
	}
	*ret_serve = s;
	return 0;
}

static void take_frames(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	const struct frame *f;
	int next = SOURCE_FRAME;

	(void)fd;
	(void)what;
	for (int i = 0; i < AT_ONCE; i++) {
		next = source_next(s->source, &f, s->err);
		if (next != SOURCE_FRAME)
			break;
		if (session_feed(&s->session, f)) {
			next = err_set(s->err, -ENOMEM, ERR_FAILED, "out of memory");
			break;
		}
	}
	if (next == SOURCE_FRAME)
		event_active(s->frames, EV_READ, 0); /* more may have been read already */
	s->ret = next < 0 ? next : 0;
	if (next < 0 || next == SOURCE_END)
		event_base_loopbreak(s->base);
}

static void stop(evutil_socket_t signal, short what, void *arg)
{
	(void)signal;
	(void)what;
	event_base_loopbreak(arg);
}

static void say_metrics(struct evhttp_request *request, void *arg)
{
	struct server *s = arg;
	struct evbuffer *body = evhttp_request_get_output_buffer(request);
	char *text;
	size_t len;

	if (metrics_text(&s->session.model, &text, &len)) {
		evhttp_send_error(request, HTTP_SERVUNAVAIL, "out of memory");
		return;
	}
	evbuffer_add(body, text, len);
	free(text);
	evhttp_add_header(
		evhttp_request_get_output_headers(request), "Content-Type", METRICS_CONTENT_TYPE);
	evhttp_send_reply(request, HTTP_OK, NULL, NULL);
}

static void say_where(struct evhttp_request *request, void *arg)
{
	bool is_root = !strcmp(evhttp_request_get_uri(request), "/");

	(void)arg;
	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
		"text/plain; charset=utf-8");
	evbuffer_add_printf(evhttp_request_get_output_buffer(request),
		"pooltop tells its numbers at /metrics\n");
	evhttp_send_reply(request, is_root ? HTTP_OK : HTTP_NOTFOUND, NULL, NULL);
}

static void accept_again(evutil_socket_t fd, short what, void *listener)
{
	(void)fd;
	(void)what;
	evconnlistener_enable(listener);
}

/* No file is free: there are too many clients. Until some have gone the rest wait outside. What
 * is handed over as `http` is libevent's own. */
static void rest(struct evconnlistener *listener, void *http)
{
	const struct timeval a_while = {.tv_usec = 200000};

	(void)http;
	if (!event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT, accept_again,
		    listener, &a_while))
		evconnlistener_disable(listener);
}

static void say_nothing(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

static int open_http(struct server *s, const struct serve *at)
{
	int fd = fcntl(at->fd, F_DUPFD_CLOEXEC, 0); /* closed with http */
	struct evhttp_bound_socket *bound;

	s->http = evhttp_new(s->base);
	bound = s->http && fd >= 0 ? evhttp_accept_socket_with_handle(s->http, fd) : NULL;
	if (!bound) {
		close(fd);
		return -ENOMEM;
	}
	evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(bound), rest);
	evhttp_set_allowed_methods(s->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(s->http, HEADERS_MAX);
	evhttp_set_max_body_size(s->http, 0);
	evhttp_set_timeout(s->http, CLIENT_S);
	evhttp_set_gencb(s->http, say_where, NULL);
	return evhttp_set_cb(s->http, "/metrics", say_metrics, s) ? -ENOMEM : 0;
}

static int open_events(struct server *s)
{
	s->frames = event_new(s->base, source_fd(s->source), EV_READ | EV_PERSIST, take_frames, s);
	if (!s->frames || event_add(s->frames, NULL))
		return -ENOMEM;
	for (int i = 0; i < SIGNALS; i++) {
		s->stops[i] = evsignal_new(s->base, signals[i], stop, s->base);
		if (!s->stops[i] || event_add(s->stops[i], NULL))
			return -ENOMEM;
	}
	return 0;
}

static void close_all(struct server *s)
{
	if (s->http)
		evhttp_free(s->http);
	for (int i = 0; i < SIGNALS; i++)
		if (s->stops[i])
			event_free(s->stops[i]);
	if (s->frames)
		event_free(s->frames);
	if (s->base)
		event_base_free(s->base);
	session_release(&s->session);
}

int serve_run(void *serve, struct source *source, struct err *err)
{
	const struct rlimit files = {FILES_MAX, FILES_MAX};
	struct server s = {.source = source, .err = err};

	event_set_log_callback(say_nothing);
	setrlimit(RLIMIT_NOFILE, &files);
	s.base = event_base_new();
	if (!s.base || session_init(&s.session) || open_http(&s, serve) || open_events(&s))
		s.ret = err_set(err, -ENOMEM, ERR_FAILED, "cannot serve: out of memory");
	else if (event_base_dispatch(s.base) < 0)
		s.ret = err_set(err, -EIO, ERR_FAILED, "cannot serve: the event loop failed");
	close_all(&s);
	return s.ret;
}
