/*
 * ssh://: the program "ssh", which knows the user's keys, agent, hosts and proxies.
 *
 *	ssh -o BatchMode=yes [-o ConnectTimeout=N] [-o SendEnv=GIT_PROTOCOL] [-p PORT]
 *	    -- USER@HOST "git-upload-pack 'PATH'"
 *
 * It is started directly, never by way of a shell; the one at the other end gets the path
 * quoted as git quotes it.  It never asks: who has no key in the agent, or has not accepted
 * the key of the host, is told so.
 *
 * Environment: GIT_SSH names another program that takes the arguments of OpenSSH's.
 * GIT_SSH_COMMAND, a line for the shell, is not heeded.  GIT_PROTOCOL is ours to set.
 */
#include "fetch/link.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fetch/child.h"
#include "fetch/duplex.h"
#include "util/ascii.h"
#include "util/banned.h"
#include "util/clock.h"
#include "util/str.h"
#include "util/vec.h"

#define DEFAULT_USER "git"
#define LINE_SHOWN_MAX 200

/* How long the child may live on after it has closed its output: its status and its last
 * words are on their way. */
#define LAST_WORDS_MS 1000

struct ssh_link {
	struct duplex duplex; /* first; its descriptors are the child's */
	struct child child;
};

/* What ssh, git and the hosts are known to say; the first that is found counts. */
static const struct {
	const char *text;
	enum guard_cause cause;
	const char *remedy; /* NULL: what was said says it */
} known_causes[] = {
	{ "REMOTE HOST IDENTIFICATION HAS CHANGED", GUARD_FINAL,
	  "the key of its host is another than before: connect once with ssh, and read its "
	  "warning" },
	{ "Host key verification failed", GUARD_FINAL,
	  "the key of its host is not in ~/.ssh/known_hosts: connect once with ssh" },
	{ "not appear to be a git", GUARD_GONE, NULL },  /* git */
	{ "repository not found", GUARD_GONE, NULL },    /* GitHub */
	{ "could not be found", GUARD_GONE, NULL },      /* GitLab */
	{ "Permission denied", GUARD_AUTH,
	  "its host took no key of ssh; load one that may read it with ssh-add" },
	{ "Too many authentication failures", GUARD_AUTH,
	  "its host took none of the first keys of ssh; name the right one in ~/.ssh/config" },
	{ "command not found", GUARD_FINAL, NULL }, /* the shell there: no git */
	{ "Could not resolve hostname", GUARD_LATER, NULL },
	{ "Connection refused", GUARD_LATER, NULL },
	{ "Connection timed out", GUARD_LATER, NULL },
	{ "Connection reset", GUARD_LATER, NULL },
	{ "Connection closed", GUARD_LATER, NULL },
};

#define N_KNOWN_CAUSES (sizeof(known_causes) / sizeof(known_causes[0]))

static int no_memory(struct guard *g)
{
	return guard_fail(g, GUARD_NOMEM, "out of memory");
}

/* --- How the child ended ---------------------------------------------------- */

/* The line around `at`. It may end on a terminal, and be cut anywhere before that: only
 * printable ASCII is let through. */
static void show_line(struct str *out, const struct str *text, const char *at)
{
	const char *end = text->buf + text->len, *from = at, *to = at;

	while (from > text->buf && from[-1] != '\n')
		from--;
	while (to < end && *to != '\n' && to - from < LINE_SHOWN_MAX)
		to++;
	while (to > from && to[-1] == '\r')
		to--;
	for (; from < to; from++)
		str_addc(out, *from >= ' ' && *from <= '~' ? *from : '?');
}

/* 0 when nothing known was said; else -1 after guard_fail(). */
static int fail_for_known_cause(struct ssh_link *l)
{
	const struct str *tail = &l->child.tail;
	struct guard *g = l->duplex.link.guard;
	struct str line = STR_INIT;
	const char *at;

	for (size_t i = 0; i < N_KNOWN_CAUSES && tail->len; i++) {
		at = ascii_casestr(tail->buf, known_causes[i].text);
		if (!at)
			continue;
		if (known_causes[i].remedy)
			return guard_fail(g, known_causes[i].cause, "%s", known_causes[i].remedy);
		show_line(&line, tail, at);
		(void)guard_fail(g, known_causes[i].cause, "%s",
				 line.oom ? known_causes[i].text : line.buf);
		str_release(&line);
		return -1;
	}
	return 0;
}

static int fail_for_status(struct ssh_link *l)
{
	const struct str *tail = &l->child.tail;
	struct guard *g = l->duplex.link.guard;
	struct str words = STR_INIT;
	size_t len = tail->len;

	if (WIFSIGNALED(l->child.status))
		str_addf(&words, "ssh was ended by signal %d", WTERMSIG(l->child.status));
	else
		str_addf(&words, "ssh ended with status %d", WEXITSTATUS(l->child.status));
	while (len && strchr("\r\n", tail->buf[len - 1]))
		len--;
	if (len) {
		str_adds(&words, ": ");
		show_line(&words, tail, tail->buf + len - 1);
	}
	(void)guard_fail(g, GUARD_LATER, "%s", words.oom ? "ssh failed" : words.buf);
	str_release(&words);
	return -1;
}

static void drain(struct duplex *d)
{
	struct ssh_link *l = (struct ssh_link *)d;

	child_drain(&l->child);
	d->side_fd = l->child.err_fd;
}

/* The child has closed its output. 0 when it did so in good order. */
static int ended(struct duplex *d)
{
	const struct timespec step = { 0, 5 * 1000000L };
	struct ssh_link *l = (struct ssh_link *)d;
	int64_t end_ms = clock_ms() + LAST_WORDS_MS;
	bool gone;

	while (!(gone = child_has_ended(&l->child)) && clock_ms() < end_ms) {
		if (guard_check(d->link.guard) < 0)
			return -1;
		drain(d);
		(void)nanosleep(&step, NULL); /* a shorter sleep does no harm */
	}
	/* All it said is in the pipe by now, and that holds no more than this. */
	for (int i = 0; i < 32 && d->side_fd >= 0; i++)
		drain(d);
	if (gone && l->child.status == 0)
		return 0;
	if (fail_for_known_cause(l) < 0)
		return -1;
	return gone && l->child.status > 0 ? fail_for_status(l) : 0;
}

/* --- How it is started ------------------------------------------------------ */

/* For the shell at the other end, as sq_quote_buf() of git does it: csh and its kin read
 * '!' even between single quotes. */
static void add_quoted(struct str *s, const char *text)
{
	str_addc(s, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '!')
			str_addf(s, "'\\%c'", *text);
		else
			str_addc(s, *text);
	}
	str_addc(s, '\'');
}

static char *make_command(const struct url *url)
{
	struct str s = STR_INIT;

	str_adds(&s, "git-upload-pack ");
	add_quoted(&s, duplex_path(url));
	return str_detach(&s);
}

/* Ours, with what we set; entries are shared. NULL without memory. */
static char **make_environment(int version)
{
	VEC(char *) env = { NULL, 0, 0 };
	/* Known causes are known in English, and most hosts are told our language. */
	static char language[] = "LC_ALL=C", protocol[] = "GIT_PROTOCOL=version=2";
	int rc = 0;

	for (char **e = environ; e && *e && rc == 0; e++)
		if (strncmp(*e, "LC_ALL=", 7) && strncmp(*e, "GIT_PROTOCOL=", 13))
			rc = vec_push(&env, *e);
	if (rc == 0)
		rc = vec_push(&env, language);
	if (rc == 0 && version == 2)
		rc = vec_push(&env, protocol);
	if (rc == 0)
		rc = vec_push(&env, NULL);
	if (rc < 0)
		vec_release(&env);
	return env.at;
}

static int start(struct ssh_link *l, const struct url *url, int version)
{
	struct guard *g = l->duplex.link.guard;
	const char *named = getenv("GIT_SSH"), *program = named && *named ? named : "ssh";
	/* url_parse() lets none of the parts begin with '-'. */
	char *destination = str_dupf("%s@%s", url->user ? url->user : DEFAULT_USER, url->hostname);
	char *port = str_dupf("%u", url->port);
	char *timeout = str_dupf("ConnectTimeout=%u", g->options->connect_s);
	char *command = make_command(url);
	char **env = make_environment(version);
	const char *argv[16];
	size_t n = 0;
	int rc;

	argv[n++] = program;
	argv[n++] = "-o";
	argv[n++] = "BatchMode=yes";
	if (g->options->connect_s) {
		argv[n++] = "-o";
		argv[n++] = timeout;
	}
	if (version == 2) {
		argv[n++] = "-o";
		argv[n++] = "SendEnv=GIT_PROTOCOL";
	}
	if (url->port) {
		argv[n++] = "-p";
		argv[n++] = port;
	}
	argv[n++] = "--";
	argv[n++] = destination;
	argv[n++] = command;
	argv[n] = NULL;
	if (!destination || !port || !timeout || !command || !env) {
		rc = no_memory(g);
	} else {
		/* execve(2) only lacks the const. */
		rc = child_start(&l->child, (char *const *)argv, env);
		if (rc)
			rc = guard_fail(g, GUARD_FINAL, "cannot start '%s': %s", program,
					strerror(rc));
	}
	free(destination);
	free(port);
	free(timeout);
	free(command);
	free(env);
	return rc;
}

/* --- The link --------------------------------------------------------------- */

static void ssh_free(struct link *link)
{
	struct ssh_link *l = (struct ssh_link *)link;

	child_end(&l->child);
	free(l);
}

int link_open_ssh(struct link **out, struct guard *g, const struct url *url, int version)
{
	struct ssh_link *l = calloc(1, sizeof(*l));

	if (!l)
		return no_memory(g);
	l->child = (struct child)CHILD_INIT;
	l->duplex = (struct duplex){
		.link = { .guard = g, .request = duplex_request, .write = duplex_write,
			  .read = duplex_read, .free = ssh_free },
		.drain = drain, .ended = ended,
	};
	if (start(l, url, version) < 0) {
		ssh_free(&l->duplex.link);
		return -1;
	}
	l->duplex.fd = l->child.fd;
	l->duplex.side_fd = l->child.err_fd;
	*out = &l->duplex.link;
	return 0;
}
