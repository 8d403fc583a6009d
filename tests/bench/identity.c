/*
 * What resolving people costs: processor time and memory for N made signatures.
 *
 *	bench-identity RULES [N]
 *
 * RULES is categories/rules/identity.yaml; N is a million if it is not given.  Of ten
 * signatures six bring an e-mail of their own; 50 repositories use them, each twentieth
 * signature in two; every fifth repository has a .mailmap of N/100 lines, at most 20,000.
 * Among the e-mails are addresses of code hosts, tags, and generic ones.
 *
 * No test: it is run by hand, on a machine that does nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "quarry/identity.h"
#include "util/file.h"
#include "util/str.h"

#define N_REPOS 50
#define DAY_S 86400

static uint32_t seed = 1;

static uint32_t next_random(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

/* Of the processor: others on the machine do not show. */
static double now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* it exists since Linux 2.6 */
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void say(const char *what, double since)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_SELF, &usage); /* of ourselves: it cannot fail */
	printf("%-12s %6.2f s  %6ld MB at most\n", what, now_s() - since, usage.ru_maxrss / 1024);
}

static void make_email(struct str *out, uint32_t i)
{
	str_clear(out);
	switch (i % 20) {
	case 0:
		str_addf(out, "%u+login%u@users.noreply.github.com", 1000 + i / 40, i);
		break;
	case 1:
		str_addf(out, "login%u@users.noreply.github.com", i - 1);
		break;
	case 2:
		str_addf(out, "some.one%u+tag%u@gmail.com", i / 40, i);
		break;
	case 3:
		str_addf(out, "user%u@machine%u.local", i, i % 100);
		break;
	default:
		str_addf(out, "person.%u@company%u.example.com", i, i % 1000);
	}
}

static int add_mailmaps(struct quarry_identity *id, uint32_t n, struct quarry_error *err)
{
	uint32_t n_lines = n / 100 < 20000 ? n / 100 : 20000;
	struct str text = STR_INIT, from = STR_INIT, to = STR_INIT;
	int rc = 0;

	for (uint32_t repo = 0; !rc && repo < N_REPOS; repo += 5) {
		str_clear(&text);
		for (uint32_t i = 0; i < n_lines; i++) {
			make_email(&from, next_random() % (n / 10 * 6 + 1));
			make_email(&to, next_random() % (n / 10 * 6 + 1));
			str_addf(&text, "Proper Name%u <%s> <%s>\n", i, to.buf, from.buf);
		}
		rc = text.oom ? quarry_error_nomem(err) :
		     quarry_identity_mailmap(id, repo, text.buf ? text.buf : "", text.len, err);
	}
	str_release(&text);
	str_release(&from);
	str_release(&to);
	return rc;
}

static int add_uses(struct quarry_identity *id, uint32_t n, struct quarry_error *err)
{
	struct str name = STR_INIT, email = STR_INIT;
	int rc = 0;

	for (uint32_t i = 0; !rc && i < n; i++) {
		int64_t first_s = (int64_t)(next_random() % 3000) * DAY_S;
		struct quarry_use use = { .signature = i, .first_s = first_s,
					  .last_s = first_s + next_random() % (500 * DAY_S) };

		make_email(&email, i % 10 < 6 ? i / 10 * 6 + i % 10 :
			   next_random() % (n / 10 * 6 + 1));
		str_clear(&name);
		str_addf(&name, "Given%u Family%u", next_random() % 2000, next_random() % 5000);
		if (name.oom || email.oom)
			rc = quarry_error_nomem(err);
		use.name = name.buf;
		use.name_len = name.len;
		use.email = email.buf;
		use.email_len = email.len;
		for (uint32_t k = 0; !rc && k <= (i % 20 == 0); k++) {
			use.repo = (i + k * 7) % N_REPOS;
			rc = quarry_identity_use(id, &use, err);
		}
	}
	str_release(&name);
	str_release(&email);
	return rc;
}

static int run(const struct quarry_identity_rules *rules, uint32_t n, struct quarry_error *err)
{
	struct quarry_identity *id = NULL;
	double start = now_s();
	int rc = quarry_identity_new(&id, rules, /* options= */ NULL, err);

	if (!rc)
		rc = add_mailmaps(id, n, err);
	if (!rc)
		rc = add_uses(id, n, err);
	if (rc)
		goto done;
	say("adding", start);
	start = now_s();
	rc = quarry_identity_resolve(id, err);
	if (rc)
		goto done;
	say("resolving", start);
	printf("%u signatures, %zu uses, %zu persons, %zu rows of evidence, %zu alarms\n", n,
	       quarry_identity_n_uses(id), quarry_identity_n_persons(id),
	       quarry_identity_n_links(id), quarry_identity_n_alarms(id));
done:
	quarry_identity_free(id);
	return rc;
}

int main(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_identity_rules *rules = NULL;
	long n = argc > 2 ? strtol(argv[2], NULL, 10) : 1000000;
	char *text = NULL;
	size_t len;
	int rc;

	if (argc < 2 || n < 1 || n > 100000000) {
		fprintf(stderr, "usage: bench-identity RULES [N]\n");
		return 2;
	}
	rc = file_read(&text, &len, argv[1], 1 << 22, &err);
	if (!rc)
		rc = quarry_identity_rules_parse(&rules, text, len, argv[1], &err);
	if (!rc)
		rc = run(rules, (uint32_t)n, &err);
	if (rc)
		fprintf(stderr, "bench-identity: %s\n", err.text);
	quarry_identity_rules_free(rules);
	free(text);
	return rc ? 1 : 0;
}
