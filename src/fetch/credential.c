#include "fetch/credential.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"
#include "fetch/credential_helper.h"

#define SEPARATORS " ,\t\r\n"

/* Every one of these hosts takes a token as password; this is the user name that it
 * documents for that. */
static const struct {
	const char *host, *user;
} token_users[] = {
	{ "github.com", "x-access-token" },
	{ "gitlab.com", "oauth2" },
	{ "bitbucket.org", "x-token-auth" },
};

static const struct {
	const char *variable, *host;
} token_variables[] = {
	{ "GITHUB_TOKEN", "github.com" },
	{ "GH_TOKEN", "github.com" },
	{ "GITLAB_TOKEN", "gitlab.com" },
};

static int nomem(struct guard *g)
{
	return guard_fail(g, GUARD_NOMEM, "out of memory");
}

static int take_token(struct credential *out, const char *host_port, const char *token, size_t len,
		      struct guard *g)
{
	const char *user = "git";
	struct credential c;

	for (size_t i = 0; i < sizeof(token_users) / sizeof(token_users[0]); i++)
		if (!strcmp(host_port, token_users[i].host))
			user = token_users[i].user;
	c = (struct credential){ strdup(user), strndup(token, len) };
	if (!c.user || !c.password) {
		credential_release(&c);
		return nomem(g);
	}
	*out = c;
	return 1;
}

static int find_in_list(struct credential *out, const char *host_port, struct guard *g)
{
	const char *at = getenv("QUARRY_TOKENS");
	size_t host_len = strlen(host_port);

	for (size_t len; at && *at; at += len) {
		at += strspn(at, SEPARATORS);
		len = strcspn(at, SEPARATORS);
		/* Anything behind the '=', more of them, too, is the token. */
		if (len > host_len + 1 && at[host_len] == '=' &&
		    !ascii_ncasecmp(at, host_port, host_len))
			return take_token(out, host_port, at + host_len + 1, len - host_len - 1, g);
	}
	return 0;
}

static int find_in_variables(struct credential *out, const char *scheme, const char *host_port,
			     struct guard *g)
{
	if (strcmp(scheme, "https"))
		return 0;
	for (size_t i = 0; i < sizeof(token_variables) / sizeof(token_variables[0]); i++) {
		const char *token;

		if (strcmp(host_port, token_variables[i].host))
			continue;
		token = getenv(token_variables[i].variable);
		if (token && *token)
			return take_token(out, host_port, token, strlen(token), g);
	}
	return 0;
}

int credential_find(struct credential *out, const char *scheme, const char *host_port,
		    const char *path, struct guard *g)
{
	int found = find_in_list(out, host_port, g);

	if (!found)
		found = find_in_variables(out, scheme, host_port, g);
	if (!found)
		found = credential_ask_git(out, scheme, host_port, path, g);
	return found;
}

static void wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void credential_release(struct credential *c)
{
	wipe(c->user);
	wipe(c->password);
	*c = (struct credential)CREDENTIAL_INIT;
}
