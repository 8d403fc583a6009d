/*
 * The conversation with `git credential fill`, over one socket that is its standard
 * input and output:
 *
 *	to git    protocol=https LF host=example.org LF path=a/b LF LF, then end of file
 *	from git  lines of key=value, of which username and password count
 *
 * git would ask a user who has no helper: see `overrides` for what makes it give up
 * at once instead.  What it complains of is dropped.
 */
#include "fetch/credential_helper.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "util/banned.h"
#include "fetch/child.h"
#include "util/clock.h"
#include "util/str.h"
#include "util/vec.h"

#define ANSWER_MAX ((size_t)64 * 1024) /* as long as a line of git's may be */
#define WAIT_S_DEFAULT 60              /* without a bound for silence */

extern char **environ;

struct helper {
	struct guard *guard;
	int64_t since_ms;
	struct child child;
	/* Of ANSWER_MAX bytes: one that grows would leave copies of the secret behind. */
	char *answer;
	size_t len;
};

static int nomem(struct guard *g)
{
	return guard_fail(g, GUARD_NOMEM, "out of memory");
}

/* Neither its silence nor a request to stop is slept through. */
static int check(const struct helper *h)
{
	unsigned wait_s = h->guard->options->stall_s;

	if (guard_check(h->guard) < 0)
		return -1;
	wait_s = wait_s ? wait_s : WAIT_S_DEFAULT;
	if (clock_ms() - h->since_ms >= (int64_t)wait_s * 1000)
		return guard_fail(h->guard, GUARD_AUTH,
				  "git's credential helper gave no answer within %u s", wait_s);
	return 0;
}

static const char *const overrides[] = {
	"GIT_TERMINAL_PROMPT=0",
	/* Empty ones: unset, git would look at core.askPass and at SSH_ASKPASS. */
	"GIT_ASKPASS=",
	"SSH_ASKPASS=",
	"GCM_INTERACTIVE=never", /* Git Credential Manager's windows */
};

#define N_OVERRIDES (sizeof(overrides) / sizeof(overrides[0]))

static bool is_overridden(const char *setting)
{
	for (size_t i = 0; i < N_OVERRIDES; i++)
		if (!strncmp(setting, overrides[i], strcspn(overrides[i], "=") + 1))
			return true;
	return false;
}

/* The environment for git, to be freed, its strings not; NULL without memory. */
static char **make_environment(void)
{
	VEC(char *) v = { 0 };
	bool ok = true;

	for (char **e = environ; ok && e && *e; e++)
		if (!is_overridden(*e))
			ok = vec_push(&v, *e) == 0;
	for (size_t i = 0; ok && i < N_OVERRIDES; i++)
		ok = vec_push(&v, (char *)overrides[i]) == 0; /* execve(2) writes to none */
	if (ok)
		ok = vec_push(&v, NULL) == 0;
	if (!ok)
		vec_release(&v);
	return v.at;
}

/* 1: git runs; 0: it cannot be run, which is no failure; -1. */
static int start(struct helper *h)
{
	/* Not where we happen to run: that may be a repository with settings of its own. */
	static const char *const argv[] = { "git", "-C", "/", "-c", "core.askPass=", "credential",
					    "fill", NULL };
	char **environment = make_environment();
	int rc = environment ? child_start(&h->child, (char **)argv, environment) : ENOMEM;

	free(environment);
	if (rc == ENOMEM)
		return nomem(h->guard);
	return rc ? 0 : 1;
}

static int send_question(struct helper *h, const char *scheme, const char *host_port,
			 const char *path)
{
	char *text = str_dupf("protocol=%s\nhost=%s\npath=%s\n\n", scheme, host_port, path);
	ssize_t n;

	if (!text)
		return nomem(h->guard);
	/* Less than any socket takes at once. One that has hung up answers nothing. */
	n = send(h->child.fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
	free(text);
	(void)n;
	(void)shutdown(h->child.fd, SHUT_WR);
	return 0;
}

/* Until its end, or until there is too much. */
static int receive(struct helper *h)
{
	while (h->len < ANSWER_MAX) {
		struct pollfd p[] = { { h->child.fd, POLLIN, 0 }, { h->child.err_fd, POLLIN, 0 } };
		ssize_t n;

		if (check(h) < 0)
			return -1;
		if (poll(p, 2, guard_slice_ms(h->guard, h->since_ms)) <= 0)
			continue;
		if (p[1].revents)
			child_drain(&h->child);
		if (!p[0].revents)
			continue;
		n = recv(h->child.fd, h->answer + h->len, ANSWER_MAX - h->len, MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return 0;
		h->len += (size_t)n;
	}
	return 0;
}

/* A copy of the value of `key`, to be freed; NULL in *out when it is not there. */
static int read_value(char **out, const struct helper *h, const char *key)
{
	size_t key_len = strlen(key);
	const char *at = h->answer, *end = h->answer + h->len;

	while (at < end) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));

		if (!line_end)
			break;
		if ((size_t)(line_end - at) > key_len && !memcmp(at, key, key_len) &&
		    at[key_len] == '=') {
			at += key_len + 1;
			*out = strndup(at, (size_t)(line_end - at));
			return *out ? 0 : nomem(h->guard);
		}
		at = line_end + 1;
	}
	return 0;
}

static int read_answer(struct credential *out, const struct helper *h)
{
	struct credential c = CREDENTIAL_INIT;
	int rc = read_value(&c.user, h, "username");

	if (rc == 0)
		rc = read_value(&c.password, h, "password");
	if (rc == 0 && c.user && c.password && *c.password) {
		*out = c;
		return 1;
	}
	credential_release(&c);
	return rc;
}

static bool is_one_line(const char *text)
{
	return !strpbrk(text, "\r\n");
}

int credential_ask_git(struct credential *out, const char *scheme, const char *host_port,
		       const char *path, struct guard *g)
{
	struct helper h = { .guard = g, .since_ms = clock_ms(), .child = CHILD_INIT };
	int rc;

	if (!is_one_line(scheme) || !is_one_line(host_port) || !is_one_line(path))
		return 0;
	h.answer = malloc(ANSWER_MAX);
	if (!h.answer)
		return nomem(g);
	rc = start(&h);
	if (rc > 0 && (send_question(&h, scheme, host_port, path) < 0 || receive(&h) < 0))
		rc = -1;
	child_end(&h.child);
	if (rc > 0)
		rc = read_answer(out, &h);
	explicit_bzero(h.answer, ANSWER_MAX);
	free(h.answer);
	return rc;
}
