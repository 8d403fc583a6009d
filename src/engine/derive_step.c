/*
 * Deriving: hand the facts to identity and classification, and their verdicts to
 * aggregation.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "quarry/aggregate.h"
#include "quarry/classify.h"
#include "quarry/identity.h"
#include "quarry/rules.h"
#include "util/banned.h"
#include "util/map.h"

extern const char quarry_signature_rules[], quarry_path_rules[], quarry_language_rules[],
	quarry_identity_rules_text[];

struct derive_step {
	struct quarry_engine *engine;
	struct quarry_derive *derive;
	struct quarry_rules *signature_rules, *path_rules;
	struct quarry_classifier *signatures, *paths;
	struct quarry_languages *languages;
	struct quarry_linguist *linguist;
	struct quarry_identity_rules *identity_rules;
	struct quarry_identity *identity;
	struct map classes; /* of signatures: index of the rule, or -1 */
};

static void release(struct derive_step *s)
{
	quarry_derive_free(s->derive);
	quarry_identity_free(s->identity);
	quarry_classifier_free(s->signatures);
	quarry_classifier_free(s->paths);
	quarry_rules_free(s->signature_rules);
	quarry_rules_free(s->path_rules);
	quarry_linguist_free(s->linguist);
	quarry_languages_free(s->languages);
	quarry_identity_rules_free(s->identity_rules);
	map_release(&s->classes);
}

static int load_rules(struct derive_step *s, struct quarry_error *err)
{
	int rc = quarry_rules_parse(&s->signature_rules, quarry_signature_rules,
				    strlen(quarry_signature_rules), "signatures.yaml", err);

	if (!rc)
		rc = quarry_rules_parse(&s->path_rules, quarry_path_rules,
					strlen(quarry_path_rules), "paths.yaml", err);
	if (!rc)
		rc = quarry_classifier_new(&s->signatures, s->signature_rules, "signatures.yaml", err);
	if (!rc)
		rc = quarry_classifier_new(&s->paths, s->path_rules, "paths.yaml", err);
	if (!rc)
		rc = quarry_languages_parse(&s->languages, quarry_language_rules,
					    strlen(quarry_language_rules), "languages.yaml", err);
	if (!rc)
		rc = quarry_identity_rules_parse(&s->identity_rules, quarry_identity_rules_text,
						 strlen(quarry_identity_rules_text),
						 "identity.yaml", err);
	return rc ? rc : quarry_linguist_new(&s->linguist, s->languages, err);
}

static void progress(const struct derive_step *s, size_t done, const char *what)
{
	const struct quarry_engine_options *o = &s->engine->options;
	struct quarry_progress p = { .step = "deriving", .done = done, .total = 5, .unit = "",
				     .current = what };

	if (o->progress)
		o->progress(o->payload, &p);
}

static int check_stop(const struct derive_step *s, struct quarry_error *err)
{
	return engine_stopped(s->engine) ? engine_interrupted(err) : 0;
}

/* A .mailmap that cannot be used is left out and said: it must not stop the others. */
static int add_mailmap(void *payload, int64_t repo, const char *text, size_t len,
		       struct quarry_error *err)
{
	struct derive_step *s = payload;
	int rc = quarry_identity_mailmap(s->identity, repo, text, len, err);

	if (rc != QUARRY_EFAIL)
		return rc;
	quarry_log_say(&s->engine->options.log, QUARRY_LOG_WARNING, "a .mailmap is left out: %s",
		       err->text);
	return 0;
}

/* The class of a signature, remembered; NULL is human. */
static int classify(const char **class, struct derive_step *s, int64_t signature,
		    const char *name, size_t name_len, const char *email, size_t email_len,
		    struct quarry_error *err)
{
	int64_t *known = map_at(&s->classes, &signature, sizeof(signature), -2);
	const struct quarry_rule *rule;
	int rc = 0;

	if (!known)
		return quarry_error_nomem(err);
	if (*known == -2) {
		rule = quarry_classify_signature(s->signatures, name, name_len, email, email_len);
		*known = rule ? rule - s->signature_rules->rules : -1;
		rc = quarry_derive_signature_class(s->derive, signature,
						   rule ? rule->class : "human",
						   rule ? rule->id : "", err);
	}
	*class = *known < 0 ? NULL : s->signature_rules->rules[*known].class;
	return rc;
}

static int add_use(void *payload, const struct quarry_derive_use *use, struct quarry_error *err)
{
	struct derive_step *s = payload;
	struct quarry_use u = {
		.repo = use->repo, .signature = use->signature,
		.name = use->name, .name_len = use->name_len,
		.email = use->email, .email_len = use->email_len,
		.first_s = use->first_s, .last_s = use->last_s,
	};
	int rc = classify(&u.class, s, use->signature, use->name, use->name_len, use->email,
			  use->email_len, err);

	return rc ? rc : quarry_identity_use(s->identity, &u, err);
}

static int write_persons(struct derive_step *s, struct quarry_error *err)
{
	size_t n = quarry_identity_n_persons(s->identity), n_uses = quarry_identity_n_uses(s->identity);
	int64_t *lenient = calloc(n + 1, sizeof(*lenient));
	int rc = 0;

	if (!lenient)
		return quarry_error_nomem(err);
	for (size_t i = 0; i < n_uses; i++) {
		const struct quarry_identity_use *u = quarry_identity_get(s->identity, i);

		lenient[u->person] = u->lenient;
	}
	for (size_t i = 0; !rc && i < n; i++)
		rc = quarry_derive_person(s->derive, (int64_t)i, lenient[i], /* opted_out= */ 0,
					  quarry_identity_person_key(s->identity, (uint32_t)i), err);
	for (size_t i = 0; !rc && i < n_uses; i++) {
		const struct quarry_identity_use *u = quarry_identity_get(s->identity, i);

		rc = quarry_derive_identity(s->derive, u->repo, u->signature, u->mapped_key,
					    u->email, u->person, err);
	}
	free(lenient);
	return rc;
}

static int write_links(struct derive_step *s, struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < quarry_identity_n_links(s->identity); i++) {
		const struct quarry_link *l = quarry_identity_link(s->identity, i);

		rc = quarry_derive_link(s->derive, l->level, l->repo, l->a, l->b, l->promoted,
					l->rule, err);
	}
	return rc;
}

static int people(struct derive_step *s, struct quarry_error *err)
{
	int rc = quarry_identity_new(&s->identity, s->identity_rules, /* options= */ NULL, err);

	if (!rc)
		rc = quarry_derive_each_mailmap(s->derive, add_mailmap, s, err);
	if (!rc)
		rc = quarry_derive_each_use(s->derive, add_use, s, err);
	if (!rc)
		rc = check_stop(s, err);
	if (!rc)
		rc = quarry_identity_resolve(s->identity, err);
	if (!rc)
		rc = write_persons(s, err);
	return rc ? rc : write_links(s, err);
}

static int classify_path(void *payload, int64_t path, const char *name, size_t len,
			 struct quarry_error *err)
{
	struct derive_step *s = payload;
	const struct quarry_rule *rule = quarry_classify_path(s->paths, name, len);

	return quarry_derive_path_class(s->derive, path, rule ? rule->class : "other", err);
}

static int tell_language(void *payload, const struct quarry_tip_file *file,
			 struct quarry_error *err)
{
	struct derive_step *s = payload;
	const struct quarry_language *l = quarry_linguist_tell(s->linguist, file->name, file->len);

	return quarry_derive_tip_language(s->derive, file, l ? l->name : "", err);
}

/* Paths that no run saw before get their class, and the tips' files their language. */
static int files(struct derive_step *s, struct quarry_error *err)
{
	int rc = quarry_derive_each_path(s->derive, classify_path, s, err);

	return rc ? rc : quarry_derive_each_tip_file(s->derive, tell_language, s, err);
}

static void say_limits(const struct derive_step *s)
{
	size_t n = quarry_classifier_n_limits(s->signatures) + quarry_classifier_n_limits(s->paths);

	if (n)
		quarry_log_say(&s->engine->options.log, QUARRY_LOG_WARNING,
			       "%zu matches of rules were given up at the match limit", n);
}

static int derive(struct derive_step *s, struct quarry_error *err)
{
	struct quarry_derive_options options = { 0 };
	int rc;

	progress(s, 0, "times");
	rc = load_rules(s, err);
	if (rc)
		return rc;
	options.by_committer = s->engine->options.basis == QUARRY_BASIS_COMMITTER;
	options.without = s->engine->options.without ? s->engine->options.without : "";
	options.signature_rules_hash = s->signature_rules->hash;
	options.path_rules_hash = s->path_rules->hash;
	rc = quarry_derive_begin(&s->derive, quarry_store_db(s->engine->store), s->engine->universe,
				 &options, err);
	progress(s, 1, "people");
	if (!rc)
		rc = people(s, err);
	progress(s, 2, "paths");
	if (!rc)
		rc = check_stop(s, err);
	if (!rc)
		rc = files(s, err);
	progress(s, 3, "figures");
	if (!rc)
		rc = check_stop(s, err);
	if (!rc)
		rc = quarry_derive_finish(s->derive, err);
	progress(s, 5, "");
	if (!rc)
		say_limits(s);
	return rc;
}

int quarry_engine_derive(struct quarry_engine *e, struct quarry_error *err)
{
	struct derive_step s = { .engine = e, .classes = MAP_INIT };
	int rc;

	if (!e->universe)
		return quarry_error_set(err, QUARRY_EUSAGE, "no universe is loaded");
	rc = derive(&s, err);
	release(&s);
	return rc;
}
