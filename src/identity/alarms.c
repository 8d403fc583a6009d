/* Step 8: persons of many e-mails or names; edges held back; the order of all alarms. */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "identity/normal.h"
#include "util/banned.h"
#include "util/str.h"

static int add_count(struct quarry_identity *id, enum quarry_alarm_kind kind, uint32_t person,
		     size_t n, size_t max)
{
	const struct quarry_alarm alarm = {
		.kind = kind, .person = person, .n = n, .repo = -1, .other_repo = -1,
	};

	return n > max ? vec_push(&id->alarms, alarm) : 0;
}

/* The uses of one person; a bot may have any number of names. */
static int count_person(struct quarry_identity *id, const uint32_t *uses, size_t n)
{
	struct map emails = MAP_INIT, names = MAP_INIT;
	struct str name = STR_INIT;
	uint32_t person = id->uses.at[uses[0]].out.person;
	int rc = n > QUARRY_ALARM_NAMES ? 0 : 1;

	for (size_t i = 0; !rc && i < n; i++) {
		const struct use *u = &id->uses.at[uses[i]];
		uint32_t email = id->nodes.at[u->signature].to;

		if (u->automated)
			continue;
		str_clear(&name);
		name_fold(&name, u->name);
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

/* The uses by person: those of person i are (*order)[first[i]] to first[i + 1]. */
static int group_uses(uint32_t **order, uint32_t **first, const struct quarry_identity *id)
{
	size_t n_persons = id->keys.n;

	*order = malloc((id->uses.n + 1) * sizeof(**order));
	*first = calloc(n_persons + 2, sizeof(**first));
	if (!*order || !*first)
		return -1;
	for (size_t i = 0; i < id->uses.n; i++)
		(*first)[id->uses.at[i].out.person + 2]++;
	for (size_t i = 2; i < n_persons + 2; i++)
		(*first)[i] += (*first)[i - 1];
	for (size_t i = 0; i < id->uses.n; i++)
		(*order)[(*first)[id->uses.at[i].out.person + 1]++] = (uint32_t)i;
	return 0;
}

int alarms_find(struct quarry_identity *id)
{
	uint32_t *order = NULL, *first = NULL;
	int rc = number_bridges(id) || group_uses(&order, &first, id) ? -1 : 0;

	for (size_t i = 0; !rc && i < id->keys.n; i++)
		rc = count_person(id, &order[first[i]], first[i + 1] - first[i]);
	free(first);
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
