/*
 * An HTTP server in a thread that gives canned answers and writes down what it was asked.
 *
 *	struct canned s;
 *	canned_start(&s, answers);        "http://127.0.0.1:PORT" is in s.url
 *	... one client at a time ...
 *	canned_stop(&s);
 *
 * What it has written down may be looked at between two calls of the client: the client
 * has seen the answer then, and that was sent after the writing.  Include it after
 * cmocka.h.
 */
#ifndef QUARRY_TESTS_CANNED_H
#define QUARRY_TESTS_CANNED_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/str.h"

#define CANNED_CONNECTIONS_MAX 32

enum canned_flags {
	CANNED_CUT = 1 << 0,  /* announce more than comes, and hang up */
	CANNED_HANG = 1 << 1, /* the same, and say nothing more */
	CANNED_MUTE = 1 << 2, /* hang up at once */
	CANNED_BIG = 1 << 3,  /* the body is a million times `body` */
	CANNED_CHUNKED = 1 << 4,
	CANNED_LATE = 1 << 5, /* chunked; the mark of the end comes later */
};

/* The first one that fits is given; a 404 if none does. */
struct canned_answer {
	const char *request; /* how the request begins; NULL: the end */
	const char *header;  /* a header that it must have; NULL: any */
	const char *status;  /* "200 OK" */
	const char *headers; /* lines with CRLF, "{}" is the address of `other`; NULL: none */
	const char *body;    /* NULL: none */
	size_t body_len;     /* 0: that of the string */
	unsigned flags;
};

struct canned {
	const struct canned_answer *answers;
	const struct canned *other;
	char *url;
	const char *host; /* "127.0.0.1:PORT" */
	pthread_t thread;
	int listener, wake[2];
	struct pollfd fds[CANNED_CONNECTIONS_MAX + 2];
	struct str partial[CANNED_CONNECTIONS_MAX + 2];
	size_t n_fds;

	pthread_mutex_t lock; /* for what follows */
	struct str log;       /* all requests, as they came */
	int n_connections, n_requests;
};

static void canned_send(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

static const struct canned_answer *canned_find(const struct canned *s, const char *request)
{
	static const struct canned_answer none = { .status = "404 Not Found", .body = "no" };

	for (const struct canned_answer *a = s->answers; a->request; a++)
		if (!strncmp(request, a->request, strlen(a->request)) &&
		    (!a->header || strcasestr(request, a->header)))
			return a;
	return &none;
}

static void canned_head(struct str *out, const struct canned *s, const struct canned_answer *a,
			size_t len)
{
	const char *headers = a->headers ? a->headers : "";
	const char *at = strstr(headers, "{}");

	str_addf(out, "HTTP/1.1 %s\r\n", a->status);
	if (at)
		str_addf(out, "%.*s%s%s", (int)(at - headers), headers,
			 s->other ? s->other->url : s->url, at + 2);
	else
		str_adds(out, headers);
	if (a->flags & CANNED_CHUNKED)
		str_adds(out, "Transfer-Encoding: chunked\r\n\r\n");
	else
		str_addf(out, "Content-Length: %zu\r\n\r\n", len);
}

/* Whether the connection stays open. */
static bool canned_give(const struct canned *s, int fd, const struct canned_answer *a)
{
	size_t len = a->body_len ? a->body_len : a->body ? strlen(a->body) : 0;
	bool is_less = a->flags & (CANNED_CUT | CANNED_HANG);
	size_t times = a->flags & CANNED_BIG ? 1000000 : 1;
	struct str all = STR_INIT;

	if (a->flags & CANNED_MUTE)
		return false;
	canned_head(&all, s, a, len * times + (is_less ? 1000 : 0));
	for (size_t i = 0; i < times; i++) {
		if (a->flags & CANNED_CHUNKED)
			str_addf(&all, "%zx\r\n", len);
		str_add(&all, a->body, len);
		if (a->flags & CANNED_CHUNKED)
			str_adds(&all, "\r\n");
	}
	if (a->flags & CANNED_LATE) {
		canned_send(fd, all.buf, all.len);
		str_clear(&all);
		usleep(50000);
	}
	if (a->flags & CANNED_CHUNKED && !is_less)
		str_adds(&all, "0\r\n\r\n");
	/* All at once: a second small piece would wait for the first to be acknowledged. */
	canned_send(fd, all.buf, all.len);
	str_release(&all);
	return !(a->flags & CANNED_CUT);
}

/* The length of the whole request at the beginning; 0: it is not all there. */
static size_t canned_request_len(const struct str *in)
{
	const char *end = in->buf ? strstr(in->buf, "\r\n\r\n") : NULL, *length;
	size_t len;

	if (!end)
		return 0;
	len = (size_t)(end + 4 - in->buf);
	length = strcasestr(in->buf, "\r\nContent-Length:");
	if (length && length < end)
		len += strtoul(length + 17, NULL, 10);
	return len <= in->len ? len : 0;
}

/* Whether the connection stays open. */
static bool canned_read(struct canned *s, size_t i)
{
	struct str *in = &s->partial[i];
	char buf[4096];
	ssize_t n = recv(s->fds[i].fd, buf, sizeof(buf), 0);
	size_t len;

	if (n <= 0)
		return false;
	str_add(in, buf, (size_t)n);
	len = canned_request_len(in);
	if (!len)
		return true;
	pthread_mutex_lock(&s->lock);
	str_add(&s->log, in->buf, len);
	str_addc(&s->log, '\n');
	s->n_requests++;
	pthread_mutex_unlock(&s->lock);
	if (!canned_give(s, s->fds[i].fd, canned_find(s, in->buf)))
		return false;
	str_clear(in);
	return true;
}

static void canned_close(struct canned *s, size_t i)
{
	close(s->fds[i].fd);
	str_release(&s->partial[i]);
	s->n_fds--;
	s->fds[i] = s->fds[s->n_fds];
	s->partial[i] = s->partial[s->n_fds];
	s->partial[s->n_fds] = (struct str)STR_INIT;
}

static void *canned_run(void *payload)
{
	struct canned *s = payload;

	while (poll(s->fds, s->n_fds, -1) > 0 && !s->fds[1].revents) {
		if (s->fds[0].revents && s->n_fds < CANNED_CONNECTIONS_MAX + 2) {
			s->fds[s->n_fds++] = (struct pollfd){ accept(s->listener, NULL, NULL),
							      POLLIN, 0 };
			pthread_mutex_lock(&s->lock);
			s->n_connections++;
			pthread_mutex_unlock(&s->lock);
		}
		for (size_t i = s->n_fds; i-- > 2;)
			if (s->fds[i].revents && !canned_read(s, i))
				canned_close(s, i);
	}
	return NULL;
}

/* `other` is for redirects; NULL: the server itself. */
static inline void canned_start(struct canned *s, const struct canned_answer *answers,
			 const struct canned *other)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);

	memset(s, 0, sizeof(*s));
	s->answers = answers;
	s->other = other;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(s->listener >= 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(s->listener, 16), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&a, &len), 0);
	assert_int_equal(pipe(s->wake), 0);
	s->url = str_dupf("http://127.0.0.1:%u", ntohs(a.sin_port));
	assert_non_null(s->url);
	s->host = s->url + strlen("http://");
	s->fds[0] = (struct pollfd){ s->listener, POLLIN, 0 };
	s->fds[1] = (struct pollfd){ s->wake[0], POLLIN, 0 };
	s->n_fds = 2;
	assert_int_equal(pthread_mutex_init(&s->lock, NULL), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, canned_run, s), 0);
}

static inline void canned_stop(struct canned *s)
{
	assert_int_equal(write(s->wake[1], "x", 1), 1);
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	while (s->n_fds > 2)
		canned_close(s, s->n_fds - 1);
	close(s->listener);
	close(s->wake[0]);
	close(s->wake[1]);
	pthread_mutex_destroy(&s->lock);
	str_release(&s->log);
	free(s->url);
}

/* How often `text` stands in the requests. */
static inline int canned_asked(struct canned *s, const char *text)
{
	int n = 0;

	pthread_mutex_lock(&s->lock);
	for (const char *at = s->log.buf; at && (at = strcasestr(at, text)); at++)
		n++;
	pthread_mutex_unlock(&s->lock);
	return n;
}

static inline int canned_count(struct canned *s, const int *counter)
{
	int n;

	pthread_mutex_lock(&s->lock);
	n = *counter;
	pthread_mutex_unlock(&s->lock);
	return n;
}

#endif
