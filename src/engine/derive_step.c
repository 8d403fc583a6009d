/*
 * Deriving: hand the facts to identity and classification, and their verdicts to
 * aggregation.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/affiliation_step.h"
#include "engine/engine.h"
#include "engine/who_step.h"
#include "util/banned.h"

extern const char quarry_path_rules[], quarry_language_rules[];

struct derive_step {
	struct quarry_engine *engine;
	struct quarry_derive *derive;
	struct who who;
	struct quarry_rules *path_rules;
	struct quarry_classifier *paths;
	struct quarry_languages *languages;
	struct quarry_linguist *linguist;
};

static void release(struct derive_step *s)
{
	quarry_derive_free(s->derive);
	who_release(&s->who);
	quarry_classifier_free(s->paths);
	quarry_rules_free(s->path_rules);
	quarry_linguist_free(s->linguist);
	quarry_languages_free(s->languages);
}

static int load_rules(struct derive_step *s, struct quarry_error *err)
{
	int rc = who_load(&s->who, err);

	if (!rc)
		rc = quarry_rules_parse(&s->path_rules, quarry_path_rules,
					strlen(quarry_path_rules), "paths.yaml", err);
	if (!rc)
		rc = quarry_classifier_new(&s->paths, s->path_rules, "paths.yaml", err);
	if (!rc)
		rc = quarry_languages_parse(&s->languages, quarry_language_rules,
					    strlen(quarry_language_rules), "languages.yaml", err);
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
	size_t n = quarry_classifier_n_limits(s->who.classifier) + quarry_classifier_n_limits(s->paths);

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
	options.signature_rules_hash = s->who.rules->hash;
	options.identity_rules_hash = s->who.identity_rules->hash;
	options.people_hash = s->engine->universe->people ? s->engine->universe->people->hash : "";
	options.path_rules_hash = s->path_rules->hash;
	rc = quarry_derive_begin(&s->derive, quarry_store_db(s->engine->store), s->engine->universe,
				 &options, err);
	s->who.derive = s->derive;
	progress(s, 1, "people");
	if (!rc)
		rc = who_run(&s->who, err);
	if (!rc)
		rc = affiliation_step(s->derive, s->engine->universe->people, s->who.identity, err);
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
	struct derive_step s = {
		.engine = e, .who = { .engine = e, .classes = MAP_INIT, .entries = MAP_INIT, .opted_out = MAP_INIT },
	};
	int rc;

	if (!e->universe)
		return quarry_error_set(err, QUARRY_EUSAGE, "no universe is loaded");
	rc = derive(&s, err);
	release(&s);
	return rc;
}
