#include "config/schema.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <yaml.h>

#include "util/banned.h"
#include "util/str.h"
#include "util/utf8.h"

/* A key that is shown in a message is at most this long. */
#define SHOWN_MAX 60

struct walk {
	yaml_document_t doc;
	struct arena *arena;
	const char *text;
	size_t len;
	const char *file;
	const struct schema_limits *limits;
	struct quarry_error *err;
};

int schema_fail(struct quarry_error *err, const char *file, unsigned line, const char *fmt, ...)
{
	struct str s = STR_INIT;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	str_vaddf(&s, fmt, ap);
	va_end(ap);
	if (s.oom)
		rc = quarry_error_nomem(err);
	else
		rc = quarry_error_set(err, QUARRY_EUSAGE, "cannot read '%s': line %u: %s",
				      file, line, s.buf);
	str_release(&s);
	return rc;
}

bool schema_text_is_clean(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;

	for (size_t i = 0; i < len; i++) {
		unsigned char next = i + 1 < len ? p[i + 1] : 0, third = i + 2 < len ? p[i + 2] : 0;

		if (p[i] < 0x20 || p[i] == 0x7F)
			return false;
		if (p[i] == 0xC2 && next >= 0x80 && next <= 0x9F) /* U+0080..U+009F */
			return false;
		if (p[i] == 0xE2 && next == 0x80 && /* U+200E, U+200F, U+2028..U+202E */
		    ((third >= 0xA8 && third <= 0xAE) || third == 0x8E || third == 0x8F))
			return false;
		if (p[i] == 0xE2 && next == 0x81 && third >= 0xA6 && third <= 0xA9) /* U+2066..U+2069 */
			return false;
	}
	return true;
}

static unsigned line_of(const yaml_node_t *node)
{
	return (unsigned)node->start_mark.line + 1;
}

static unsigned line_at(const char *text, size_t len, size_t offset)
{
	unsigned line = 1;

	for (size_t i = 0; i < len && i < offset; i++)
		line += text[i] == '\n';
	return line;
}

/* Why libyaml stopped; a reader error has an offset and no mark. */
static int parser_fail(struct walk *w, const yaml_parser_t *p)
{
	unsigned line = (unsigned)p->problem_mark.line + 1;

	if (p->error == YAML_MEMORY_ERROR)
		return quarry_error_nomem(w->err);
	if (p->error == YAML_READER_ERROR)
		line = line_at(w->text, w->len, p->problem_offset);
	return schema_fail(w->err, w->file, line, "not YAML: %s",
			   p->problem ? p->problem : "unknown cause");
}

/* Size and encoding, before libyaml sees a byte. */
static int check_bytes(struct walk *w)
{
	const char *p = w->text, *end = w->text + w->len;

	if (w->len > w->limits->bytes)
		return quarry_error_set(w->err, QUARRY_EUSAGE,
					"cannot read '%s': larger than the limit of %zu bytes",
					w->file, w->limits->bytes);
	for (unsigned line = 1; p < end; line++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		const char *stop = nl ? nl : end;

		if (!utf8_valid(p, (size_t)(stop - p)))
			return schema_fail(w->err, w->file, line, "not UTF-8");
		p = nl ? nl + 1 : end;
	}
	return 0;
}

static int check_event(struct walk *w, const yaml_event_t *ev, unsigned line)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;

	if (ev->type == YAML_SCALAR_EVENT) {
		anchor = ev->data.scalar.anchor;
		tag = ev->data.scalar.tag;
	} else if (ev->type == YAML_SEQUENCE_START_EVENT) {
		anchor = ev->data.sequence_start.anchor;
		tag = ev->data.sequence_start.tag;
	} else if (ev->type == YAML_MAPPING_START_EVENT) {
		anchor = ev->data.mapping_start.anchor;
		tag = ev->data.mapping_start.tag;
	}
	if (anchor || ev->type == YAML_ALIAS_EVENT)
		return schema_fail(w->err, w->file, line, "anchors (&) and aliases (*) are not read here");
	if (tag)
		return schema_fail(w->err, w->file, line, "tags (!) are not read here");
	return 0;
}

/*
 * A pass over the events first: the document that libyaml builds no longer
 * tells an alias from a copy, and depth and number are to be bounded before it
 * is built.
 */
static int check_events(struct walk *w, yaml_parser_t *p)
{
	yaml_event_type_t type = YAML_NO_EVENT;
	int n_docs = 0, depth = 0, rc = 0;
	size_t n_nodes = 0;

	while (!rc && type != YAML_STREAM_END_EVENT) {
		yaml_event_t ev;
		unsigned line;

		if (!yaml_parser_parse(p, &ev))
			return parser_fail(w, p);
		type = ev.type;
		line = (unsigned)ev.start_mark.line + 1;
		rc = check_event(w, &ev, line);
		yaml_event_delete(&ev);
		n_docs += type == YAML_DOCUMENT_START_EVENT;
		n_nodes += type == YAML_SCALAR_EVENT || type == YAML_MAPPING_START_EVENT ||
			   type == YAML_SEQUENCE_START_EVENT;
		depth += type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT;
		depth -= type == YAML_MAPPING_END_EVENT || type == YAML_SEQUENCE_END_EVENT;
		if (rc)
			break;
		if (n_docs > 1)
			rc = schema_fail(w->err, w->file, line, "a second document begins; one a file is read");
		else if (depth > SCHEMA_DEPTH_MAX)
			rc = schema_fail(w->err, w->file, line, "nested more than %d deep", SCHEMA_DEPTH_MAX);
		else if (n_nodes > w->limits->nodes)
			rc = schema_fail(w->err, w->file, line, "more than %zu values", w->limits->nodes);
	}
	return rc;
}

static bool is_null(const yaml_node_t *node)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };

	if (node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return node->data.scalar.length == 0;
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (strcmp((const char *)node->data.scalar.value, nulls[i]) == 0)
			return true;
	return false;
}

static int read_text(struct walk *w, struct schema_text *out, const yaml_node_t *node,
		     const struct schema_key *key)
{
	size_t max = key->max ? key->max : SCHEMA_TEXT_MAX;
	unsigned line = line_of(node);
	const char *s;
	size_t len;

	if (node->type != YAML_SCALAR_NODE)
		return schema_fail(w->err, w->file, line, "%s'%s' must be a text",
				   key->kind == SCHEMA_TEXT ? "" : "each entry of ", key->name);
	s = (const char *)node->data.scalar.value;
	len = node->data.scalar.length;
	if (len > max)
		return schema_fail(w->err, w->file, line, "'%s' is longer than %zu bytes",
				   key->name, max);
	if (!schema_text_is_clean(s, len))
		return schema_fail(w->err, w->file, line,
				   "'%s' holds a line break or a control character", key->name);
	if (is_null(node))
		return schema_fail(w->err, w->file, line, "'%s' is empty", key->name);
	out->s = arena_copy(w->arena, s, len);
	out->line = line;
	return out->s ? 0 : quarry_error_nomem(w->err);
}

static size_t n_entries(const yaml_node_t *node)
{
	return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
}

static yaml_node_t *entry(struct walk *w, const yaml_node_t *node, size_t i)
{
	return yaml_document_get_node(&w->doc, node->data.sequence.items.start[i]);
}

static int read_texts(struct walk *w, struct schema_texts *out, yaml_node_t *node,
		      const struct schema_key *key)
{
	bool one = node->type == YAML_SCALAR_NODE && key->kind == SCHEMA_TEXT_OR_TEXTS;
	size_t n = one ? 1 : n_entries(node);

	if (!one && node->type != YAML_SEQUENCE_NODE)
		return schema_fail(w->err, w->file, line_of(node), "'%s' must be %sa sequence of texts",
				   key->name, key->kind == SCHEMA_TEXT_OR_TEXTS ? "a text or " : "");
	if (!n)
		return 0;
	out->at = arena_alloc(w->arena, n * sizeof(*out->at));
	if (!out->at)
		return quarry_error_nomem(w->err);
	for (size_t i = 0; i < n; i++) {
		int rc = read_text(w, &out->at[i], one ? node : entry(w, node, i), key);

		if (rc)
			return rc;
	}
	out->n = n;
	return 0;
}

static int read_texts_list(struct walk *w, struct schema_items *out, const yaml_node_t *node,
			   const struct schema_key *key)
{
	struct schema_texts *lists;
	size_t n;

	if (node->type != YAML_SEQUENCE_NODE)
		return schema_fail(w->err, w->file, line_of(node),
				   "'%s' must be a sequence of sequences of texts", key->name);
	n = n_entries(node);
	out->line = line_of(node);
	if (!n)
		return 0;
	out->at = lists = arena_alloc(w->arena, n * sizeof(*lists));
	if (!lists)
		return quarry_error_nomem(w->err);
	memset(lists, 0, n * sizeof(*lists));
	for (size_t i = 0; i < n; i++) {
		yaml_node_t *list = entry(w, node, i);
		int rc;

		if (list->type != YAML_SEQUENCE_NODE || !n_entries(list))
			return schema_fail(w->err, w->file, line_of(list),
					   "each entry of '%s' must be a sequence of texts: [one, two]",
					   key->name);
		rc = read_texts(w, &lists[i], list, key);
		if (rc)
			return rc;
	}
	out->n = n;
	return 0;
}

/* `key` names the mapping in messages; NULL: the file itself. */
static int read_mapping(struct walk *w, void *out, const yaml_node_t *node,
			const struct schema *schema, const struct schema_key *key);

static int read_mappings(struct walk *w, struct schema_items *out, const yaml_node_t *node,
			 const struct schema_key *key)
{
	size_t n;
	int rc;

	if (node->type != YAML_SEQUENCE_NODE)
		return schema_fail(w->err, w->file, line_of(node),
				   "'%s' must be a sequence of mappings", key->name);
	n = n_entries(node);
	out->line = line_of(node);
	if (!n)
		return 0;
	out->at = arena_alloc(w->arena, n * key->of->size);
	if (!out->at)
		return quarry_error_nomem(w->err);
	memset(out->at, 0, n * key->of->size);
	for (size_t i = 0; i < n; i++) {
		rc = read_mapping(w, (char *)out->at + i * key->of->size, entry(w, node, i),
				  key->of, key);
		if (rc)
			return rc;
	}
	out->n = n;
	return 0;
}

static int read_value(struct walk *w, void *out, yaml_node_t *node, const struct schema_key *key)
{
	void *inner;

	switch (key->kind) {
	case SCHEMA_TEXT:
		return read_text(w, out, node, key);
	case SCHEMA_TEXTS:
	case SCHEMA_TEXT_OR_TEXTS:
		return read_texts(w, out, node, key);
	case SCHEMA_TEXTS_LIST:
		return read_texts_list(w, out, node, key);
	case SCHEMA_MAPPINGS:
		return read_mappings(w, out, node, key);
	case SCHEMA_MAPPING:
		break;
	}
	inner = arena_alloc(w->arena, key->of->size);
	if (!inner)
		return quarry_error_nomem(w->err);
	memset(inner, 0, key->of->size);
	*(void **)out = inner;
	return read_mapping(w, inner, node, key->of, key);
}

static int unknown_key(struct walk *w, const yaml_node_t *node, const struct schema *schema)
{
	struct str known = STR_INIT;
	int rc;

	for (size_t i = 0; i < schema->n_keys; i++)
		str_addf(&known, "%s%s", i ? ", " : "", schema->keys[i].name);
	if (known.oom)
		rc = quarry_error_nomem(w->err);
	else if (node->data.scalar.length > SHOWN_MAX)
		rc = schema_fail(w->err, w->file, line_of(node),
				 "unknown key of more than %d bytes (known here: %s)", SHOWN_MAX, known.buf);
	else
		rc = schema_fail(w->err, w->file, line_of(node), "unknown key '%s' (known here: %s)",
				 (const char *)node->data.scalar.value, known.buf);
	str_release(&known);
	return rc;
}

/* The index of a key in the table; a negative code when it is not there. */
static int find_key(struct walk *w, const yaml_node_t *node, const struct schema *schema)
{
	if (node->type != YAML_SCALAR_NODE)
		return schema_fail(w->err, w->file, line_of(node), "a key must be a text");
	for (size_t i = 0; i < schema->n_keys; i++)
		if (strlen(schema->keys[i].name) == node->data.scalar.length &&
		    strcmp(schema->keys[i].name, (const char *)node->data.scalar.value) == 0)
			return (int)i;
	return unknown_key(w, node, schema);
}

static int read_mapping(struct walk *w, void *out, const yaml_node_t *node,
			const struct schema *schema, const struct schema_key *key)
{
	unsigned seen[SCHEMA_KEYS_MAX] = { 0 }; /* the line where each key was given */
	unsigned line = line_of(node);
	int rc;

	assert(schema->n_keys <= SCHEMA_KEYS_MAX);
	if (node->type != YAML_MAPPING_NODE && !key)
		return schema_fail(w->err, w->file, line, "the file must be a mapping");
	if (node->type != YAML_MAPPING_NODE)
		return schema_fail(w->err, w->file, line, "%s'%s' must be a mapping",
				   key->kind == SCHEMA_MAPPING ? "" : "each entry of ", key->name);
	memcpy((char *)out + schema->line, &line, sizeof(line));
	for (const yaml_node_pair_t *p = node->data.mapping.pairs.start;
	     p < node->data.mapping.pairs.top; p++) {
		const yaml_node_t *name = yaml_document_get_node(&w->doc, p->key);
		int i = find_key(w, name, schema);

		if (i < 0)
			return i;
		if (seen[i])
			return schema_fail(w->err, w->file, line_of(name),
					   "key '%s' was given before, in line %u",
					   schema->keys[i].name, seen[i]);
		seen[i] = line_of(name);
		rc = read_value(w, (char *)out + schema->keys[i].offset,
				yaml_document_get_node(&w->doc, p->value), &schema->keys[i]);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < schema->n_keys; i++)
		if (schema->keys[i].required && !seen[i])
			return schema_fail(w->err, w->file, line, "key '%s' is missing",
					   schema->keys[i].name);
	return 0;
}

/* Run libyaml over the text: once for its events, once for the document. */
static int load(struct walk *w, int (*use)(struct walk *, yaml_parser_t *))
{
	yaml_parser_t p;
	int rc;

	if (!yaml_parser_initialize(&p))
		return quarry_error_nomem(w->err);
	yaml_parser_set_input_string(&p, (const unsigned char *)w->text, w->len);
	rc = use(w, &p);
	yaml_parser_delete(&p);
	return rc;
}

static int build_document(struct walk *w, yaml_parser_t *p)
{
	return yaml_parser_load(p, &w->doc) ? 0 : parser_fail(w, p);
}

int schema_read_within(void *out, const struct schema *schema, struct arena *arena,
		       const char *text, size_t len, const char *file,
		       const struct schema_limits *limits, struct quarry_error *err)
{
	struct walk w = { .arena = arena, .text = text, .len = len, .file = file,
			  .limits = limits, .err = err };
	const yaml_node_t *root;
	int rc;

	rc = check_bytes(&w);
	if (!rc)
		rc = load(&w, check_events);
	if (!rc)
		rc = load(&w, build_document);
	if (rc)
		return rc;
	root = yaml_document_get_root_node(&w.doc);
	if (!root)
		rc = schema_fail(err, file, 1, "nothing is in it; a mapping is expected");
	else
		rc = read_mapping(&w, out, root, schema, /* key= */ NULL);
	yaml_document_delete(&w.doc);
	return rc;
}

int schema_read(void *out, const struct schema *schema, struct arena *arena, const char *text,
		size_t len, const char *file, struct quarry_error *err)
{
	static const struct schema_limits limits = { SCHEMA_FILE_MAX, SCHEMA_NODES_MAX };

	return schema_read_within(out, schema, arena, text, len, file, &limits, err);
}
