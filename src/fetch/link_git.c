/*
 * git://: git's own protocol over a bare TCP connection.
 *
 * libcurl connects: it knows of names, of several addresses of one host, and of time-outs.
 * The first message names the repository:
 *
 *	message = "git-upload-pack " path NUL "host=" host [ ":" port ] NUL [ NUL "version=2" NUL ]
 *
 * The variables that name a proxy are not heeded: those are for HTTP.
 */
#include "fetch/link.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fetch/duplex.h"
#include "fetch/pktline.h"
#include "util/banned.h"
#include "util/clock.h"
#include "util/str.h"

#define GIT_PORT "9418"

struct git_link {
	struct duplex duplex; /* first; its socket belongs to `easy` */
	CURLM *multi;
	CURL *easy;
};

static int no_memory(struct guard *g)
{
	return guard_fail(g, GUARD_NOMEM, "out of memory");
}

/* curl 7.88 lets children inherit its sockets: a connection would outlive us. */
static curl_socket_t open_socket(void *payload, curlsocktype purpose, struct curl_sockaddr *a)
{
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static int set_up(struct git_link *l, const struct url *url)
{
	unsigned connect_s = l->duplex.link.guard->options->connect_s;
	/* "http" is what curl thinks; no byte of it is sent. */
	char *address = str_dupf("http://%s%s", url->host, url->port ? "" : ":" GIT_PORT);
	CURL *c = l->easy;
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	if (address)
		rc = curl_easy_setopt(c, CURLOPT_URL, address);
	if (!rc)
		rc = curl_easy_setopt(c, CURLOPT_PROXY, "");
	if (!rc)
		rc = curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	if (!rc)
		rc = curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)connect_s);
	if (!rc)
		rc = curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	if (!rc)
		rc = curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* A request to stop does not wait for a name server. */
	if (!rc)
		rc = curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
#endif
	free(address);
	return rc ? no_memory(l->duplex.link.guard) : 0; /* nothing else fails here */
}

static int cannot_connect(const struct git_link *l, CURLcode code)
{
	struct guard *g = l->duplex.link.guard;
	long cause = 0;

	if (code == CURLE_OUT_OF_MEMORY)
		return no_memory(g);
	if (code == CURLE_COULDNT_RESOLVE_HOST)
		return guard_fail(g, GUARD_LATER, "cannot find the address of its host");
	if (code == CURLE_OPERATION_TIMEDOUT && g->options->connect_s)
		return guard_fail(g, GUARD_LATER, "its host did not answer within %u s",
				  g->options->connect_s);
	if (curl_easy_getinfo(l->easy, CURLINFO_OS_ERRNO, &cause) || !cause)
		return guard_fail(g, GUARD_LATER, "cannot connect to its host: %s",
				  curl_easy_strerror(code));
	return guard_fail(g, GUARD_LATER, "cannot connect to its host: %s",
			  strerror((int)cause));
}

/* 1 when curl is done with connecting, 0 to go on, -1 after guard_fail(). */
static int connect_step(const struct git_link *l)
{
	CURLMcode rc;
	CURLMsg *message;
	int n_running, n_left;

	rc = curl_multi_perform(l->multi, &n_running);
	if (rc)
		return guard_fail(l->duplex.link.guard, GUARD_LATER, "cannot connect to its host: %s",
				  curl_multi_strerror(rc));
	while ((message = curl_multi_info_read(l->multi, &n_left)))
		if (message->msg == CURLMSG_DONE)
			return message->data.result ? cannot_connect(l, message->data.result) : 1;
	return 0;
}

static int connect_host(struct git_link *l)
{
	struct guard *g = l->duplex.link.guard;
	curl_socket_t fd = CURL_SOCKET_BAD;
	int rc = 0;

	while (rc == 0) {
		/* curl minds the time for this; the guard's silence begins when we are through. */
		if (guard_check(g) < 0)
			return -1;
		rc = connect_step(l);
		if (rc == 0 && curl_multi_poll(l->multi, /* extra_fds= */ NULL, 0,
					       guard_slice_ms(g, clock_ms()), NULL))
			rc = no_memory(g);
	}
	if (rc > 0 && (curl_easy_getinfo(l->easy, CURLINFO_ACTIVESOCKET, &fd) ||
		       fd == CURL_SOCKET_BAD))
		rc = guard_fail(g, GUARD_LATER, "the connection to its host is gone");
	if (rc < 0)
		return -1;
	l->duplex.fd = fd;
	return 0;
}

static int greet(struct git_link *l, const struct url *url, int version)
{
	struct guard *g = l->duplex.link.guard;
	struct str payload = STR_INIT, packet = STR_INIT;
	int rc;

	str_addf(&payload, "git-upload-pack %s%chost=%s%c", duplex_path(url), '\0', url->host,
		 '\0');
	if (version == 2)
		str_addf(&payload, "%cversion=2%c", '\0', '\0');
	if (!payload.oom)
		pkt_add(&packet, payload.buf, payload.len);
	if (payload.oom || packet.oom)
		rc = no_memory(g);
	else
		rc = duplex_write(&l->duplex.link, packet.buf, packet.len);
	str_release(&payload);
	str_release(&packet);
	return rc;
}

static void git_free(struct link *link)
{
	struct git_link *l = (struct git_link *)link;

	/* The handle closes the socket when it leaves the multi handle. */
	if (l->multi && l->easy)
		(void)curl_multi_remove_handle(l->multi, l->easy); /* it may not be in there */
	curl_easy_cleanup(l->easy);
	(void)curl_multi_cleanup(l->multi); /* fails for a handle that is none */
	free(l);
}

int link_open_git(struct link **out, struct guard *g, const struct url *url, int version)
{
	struct git_link *l = calloc(1, sizeof(*l));
	int rc = 0;

	if (!l)
		return no_memory(g);
	l->duplex = (struct duplex){
		.link = { .guard = g, .request = duplex_request, .write = duplex_write,
			  .read = duplex_read, .free = git_free },
		.fd = -1, .side_fd = -1,
	};
	l->multi = curl_multi_init();
	l->easy = curl_easy_init();
	if (!l->multi || !l->easy)
		rc = no_memory(g);
	if (rc == 0)
		rc = set_up(l, url);
	if (rc == 0 && curl_multi_add_handle(l->multi, l->easy))
		rc = no_memory(g);
	if (rc == 0)
		rc = connect_host(l);
	if (rc == 0)
		rc = greet(l, url, version);
	if (rc < 0) {
		git_free(&l->duplex.link);
		return -1;
	}
	*out = &l->duplex.link;
	return 0;
}
