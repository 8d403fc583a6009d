#include "engine/who_step.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "util/banned.h"

extern const char quarry_signature_rules[], quarry_identity_rules_text[];

/* --- rules ----------------------------------------------------------------- */

int who_load(struct who *w, struct quarry_error *err)
{
	int rc = quarry_rules_parse(&w->rules, quarry_signature_rules, strlen(quarry_signature_rules),
				    "signatures.yaml", err);

	if (!rc)
		rc = without_split(&w->without, w->engine->options.without, w->rules, err);
	if (!rc)
		rc = quarry_classifier_new(&w->classifier, w->rules, "signatures.yaml", err);
	if (!rc)
		rc = quarry_identity_rules_parse(&w->identity_rules, quarry_identity_rules_text,
						 strlen(quarry_identity_rules_text),
						 "identity.yaml", err);
	return rc;
}

void who_release(struct who *w)
{
	quarry_identity_free(w->identity);
	quarry_classifier_free(w->classifier);
	quarry_rules_free(w->rules);
	quarry_identity_rules_free(w->identity_rules);
	without_release(&w->without);
	map_release(&w->classes);
	map_release(&w->entries);
	map_release(&w->opted_out);
}

static const struct quarry_people *people_of(const struct who *w)
{
	return w->engine->universe->people;
}

/* --- what identity is fed with --------------------------------------------- */

/* A .mailmap that cannot be used is left out and said: it must not stop the others. */
static int add_mailmap(void *payload, int64_t repo, const char *text, size_t len,
		       struct quarry_error *err)
{
	struct who *w = payload;
	int rc = quarry_identity_mailmap(w->identity, repo, text, len, err);

	if (rc != QUARRY_EFAIL)
		return rc;
	quarry_log_say(&w->engine->options.log, QUARRY_LOG_WARNING, "a .mailmap is left out: %s",
		       err->text);
	return 0;
}

/* A human whose name alone makes a bot or an agent of others. */
static int look_near(struct who *w, const struct quarry_derive_use *use, struct quarry_error *err)
{
	const struct quarry_rule *near = quarry_classify_near(w->classifier, use->name, use->name_len);

	return near ? quarry_derive_alarm(w->derive, "near_bot", -1, use->signature, 0, near->id, err) : 0;
}

/* The rule of a signature, remembered; NULL: it is human for want of one. */
static int rule_of(const struct quarry_rule **rule, struct who *w,
		   const struct quarry_derive_use *use, struct quarry_error *err)
{
	int64_t *known = map_at(&w->classes, &use->signature, sizeof(use->signature), -2);
	int rc = 0;

	if (!known)
		return quarry_error_nomem(err);
	if (*known == -2) {
		const struct quarry_rule *r = quarry_classify_signature(w->classifier, use->name, use->name_len,
									use->email, use->email_len);

		*known = r ? r - w->rules->rules : -1;
		rc = r ? 0 : look_near(w, use, err);
	}
	*rule = *known < 0 ? NULL : &w->rules->rules[*known];
	return rc;
}

static int add_use(void *payload, const struct quarry_derive_use *use, struct quarry_error *err)
{
	struct who *w = payload;
	struct quarry_use u = {
		.repo = use->repo, .signature = use->signature,
		.name = use->name, .name_len = use->name_len,
		.email = use->email, .email_len = use->email_len,
		.first_s = use->first_s, .last_s = use->last_s,
	};
	const struct quarry_rule *rule = NULL;
	int rc = rule_of(&rule, w, use, err);

	u.class = rule ? rule->class : NULL;
	return rc ? rc : quarry_identity_use(w->identity, &u, err);
}

static int resolve_with(struct who *w, const struct quarry_identity_options *options,
			struct quarry_error *err)
{
	int rc = quarry_identity_new(&w->identity, w->identity_rules, options, err);

	if (!rc && people_of(w))
		rc = quarry_identity_people(w->identity, people_of(w), err);
	if (!rc)
		rc = quarry_derive_each_mailmap(w->derive, add_mailmap, w, err);
	if (!rc)
		rc = quarry_derive_each_use(w->derive, add_use, w, err);
	if (!rc && engine_stopped(w->engine))
		rc = engine_interrupted(err);
	return rc ? rc : quarry_identity_resolve(w->identity, err);
}

static bool has_opt_out(const struct quarry_people *people)
{
	for (size_t i = 0; people && i < people->n_persons; i++)
		if (people->persons[i].opt_out)
			return true;
	return false;
}

/* The person's use, by numbers that hold under any rules. */
struct use_key {
	int64_t repo, signature;
};

/* Who has opted out stays so, whatever rule is left out. */
static int find_opted_out(struct who *w, struct quarry_error *err)
{
	int rc;

	if (!w->engine->options.without || !has_opt_out(people_of(w)))
		return 0;
	rc = resolve_with(w, /* options= */ NULL, err);
	for (size_t i = 0; !rc && i < quarry_identity_n_uses(w->identity); i++) {
		const struct quarry_identity_use *u = quarry_identity_get(w->identity, i);
		size_t entry = quarry_identity_entry(w->identity, u->person);
		const struct use_key key = { u->repo, u->signature };

		if (entry != QUARRY_NO_ENTRY && people_of(w)->persons[entry].opt_out &&
		    !map_at(&w->opted_out, &key, sizeof(key), 1))
			rc = quarry_error_nomem(err);
	}
	quarry_identity_free(w->identity);
	w->identity = NULL;
	return rc;
}

static int resolve(struct who *w, struct quarry_error *err)
{
	const struct quarry_identity_options options = { w->without.names, w->without.n_names };
	int rc = find_opted_out(w, err);

	return rc ? rc : resolve_with(w, &options, err);
}

/* --- what it tells --------------------------------------------------------- */

/* A mistyped opt-out must not be one in silence. No name: this is pasted into tickets. */
static int tell_unused(struct who *w, struct quarry_error *err)
{
	size_t n = quarry_identity_n_unused(w->identity);

	if (n)
		quarry_log_say(&w->engine->options.log, QUARRY_LOG_WARNING,
			       "people.yaml: %zu of its signatures and e-mails are nobody's; the first is in "
			       "line %u", n, quarry_identity_unused(w->identity, 0));
	return 0;
}

/* What is known of a person, gathered from the uses. */
struct gathered {
	int64_t lenient;
	bool opted_out;
};

static int write_person(struct who *w, uint32_t person, const struct gathered *g,
			struct quarry_error *err)
{
	size_t at = quarry_identity_entry(w->identity, person);
	const struct quarry_person *entry = at == QUARRY_NO_ENTRY ? NULL : &people_of(w)->persons[at];
	bool opted_out = g->opted_out || (entry && entry->opt_out);

	return quarry_derive_person(w->derive, person, g->lenient, opted_out,
				    entry && entry->name && !opted_out ? entry->name : "",
				    quarry_identity_person_key(w->identity, person), err);
}

static int write_persons(struct who *w, struct quarry_error *err)
{
	size_t n = quarry_identity_n_persons(w->identity), n_uses = quarry_identity_n_uses(w->identity);
	struct gathered *g = calloc(n + 1, sizeof(*g));
	int rc = 0;

	if (!g)
		return quarry_error_nomem(err);
	for (size_t i = 0; i < n_uses; i++) {
		const struct quarry_identity_use *u = quarry_identity_get(w->identity, i);
		const struct use_key key = { u->repo, u->signature };

		g[u->person].lenient = u->lenient;
		g[u->person].opted_out |= map_find(&w->opted_out, &key, sizeof(key)) != NULL;
	}
	for (size_t i = 0; !rc && i < n; i++)
		rc = write_person(w, (uint32_t)i, &g[i], err);
	free(g);
	return rc;
}

/* The class of an entry is that of the signatures that it names. */
static int note_entry(struct who *w, size_t i, int64_t signature, struct quarry_error *err)
{
	size_t at = quarry_identity_named(w->identity, i);

	if (at == QUARRY_NO_ENTRY || !people_of(w)->persons[at].class)
		return 0;
	return map_at(&w->entries, &signature, sizeof(signature), (int64_t)at)
	     ? 0 : quarry_error_nomem(err);
}

static int write_uses(struct who *w, struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < quarry_identity_n_uses(w->identity); i++) {
		const struct quarry_identity_use *u = quarry_identity_get(w->identity, i);

		rc = quarry_derive_identity(w->derive, u->repo, u->signature, u->mapped_key,
					    u->email, u->person, err);
		if (!rc)
			rc = note_entry(w, i, u->signature, err);
	}
	return rc;
}

/* What people.yaml says of a person goes before every rule. */
static int write_class(struct who *w, int64_t signature, int64_t rule, struct quarry_error *err)
{
	const int64_t *entry = map_find(&w->entries, &signature, sizeof(signature));

	if (entry)
		return quarry_derive_signature_class(w->derive, signature,
						     people_of(w)->persons[*entry].class, "people.yaml",
						     err);
	return quarry_derive_signature_class(w->derive, signature,
					     rule < 0 ? "human" : w->rules->rules[rule].class,
					     rule < 0 ? "" : w->rules->rules[rule].id, err);
}

static int write_classes(struct who *w, struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < quarry_identity_n_uses(w->identity); i++) {
		int64_t signature = quarry_identity_get(w->identity, i)->signature;
		int64_t *rule = map_find(&w->classes, &signature, sizeof(signature));

		if (!rule || *rule == -2)
			continue; /* written */
		rc = write_class(w, signature, *rule, err);
		*rule = -2;
	}
	return rc;
}

static int write_links(struct who *w, struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < quarry_identity_n_links(w->identity); i++) {
		const struct quarry_link *l = quarry_identity_link(w->identity, i);

		rc = quarry_derive_link(w->derive, l->level, l->repo, l->a, l->b, l->promoted,
					l->rule, err);
	}
	return rc;
}

static int write_alarms(struct who *w, struct quarry_error *err)
{
	static const char *const kinds[] = {
		[QUARRY_ALARM_MANY_EMAILS] = "many_emails", [QUARRY_ALARM_MANY_NAMES] = "many_names",
		[QUARRY_ALARM_BRIDGE] = "bridge", [QUARRY_ALARM_LOGIN_IDS] = "login_ids",
		[QUARRY_ALARM_MAILMAPS] = "mailmaps", [QUARRY_ALARM_SPLIT] = "split",
		[QUARRY_ALARM_ENTRIES] = "entries",
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < quarry_identity_n_alarms(w->identity); i++) {
		const struct quarry_alarm *a = quarry_identity_alarm(w->identity, i);

		rc = quarry_derive_alarm(w->derive, kinds[a->kind],
					 a->person == QUARRY_NO_PERSON ? -1 : (int64_t)a->person,
					 /* signature= */ -1, (int64_t)(a->kind == QUARRY_ALARM_BRIDGE ? a->m : a->n),
					 a->a ? a->a : "", err);
	}
	return rc;
}

/* --- messages -------------------------------------------------------------- */

/* The last (key, value) that was asked about. */
struct asked {
	struct who *w;
	char *key, *value;
	size_t value_len;
	const struct quarry_assist *rule;
};

static int ask(struct asked *a, const struct quarry_derive_mark *mark, struct quarry_error *err)
{
	if (a->key && !strcmp(a->key, mark->key) && a->value_len == mark->value_len &&
	    !memcmp(a->value, mark->value, mark->value_len))
		return 0;
	free(a->key);
	free(a->value);
	a->key = strdup(mark->key);
	a->value = malloc(mark->value_len + 1);
	if (!a->key || !a->value)
		return quarry_error_nomem(err);
	memcpy(a->value, mark->value, mark->value_len);
	a->value_len = mark->value_len;
	a->rule = quarry_classify_assist(a->w->classifier, mark->key, mark->value, mark->value_len);
	return 0;
}

static int on_mark(void *payload, const struct quarry_derive_mark *mark, struct quarry_error *err)
{
	struct asked *a = payload;
	int rc = ask(a, mark, err);

	return !rc && a->rule ? quarry_derive_assist(a->w->derive, mark->commit_id, a->rule->id, err) : rc;
}

static int find_assists(struct who *w, struct quarry_error *err)
{
	struct asked asked = { .w = w };
	int rc = quarry_derive_each_mark(w->derive, on_mark, &asked, err);

	free(asked.key);
	free(asked.value);
	return rc;
}

static int on_named(void *payload, const struct quarry_derive_named *named, struct quarry_error *err)
{
	struct who *w = payload;
	const struct quarry_export *rule =
		quarry_classify_export(w->classifier, named->class, named->name, named->name_len,
				       named->email, named->email_len, named->key);

	return rule ? quarry_derive_export(w->derive, named->commit_id, named->signature, rule->id, err)
		    : 0;
}

int who_run(struct who *w, struct quarry_error *err)
{
	static int (*const steps[])(struct who *, struct quarry_error *) = {
		resolve, tell_unused, write_persons, write_uses, write_classes, write_links, write_alarms,
		find_assists,
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (engine_stopped(w->engine))
			return engine_interrupted(err);
		rc = steps[i](w, err);
	}
	return rc ? rc : quarry_derive_each_named(w->derive, on_named, w, err);
}
