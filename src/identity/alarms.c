/* Step 8: persons of many e-mails or names; edges held back; the order of all alarms. */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "util/banned.h"
#include "util/str.h"
#include "util/utf8.h"

static int by_person(const void *pa, const void *pb, void *payload)
{
	const struct use *uses = payload;
	const struct use *a = &uses[*(const uint32_t *)pa], *b = &uses[*(const uint32_t *)pb];

	if (a->out.person != b->out.person)
		return COMPARE(a->out.person, b->out.person);
	return COMPARE(a->signature, b->signature);
}

static int add_count(struct quarry_identity *id, enum quarry_alarm_kind kind, uint32_t person,
		     size_t n, size_t max)
{
	const struct quarry_alarm alarm = {
		.kind = kind, .person = person, .n = n, .repo = -1, .other_repo = -1,
	};

	return n > max ? vec_push(&id->alarms, alarm) : 0;
}

/* The uses of one person, those of a signature together. */
static int count_person(struct quarry_identity *id, const uint32_t *uses, size_t n)
{
	struct map emails = MAP_INIT, names = MAP_INIT;
	struct str name = STR_INIT;
	uint32_t person = id->uses.at[uses[0]].out.person, last = NONE;
	int rc = n > QUARRY_ALARM_NAMES ? 0 : 1;

	for (size_t i = 0; !rc && i < n; i++) {
		const struct use *u = &id->uses.at[uses[i]];
		uint32_t email = id->nodes.at[u->signature].to;

		if (u->signature == last)
			continue;
		last = u->signature;
		str_clear(&name);
		utf8_fold(&name, u->name, strlen(u->name));
		str_add(&name, "", 0); /* an empty name needs a buffer too */
		if (name.oom || !map_at(&names, name.buf, name.len, 0) ||
		    !map_at(&emails, &email, sizeof(email), 0))
			rc = -1;
	}
	if (!rc && (add_count(id, QUARRY_ALARM_MANY_EMAILS, person, emails.n, QUARRY_ALARM_EMAILS) ||
		    add_count(id, QUARRY_ALARM_MANY_NAMES, person, names.n, QUARRY_ALARM_NAMES)))
		rc = -1;
	map_release(&emails);
	map_release(&names);
	str_release(&name);
	return rc < 0 ? -1 : 0;
}

/* Bridges know their person by its root so far. */
static int number_bridges(struct quarry_identity *id)
{
	uint32_t *person = malloc((id->nodes.n + 1) * sizeof(*person));

	if (!person)
		return -1;
	memset(person, 0xFF, (id->nodes.n + 1) * sizeof(*person)); /* NONE */
	for (uint32_t i = 0; i < id->person_node.n; i++)
		person[id->person_node.at[i]] = i;
	for (size_t i = 0; i < id->alarms.n; i++)
		if (id->alarms.at[i].kind == QUARRY_ALARM_BRIDGE)
			id->alarms.at[i].person = person[id->alarms.at[i].person];
	free(person);
	return 0;
}

int alarms_find(struct quarry_identity *id)
{
	size_t n = id->uses.n;
	uint32_t *order = malloc((n + 1) * sizeof(*order));
	int rc = order ? number_bridges(id) : -1;

	for (size_t i = 0; order && i < n; i++)
		order[i] = (uint32_t)i;
	if (order && n)
		qsort_r(order, n, sizeof(*order), by_person, id->uses.at);
	for (size_t i = 0, end; !rc && i < n; i = end) {
		uint32_t person = id->uses.at[order[i]].out.person;

		for (end = i + 1; end < n && id->uses.at[order[end]].out.person == person;)
			end++;
		rc = count_person(id, &order[i], end - i);
	}
	free(order);
	return rc;
}

/* A moved node's text is its signature's. */
static int add_held(struct quarry_identity *id, const struct held *h)
{
	struct quarry_alarm alarm = {
		.kind = QUARRY_ALARM_SPLIT, .person = QUARRY_NO_PERSON,
		.a = id->nodes.at[h->edge.a].text, .b = id->nodes.at[h->edge.b].text,
		.repo = h->edge.repo, .other_repo = -1,
		.level = (enum quarry_link_level)h->edge.level, .rule = h->edge.rule,
	};

	if (h->why.split == APART_ENTRIES) {
		alarm.kind = QUARRY_ALARM_ENTRIES;
		alarm.n = id->people->persons[h->why.a].line;
		alarm.m = id->people->persons[h->why.b].line;
	} else {
		alarm.n = id->people->splits[h->why.split - 1].line;
	}
	return vec_push(&id->alarms, alarm);
}

static int compare_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int by_kind(const void *pa, const void *pb)
{
	const struct quarry_alarm *a = pa, *b = pb;
	int order = COMPARE(a->kind, b->kind);

	if (!order)
		order = COMPARE(a->person, b->person);
	if (!order)
		order = compare_texts(a->a, b->a);
	if (!order)
		order = compare_texts(a->b, b->b);
	if (!order)
		order = compare_texts(a->c, b->c);
	if (!order)
		order = COMPARE(a->level, b->level);
	if (!order)
		order = COMPARE(a->repo, b->repo);
	return order ? order : compare_texts(a->rule, b->rule);
}

int alarms_end(struct quarry_identity *id)
{
	for (size_t i = 0; i < id->held.n; i++)
		if (add_held(id, &id->held.at[i]))
			return -1;
	if (id->alarms.n)
		qsort(id->alarms.at, id->alarms.n, sizeof(*id->alarms.at), by_kind);
	return 0;
}
