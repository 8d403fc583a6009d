/*
 * References as libgit2 1.5.1 reads them: one packet each, and in the first behind a NUL the
 * capabilities, among which it looks for what HEAD stands for.  A list without that NUL it
 * takes for an empty one.
 */
#include "fetch/advert.h"

#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

#define PEELED "^{}"

static int compare_names(const void *a, const void *b)
{
	const struct advert_ref *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	return order ? order : strcmp((*x)->hex, (*y)->hex);
}

/* What HEAD stands for; NULL: libgit2 would refuse all that is advertised for such a name, or
 * there is no commit. */
static char *target_of(const struct advert_ref *head)
{
	int valid = 0;

	if (!head || !head->hex[0] || !head->symref || strncmp(head->symref, "refs/", 5) != 0)
		return NULL;
	if (git_reference_name_is_valid(&valid, head->symref) < 0 || !valid)
		return NULL;
	return head->symref;
}

/* One line; `caps` is NULL but in the first. */
static void write_ref(struct str *out, const char *hex, const char *name, const struct str *caps)
{
	struct str line = STR_INIT;

	str_addf(&line, "%s %s", hex, name);
	if (caps) {
		str_addc(&line, '\0');
		str_adds(&line, caps->buf);
	}
	str_addc(&line, '\n');
	if (line.oom)
		out->oom = true;
	else
		pkt_add(out, line.buf, line.len);
	str_release(&line);
}

struct ref_list {
	const struct advert_ref **at;
	size_t n, cap;
};

/* All that have a commit: HEAD first, then by name. `made` is for the branch of HEAD, where
 * it was not asked for. */
static int list_refs(struct ref_list *list, const struct advert_ref *made,
		     const struct advert *a, const struct advert_ref *head)
{
	size_t n_first;
	bool has_target = !made->name;

	if (head && vec_push(list, head))
		return -1;
	n_first = list->n;
	for (size_t i = 0; i < a->refs.n; i++) {
		const struct advert_ref *ref = &a->refs.at[i];

		if (!ref->hex[0] || !strcmp(ref->name, "HEAD"))
			continue;
		if (vec_push(list, ref))
			return -1;
		has_target = has_target || !strcmp(ref->name, made->name);
	}
	if (!has_target && vec_push(list, made))
		return -1;
	if (list->n > n_first)
		qsort(list->at + n_first, list->n - n_first, sizeof(*list->at), compare_names);
	return 0;
}

static void write_list(struct str *out, const struct ref_list *list, const struct str *caps,
		       size_t id_len)
{
	if (!list->n) {
		char zero[ADVERT_HEX_MAX + 1] = "";

		memset(zero, '0', id_len);
		write_ref(out, zero, "capabilities" PEELED, caps);
	}
	for (size_t i = 0; i < list->n; i++) {
		const struct advert_ref *ref = list->at[i];

		write_ref(out, ref->hex, ref->name, i ? NULL : caps);
		if (ref->peeled)
			pkt_addf(out, "%s %s" PEELED "\n", ref->peeled, ref->name);
	}
	pkt_flush(out);
}

void advert_write_v0(struct str *out, const struct advert *a, const char *caps)
{
	static const char *const own[] = { "symref", NULL };
	const struct advert_ref *head = advert_find(a, "HEAD");
	struct advert_ref made = { .name = target_of(head) };
	struct ref_list list = { NULL, 0, 0 };
	struct str words = STR_INIT;

	if (head && !head->hex[0])
		head = NULL;
	advert_edit_caps(&words, caps, own);
	if (made.name) {
		memcpy(made.hex, head->hex, sizeof(made.hex));
		str_addf(&words, "%ssymref=HEAD:%s", words.len ? " " : "", made.name);
	}
	if (list_refs(&list, &made, a, head) < 0 || words.oom)
		out->oom = true;
	else
		write_list(out, &list, &words, advert_hex_len(a));
	vec_release(&list);
	str_release(&words);
}
